//! The programs of images that serve: one state machine, driven by a table of what each says and answers.

use crate::sh::env::Read;
use crate::sh::http::{Parsed, Request, Response};
use crate::sh::io::Io;
use crate::sh::net::ConnId;
use crate::sh::process::{Program, Step};
use crate::sh::signal::Signal;
use std::collections::BTreeMap;

/// What a server knows when it answers.
pub struct Context<'a, 'b> {
    pub io: &'a mut Io<'b>,
    /// The caller's address.
    pub peer: &'a str,
    /// Requests answered so far.
    pub count: u64,
    #[allow(dead_code, reason = "for servers that keep something between requests")]
    pub state: &'a mut BTreeMap<String, String>,
    pub args: &'a [String],
    pub port: u16,
}

impl Context<'_, '_> {
    pub fn hostname(&self) -> String {
        self.io.kernel().hostname.clone()
    }

    /// The tag of the image it runs from.
    pub fn tag(&self) -> String {
        self.io.kernel().release.tag.clone()
    }

    /// The version of the image it runs from.
    pub fn version(&self) -> String {
        self.io.kernel().release.version.clone()
    }
}

/// What a server says instead of serving, and its exit code then.
pub struct Says(pub String, pub i32);

/// A server as a table row.
#[derive(Clone, Copy)]
pub struct App {
    /// Its name in executables.
    pub name: &'static str,
    /// The port it listens on, from its arguments and environment; 0 for none.
    pub port: fn(&mut Context<'_, '_>) -> Result<u16, Says>,
    /// Logs its start.
    pub started: fn(&mut Context<'_, '_>),
    /// Logs that its port is taken; returns its exit code.
    pub in_use: fn(&mut Context<'_, '_>) -> i32,
    pub answer: fn(&mut Context<'_, '_>, &Request) -> Response,
    /// Signals it has a handler for: logs, and says the exit code. None: no handler.
    pub stop: fn(Signal) -> Option<Stop>,
}

/// How a server takes a signal.
#[derive(Clone, Copy)]
pub struct Stop {
    pub log: fn(&mut Context<'_, '_>, Signal),
    pub code: i32,
}

/// A server that speaks HTTP.
#[derive(Clone)]
struct Http {
    app: &'static App,
    args: Vec<String>,
    port: u16,
    listening: bool,
    count: u64,
    state: BTreeMap<String, String>,
    conns: BTreeMap<ConnId, (String, Vec<u8>)>,
}

const MAX_REQUEST: usize = 8 << 20;

/// Finds a server program; `page-8080` is `page` on port 8080.
pub fn load(name: &str, argv: &[String]) -> Option<Box<dyn Program>> {
    let (name, port) = match name.rsplit_once('-').map(|(name, port)| (name, port.parse())) {
        Some((name, Ok(port))) => (name, port),
        _ => (name, 0),
    };
    let app = super::FAMILY_APPS.iter().flat_map(|apps| apps.iter()).find(|app| app.name == name)?;
    Some(Box::new(Http {
        app,
        args: argv.to_vec(),
        port,
        listening: false,
        count: 0,
        state: BTreeMap::new(),
        conns: BTreeMap::new(),
    }))
}

/// The usual handler: none.
pub fn no_handler(_: Signal) -> Option<Stop> {
    None
}

impl Http {
    fn with<T>(&mut self, io: &mut Io<'_>, peer: &str, f: impl FnOnce(&mut Context<'_, '_>) -> T) -> T {
        f(&mut Context { io, peer, count: self.count, state: &mut self.state, args: &self.args, port: self.port })
    }

    fn start(&mut self, io: &mut Io<'_>) -> Option<Step> {
        let app = self.app;
        match self.with(io, "", app.port) {
            Ok(port) => self.port = port,
            Err(Says(text, code)) => {
                io.err(&text);
                return Some(Step::Exit(code));
            }
        }
        if self.port != 0 && io.listen(self.port).is_err() {
            return Some(Step::Exit(self.with(io, "", app.in_use)));
        }
        self.listening = true;
        self.with(io, "", app.started);
        None
    }

    /// Answers what has come in on one connection. True when it is over.
    fn serve(&mut self, io: &mut Io<'_>, conn: ConnId) -> bool {
        let got = io.conn_read(conn);
        let Some((peer, data)) = self.conns.get_mut(&conn) else { return true };
        let ended = match got {
            Read::Data(more) => {
                data.extend_from_slice(&more);
                false
            }
            Read::Wait => return false,
            Read::End => true,
        };
        let (peer, parsed) = (peer.clone(), Request::parse(data));
        match parsed {
            Parsed::Done(request, used) => {
                data.drain(..used);
                let app = self.app;
                let response = self.with(io, &peer, |c| (app.answer)(c, &request));
                self.count += 1;
                io.conn_write(conn, &response.to_bytes(request.method == "HEAD"));
                let close = |v: Option<&str>| v.is_some_and(|v| v.eq_ignore_ascii_case("close"));
                close(request.header("Connection")) || close(response.header("Connection"))
            }
            Parsed::More => ended || data.len() > MAX_REQUEST,
            Parsed::Bad => {
                let response = Response::text(400, "").with("Connection", "close");
                io.conn_write(conn, &response.to_bytes(false));
                true
            }
        }
    }
}

impl Program for Http {
    fn step(&mut self, io: &mut Io<'_>) -> Step {
        if !self.listening
            && let Some(end) = self.start(io)
        {
            return end;
        }
        if let Some(signal) = io.take_signal()
            && let Some(stop) = (self.app.stop)(signal)
        {
            self.with(io, "", |c| (stop.log)(c, signal));
            return Step::Exit(stop.code);
        }
        while let Some((conn, peer)) = io.accept(self.port) {
            self.conns.insert(conn, (peer, Vec::new()));
        }
        for conn in self.conns.keys().copied().collect::<Vec<_>>() {
            if self.serve(io, conn) {
                self.conns.remove(&conn);
                io.conn_close(conn);
            }
        }
        Step::Wait
    }

    fn handles(&self, signal: Signal) -> bool {
        (self.app.stop)(signal).is_some()
    }

    fn boxed(&self) -> Box<dyn Program> {
        Box::new(self.clone())
    }
}

/// A moment as servers write it into their logs.
pub struct Stamp(pub crate::apimachinery::Time);

impl Stamp {
    /// Replaces `{iso}` (2026-11-23T12:20:34.000000Z), `{sql}` (2026-11-23 12:20:34), `{pg}` (… 12:20:34.000 UTC) and
    /// `{redis}` (23 Nov 2026 12:20:34.000).
    pub fn fill(&self, text: &str) -> String {
        let (y, mo, d, h, mi, s, _) = self.0.civil();
        let millis = self.0.0.rem_euclid(1_000_000_000) / 1_000_000;
        let month = crate::apimachinery::time::MONTHS.get((mo as usize).saturating_sub(1)).copied().unwrap_or("");
        text.replace("{iso}", &self.0.rfc3339_micro())
            .replace("{sql}", &format!("{y:04}-{mo:02}-{d:02} {h:02}:{mi:02}:{s:02}"))
            .replace("{pg}", &format!("{y:04}-{mo:02}-{d:02} {h:02}:{mi:02}:{s:02}.{millis:03} UTC"))
            .replace("{redis}", &format!("{d:02} {month} {y:04} {h:02}:{mi:02}:{s:02}.{millis:03}"))
    }
}
