//! Control flow: lists, conditions and loops go on from frame to frame.

use super::Interp;
use super::frame::{Frame, Move};
use crate::sh::arith;
use crate::sh::ast::{Node, Word};
use crate::sh::builtins::{self, Outcome};
use crate::sh::expand::Stop;
use crate::sh::io::Io;
use crate::sh::process::Pid;
use crate::sh::signal::Signal;
use std::collections::VecDeque;
use std::rc::Rc;

/// The last status of a loop whose body has not run.
const FIRST: i32 = -1;

impl Interp {
    /// Starts a tree of commands.
    pub(in crate::sh) fn push(&mut self, node: Rc<Node>) {
        let frame = match &*node {
            Node::List(_) => Frame::List { node, at: 0 },
            Node::AndOr { .. } => Frame::AndOr { node, at: 0 },
            Node::If { .. } => Frame::If { node, arm: 0 },
            Node::While { .. } => Frame::While { node, testing: false, last: FIRST },
            Node::ForArith { .. } => Frame::ForArith { node, phase: 0 },
            _ => Frame::Expand { node, outputs: Vec::new(), sub: None },
        };
        self.frames.push(frame);
    }

    #[inline(never)]
    pub(super) fn resume(&mut self, io: &mut Io<'_>, frame: Frame) -> Move {
        match frame {
            Frame::List { node, at } => self.list(io, node, at),
            Frame::AndOr { node, at } => self.and_or(node, at),
            Frame::Negate => {
                self.vars.status = i32::from(self.vars.status == 0);
                Move::Go
            }
            Frame::Children { pids, statuses, negate } => self.children(io, pids, statuses, negate),
            Frame::If { node, arm } => self.if_arm(node, arm),
            Frame::For { node, words } => self.for_word(io, node, words),
            Frame::ForArith { node, phase } => self.for_arith(io, node, phase),
            Frame::While { node, testing, last } => self.while_loop(node, testing, last),
            Frame::Expand { node, outputs, sub } => self.expand(io, node, outputs, sub),
            Frame::Builtin { argv, partial } => self.builtin(io, argv, partial),
            Frame::AfterTrap(status) => {
                self.vars.status = status;
                Move::Go
            }
            Frame::Time(start) => {
                let taken = io.now().since(start);
                let (m, s, ms) = (taken.as_secs() / 60, taken.as_secs() % 60, taken.subsec_millis());
                io.err(&format!("\nreal\t{m}m{s}.{ms:03}s\nuser\t0m0.000s\nsys\t0m0.000s\n"));
                Move::Go
            }
            frame => {
                self.leave(io, &frame);
                Move::Go
            }
        }
    }

    fn list(&mut self, io: &mut Io<'_>, node: Rc<Node>, at: usize) -> Move {
        let Node::List(items) = &*node else { return Move::Go };
        let Some(item) = items.get(at).cloned() else {
            if items.is_empty() {
                self.vars.status = 0;
            }
            return Move::Go;
        };
        if at + 1 < items.len() {
            self.frames.push(Frame::List { node, at: at + 1 });
        }
        if item.background {
            return self.background(io, item.node, item.text);
        }
        self.push(item.node);
        Move::Go
    }

    fn and_or(&mut self, node: Rc<Node>, at: usize) -> Move {
        let Node::AndOr { first, rest } = &*node else { return Move::Go };
        let next = match at.checked_sub(1) {
            None => Some((0, first.clone())),
            Some(from) => {
                let wanted = rest.iter().enumerate().skip(from);
                let ok = self.vars.status == 0;
                wanted.into_iter().find(|(_, (and, _))| *and == ok).map(|(i, (_, n))| (i + 1, n.clone()))
            }
        };
        if let Some((i, command)) = next {
            self.frames.push(Frame::AndOr { node: node.clone(), at: i + 1 });
            self.push(command);
        }
        Move::Go
    }

    fn if_arm(&mut self, node: Rc<Node>, arm: usize) -> Move {
        let Node::If { arms, otherwise } = &*node else { return Move::Go };
        // `arm` counts tests that were started; the last one's outcome is the status.
        if arm > 0 && self.vars.status == 0 {
            if let Some((_, body)) = arms.get(arm - 1) {
                self.push(body.clone());
            }
            return Move::Go;
        }
        match (arms.get(arm), otherwise) {
            (Some((test, _)), _) => {
                let test = test.clone();
                self.frames.push(Frame::If { node: node.clone(), arm: arm + 1 });
                self.push(test);
            }
            (None, Some(body)) => self.push(body.clone()),
            (None, None) => self.vars.status = 0,
        }
        Move::Go
    }

    fn while_loop(&mut self, node: Rc<Node>, testing: bool, last: i32) -> Move {
        let Node::While { until, test, body } = &*node else { return Move::Go };
        if !testing {
            let last = if last == FIRST { 0 } else { self.vars.status };
            self.frames.push(Frame::While { node: node.clone(), testing: true, last });
            self.push(test.clone());
        } else if (self.vars.status == 0) != *until {
            self.frames.push(Frame::While { node: node.clone(), testing: false, last: 0 });
            self.push(body.clone());
        } else {
            self.vars.status = last;
        }
        Move::Go
    }

    fn for_word(&mut self, io: &mut Io<'_>, node: Rc<Node>, mut words: VecDeque<String>) -> Move {
        let Node::For { var, body, .. } = &*node else { return Move::Go };
        let Some(word) = words.pop_front() else { return Move::Go };
        if let Err(text) = self.vars.set(var, &word) {
            self.complain(io, &text);
            return self.done(1);
        }
        let body = body.clone();
        self.frames.push(Frame::For { node, words });
        self.push(body);
        Move::Go
    }

    fn for_arith(&mut self, io: &mut Io<'_>, node: Rc<Node>, phase: u8) -> Move {
        let Node::ForArith { init, test, next, body } = &*node else { return Move::Go };
        let mut value = |me: &mut Self, word: &Word| {
            let text = me.expander(io, &[], |e| e.string(word));
            let value = text.and_then(|t| arith::eval(&t, &mut me.vars).map_err(Stop::Error));
            match value {
                Ok(n) => Some(n),
                Err(stop) => {
                    let text = match stop {
                        Stop::Error(text) => text,
                        Stop::Command(_) => "commands within (( )): not simulated here".to_owned(),
                    };
                    me.complain(io, &text);
                    None
                }
            }
        };
        let before = if phase == 0 { init } else { next };
        if value(self, before).is_none() {
            return self.done(1);
        }
        let holds = if test.0.is_empty() { Some(1) } else { value(self, test) };
        match holds {
            Some(0) => Move::Go,
            None => self.done(1),
            Some(_) => {
                let body = body.clone();
                self.frames.push(Frame::ForArith { node, phase: 1 });
                self.push(body);
                Move::Go
            }
        }
    }

    fn children(&mut self, io: &mut Io<'_>, pids: Vec<Pid>, mut statuses: Vec<Option<i32>>, negate: bool) -> Move {
        let mut interrupted = false;
        for (pid, status) in pids.iter().zip(&mut statuses) {
            if status.is_none() {
                match io.wait_child(*pid) {
                    Some(end) => {
                        interrupted |= end.signal == Some(Signal::INT);
                        self.report_end(io, end.signal);
                        *status = Some(end.code);
                    }
                    None if !io.has_child(*pid) => *status = Some(127),
                    None => {}
                }
            }
        }
        if statuses.contains(&None) {
            self.frames.push(Frame::Children { pids, statuses, negate });
            return Move::Wait;
        }
        self.take_terminal(io);
        if interrupted && self.interactive {
            self.interrupt(io);
            return Move::Go;
        }
        let codes: Vec<i32> = statuses.into_iter().flatten().collect();
        let last = codes.last().copied().unwrap_or(0);
        let status = match self.options.pipefail {
            true => codes.iter().rev().find(|c| **c != 0).copied().unwrap_or(0),
            false => last,
        };
        if negate {
            self.vars.status = i32::from(status == 0);
            return Move::Go;
        }
        self.done(status)
    }

    fn report_end(&mut self, io: &mut Io<'_>, signal: Option<Signal>) {
        match signal {
            Some(Signal::INT) if self.interactive => io.err("\n"),
            Some(Signal::PIPE) | None => {}
            Some(signal) if self.interactive => io.err(&format!("{}\n", signal.description())),
            Some(_) => {}
        }
    }

    /// Runs a builtin from its beginning, or on with what it has read so far.
    pub(in crate::sh) fn builtin(&mut self, io: &mut Io<'_>, argv: Rc<Vec<String>>, mut partial: Vec<u8>) -> Move {
        match builtins::run(self, io, &argv, &mut partial) {
            Outcome::Done(status) => self.done(status),
            Outcome::Went => Move::Go,
            Outcome::Replaced => Move::Replaced,
            Outcome::Wait => {
                self.frames.push(Frame::Builtin { argv, partial });
                Move::Wait
            }
        }
    }
}
