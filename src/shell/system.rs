//! The machine as a kubectl process on the laptop sees it: files and streams of its kernel, ports it listens on.

use crate::apimachinery::Time;
use crate::cli::system::{AddressInUse, BrokenPipe, DirEntry, FileError, Handle, Out, Read, System};
use crate::sh::env::{Alone, Read as KernelRead};
use crate::sh::files::{FileError as KernelError, normalize};
use crate::sh::kernel::Kernel;
use crate::sh::process::{Pid, Spawn, Stdin, Stream};
use crate::sim::Clock;
use std::cell::RefCell;
use std::rc::Rc;

/// Handles from here on are connections; below are ports that are listened on.
const CONNECTIONS: Handle = 1 << 32;
/// Where free ports are looked for, as Linux does for port 0.
const EPHEMERAL: std::ops::Range<u16> = 32_768..60_999;

/// Files that are open in the page's editor, with whoever waits for them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Editors {
    /// Absolute path and handle of what is open or waits to be opened, oldest first.
    pub open: Vec<(Handle, String)>,
    last: Handle,
    /// There is an editor at all (not in a replay).
    pub there: bool,
}

impl Editors {
    pub fn new(there: bool) -> Self {
        Self { there, ..Self::default() }
    }

    /// The file was closed: whoever waits for it goes on.
    pub fn close(&mut self, path: &str) {
        self.open.retain(|(_, open)| open != path);
    }
}

/// One process' view of the laptop.
pub struct LaptopProcess {
    pub kernel: Rc<RefCell<Kernel>>,
    pub editors: Rc<RefCell<Editors>>,
    pub clock: Clock,
    pub pid: Pid,
}

impl LaptopProcess {
    /// The absolute form of a path that may be relative to the process' directory.
    fn path(&self, path: &str) -> String {
        let kernel = self.kernel.borrow();
        normalize(kernel.process(self.pid).map_or("/", |p| &p.cwd), path)
    }
}

fn file_error(e: KernelError) -> FileError {
    match e {
        KernelError::NotFound => FileError::NotFound,
        KernelError::IsDirectory => FileError::IsDirectory,
        KernelError::NotDirectory => FileError::NotDirectory,
        KernelError::Exists => FileError::Exists,
        _ => FileError::Denied,
    }
}

fn read(found: KernelRead) -> Read {
    match found {
        KernelRead::Data(data) => Read::Data(data),
        KernelRead::Wait => Read::Wait,
        KernelRead::End => Read::End,
    }
}

impl System for LaptopProcess {
    fn now(&self) -> Time {
        self.clock.now()
    }

    fn env(&self, name: &str) -> Option<String> {
        self.kernel.borrow().process(self.pid)?.env.get(name).cloned()
    }

    fn absolute(&self, path: &str) -> String {
        self.path(path)
    }

    fn run(&self, line: &str) -> Option<Handle> {
        let mut kernel = self.kernel.borrow_mut();
        let own = kernel.process(self.pid)?;
        let spawn = Spawn {
            argv: vec!["bash".into(), "-c".into(), line.into()],
            env: own.env.iter().map(|(k, v)| (k.clone(), v.clone())).collect(),
            cwd: own.cwd.to_string(),
            stdin: Stdin::Null,
            tty: false,
        };
        kernel.spawn(spawn, &mut Alone::default()).ok().map(Handle::from)
    }

    fn run_done(&self, running: Handle) -> Option<i32> {
        let pid = Pid::try_from(running).ok()?;
        let (chunks, done) = {
            let mut kernel = self.kernel.borrow_mut();
            (kernel.take_output(pid), kernel.is_done(pid))
        };
        for chunk in chunks {
            let to = if chunk.stream == Stream::Stdout { Out::Stdout } else { Out::Stderr };
            // A reader that is gone is noticed at the next write of the process' own.
            let _ = self.write(to, &chunk.data);
        }
        if !done {
            return None;
        }
        let mut kernel = self.kernel.borrow_mut();
        let code = kernel.exit_status(pid).map_or(127, |status| status.code);
        kernel.reap(pid);
        Some(code)
    }

    fn read_file(&self, path: &str) -> Result<Vec<u8>, FileError> {
        let path = self.path(path);
        self.kernel.borrow().files.read(&path).map(|data| data.to_vec()).map_err(file_error)
    }

    fn write_file(&self, path: &str, data: &[u8]) -> Result<(), FileError> {
        let path = self.path(path);
        self.kernel.borrow_mut().files.write(&path, data, self.clock.now()).map_err(file_error)
    }

    fn make_dir(&self, path: &str) -> Result<(), FileError> {
        let path = self.path(path);
        self.kernel.borrow_mut().files.mkdir_all(&path, self.clock.now()).map_err(file_error)
    }

    fn list_dir(&self, path: &str) -> Result<Vec<DirEntry>, FileError> {
        let path = self.path(path);
        let entries = self.kernel.borrow().files.list(&path).map_err(file_error)?;
        let mut entries: Vec<DirEntry> =
            entries.into_iter().map(|(name, is_dir)| DirEntry { name: name.to_string(), is_dir }).collect();
        entries.sort();
        Ok(entries)
    }

    fn is_dir(&self, path: &str) -> bool {
        self.kernel.borrow().files.is_dir(&self.path(path))
    }

    fn read_stdin(&self) -> Read {
        read(self.kernel.borrow_mut().read_fd(self.pid, 0, &mut Alone::default()))
    }

    fn stdin_is_terminal(&self) -> bool {
        self.kernel.borrow().fd_is_tty(self.pid, 0)
    }

    fn write(&self, to: Out, data: &[u8]) -> Result<(), BrokenPipe> {
        let fd = match to {
            Out::Stdout => 1,
            Out::Stderr => 2,
        };
        self.kernel.borrow_mut().write_fd(self.pid, fd, data, &mut Alone::default()).map_err(|_| BrokenPipe)
    }

    fn listen(&self, port: u16) -> Result<(Handle, u16), AddressInUse> {
        let mut kernel = self.kernel.borrow_mut();
        let mut take = |port: u16| kernel.listen(self.pid, port, &mut Alone::default()).is_ok();
        let port = match port {
            0 => EPHEMERAL.into_iter().find(|p| take(*p)).ok_or(AddressInUse)?,
            port if take(port) => port,
            _ => return Err(AddressInUse),
        };
        Ok((port.into(), port))
    }

    fn accept(&self, listener: Handle) -> Option<Handle> {
        let port = u16::try_from(listener).ok()?;
        let (connection, _) = self.kernel.borrow_mut().net_mut().accept(port)?;
        Some(CONNECTIONS + Handle::from(connection))
    }

    fn read_connection(&self, connection: Handle) -> Read {
        match connection.checked_sub(CONNECTIONS).and_then(|id| id.try_into().ok()) {
            Some(id) => read(self.kernel.borrow_mut().net_mut().read(id, true)),
            None => Read::End,
        }
    }

    fn write_connection(&self, connection: Handle, data: &[u8]) {
        if let Some(id) = connection.checked_sub(CONNECTIONS).and_then(|id| id.try_into().ok()) {
            self.kernel.borrow_mut().net_mut().write(id, true, data);
        }
    }

    fn close(&self, handle: Handle) {
        if let Some(id) = handle.checked_sub(CONNECTIONS).and_then(|id| id.try_into().ok()) {
            self.kernel.borrow_mut().net_mut().close(id, true);
        }
    }

    fn edit(&self, path: &str) -> Option<Handle> {
        let path = self.path(path);
        let mut editors = self.editors.borrow_mut();
        if !editors.there {
            return None;
        }
        editors.last += 1;
        let handle = editors.last;
        editors.open.push((handle, path));
        Some(handle)
    }

    fn edit_done(&self, editor: Handle) -> bool {
        !self.editors.borrow().open.iter().any(|(handle, _)| *handle == editor)
    }
}
