//! `cat`, `tac`, `rev`, `nl`, and `more`/`less`, which show all at once here.

use super::filter::{Filter, Flow, Work, put, refuse};
use super::opts;
use crate::sh::io::Io;
use crate::sh::process::Program;

#[derive(Clone)]
struct Cat {
    number: Option<bool>,
    count: u64,
    ends: bool,
    tabs: bool,
    kind: Kind,
    kept: Vec<String>,
}

#[derive(Clone, Copy, PartialEq)]
enum Kind {
    Plain,
    Numbered,
    Last,
    Reverse,
}

pub fn make(name: &str, args: &[String]) -> Box<dyn Program> {
    let longs = [("number", 'n'), ("show-all", 'A'), ("number-nonblank", 'b'), ("show-ends", 'E')];
    let o = match opts::parse(args, "nbAETevstuFRSX", &longs) {
        Ok(o) => o,
        Err(text) => return refuse(name, &text, 1),
    };
    let number = match () {
        _ if o.has('b') || name == "nl" => Some(false),
        _ if o.has('n') => Some(true),
        _ => None,
    };
    let kind = match name {
        "tac" => Kind::Last,
        "rev" => Kind::Reverse,
        "nl" => Kind::Numbered,
        _ => Kind::Plain,
    };
    let ends = o.has('A') || o.has('E') || o.has('e');
    let tabs = o.has('A') || o.has('T') || o.has('t');
    Filter::make(name, o.rest, Box::new(Cat { number, count: 0, ends, tabs, kind, kept: Vec::new() }))
}

impl Work for Cat {
    fn by_line(&self) -> bool {
        self.number.is_some() || self.ends || self.tabs || self.kind != Kind::Plain
    }

    fn own_output(&self) -> Option<&'static str> {
        (self.kind == Kind::Plain).then_some("input file is output file")
    }

    fn bytes(&mut self, io: &mut Io<'_>, data: &[u8]) -> Flow {
        io.write(1, data);
        Flow::More
    }

    fn line(&mut self, io: &mut Io<'_>, line: &str, whole: bool) -> Flow {
        let mut text = match self.kind {
            Kind::Plain | Kind::Numbered => line.to_owned(),
            Kind::Reverse => line.chars().rev().collect(),
            Kind::Last => {
                self.kept.push(line.to_owned());
                return Flow::More;
            }
        };
        if self.tabs {
            text = text.replace('\t', "^I").replace('\r', "^M");
        }
        if self.ends && whole {
            text.push('$');
        }
        match self.number {
            // nl keeps the place of a number it does not give.
            Some(_) if self.kind == Kind::Numbered && line.is_empty() => text = " ".repeat(7),
            Some(blanks) if blanks || !line.is_empty() => {
                self.count += 1;
                text = format!("{:6}\t{text}", self.count);
            }
            _ => {}
        }
        put(io, &text, whole);
        Flow::More
    }

    fn end(&mut self, io: &mut Io<'_>) -> i32 {
        for line in std::mem::take(&mut self.kept).iter().rev() {
            put(io, line, true);
        }
        0
    }

    fn boxed(&self) -> Box<dyn Work> {
        Box::new(self.clone())
    }
}
