//! `redis-cli`: one command from its arguments, or commands line by line.

use super::resp::{self, Reply};
use crate::sh::env::Read;
use crate::sh::io::{Io, Sock};
use crate::sh::process::{Program, Step};
use std::collections::VecDeque;

#[derive(Clone)]
struct Cli {
    host: String,
    port: u16,
    /// Commands that still have to be sent.
    todo: VecDeque<Vec<String>>,
    /// How many replies of the setup (AUTH) are not shown.
    silent: usize,
    from_input: bool,
    input: Vec<u8>,
    input_ended: bool,
    prompted: bool,
    waits: bool,
    sock: Option<Sock>,
    received: Vec<u8>,
    failed: bool,
}

/// Makes the client from its command line.
pub fn make(argv: &[String]) -> Box<dyn Program> {
    let (mut host, mut port, mut todo, mut silent) = ("127.0.0.1".to_owned(), 6379, VecDeque::new(), 0);
    let mut args = argv.iter().skip(1).peekable();
    while let Some(arg) = args.next_if(|a| a.starts_with('-')) {
        match arg.as_str() {
            "-h" => host = args.next().cloned().unwrap_or_default(),
            "-p" => port = args.next().and_then(|p| p.parse().ok()).unwrap_or(port),
            "-a" | "--pass" => {
                todo.push_back(vec!["AUTH".to_owned(), args.next().cloned().unwrap_or_default()]);
                silent += 1;
            }
            "-n" => {
                args.next();
            }
            _ => {}
        }
    }
    let words: Vec<String> = args.cloned().collect();
    let from_input = words.is_empty();
    if !from_input {
        todo.push_back(words);
    }
    Box::new(Cli {
        host,
        port,
        todo,
        silent,
        from_input,
        input: Vec::new(),
        input_ended: false,
        prompted: false,
        waits: false,
        sock: None,
        received: Vec::new(),
        failed: false,
    })
}

/// A reply as a terminal sees it.
fn pretty(reply: &Reply, indent: usize) -> String {
    match reply {
        Reply::Simple(text) => format!("{text}\n"),
        Reply::Error(text) => format!("(error) {text}\n"),
        Reply::Int(n) => format!("(integer) {n}\n"),
        Reply::Bulk(text) if text.starts_with("# Server") => text.clone(),
        Reply::Bulk(text) => format!("{text:?}\n"),
        Reply::Nil => "(nil)\n".to_owned(),
        Reply::List(items) if items.is_empty() => "(empty array)\n".to_owned(),
        Reply::List(items) => {
            let width = items.len().to_string().len();
            let one = |(i, item): (usize, &Reply)| {
                let pad = if i == 0 { 0 } else { indent };
                format!("{:pad$}{:>width$}) {}", "", i + 1, pretty(item, indent + width + 2))
            };
            items.iter().enumerate().map(one).collect()
        }
    }
}

/// A reply as a pipe sees it.
fn raw(reply: &Reply) -> String {
    match reply {
        Reply::Simple(text) => format!("{text}\n"),
        Reply::Error(text) => format!("{text}\n"),
        Reply::Int(n) => format!("{n}\n"),
        Reply::Bulk(text) => format!("{text}\n"),
        Reply::Nil => "\n".to_owned(),
        Reply::List(items) if items.is_empty() => "\n".to_owned(),
        Reply::List(items) => items.iter().map(raw).collect(),
    }
}

impl Cli {
    fn connect(&mut self, io: &mut Io<'_>) -> Result<Sock, String> {
        if let Some(sock) = self.sock {
            return Ok(sock);
        }
        let (host, port) = (self.host.clone(), self.port);
        let failed = |why: &str| format!("Could not connect to Redis at {host}:{port}: {why}\n");
        let ips = io.resolve(&host).map_err(|_| failed("Name or service not known"))?;
        let ip = ips.first().cloned().unwrap_or_default();
        let sock = io.connect(&ip, port).map_err(|_| failed("Connection refused"))?;
        self.sock = Some(sock);
        Ok(sock)
    }

    /// The next line of standard input as a command. False where there is none yet.
    fn read_line(&mut self, io: &mut Io<'_>) -> bool {
        if io.is_tty(1) && !self.prompted {
            self.prompted = true;
            let prompt = format!("{}:{}> ", self.host, self.port);
            io.out(&prompt);
        }
        loop {
            if let Some(end) = self.input.iter().position(|b| *b == b'\n') {
                let line: Vec<u8> = self.input.drain(..=end).collect();
                let text = String::from_utf8_lossy(&line).into_owned();
                let words: Vec<String> = words(&text);
                self.prompted = false;
                match words.first().map(String::as_str) {
                    None => continue,
                    Some("exit" | "quit") => self.input_ended = true,
                    Some(_) => self.todo.push_back(words),
                }
                return true;
            }
            match io.read(0, 1 << 16) {
                Read::Data(data) => self.input.extend_from_slice(&data),
                Read::Wait => return false,
                Read::End if self.input.is_empty() => {
                    self.input_ended = true;
                    return true;
                }
                Read::End => self.input.push(b'\n'),
            }
        }
    }
}

/// Words of a line; quotes keep blanks.
fn words(line: &str) -> Vec<String> {
    let (mut out, mut word, mut quote, mut open) = (Vec::new(), String::new(), None, false);
    for c in line.trim().chars() {
        match (quote, c) {
            (Some(q), c) if c == q => quote = None,
            (None, '"' | '\'') => (quote, open) = (Some(c), true),
            (None, c) if c.is_whitespace() => {
                if open || !word.is_empty() {
                    out.push(std::mem::take(&mut word));
                }
                open = false;
            }
            (_, c) => word.push(c),
        }
    }
    if open || !word.is_empty() {
        out.push(word);
    }
    out
}

impl Program for Cli {
    fn step(&mut self, io: &mut Io<'_>) -> Step {
        let sock = match self.connect(io) {
            Ok(sock) => sock,
            Err(why) => {
                io.err(&why);
                return Step::Exit(1);
            }
        };
        if self.waits {
            match io.sock_read(sock) {
                Read::Data(data) => self.received.extend_from_slice(&data),
                Read::Wait => return Step::Wait,
                Read::End => {
                    io.err("Error: Server closed the connection\n");
                    return Step::Exit(1);
                }
            }
            let Some((reply, used)) = Reply::parse(&self.received) else { return Step::Again };
            self.received.drain(..used);
            self.waits = false;
            if self.silent > 0 {
                self.silent -= 1;
            } else {
                self.failed |= matches!(reply, Reply::Error(_));
                let text = if io.is_tty(1) { pretty(&reply, 0) } else { raw(&reply) };
                io.out(&text);
            }
            return Step::Again;
        }
        if let Some(words) = self.todo.pop_front() {
            io.sock_write(sock, &resp::array(&words));
            self.waits = true;
            return Step::Again;
        }
        if !self.from_input || self.input_ended {
            io.sock_close(sock);
            return Step::Exit(i32::from(self.failed && !self.from_input));
        }
        if self.read_line(io) { Step::Again } else { Step::Wait }
    }

    fn boxed(&self) -> Box<dyn Program> {
        Box::new(self.clone())
    }
}
