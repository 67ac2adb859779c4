//! Changing a tree: writing, making, removing, moving, rights.

use super::owner::{SET_GROUP, WRITE};
use super::{Dir, File, FileError, Files, MAX_DEPTH, MAX_FILE, Node, Owner, split};
use crate::apimachinery::Time;
use std::collections::BTreeMap;
use std::rc::Rc;

impl Files {
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
}
