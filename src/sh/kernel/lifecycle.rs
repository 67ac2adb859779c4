//! How processes come and go: programs are found and loaded, end, are signalled, are killed for their memory.

use super::Kernel;
use crate::apimachinery::Time;
use crate::sh::env::Env;
use crate::sh::files::{FileError, normalize};
use crate::sh::io::Child;
use crate::sh::process::{ExitStatus, Pid, Process, Program, SessionId, SpawnError};
use crate::sh::signal::Signal;
use std::collections::{BTreeMap, VecDeque};

const MAX_PROCESSES: usize = 256;

const DEFAULT_PATH: &str = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

/// The parent of processes whose parent ended: they vanish when they end.
pub(in crate::sh) const ORPHAN: Pid = u32::MAX;

impl Kernel {
    /// Finds the program of a command line in the machine's files, as `execvp` does.
    pub(in crate::sh) fn load(
        &mut self,
        argv: &[String],
        vars: &BTreeMap<String, String>,
        cwd: &str,
        env: &mut dyn Env,
    ) -> Result<Box<dyn Program>, SpawnError> {
        let name = argv.first().map_or("", String::as_str);
        let not_found = || SpawnError::NotFound(name.to_owned());
        let found = if name.contains('/') {
            let path = normalize(cwd, name);
            let (files, at) = self.disk(&path, env);
            match (files.stat(&at), files.read(&at)) {
                (Ok(stat), Ok(data)) if stat.mode & 0o111 != 0 => Some((path, data)),
                (Ok(_), _) => return Err(SpawnError::Denied(name.to_owned())),
                (Err(FileError::Denied), _) => return Err(SpawnError::Denied(name.to_owned())),
                _ => None,
            }
        } else if name.is_empty() {
            None
        } else {
            let dirs = vars.get("PATH").map_or(DEFAULT_PATH, String::as_str);
            dirs.split(':').find_map(|dir| {
                let path = normalize(cwd, &format!("{dir}/{name}"));
                let (files, at) = self.disk(&path, env);
                let runs = files.stat(&at).is_ok_and(|s| !s.is_dir && s.mode & 0o111 != 0);
                if runs { files.read(&at).ok().map(|data| (path, data)) } else { None }
            })
        };
        let (path, data) = found.ok_or_else(not_found)?;
        if let Some(rest) = data.strip_prefix(b"\x7fELF:") {
            let program = String::from_utf8_lossy(rest).trim_end().to_owned();
            return (self.loader)(&program, argv).ok_or_else(not_found);
        }
        // A script: its interpreter is a shell, or is not simulated.
        let text = String::from_utf8_lossy(&data).into_owned();
        (self.loader)("script", &[path, text]).ok_or_else(not_found)
    }

    /// Adds a process.
    pub(in crate::sh) fn add(
        &mut self,
        program: Box<dyn Program>,
        child: Child,
        ppid: Pid,
        session: SessionId,
        pgid: Pid,
    ) -> Result<Pid, SpawnError> {
        if self.procs.len() >= MAX_PROCESSES {
            for desc in child.fds.values() {
                self.fds.close(*desc);
            }
            return Err(SpawnError::Unavailable);
        }
        let pid = self.next_pid;
        self.next_pid += 1;
        if program.is_external() {
            self.started.push(pid);
        }
        let process = Process {
            pid,
            ppid,
            pgid: match child.pgid {
                Some(0) => pid,
                Some(group) => group,
                None => pgid,
            },
            argv: child.argv,
            env: child.env,
            cwd: child.cwd,
            session,
            started: self.now,
            status: None,
            program: Some(program),
            fds: child.fds,
            pending: VecDeque::new(),
            exiting: None,
            memory: 0,
            wake: None,
            signals: VecDeque::new(),
            ignored: child.ignored,
            spent: (self.now, 0),
            held: (Time::default(), 0),
        };
        self.procs.insert(pid, process);
        Ok(pid)
    }

    pub(super) fn finish(&mut self, pid: Pid, code: i32, signal: Option<Signal>, env: &mut dyn Env) {
        let Some(p) = self.procs.get_mut(&pid).filter(|p| p.status.is_none()) else { return };
        p.status = Some(ExitStatus { code, signal, at: self.now });
        let fds = std::mem::take(&mut p.fds);
        let pending = std::mem::take(&mut p.pending);
        p.program = None;
        let (ppid, was_init) = (p.ppid, self.init == Some(pid) && pid == 1);
        for desc in fds.into_values().chain(pending.into_iter().map(|(d, _)| d)) {
            self.fds.close(desc);
        }
        for port in self.net.drop_process(pid) {
            env.release(port);
        }
        let mine: Vec<u64> = self.sockets.iter().filter(|(_, p)| **p == pid).map(|(s, _)| *s).collect();
        for socket in mine {
            self.sockets.remove(&socket);
            env.close(socket);
        }
        // Orphans: the ended ones go, the living ones belong to nobody.
        let children: Vec<Pid> = self.procs.values().filter(|c| c.ppid == pid).map(|c| c.pid).collect();
        for child in children {
            match self.procs.get_mut(&child) {
                Some(c) if c.status.is_none() => c.ppid = ORPHAN,
                _ => drop(self.procs.remove(&child)),
            }
        }
        if ppid == ORPHAN {
            self.procs.remove(&pid);
        }
        if was_init {
            for other in self.procs.keys().copied().collect::<Vec<_>>() {
                self.end_by(other, Signal::KILL, env);
            }
        }
    }

    pub(super) fn end_by(&mut self, pid: Pid, signal: Signal, env: &mut dyn Env) {
        self.finish(pid, 128 + i32::from(signal.0), Some(signal), env);
    }

    pub(in crate::sh) fn kill_from(&mut self, pid: Pid, signal: Signal, outside: bool, env: &mut dyn Env) -> bool {
        let init = self.init == Some(pid) && pid == 1;
        let Some(p) = self.procs.get_mut(&pid).filter(|p| p.status.is_none()) else { return false };
        if signal == Signal::KILL {
            if !init || outside {
                self.end_by(pid, signal, env);
            }
            return true;
        }
        if signal.0 == 0 || p.ignored.contains(&signal) {
            return true;
        }
        // While a program is polled its box is out: then it is the one that signals itself.
        if p.program.as_ref().is_none_or(|program| program.handles(signal)) {
            p.signals.push_back(signal);
        } else if !signal.is_harmless() && !init {
            self.end_by(pid, signal, env);
        }
        true
    }

    /// Kills all that runs where the processes hold more than they may, as the kernel does with a group (`memory.oom.group`).
    pub(in crate::sh) fn check_memory(&mut self, env: &mut dyn Env) {
        let live = self.procs.values().filter(|p| p.status.is_none());
        let held = live.fold(0u64, |sum, p| sum.saturating_add(p.memory));
        if self.memory.is_some_and(|most| held > most)
            && let Some(init) = self.init
        {
            self.is_out_of_memory = true;
            self.end_by(init, Signal::KILL, env);
        }
    }
}
