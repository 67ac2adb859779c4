//! The machine that kubectl runs on, as kubectl sees it. The shell implements it over the laptop; tests over a map.

use crate::apimachinery::Time;

/// Standard output or standard error.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Out {
    Stdout,
    Stderr,
}

/// Why a file could not be read or written, in Go's (and C's) words.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FileError {
    NotFound,
    IsDirectory,
    NotDirectory,
    Exists,
    Denied,
}

impl FileError {
    pub fn text(self) -> &'static str {
        match self {
            Self::NotFound => "no such file or directory",
            Self::IsDirectory => "is a directory",
            Self::NotDirectory => "not a directory",
            Self::Exists => "file exists",
            Self::Denied => "permission denied",
        }
    }
}

/// One entry of a directory.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct DirEntry {
    pub name: String,
    pub is_dir: bool,
}

/// What a read finds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Read {
    Data(Vec<u8>),
    /// Nothing yet; ask again in the next round (`sim::clock::Yield`).
    Wait,
    End,
}

/// A listening port or a connection of the laptop.
pub type Handle = u64;

/// A process' view of its machine. Nothing here blocks: what may wait says [`Read::Wait`].
pub trait System {
    fn now(&self) -> Time;
    fn env(&self, name: &str) -> Option<String>;
    /// The path from the root, without `.` and `..`.
    fn absolute(&self, path: &str) -> String;
    /// Starts a line in a shell, its output where the process' own goes; None where nothing can be started.
    fn run(&self, line: &str) -> Option<Handle>;
    /// The exit code of what [`System::run`] started, once it has ended. Passes its output on.
    fn run_done(&self, running: Handle) -> Option<i32>;
    /// Paths may be relative to the working directory of the process.
    fn read_file(&self, path: &str) -> Result<Vec<u8>, FileError>;
    fn write_file(&self, path: &str, data: &[u8]) -> Result<(), FileError>;
    /// With the folders above it; one that is there is fine.
    fn make_dir(&self, path: &str) -> Result<(), FileError>;
    /// Sorted by name.
    fn list_dir(&self, path: &str) -> Result<Vec<DirEntry>, FileError>;
    fn is_dir(&self, path: &str) -> bool;
    fn read_stdin(&self) -> Read;
    fn stdin_is_terminal(&self) -> bool;
    /// Err when the reader is gone (a closed pipe).
    fn write(&self, to: Out, data: &[u8]) -> Result<(), BrokenPipe>;
    /// Listens on a port of 127.0.0.1 and ::1; 0 takes a free one. Returns the handle and the port.
    fn listen(&self, port: u16) -> Result<(Handle, u16), AddressInUse>;
    /// A connection that came in, if any.
    fn accept(&self, listener: Handle) -> Option<Handle>;
    fn read_connection(&self, connection: Handle) -> Read;
    fn write_connection(&self, connection: Handle, data: &[u8]);
    fn close(&self, handle: Handle);
    /// Opens a file in the page's editor and waits; None where there is no editor (replay).
    fn edit(&self, path: &str) -> Option<Handle>;
    /// True when the editor opened by [`System::edit`] was closed.
    fn edit_done(&self, editor: Handle) -> bool;
}

/// The other end of a pipe is closed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BrokenPipe;

/// Another process listens on this port.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct AddressInUse;
