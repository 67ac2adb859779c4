//! Command substitutions: a child whose output becomes text.

use crate::sh::ast::Node;
use crate::sh::env::Read;
use crate::sh::interp::{Interp, Sub};
use crate::sh::io::Io;
use std::rc::Rc;

/// The output of a command substitution is cut here.
const MAX_OUTPUT: usize = 4 << 20;

impl Interp {
    /// Collects a substitution's output; the text when it has ended.
    pub(super) fn read_sub(&mut self, io: &mut Io<'_>, sub: &mut Sub) -> Option<String> {
        while !sub.ended {
            match io.read_desc(sub.read, 1 << 16) {
                Read::Data(data) => {
                    if sub.data.len() < MAX_OUTPUT {
                        sub.data.extend_from_slice(&data);
                    }
                }
                Read::Wait => return None,
                Read::End => sub.ended = true,
            }
        }
        match io.wait_child(sub.pid) {
            Some(end) => self.vars.status = end.code,
            None if io.has_child(sub.pid) => return None,
            None => {}
        }
        io.close_desc(sub.read);
        sub.data.retain(|b| *b != 0);
        let text = String::from_utf8_lossy(&sub.data);
        Some(text.trim_end_matches('\n').to_owned())
    }

    pub(super) fn start_sub(&mut self, io: &mut Io<'_>, script: Rc<Node>) -> Option<Sub> {
        let (read, write) = io.pipe();
        let mut child = self.fork_state();
        child.push(script);
        match self.fork(io, Box::new(child), &[(1, write)], None) {
            Ok(pid) => Some(Sub { pid, read, data: Vec::new(), ended: false }),
            Err(_) => {
                io.close_desc(read);
                self.complain(io, "fork: retry: Resource temporarily unavailable");
                None
            }
        }
    }
}
