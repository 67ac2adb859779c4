//! Looking at a tree: lookups that follow links, `stat`, reading, listing.

use super::owner::READ;
use super::{Dir, FileError, Files, MAX_LINKS, Node, Stat, normalize, split};
use std::rc::Rc;

impl Files {
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
