//! System calls on processes: children, signals, the foreground.

use super::Io;
use crate::sh::process::{DescId, ExitStatus, Pid, Program, SpawnError};
use crate::sh::signal::Signal;
use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;

/// A child to start: a program in memory, or an executable by name.
pub struct Child {
    pub argv: Vec<String>,
    pub env: Rc<BTreeMap<String, String>>,
    pub cwd: Rc<str>,
    /// Descriptors of the parent that it gets, by its own numbers. References are passed on.
    pub fds: BTreeMap<u32, DescId>,
    /// 0 keeps the parent's group.
    pub pgid: Option<Pid>,
    pub ignored: BTreeSet<Signal>,
}

impl Io<'_> {
    /// Finds the program of a command, as `execvp` does.
    pub fn load(&mut self, argv: &[String], env: &BTreeMap<String, String>) -> Result<Box<dyn Program>, SpawnError> {
        let cwd = self.cwd();
        self.kernel.load(argv, env, &cwd, self.env)
    }

    /// Starts a child that runs `program`.
    pub fn fork(&mut self, program: Box<dyn Program>, child: Child) -> Result<Pid, SpawnError> {
        self.progress = true;
        let (ppid, session, pgid) = (self.pid, self.me().session, self.me().pgid);
        self.kernel.add(program, child, ppid, session, pgid)
    }

    /// Replaces what this process runs and its arguments.
    pub fn exec(&mut self, argv: Vec<String>, env: Rc<BTreeMap<String, String>>, program: Box<dyn Program>) {
        self.progress = true;
        let (pid, external) = (self.pid, program.is_external());
        let me = self.me_mut();
        (me.argv, me.env, me.program) = (argv, env, Some(program));
        if external {
            self.kernel.started.push(pid);
        }
    }

    /// Takes the status of a child that ended; None while it runs or where there is no such child.
    pub fn wait_child(&mut self, pid: Pid) -> Option<ExitStatus> {
        let child = self.kernel.procs.get(&pid).filter(|p| p.ppid == self.pid)?;
        let status = child.status?;
        self.kernel.procs.remove(&pid);
        self.progress = true;
        Some(status)
    }

    pub fn has_child(&self, pid: Pid) -> bool {
        self.kernel.procs.get(&pid).is_some_and(|p| p.ppid == self.pid)
    }

    /// Sends a signal; false where there is no such process. A negative number would be a group: see `kill_group`.
    pub fn kill(&mut self, pid: Pid, signal: Signal) -> bool {
        self.progress = true;
        self.kernel.kill_from(pid, signal, false, self.env)
    }

    pub fn kill_group(&mut self, pgid: Pid, signal: Signal) -> bool {
        let members: Vec<Pid> = self.kernel.procs.values().filter(|p| p.pgid == pgid).map(|p| p.pid).collect();
        members.into_iter().fold(false, |any, pid| self.kill(pid, signal) | any)
    }

    pub fn set_foreground(&mut self, pgid: Pid) {
        let session = self.me().session;
        if let Some(s) = self.kernel.fds.sessions.get_mut(&session) {
            s.foreground = pgid;
        }
    }
}
