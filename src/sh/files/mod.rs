//! An in-memory file tree with shared structure: cloning it is cheap, writing copies the path that changes.

mod change;
mod error;
mod look;
mod owner;

pub use error::FileError;
pub use owner::{Owner, Who};

use crate::apimachinery::Time;
use std::collections::BTreeMap;
use std::rc::Rc;

/// A regular file. `mode` holds the permission bits.
#[derive(Clone, Debug, Default)]
pub struct File {
    pub data: Rc<Vec<u8>>,
    pub mode: u32,
    pub owner: Owner,
    pub changed: Time,
}

/// A directory.
#[derive(Clone, Debug, Default)]
pub struct Dir {
    entries: Rc<BTreeMap<Rc<str>, Node>>,
    pub mode: u32,
    pub owner: Owner,
    pub changed: Time,
}

#[derive(Clone, Debug)]
pub enum Node {
    File(File),
    Dir(Dir),
    /// Where it points, and since when.
    Link(Rc<str>, Time),
}

/// What `stat` tells of a path.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stat {
    pub is_dir: bool,
    /// Where a symbolic link points; only from [`Files::lstat`].
    pub link: Option<Rc<str>>,
    pub mode: u32,
    pub owner: Owner,
    pub size: u64,
    pub changed: Time,
}

/// A file tree. Paths are absolute and normalized (see [`normalize`]).
#[derive(Clone, Debug, Default)]
pub struct Files {
    root: Dir,
    /// Writes fail with `Read-only file system`.
    pub read_only: bool,
    /// Who is at work.
    pub who: Who,
}

/// No file grows past this.
pub const MAX_FILE: usize = 8 << 20;
const MAX_LINKS: u32 = 16;
const MAX_DEPTH: usize = 64;

/// The absolute path that `path` means in `cwd`, without `.`, `..`, doubled or trailing slashes.
pub fn normalize(cwd: &str, path: &str) -> String {
    let mut parts: Vec<&str> = Vec::new();
    let base = if path.starts_with('/') { "" } else { cwd };
    for part in base.split('/').chain(path.split('/')) {
        match part {
            "" | "." => {}
            ".." => {
                parts.pop();
            }
            _ => parts.push(part),
        }
    }
    format!("/{}", parts.join("/"))
}

/// The directory and the last name of a normalized path.
pub fn split(path: &str) -> (&str, &str) {
    match path.rsplit_once('/') {
        Some(("", name)) => ("/", name),
        Some((dir, name)) => (dir, name),
        None => ("/", path),
    }
}

impl Node {
    fn stat(&self) -> Stat {
        match self {
            Node::File(f) => Stat {
                is_dir: false,
                link: None,
                mode: f.mode,
                owner: f.owner,
                size: f.data.len() as u64,
                changed: f.changed,
            },
            Node::Dir(d) => {
                Stat { is_dir: true, link: None, mode: d.mode, owner: d.owner, size: 4096, changed: d.changed }
            }
            Node::Link(to, changed) => Stat {
                is_dir: false,
                link: Some(to.clone()),
                mode: 0o777,
                owner: (0, 0),
                size: to.len() as u64,
                changed: *changed,
            },
        }
    }
}

impl Files {
    pub fn new() -> Self {
        Self { root: Dir { mode: 0o755, ..Dir::default() }, ..Self::default() }
    }

    /// An empty directory that was made then.
    pub fn made_at(now: Time) -> Self {
        let mut files = Self::new();
        files.root.changed = now;
        files
    }

    /// A tree of these files, their directories made. Executables are those whose text starts with ELF or `#!`.
    pub fn with<'a>(files: impl IntoIterator<Item = (&'a str, &'a str)>) -> Self {
        let mut tree = Self::new();
        for (path, text) in files {
            tree.put(path, text.as_bytes(), Time::default());
        }
        tree
    }
}

#[cfg(test)]
mod tests;
