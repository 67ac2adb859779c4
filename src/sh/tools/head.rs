//! `head`.

use super::filter::{Filter, Flow, Work, put, refuse};
use super::opts;
use crate::sh::io::Io;
use crate::sh::process::Program;

#[derive(Clone)]
struct Head {
    limit: u64,
    left: u64,
    bytes: bool,
    /// `-n -3`: all but the last ones.
    but: Option<usize>,
    kept: std::collections::VecDeque<(String, bool)>,
    titles: bool,
    first: bool,
}

/// Puts a leading `-5` as `-n5`; elsewhere it may be an option's value.
pub fn numeric(args: &[String]) -> Vec<String> {
    let mut out = args.to_vec();
    if let Some(first) = out.first_mut()
        && let Some(n) = first.strip_prefix('-').filter(|n| !n.is_empty() && n.bytes().all(|b| b.is_ascii_digit()))
    {
        *first = format!("-n{n}");
    }
    out
}

/// A count with an optional unit: `10`, `2k`.
pub fn count(text: &str) -> Option<u64> {
    let (digits, unit) = match text.chars().last()? {
        'k' | 'K' => (&text[..text.len() - 1], 1 << 10),
        'M' => (&text[..text.len() - 1], 1 << 20),
        'b' => (&text[..text.len() - 1], 512),
        _ => (text, 1),
    };
    digits.parse::<u64>().ok()?.checked_mul(unit)
}

pub fn make(name: &str, args: &[String]) -> Box<dyn Program> {
    let longs = [("lines", 'n'), ("bytes", 'c'), ("quiet", 'q'), ("silent", 'q'), ("verbose", 'v')];
    let o = match opts::parse(&numeric(args), "n:c:qv", &longs) {
        Ok(o) => o,
        Err(text) => return refuse(name, &text, 1),
    };
    let bytes = o.has('c');
    let text = o.value(if bytes { 'c' } else { 'n' }).unwrap_or("10");
    let (but, digits) = match text.strip_prefix('-') {
        Some(digits) => (true, digits),
        None => (false, text),
    };
    let Some(limit) = count(digits) else {
        let what = if bytes { "bytes" } else { "lines" };
        return refuse(name, &format!("invalid number of {what}: '{text}'"), 1);
    };
    let titles = (o.rest.len() > 1 || o.has('v')) && !o.has('q');
    let but = but.then_some(limit as usize);
    let work = Head { limit, left: limit, bytes, but, kept: Default::default(), titles, first: true };
    Filter::make(name, o.rest, Box::new(work))
}

impl Head {
    fn after(&self) -> Flow {
        if self.left == 0 && self.but.is_none() { Flow::NextFile } else { Flow::More }
    }
}

impl Work for Head {
    fn by_line(&self) -> bool {
        !self.bytes
    }

    fn file(&mut self, io: &mut Io<'_>, name: &str) {
        self.left = self.limit;
        if self.titles {
            let gap = if std::mem::take(&mut self.first) { "" } else { "\n" };
            let name = if name == "-" { "standard input" } else { name };
            io.out(&format!("{gap}==> {name} <==\n"));
        }
    }

    fn complain(&self, io: &mut Io<'_>, tool: &str, path: &str, why: &str) {
        complain_open(io, tool, path, why);
    }

    fn line(&mut self, io: &mut Io<'_>, line: &str, whole: bool) -> Flow {
        if let Some(but) = self.but {
            self.kept.push_back((line.to_owned(), whole));
            if self.kept.len() > but
                && let Some((line, whole)) = self.kept.pop_front()
            {
                put(io, &line, whole);
            }
            return Flow::More;
        }
        if self.left > 0 {
            self.left -= 1;
            put(io, line, whole);
        }
        self.after()
    }

    fn bytes(&mut self, io: &mut Io<'_>, data: &[u8]) -> Flow {
        let n = (self.left.min(data.len() as u64)) as usize;
        io.write(1, &data[..n]);
        self.left -= n as u64;
        self.after()
    }

    fn end(&mut self, _: &mut Io<'_>) -> i32 {
        0
    }

    fn boxed(&self) -> Box<dyn Work> {
        Box::new(self.clone())
    }
}

/// `head: cannot open 'x' for reading: No such file or directory`, as GNU's; busybox is shorter.
pub fn complain_open(io: &mut Io<'_>, tool: &str, path: &str, why: &str) {
    let text = match (super::is_gnu(io), why) {
        (false, _) => format!("{tool}: {path}: {why}\n"),
        (true, "Is a directory") => format!("{tool}: error reading '{path}': {why}\n"),
        (true, _) => format!("{tool}: cannot open '{path}' for reading: {why}\n"),
    };
    io.err(&text);
}
