//! Reads and writes through open descriptors, and output that waits until there is room for it.

use super::Kernel;
use crate::sh::env::{Env, Read};
use crate::sh::fds::{Kind, Wrote};
use crate::sh::files::MAX_FILE;
use crate::sh::process::{DescId, Pid};
use crate::sh::signal::Signal;

impl Kernel {
    /// Reads at most `max` bytes through a description.
    pub(in crate::sh) fn read_desc(&mut self, desc: DescId, max: usize, env: &mut dyn Env) -> Read {
        let (path, offset) = match self.fds.kind(desc) {
            Some(Kind::File { path, offset, read: true, .. }) => (path.clone(), *offset),
            Some(Kind::File { .. } | Kind::Null) | None => return Read::End,
            Some(_) => return self.fds.read(desc, max),
        };
        let (files, at) = self.disk(&path, env);
        let Ok(data) = files.read(&at) else { return Read::End };
        let rest = data.get(offset..).unwrap_or(&[]);
        if rest.is_empty() {
            return Read::End;
        }
        let part = rest[..max.min(rest.len())].to_vec();
        if let Some(Kind::File { offset, .. }) = self.fds.descs.get_mut(&desc).map(|d| &mut d.kind) {
            *offset += part.len();
        }
        Read::Data(part)
    }

    /// Writes through a description: what a full pipe or the largest file does not take is said.
    pub(in crate::sh) fn write_desc(&mut self, desc: DescId, data: &[u8], env: &mut dyn Env) -> Wrote {
        let now = self.now;
        let (path, at, append) = match self.fds.kind(desc) {
            Some(Kind::File { path, offset, append, write: true, .. }) => (path.clone(), *offset, *append),
            _ => return self.fds.write(desc, data, now),
        };
        let (files, place) = self.disk(&path, env);
        let (mut end, mut wrote) = (at, Wrote::Done);
        if let Ok(stat) = files.stat(&place) {
            let from = if append { stat.size as usize } else { at };
            // As under `ulimit -f`: what fits is written.
            let data = match data.split_at_checked(MAX_FILE.saturating_sub(from)) {
                Some((fits, rest)) if !rest.is_empty() => {
                    wrote = Wrote::TooLarge;
                    fits
                }
                _ => data,
            };
            // What fails here is a folder, which nothing opens to write.
            let _ = files.edit(&place, now, |old| {
                if old.len() < from {
                    old.resize(from, 0);
                }
                let over = data.len().min(old.len() - from);
                old[from..from + over].copy_from_slice(&data[..over]);
                old.extend_from_slice(&data[over..]);
                end = from + data.len();
            });
        }
        if let Some(Kind::File { offset, .. }) = self.fds.descs.get_mut(&desc).map(|d| &mut d.kind) {
            *offset = end;
        }
        wrote
    }

    /// Moves pending output on. True where some went; a broken pipe ends the process as SIGPIPE does, a file
    /// that would grow past [`MAX_FILE`](crate::sh::files::MAX_FILE) as SIGXFSZ does.
    pub(in crate::sh) fn flush(&mut self, pid: Pid, env: &mut dyn Env) -> bool {
        let mut moved = false;
        loop {
            let Some(p) = self.procs.get_mut(&pid) else { return moved };
            let Some((desc, data)) = p.pending.pop_front() else { return moved };
            match self.write_desc(desc, &data, env) {
                Wrote::Done => {
                    self.fds.close(desc);
                    moved = true;
                }
                Wrote::Full(rest) => {
                    moved |= rest.len() < data.len();
                    if let Some(p) = self.procs.get_mut(&pid) {
                        p.pending.push_front((desc, rest));
                    }
                    return moved;
                }
                refused @ (Wrote::Broken | Wrote::TooLarge) => {
                    self.fds.close(desc);
                    let signal = if matches!(refused, Wrote::Broken) { Signal::PIPE } else { Signal::XFSZ };
                    self.kill_from(pid, signal, false, env);
                    return true;
                }
            }
        }
    }
}
