//! `tee`.

use super::filter::{Filter, Flow, Work, refuse};
use super::opts;
use crate::sh::io::{Io, Mode};
use crate::sh::process::{DescId, Program};

#[derive(Clone)]
struct Tee {
    paths: Vec<String>,
    append: bool,
    open: Option<Vec<DescId>>,
    failed: bool,
}

pub fn make(name: &str, args: &[String]) -> Box<dyn Program> {
    match opts::parse(args, "ai", &[("append", 'a')]) {
        Ok(o) => {
            let work = Tee { append: o.has('a'), paths: o.rest, open: None, failed: false };
            Filter::make(name, Vec::new(), Box::new(work))
        }
        Err(text) => refuse(name, &text, 1),
    }
}

impl Tee {
    /// Makes the files, even where nothing comes.
    fn files(&mut self, io: &mut Io<'_>) -> Vec<DescId> {
        if self.open.is_none() {
            let mode = if self.append { Mode::Append } else { Mode::Truncate };
            let mut open = Vec::new();
            for path in &self.paths {
                match io.open(path, mode) {
                    Ok(desc) => open.push(desc),
                    Err(e) => {
                        self.failed = true;
                        io.err(&format!("tee: {path}: {}\n", e.text()));
                    }
                }
            }
            self.open = Some(open);
        }
        self.open.clone().unwrap_or_default()
    }
}

impl Work for Tee {
    fn by_line(&self) -> bool {
        false
    }

    fn file(&mut self, io: &mut Io<'_>, _: &str) {
        self.files(io);
    }

    fn bytes(&mut self, io: &mut Io<'_>, data: &[u8]) -> Flow {
        for desc in self.files(io) {
            io.write_desc(desc, data);
        }
        io.write(1, data);
        Flow::More
    }

    fn end(&mut self, io: &mut Io<'_>) -> i32 {
        for desc in self.open.take().unwrap_or_default() {
            io.close_desc(desc);
        }
        i32::from(self.failed)
    }

    fn boxed(&self) -> Box<dyn Work> {
        Box::new(self.clone())
    }
}
