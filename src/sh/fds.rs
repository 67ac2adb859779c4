//! Open files, pipes and sessions of a machine.

use super::env::Read;
use super::process::{Chunk, DescId, SessionId, Stream};
use crate::apimachinery::Time;
use std::collections::{BTreeMap, VecDeque};

/// A pipe holds this many bytes; then its writers wait.
pub const PIPE_SIZE: usize = 64 << 10;

/// What a descriptor leads to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Kind {
    Null,
    File { path: String, offset: usize, append: bool, read: bool, write: bool },
    PipeEnd { pipe: u32, write: bool },
    Stdin(SessionId),
    Out(SessionId, Stream),
}

#[derive(Clone, Debug)]
pub struct Desc {
    pub kind: Kind,
    pub refs: u32,
}

#[derive(Clone, Debug, Default)]
pub struct Pipe {
    pub data: VecDeque<u8>,
    pub readers: u32,
    pub writers: u32,
}

/// Input and output of a tree of processes, joined to the outside.
#[derive(Clone, Debug, Default)]
pub struct Session {
    pub tty: bool,
    pub input: VecDeque<u8>,
    pub input_closed: bool,
    pub chunks: Vec<Chunk>,
    /// The group that Ctrl-C reaches.
    pub foreground: u32,
    /// Descriptors that still lead to its output.
    pub writers: u32,
}

/// All open files of a machine.
#[derive(Clone, Debug, Default)]
pub struct Fds {
    pub descs: BTreeMap<DescId, Desc>,
    pub pipes: BTreeMap<u32, Pipe>,
    pub sessions: BTreeMap<SessionId, Session>,
    next: u32,
}

/// What a write came to.
pub enum Wrote {
    Done,
    /// The rest, for later.
    Full(Vec<u8>),
    Broken,
    /// The file would grow past what a file may hold.
    TooLarge,
}

impl Fds {
    fn id(&mut self) -> u32 {
        self.next += 1;
        self.next
    }

    pub fn session(&mut self, tty: bool) -> SessionId {
        let id = self.id();
        self.sessions.insert(id, Session { tty, ..Session::default() });
        id
    }

    /// Makes a description with one reference.
    pub fn open(&mut self, kind: Kind) -> DescId {
        match kind {
            Kind::PipeEnd { pipe, write } => {
                if let Some(p) = self.pipes.get_mut(&pipe) {
                    *(if write { &mut p.writers } else { &mut p.readers }) += 1;
                }
            }
            Kind::Out(session, _) => {
                if let Some(s) = self.sessions.get_mut(&session) {
                    s.writers += 1;
                }
            }
            _ => {}
        }
        let id = self.id();
        self.descs.insert(id, Desc { kind, refs: 1 });
        id
    }

    /// The read end and the write end of a new pipe.
    pub fn pipe(&mut self) -> (DescId, DescId) {
        let pipe = self.id();
        self.pipes.insert(pipe, Pipe::default());
        (self.open(Kind::PipeEnd { pipe, write: false }), self.open(Kind::PipeEnd { pipe, write: true }))
    }

    pub fn dup(&mut self, id: DescId) -> DescId {
        if let Some(d) = self.descs.get_mut(&id) {
            d.refs += 1;
        }
        id
    }

    pub fn close(&mut self, id: DescId) {
        let Some(d) = self.descs.get_mut(&id) else { return };
        d.refs -= 1;
        if d.refs > 0 {
            return;
        }
        match self.descs.remove(&id).map(|d| d.kind) {
            Some(Kind::PipeEnd { pipe, write }) => {
                if let Some(p) = self.pipes.get_mut(&pipe) {
                    *(if write { &mut p.writers } else { &mut p.readers }) -= 1;
                    if p.readers == 0 && p.writers == 0 {
                        self.pipes.remove(&pipe);
                    }
                }
            }
            Some(Kind::Out(session, _)) => {
                if let Some(s) = self.sessions.get_mut(&session) {
                    s.writers -= 1;
                }
            }
            _ => {}
        }
    }

    pub fn kind(&self, id: DescId) -> Option<&Kind> {
        self.descs.get(&id).map(|d| &d.kind)
    }

    pub fn is_tty(&self, id: DescId) -> bool {
        match self.kind(id) {
            Some(Kind::Stdin(s) | Kind::Out(s, _)) => self.sessions.get(s).is_some_and(|s| s.tty),
            _ => false,
        }
    }

    /// Reads from a pipe or a session; files are the kernel's.
    pub fn read(&mut self, id: DescId, max: usize) -> Read {
        let (queue, open) = match self.descs.get(&id).map(|d| &d.kind) {
            Some(Kind::PipeEnd { pipe, write: false }) => match self.pipes.get_mut(pipe) {
                Some(p) => (&mut p.data, p.writers > 0),
                None => return Read::End,
            },
            Some(Kind::Stdin(session)) => match self.sessions.get_mut(session) {
                // A terminal's end of file (Ctrl-D) is for one reader; a closed stream stays closed.
                Some(s) => (&mut s.input, !s.input_closed),
                None => return Read::End,
            },
            _ => return Read::End,
        };
        if queue.is_empty() {
            return if open { Read::Wait } else { Read::End };
        }
        let n = max.min(queue.len());
        Read::Data(queue.drain(..n).collect())
    }

    /// Puts bytes back that were read too far.
    pub fn unread(&mut self, id: DescId, data: &[u8]) {
        let queue = match self.descs.get_mut(&id).map(|d| &mut d.kind) {
            Some(Kind::PipeEnd { pipe, write: false }) => self.pipes.get_mut(pipe).map(|p| &mut p.data),
            Some(Kind::Stdin(session)) => self.sessions.get_mut(session).map(|s| &mut s.input),
            Some(Kind::File { offset, .. }) => {
                *offset = offset.saturating_sub(data.len());
                None
            }
            _ => None,
        };
        if let Some(queue) = queue {
            for byte in data.iter().rev() {
                queue.push_front(*byte);
            }
        }
    }

    /// Writes to a pipe, a session or nowhere; files are the kernel's.
    pub fn write(&mut self, id: DescId, data: &[u8], now: Time) -> Wrote {
        match self.descs.get(&id).map(|d| &d.kind) {
            Some(Kind::PipeEnd { pipe, write: true }) => match self.pipes.get_mut(pipe) {
                Some(p) if p.readers > 0 => {
                    let room = PIPE_SIZE.saturating_sub(p.data.len()).min(data.len());
                    p.data.extend(&data[..room]);
                    if room == data.len() { Wrote::Done } else { Wrote::Full(data[room..].to_vec()) }
                }
                _ => Wrote::Broken,
            },
            Some(Kind::Out(session, stream)) => {
                if let Some(s) = self.sessions.get_mut(session) {
                    match s.chunks.last_mut() {
                        Some(last) if last.at == now && last.stream == *stream => last.data.extend_from_slice(data),
                        _ => s.chunks.push(Chunk { at: now, stream: *stream, data: data.to_vec() }),
                    }
                }
                Wrote::Done
            }
            _ => Wrote::Done,
        }
    }
}
