//! Processes as data: what runs, where it writes, how it ended.

use super::io::Io;
use super::signal::Signal;
use crate::apimachinery::Time;
use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::rc::Rc;

/// A process' number.
pub type Pid = u32;

/// The stream of bytes in and out that a process was started with: a container's log, an exec, a terminal.
pub type SessionId = u32;

/// An open file description; several descriptors may share one.
pub type DescId = u32;

/// What a poll of a program came to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step {
    /// Goes on at once.
    Again,
    /// Waits: for input, a child, a connection, a signal or the moment given to [`Io::wake_at`].
    Wait,
    Exit(i32),
}

/// A running program: a state machine that is polled, holds no future, and can be cloned at any moment.
pub trait Program {
    fn step(&mut self, io: &mut Io<'_>) -> Step;
    /// True where it installed a handler: the signal then waits in [`Io::take_signal`].
    fn handles(&self, _: Signal) -> bool {
        false
    }
    fn boxed(&self) -> Box<dyn Program>;
    /// True where it runs outside of the kernel (kubectl on the laptop).
    fn is_external(&self) -> bool {
        false
    }
    /// The shell, where it is one: terminals feed it lines.
    fn shell(&mut self) -> Option<&mut super::interp::Interp> {
        None
    }
    fn shell_ref(&self) -> Option<&super::interp::Interp> {
        None
    }
}

impl Clone for Box<dyn Program> {
    fn clone(&self) -> Self {
        self.boxed()
    }
}

/// Finds the program of an executable, by the name in its file: `None` is "cannot execute".
pub type Loader = fn(name: &str, argv: &[String]) -> Option<Box<dyn Program>>;

/// How a process ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ExitStatus {
    /// 128 + the signal's number where one ended it.
    pub code: i32,
    pub signal: Option<Signal>,
    pub at: Time,
}

/// Standard output or standard error.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stream {
    Stdout,
    Stderr,
}

/// Bytes that a process wrote at one moment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Chunk {
    pub at: Time,
    pub stream: Stream,
    pub data: Vec<u8>,
}

/// Where a started process reads from.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Stdin {
    /// `/dev/null`
    #[default]
    Null,
    /// [`super::kernel::Kernel::write_stdin`]
    Open,
}

/// What to start. Empty fields take the machine's own.
#[derive(Clone, Debug, Default)]
pub struct Spawn {
    pub argv: Vec<String>,
    /// On top of the machine's environment.
    pub env: Vec<(String, String)>,
    /// Empty: `/`, or the image's working directory.
    pub cwd: String,
    pub stdin: Stdin,
    /// A terminal: programs ask (`-t 0`), shells prompt, Ctrl-C signals.
    pub tty: bool,
}

/// Why a program could not be started: runc's words.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SpawnError {
    /// Not on the path, or no such file.
    NotFound(String),
    Denied(String),
    /// The working directory is missing.
    NoDirectory(String),
    /// The machine has ended or has too many processes.
    Unavailable,
}

impl SpawnError {
    /// As runc words it: `exec: "foo": executable file not found in $PATH`.
    pub fn text(&self) -> String {
        match self {
            Self::NotFound(name) if name.contains('/') => {
                format!("exec: \"{name}\": stat {name}: no such file or directory")
            }
            Self::NotFound(name) => format!("exec: \"{name}\": executable file not found in $PATH"),
            Self::Denied(name) => format!("exec: \"{name}\": permission denied"),
            Self::NoDirectory(dir) => {
                format!("chdir to cwd (\"{dir}\") set in config.json failed: no such file or directory")
            }
            Self::Unavailable => "cannot start a process: resource temporarily unavailable".to_owned(),
        }
    }
}

/// One process.
#[derive(Clone)]
pub struct Process {
    pub pid: Pid,
    pub ppid: Pid,
    /// The group that Ctrl-C reaches.
    pub pgid: Pid,
    pub argv: Vec<String>,
    pub env: Rc<BTreeMap<String, String>>,
    pub cwd: Rc<str>,
    pub session: SessionId,
    pub started: Time,
    pub status: Option<ExitStatus>,
    pub(super) program: Option<Box<dyn Program>>,
    pub(super) fds: BTreeMap<u32, DescId>,
    /// Bytes that did not fit into a pipe yet.
    pub(super) pending: VecDeque<(DescId, Vec<u8>)>,
    /// Ends with this code once its output is out.
    pub(super) exiting: Option<i32>,
    /// Bytes of memory that it said it holds.
    pub(super) memory: u64,
    pub(super) wake: Option<Time>,
    pub(super) signals: VecDeque<Signal>,
    pub(super) ignored: BTreeSet<Signal>,
    /// Polls that went on at once in this instant, and how long it was held back for spinning.
    pub(super) spent: (Time, u32),
    pub(super) held: (Time, u32),
}

impl Process {
    /// A signal that it sent itself and has no handler for, which ends it.
    pub(super) fn unhandled_signal(&mut self, init: bool) -> Option<Signal> {
        let program = self.program.as_ref()?;
        let mut fatal = None;
        self.signals.retain(|s| {
            let handled = program.handles(*s);
            if !handled && !init && !s.is_harmless() {
                fatal.get_or_insert(*s);
            }
            handled
        });
        fatal
    }
}
