//! The frame of tools that read files or standard input and write as they go.

use crate::sh::env::Read;
use crate::sh::io::Io;
use crate::sh::process::{DescId, Program, Step};
use std::collections::VecDeque;

/// What a filter does after a piece of input.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Flow {
    More,
    /// It has seen enough of this file.
    NextFile,
    /// It has seen enough.
    Enough,
}

/// The part that differs between tools.
pub trait Work {
    /// A file (or standard input, named `-`) begins.
    fn file(&mut self, _io: &mut Io<'_>, _name: &str) {}
    /// One line without its newline; `whole` is false where the input ended without one.
    fn line(&mut self, _io: &mut Io<'_>, _line: &str, _whole: bool) -> Flow {
        Flow::More
    }
    /// Raw bytes, for tools that do not read by line.
    fn bytes(&mut self, _io: &mut Io<'_>, _data: &[u8]) -> Flow {
        Flow::More
    }
    /// A file ended.
    fn file_end(&mut self, _io: &mut Io<'_>) {}
    /// All input ended; returns the exit code.
    fn end(&mut self, io: &mut Io<'_>) -> i32;
    fn by_line(&self) -> bool {
        true
    }
    /// The exit code after a file that could not be read.
    fn failure(&self) -> i32 {
        1
    }
    /// How a file that cannot be read is told of.
    fn complain(&self, io: &mut Io<'_>, tool: &str, path: &str, why: &str) {
        io.err(&format!("{tool}: {path}: {why}\n"));
    }
    /// What it says of a file that its own output goes to; None where it reads on, and so its own output.
    fn own_output(&self) -> Option<&'static str> {
        None
    }
    fn boxed(&self) -> Box<dyn Work>;
}

impl Clone for Box<dyn Work> {
    fn clone(&self) -> Self {
        self.boxed()
    }
}

/// A filter in the middle of its work.
#[derive(Clone)]
pub struct Filter {
    name: String,
    files: VecDeque<String>,
    /// Open input; the flag says that it is to be closed.
    input: Option<(DescId, bool)>,
    rest: Vec<u8>,
    failed: bool,
    work: Box<dyn Work>,
}

/// Lines worked on in one poll.
const BATCH: usize = 400;

impl Filter {
    /// A filter over files; standard input where none is named.
    pub fn make(name: &str, files: Vec<String>, work: Box<dyn Work>) -> Box<dyn Program> {
        let files = if files.is_empty() { vec!["-".to_owned()] } else { files };
        let name = name.to_owned();
        Box::new(Self { name, files: files.into(), input: None, rest: Vec::new(), failed: false, work })
    }

    fn open(&mut self, io: &mut Io<'_>) -> Option<Step> {
        let Some(path) = self.files.pop_front() else {
            let code = self.work.end(io);
            let failure = self.work.failure();
            return Some(Step::Exit(if self.failed && (code == 0 || failure > 1) { failure } else { code }));
        };
        if path == "-" {
            self.input = io.desc(0).map(|d| (d, false));
            self.input?;
        } else if io.is_dir(&path) {
            self.failed = true;
            self.work.complain(io, &self.name, &path, "Is a directory");
            return None;
        } else if let Some(why) = self.work.own_output().filter(|_| io.is_output(&path)) {
            self.failed = true;
            self.work.complain(io, &self.name, &path, why);
            return None;
        } else {
            match io.open_read(&path) {
                Ok(desc) => self.input = Some((desc, true)),
                Err(e) => {
                    self.failed = true;
                    self.work.complain(io, &self.name, &path, e.text());
                    return None;
                }
            }
        }
        self.work.file(io, &path);
        None
    }

    fn close(&mut self, io: &mut Io<'_>) {
        self.rest.clear();
        if let Some((desc, owned)) = self.input.take() {
            self.work.file_end(io);
            if owned {
                io.close_desc(desc);
            }
        }
    }

    fn lines(&mut self, io: &mut Io<'_>) -> Flow {
        let mut at = 0;
        let mut flow = Flow::More;
        for _ in 0..BATCH {
            let Some(end) = self.rest[at..].iter().position(|b| *b == b'\n') else { break };
            let line = String::from_utf8_lossy(&self.rest[at..at + end]);
            flow = self.work.line(io, &line, true);
            at += end + 1;
            if flow != Flow::More || io.is_blocked() {
                break;
            }
        }
        self.rest.drain(..at);
        flow
    }
}

impl Program for Filter {
    fn step(&mut self, io: &mut Io<'_>) -> Step {
        let Some((desc, _)) = self.input else {
            return self.open(io).unwrap_or(Step::Again);
        };
        let by_line = self.work.by_line();
        let mut flow = Flow::More;
        if by_line && self.rest.contains(&b'\n') {
            flow = self.lines(io);
        } else {
            match io.read_desc(desc, 1 << 16) {
                Read::Wait => return Step::Wait,
                Read::Data(data) if by_line => self.rest.extend_from_slice(&data),
                Read::Data(data) => flow = self.work.bytes(io, &data),
                Read::End => {
                    if !self.rest.is_empty() {
                        let line = std::mem::take(&mut self.rest);
                        flow = self.work.line(io, &String::from_utf8_lossy(&line), false);
                    }
                    self.close(io);
                }
            }
        }
        match flow {
            Flow::More => {}
            Flow::NextFile => self.close(io),
            Flow::Enough => {
                self.close(io);
                self.files.clear();
            }
        }
        Step::Again
    }

    fn boxed(&self) -> Box<dyn Program> {
        Box::new(self.clone())
    }
}

/// A tool that only says something and ends: bad options.
#[derive(Clone)]
struct Say {
    text: String,
    code: i32,
}

impl Program for Say {
    fn step(&mut self, io: &mut Io<'_>) -> Step {
        io.err(&self.text);
        Step::Exit(self.code)
    }
    fn boxed(&self) -> Box<dyn Program> {
        Box::new(self.clone())
    }
}

/// A program that complains about its arguments: text after `name: `.
pub fn refuse(name: &str, text: &str, code: i32) -> Box<dyn Program> {
    let hint =
        if text.contains("option") { format!("Try '{name} --help' for more information.\n") } else { String::new() };
    Box::new(Say { text: format!("{name}: {text}\n{hint}"), code })
}

/// Writes a line; the newline is left out where the input's last line had none.
pub fn put(io: &mut Io<'_>, line: &str, whole: bool) {
    let mut text = String::with_capacity(line.len() + 1);
    text.push_str(line);
    if whole {
        text.push('\n');
    }
    io.out(&text);
}
