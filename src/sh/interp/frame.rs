//! What a shell is in the middle of: the frames of its stack, and what leaving one restores.

use super::Interp;
use crate::apimachinery::Time;
use crate::sh::ast::Node;
use crate::sh::io::Io;
use crate::sh::process::{DescId, Pid};
use crate::sh::vars::Var;
use std::collections::{BTreeMap, VecDeque};
use std::rc::Rc;

/// What is being done, innermost last.
#[derive(Clone)]
pub(in crate::sh) enum Frame {
    List {
        node: Rc<Node>,
        at: usize,
    },
    AndOr {
        node: Rc<Node>,
        at: usize,
    },
    Negate,
    /// Children that are waited for; the status is the last one's.
    Children {
        pids: Vec<Pid>,
        statuses: Vec<Option<i32>>,
        negate: bool,
    },
    If {
        node: Rc<Node>,
        arm: usize,
    },
    For {
        node: Rc<Node>,
        words: VecDeque<String>,
    },
    ForArith {
        node: Rc<Node>,
        phase: u8,
    },
    While {
        node: Rc<Node>,
        testing: bool,
        last: i32,
    },
    /// A command whose words are expanded; `sub` is the command substitution that runs.
    Expand {
        node: Rc<Node>,
        outputs: Vec<String>,
        sub: Option<Sub>,
    },
    /// A builtin that waits.
    Builtin {
        argv: Rc<Vec<String>>,
        partial: Vec<u8>,
    },
    Call {
        params: Rc<Vec<String>>,
        locals: BTreeMap<String, Option<Var>>,
        sourced: bool,
    },
    RestoreFds(Vec<(u32, Option<DescId>)>),
    RestoreVars(Vec<(String, Option<Var>)>),
    /// After a trap's commands: the status from before.
    AfterTrap(i32),
    Time(Time),
}

/// A command substitution in flight.
#[derive(Clone)]
pub(in crate::sh) struct Sub {
    pub pid: Pid,
    pub read: DescId,
    pub data: Vec<u8>,
    pub ended: bool,
}

/// What one move of the machine came to.
pub(in crate::sh) enum Move {
    Go,
    Wait,
    Exit(i32),
    /// The process runs something else now.
    Replaced,
}

impl Interp {
    /// Drops frames from the top down to (and with) the first for which `stop` is true; restores what they changed.
    pub(in crate::sh) fn unwind(&mut self, io: &mut Io<'_>, mut stop: impl FnMut(&Frame) -> bool) -> Option<Frame> {
        while let Some(frame) = self.frames.pop() {
            let hit = stop(&frame);
            self.leave(io, &frame);
            if hit {
                return Some(frame);
            }
        }
        None
    }

    pub(super) fn leave(&mut self, io: &mut Io<'_>, frame: &Frame) {
        match frame {
            Frame::RestoreFds(saved) => {
                for (fd, desc) in saved.iter().rev() {
                    io.set_fd(*fd, *desc);
                }
            }
            Frame::RestoreVars(saved) => {
                for (name, var) in saved.iter().rev() {
                    self.vars.restore(name, var.clone());
                }
            }
            Frame::Call { params, locals, .. } => {
                self.vars.params = params.clone();
                for (name, var) in locals {
                    self.vars.restore(name, var.clone());
                }
            }
            Frame::Expand { sub: Some(sub), .. } => io.close_desc(sub.read),
            _ => {}
        }
    }
}
