//! System calls on the network: listening, connections, names.

use super::Io;
use crate::sh::env::{NetError, PortInUse, Read, Socket};
use crate::sh::net::ConnId;

/// A client's end of a connection: within this machine, or to another.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sock {
    Local(ConnId),
    Remote(Socket),
}

impl Io<'_> {
    /// Listens on a port of the machine's network namespace.
    pub fn listen(&mut self, port: u16) -> Result<(), PortInUse> {
        self.progress = true;
        self.kernel.listen(self.pid, port, self.env)
    }

    /// The next connection, with its caller's address.
    pub fn accept(&mut self, port: u16) -> Option<(ConnId, String)> {
        let got = self.kernel.net.accept(port);
        self.progress |= got.is_some();
        got
    }

    pub fn conn_read(&mut self, conn: ConnId) -> Read {
        let got = self.kernel.net.read(conn, true);
        self.progress |= got != Read::Wait;
        got
    }

    pub fn conn_write(&mut self, conn: ConnId, data: &[u8]) {
        self.progress = true;
        self.kernel.net.write(conn, true, data);
    }

    pub fn conn_close(&mut self, conn: ConnId) {
        self.progress = true;
        self.kernel.net.close(conn, true);
    }

    pub fn resolve(&mut self, host: &str) -> Result<Vec<String>, NetError> {
        match host {
            "localhost" => Ok(vec!["127.0.0.1".to_owned()]),
            _ if host == self.kernel.hostname && !self.kernel.ip.is_empty() => Ok(vec![self.kernel.ip.clone()]),
            _ => self.env.resolve(host),
        }
    }

    /// The names of an address.
    pub fn reverse(&mut self, ip: &str) -> Vec<String> {
        self.env.reverse(ip)
    }

    pub fn connect(&mut self, ip: &str, port: u16) -> Result<Sock, NetError> {
        self.progress = true;
        let loopback = ip.starts_with("127.") || ip == "::1" || ip == "0.0.0.0";
        if loopback || ip == self.kernel.ip {
            let peer = if loopback { "127.0.0.1".to_owned() } else { self.kernel.ip.clone() };
            if let Some(conn) = self.kernel.net.connect(port, &peer) {
                return Ok(Sock::Local(conn));
            }
        }
        let socket = self.env.connect(ip, port)?;
        self.kernel.sockets.insert(socket, self.pid);
        Ok(Sock::Remote(socket))
    }

    pub fn sock_read(&mut self, sock: Sock) -> Read {
        let got = match sock {
            Sock::Local(conn) => self.kernel.net.read(conn, false),
            Sock::Remote(socket) => self.env.read(socket),
        };
        self.progress |= got != Read::Wait;
        got
    }

    pub fn sock_write(&mut self, sock: Sock, data: &[u8]) {
        self.progress = true;
        match sock {
            Sock::Local(conn) => drop(self.kernel.net.write(conn, false, data)),
            Sock::Remote(socket) => self.env.write(socket, data),
        }
    }

    pub fn sock_close(&mut self, sock: Sock) {
        self.progress = true;
        match sock {
            Sock::Local(conn) => self.kernel.net.close(conn, false),
            Sock::Remote(socket) => {
                self.kernel.sockets.remove(&socket);
                self.env.close(socket);
            }
        }
    }
}
