//! Names and reachability: `nslookup`, `getent`, `host`, `dig` (short), `ping`.

use super::Call;
use super::filter::refuse;
use super::opts;
use crate::apimachinery::Time;
use crate::sh::env::NetError;
use crate::sh::io::Io;
use crate::sh::process::{Program, Step};
use std::time::Duration;

/// The server and the search list of `/etc/resolv.conf`.
fn resolv_conf(io: &mut Io<'_>) -> (String, Vec<String>) {
    let text = io.read_file("/etc/resolv.conf").map(|t| String::from_utf8_lossy(&t).into_owned()).unwrap_or_default();
    let field = |name: &str| text.lines().find_map(|l| l.strip_prefix(name)).unwrap_or("").trim().to_owned();
    let server = field("nameserver");
    let search = field("search").split_whitespace().map(str::to_owned).collect();
    (if server.is_empty() { "127.0.0.1".to_owned() } else { server }, search)
}

/// The full name that answers, and its addresses.
fn look_up(io: &mut Io<'_>, name: &str) -> Option<(String, Vec<String>)> {
    let (_, search) = resolv_conf(io);
    let plain = name.trim_end_matches('.');
    if !name.ends_with('.') {
        for domain in search {
            let full = format!("{plain}.{domain}");
            if let Ok(ips) = io.resolve(&full) {
                return Some((full, ips));
            }
        }
    }
    io.resolve(plain).ok().map(|ips| (plain.to_owned(), ips))
}

pub fn nslookup(io: &mut Io<'_>, call: &Call<'_>) -> i32 {
    let mut names = call.args.iter().filter(|a| !a.starts_with('-'));
    let Some(name) = names.next().cloned() else {
        io.err("Usage: nslookup [HOST] [DNS_SERVER]\n");
        return 1;
    };
    let (server, search) = resolv_conf(io);
    let server = names.next().cloned().unwrap_or(server);
    io.out(&format!("Server:\t\t{server}\nAddress:\t{server}:53\n\n"));
    if let Ok(ip) = name.parse::<std::net::Ipv4Addr>() {
        return reverse(io, ip);
    }
    match look_up(io, &name) {
        Some((full, ips)) => {
            for ip in ips {
                io.out(&format!("Name:\t{full}\nAddress: {ip}\n"));
            }
            io.out("\n");
            0
        }
        None => {
            let full = match search.first().filter(|_| !name.contains('.')) {
                Some(domain) => format!("{name}.{domain}"),
                None => name,
            };
            io.out(&format!("** server can't find {full}: NXDOMAIN\n\n"));
            1
        }
    }
}

/// `nslookup` of an address.
fn reverse(io: &mut Io<'_>, ip: std::net::Ipv4Addr) -> i32 {
    let [a, b, c, d] = ip.octets();
    let asked = format!("{d}.{c}.{b}.{a}.in-addr.arpa");
    let names = io.reverse(&ip.to_string());
    if names.is_empty() {
        io.out(&format!("** server can't find {asked}: NXDOMAIN\n\n"));
        return 1;
    }
    for name in names {
        io.out(&format!("{asked}\tname = {name}\n"));
    }
    io.out("\n");
    0
}

pub fn getent(io: &mut Io<'_>, call: &Call<'_>) -> i32 {
    let (Some(database), names) = (call.args.first(), call.args.get(1..).unwrap_or(&[])) else {
        io.err("getent: wrong number of arguments\n");
        return 1;
    };
    let file = match database.as_str() {
        "hosts" | "ahosts" | "ahostsv4" => {
            for name in names {
                let Some((full, ips)) = look_up(io, name) else { return 2 };
                for ip in ips {
                    io.out(&format!("{ip:<15} {full}\n"));
                }
            }
            return 0;
        }
        "passwd" => "/etc/passwd",
        "group" => "/etc/group",
        other => {
            io.err(&format!("Unknown database: {other}\n"));
            return 1;
        }
    };
    let text = io.read_file(file).map(|t| String::from_utf8_lossy(&t).into_owned()).unwrap_or_default();
    let wanted = |line: &&str| names.is_empty() || names.iter().any(|n| line.split(':').next() == Some(n));
    let found: Vec<&str> = text.lines().filter(wanted).collect();
    found.iter().for_each(|line| io.out(&format!("{line}\n")));
    if found.is_empty() { 2 } else { 0 }
}

pub fn dig(io: &mut Io<'_>, call: &Call<'_>) -> i32 {
    let short = call.args.iter().any(|a| a == "+short") || call.name == "host";
    let names =
        call.args.iter().filter(|a| !a.starts_with(['+', '-', '@']) && !matches!(a.as_str(), "A" | "AAAA" | "ANY"));
    let mut status = 0;
    for name in names.cloned().collect::<Vec<_>>() {
        let found = look_up(io, &name);
        match (found, call.name) {
            (Some((full, ips)), "host") => ips.iter().for_each(|ip| io.out(&format!("{full} has address {ip}\n"))),
            (Some((_, ips)), _) if short => ips.iter().for_each(|ip| io.out(&format!("{ip}\n"))),
            (Some((full, ips)), _) => {
                io.out(&format!(";; QUESTION SECTION:\n;{full}.\t\tIN\tA\n\n;; ANSWER SECTION:\n"));
                ips.iter().for_each(|ip| io.out(&format!("{full}.\t30\tIN\tA\t{ip}\n")));
            }
            (None, "host") => {
                io.out(&format!("Host {name} not found: 3(NXDOMAIN)\n"));
                status = 1;
            }
            (None, _) => {}
        }
    }
    status
}

/// `ping`: a host answers where a connection is accepted or refused.
#[derive(Clone)]
struct Ping {
    host: String,
    count: u64,
    every: Duration,
    ip: String,
    sent: u64,
    received: u64,
    next: Option<Time>,
}

pub fn ping(name: &str, args: &[String]) -> Box<dyn Program> {
    match opts::parse(args, "c:i:W:w:s:qn4", &[]) {
        Ok(o) => match o.rest.first() {
            Some(host) => Box::new(Ping {
                host: host.clone(),
                count: o.value('c').and_then(|n| n.parse().ok()).unwrap_or(u64::MAX),
                every: o
                    .value('i')
                    .and_then(super::sleep::duration)
                    .unwrap_or(Duration::from_secs(1))
                    .max(Duration::from_millis(200)),
                ip: String::new(),
                sent: 0,
                received: 0,
                next: None,
            }),
            None => refuse(name, "usage error: Destination address required", 1),
        },
        Err(text) => refuse(name, &text, 1),
    }
}

impl Ping {
    fn finish(&self, io: &mut Io<'_>) -> Step {
        let lost = 100 - self.received * 100 / self.sent.max(1);
        let mut text = format!(
            "\n--- {} ping statistics ---\n{} packets transmitted, {} packets received, {lost}% packet loss\n",
            self.host, self.sent, self.received
        );
        if self.received > 0 {
            text.push_str("round-trip min/avg/max = 0.084/0.084/0.084 ms\n");
        }
        io.out(&text);
        Step::Exit(i32::from(self.received == 0))
    }
}

impl Program for Ping {
    fn step(&mut self, io: &mut Io<'_>) -> Step {
        if io.take_signal().is_some() {
            return self.finish(io);
        }
        if self.ip.is_empty() {
            match io.resolve(&self.host) {
                Ok(ips) => self.ip = ips.first().cloned().unwrap_or_default(),
                Err(_) => {
                    io.err(&format!("ping: bad address '{}'\n", self.host));
                    return Step::Exit(1);
                }
            }
            io.out(&format!("PING {} ({}): 56 data bytes\n", self.host, self.ip));
        }
        if let Some(next) = self.next
            && io.now() < next
        {
            io.wake_at(next);
            return Step::Wait;
        }
        if self.sent >= self.count {
            return self.finish(io);
        }
        let alive = match io.connect(&self.ip, 7) {
            Ok(sock) => {
                io.sock_close(sock);
                true
            }
            Err(e) => e == NetError::Refused,
        };
        if alive {
            self.received += 1;
            io.out(&format!("64 bytes from {}: seq={} ttl=62 time=0.084 ms\n", self.ip, self.sent));
        }
        self.sent += 1;
        self.next = Some(io.now() + self.every);
        Step::Again
    }
    fn handles(&self, signal: crate::sh::Signal) -> bool {
        signal == crate::sh::Signal::INT && !self.ip.is_empty()
    }
    fn boxed(&self) -> Box<dyn Program> {
        Box::new(self.clone())
    }
}
