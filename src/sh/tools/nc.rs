//! `nc` and `telnet`: raw connections.

use super::filter::refuse;
use super::opts;
use super::sleep;
use crate::apimachinery::Time;
use crate::sh::env::{NetError, Read};
use crate::sh::io::{Io, Sock};
use crate::sh::net::ConnId;
use crate::sh::process::{Program, Step};
use std::time::Duration;

#[derive(Clone)]
struct Nc {
    host: String,
    port: u16,
    listen: bool,
    keep: bool,
    scan: bool,
    verbose: bool,
    wait: Option<Duration>,
    sock: Option<Sock>,
    listening: bool,
    conn: Option<ConnId>,
    stdin_done: bool,
    began: Option<Time>,
}

pub fn make(name: &str, args: &[String]) -> Box<dyn Program> {
    let o = match opts::parse(args, "lkzvnp:w:q:u4e:", &[]) {
        Ok(o) => o,
        Err(text) => return refuse(name, &text, 1),
    };
    if o.has('e') || o.has('u') {
        return refuse(name, "-e and -u: not simulated here", 1);
    }
    let listen = o.has('l');
    let port = match listen {
        true => o.value('p').or(o.rest.last().map(String::as_str)),
        false => o.rest.get(1).map(String::as_str).or((name == "telnet").then_some("23")),
    };
    let Some(port) = port.and_then(|p| p.parse().ok()) else { return refuse(name, "missing port number", 1) };
    Box::new(Nc {
        host: o.rest.first().cloned().unwrap_or_default(),
        port,
        listen,
        keep: o.has('k'),
        scan: o.has('z'),
        verbose: o.has('v') || name == "telnet",
        wait: o.value('w').and_then(sleep::duration),
        sock: None,
        listening: false,
        conn: None,
        stdin_done: false,
        began: None,
    })
}

impl Nc {
    fn server(&mut self, io: &mut Io<'_>) -> Step {
        if !self.listening {
            if io.listen(self.port).is_err() {
                io.err("nc: bind: Address already in use\n");
                return Step::Exit(1);
            }
            self.listening = true;
        }
        if self.conn.is_none() {
            self.conn = io.accept(self.port).map(|(conn, _)| conn);
        }
        let Some(conn) = self.conn else { return Step::Wait };
        match io.conn_read(conn) {
            Read::Data(data) => {
                io.write(1, &data);
                return Step::Again;
            }
            Read::End => {
                io.conn_close(conn);
                self.conn = None;
                return if self.keep { Step::Again } else { Step::Exit(0) };
            }
            Read::Wait => {}
        }
        if !self.stdin_done {
            match io.read(0, 1 << 16) {
                Read::Data(data) => {
                    io.conn_write(conn, &data);
                    return Step::Again;
                }
                Read::End => {
                    self.stdin_done = true;
                    // One answer from a pipe: the connection ends with it.
                    io.conn_close(conn);
                    self.conn = None;
                    return if self.keep { Step::Again } else { Step::Exit(0) };
                }
                Read::Wait => {}
            }
        }
        Step::Wait
    }

    fn connect(&mut self, io: &mut Io<'_>) -> Result<Sock, Step> {
        let began = *self.began.get_or_insert(io.now());
        let (host, port) = (self.host.clone(), self.port);
        let ips = match io.resolve(&host) {
            Ok(ips) => ips,
            Err(_) => {
                io.err(&format!("nc: bad address '{host}'\n"));
                return Err(Step::Exit(1));
            }
        };
        let ip = ips.first().cloned().unwrap_or_default();
        let why = match io.connect(&ip, port) {
            Ok(sock) => {
                if self.verbose {
                    io.err(&format!("{host} ({ip}:{port}) open\n"));
                }
                return Ok(sock);
            }
            Err(NetError::Dropped) => {
                let until = began + self.wait.unwrap_or(Duration::from_secs(134));
                if io.now() < until {
                    io.wake_at(until);
                    return Err(Step::Wait);
                }
                "Connection timed out"
            }
            Err(NetError::Refused) => "Connection refused",
            Err(_) => "Host is unreachable",
        };
        if self.verbose || !self.scan {
            io.err(&format!("nc: {host} ({ip}:{port}): {why}\n"));
        }
        Err(Step::Exit(1))
    }
}

impl Program for Nc {
    fn step(&mut self, io: &mut Io<'_>) -> Step {
        if self.listen {
            return self.server(io);
        }
        let sock = match self.sock {
            Some(sock) => sock,
            None => match self.connect(io) {
                Ok(sock) if self.scan => {
                    io.sock_close(sock);
                    return Step::Exit(0);
                }
                Ok(sock) => *self.sock.insert(sock),
                Err(step) => return step,
            },
        };
        match io.sock_read(sock) {
            Read::Data(data) => {
                io.write(1, &data);
                return Step::Again;
            }
            Read::End => {
                io.sock_close(sock);
                return Step::Exit(0);
            }
            Read::Wait => {}
        }
        if !self.stdin_done {
            match io.read(0, 1 << 16) {
                Read::Data(data) => {
                    io.sock_write(sock, &data);
                    return Step::Again;
                }
                Read::End => self.stdin_done = true,
                Read::Wait => {}
            }
        }
        if let (Some(wait), Some(began)) = (self.wait, self.began) {
            if io.now() >= began + wait {
                io.sock_close(sock);
                return Step::Exit(1);
            }
            io.wake_at(began + wait);
        }
        Step::Wait
    }

    fn boxed(&self) -> Box<dyn Program> {
        Box::new(self.clone())
    }
}
