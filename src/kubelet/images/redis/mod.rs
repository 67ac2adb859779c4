//! Redis: the server, its client, and the data between them.

mod cli;
mod data;
mod resp;

use super::Image;
use super::base::Base;
use super::server::Stamp;
use crate::sh::env::Read;
use crate::sh::io::Io;
use crate::sh::net::ConnId;
use crate::sh::process::{Program, Step};
use crate::sh::signal::Signal;
use data::Data;
use resp::Reply;
use std::collections::BTreeMap;

pub const IMAGES: &[Image] = &[Image {
    name: "docker.io/library/redis",
    releases: "8.2.1 8.0.3 7.4.5 7.2.10 7.0.15 6.2.19 6.0.20 5.0.14 4.0.14 3.2.12 3.0.7 2.8.23 2.6.17 e2e=2.8.23 v1=2.8.23",
    also: &["registry.k8s.io/redis", "k8s.gcr.io/redis", "docker.io/bitnami/redis"],
    size: 52_500_000,
    entrypoint: &["docker-entrypoint.sh"],
    cmd: &["redis-server"],
    env: &[
        ("PATH", "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"),
        ("REDIS_DOWNLOAD_URL", "https://github.com/redis/redis/archive/refs/tags/{version}.tar.gz"),
    ],
    workdir: "/data",
    ports: &[6379],
    base: Base::Debian,
    programs: &[("/usr/local/bin/redis-server", "redis-server"), ("/usr/local/bin/redis-cli", "redis-cli")],
    files: &[(
        "/usr/local/bin/docker-entrypoint.sh",
        "#!/bin/sh\nset -e\nif [ \"${1#-}\" != \"$1\" ] || [ \"${1%.conf}\" != \"$1\" ]; then\n  set -- redis-server \"$@\"\nfi\nexec \"$@\"\n",
    )],
    about: "key-value store on port 6379, with redis-cli",
    ..Image::EMPTY
}];

/// Finds the server or the client.
pub fn load(name: &str, argv: &[String]) -> Option<Box<dyn Program>> {
    match name {
        "redis-server" => Some(Box::new(Server::new(argv))),
        "redis-cli" => Some(cli::make(argv)),
        _ => None,
    }
}

#[derive(Clone)]
struct Server {
    args: Vec<String>,
    port: u16,
    password: String,
    is_up: bool,
    data: Data,
    conns: BTreeMap<ConnId, Conn>,
}

#[derive(Clone, Default)]
struct Conn {
    data: Vec<u8>,
    trusted: bool,
}

/// The file that keeps what was stored, in the directory the server runs in.
const DUMP: &str = "dump.rdb";
const MAX_INPUT: usize = 1 << 20;

impl Server {
    fn new(argv: &[String]) -> Self {
        let option = |name: &str| argv.iter().position(|a| a == name).and_then(|at| argv.get(at + 1)).cloned();
        Self {
            args: argv.to_vec(),
            port: option("--port").and_then(|p| p.parse().ok()).unwrap_or(6379),
            password: option("--requirepass").unwrap_or_default(),
            is_up: false,
            data: Data::default(),
            conns: BTreeMap::new(),
        }
    }

    fn log(io: &mut Io<'_>, role: char, text: &str) {
        let line = Stamp(io.now()).fill(&format!("1:{role} {{redis}} {text}\n"));
        io.out(&line);
    }

    /// Reads a configuration file given as the first argument: port and password.
    fn configure(&mut self, io: &mut Io<'_>) {
        let Some(path) = self.args.get(1).filter(|a| !a.starts_with('-')).cloned() else {
            return Self::log(
                io,
                'C',
                "# Warning: no config file specified, using the default config. In order to specify a config file use \
                 redis-server /path/to/redis.conf",
            );
        };
        let text = io.read_file(&path).map(|d| String::from_utf8_lossy(&d).into_owned()).unwrap_or_default();
        for line in text.lines() {
            match line.split_once(' ') {
                Some(("port", port)) => self.port = port.trim().parse().unwrap_or(self.port),
                Some(("requirepass", word)) => self.password = word.trim().to_owned(),
                Some((name, value)) => self.data.set_config(name, value.trim()),
                None => {}
            }
        }
        Self::log(io, 'C', "* Configuration loaded");
    }

    fn start(&mut self, io: &mut Io<'_>) -> Option<Step> {
        Self::log(io, 'C', "* oO0OoO0OoO0Oo Redis is starting oO0OoO0OoO0Oo");
        let version = io.kernel().release.version.clone();
        self.data.version.clone_from(&version);
        let just = format!("Redis version={version}, bits=64, commit=00000000, modified=0, pid=1, just started");
        Self::log(io, 'C', &format!("* {just}"));
        self.configure(io);
        Self::log(io, 'M', "* monotonic clock: POSIX clock_gettime");
        if io.listen(self.port).is_err() {
            let port = self.port;
            Self::log(
                io,
                'M',
                &format!(
                    "# Warning: Could not create server TCP listening socket *:{port}: bind: Address already in use"
                ),
            );
            Self::log(io, 'M', "# Failed listening on port 6379 (tcp), aborting.");
            return Some(Step::Exit(1));
        }
        let port = self.port;
        Self::log(io, 'M', &format!("* Running mode=standalone, port={port}."));
        Self::log(io, 'M', "* Server initialized");
        if let Ok(dump) = io.read_file(DUMP) {
            let now = io.now();
            self.data.load(&String::from_utf8_lossy(&dump), now);
            Self::log(io, 'M', "* DB loaded from disk: 0.000 seconds");
        }
        Self::log(io, 'M', "* Ready to accept connections tcp");
        self.is_up = true;
        None
    }

    fn save(&self, io: &mut Io<'_>) {
        let text = self.data.dump(io.now());
        let _ = io.write_file(DUMP, text.as_bytes());
        Self::log(io, 'M', "* DB saved on disk");
    }

    fn shut_down(&self, io: &mut Io<'_>) -> Step {
        Self::log(io, 'M', "* User requested shutdown...");
        Self::log(io, 'M', "* Saving the final RDB snapshot before exiting.");
        self.save(io);
        Self::log(io, 'M', "# Redis is now ready to exit, bye bye...");
        Step::Exit(0)
    }

    /// Answers what has come in on one connection; None where the server ends with it.
    fn serve(&mut self, io: &mut Io<'_>, id: ConnId) -> Option<bool> {
        let Some(conn) = self.conns.get_mut(&id) else { return Some(true) };
        let mut ended = false;
        match io.conn_read(id) {
            Read::Data(more) => conn.data.extend_from_slice(&more),
            Read::Wait => return Some(false),
            Read::End => ended = true,
        }
        while let Some((words, used)) = self.conns.get(&id).and_then(|c| resp::request(&c.data)) {
            if let Some(conn) = self.conns.get_mut(&id) {
                conn.data.drain(..used);
            }
            if words.is_empty() {
                continue;
            }
            let name = words.first().map(|w| w.to_uppercase()).unwrap_or_default();
            let reply = match name.as_str() {
                "SHUTDOWN" => return None,
                "SAVE" | "BGSAVE" => {
                    self.save(io);
                    Reply::ok()
                }
                "AUTH" => self.authenticate(id, words.last().map_or("", String::as_str)),
                _ if !self.is_trusted(id) => Reply::Error("NOAUTH Authentication required.".to_owned()),
                _ => self.data.run(&name, &words, io.now()),
            };
            io.conn_write(id, &reply.to_bytes());
            if name == "QUIT" {
                return Some(true);
            }
        }
        let too_long = self.conns.get(&id).is_some_and(|c| c.data.len() > MAX_INPUT);
        Some(ended || too_long)
    }

    fn is_trusted(&self, id: ConnId) -> bool {
        self.password.is_empty() || self.conns.get(&id).is_some_and(|c| c.trusted)
    }

    fn authenticate(&mut self, id: ConnId, word: &str) -> Reply {
        if self.password.is_empty() {
            return Reply::Error(
                "ERR AUTH <password> called without any password configured for the default user. Are you sure your \
                 configuration is correct?"
                    .to_owned(),
            );
        }
        if word != self.password {
            return Reply::Error("WRONGPASS invalid username-password pair or user is disabled.".to_owned());
        }
        if let Some(conn) = self.conns.get_mut(&id) {
            conn.trusted = true;
        }
        Reply::ok()
    }
}

impl Program for Server {
    fn step(&mut self, io: &mut Io<'_>) -> Step {
        if matches!(self.args.get(1).map(String::as_str), Some("--version" | "-v")) {
            io.out(&format!(
                "Redis server v={} sha=00000000:1 malloc=jemalloc-5.3.0 bits=64 build=0\n",
                io.kernel().release.version
            ));
            return Step::Exit(0);
        }
        if !self.is_up
            && let Some(end) = self.start(io)
        {
            return end;
        }
        if let Some(signal) = io.take_signal() {
            let line = format!(
                "1:signal-handler ({}) Received SIG{} scheduling shutdown...\n",
                io.now().secs(),
                signal.name()
            );
            io.out(&line);
            return self.shut_down(io);
        }
        while let Some((conn, _)) = io.accept(self.port) {
            self.conns.insert(conn, Conn::default());
        }
        for id in self.conns.keys().copied().collect::<Vec<_>>() {
            match self.serve(io, id) {
                Some(false) => {}
                Some(true) => {
                    self.conns.remove(&id);
                    io.conn_close(id);
                }
                None => return self.shut_down(io),
            }
        }
        Step::Wait
    }

    fn handles(&self, signal: Signal) -> bool {
        matches!(signal, Signal::TERM | Signal::INT)
    }

    fn boxed(&self) -> Box<dyn Program> {
        Box::new(self.clone())
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::{boot, call, log};
    use crate::sh::env::Alone;

    #[test]
    fn the_server_speaks_resp() {
        let mut env = Alone::default();
        let mut kernel = boot("redis:7", "r", &mut env);
        assert!(log(&mut kernel).ends_with("* Ready to accept connections tcp\n"));
        let cases = [
            ("*1\r\n$4\r\nPING\r\n", "+PONG\r\n"),
            ("SET a 1\r\n", "+OK\r\n"),
            ("*2\r\n$4\r\nINCR\r\n$1\r\na\r\n", ":2\r\n"),
            ("GET a\r\n", "$1\r\n2\r\n"),
            ("GET nosuch\r\n", "$-1\r\n"),
            ("SET t x EX 0\r\n", "-ERR invalid expire time in 'set' command\r\n"),
            ("RPUSH l x y z\r\n", ":3\r\n"),
            ("LRANGE l 0 -2\r\n", "*2\r\n$1\r\nx\r\n$1\r\ny\r\n"),
            ("INCR l\r\n", "-WRONGTYPE Operation against a key holding the wrong kind of value\r\n"),
            ("KEYS *\r\n", "*2\r\n$1\r\na\r\n$1\r\nl\r\n"),
            ("DEL a l nosuch\r\n", ":2\r\n"),
            ("SET\r\n", "-ERR wrong number of arguments for 'set' command\r\n"),
            ("FOO bar\r\n", "-ERR unknown command 'FOO', with args beginning with: 'bar' \r\n"),
        ];
        for (request, want) in cases {
            assert_eq!(call(&mut kernel, 6379, request, &mut env), want, "{request}");
        }
    }
}
