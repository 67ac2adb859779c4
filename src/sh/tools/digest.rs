//! `base64`, `sha256sum`; `md5sum` is not simulated.

use super::filter::{Filter, Flow, Work, refuse};
use super::opts;
use crate::apimachinery::{base64, sha256};
use crate::sh::io::Io;
use crate::sh::process::Program;

#[derive(Clone)]
struct Digest {
    sum: bool,
    decode: bool,
    wrap: usize,
    name: String,
    data: Vec<u8>,
}

pub fn make(name: &str, args: &[String]) -> Box<dyn Program> {
    if name == "md5sum" {
        return refuse(name, "not simulated here", 1);
    }
    let o = match opts::parse(args, "dDw:ib", &[("decode", 'd'), ("wrap", 'w'), ("ignore-garbage", 'i')]) {
        Ok(o) => o,
        Err(text) => return refuse(name, &text, 1),
    };
    let wrap = o.value('w').map_or(Some(76), |w| w.parse().ok());
    let Some(wrap) = wrap else {
        return refuse(name, &format!("invalid wrap size: '{}'", o.value('w').unwrap_or("")), 1);
    };
    let decode = o.has('d') || o.has('D');
    let work = Digest { sum: name == "sha256sum", decode, wrap, name: String::new(), data: Vec::new() };
    Filter::make(name, o.rest, Box::new(work))
}

impl Work for Digest {
    fn by_line(&self) -> bool {
        false
    }

    fn file(&mut self, _: &mut Io<'_>, name: &str) {
        name.clone_into(&mut self.name);
        self.data.clear();
    }

    fn bytes(&mut self, _: &mut Io<'_>, data: &[u8]) -> Flow {
        self.data.extend_from_slice(data);
        Flow::More
    }

    fn file_end(&mut self, io: &mut Io<'_>) {
        if self.sum {
            io.out(&format!("{}  {}\n", sha256::hex(&self.data), self.name));
        } else if self.decode {
            let (data, good) = base64::decode_some(&self.data);
            io.write(1, &data);
            if !good {
                io.err("base64: invalid input\n");
            }
        } else {
            let text = base64::encode(&self.data);
            match self.wrap {
                0 => io.out(&text),
                width => {
                    for line in text.as_bytes().chunks(width) {
                        io.write(1, line);
                        io.out("\n");
                    }
                }
            }
        }
    }

    fn end(&mut self, _: &mut Io<'_>) -> i32 {
        let bad = self.decode && !base64::decode_some(&self.data).1;
        i32::from(bad)
    }

    fn boxed(&self) -> Box<dyn Work> {
        Box::new(self.clone())
    }
}
