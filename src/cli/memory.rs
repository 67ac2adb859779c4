//! A small machine in memory, for tests and for tools without a shell.

use super::system::{AddressInUse, BrokenPipe, DirEntry, FileError, Handle, Out, Read, System};
use crate::apimachinery::Time;
use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;

/// Files by absolute path, an environment, and what was written.
#[derive(Default)]
pub struct Memory {
    pub files: RefCell<BTreeMap<String, Vec<u8>>>,
    pub env: RefCell<BTreeMap<String, String>>,
    pub stdin: RefCell<Vec<u8>>,
    pub stdout: RefCell<String>,
    pub stderr: RefCell<String>,
    pub cwd: RefCell<String>,
    pub now: Cell<Time>,
}

impl Memory {
    /// With a kubeconfig for the server at this address.
    pub fn with_kubeconfig(server: &str) -> Self {
        let memory = Self::default();
        *memory.cwd.borrow_mut() = "/scratch".into();
        memory.env.borrow_mut().insert("HOME".into(), "/home/user".into());
        memory.env.borrow_mut().insert("KUBECONFIG".into(), "/scratch/.kubeconfig".into());
        memory.put("/scratch/.kubeconfig", &crate::apimachinery::yaml::to_string(&super::kubeconfig::initial(server)));
        memory
    }

    pub fn put(&self, path: &str, text: &str) {
        self.files.borrow_mut().insert(path.into(), text.as_bytes().to_vec());
    }

    fn full(&self, path: &str) -> String {
        let joined = if path.starts_with('/') { path.to_owned() } else { format!("{}/{path}", self.cwd.borrow()) };
        let mut parts: Vec<&str> = Vec::new();
        for part in joined.split('/') {
            match part {
                "" | "." => {}
                ".." => {
                    parts.pop();
                }
                part => parts.push(part),
            }
        }
        format!("/{}", parts.join("/"))
    }
}

impl System for Memory {
    fn now(&self) -> Time {
        self.now.get()
    }
    fn env(&self, name: &str) -> Option<String> {
        self.env.borrow().get(name).cloned()
    }
    fn absolute(&self, path: &str) -> String {
        self.full(path)
    }
    fn run(&self, _: &str) -> Option<Handle> {
        None
    }
    fn run_done(&self, _: Handle) -> Option<i32> {
        Some(127)
    }
    fn read_file(&self, path: &str) -> Result<Vec<u8>, FileError> {
        let path = self.full(path);
        match self.files.borrow().get(&path) {
            Some(data) => Ok(data.clone()),
            None if self.is_dir(&path) => Err(FileError::IsDirectory),
            None => Err(FileError::NotFound),
        }
    }
    fn write_file(&self, path: &str, data: &[u8]) -> Result<(), FileError> {
        let path = self.full(path);
        self.files.borrow_mut().insert(path, data.to_vec());
        Ok(())
    }
    fn make_dir(&self, _: &str) -> Result<(), FileError> {
        Ok(())
    }
    fn list_dir(&self, path: &str) -> Result<Vec<DirEntry>, FileError> {
        let prefix = self.full(path).trim_end_matches('/').to_owned() + "/";
        let mut entries: BTreeMap<String, bool> = BTreeMap::new();
        for file in self.files.borrow().keys() {
            if let Some(rest) = file.strip_prefix(&prefix) {
                match rest.split_once('/') {
                    Some((dir, _)) => entries.insert(dir.into(), true),
                    None => entries.insert(rest.into(), false),
                };
            }
        }
        if entries.is_empty() {
            return Err(FileError::NotFound);
        }
        Ok(entries.into_iter().map(|(name, is_dir)| DirEntry { name, is_dir }).collect())
    }
    fn is_dir(&self, path: &str) -> bool {
        self.list_dir(path).is_ok()
    }
    fn read_stdin(&self) -> Read {
        let data = std::mem::take(&mut *self.stdin.borrow_mut());
        if data.is_empty() { Read::End } else { Read::Data(data) }
    }
    fn stdin_is_terminal(&self) -> bool {
        false
    }
    fn write(&self, to: Out, data: &[u8]) -> Result<(), BrokenPipe> {
        let text = String::from_utf8_lossy(data);
        match to {
            Out::Stdout => self.stdout.borrow_mut().push_str(&text),
            Out::Stderr => self.stderr.borrow_mut().push_str(&text),
        }
        Ok(())
    }
    fn listen(&self, port: u16) -> Result<(Handle, u16), AddressInUse> {
        Ok((1, port))
    }
    fn accept(&self, _: Handle) -> Option<Handle> {
        None
    }
    fn read_connection(&self, _: Handle) -> Read {
        Read::End
    }
    fn write_connection(&self, _: Handle, _: &[u8]) {}
    fn close(&self, _: Handle) {}
    fn edit(&self, _: &str) -> Option<Handle> {
        None
    }
    fn edit_done(&self, _: Handle) -> bool {
        true
    }
}
