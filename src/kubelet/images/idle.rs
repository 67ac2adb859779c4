//! Servers that are up and say so, and answer nothing: a port that is open, the lines of a start and of an end.

use super::server::Stamp;
use crate::sh::io::Io;
use crate::sh::process::{Program, Step};
use crate::sh::signal::Signal;

/// A server as a table row. In its texts `{…}` stands for the time, see [`Stamp`], or for the version of its image.
#[derive(Debug)]
pub struct Idle {
    /// Its name in executables.
    pub name: &'static str,
    pub port: Option<u16>,
    /// What it logs when it is up, on standard error.
    pub up: &'static str,
    /// What it logs when it is asked to end; None where it has no handler for TERM.
    pub down: Option<&'static str>,
    /// What it says when its port is taken, and ends with 1.
    pub in_use: &'static str,
}

impl Idle {
    const EMPTY: Idle = Idle { name: "", port: None, up: "", down: Some(""), in_use: "Address already in use\n" };
}

/// The servers.
const TABLE: &[Idle] = &[
    Idle { name: "pause", down: Some("Shutting down, got signal: Terminated\n"), ..Idle::EMPTY },
    // Runs on; for agents and monitors that have nothing to watch here.
    Idle { name: "daemon", ..Idle::EMPTY },
    Idle {
        name: "memcached",
        port: Some(11_211),
        in_use: "failed to listen on TCP port 11211: Address already in use\n",
        ..Idle::EMPTY
    },
    Idle {
        name: "mysqld",
        port: Some(3_306),
        up: "{iso} 0 [System] [MY-015015] [Server] MySQL Server - start.\n\
             {iso} 0 [System] [MY-010116] [Server] /usr/sbin/mysqld (mysqld {version}) starting as process 1\n\
             {iso} 1 [System] [MY-013576] [InnoDB] InnoDB initialization has started.\n\
             {iso} 1 [System] [MY-013577] [InnoDB] InnoDB initialization has ended.\n\
             {iso} 0 [System] [MY-010931] [Server] /usr/sbin/mysqld: ready for connections. Version: '{version}'  \
             socket: '/var/run/mysqld/mysqld.sock'  port: 3306  MySQL Community Server - GPL.\n",
        down: Some(
            "{iso} 0 [System] [MY-013172] [Server] Received SHUTDOWN from user <via user signal>. Shutting down mysqld \
             (Version: {version}).\n{iso} 0 [System] [MY-010910] [Server] /usr/sbin/mysqld: Shutdown complete (mysqld {version})  \
             MySQL Community Server - GPL.\n",
        ),
        in_use: "{iso} 0 [ERROR] [MY-010262] [Server] Can't start server: Bind on TCP/IP port: Address already in use\n\
                 {iso} 0 [ERROR] [MY-010119] [Server] Aborting\n",
    },
    Idle {
        name: "mariadbd",
        port: Some(3_306),
        up: "{sql} 0 [Note] mariadbd: ready for connections.\nVersion: '{version}-MariaDB-ubu2404'  socket: \
             '/run/mysqld/mysqld.sock'  port: 3306  mariadb.org binary distribution\n",
        down: Some(
            "{sql} 0 [Note] mariadbd (initiated by: unknown): Normal shutdown\n{sql} 0 [Note] mariadbd: Shutdown complete\n",
        ),
        in_use: "{sql} 0 [ERROR] Can't start server: Bind on TCP/IP port: Address already in use\n",
    },
    Idle {
        name: "postgres",
        port: Some(5_432),
        up: "{pg} [1] LOG:  starting PostgreSQL {version} (Debian {version}-1.pgdg12+1) on x86_64-pc-linux-gnu, 64-bit\n\
             {pg} [1] LOG:  listening on IPv4 address \"0.0.0.0\", port 5432\n\
             {pg} [1] LOG:  listening on IPv6 address \"::\", port 5432\n\
             {pg} [1] LOG:  listening on Unix socket \"/var/run/postgresql/.s.PGSQL.5432\"\n\
             {pg} [1] LOG:  database system is ready to accept connections\n",
        down: Some("{pg} [1] LOG:  received smart shutdown request\n{pg} [1] LOG:  database system is shut down\n"),
        in_use: "{pg} [1] LOG:  could not bind IPv4 address \"0.0.0.0\": Address already in use\n{pg} [1] FATAL:  could not \
                 create any TCP/IP sockets\n",
    },
    Idle {
        name: "mongod",
        port: Some(27_017),
        up: "{\"t\":{\"$date\":\"{iso}\"},\"s\":\"I\",  \"c\":\"NETWORK\",  \"id\":23016,   \"ctx\":\"listener\",\"msg\":\"Waiting for \
             connections\",\"attr\":{\"port\":27017,\"ssl\":\"off\"}}\n",
        down: Some(
            "{\"t\":{\"$date\":\"{iso}\"},\"s\":\"I\",  \"c\":\"CONTROL\",  \"id\":23377,   \"ctx\":\"SignalHandler\",\"msg\":\"Received \
             signal\",\"attr\":{\"signal\":15,\"error\":\"Terminated\"}}\n",
        ),
        in_use: "{\"t\":{\"$date\":\"{iso}\"},\"s\":\"E\",  \"c\":\"NETWORK\",  \"id\":23024,   \"ctx\":\"initandlisten\",\"msg\":\
                 \"Failed to unlink socket file\"}\n",
    },
    Idle {
        name: "rabbitmq-server",
        port: Some(5_672),
        up: "{sql} [info] <0.9.0> Server startup complete; 4 plugins started.\n",
        ..Idle::EMPTY
    },
];

#[derive(Clone)]
struct Running {
    row: &'static Idle,
    is_up: bool,
}

/// Finds one of these servers.
pub fn load(name: &str) -> Option<Box<dyn Program>> {
    let row = TABLE.iter().find(|row| row.name == name)?;
    Some(Box::new(Running { row, is_up: false }))
}

impl Running {
    fn say(text: &str, io: &mut Io<'_>) {
        let text = io.kernel().release.fill(&Stamp(io.now()).fill(text));
        io.err(&text);
    }
}

impl Program for Running {
    fn step(&mut self, io: &mut Io<'_>) -> Step {
        let row = self.row;
        if !self.is_up {
            if row.port.is_some_and(|port| io.listen(port).is_err()) {
                Self::say(row.in_use, io);
                return Step::Exit(1);
            }
            self.is_up = true;
            Self::say(row.up, io);
        }
        if io.take_signal().is_some() {
            Self::say(row.down.unwrap_or(""), io);
            return Step::Exit(0);
        }
        // Whoever calls is let in and waits.
        if let Some(port) = row.port {
            while io.accept(port).is_some() {}
        }
        Step::Wait
    }

    fn handles(&self, signal: Signal) -> bool {
        self.row.down.is_some() && matches!(signal, Signal::TERM | Signal::INT | Signal::QUIT)
    }

    fn boxed(&self) -> Box<dyn Program> {
        Box::new(self.clone())
    }
}
