//! An in-memory file tree with shared structure: cloning it is cheap, writing copies the path that changes.

mod owner;

pub use owner::{Owner, Who};

use crate::apimachinery::Time;
use owner::{READ, SET_GROUP, WRITE};
use std::collections::BTreeMap;
use std::rc::Rc;

/// Why a file operation failed; [`FileError::text`] is what C's `strerror` says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FileError {
    NotFound,
    IsDirectory,
    NotDirectory,
    Exists,
    Denied,
    NotEmpty,
    ReadOnly,
    Loop,
    NoSpace,
    Invalid,
    NotOwner,
}

impl FileError {
    pub fn text(self) -> &'static str {
        match self {
            Self::NotFound => "No such file or directory",
            Self::IsDirectory => "Is a directory",
            Self::NotDirectory => "Not a directory",
            Self::Exists => "File exists",
            Self::Denied => "Permission denied",
            Self::NotEmpty => "Directory not empty",
            Self::ReadOnly => "Read-only file system",
            Self::Loop => "Too many levels of symbolic links",
            Self::NoSpace => "No space left on device",
            Self::Invalid => "Invalid argument",
            Self::NotOwner => "Operation not permitted",
        }
    }
}

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

    fn node(&self, path: &str, follow_last: bool) -> Result<(String, &Node), FileError> {
        let mut path = path.to_owned();
        'again: for _ in 0..MAX_LINKS {
            let parts: Vec<&str> = path.split('/').filter(|p| !p.is_empty()).collect();
            let mut dir = &self.root;
            for (i, part) in parts.iter().enumerate() {
                let node = dir.entries.get(*part).ok_or(FileError::NotFound)?;
                let last = i + 1 == parts.len();
                match node {
                    Node::Link(to, _) if !last || follow_last => {
                        let here = format!("/{}", parts[..i].join("/"));
                        let rest = parts[i + 1..].join("/");
                        path = normalize(&here, to);
                        if !rest.is_empty() {
                            path = normalize(&path, &rest);
                        }
                        continue 'again;
                    }
                    _ if last => return Ok((path.clone(), node)),
                    Node::Dir(d) => dir = d,
                    _ => return Err(FileError::NotDirectory),
                }
            }
            return Err(FileError::IsDirectory); // the root itself: see `stat`
        }
        Err(FileError::Loop)
    }

    fn dir(&self, path: &str) -> Result<Dir, FileError> {
        if path == "/" {
            return Ok(self.root.clone());
        }
        match self.node(path, true) {
            Ok((_, Node::Dir(d))) => Ok(d.clone()),
            Ok(_) => Err(FileError::NotDirectory),
            Err(FileError::IsDirectory) => Ok(self.root.clone()),
            Err(e) => Err(e),
        }
    }

    /// Where a path leads after its symbolic links, as far as it exists.
    pub fn real_path(&self, path: &str) -> String {
        let (mut head, mut tail) = (path, Vec::<&str>::new());
        while head != "/" {
            match self.node(head, true) {
                Ok((mut real, _)) => {
                    for name in tail.iter().rev() {
                        real = normalize(&real, name);
                    }
                    return real;
                }
                Err(_) => {
                    let (dir, name) = split(head);
                    tail.push(name);
                    head = dir;
                }
            }
        }
        path.to_owned()
    }

    pub fn stat(&self, path: &str) -> Result<Stat, FileError> {
        match self.node(path, true) {
            Ok((_, node)) => Ok(node.stat()),
            Err(FileError::IsDirectory) => Ok(Node::Dir(self.root.clone()).stat()),
            Err(e) => Err(e),
        }
    }

    /// As [`Files::stat`], of the link itself.
    pub fn lstat(&self, path: &str) -> Result<Stat, FileError> {
        match self.node(path, false) {
            Ok((_, node)) => Ok(node.stat()),
            Err(FileError::IsDirectory) => Ok(Node::Dir(self.root.clone()).stat()),
            Err(e) => Err(e),
        }
    }

    pub fn is_dir(&self, path: &str) -> bool {
        self.stat(path).is_ok_and(|s| s.is_dir)
    }

    pub fn exists(&self, path: &str) -> bool {
        self.stat(path).is_ok()
    }

    pub fn read(&self, path: &str) -> Result<Rc<Vec<u8>>, FileError> {
        match self.node(path, true)?.1 {
            Node::File(f) if !self.who.may(READ, f.owner, f.mode) => Err(FileError::Denied),
            Node::File(f) => Ok(f.data.clone()),
            _ => Err(FileError::IsDirectory),
        }
    }

    /// Names in order, each with whether it is a directory (links followed).
    pub fn list(&self, path: &str) -> Result<Vec<(Rc<str>, bool)>, FileError> {
        let dir = self.dir(path)?;
        if !self.who.may(READ, dir.owner, dir.mode) {
            return Err(FileError::Denied);
        }
        let base = if path == "/" { "" } else { path };
        Ok(dir
            .entries
            .iter()
            .map(|(name, node)| {
                let is_dir = match node {
                    Node::Dir(_) => true,
                    Node::Link(..) => self.is_dir(&format!("{base}/{name}")),
                    Node::File(_) => false,
                };
                (name.clone(), is_dir)
            })
            .collect())
    }

    /// The directory at `path` (links followed), to be changed.
    fn dir_mut(&mut self, path: &str) -> Result<&mut Dir, FileError> {
        if self.read_only {
            return Err(FileError::ReadOnly);
        }
        let real = if path == "/" { path.to_owned() } else { self.real_path(path) };
        let mut dir = &mut self.root;
        for (depth, part) in real.split('/').filter(|p| !p.is_empty()).enumerate() {
            if depth > MAX_DEPTH {
                return Err(FileError::Invalid);
            }
            dir = match Rc::make_mut(&mut dir.entries).get_mut(part) {
                Some(Node::Dir(d)) => d,
                Some(_) => return Err(FileError::NotDirectory),
                None => return Err(FileError::NotFound),
            };
        }
        Ok(dir)
    }

    /// Changes the entries of the directory at `path`; what is new in it gets the owner that is handed over.
    fn change<T>(
        &mut self,
        path: &str,
        now: Time,
        f: impl FnOnce(&mut BTreeMap<Rc<str>, Node>, Owner) -> Result<T, FileError>,
    ) -> Result<T, FileError> {
        let who = self.who.clone();
        let dir = self.dir_mut(path)?;
        if !who.may(WRITE, dir.owner, dir.mode) {
            return Err(FileError::Denied);
        }
        dir.changed = now;
        let group = if dir.mode & SET_GROUP != 0 { dir.owner.1 } else { who.gid };
        f(Rc::make_mut(&mut dir.entries), (who.uid, group))
    }

    /// Changes one node in place; its directory stays as it was.
    fn change_node<T>(
        &mut self,
        path: &str,
        f: impl FnOnce(&mut Node) -> Result<T, FileError>,
    ) -> Result<T, FileError> {
        let (dir, name) = split(path);
        let dir = self.dir_mut(dir)?;
        Rc::make_mut(&mut dir.entries).get_mut(name).ok_or(FileError::NotFound).and_then(f)
    }

    /// Writes a whole file, made with mode 644 where it is new. The directory must exist.
    pub fn write(&mut self, path: &str, data: &[u8], now: Time) -> Result<(), FileError> {
        self.edit(path, now, |old| {
            old.clear();
            old.extend_from_slice(data);
        })
    }

    /// Changes a file's bytes in place; a file that is not there starts empty.
    pub fn edit(&mut self, path: &str, now: Time, f: impl FnOnce(&mut Vec<u8>)) -> Result<(), FileError> {
        let real = self.real_path(path);
        if self.is_dir(&real) {
            return Err(FileError::IsDirectory);
        }
        let who = self.who.clone();
        if !self.exists(&real) {
            let (dir, name) = split(&real);
            self.change(dir, now, |entries, owner| {
                let new = File { mode: 0o644, owner, changed: now, ..File::default() };
                entries.insert(Rc::from(name), Node::File(new));
                Ok(())
            })?;
        }
        self.change_node(&real, |node| {
            let Node::File(file) = node else { return Err(FileError::IsDirectory) };
            if !who.may(WRITE, file.owner, file.mode) {
                return Err(FileError::Denied);
            }
            file.changed = now;
            let data = Rc::make_mut(&mut file.data);
            f(data);
            if data.len() > MAX_FILE {
                data.truncate(MAX_FILE);
                return Err(FileError::NoSpace);
            }
            Ok(())
        })
    }

    /// Writes a file and makes its directories: for building trees.
    pub fn put(&mut self, path: &str, data: &[u8], now: Time) {
        let (dir, _) = split(path);
        let _ = self.mkdir_all(dir, now);
        let _ = self.write(path, data, now);
        if data.starts_with(b"\x7fELF") || data.starts_with(b"#!") {
            let _ = self.chmod(path, 0o755);
        }
    }

    pub fn mkdir(&mut self, path: &str, now: Time) -> Result<(), FileError> {
        if self.lstat(path).is_ok() {
            return Err(FileError::Exists);
        }
        let (dir, name) = split(path);
        self.change(dir, now, |entries, owner| {
            let made = Dir { mode: 0o755, owner, changed: now, ..Dir::default() };
            entries.insert(Rc::from(name), Node::Dir(made));
            Ok(())
        })
    }

    pub fn mkdir_all(&mut self, path: &str, now: Time) -> Result<(), FileError> {
        let mut at = String::new();
        for part in path.split('/').filter(|p| !p.is_empty()) {
            at.push('/');
            at.push_str(part);
            match self.stat(&at) {
                Ok(s) if s.is_dir => {}
                Ok(_) => return Err(FileError::NotDirectory),
                Err(_) => self.mkdir(&at, now)?,
            }
        }
        Ok(())
    }

    /// Removes a file, a link or, with all that is in it, a directory.
    pub fn remove(&mut self, path: &str, now: Time) -> Result<(), FileError> {
        self.take(path, now).map(drop)
    }

    fn take(&mut self, path: &str, now: Time) -> Result<Node, FileError> {
        if path == "/" {
            return Err(FileError::Denied);
        }
        let (dir, name) = split(path);
        self.change(dir, now, |entries, _| entries.remove(name).ok_or(FileError::NotFound))
    }

    /// Moves a node; what stood at `to` is replaced, unless it is a directory that is not empty.
    pub fn rename(&mut self, from: &str, to: &str, now: Time) -> Result<(), FileError> {
        self.lstat(from)?;
        if to == from {
            return Ok(());
        }
        if to.starts_with(&format!("{from}/")) {
            return Err(FileError::Invalid);
        }
        if let Ok(old) = self.lstat(to)
            && old.is_dir
        {
            match self.lstat(from)?.is_dir {
                false => return Err(FileError::IsDirectory),
                true if !self.list(to)?.is_empty() => return Err(FileError::NotEmpty),
                true => {}
            }
        }
        let (dir, name) = split(to);
        if !self.is_dir(dir) {
            return Err(FileError::NotFound);
        }
        let place = self.stat(dir)?;
        if !self.who.may(WRITE, place.owner, place.mode) {
            return Err(FileError::Denied);
        }
        let node = self.take(from, now)?;
        self.change(dir, now, |entries, _| {
            entries.insert(Rc::from(name), node);
            Ok(())
        })
    }

    pub fn symlink(&mut self, target: &str, path: &str, now: Time) -> Result<(), FileError> {
        if self.lstat(path).is_ok() {
            return Err(FileError::Exists);
        }
        let (dir, name) = split(path);
        self.change(dir, now, |entries, _| {
            entries.insert(Rc::from(name), Node::Link(Rc::from(target), now));
            Ok(())
        })
    }

    pub fn chmod(&mut self, path: &str, mode: u32) -> Result<(), FileError> {
        let who = self.who.uid;
        self.change_rights(path, |owner, bits| {
            if who != 0 && who != owner.0 {
                return Err(FileError::NotOwner);
            }
            *bits = mode;
            Ok(())
        })
    }

    /// Gives a file to somebody else, which only user 0 may.
    pub fn chown(&mut self, path: &str, to: Owner) -> Result<(), FileError> {
        let who = self.who.uid;
        self.change_rights(path, |owner, _| {
            if who != 0 {
                return Err(FileError::NotOwner);
            }
            *owner = to;
            Ok(())
        })
    }

    fn change_rights(
        &mut self,
        path: &str,
        f: impl FnOnce(&mut Owner, &mut u32) -> Result<(), FileError>,
    ) -> Result<(), FileError> {
        let real = if path == "/" { path.to_owned() } else { self.real_path(path) };
        if real == "/" {
            return f(&mut self.root.owner, &mut self.root.mode);
        }
        self.change_node(&real, |node| match node {
            Node::File(file) => f(&mut file.owner, &mut file.mode),
            Node::Dir(dir) => f(&mut dir.owner, &mut dir.mode),
            Node::Link(..) => Ok(()),
        })
    }

    /// Every file's path and bytes, in order: for sessions that are saved.
    pub fn walk(&self) -> Vec<(String, Rc<Vec<u8>>)> {
        let mut found = Vec::new();
        let mut todo = vec![(String::new(), self.root.clone())];
        while let Some((at, dir)) = todo.pop() {
            for (name, node) in dir.entries.iter() {
                match node {
                    Node::File(f) => found.push((format!("{at}/{name}"), f.data.clone())),
                    Node::Dir(d) => todo.push((format!("{at}/{name}"), d.clone())),
                    Node::Link(..) => {}
                }
            }
        }
        found.sort_by(|a, b| a.0.cmp(&b.0));
        found
    }
}

#[cfg(test)]
mod tests;
