//! Signals and traps: what Ctrl-C drops, and when a trap's commands run.

use super::Interp;
use super::frame::Frame;
use super::input::Source;
use crate::sh::io::Io;
use crate::sh::parser::{self};
use crate::sh::signal::Signal;

impl Interp {
    /// Ctrl-C at a terminal: everything is dropped.
    #[inline(never)]
    pub(super) fn interrupt(&mut self, io: &mut Io<'_>) {
        self.unwind(io, |_| false);
        self.vars.status = 130;
        if let Source::Stdin { program, line, prompted } = &mut self.source {
            program.clear();
            line.clear();
            *prompted = false;
        }
        self.take_terminal(io);
    }

    /// Makes this shell's own group the one that Ctrl-C reaches.
    pub(in crate::sh) fn take_terminal(&self, io: &mut Io<'_>) {
        if self.interactive && !self.subshell {
            let me = io.pid();
            let group = io.kernel().process(me).map_or(me, |p| p.pgid);
            io.set_foreground(group);
        }
    }

    /// Takes signals in: traps wait until the foreground command ends.
    pub(super) fn signals(&mut self, io: &mut Io<'_>) {
        while let Some(signal) = io.take_signal() {
            match self.traps.get(&signal) {
                Some(text) if !text.is_empty() => self.raised.push_back(signal),
                _ if signal == Signal::INT && self.interactive => self.interrupt(io),
                _ if signal == Signal::XFSZ && self.interactive => {
                    io.err(&format!("{}\n", signal.description()));
                    self.interrupt(io);
                }
                _ => {}
            }
        }
        let waits_for_child = match self.frames.last() {
            Some(Frame::Children { .. }) => true,
            Some(Frame::Expand { sub, .. }) => sub.is_some(),
            _ => false,
        };
        if waits_for_child {
            return;
        }
        let Some(signal) = self.raised.pop_front() else { return };
        // `wait` and `read` end when a trap runs.
        if matches!(self.frames.last(), Some(Frame::Builtin { .. })) {
            self.frames.pop();
            self.vars.status = 128 + i32::from(signal.0);
        }
        if let Some(text) = self.traps.get(&signal).cloned() {
            self.frames.push(Frame::AfterTrap(self.vars.status));
            match parser::parse(&text, &self.aliases) {
                Ok(node) => self.push(node),
                Err(e) => {
                    let text = self.syntax_error(&e, &text);
                    io.err(&text);
                }
            }
        }
    }
}
