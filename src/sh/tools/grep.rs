//! `grep`, `egrep`, `fgrep`.

use super::filter::{Filter, Flow, Work, put, refuse};
use super::opts;
use crate::sh::io::Io;
use crate::sh::process::{Program, Step};
use crate::sh::regex::Regex;
use std::collections::VecDeque;

#[derive(Clone)]
struct Grep {
    patterns: Vec<Regex>,
    invert: bool,
    count: bool,
    only: bool,
    number: bool,
    quiet: bool,
    list: bool,
    without: bool,
    silent: bool,
    names: bool,
    before: usize,
    after: usize,
    max: u64,
    name: String,
    line: u64,
    found: u64,
    total: u64,
    kept: VecDeque<(u64, String)>,
    trail: usize,
    last_shown: u64,
}

/// A recursive search that has yet to list its files.
#[derive(Clone)]
struct Walk {
    name: String,
    roots: Vec<String>,
    include: Vec<String>,
    grep: Grep,
}

const LONGS: &[(&str, char)] = &[
    ("extended-regexp", 'E'),
    ("fixed-strings", 'F'),
    ("ignore-case", 'i'),
    ("invert-match", 'v'),
    ("count", 'c'),
    ("only-matching", 'o'),
    ("line-number", 'n'),
    ("quiet", 'q'),
    ("silent", 'q'),
    ("recursive", 'r'),
    ("word-regexp", 'w'),
    ("line-regexp", 'x'),
    ("files-with-matches", 'l'),
    ("files-without-match", 'L'),
    ("no-messages", 's'),
    ("no-filename", 'h'),
    ("with-filename", 'H'),
    ("after-context", 'A'),
    ("before-context", 'B'),
    ("context", 'C'),
    ("max-count", 'm'),
    ("regexp", 'e'),
    ("include", '\u{1}'),
    ("color", '\u{2}'),
    ("colour", '\u{2}'),
    ("line-buffered", '\u{3}'),
    ("perl-regexp", 'P'),
    ("text", 'a'),
];

pub fn make(name: &str, args: &[String]) -> Box<dyn Program> {
    let o = match opts::parse(args, "EFGPivconqrRwxlLshHaA:B:C:m:e:f:\u{1}:\u{2}\u{3}", LONGS) {
        Ok(o) => o,
        Err(text) => return refuse(name, &text, 2),
    };
    let mut rest = o.rest.clone();
    let mut texts: Vec<String> = o.all('e').map(str::to_owned).collect();
    if texts.is_empty() {
        if rest.is_empty() {
            return refuse(name, "usage: grep [OPTION]... PATTERNS [FILE]...", 2);
        }
        texts.push(rest.remove(0));
    }
    let extended = o.has('E') || o.has('P') || name == "egrep";
    let mut patterns = Vec::new();
    for text in texts.iter().flat_map(|t| t.split('\n')) {
        let mut text = if o.has('F') || name == "fgrep" { quote(text) } else { text.to_owned() };
        let extended = extended && !o.has('F') && name != "fgrep";
        if o.has('w') {
            text = if extended { format!("\\b({text})\\b") } else { format!("\\b\\({text}\\)\\b") };
        }
        if o.has('x') {
            text = if extended { format!("^({text})$") } else { format!("^\\({text}\\)$") };
        }
        match Regex::new(&text, extended, o.has('i')) {
            Ok(regex) => patterns.push(regex),
            Err(text) => return refuse(name, &text, 2),
        }
    }
    let number = |flag: char| o.value(flag).and_then(|v| v.parse::<usize>().ok());
    let context = number('C').unwrap_or(0);
    let recursive = o.has('r') || o.has('R');
    let grep = Grep {
        patterns,
        invert: o.has('v'),
        count: o.has('c'),
        only: o.has('o'),
        number: o.has('n'),
        quiet: o.has('q'),
        list: o.has('l'),
        without: o.has('L'),
        silent: o.has('s'),
        names: (rest.len() > 1 || recursive || o.has('H')) && !o.has('h'),
        before: number('B').unwrap_or(context),
        after: number('A').unwrap_or(context),
        max: number('m').map_or(u64::MAX, |n| n as u64),
        name: String::new(),
        line: 0,
        found: 0,
        total: 0,
        kept: VecDeque::new(),
        trail: 0,
        last_shown: 0,
    };
    if recursive {
        let roots = if rest.is_empty() { vec![".".to_owned()] } else { rest };
        let include = o.all('\u{1}').map(str::to_owned).collect();
        return Box::new(Walk { name: name.to_owned(), roots, include, grep });
    }
    Filter::make(name, rest, Box::new(grep))
}

/// A text as a basic expression that matches only it.
fn quote(text: &str) -> String {
    text.chars().flat_map(|c| if "\\.*[]^$".contains(c) { vec!['\\', c] } else { vec![c] }).collect()
}

impl Grep {
    fn hit(&self, chars: &[char]) -> bool {
        self.patterns.iter().any(|p| p.find(chars, 0).is_some()) != self.invert
    }

    fn show(&self, io: &mut Io<'_>, number: u64, text: &str, mark: char) {
        let mut out = String::new();
        if self.names {
            let name = if self.name == "-" { "(standard input)" } else { &self.name };
            out.push_str(&format!("{name}{mark}"));
        }
        if self.number {
            out.push_str(&format!("{number}{mark}"));
        }
        out.push_str(text);
        put(io, &out, true);
    }

    fn show_with_context(&mut self, io: &mut Io<'_>, line: &str) {
        let context = self.before > 0 || self.after > 0;
        let first = self.kept.front().map_or(self.line, |(n, _)| *n);
        if context && self.last_shown > 0 && first > self.last_shown + 1 {
            io.out("--\n");
        }
        for (number, text) in std::mem::take(&mut self.kept) {
            self.show(io, number, &text, '-');
        }
        self.show(io, self.line, line, ':');
        self.last_shown = self.line;
        self.trail = self.after;
    }
}

impl Work for Grep {
    fn file(&mut self, _: &mut Io<'_>, name: &str) {
        self.name = name.to_owned();
        (self.line, self.found, self.trail, self.last_shown) = (0, 0, 0, 0);
        self.kept.clear();
    }

    fn line(&mut self, io: &mut Io<'_>, line: &str, _: bool) -> Flow {
        self.line += 1;
        let chars: Vec<char> = line.chars().collect();
        if !self.hit(&chars) {
            if self.trail > 0 && !self.count && !self.quiet {
                self.trail -= 1;
                self.show(io, self.line, line, '-');
                self.last_shown = self.line;
            } else if self.before > 0 {
                self.kept.push_back((self.line, line.to_owned()));
                if self.kept.len() > self.before {
                    self.kept.pop_front();
                }
            }
            return Flow::More;
        }
        self.found += 1;
        self.total += 1;
        if self.quiet {
            return Flow::Enough;
        }
        if self.list || self.without {
            return Flow::NextFile;
        }
        if self.only && !self.count && !self.invert {
            let mut at = 0;
            while let Some(m) = self
                .patterns
                .iter()
                .filter_map(|p| p.find(&chars, at))
                .min_by_key(|m| (m.start(), usize::MAX - m.end()))
            {
                if m.end() > m.start() {
                    let text: String = chars[m.start()..m.end()].iter().collect();
                    self.show(io, self.line, &text, ':');
                }
                at = m.end().max(m.start() + 1);
                if at > chars.len() {
                    break;
                }
            }
        } else if !self.count {
            self.show_with_context(io, line);
        }
        if self.found >= self.max { Flow::NextFile } else { Flow::More }
    }

    fn file_end(&mut self, io: &mut Io<'_>) {
        let name = if self.name == "-" { "(standard input)".to_owned() } else { self.name.clone() };
        if self.count && !self.quiet {
            let prefix = if self.names { format!("{name}:") } else { String::new() };
            io.out(&format!("{prefix}{}\n", self.found));
        }
        if !self.quiet && ((self.list && self.found > 0) || (self.without && self.found == 0)) {
            io.out(&format!("{name}\n"));
        }
    }

    fn own_output(&self) -> Option<&'static str> {
        Some("input file is also the output")
    }

    fn complain(&self, io: &mut Io<'_>, tool: &str, path: &str, why: &str) {
        if !self.silent {
            io.err(&format!("{tool}: {path}: {why}\n"));
        }
    }

    fn failure(&self) -> i32 {
        2
    }

    fn end(&mut self, _: &mut Io<'_>) -> i32 {
        i32::from(self.total == 0)
    }

    fn boxed(&self) -> Box<dyn Work> {
        Box::new(self.clone())
    }
}

impl Program for Walk {
    fn step(&mut self, io: &mut Io<'_>) -> Step {
        let mut files = Vec::new();
        for root in &self.roots {
            super::paths::walk(io, root, &mut |path, is_dir| {
                let name = path.rsplit('/').next().unwrap_or(path);
                let wanted =
                    self.include.is_empty() || self.include.iter().any(|g| crate::sh::glob::Glob::new(g).matches(name));
                if !is_dir && wanted {
                    files.push(path.to_owned());
                }
            });
        }
        if files.is_empty() {
            return Step::Exit(1);
        }
        let next = Filter::make(&self.name, files, Box::new(self.grep.clone()));
        let (argv, env) = (io.argv().to_vec(), io.environ());
        io.exec(argv, env, next);
        Step::Again
    }

    fn boxed(&self) -> Box<dyn Program> {
        Box::new(self.clone())
    }
}
