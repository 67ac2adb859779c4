//! What a program may do while it is polled: the system calls of a machine.

mod descriptors;
mod files;
mod network;
mod processes;

pub use descriptors::Mode;
pub use network::Sock;
pub use processes::Child;

use super::env::Env;
use super::kernel::Kernel;
use super::process::{Pid, Process};
use super::signal::Signal;
use crate::apimachinery::Time;
use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;

/// A process' hold on its machine for the time of one poll.
pub struct Io<'a> {
    pub(super) kernel: &'a mut Kernel,
    pub(super) env: &'a mut dyn Env,
    pub(super) pid: Pid,
    /// Something changed that others may wait for.
    pub(super) progress: bool,
}

impl Io<'_> {
    pub fn now(&self) -> Time {
        self.kernel.now
    }

    pub fn pid(&self) -> Pid {
        self.pid
    }

    pub fn kernel(&self) -> &Kernel {
        self.kernel
    }

    pub fn random(&mut self) -> u64 {
        self.env.random()
    }

    fn me(&self) -> &Process {
        self.kernel.procs.get(&self.pid).expect("a process exists while it is polled")
    }

    pub(super) fn me_mut(&mut self) -> &mut Process {
        self.kernel.procs.get_mut(&self.pid).expect("a process exists while it is polled")
    }

    pub fn argv(&self) -> &[String] {
        &self.me().argv
    }

    pub fn cwd(&self) -> Rc<str> {
        self.me().cwd.clone()
    }

    pub fn set_cwd(&mut self, cwd: &str) {
        self.me_mut().cwd = Rc::from(cwd);
    }

    pub fn environ(&self) -> Rc<BTreeMap<String, String>> {
        self.me().env.clone()
    }

    pub fn var(&self, name: &str) -> Option<String> {
        self.me().env.get(name).cloned()
    }

    /// Says how many bytes of memory the process holds from now on. Past the machine's limit all is killed.
    pub fn allocate(&mut self, bytes: u64) {
        self.me_mut().memory = bytes;
        self.kernel.check_memory(self.env);
    }

    /// Asks to be polled at this moment even if nothing else happens.
    pub fn wake_at(&mut self, at: Time) {
        let me = self.me_mut();
        me.wake = Some(me.wake.map_or(at, |w| w.min(at)));
    }

    pub fn take_signal(&mut self) -> Option<Signal> {
        self.me_mut().signals.pop_front()
    }

    pub fn set_ignored(&mut self, signal: Signal, ignore: bool) {
        let ignored = &mut self.me_mut().ignored;
        if ignore {
            ignored.insert(signal)
        } else {
            ignored.remove(&signal)
        };
    }

    pub fn ignored(&self) -> BTreeSet<Signal> {
        self.me().ignored.clone()
    }
}
