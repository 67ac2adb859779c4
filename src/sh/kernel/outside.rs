//! What reaches into a machine from outside: connections to its ports, and processes that run elsewhere (kubectl on the laptop).

use super::Kernel;
use crate::sh::env::{Env, PortInUse, Read};
use crate::sh::fds::Wrote;
use crate::sh::net::{ConnId, Net};
use crate::sh::process::Pid;

/// The reader of what an external process writes is gone.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Broken;

impl Kernel {
    pub fn listening_ports(&self) -> Vec<u16> {
        self.net.ports().collect()
    }

    /// A connection from outside: `peer` is the address that the server sees. None where nobody listens.
    pub fn connect(&mut self, port: u16, peer: &str) -> Option<ConnId> {
        self.dirty = true;
        self.net.connect(port, peer)
    }

    pub fn conn_read(&mut self, conn: ConnId) -> Read {
        self.net.read(conn, false)
    }

    pub fn conn_write(&mut self, conn: ConnId, data: &[u8]) {
        self.dirty = true;
        self.net.write(conn, false, data);
    }

    pub fn conn_close(&mut self, conn: ConnId) {
        self.dirty = true;
        self.net.close(conn, false);
    }

    /// Takes a port for a process.
    pub fn listen(&mut self, pid: Pid, port: u16, env: &mut dyn Env) -> Result<(), PortInUse> {
        if self.net.listener(port).is_some() {
            return Err(PortInUse);
        }
        env.bind(port)?;
        self.net.listen(pid, port);
        Ok(())
    }

    /// The server's side of connections, for external listeners.
    pub fn net_mut(&mut self) -> &mut Net {
        self.dirty = true;
        &mut self.net
    }

    /// Ports on which a process listens, in order.
    pub fn listening(&self) -> impl Iterator<Item = u16> + '_ {
        self.net.ports()
    }

    /// External processes that started since the last call.
    pub fn take_started(&mut self) -> Vec<Pid> {
        std::mem::take(&mut self.started)
    }

    /// Reads for an external process.
    pub fn read_fd(&mut self, pid: Pid, fd: u32, env: &mut dyn Env) -> Read {
        match self.procs.get(&pid).and_then(|p| p.fds.get(&fd)).copied() {
            Some(desc) => {
                let found = self.read_desc(desc, 1 << 16, env);
                self.dirty |= matches!(found, Read::Data(_));
                found
            }
            None => Read::End,
        }
    }

    /// Writes for an external process; Err when the reader is gone.
    pub fn write_fd(&mut self, pid: Pid, fd: u32, data: &[u8], env: &mut dyn Env) -> Result<(), Broken> {
        let Some(desc) = self.procs.get(&pid).and_then(|p| p.fds.get(&fd)).copied() else { return Err(Broken) };
        self.dirty = true;
        // What waits for room in a pipe goes first.
        if let Some(p) = self.procs.get_mut(&pid).filter(|p| !p.pending.is_empty()) {
            let desc = self.fds.dup(desc);
            p.pending.push_back((desc, data.to_vec()));
            return Ok(());
        }
        match self.write_desc(desc, data, env) {
            Wrote::Done => Ok(()),
            Wrote::Full(rest) => {
                let desc = self.fds.dup(desc);
                if let Some(p) = self.procs.get_mut(&pid) {
                    p.pending.push_back((desc, rest));
                }
                Ok(())
            }
            Wrote::Broken | Wrote::TooLarge => Err(Broken),
        }
    }

    pub fn fd_is_tty(&self, pid: Pid, fd: u32) -> bool {
        self.procs.get(&pid).and_then(|p| p.fds.get(&fd)).is_some_and(|d| self.fds.is_tty(*d))
    }

    /// Ends an external process; its output goes out first.
    pub fn exit_external(&mut self, pid: Pid, code: i32) {
        self.dirty = true;
        if let Some(p) = self.procs.get_mut(&pid) {
            p.exiting = Some(code);
        }
    }
}
