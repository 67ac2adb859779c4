//! `sed`: the commands that scripts use, over one line at a time.

use super::filter::{Filter, Flow, Work, put, refuse};
use super::opts;
use crate::sh::io::Io;
use crate::sh::process::Program;
use crate::sh::regex::{Found, Regex};
use std::rc::Rc;

#[derive(Clone, Debug)]
enum Address {
    Line(u64),
    Last,
    Match(Regex),
    /// `first~step`
    Step(u64, u64),
    /// `,+n`
    More(u64),
}

#[derive(Clone, Debug)]
enum Action {
    Delete,
    DeleteFirst,
    Print,
    PrintFirst,
    Quit,
    Next,
    Append(String),
    Insert(String),
    Change(String),
    Number,
    Hold {
        append: bool,
    },
    Get {
        append: bool,
    },
    Exchange,
    Join,
    Translate(Vec<char>, Vec<char>),
    Substitute {
        regex: Regex,
        with: Vec<Piece>,
        all: bool,
        nth: usize,
        print: bool,
    },
    Label(String),
    Branch(String),
    BranchIf(String),
    /// A block; the number of commands to skip where it does not apply.
    Block(usize),
}

/// A piece of a replacement.
#[derive(Clone, Debug)]
enum Piece {
    Text(String),
    Group(usize),
    /// `\U`, `\L`, `\E`, `\u`, `\l`
    Case(char),
}

#[derive(Clone, Debug)]
struct Command {
    from: Option<Address>,
    to: Option<Address>,
    negate: bool,
    action: Action,
}

#[derive(Clone)]
struct Sed {
    program: Rc<Vec<Command>>,
    quiet: bool,
    /// `-i`, with its suffix.
    in_place: Option<String>,
    needs_last: bool,
    /// For each command: the line at which its range ends.
    ranges: Vec<Option<Open>>,
    line: u64,
    space: String,
    hold: String,
    substituted: bool,
    /// Goes on here with the next line (`n`, `N`).
    resume: Option<(usize, bool)>,
    ahead: Option<(String, bool)>,
    after: Vec<String>,
    whole: bool,
    path: String,
    output: String,
    done: bool,
    code: i32,
}

/// An open range.
#[derive(Clone, Copy, Debug)]
enum Open {
    Until(u64),
    Match,
    Forever,
}

const LONGS: &[(&str, char)] =
    &[("quiet", 'n'), ("silent", 'n'), ("expression", 'e'), ("regexp-extended", 'E'), ("in-place", 'I'), ("file", 'f')];

pub fn make(name: &str, args: &[String]) -> Box<dyn Program> {
    // `-i` takes its suffix attached only; getopt has no such options.
    let mut in_place = None;
    let mut rest_args = Vec::new();
    for arg in args {
        match arg.strip_prefix("-i").or_else(|| arg.strip_prefix("--in-place=")) {
            Some(suffix) if !suffix.starts_with('n') => in_place = Some(suffix.to_owned()),
            _ if arg == "--in-place" => in_place = Some(String::new()),
            _ => rest_args.push(arg.clone()),
        }
    }
    let o = match opts::parse(&rest_args, "ne:Erf:su", LONGS) {
        Ok(o) => o,
        Err(text) => return refuse(name, &text, 1),
    };
    let mut rest = o.rest.clone();
    let mut scripts: Vec<String> = o.all('e').map(str::to_owned).collect();
    if scripts.is_empty() {
        if rest.is_empty() {
            return refuse(name, "no script specified", 1);
        }
        scripts.push(rest.remove(0));
    }
    let extended = o.has('E') || o.has('r');
    let program = match Parser::new(&scripts.join("\n"), extended).program() {
        Ok(program) => program,
        Err((at, text)) => return refuse(name, &format!("-e expression #1, char {at}: {text}"), 1),
    };
    if in_place.is_some() && rest.is_empty() {
        return refuse(name, "no input files", 1);
    }
    let needs_last =
        program.iter().any(|c| matches!(c.from, Some(Address::Last)) || matches!(c.to, Some(Address::Last)));
    let ranges = vec![None; program.len()];
    let work = Sed {
        program: Rc::new(program),
        quiet: o.has('n'),
        in_place,
        needs_last,
        ranges,
        line: 0,
        space: String::new(),
        hold: String::new(),
        substituted: false,
        resume: None,
        ahead: None,
        after: Vec::new(),
        whole: true,
        path: String::new(),
        output: String::new(),
        done: false,
        code: 0,
    };
    Filter::make(name, rest, Box::new(work))
}

struct Parser {
    chars: Vec<char>,
    at: usize,
    extended: bool,
    last: Option<Regex>,
}

type Bad = (usize, String);

impl Parser {
    fn new(text: &str, extended: bool) -> Self {
        Self { chars: text.chars().collect(), at: 0, extended, last: None }
    }

    fn bad<T>(&self, text: &str) -> Result<T, Bad> {
        Err((self.at, text.to_owned()))
    }

    fn peek(&self) -> Option<char> {
        self.chars.get(self.at).copied()
    }

    fn skip(&mut self, set: &str) {
        while self.peek().is_some_and(|c| set.contains(c)) {
            self.at += 1;
        }
    }

    fn number(&mut self) -> Option<u64> {
        let digits: String = self.chars[self.at..].iter().take_while(|c| c.is_ascii_digit()).collect();
        self.at += digits.len();
        digits.parse().ok()
    }

    fn program(&mut self) -> Result<Vec<Command>, Bad> {
        let mut out = Vec::new();
        let mut open: Vec<usize> = Vec::new();
        loop {
            self.skip(" \t\n;");
            let Some(c) = self.peek() else { break };
            if c == '#' {
                while self.peek().is_some_and(|c| c != '\n') {
                    self.at += 1;
                }
                continue;
            }
            if c == '}' {
                self.at += 1;
                let Some(start) = open.pop() else { return self.bad("unexpected `}'") };
                let length = out.len() - start - 1;
                if let Some(Command { action: Action::Block(n), .. }) = out.get_mut(start) {
                    *n = length;
                }
                continue;
            }
            let from = self.address()?;
            let mut to = None;
            if from.is_some() && self.peek() == Some(',') {
                self.at += 1;
                self.skip(" ");
                to = match self.peek() {
                    Some('+') => {
                        self.at += 1;
                        self.number().map(Address::More)
                    }
                    _ => self.address()?,
                };
                if to.is_none() {
                    return self.bad("unexpected `,'");
                }
            }
            self.skip(" \t");
            let mut negate = false;
            while self.peek() == Some('!') {
                negate = true;
                self.at += 1;
                self.skip(" ");
            }
            let action = self.action()?;
            if matches!(action, Action::Block(_)) {
                open.push(out.len());
            }
            out.push(Command { from, to, negate, action });
        }
        if open.is_empty() { Ok(out) } else { Err((0, "unmatched `{'".to_owned())) }
    }

    fn address(&mut self) -> Result<Option<Address>, Bad> {
        match self.peek() {
            Some(c) if c.is_ascii_digit() => {
                let n = self.number().unwrap_or(0);
                if self.peek() == Some('~') {
                    self.at += 1;
                    return Ok(Some(Address::Step(n, self.number().unwrap_or(0))));
                }
                Ok(Some(Address::Line(n)))
            }
            Some('$') => {
                self.at += 1;
                Ok(Some(Address::Last))
            }
            Some('/') => {
                self.at += 1;
                self.regex('/').map(|r| Some(Address::Match(r)))
            }
            Some('\\') => {
                self.at += 1;
                let Some(delimiter) = self.peek() else { return self.bad("unterminated address regex") };
                self.at += 1;
                self.regex(delimiter).map(|r| Some(Address::Match(r)))
            }
            _ => Ok(None),
        }
    }

    /// Text up to an unescaped delimiter, which is taken; `\delimiter` becomes the delimiter.
    fn until(&mut self, delimiter: char, what: &str) -> Result<String, Bad> {
        let mut text = String::new();
        let mut in_set = false;
        while let Some(c) = self.peek() {
            self.at += 1;
            match c {
                '\\' if self.peek() == Some(delimiter) => {
                    text.push(delimiter);
                    self.at += 1;
                }
                '\\' => {
                    text.push('\\');
                    text.extend(self.peek());
                    self.at += 1;
                }
                _ if c == delimiter && !in_set => return Ok(text),
                _ => {
                    in_set = match c {
                        '[' => true,
                        ']' if in_set && !text.ends_with('[') && !text.ends_with("[^") => false,
                        _ => in_set,
                    } && delimiter != '|';
                    text.push(c);
                }
            }
        }
        self.bad(what)
    }

    fn regex(&mut self, delimiter: char) -> Result<Regex, Bad> {
        let text = self.until(delimiter, "unterminated address regex")?;
        let fold = self.peek() == Some('I');
        self.at += usize::from(fold);
        self.compile(&text, fold)
    }

    fn compile(&mut self, text: &str, fold: bool) -> Result<Regex, Bad> {
        if text.is_empty() {
            return match &self.last {
                Some(last) => Ok(last.clone()),
                None => self.bad("no previous regular expression"),
            };
        }
        let regex = Regex::new(text, self.extended, fold).map_err(|e| (self.at, e))?;
        self.last = Some(regex.clone());
        Ok(regex)
    }

    fn action(&mut self) -> Result<Action, Bad> {
        let Some(c) = self.peek() else { return self.bad("missing command") };
        self.at += 1;
        Ok(match c {
            '{' => Action::Block(0),
            'd' => Action::Delete,
            'D' => Action::DeleteFirst,
            'p' => Action::Print,
            'P' => Action::PrintFirst,
            'q' | 'Q' => Action::Quit,
            'n' => Action::Next,
            'N' => Action::Join,
            '=' => Action::Number,
            'h' => Action::Hold { append: false },
            'H' => Action::Hold { append: true },
            'g' => Action::Get { append: false },
            'G' => Action::Get { append: true },
            'x' => Action::Exchange,
            'a' => Action::Append(self.text()),
            'i' => Action::Insert(self.text()),
            'c' => Action::Change(self.text()),
            ':' => Action::Label(self.label()),
            'b' => Action::Branch(self.label()),
            't' => Action::BranchIf(self.label()),
            'y' => {
                let Some(d) = self.peek() else { return self.bad("unterminated `y' command") };
                self.at += 1;
                let from = self.until(d, "unterminated `y' command")?;
                let to = self.until(d, "unterminated `y' command")?;
                let (from, to): (Vec<char>, Vec<char>) = (from.chars().collect(), to.chars().collect());
                if from.len() != to.len() {
                    return self.bad("strings for `y' command are different lengths");
                }
                Action::Translate(from, to)
            }
            's' => self.substitute()?,
            'l' | 'z' | 'r' | 'w' | 'e' => return self.bad(&format!("`{c}': not simulated here")),
            _ => return self.bad(&format!("unknown command: `{c}'")),
        })
        .and_then(|action| {
            if matches!(action, Action::Block(_) | Action::Append(_) | Action::Insert(_) | Action::Change(_)) {
                return Ok(action);
            }
            self.skip(" \t");
            match self.peek() {
                None | Some('\n' | ';' | '}' | '#') => Ok(action),
                Some(_) => self.bad("extra characters after command"),
            }
        })
    }

    /// The text of `a`, `i` and `c`: on the same line, or after a backslash on the next.
    fn text(&mut self) -> String {
        self.skip(" \t");
        if self.peek() == Some('\\') {
            self.at += 1;
            self.skip(" \t");
            if self.peek() == Some('\n') {
                self.at += 1;
            }
        }
        let mut text = String::new();
        while let Some(c) = self.peek() {
            self.at += 1;
            match c {
                '\n' => break,
                '\\' => {
                    match self.peek() {
                        Some('t') => text.push('\t'),
                        Some(c) => text.push(c),
                        None => {}
                    }
                    self.at += 1;
                }
                _ => text.push(c),
            }
        }
        text
    }

    fn label(&mut self) -> String {
        self.skip(" ");
        let label: String =
            self.chars[self.at.min(self.chars.len())..].iter().take_while(|c| !";\n} ".contains(**c)).collect();
        self.at += label.chars().count();
        label
    }

    fn substitute(&mut self) -> Result<Action, Bad> {
        const OPEN: &str = "unterminated `s' command";
        let Some(d) = self.peek() else { return self.bad(OPEN) };
        self.at += 1;
        let pattern = self.until(d, OPEN)?;
        let with = self.replacement(d)?;
        let (mut all, mut nth, mut print, mut fold) = (false, 1, false, false);
        loop {
            match self.peek() {
                Some('g') => all = true,
                Some('p') => print = true,
                Some('i' | 'I') => fold = true,
                Some(c) if c.is_ascii_digit() => {
                    nth = self.number().unwrap_or(1).max(1) as usize;
                    continue;
                }
                Some(c) if !"\n;} \t#".contains(c) => return self.bad("unknown option to `s'"),
                _ => break,
            }
            self.at += 1;
        }
        let regex = self.compile(&pattern, fold)?;
        Ok(Action::Substitute { regex, with, all, nth, print })
    }

    fn replacement(&mut self, delimiter: char) -> Result<Vec<Piece>, Bad> {
        let (mut pieces, mut text) = (Vec::new(), String::new());
        while let Some(c) = self.peek() {
            self.at += 1;
            let piece = match c {
                _ if c == delimiter => {
                    pieces.push(Piece::Text(text));
                    return Ok(pieces);
                }
                '&' => Piece::Group(0),
                '\\' => {
                    let Some(e) = self.peek() else { break };
                    self.at += 1;
                    match e {
                        '1'..='9' => Piece::Group(e as usize - '0' as usize),
                        'U' | 'L' | 'E' | 'u' | 'l' => Piece::Case(e),
                        'n' => {
                            text.push('\n');
                            continue;
                        }
                        't' => {
                            text.push('\t');
                            continue;
                        }
                        'r' => {
                            text.push('\r');
                            continue;
                        }
                        other => {
                            text.push(other);
                            continue;
                        }
                    }
                }
                _ => {
                    text.push(c);
                    continue;
                }
            };
            pieces.push(Piece::Text(std::mem::take(&mut text)));
            pieces.push(piece);
        }
        self.bad("unterminated `s' command")
    }
}

const MAX_MOVES: u32 = 20_000;

impl Sed {
    fn emit(&mut self, io: &mut Io<'_>, text: &str, whole: bool) {
        if self.in_place.is_some() {
            self.output.push_str(text);
            if whole {
                self.output.push('\n');
            }
        } else {
            put(io, text, whole);
        }
    }

    fn hits(&self, address: &Address, last: bool) -> bool {
        match address {
            Address::Line(n) => *n == self.line,
            Address::Last => last,
            Address::Match(regex) => regex.is_match(&self.space),
            Address::Step(first, 0) => *first == self.line,
            Address::Step(first, step) => self.line >= *first && (self.line - first).is_multiple_of(*step),
            Address::More(_) => false,
        }
    }

    fn selected(&mut self, at: usize, last: bool) -> bool {
        let program = self.program.clone();
        let Some(command) = program.get(at) else { return false };
        let hit = match (&command.from, &command.to) {
            (None, _) => true,
            (Some(from), None) => self.hits(from, last),
            (Some(from), Some(to)) => match self.ranges[at] {
                Some(open) => {
                    let ends = match open {
                        Open::Until(n) => self.line >= n,
                        Open::Match => self.hits(to, last),
                        Open::Forever => last,
                    };
                    if ends {
                        self.ranges[at] = None;
                    }
                    !matches!(open, Open::Until(n) if self.line > n)
                }
                None if self.hits(from, last) => {
                    self.ranges[at] = match to {
                        Address::Line(n) if *n <= self.line => None,
                        Address::Line(n) => Some(Open::Until(*n)),
                        Address::More(0) => None,
                        Address::More(n) => Some(Open::Until(self.line + n)),
                        Address::Last if last => None,
                        Address::Last => Some(Open::Forever),
                        Address::Match(_) | Address::Step(..) => Some(Open::Match),
                    };
                    true
                }
                None => false,
            },
        };
        hit != command.negate
    }

    /// Runs the program on the pattern space from a command on.
    fn run(&mut self, io: &mut Io<'_>, start: usize, last: bool) {
        let program = self.program.clone();
        let mut at = start;
        let mut shows = true;
        for _ in 0..MAX_MOVES {
            let Some(command) = program.get(at) else { break };
            let hit = self.selected(at, last);
            at += 1;
            if !hit {
                if let Action::Block(n) = command.action {
                    at += n;
                }
                continue;
            }
            match &command.action {
                Action::Block(_) | Action::Label(_) => {}
                Action::Delete => {
                    shows = false;
                    break;
                }
                Action::DeleteFirst => {
                    match self.space.split_once('\n').map(|(_, rest)| rest.to_owned()) {
                        Some(rest) => {
                            self.space = rest;
                            at = 0;
                            continue;
                        }
                        None => shows = false,
                    }
                    break;
                }
                Action::Print => self.emit(io, &self.space.clone(), true),
                Action::PrintFirst => {
                    let first = self.space.split('\n').next().unwrap_or("").to_owned();
                    self.emit(io, &first, true);
                }
                Action::Quit => {
                    self.done = true;
                    break;
                }
                Action::Next => {
                    if !self.quiet {
                        self.emit(io, &self.space.clone(), true);
                    }
                    self.flush_after(io);
                    self.resume = Some((at, false));
                    return;
                }
                Action::Join => {
                    self.resume = Some((at, true));
                    return;
                }
                Action::Append(text) => self.after.push(text.clone()),
                Action::Insert(text) => self.emit(io, text, true),
                Action::Change(text) => {
                    let in_range = command.to.is_some() && self.ranges[at - 1].is_some();
                    if !in_range {
                        self.emit(io, text, true);
                    }
                    shows = false;
                    break;
                }
                Action::Number => self.emit(io, &self.line.to_string(), true),
                Action::Hold { append } => {
                    if *append {
                        self.hold.push('\n');
                        self.hold.push_str(&self.space);
                    } else {
                        self.hold.clone_from(&self.space);
                    }
                }
                Action::Get { append } => {
                    if *append {
                        self.space.push('\n');
                        self.space.push_str(&self.hold);
                    } else {
                        self.space.clone_from(&self.hold);
                    }
                }
                Action::Exchange => std::mem::swap(&mut self.space, &mut self.hold),
                Action::Translate(from, to) => {
                    let change = |c: char| from.iter().position(|f| *f == c).and_then(|i| to.get(i)).copied();
                    self.space = self.space.chars().map(|c| change(c).unwrap_or(c)).collect();
                }
                Action::Substitute { regex, with, all, nth, print } => {
                    if let Some(text) = substitute(&self.space, regex, with, *all, *nth) {
                        self.space = text;
                        self.substituted = true;
                        if *print {
                            self.emit(io, &self.space.clone(), true);
                        }
                    }
                }
                Action::Branch(label) => at = target(&program, label),
                Action::BranchIf(label) => {
                    if std::mem::take(&mut self.substituted) {
                        at = target(&program, label);
                    }
                }
            }
        }
        if shows && !self.quiet {
            self.emit(io, &self.space.clone(), self.whole);
        }
        self.flush_after(io);
    }

    fn flush_after(&mut self, io: &mut Io<'_>) {
        for text in std::mem::take(&mut self.after) {
            self.emit(io, &text, true);
        }
    }

    fn take(&mut self, io: &mut Io<'_>, line: &str, whole: bool, last: bool) {
        self.line += 1;
        self.whole = whole;
        match self.resume.take() {
            Some((at, true)) => {
                self.space.push('\n');
                self.space.push_str(line);
                self.run(io, at, last);
            }
            Some((at, false)) => {
                line.clone_into(&mut self.space);
                self.run(io, at, last);
            }
            None => {
                line.clone_into(&mut self.space);
                self.substituted = false;
                self.run(io, 0, last);
            }
        }
    }

    fn drain(&mut self, io: &mut Io<'_>) {
        if let Some((line, whole)) = self.ahead.take()
            && !self.done
        {
            self.take(io, &line, whole, true);
        }
        // `N` without a next line prints what there is.
        if let Some((_, join)) = self.resume.take()
            && join
            && !self.quiet
            && !self.done
        {
            self.emit(io, &self.space.clone(), true);
        }
    }
}

fn target(program: &[Command], label: &str) -> usize {
    if label.is_empty() {
        return program.len();
    }
    program.iter().position(|c| matches!(&c.action, Action::Label(l) if l == label)).unwrap_or(program.len())
}

/// The text with matches replaced; None where there was none.
pub fn substitute_text(text: &str, regex: &Regex, with: &str, all: bool) -> Option<String> {
    // awk's replacements: `&` is the match, `\\&` an ampersand.
    let (mut pieces, mut plain, mut chars) = (Vec::new(), String::new(), with.chars());
    while let Some(c) = chars.next() {
        match c {
            '&' => {
                pieces.push(Piece::Text(std::mem::take(&mut plain)));
                pieces.push(Piece::Group(0));
            }
            '\\' => plain.extend(chars.next()),
            _ => plain.push(c),
        }
    }
    pieces.push(Piece::Text(plain));
    substitute(text, regex, &pieces, all, 1)
}

fn substitute(text: &str, regex: &Regex, with: &[Piece], all: bool, nth: usize) -> Option<String> {
    let chars: Vec<char> = text.chars().collect();
    let (mut out, mut at, mut seen, mut changed) = (String::new(), 0, 0, false);
    let mut last_end = None;
    while at <= chars.len() {
        let Some(found) = regex.find(&chars, at) else { break };
        let (start, end) = (found.start(), found.end());
        out.extend(&chars[at..start]);
        // An empty match right after a match does not count.
        if start == end && last_end == Some(start) {
            out.extend(chars.get(start));
            at = start + 1;
            last_end = None;
            continue;
        }
        seen += 1;
        if seen >= nth {
            build(&mut out, with, &found, &chars);
            changed = true;
        } else {
            out.extend(&chars[start..end]);
        }
        last_end = Some(end);
        if start == end {
            out.extend(chars.get(end));
            at = end + 1;
        } else {
            at = end;
        }
        if changed && !all {
            break;
        }
    }
    out.extend(chars.get(at.min(chars.len())..).unwrap_or(&[]));
    changed.then_some(out)
}

fn build(out: &mut String, with: &[Piece], found: &Found, chars: &[char]) {
    let (mut all, mut one) = (None, None);
    for piece in with {
        let text = match piece {
            Piece::Text(text) => text.clone(),
            Piece::Group(n) => match found.0.get(*n).copied().flatten() {
                Some((s, e)) => chars[s..e].iter().collect(),
                None => String::new(),
            },
            Piece::Case(c) => {
                match c {
                    'U' | 'L' => all = Some(*c),
                    'E' => all = None,
                    _ => one = Some(*c),
                }
                continue;
            }
        };
        for c in text.chars() {
            match one.take().or(all) {
                Some('U' | 'u') => out.extend(c.to_uppercase()),
                Some('L' | 'l') => out.extend(c.to_lowercase()),
                _ => out.push(c),
            }
        }
    }
}

impl Work for Sed {
    fn file(&mut self, _: &mut Io<'_>, name: &str) {
        name.clone_into(&mut self.path);
        if self.in_place.is_some() {
            self.line = 0;
            self.ranges.iter_mut().for_each(|r| *r = None);
        }
    }

    fn line(&mut self, io: &mut Io<'_>, line: &str, whole: bool) -> Flow {
        if self.needs_last {
            if let Some((before, w)) = self.ahead.replace((line.to_owned(), whole)) {
                self.take(io, &before, w, false);
            }
        } else {
            self.take(io, line, whole, false);
        }
        match (self.done, self.in_place.is_some()) {
            (true, false) => Flow::Enough,
            _ => Flow::More,
        }
    }

    fn file_end(&mut self, io: &mut Io<'_>) {
        let Some(suffix) = self.in_place.clone() else { return };
        self.drain(io);
        let (path, text) = (self.path.clone(), std::mem::take(&mut self.output));
        if !suffix.is_empty()
            && let Ok(old) = io.read_file(&path)
        {
            let _ = io.write_file(&format!("{path}{suffix}"), &old);
        }
        if let Err(e) = io.write_file(&path, text.as_bytes()) {
            io.err(&format!("sed: couldn't open file {path}: {}\n", e.text()));
            self.code = 4;
        }
        self.done = false;
    }

    fn end(&mut self, io: &mut Io<'_>) -> i32 {
        self.drain(io);
        self.code
    }

    fn failure(&self) -> i32 {
        2
    }

    fn complain(&self, io: &mut Io<'_>, tool: &str, path: &str, why: &str) {
        let text = match why {
            "Is a directory" => format!("{tool}: couldn't edit {path}: not a regular file\n"),
            _ => format!("{tool}: can't read {path}: {why}\n"),
        };
        io.err(&text);
    }

    fn boxed(&self) -> Box<dyn Work> {
        Box::new(self.clone())
    }
}
