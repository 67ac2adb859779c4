//! System calls on files by their paths.

use super::Io;
use crate::sh::files::{FileError, Files, Stat, normalize};
use crate::sh::proc_files;
use std::rc::Rc;

impl Io<'_> {
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
        if let Some(data) = proc_files::read(self, &path) {
            return Ok(Rc::new(data));
        }
        let (files, at) = self.disk(&path);
        files.read(&at)
    }

    pub fn write_file(&mut self, path: &str, data: &[u8]) -> Result<(), FileError> {
        let (path, now) = (self.path(path), self.now());
        if path == "/dev/null" {
            return Ok(());
        }
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
}
