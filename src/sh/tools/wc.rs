//! `wc`.

use super::filter::{Filter, Flow, Work, refuse};
use super::opts;
use crate::sh::io::Io;
use crate::sh::process::Program;

#[derive(Clone)]
struct Wc {
    shows: [bool; 4],
    name: String,
    counts: [u64; 4],
    rows: Vec<([u64; 4], String)>,
    in_word: bool,
}

pub fn make(name: &str, args: &[String]) -> Box<dyn Program> {
    let longs = [("lines", 'l'), ("words", 'w'), ("bytes", 'c'), ("chars", 'm')];
    let o = match opts::parse(args, "lwcm", &longs) {
        Ok(o) => o,
        Err(text) => return refuse(name, &text, 1),
    };
    let mut shows = [o.has('l'), o.has('w'), o.has('m'), o.has('c')];
    if shows == [false; 4] {
        shows = [true, true, false, true];
    }
    let work = Wc { shows, name: String::new(), counts: [0; 4], rows: Vec::new(), in_word: false };
    Filter::make(name, o.rest, Box::new(work))
}

impl Work for Wc {
    fn by_line(&self) -> bool {
        false
    }

    fn file(&mut self, _: &mut Io<'_>, name: &str) {
        self.name = if name == "-" { String::new() } else { name.to_owned() };
        self.counts = [0; 4];
        self.in_word = false;
    }

    fn bytes(&mut self, _: &mut Io<'_>, data: &[u8]) -> Flow {
        for byte in data {
            self.counts[0] += u64::from(*byte == b'\n');
            let space = byte.is_ascii_whitespace();
            self.counts[1] += u64::from(!space && !self.in_word);
            self.in_word = !space;
            self.counts[2] += u64::from(byte & 0xc0 != 0x80);
            self.counts[3] += 1;
        }
        Flow::More
    }

    fn file_end(&mut self, _: &mut Io<'_>) {
        self.rows.push((self.counts, std::mem::take(&mut self.name)));
    }

    fn end(&mut self, io: &mut Io<'_>) -> i32 {
        if self.rows.len() > 1 {
            let mut total = [0; 4];
            for (counts, _) in &self.rows {
                total.iter_mut().zip(counts).for_each(|(t, c)| *t += c);
            }
            self.rows.push((total, "total".to_owned()));
        }
        let columns = self.shows.iter().filter(|s| **s).count();
        let biggest = self.rows.iter().map(|(c, _)| c[3].to_string().len()).max().unwrap_or(1);
        let stdin = self.rows.iter().any(|(_, n)| n.is_empty());
        let width = match (columns, self.rows.len()) {
            (1, 1) => 1,
            _ if stdin => 7,
            _ => biggest,
        };
        for (counts, name) in &self.rows {
            let fields: Vec<String> =
                counts.iter().zip(self.shows).filter(|(_, s)| *s).map(|(c, _)| format!("{c:width$}")).collect();
            let name = if name.is_empty() { String::new() } else { format!(" {name}") };
            io.out(&format!("{}{name}\n", fields.join(" ")));
        }
        0
    }

    fn boxed(&self) -> Box<dyn Work> {
        Box::new(self.clone())
    }
}
