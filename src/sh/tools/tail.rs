//! `tail`, with `-f`.

use super::filter::refuse;
use super::head::{complain_open, count, numeric};
use super::opts;
use crate::sh::env::Read;
use crate::sh::io::Io;
use crate::sh::process::{DescId, Program, Step};
use std::collections::VecDeque;
use std::time::Duration;

#[derive(Clone)]
struct Tail {
    files: VecDeque<String>,
    limit: u64,
    bytes: bool,
    from_start: bool,
    follow: bool,
    /// `-F`: by name, so that a file may come later.
    retry: bool,
    titles: bool,
    first: bool,
    data: Vec<u8>,
    input: Option<(String, DescId)>,
    /// Files that are followed, with what was read of each; the last one written to the screen.
    open: Vec<(String, DescId)>,
    shown: String,
    failed: bool,
}

pub fn make(name: &str, args: &[String]) -> Box<dyn Program> {
    let longs = [("lines", 'n'), ("bytes", 'c'), ("follow", 'f'), ("quiet", 'q'), ("retry", 'F')];
    let o = match opts::parse(&numeric(args), "n:c:fFqvs:", &longs) {
        Ok(o) => o,
        Err(text) => return refuse(name, &text, 1),
    };
    let bytes = o.has('c');
    let text = o.value(if bytes { 'c' } else { 'n' }).unwrap_or("10");
    let digits = text.trim_start_matches(['-', '+']);
    let Some(limit) = count(digits) else {
        let what = if bytes { "bytes" } else { "lines" };
        return refuse(name, &format!("invalid number of {what}: '{text}'"), 1);
    };
    let files = if o.rest.is_empty() { vec!["-".to_owned()] } else { o.rest.clone() };
    let titles = files.len() > 1 && !o.has('q');
    Box::new(Tail {
        files: files.into(),
        limit,
        bytes,
        from_start: text.starts_with('+'),
        follow: o.has('f') || o.has('F'),
        retry: o.has('F'),
        titles,
        first: true,
        data: Vec::new(),
        input: None,
        open: Vec::new(),
        shown: String::new(),
        failed: false,
    })
}

impl Tail {
    fn title(&mut self, io: &mut Io<'_>, name: &str) {
        if self.titles && self.shown != name {
            let gap = if std::mem::take(&mut self.first) { "" } else { "\n" };
            let shown = if name == "-" { "standard input" } else { name };
            io.out(&format!("{gap}==> {shown} <==\n"));
            self.shown = name.to_owned();
        }
    }

    fn finish(&mut self, io: &mut Io<'_>, name: &str, desc: DescId) {
        self.title(io, name);
        let data = std::mem::take(&mut self.data);
        let start = self.start(&data);
        io.write(1, &data[start..]);
        if self.follow && name != "-" {
            self.open.push((name.to_owned(), desc));
        } else if name != "-" {
            io.close_desc(desc);
        }
    }

    /// Where the part begins that is shown.
    fn start(&self, data: &[u8]) -> usize {
        let n = usize::try_from(self.limit).unwrap_or(usize::MAX);
        match (self.bytes, self.from_start) {
            (true, true) => n.saturating_sub(1).min(data.len()),
            (true, false) => data.len().saturating_sub(n),
            (false, true) => {
                let ends = data.iter().enumerate().filter(|(_, b)| **b == b'\n');
                if n <= 1 { 0 } else { ends.map(|(i, _)| i + 1).nth(n - 2).unwrap_or(data.len()) }
            }
            (false, false) => {
                if n == 0 {
                    return data.len();
                }
                let body = data.strip_suffix(b"\n").unwrap_or(data);
                let ends = body.iter().enumerate().rev().filter(|(_, b)| **b == b'\n');
                ends.map(|(i, _)| i + 1).nth(n - 1).unwrap_or(0)
            }
        }
    }
}

impl Program for Tail {
    fn step(&mut self, io: &mut Io<'_>) -> Step {
        // A line without an end: it is read until there is no more memory.
        if self.files.front().is_some_and(|f| f == "/dev/zero") {
            io.allocate(u64::MAX);
            return Step::Wait;
        }
        if let Some((name, desc)) = self.input.clone() {
            match io.read_desc(desc, 1 << 16) {
                Read::Wait => return Step::Wait,
                Read::Data(data) => {
                    self.data.extend_from_slice(&data);
                    // Only the end can matter; keep memory bounded.
                    if !self.from_start && self.data.len() > 4 << 20 {
                        self.data.drain(..2 << 20);
                    }
                }
                Read::End => {
                    self.input = None;
                    self.finish(io, &name, desc);
                }
            }
            return Step::Again;
        }
        if let Some(path) = self.files.pop_front() {
            if path == "-" {
                self.input = io.desc(0).map(|d| (path, d));
                return Step::Again;
            }
            let opened =
                if io.is_dir(&path) { Err("Is a directory") } else { io.open_read(&path).map_err(|e| e.text()) };
            match opened {
                Ok(desc) => self.input = Some((path, desc)),
                Err(why) => {
                    self.failed = true;
                    complain_open(io, "tail", &path, why);
                }
            }
            return Step::Again;
        }
        if !self.follow || (self.open.is_empty() && !self.retry) {
            if self.follow && self.failed {
                io.err("tail: no files remaining\n");
            }
            return Step::Exit(i32::from(self.failed));
        }
        for (name, desc) in self.open.clone() {
            while let Read::Data(data) = io.read_desc(desc, 1 << 16) {
                self.title(io, &name);
                io.write(1, &data);
            }
        }
        io.wake_at(io.now() + Duration::from_secs(1));
        Step::Wait
    }

    fn boxed(&self) -> Box<dyn Program> {
        Box::new(self.clone())
    }
}
