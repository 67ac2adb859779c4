//! `sort` and `uniq`.

use super::filter::{Filter, Flow, Work, put, refuse};
use super::opts;
use crate::sh::io::Io;
use crate::sh::process::Program;
use std::cmp::Ordering;

/// One sort key: first and last field, and how to compare.
#[derive(Clone, Debug)]
struct Key {
    from: usize,
    to: Option<usize>,
    numeric: bool,
    reverse: bool,
    human: bool,
    version: bool,
    own: bool,
}

#[derive(Clone)]
struct Sort {
    keys: Vec<Key>,
    all: Key,
    unique: bool,
    stable: bool,
    fold: bool,
    separator: Option<char>,
    output: Option<String>,
    lines: Vec<String>,
}

pub fn make(name: &str, args: &[String]) -> Box<dyn Program> {
    let longs = [
        ("numeric-sort", 'n'),
        ("reverse", 'r'),
        ("unique", 'u'),
        ("key", 'k'),
        ("field-separator", 't'),
        ("ignore-case", 'f'),
        ("human-numeric-sort", 'h'),
        ("version-sort", 'V'),
        ("output", 'o'),
        ("stable", 's'),
    ];
    let o = match opts::parse(args, "nrufhVsbdgk:t:o:z", &longs) {
        Ok(o) => o,
        Err(text) => return refuse(name, &text, 2),
    };
    let all = Key {
        from: 0,
        to: None,
        numeric: o.has('n') || o.has('g'),
        reverse: o.has('r'),
        human: o.has('h'),
        version: o.has('V'),
        own: false,
    };
    let mut keys = Vec::new();
    for text in o.all('k') {
        match key(text) {
            Some(key) => keys.push(key),
            None => {
                return refuse(name, &format!("invalid number at field start: invalid count at start of '{text}'"), 2);
            }
        }
    }
    let separator = o.value('t').and_then(|t| if t == "\\t" { Some('\t') } else { t.chars().next() });
    let work = Sort {
        keys,
        all,
        unique: o.has('u'),
        stable: o.has('s'),
        fold: o.has('f'),
        separator,
        output: o.value('o').map(str::to_owned),
        lines: Vec::new(),
    };
    Filter::make(name, o.rest, Box::new(work))
}

/// `2`, `2,3`, `2nr`, `2.1,2n`
fn key(text: &str) -> Option<Key> {
    let (from, to) = match text.split_once(',') {
        Some((from, to)) => (from, Some(to)),
        None => (text, None),
    };
    let number = |t: &str| t.chars().take_while(char::is_ascii_digit).collect::<String>().parse::<usize>().ok();
    let has = |c: char| text.contains(c);
    let start = number(from).filter(|n| *n > 0)?;
    let letters = text.chars().any(char::is_alphabetic);
    Some(Key {
        from: start,
        to: to.and_then(number),
        numeric: has('n') || has('g'),
        reverse: has('r'),
        human: has('h'),
        version: has('V'),
        own: letters,
    })
}

impl Sort {
    fn part<'l>(&self, line: &'l str, key: &Key) -> &'l str {
        if key.from == 0 {
            return line;
        }
        let spans = fields(line, self.separator);
        let Some((start, _)) = spans.get(key.from - 1) else { return "" };
        let end = match key.to {
            Some(to) if to > 0 => spans.get(to - 1).map_or(line.len(), |(_, e)| *e),
            _ => line.len(),
        };
        line.get(*start..end.max(*start)).unwrap_or("")
    }

    fn by(&self, a: &str, b: &str, key: &Key) -> Ordering {
        let how = if key.own || key.from == 0 { key } else { &Key { from: key.from, to: key.to, ..self.all.clone() } };
        let (x, y) = (self.part(a, key), self.part(b, key));
        let order = if how.numeric {
            number(x).total_cmp(&number(y))
        } else if how.human {
            human(x).total_cmp(&human(y))
        } else if how.version {
            version(x, y)
        } else if self.fold {
            x.to_uppercase().cmp(&y.to_uppercase())
        } else {
            x.cmp(y)
        };
        if how.reverse { order.reverse() } else { order }
    }

    fn compare(&self, a: &str, b: &str) -> Ordering {
        let keys = if self.keys.is_empty() { std::slice::from_ref(&self.all) } else { &self.keys };
        keys.iter().map(|key| self.by(a, b, key)).find(|o| o.is_ne()).unwrap_or(Ordering::Equal)
    }
}

/// Byte spans of fields: separated by blanks that lead them, or by one character.
fn fields(line: &str, separator: Option<char>) -> Vec<(usize, usize)> {
    let mut spans = Vec::new();
    let mut start = 0;
    let mut in_field = false;
    for (i, c) in line.char_indices() {
        match separator {
            Some(sep) if c == sep => {
                spans.push((start, i));
                start = i + c.len_utf8();
            }
            None if c.is_whitespace() => {
                if in_field {
                    spans.push((start, i));
                    start = i;
                }
                in_field = false;
            }
            _ => in_field = true,
        }
    }
    spans.push((start, line.len()));
    spans
}

fn number(text: &str) -> f64 {
    let text = text.trim_start();
    let end =
        text.char_indices().take_while(|(i, c)| c.is_ascii_digit() || *c == '.' || (*i == 0 && *c == '-')).count();
    text.get(..end).and_then(|t| t.parse().ok()).unwrap_or(0.0)
}

fn human(text: &str) -> f64 {
    let unit = text.trim().chars().find(|c| c.is_ascii_alphabetic());
    let power = unit.and_then(|u| "KMGTPE".find(u.to_ascii_uppercase())).map_or(0, |p| p as i32 + 1);
    number(text) * 1024f64.powi(power)
}

fn version(a: &str, b: &str) -> Ordering {
    let (mut a, mut b) = (a.chars().peekable(), b.chars().peekable());
    loop {
        match (a.peek().copied(), b.peek().copied()) {
            (None, None) => return Ordering::Equal,
            (None, _) => return Ordering::Less,
            (_, None) => return Ordering::Greater,
            (Some(x), Some(y)) if x.is_ascii_digit() && y.is_ascii_digit() => {
                let take = |i: &mut std::iter::Peekable<std::str::Chars<'_>>| {
                    let mut n = 0u64;
                    while let Some(d) = i.peek().and_then(|c| c.to_digit(10)) {
                        n = n.saturating_mul(10).saturating_add(u64::from(d));
                        i.next();
                    }
                    n
                };
                let order = take(&mut a).cmp(&take(&mut b));
                if order.is_ne() {
                    return order;
                }
            }
            (Some(x), Some(y)) if x != y => return x.cmp(&y),
            _ => {
                a.next();
                b.next();
            }
        }
    }
}

impl Work for Sort {
    fn line(&mut self, _: &mut Io<'_>, line: &str, _: bool) -> Flow {
        self.lines.push(line.to_owned());
        Flow::More
    }

    fn end(&mut self, io: &mut Io<'_>) -> i32 {
        let mut lines = std::mem::take(&mut self.lines);
        // Equal keys fall back on the whole line, as GNU's sort does without -s.
        lines.sort_by(|a, b| {
            let last = if self.all.reverse { b.cmp(a) } else { a.cmp(b) };
            self.compare(a, b).then(if self.unique || self.stable { Ordering::Equal } else { last })
        });
        if self.unique {
            lines.dedup_by(|a, b| self.compare(a, b).is_eq());
        }
        let mut text = lines.join("\n");
        if !lines.is_empty() {
            text.push('\n');
        }
        match &self.output {
            Some(path) => {
                if let Err(e) = io.write_file(path, text.as_bytes()) {
                    io.err(&format!("sort: open failed: {path}: {}\n", e.text()));
                    return 2;
                }
            }
            None => io.out(&text),
        }
        0
    }

    fn failure(&self) -> i32 {
        2
    }

    fn complain(&self, io: &mut Io<'_>, tool: &str, path: &str, why: &str) {
        io.err(&format!("{tool}: cannot read: {path}: {why}\n"));
    }

    fn boxed(&self) -> Box<dyn Work> {
        Box::new(self.clone())
    }
}

#[derive(Clone)]
struct Uniq {
    count: bool,
    repeated: bool,
    unique: bool,
    fold: bool,
    skip: usize,
    current: Option<(String, u64)>,
}

pub fn make_uniq(name: &str, args: &[String]) -> Box<dyn Program> {
    let longs = [("count", 'c'), ("repeated", 'd'), ("unique", 'u'), ("ignore-case", 'i'), ("skip-fields", 'f')];
    match opts::parse(args, "cduif:", &longs) {
        Ok(o) => {
            let skip = o.value('f').and_then(|n| n.parse().ok()).unwrap_or(0);
            let work = Uniq {
                count: o.has('c'),
                repeated: o.has('d'),
                unique: o.has('u'),
                fold: o.has('i'),
                skip,
                current: None,
            };
            Filter::make(name, o.rest, Box::new(work))
        }
        Err(text) => refuse(name, &text, 1),
    }
}

impl Uniq {
    fn flush(&mut self, io: &mut Io<'_>) {
        let Some((line, n)) = self.current.take() else { return };
        if (self.repeated && n < 2) || (self.unique && n > 1) {
            return;
        }
        if self.count { put(io, &format!("{n:7} {line}"), true) } else { put(io, &line, true) }
    }

    fn key(&self, line: &str) -> String {
        let mut rest = line;
        for _ in 0..self.skip {
            rest = rest.trim_start();
            rest = rest.find(char::is_whitespace).map_or("", |at| &rest[at..]);
        }
        if self.fold { rest.to_lowercase() } else { rest.to_owned() }
    }
}

impl Work for Uniq {
    fn line(&mut self, io: &mut Io<'_>, line: &str, _: bool) -> Flow {
        let key = self.key(line);
        match self.current.take() {
            Some((last, n)) if self.key(&last) == key => self.current = Some((last, n + 1)),
            old => {
                self.current = old;
                self.flush(io);
                self.current = Some((line.to_owned(), 1));
            }
        }
        Flow::More
    }

    fn end(&mut self, io: &mut Io<'_>) -> i32 {
        self.flush(io);
        0
    }

    fn boxed(&self) -> Box<dyn Work> {
        Box::new(self.clone())
    }
}
