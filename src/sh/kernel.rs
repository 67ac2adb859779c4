//! A small computer as pure data: files, processes, pipes, ports. A container is one, the learner's laptop another.
//!
//! The owner starts processes, gives signals and input, and calls [`Kernel::step`] with the virtual time; nothing
//! happens in between. Cloning a kernel clones a machine in the middle of what it does.

use super::env::{Env, PortInUse, Read};
use super::fds::{Fds, Kind, Wrote};
use super::files::{FileError, Files, MAX_FILE, normalize};
use super::io::{Child, Io};
use super::net::{ConnId, Net};
use super::process::{
    Chunk, DescId, ExitStatus, Loader, Pid, Process, Program, SessionId, Spawn, SpawnError, Stdin, Step, Stream,
};
use super::signal::Signal;
use crate::apimachinery::Time;
use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::rc::Rc;
use std::time::Duration;

/// The reader of what an external process writes is gone.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Broken;

/// A volume of the world at a path of this machine.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mount {
    pub path: String,
    /// What [`Env::volume`] is asked for.
    pub volume: String,
    /// The directory or file within the volume; empty for all of it.
    pub sub_path: String,
    pub read_only: bool,
}

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

const MAX_PROCESSES: usize = 256;
/// Polls that a process may go on for within one instant; then it is held back for a while, as if its CPU were slow.
const QUANTUM: u32 = 4_000;
/// Polls of a machine within one instant.
const MAX_POLLS: u32 = 100_000;
const LONGEST_HOLD: u32 = 10;
const DEFAULT_PATH: &str = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

impl Kernel {
    pub fn new(machine: Machine, now: Time) -> Self {
        Self {
            files: machine.files,
            release: Rc::new(machine.release),
            hostname: machine.hostname,
            ip: machine.ip,
            user: machine.user,
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

    // --- the owner's side: network and volumes -----------------------------------------------------------------

    pub fn listening_ports(&self) -> Vec<u16> {
        self.net.ports().collect()
    }

    /// A connection from outside: `peer` is the address that the server sees. None where nobody listens.
    pub fn connect(&mut self, port: u16, peer: &str) -> Option<ConnId> {
        self.dirty = true;
        self.net.connect(port, peer)
    }

    pub fn conn_read(&mut self, conn: ConnId) -> Read {
        self.net.read(conn, false)
    }

    pub fn conn_write(&mut self, conn: ConnId, data: &[u8]) {
        self.dirty = true;
        self.net.write(conn, false, data);
    }

    pub fn conn_close(&mut self, conn: ConnId) {
        self.dirty = true;
        self.net.close(conn, false);
    }

    /// Mounts a volume; what it is (a directory or one file) is for the caller to know.
    pub fn mount(&mut self, mount: Mount, is_dir: bool) {
        let path = self.files.real_path(&normalize("/", &mount.path));
        let now = self.now;
        if is_dir {
            let _ = self.files.mkdir_all(&path, now);
        } else {
            self.files.put(&path, b"", now);
        }
        self.mounts.push(Mount { path, ..mount });
        // The longest path first, so that a mount within a mount is found.
        self.mounts.sort_by(|a, b| b.path.len().cmp(&a.path.len()).then(a.path.cmp(&b.path)));
    }

    pub fn mounts(&self) -> &[Mount] {
        &self.mounts
    }

    /// Which mount an absolute path lies in.
    pub(super) fn mount_of(&self, path: &str) -> Option<usize> {
        let real = self.files.real_path(path);
        self.mounts.iter().position(|m| {
            real.strip_prefix(m.path.as_str()).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
        })
    }

    /// The tree and the path within it that an absolute path leads to.
    pub fn disk<'a>(&'a mut self, path: &str, env: &'a mut dyn Env) -> (&'a mut Files, String) {
        if self.mounts.is_empty() {
            return (&mut self.files, path.to_owned());
        }
        let real = self.files.real_path(path);
        let found = self
            .mounts
            .iter()
            .find(|m| real.strip_prefix(m.path.as_str()).is_some_and(|rest| rest.is_empty() || rest.starts_with('/')));
        let Some(m) = found else { return (&mut self.files, path.to_owned()) };
        let at = normalize("/", &format!("{}/{}", m.sub_path, real.get(m.path.len()..).unwrap_or("")));
        match env.volume(&m.volume) {
            // A read-only view is a cheap copy whose writes fail.
            Some(files) if m.read_only => {
                self.scratch = files.clone();
                self.scratch.read_only = true;
                (&mut self.scratch, at)
            }
            Some(files) => (files, at),
            None => (&mut self.files, path.to_owned()),
        }
    }

    // --- processes that run outside (kubectl on the laptop) ----------------------------------------------------

    /// External processes that started since the last call.
    pub fn take_started(&mut self) -> Vec<Pid> {
        std::mem::take(&mut self.started)
    }

    /// Reads for an external process.
    pub fn read_fd(&mut self, pid: Pid, fd: u32, env: &mut dyn Env) -> Read {
        match self.procs.get(&pid).and_then(|p| p.fds.get(&fd)).copied() {
            Some(desc) => {
                let found = self.read_desc(desc, 1 << 16, env);
                self.dirty |= matches!(found, Read::Data(_));
                found
            }
            None => Read::End,
        }
    }

    /// Writes for an external process; Err when the reader is gone.
    pub fn write_fd(&mut self, pid: Pid, fd: u32, data: &[u8], env: &mut dyn Env) -> Result<(), Broken> {
        let Some(desc) = self.procs.get(&pid).and_then(|p| p.fds.get(&fd)).copied() else { return Err(Broken) };
        self.dirty = true;
        // What waits for room in a pipe goes first.
        if let Some(p) = self.procs.get_mut(&pid).filter(|p| !p.pending.is_empty()) {
            let desc = self.fds.dup(desc);
            p.pending.push_back((desc, data.to_vec()));
            return Ok(());
        }
        match self.write_desc(desc, data, env) {
            Wrote::Done => Ok(()),
            Wrote::Full(rest) => {
                let desc = self.fds.dup(desc);
                if let Some(p) = self.procs.get_mut(&pid) {
                    p.pending.push_back((desc, rest));
                }
                Ok(())
            }
            Wrote::Broken | Wrote::TooLarge => Err(Broken),
        }
    }

    /// Ports on which a process listens, in order.
    pub fn listening(&self) -> impl Iterator<Item = u16> + '_ {
        self.net.ports()
    }

    pub fn fd_is_tty(&self, pid: Pid, fd: u32) -> bool {
        self.procs.get(&pid).and_then(|p| p.fds.get(&fd)).is_some_and(|d| self.fds.is_tty(*d))
    }

    /// Ends an external process; its output goes out first.
    pub fn exit_external(&mut self, pid: Pid, code: i32) {
        self.dirty = true;
        if let Some(p) = self.procs.get_mut(&pid) {
            p.exiting = Some(code);
        }
    }

    /// Takes a port for a process.
    pub fn listen(&mut self, pid: Pid, port: u16, env: &mut dyn Env) -> Result<(), PortInUse> {
        if self.net.listener(port).is_some() {
            return Err(PortInUse);
        }
        env.bind(port)?;
        self.net.listen(pid, port);
        Ok(())
    }

    /// The server's side of connections, for external listeners.
    pub fn net_mut(&mut self) -> &mut Net {
        self.dirty = true;
        &mut self.net
    }

    // --- running -----------------------------------------------------------------------------------------------

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

    /// Runs all processes at one moment until nothing moves. True where something did.
    pub fn step(&mut self, now: Time, env: &mut dyn Env) -> bool {
        self.now = now.max(self.now);
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

    /// Adds a process.
    pub(super) fn add(
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

    /// Finds the program of a command line in the machine's files, as `execvp` does.
    pub(super) fn load(
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

    fn finish(&mut self, pid: Pid, code: i32, signal: Option<Signal>, env: &mut dyn Env) {
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

    fn end_by(&mut self, pid: Pid, signal: Signal, env: &mut dyn Env) {
        self.finish(pid, 128 + i32::from(signal.0), Some(signal), env);
    }

    pub(super) fn kill_from(&mut self, pid: Pid, signal: Signal, outside: bool, env: &mut dyn Env) -> bool {
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
    pub(super) fn check_memory(&mut self, env: &mut dyn Env) {
        let live = self.procs.values().filter(|p| p.status.is_none());
        let held = live.fold(0u64, |sum, p| sum.saturating_add(p.memory));
        if self.memory.is_some_and(|most| held > most)
            && let Some(init) = self.init
        {
            self.is_out_of_memory = true;
            self.end_by(init, Signal::KILL, env);
        }
    }

    pub(super) fn read_desc(&mut self, desc: DescId, max: usize, env: &mut dyn Env) -> Read {
        let (path, offset) = match self.fds.kind(desc) {
            Some(Kind::File { path, offset, read: true, .. }) => (path.clone(), *offset),
            Some(Kind::File { .. } | Kind::Null) | None => return Read::End,
            Some(_) => return self.fds.read(desc, max),
        };
        let (files, at) = self.disk(&path, env);
        let Ok(data) = files.read(&at) else { return Read::End };
        let rest = data.get(offset..).unwrap_or(&[]);
        if rest.is_empty() {
            return Read::End;
        }
        let part = rest[..max.min(rest.len())].to_vec();
        if let Some(Kind::File { offset, .. }) = self.fds.descs.get_mut(&desc).map(|d| &mut d.kind) {
            *offset += part.len();
        }
        Read::Data(part)
    }

    pub(super) fn write_desc(&mut self, desc: DescId, data: &[u8], env: &mut dyn Env) -> Wrote {
        let now = self.now;
        let (path, at, append) = match self.fds.kind(desc) {
            Some(Kind::File { path, offset, append, write: true, .. }) => (path.clone(), *offset, *append),
            _ => return self.fds.write(desc, data, now),
        };
        let (files, place) = self.disk(&path, env);
        let (mut end, mut wrote) = (at, Wrote::Done);
        if let Ok(stat) = files.stat(&place) {
            let from = if append { stat.size as usize } else { at };
            // As under `ulimit -f`: what fits is written.
            let data = match data.split_at_checked(MAX_FILE.saturating_sub(from)) {
                Some((fits, rest)) if !rest.is_empty() => {
                    wrote = Wrote::TooLarge;
                    fits
                }
                _ => data,
            };
            // What fails here is a folder, which nothing opens to write.
            let _ = files.edit(&place, now, |old| {
                if old.len() < from {
                    old.resize(from, 0);
                }
                let over = data.len().min(old.len() - from);
                old[from..from + over].copy_from_slice(&data[..over]);
                old.extend_from_slice(&data[over..]);
                end = from + data.len();
            });
        }
        if let Some(Kind::File { offset, .. }) = self.fds.descs.get_mut(&desc).map(|d| &mut d.kind) {
            *offset = end;
        }
        wrote
    }
}

/// The parent of processes whose parent ended: they vanish when they end.
pub(super) const ORPHAN: Pid = u32::MAX;

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
