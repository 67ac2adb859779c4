//! `tr`.

use super::filter::{Filter, Flow, Work, refuse};
use super::opts;
use crate::sh::escape::unescape;
use crate::sh::io::Io;
use crate::sh::process::Program;

#[derive(Clone)]
struct Tr {
    from: Vec<char>,
    to: Vec<char>,
    complement: bool,
    delete: bool,
    squeeze: bool,
    last: Option<char>,
    /// Bytes of a character that has not come whole.
    partial: Vec<u8>,
}

pub fn make(name: &str, args: &[String]) -> Box<dyn Program> {
    let o = match opts::parse(args, "+dscCt", &[("delete", 'd'), ("squeeze-repeats", 's'), ("complement", 'c')]) {
        Ok(o) => o,
        Err(text) => return refuse(name, &text, 1),
    };
    let mut sets = o.rest.iter().map(|t| set(t));
    let Some(from) = sets.next() else { return refuse(name, "missing operand", 1) };
    let to = sets.next();
    let (delete, squeeze) = (o.has('d'), o.has('s'));
    if to.is_none() && !delete && !squeeze {
        return refuse(name, &format!("missing operand after '{}'", o.rest[0]), 1);
    }
    let complement = o.has('c') || o.has('C');
    let work = Tr { from, to: to.unwrap_or_default(), complement, delete, squeeze, last: None, partial: Vec::new() };
    Filter::make(name, Vec::new(), Box::new(work))
}

/// The characters of a set: ranges, classes, escapes.
fn set(text: &str) -> Vec<char> {
    let text = text
        .replace("[:upper:]", "A-Z")
        .replace("[:lower:]", "a-z")
        .replace("[:digit:]", "0-9")
        .replace("[:alpha:]", "A-Za-z")
        .replace("[:alnum:]", "0-9A-Za-z")
        .replace("[:space:]", " \\t\\n\\r\\v\\f")
        .replace("[:blank:]", " \\t")
        .replace("[:punct:]", "!-/:-@[-`{-~");
    let chars: Vec<char> = unescape(&text).0.chars().collect();
    let (mut out, mut i) = (Vec::new(), 0);
    while let Some(c) = chars.get(i) {
        match (chars.get(i + 1), chars.get(i + 2)) {
            (Some('-'), Some(end)) if end >= c => {
                out.extend((*c..=*end).take(0x1_0000));
                i += 3;
            }
            _ => {
                out.push(*c);
                i += 1;
            }
        }
    }
    out
}

impl Work for Tr {
    fn by_line(&self) -> bool {
        false
    }

    fn bytes(&mut self, io: &mut Io<'_>, data: &[u8]) -> Flow {
        self.partial.extend_from_slice(data);
        let end = match std::str::from_utf8(&self.partial) {
            Ok(_) => self.partial.len(),
            Err(e) if e.error_len().is_none() => e.valid_up_to(),
            Err(_) => self.partial.len(),
        };
        let bytes: Vec<u8> = self.partial.drain(..end).collect();
        let mut out = String::new();
        for c in String::from_utf8_lossy(&bytes).chars() {
            let at = self.from.iter().position(|f| *f == c);
            let hit = at.is_some() != self.complement;
            if hit && self.delete {
                continue;
            }
            let mut new = c;
            if hit && !self.to.is_empty() && !self.delete {
                let index = if self.complement { usize::MAX } else { at.unwrap_or(0) };
                new = self.to.get(index).or(self.to.last()).copied().unwrap_or(c);
            }
            let squeezes = if self.to.is_empty() || self.delete { hit } else { self.to.contains(&new) };
            if self.squeeze && squeezes && self.last == Some(new) {
                continue;
            }
            self.last = Some(new);
            out.push(new);
        }
        io.out(&out);
        Flow::More
    }

    fn end(&mut self, _: &mut Io<'_>) -> i32 {
        0
    }

    fn boxed(&self) -> Box<dyn Work> {
        Box::new(self.clone())
    }
}
