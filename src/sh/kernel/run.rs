//! The machine's scheduler: polls processes at one moment until nothing moves, and holds back those that spin.

use super::Kernel;
use crate::apimachinery::Time;
use crate::sh::env::Env;
use crate::sh::io::Io;
use crate::sh::process::{Pid, Process, Step};
use std::time::Duration;

/// Polls that a process may go on for within one instant; then it is held back for a while, as if its CPU were slow.
const QUANTUM: u32 = 4_000;

/// Polls of a machine within one instant.
const MAX_POLLS: u32 = 100_000;

const LONGEST_HOLD: u32 = 10;

impl Kernel {
    /// True where a step may do something now.
    pub fn is_ready(&self, now: Time) -> bool {
        self.dirty || !self.sockets.is_empty() || self.next_timer().is_some_and(|t| t <= now)
    }

    /// The next moment at which a process wants to be polled.
    pub fn next_timer(&self) -> Option<Time> {
        let timers = self.procs.values().filter(|p| p.status.is_none()).filter_map(|p| {
            let held = (p.held.0 > self.now).then_some(p.held.0);
            match (held, p.wake) {
                (Some(h), _) => Some(h),
                (None, wake) => wake,
            }
        });
        timers.min()
    }

    /// Who used up its share of an instant lately: the processes that spin.
    pub fn spinning(&self) -> Vec<&Process> {
        self.procs.values().filter(|p| p.status.is_none() && p.held.1 > 3).collect()
    }

    /// Tells the machine what time it is; it never goes back.
    pub fn tell_time(&mut self, now: Time) {
        self.now = now.max(self.now);
    }

    /// Runs all processes at one moment until nothing moves. True where something did.
    pub fn step(&mut self, now: Time, env: &mut dyn Env) -> bool {
        self.tell_time(now);
        self.dirty = false;
        if self.spent.0 != self.now {
            self.spent = (self.now, 0);
        }
        let mut any = false;
        loop {
            let mut progress = false;
            for pid in self.procs.keys().copied().collect::<Vec<_>>() {
                progress |= self.poll(pid, env);
            }
            any |= progress;
            if !progress {
                return any;
            }
        }
    }

    fn poll(&mut self, pid: Pid, env: &mut dyn Env) -> bool {
        let now = self.now;
        let Some(p) = self.procs.get_mut(&pid).filter(|p| p.status.is_none()) else { return false };
        if !p.pending.is_empty() {
            let moved = self.flush(pid, env);
            let Some(p) = self.procs.get(&pid).filter(|p| p.status.is_none()) else { return true };
            if !p.pending.is_empty() {
                return moved;
            }
        }
        let Some(p) = self.procs.get_mut(&pid) else { return false };
        if let Some(code) = p.exiting {
            self.finish(pid, code, None, env);
            return true;
        }
        if p.held.0 > now {
            return false;
        }
        p.wake = None;
        let Some(mut program) = p.program.take() else { return false };
        let mut io = Io { kernel: self, env, pid, progress: false };
        let step = program.step(&mut io);
        let mut progress = io.progress || step != Step::Wait;
        let Some(p) = self.procs.get_mut(&pid) else { return true };
        // A program that replaced itself (exec) has put its successor there.
        if p.program.is_none() {
            p.program = Some(program);
        }
        if p.status.is_some() {
            return true;
        }
        if let Some(signal) = p.unhandled_signal(self.init == Some(pid) && pid == 1) {
            self.end_by(pid, signal, env);
            return true;
        }
        match step {
            Step::Exit(code) if p.pending.is_empty() => self.finish(pid, code, None, env),
            Step::Exit(code) => p.exiting = Some(code),
            _ => progress &= self.account(pid, progress),
        }
        progress
    }

    /// Counts a poll that went on; a process that spins is held back, ever longer.
    fn account(&mut self, pid: Pid, progress: bool) -> bool {
        let now = self.now;
        self.spent.1 += 1;
        let over = self.spent.1 > MAX_POLLS;
        let Some(p) = self.procs.get_mut(&pid) else { return progress };
        if p.spent.0 != now {
            p.spent = (now, 0);
        }
        p.spent.1 += 1;
        if progress && (p.spent.1 > QUANTUM || over) {
            p.held.1 = (p.held.1 + 1).min(LONGEST_HOLD);
            p.held.0 = now + Duration::from_millis(1 << p.held.1);
            p.spent.1 = 0;
        } else if !progress && p.spent.1 < QUANTUM / 4 {
            p.held.1 = 0;
        }
        progress
    }
}
