//! `sed`: the commands that scripts use, over one line at a time.

mod parser;
mod run;
mod substitute;

pub use substitute::substitute_text;

use super::filter::{Filter, Flow, Work, refuse};
use super::opts;
use crate::sh::io::Io;
use crate::sh::process::Program;
use crate::sh::regex::Regex;
use parser::Parser;
use run::Open;
use std::rc::Rc;
use substitute::Piece;

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
