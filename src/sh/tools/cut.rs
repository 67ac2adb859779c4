//! `cut`.

use super::filter::{Filter, Flow, Work, put, refuse};
use super::opts;
use crate::sh::io::Io;
use crate::sh::process::Program;

#[derive(Clone)]
struct Cut {
    fields: bool,
    ranges: Vec<(usize, usize)>,
    delimiter: char,
    output: String,
    only_delimited: bool,
    complement: bool,
}

pub fn make(name: &str, args: &[String]) -> Box<dyn Program> {
    let longs = [
        ("fields", 'f'),
        ("delimiter", 'd'),
        ("characters", 'c'),
        ("bytes", 'b'),
        ("only-delimited", 's'),
        ("output-delimiter", 'O'),
        ("complement", 'C'),
    ];
    let o = match opts::parse(args, "f:d:c:b:sO:C", &longs) {
        Ok(o) => o,
        Err(text) => return refuse(name, &text, 1),
    };
    let Some(list) = o.value('f').or(o.value('c')).or(o.value('b')) else {
        return refuse(name, "you must specify a list of bytes, characters, or fields", 1);
    };
    let Some(ranges) = list.split(',').map(range).collect::<Option<Vec<_>>>() else {
        return refuse(name, "invalid field range", 1);
    };
    let delimiter = match o.value('d') {
        None => '\t',
        Some(d) if d.chars().count() == 1 => d.chars().next().unwrap_or('\t'),
        Some(_) => return refuse(name, "the delimiter must be a single character", 1),
    };
    let output = o.value('O').map_or(delimiter.to_string(), str::to_owned);
    let work =
        Cut { fields: o.has('f'), ranges, delimiter, output, only_delimited: o.has('s'), complement: o.has('C') };
    Filter::make(name, o.rest, Box::new(work))
}

/// `3`, `2-4`, `-2`, `5-`, counted from 1.
fn range(text: &str) -> Option<(usize, usize)> {
    let number = |t: &str| t.parse::<usize>().ok().filter(|n| *n > 0);
    match text.split_once('-') {
        None => number(text).map(|n| (n, n)),
        Some(("", "")) => None,
        Some(("", to)) => Some((1, number(to)?)),
        Some((from, "")) => Some((number(from)?, usize::MAX)),
        Some((from, to)) => Some((number(from)?, number(to)?)),
    }
}

impl Work for Cut {
    fn line(&mut self, io: &mut Io<'_>, line: &str, _: bool) -> Flow {
        let wanted = |n: usize| self.ranges.iter().any(|(a, b)| (*a..=*b).contains(&n)) != self.complement;
        if !self.fields {
            let text: String = line.chars().zip(1..).filter(|(_, n)| wanted(*n)).map(|(c, _)| c).collect();
            put(io, &text, true);
        } else if line.contains(self.delimiter) {
            let parts: Vec<&str> =
                line.split(self.delimiter).zip(1..).filter(|(_, n)| wanted(*n)).map(|(f, _)| f).collect();
            put(io, &parts.join(&self.output), true);
        } else if !self.only_delimited {
            put(io, line, true);
        }
        Flow::More
    }

    fn end(&mut self, _: &mut Io<'_>) -> i32 {
        0
    }

    fn boxed(&self) -> Box<dyn Work> {
        Box::new(self.clone())
    }
}
