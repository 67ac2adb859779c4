//! A small computer as pure data: files, processes, pipes, ports. A container is one, the learner's laptop another.
//!
//! The owner starts processes, gives signals and input, and calls [`Kernel::step`] with the virtual time; nothing
//! happens in between. Cloning a kernel clones a machine in the middle of what it does.

mod disks;
mod lifecycle;
mod outside;
mod run;
mod streams;

pub use disks::Mount;
pub(super) use lifecycle::ORPHAN;
pub use outside::Broken;

use super::env::Env;
use super::fds::{Fds, Kind};
use super::files::{Files, Who, normalize};
use super::io::Child;
use super::net::Net;
use super::process::{Chunk, ExitStatus, Loader, Pid, Process, Program, SessionId, Spawn, SpawnError, Stdin, Stream};
use super::signal::Signal;
use crate::apimachinery::Time;
use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;

/// How a machine is made.
#[derive(Clone)]
pub struct Machine {
    /// What its own programs are: the image it was made from. Empty on a laptop.
    pub release: Release,
    pub files: Files,
    pub env: BTreeMap<String, String>,
    pub hostname: String,
    /// Its address; empty where it has none that others may call.
    pub ip: String,
    /// Where processes start that name no directory.
    pub cwd: String,
    pub user: String,
    /// Finds programs by the names in executables: `sh::tools::load` or an image's.
    pub loader: Loader,
    /// Bytes that all processes together may hold; past it the machine's first process is killed. None: no limit.
    pub memory: Option<u64>,
    /// The first process' number: 1 in a container. Process 1 ignores signals it has no handler for, and its end
    /// ends all others.
    pub first_pid: Pid,
}

impl Default for Machine {
    fn default() -> Self {
        Self {
            release: Release::default(),
            files: Files::new(),
            env: BTreeMap::new(),
            hostname: "localhost".to_owned(),
            ip: String::new(),
            cwd: "/".to_owned(),
            user: "root".to_owned(),
            loader: super::tools::load,
            memory: None,
            first_pid: 1,
        }
    }
}

/// How an image was tagged, and the version that this names.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Release {
    /// `1.27-alpine`
    pub tag: String,
    /// `1.27.5`; empty where its programs have none.
    pub version: String,
}

impl Release {
    /// Replaces `{version}` and `{major}`.
    pub fn fill(&self, text: &str) -> String {
        let major = self.version.split('.').next().unwrap_or("");
        text.replace("{version}", &self.version).replace("{major}", major)
    }
}

/// A machine.
#[derive(Clone)]
pub struct Kernel {
    pub files: Files,
    pub release: Rc<Release>,
    pub hostname: String,
    pub ip: String,
    pub user: String,
    /// In whose name its processes work, where that is not user 0 (or the laptop's).
    pub who: Option<Who>,
    pub booted: Time,
    /// Bytes that all processes together may hold.
    pub memory: Option<u64>,
    /// Its first process was killed because they held more.
    pub is_out_of_memory: bool,
    pub(super) env: Rc<BTreeMap<String, String>>,
    cwd: Rc<str>,
    loader: Loader,
    mounts: Vec<Mount>,
    scratch: Files,
    pub(super) now: Time,
    pub(super) procs: BTreeMap<Pid, Process>,
    pub(super) fds: Fds,
    pub(super) net: Net,
    /// Connections to other machines and who holds them.
    pub(super) sockets: BTreeMap<u64, Pid>,
    /// External processes that started since they were last taken.
    pub(super) started: Vec<Pid>,
    next_pid: Pid,
    init: Option<Pid>,
    /// Something came from outside since the last step.
    dirty: bool,
    spent: (Time, u32),
}

impl Kernel {
    pub fn new(machine: Machine, now: Time) -> Self {
        Self {
            files: machine.files,
            release: Rc::new(machine.release),
            hostname: machine.hostname,
            ip: machine.ip,
            user: machine.user,
            who: None,
            booted: now,
            memory: machine.memory,
            is_out_of_memory: false,
            env: Rc::new(machine.env),
            cwd: Rc::from(machine.cwd.as_str()),
            loader: machine.loader,
            mounts: Vec::new(),
            scratch: Files::new(),
            now,
            procs: BTreeMap::new(),
            fds: Fds::default(),
            net: Net::default(),
            sockets: BTreeMap::new(),
            started: Vec::new(),
            next_pid: machine.first_pid.max(1),
            init: None,
            dirty: false,
            spent: (now, 0),
        }
    }

    // --- the owner's side: processes ---------------------------------------------------------------------------

    /// Starts a process. In a container the first is PID 1.
    pub fn spawn(&mut self, spawn: Spawn, env: &mut dyn Env) -> Result<Pid, SpawnError> {
        let session = self.fds.session(spawn.tty);
        let started = self.spawn_in(session, spawn, env);
        if started.is_err() {
            self.fds.sessions.remove(&session);
        }
        started
    }

    /// Opens a session on which several processes run one after the other: a terminal.
    pub fn open_session(&mut self, tty: bool) -> SessionId {
        self.fds.session(tty)
    }

    /// Starts a process on a session.
    pub fn spawn_in(&mut self, session: SessionId, spawn: Spawn, env: &mut dyn Env) -> Result<Pid, SpawnError> {
        let mut vars = self.env.clone();
        if !spawn.env.is_empty() {
            Rc::make_mut(&mut vars).extend(spawn.env);
        }
        let cwd: Rc<str> = if spawn.cwd.is_empty() { self.cwd.clone() } else { Rc::from(normalize("/", &spawn.cwd)) };
        if !matches!(&*cwd, "/") {
            let (files, at) = self.disk(&cwd, env);
            if !files.is_dir(&at) {
                return Err(SpawnError::NoDirectory(cwd.to_string()));
            }
        }
        let program = self.load(&spawn.argv, &vars, &cwd, env)?;
        self.start(session, program, spawn.argv, vars, cwd, spawn.stdin)
    }

    /// Starts a program that is no file of the machine: the shell of a terminal.
    pub fn start(
        &mut self,
        session: SessionId,
        program: Box<dyn Program>,
        argv: Vec<String>,
        env: Rc<BTreeMap<String, String>>,
        cwd: Rc<str>,
        stdin: Stdin,
    ) -> Result<Pid, SpawnError> {
        let input = if stdin == Stdin::Open { Kind::Stdin(session) } else { Kind::Null };
        let kinds = [input, Kind::Out(session, Stream::Stdout), Kind::Out(session, Stream::Stderr)];
        let fds = kinds.into_iter().zip(0..).map(|(kind, n)| (n, self.fds.open(kind))).collect();
        let child = Child { argv, env, cwd, fds, pgid: None, ignored: BTreeSet::new() };
        let pid = self.add(program, child, 0, session, 0)?;
        if let Some(p) = self.procs.get_mut(&pid) {
            p.pgid = pid;
        }
        if let Some(s) = self.fds.sessions.get_mut(&session) {
            s.foreground = pid;
        }
        self.init.get_or_insert(pid);
        self.dirty = true;
        Ok(pid)
    }

    /// What processes of this machine inherit.
    pub fn environment(&self) -> &BTreeMap<String, String> {
        &self.env
    }

    /// The shell that a process is; None for other programs.
    pub fn shell_mut(&mut self, pid: Pid) -> Option<&mut super::interp::Interp> {
        self.dirty = true;
        self.procs.get_mut(&pid)?.program.as_mut()?.shell()
    }

    pub fn shell_ref(&self, pid: Pid) -> Option<&super::interp::Interp> {
        self.procs.get(&pid)?.program.as_ref()?.shell_ref()
    }

    pub fn process(&self, pid: Pid) -> Option<&Process> {
        self.procs.get(&pid)
    }

    /// Living and ended processes, by number.
    pub fn processes(&self) -> impl Iterator<Item = &Process> {
        self.procs.values()
    }

    /// How a process ended; None while it runs.
    pub fn exit_status(&self, pid: Pid) -> Option<ExitStatus> {
        self.procs.get(&pid)?.status
    }

    /// True when a process has ended and nobody else writes to its streams.
    pub fn is_done(&self, pid: Pid) -> bool {
        match self.procs.get(&pid) {
            Some(p) => p.status.is_some() && self.fds.sessions.get(&p.session).is_none_or(|s| s.writers == 0),
            None => true,
        }
    }

    /// Forgets a process that ended, with its session.
    pub fn reap(&mut self, pid: Pid) {
        if self.exit_status(pid).is_some()
            && let Some(p) = self.procs.remove(&pid)
            && !self.procs.values().any(|q| q.session == p.session)
        {
            self.fds.sessions.remove(&p.session);
        }
    }

    /// Sends a signal from outside, as the container runtime does: KILL ends PID 1 too, others only where it has a
    /// handler. False where there is no such process.
    pub fn kill(&mut self, pid: Pid, signal: Signal, env: &mut dyn Env) -> bool {
        self.dirty = true;
        self.kill_from(pid, signal, true, env)
    }

    /// From now on its processes work in this name.
    pub fn become_user(&mut self, who: Who) {
        self.files.who = who.clone();
        self.who = Some(who);
    }

    /// Ends everything at once.
    pub fn kill_all(&mut self, env: &mut dyn Env) {
        for pid in self.procs.keys().copied().collect::<Vec<_>>() {
            self.kill(pid, Signal::KILL, env);
        }
    }

    /// Bytes written since the last call, oldest first, by this process and its children on its session.
    pub fn take_output(&mut self, pid: Pid) -> Vec<Chunk> {
        match self.procs.get(&pid).map(|p| p.session) {
            Some(session) => self.take_session_output(session),
            None => Vec::new(),
        }
    }

    pub fn take_session_output(&mut self, session: SessionId) -> Vec<Chunk> {
        self.fds.sessions.get_mut(&session).map(|s| std::mem::take(&mut s.chunks)).unwrap_or_default()
    }

    /// Input for a process. On a terminal, Ctrl-C signals the foreground and Ctrl-D ends the input.
    pub fn write_stdin(&mut self, pid: Pid, data: &[u8], env: &mut dyn Env) {
        if let Some(session) = self.procs.get(&pid).map(|p| p.session) {
            self.write_session(session, data, env);
        }
    }

    pub fn write_session(&mut self, session: SessionId, data: &[u8], env: &mut dyn Env) {
        self.dirty = true;
        let Some(s) = self.fds.sessions.get_mut(&session) else { return };
        if !s.tty {
            s.input.extend(data);
            return;
        }
        let foreground = s.foreground;
        let mut interrupts = 0;
        for byte in data {
            match byte {
                3 => interrupts += 1,
                4 => s.input_closed = true,
                b'\r' => s.input.push_back(b'\n'),
                _ => s.input.push_back(*byte),
            }
        }
        for _ in 0..interrupts {
            self.kill_group(foreground, Signal::INT, env);
        }
    }

    pub fn close_stdin(&mut self, pid: Pid) {
        self.dirty = true;
        if let Some(s) = self.procs.get(&pid).map(|p| p.session).and_then(|s| self.fds.sessions.get_mut(&s)) {
            s.input_closed = true;
        }
    }

    /// Signals every process of a group.
    pub fn kill_group(&mut self, pgid: Pid, signal: Signal, env: &mut dyn Env) {
        let members: Vec<Pid> = self.procs.values().filter(|p| p.pgid == pgid).map(|p| p.pid).collect();
        for pid in members {
            self.kill(pid, signal, env);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sh::env::Alone;

    fn machine() -> Kernel {
        let files = Files::with([("/bin/sleep", "\x7fELF:sleep")]);
        Kernel::new(Machine { files, ..Machine::default() }, Time(0))
    }

    fn argv(words: &str) -> Spawn {
        Spawn { argv: words.split(' ').map(str::to_owned).collect(), ..Spawn::default() }
    }

    #[test]
    fn sleep_ends_when_its_time_has_come() {
        let (mut k, mut env) = (machine(), Alone::default());
        let pid = k.spawn(argv("sleep 2"), &mut env).unwrap();
        k.step(Time(0), &mut env);
        assert_eq!(k.next_timer(), Some(Time::from_secs(2)));
        assert_eq!(k.exit_status(pid), None);
        k.step(Time::from_secs(2), &mut env);
        assert_eq!(k.exit_status(pid).map(|s| s.code), Some(0));
    }

    #[test]
    fn pid_1_dies_of_kill_only_and_takes_all_with_it() {
        let (mut k, mut env) = (machine(), Alone::default());
        let first = k.spawn(argv("sleep 100"), &mut env).unwrap();
        let second = k.spawn(argv("sleep 100"), &mut env).unwrap();
        let third = k.spawn(argv("sleep 100"), &mut env).unwrap();
        k.step(Time(0), &mut env);
        k.kill(first, Signal::TERM, &mut env);
        k.kill(second, Signal::TERM, &mut env);
        assert_eq!(k.exit_status(first), None);
        assert_eq!(k.exit_status(second).map(|s| s.code), Some(143));
        k.kill(first, Signal::KILL, &mut env);
        assert_eq!(k.exit_status(first).map(|s| s.code), Some(137));
        assert_eq!(k.exit_status(third).map(|s| s.code), Some(137));
    }

    #[test]
    fn a_program_that_is_not_there_is_named_as_runc_names_it() {
        let (mut k, mut env) = (machine(), Alone::default());
        let text = k.spawn(argv("nosuch x"), &mut env).unwrap_err().text();
        assert_eq!(text, "exec: \"nosuch\": executable file not found in $PATH");
        let text = k.spawn(argv("/bin/nosuch"), &mut env).unwrap_err().text();
        assert_eq!(text, "exec: \"/bin/nosuch\": stat /bin/nosuch: no such file or directory");
    }
}
