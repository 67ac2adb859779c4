//! Which file tree an absolute path leads to: the machine's own, or that of a mounted volume.

use super::Kernel;
use crate::sh::env::Env;
use crate::sh::files::{Files, normalize};

/// A volume of the world at a path of this machine.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mount {
    pub path: String,
    /// What [`Env::volume`] is asked for.
    pub volume: String,
    /// The directory or file within the volume; empty for all of it.
    pub sub_path: String,
    pub read_only: bool,
    /// It is not on a disk (`tmpfs`).
    pub in_memory: bool,
}

impl Kernel {
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
    pub(in crate::sh) fn mount_of(&self, path: &str) -> Option<usize> {
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
        let who = self.who.clone().unwrap_or_default();
        match env.volume(&m.volume) {
            // A read-only view is a cheap copy whose writes fail.
            Some(files) if m.read_only => {
                self.scratch = files.clone();
                self.scratch.who = who;
                self.scratch.read_only = true;
                (&mut self.scratch, at)
            }
            Some(files) => {
                files.who = who;
                (files, at)
            }
            None => (&mut self.files, path.to_owned()),
        }
    }
}
