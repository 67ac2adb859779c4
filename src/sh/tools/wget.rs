//! `wget`: busybox' and GNU's, over HTTP.

use super::fetch::{Failure, Fetch, Progress, Url};
use super::filter::refuse;
use super::opts::{self, Opts};
use super::{is_gnu, sleep};
use crate::sh::env::NetError;
use crate::sh::http::{Request, Response, reason};
use crate::sh::io::Io;
use crate::sh::process::{Program, Step};
use std::rc::Rc;

const LONGS: &[(&str, char)] = &[
    ("quiet", 'q'),
    ("output-document", 'O'),
    ("timeout", 'T'),
    ("spider", 'p'),
    ("server-response", 'S'),
    ("header", 'H'),
    ("post-data", 'd'),
    ("tries", 't'),
    ("user-agent", 'U'),
    ("no-check-certificate", 'k'),
    ("no-verbose", 'n'),
];

#[derive(Clone)]
struct Wget {
    opts: Rc<Opts>,
    url: Url,
    fetch: Option<Fetch>,
    redirects: u32,
}

pub fn make(_: &str, args: &[String]) -> Box<dyn Program> {
    let o = match opts::parse(args, "qO:T:pSH:d:t:U:kncP:Y:", LONGS) {
        Ok(o) => o,
        Err(text) => return refuse("wget", &text, 1),
    };
    let Some(text) = o.rest.first() else { return refuse("wget", "missing URL", 1) };
    let Some(url) = Url::parse(text) else { return refuse("wget", &format!("bad address '{text}'"), 1) };
    if url.scheme != "http" {
        return refuse("wget", "not an http or ftp url: TLS is not simulated here", 1);
    }
    Box::new(Wget { url, opts: Rc::new(o), fetch: None, redirects: 0 })
}

impl Wget {
    fn begin(&mut self, io: &mut Io<'_>) -> Fetch {
        let method = if self.opts.has('d') { "POST" } else { "GET" };
        let mut request = Request::new(method, &self.url.target, &self.url.authority());
        request.headers.push(("User-Agent".to_owned(), self.opts.value('U').unwrap_or("Wget").to_owned()));
        request.headers.push(("Connection".to_owned(), "close".to_owned()));
        for header in self.opts.all('H') {
            if let Some((name, value)) = header.split_once(':') {
                request.headers.push((name.to_owned(), value.trim().to_owned()));
            }
        }
        if let Some(data) = self.opts.value('d') {
            request.headers.push(("Content-Length".to_owned(), data.len().to_string()));
            request.body = data.as_bytes().to_vec();
        }
        let mut fetch = Fetch::new(self.url.clone(), &request, io.now());
        fetch.finish_by = self.opts.value('T').and_then(sleep::duration).map(|d| io.now() + d);
        fetch
    }

    fn file(&self) -> String {
        match self.opts.value('O') {
            Some(path) => path.to_owned(),
            None => match self.url.target.split('?').next().unwrap_or("").rsplit('/').next() {
                None | Some("") => "index.html".to_owned(),
                Some(name) => name.to_owned(),
            },
        }
    }

    fn say(&self, io: &mut Io<'_>, text: &str) {
        if !self.opts.has('q') {
            io.err(text);
        }
    }

    fn done(&mut self, io: &mut Io<'_>, fetch: &Fetch, response: &Response) -> Step {
        if self.opts.has('S') {
            let mut head = format!("  HTTP/1.1 {} {}\n", response.status, reason(response.status));
            response.headers.iter().for_each(|(n, v)| head.push_str(&format!("  {n}: {v}\n")));
            io.err(&head);
        }
        if (300..400).contains(&response.status)
            && let Some(next) = response.header("Location").and_then(|l| fetch.url.follow(l))
            && self.redirects < 10
        {
            self.redirects += 1;
            self.url = next;
            return Step::Again;
        }
        let (status, why) = (response.status, reason(response.status));
        if status >= 400 {
            let text = match is_gnu(io) {
                true => format!("{} ERROR {status}: {why}.\n", stamp(io)),
                false => format!("wget: server returned error: HTTP/1.1 {status} {why}\n"),
            };
            io.err(&text);
            return Step::Exit(if is_gnu(io) { 8 } else { 1 });
        }
        if self.opts.has('p') {
            self.say(io, "remote file exists\n");
            return Step::Exit(0);
        }
        let path = self.file();
        let size = response.body.len();
        if path == "-" {
            self.say(io, "writing to stdout\n");
            io.write(1, &response.body);
        } else {
            if io.stat(&path).is_ok() && !self.opts.has('O') && !is_gnu(io) {
                io.err(&format!("wget: can't open '{path}': File exists\n"));
                return Step::Exit(1);
            }
            if !is_gnu(io) {
                self.say(io, &format!("saving to '{path}'\n"));
            }
            if let Err(e) = io.write_file(&path, &response.body) {
                io.err(&format!("wget: can't open '{path}': {}\n", e.text()));
                return Step::Exit(1);
            }
        }
        let text = match (is_gnu(io), path.as_str()) {
            (true, _) => format!("{} - \u{2018}{path}\u{2019} saved [{size}/{size}]\n", stamp(io)),
            (false, "-") => {
                format!("{:<20} 100% |{}| {size:>5}  0:00:00 ETA\nwritten to stdout\n", "-", "*".repeat(32))
            }
            (false, _) => format!("{path:<20} 100% |{}| {size:>5}  0:00:00 ETA\n'{path}' saved\n", "*".repeat(32)),
        };
        self.say(io, &text);
        Step::Exit(0)
    }

    fn failed(&self, io: &mut Io<'_>, fetch: &Fetch, failure: &Failure) -> Step {
        let (host, gnu) = (&fetch.url.host, is_gnu(io));
        let text = match failure {
            Failure::Net(NetError::UnknownHost) if gnu => {
                format!("wget: unable to resolve host address \u{2018}{host}\u{2019}")
            }
            Failure::Net(NetError::UnknownHost) => format!("wget: bad address '{host}'"),
            Failure::Net(NetError::Refused) if gnu => "failed: Connection refused.".to_owned(),
            Failure::Net(NetError::Refused) => {
                format!("wget: can't connect to remote host ({}): Connection refused", fetch.ip)
            }
            Failure::Net(NetError::Unreachable) => {
                format!("wget: can't connect to remote host ({}): Host is unreachable", fetch.ip)
            }
            Failure::Net(NetError::Dropped) => {
                format!("wget: can't connect to remote host ({}): Operation timed out", fetch.ip)
            }
            Failure::Timeout { .. } => "wget: download timed out".to_owned(),
            Failure::Empty | Failure::Garbage => "wget: error getting response".to_owned(),
        };
        io.err(&format!("{text}\n"));
        Step::Exit(if gnu { 4 } else { 1 })
    }
}

fn stamp(io: &Io<'_>) -> String {
    let (y, mo, d, h, m, s, _) = io.now().civil();
    format!("{y:04}-{mo:02}-{d:02} {h:02}:{m:02}:{s:02}")
}

impl Program for Wget {
    fn step(&mut self, io: &mut Io<'_>) -> Step {
        let mut fetch = match self.fetch.take() {
            Some(fetch) => fetch,
            None => self.begin(io),
        };
        match fetch.poll(io) {
            Progress::Wait => {
                self.fetch = Some(fetch);
                Step::Wait
            }
            Progress::Connected => {
                if !is_gnu(io) {
                    let text = format!("Connecting to {} ({}:{})\n", fetch.url.authority(), fetch.ip, fetch.url.port);
                    self.say(io, &text);
                }
                self.fetch = Some(fetch);
                Step::Again
            }
            Progress::Done(response) => self.done(io, &fetch, &response),
            Progress::Failed(failure) => self.failed(io, &fetch, &failure),
        }
    }

    fn boxed(&self) -> Box<dyn Program> {
        Box::new(self.clone())
    }
}
