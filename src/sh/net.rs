//! Listeners and connections of a machine: two queues of bytes each, reachable from inside and outside.

use super::env::Read;
use super::process::Pid;
use std::collections::{BTreeMap, VecDeque};

/// A connection to a listener of this machine.
pub type ConnId = u32;

#[derive(Clone, Debug, Default)]
struct Conn {
    peer: String,
    server: Pid,
    to_server: VecDeque<u8>,
    to_client: VecDeque<u8>,
    client_closed: bool,
    server_closed: bool,
}

/// The listening side of a machine.
#[derive(Clone, Debug, Default)]
pub struct Net {
    listeners: BTreeMap<u16, (Pid, VecDeque<ConnId>)>,
    conns: BTreeMap<ConnId, Conn>,
    next: ConnId,
}

impl Net {
    pub fn ports(&self) -> impl Iterator<Item = u16> + '_ {
        self.listeners.keys().copied()
    }

    pub fn listener(&self, port: u16) -> Option<Pid> {
        self.listeners.get(&port).map(|(pid, _)| *pid)
    }

    pub fn listen(&mut self, pid: Pid, port: u16) {
        self.listeners.insert(port, (pid, VecDeque::new()));
    }

    /// Opens a connection; None where nobody listens.
    pub fn connect(&mut self, port: u16, peer: &str) -> Option<ConnId> {
        let (server, backlog) = self.listeners.get_mut(&port)?;
        self.next += 1;
        backlog.push_back(self.next);
        self.conns.insert(self.next, Conn { peer: peer.to_owned(), server: *server, ..Conn::default() });
        Some(self.next)
    }

    /// The next connection that waits, with the address of its caller.
    pub fn accept(&mut self, port: u16) -> Option<(ConnId, String)> {
        let id = self.listeners.get_mut(&port)?.1.pop_front()?;
        let conn = self.conns.get(&id)?;
        Some((id, conn.peer.clone()))
    }

    pub fn read(&mut self, id: ConnId, as_server: bool) -> Read {
        let Some(c) = self.conns.get_mut(&id) else { return Read::End };
        let (queue, ended) = match as_server {
            true => (&mut c.to_server, c.client_closed),
            false => (&mut c.to_client, c.server_closed),
        };
        match queue.is_empty() {
            false => Read::Data(queue.drain(..).collect()),
            true if ended => Read::End,
            true => Read::Wait,
        }
    }

    /// False where the other side is gone.
    pub fn write(&mut self, id: ConnId, as_server: bool, data: &[u8]) -> bool {
        let Some(c) = self.conns.get_mut(&id) else { return false };
        if if as_server { c.client_closed } else { c.server_closed } {
            return false;
        }
        if as_server {
            c.to_client.extend(data)
        } else {
            c.to_server.extend(data)
        }
        true
    }

    pub fn close(&mut self, id: ConnId, as_server: bool) {
        let Some(c) = self.conns.get_mut(&id) else { return };
        *(if as_server { &mut c.server_closed } else { &mut c.client_closed }) = true;
        if c.client_closed && c.server_closed {
            self.conns.remove(&id);
        }
    }

    /// Frees what a process held; returns its ports.
    pub fn drop_process(&mut self, pid: Pid) -> Vec<u16> {
        let ports: Vec<u16> = self.listeners.iter().filter(|(_, (p, _))| *p == pid).map(|(port, _)| *port).collect();
        for port in &ports {
            self.listeners.remove(port);
        }
        let mine: Vec<ConnId> = self.conns.iter().filter(|(_, c)| c.server == pid).map(|(id, _)| *id).collect();
        for id in mine {
            self.close(id, true);
        }
        ports
    }
}
