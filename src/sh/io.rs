//! What a program may do while it is polled: the system calls of a machine.

use super::env::{Env, NetError, PortInUse, Read, Socket};
use super::fds::Kind;
use super::files::{FileError, Files, Stat, normalize};
use super::kernel::Kernel;
use super::net::ConnId;
use super::process::{DescId, ExitStatus, Pid, Process, Program, SpawnError};
use super::signal::Signal;
use crate::apimachinery::Time;
use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;

/// A client's end of a connection: within this machine, or to another.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sock {
    Local(ConnId),
    Remote(Socket),
}

/// How a file is opened.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mode {
    Read,
    Truncate,
    Append,
    ReadWrite,
}

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

    // --- descriptors -------------------------------------------------------------------------------------------

    pub fn desc(&self, fd: u32) -> Option<DescId> {
        self.me().fds.get(&fd).copied()
    }

    pub fn is_tty(&self, fd: u32) -> bool {
        self.desc(fd).is_some_and(|d| self.kernel.fds.is_tty(d))
    }

    /// Writes; bytes that a full pipe does not take are kept, and the process waits before its next poll.
    pub fn write(&mut self, fd: u32, data: &[u8]) {
        if data.is_empty() {
            return;
        }
        self.progress = true;
        if let Some(desc) = self.desc(fd) {
            let desc = self.kernel.fds.dup(desc);
            self.me_mut().pending.push_back((desc, data.to_vec()));
            let _ = self.kernel.flush(self.pid, self.env);
        }
    }

    pub fn out(&mut self, text: &str) {
        self.write(1, text.as_bytes());
    }

    pub fn err(&mut self, text: &str) {
        self.write(2, text.as_bytes());
    }

    /// True while a full pipe holds this process' output back: a streaming program should then wait.
    pub fn is_blocked(&self) -> bool {
        !self.me().pending.is_empty()
    }

    pub fn read(&mut self, fd: u32, max: usize) -> Read {
        match self.desc(fd) {
            Some(desc) => self.read_desc(desc, max),
            None => Read::End,
        }
    }

    pub fn read_desc(&mut self, desc: DescId, max: usize) -> Read {
        let found = self.kernel.read_desc(desc, max, self.env);
        self.progress |= matches!(found, Read::Data(_));
        found
    }

    /// Gives bytes back that were read past what was wanted.
    pub fn unread(&mut self, fd: u32, data: &[u8]) {
        if let Some(desc) = self.desc(fd) {
            self.kernel.fds.unread(desc, data);
        }
    }

    /// Opens a file (or a device) and returns a description with one reference.
    pub fn open(&mut self, path: &str, mode: Mode) -> Result<DescId, FileError> {
        let path = normalize(&self.me().cwd, path);
        let kind = match self.device(&path) {
            Some(Ok(desc)) => return Ok(self.kernel.fds.dup(desc)),
            Some(Err(e)) => return Err(e),
            None if path == "/dev/null" => Kind::Null,
            None => {
                let now = self.kernel.now;
                let (files, at) = self.disk(&path);
                match mode {
                    Mode::Read => drop(files.read(&at)?),
                    Mode::Truncate => files.write(&at, b"", now)?,
                    Mode::Append | Mode::ReadWrite => files.edit(&at, now, |_| {})?,
                }
                Kind::File {
                    path,
                    offset: 0,
                    append: mode == Mode::Append,
                    read: matches!(mode, Mode::Read | Mode::ReadWrite),
                    write: mode != Mode::Read,
                }
            }
        };
        Ok(self.kernel.fds.open(kind))
    }

    /// Opens a file for reading, also one that is made up as it is read.
    pub fn open_read(&mut self, path: &str) -> Result<DescId, FileError> {
        let full = self.path(path);
        match super::proc_files::read(self, &full) {
            Some(data) => Ok(self.text(&data)),
            // A real tool meets the end before its buffered output is written: it does not read its own.
            None if self.leads_to(1, path) || self.leads_to(2, path) => {
                let data = self.read_file(path)?;
                Ok(self.text(&data))
            }
            None => self.open(path, Mode::Read),
        }
    }

    /// True where standard output goes to this file and something is in it: reading it would never end.
    pub fn is_output(&mut self, path: &str) -> bool {
        self.leads_to(1, path) && self.stat(path).is_ok_and(|s| s.size > 0)
    }

    /// True where what is written to the descriptor goes to this file.
    fn leads_to(&mut self, fd: u32, path: &str) -> bool {
        let full = self.path(path);
        let Some(Kind::File { path: to, write: true, .. }) = self.desc(fd).and_then(|d| self.kernel.fds.kind(d)) else {
            return false;
        };
        let to = to.clone();
        let (files, at) = self.disk(&full);
        let real = files.real_path(&at);
        let (files, out) = self.disk(&to);
        files.real_path(&out) == real
    }

    /// Writes to a description that is not one of the numbered descriptors.
    pub fn write_desc(&mut self, desc: DescId, data: &[u8]) {
        self.progress = true;
        let desc = self.kernel.fds.dup(desc);
        self.me_mut().pending.push_back((desc, data.to_vec()));
        let _ = self.kernel.flush(self.pid, self.env);
    }

    /// `/dev/stdin` and its like: a description that is open already.
    fn device(&self, path: &str) -> Option<Result<DescId, FileError>> {
        let real = self.kernel.files.real_path(path);
        let fd = match real.as_str() {
            "/dev/stdin" => 0,
            "/dev/stdout" | "/dev/tty" => 1,
            "/dev/stderr" => 2,
            "/proc/1/fd/1" | "/proc/1/fd/2" => {
                let fd = if real.ends_with('1') { 1 } else { 2 };
                let desc = self.kernel.procs.get(&1).and_then(|p| p.fds.get(&fd));
                return Some(desc.copied().ok_or(FileError::NotFound));
            }
            other => match other.strip_prefix("/dev/fd/").or(other.strip_prefix("/proc/self/fd/")) {
                Some(n) => n.parse().ok()?,
                None => return None,
            },
        };
        Some(self.desc(fd).ok_or(FileError::NotFound))
    }

    pub fn pipe(&mut self) -> (DescId, DescId) {
        self.kernel.fds.pipe()
    }

    /// A description from which this text can be read: here-documents.
    pub fn text(&mut self, data: &[u8]) -> DescId {
        let (read, write) = self.kernel.fds.pipe();
        self.kernel.fds.unread(read, data);
        self.kernel.fds.close(write);
        read
    }

    pub fn dup(&mut self, desc: DescId) -> DescId {
        self.kernel.fds.dup(desc)
    }

    pub fn close_desc(&mut self, desc: DescId) {
        self.kernel.fds.close(desc);
        self.progress = true;
    }

    pub fn fds(&self) -> BTreeMap<u32, DescId> {
        self.me().fds.clone()
    }

    /// Makes `fd` mean this description, whose reference is passed on; None closes it.
    pub fn set_fd(&mut self, fd: u32, desc: Option<DescId>) {
        let old = match desc {
            Some(desc) => self.me_mut().fds.insert(fd, desc),
            None => self.me_mut().fds.remove(&fd),
        };
        if let Some(old) = old {
            self.close_desc(old);
        }
    }

    // --- files -------------------------------------------------------------------------------------------------

    /// The absolute path that `path` means to this process.
    pub fn path(&self, path: &str) -> String {
        normalize(&self.me().cwd, path)
    }

    /// The tree in which an absolute path lies (the machine's own, or a mounted volume), and the path within it.
    pub fn disk(&mut self, path: &str) -> (&mut Files, String) {
        self.kernel.disk(path, self.env)
    }

    /// Says that files change: others may wait for them.
    pub fn changed(&mut self) {
        self.progress = true;
    }

    /// True where two absolute paths lie in one tree, so that a file can be renamed from one to the other.
    pub fn same_disk(&self, a: &str, b: &str) -> bool {
        self.kernel.mount_of(a) == self.kernel.mount_of(b)
    }

    /// Reads a whole file; `/dev/stdin` and pipes are for [`Io::open`].
    pub fn read_file(&mut self, path: &str) -> Result<Rc<Vec<u8>>, FileError> {
        let path = self.path(path);
        if path == "/dev/null" {
            return Ok(Rc::default());
        }
        if let Some(data) = super::proc_files::read(self, &path) {
            return Ok(Rc::new(data));
        }
        let (files, at) = self.disk(&path);
        files.read(&at)
    }

    pub fn write_file(&mut self, path: &str, data: &[u8]) -> Result<(), FileError> {
        let (path, now) = (self.path(path), self.now());
        self.progress = true;
        let (files, at) = self.disk(&path);
        files.write(&at, data, now)
    }

    pub fn stat(&mut self, path: &str) -> Result<Stat, FileError> {
        let path = self.path(path);
        let (files, at) = self.disk(&path);
        files.stat(&at)
    }

    pub fn lstat(&mut self, path: &str) -> Result<Stat, FileError> {
        let path = self.path(path);
        let (files, at) = self.disk(&path);
        files.lstat(&at)
    }

    pub fn is_dir(&mut self, path: &str) -> bool {
        self.stat(path).is_ok_and(|s| s.is_dir)
    }

    /// Names in order, each with whether it is a directory.
    pub fn list(&mut self, path: &str) -> Result<Vec<(Rc<str>, bool)>, FileError> {
        let path = self.path(path);
        let (files, at) = self.disk(&path);
        files.list(&at)
    }

    // --- processes ---------------------------------------------------------------------------------------------

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

    // --- network -----------------------------------------------------------------------------------------------

    /// Listens on a port of the machine's network namespace.
    pub fn listen(&mut self, port: u16) -> Result<(), PortInUse> {
        self.progress = true;
        self.kernel.listen(self.pid, port, self.env)
    }

    /// The next connection, with its caller's address.
    pub fn accept(&mut self, port: u16) -> Option<(ConnId, String)> {
        let got = self.kernel.net.accept(port);
        self.progress |= got.is_some();
        got
    }

    pub fn conn_read(&mut self, conn: ConnId) -> Read {
        let got = self.kernel.net.read(conn, true);
        self.progress |= got != Read::Wait;
        got
    }

    pub fn conn_write(&mut self, conn: ConnId, data: &[u8]) {
        self.progress = true;
        self.kernel.net.write(conn, true, data);
    }

    pub fn conn_close(&mut self, conn: ConnId) {
        self.progress = true;
        self.kernel.net.close(conn, true);
    }

    pub fn resolve(&mut self, host: &str) -> Result<Vec<String>, NetError> {
        match host {
            "localhost" => Ok(vec!["127.0.0.1".to_owned()]),
            _ if host == self.kernel.hostname && !self.kernel.ip.is_empty() => Ok(vec![self.kernel.ip.clone()]),
            _ => self.env.resolve(host),
        }
    }

    pub fn connect(&mut self, ip: &str, port: u16) -> Result<Sock, NetError> {
        self.progress = true;
        let loopback = ip.starts_with("127.") || ip == "::1" || ip == "0.0.0.0";
        if loopback || ip == self.kernel.ip {
            let peer = if loopback { "127.0.0.1".to_owned() } else { self.kernel.ip.clone() };
            if let Some(conn) = self.kernel.net.connect(port, &peer) {
                return Ok(Sock::Local(conn));
            }
        }
        let socket = self.env.connect(ip, port)?;
        self.kernel.sockets.insert(socket, self.pid);
        Ok(Sock::Remote(socket))
    }

    pub fn sock_read(&mut self, sock: Sock) -> Read {
        let got = match sock {
            Sock::Local(conn) => self.kernel.net.read(conn, false),
            Sock::Remote(socket) => self.env.read(socket),
        };
        self.progress |= got != Read::Wait;
        got
    }

    pub fn sock_write(&mut self, sock: Sock, data: &[u8]) {
        self.progress = true;
        match sock {
            Sock::Local(conn) => drop(self.kernel.net.write(conn, false, data)),
            Sock::Remote(socket) => self.env.write(socket, data),
        }
    }

    pub fn sock_close(&mut self, sock: Sock) {
        self.progress = true;
        match sock {
            Sock::Local(conn) => self.kernel.net.close(conn, false),
            Sock::Remote(socket) => {
                self.kernel.sockets.remove(&socket);
                self.env.close(socket);
            }
        }
    }
}
