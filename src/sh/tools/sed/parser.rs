//! Reads sed's programs.

use super::substitute::Piece;
use super::{Action, Address, Command};
use crate::sh::regex::Regex;

type Bad = (usize, String);

pub(super) struct Parser {
    chars: Vec<char>,
    at: usize,
    extended: bool,
    last: Option<Regex>,
}

impl Parser {
    pub(super) fn new(text: &str, extended: bool) -> Self {
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

    pub(super) fn program(&mut self) -> Result<Vec<Command>, Bad> {
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
            let command = self.command()?;
            if matches!(command.action, Action::Block(_)) {
                open.push(out.len());
            }
            out.push(command);
        }
        if open.is_empty() { Ok(out) } else { Err((0, "unmatched `{'".to_owned())) }
    }

    /// One command: addresses, `!`, what to do.
    fn command(&mut self) -> Result<Command, Bad> {
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
        Ok(Command { from, to, negate, action })
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
