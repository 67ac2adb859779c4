//! System calls on descriptors: read, write, open, duplicate, close.

use super::Io;
use crate::sh::env::Read;
use crate::sh::fds::Kind;
use crate::sh::files::{FileError, normalize};
use crate::sh::proc_files;
use crate::sh::process::DescId;
use std::collections::BTreeMap;

/// How a file is opened.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mode {
    Read,
    Truncate,
    Append,
    ReadWrite,
}

impl Io<'_> {
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
        match proc_files::read(self, &full) {
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
}
