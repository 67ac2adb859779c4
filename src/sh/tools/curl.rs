//! `curl`, over HTTP.

use super::fetch::{Failure, Fetch, Progress, Url};
use super::filter::refuse;
use super::opts::{self, Opts};
use super::sleep;
use crate::apimachinery::Time;
use crate::apimachinery::base64::encode;
use crate::sh::env::{NetError, Read};
use crate::sh::http::{Request, Response, reason};
use crate::sh::io::Io;
use crate::sh::process::{Program, Step};
use std::collections::VecDeque;
use std::rc::Rc;

const LONGS: &[(&str, char)] = &[
    ("silent", 's'),
    ("show-error", 'S'),
    ("verbose", 'v'),
    ("include", 'i'),
    ("show-headers", 'i'),
    ("head", 'I'),
    ("request", 'X'),
    ("data", 'd'),
    ("data-ascii", 'd'),
    ("data-binary", 'b'),
    ("data-raw", 'r'),
    ("data-urlencode", 'e'),
    ("json", 'j'),
    ("header", 'H'),
    ("output", 'o'),
    ("remote-name", 'O'),
    ("write-out", 'w'),
    ("max-time", 'm'),
    ("connect-timeout", 't'),
    ("insecure", 'k'),
    ("location", 'L'),
    ("fail", 'f'),
    ("user", 'u'),
    ("user-agent", 'A'),
    ("get", 'G'),
    ("url", 'U'),
    ("retry", 'y'),
    ("retry-delay", 'Y'),
    ("retry-connrefused", 'C'),
    ("no-progress-meter", 'P'),
    ("progress-bar", '#'),
    ("http1.1", '1'),
    ("http1.0", '0'),
    ("ipv4", '4'),
    ("ipv6", '6'),
    ("no-buffer", 'N'),
    ("compressed", 'z'),
    ("cacert", 'a'),
    ("cert", 'E'),
    ("key", 'K'),
    ("version", 'V'),
    ("help", 'h'),
    ("referer", 'R'),
    ("noproxy", 'p'),
    ("fail-with-body", 'F'),
];
const SPEC: &str = "sSviIX:d:b:r:e:j:H:o:Ow:m:t:kLfu:A:GU:y:Y:CP#1046Nza:E:K:VhR:p:F";
const VERSION: &str = "8.5.0";

/// Short letters that getopt reads and curl does not have under that name.
const PRIVATE: &str = "brejtUyYCPzaKRpF";

#[derive(Clone)]
struct Curl {
    opts: Rc<Opts>,
    urls: VecDeque<String>,
    /// Text of `-d @-`, once it has come.
    stdin: Option<Vec<u8>>,
    gathered: Vec<u8>,
    current: Option<Fetch>,
    redirects: u32,
    tries: u32,
    wait_until: Option<Time>,
    method: String,
    code: i32,
    connected: bool,
    meter: bool,
}

const MAX_REDIRECTS: u32 = 50;

pub fn make(_: &str, args: &[String]) -> Box<dyn Program> {
    for arg in args {
        let odd = arg.strip_prefix('-').filter(|a| !a.starts_with('-')).and_then(|a| a.chars().next());
        if let Some(c) = odd.filter(|c| PRIVATE.contains(*c)) {
            return refuse(
                "curl",
                &format!("option -{c}: is unknown\ncurl: try 'curl --help' for more information"),
                2,
            );
        }
    }
    match opts::parse(args, SPEC, LONGS) {
        Err(text) => {
            let name = text.split('\'').nth(1).unwrap_or("").to_owned();
            let shown = if name.starts_with("--") { name } else { format!("-{name}") };
            let text = match text.contains("requires") {
                true => format!("option {shown}: requires parameter"),
                false => format!("option {shown}: is unknown"),
            };
            refuse("curl", &format!("{text}\ncurl: try 'curl --help' for more information"), 2)
        }
        Ok(opts) => {
            let urls: VecDeque<String> = opts.rest.iter().cloned().chain(opts.all('U').map(str::to_owned)).collect();
            if urls.is_empty() && !opts.has('V') && !opts.has('h') {
                return refuse("curl", "try 'curl --help' for more information", 2);
            }
            Box::new(Curl {
                opts: Rc::new(opts),
                urls,
                stdin: None,
                gathered: Vec::new(),
                current: None,
                redirects: 0,
                tries: 0,
                wait_until: None,
                method: String::new(),
                code: 0,
                connected: false,
                meter: false,
            })
        }
    }
}

impl Curl {
    fn quiet(&self) -> bool {
        self.opts.has('s')
    }

    fn say(&self, io: &mut Io<'_>, code: i32, text: &str) -> i32 {
        if !self.quiet() || self.opts.has('S') {
            io.err(&format!("curl: ({code}) {text}\n"));
        }
        code
    }

    /// The body to send; None while standard input is still awaited. Err is an exit code.
    fn body(&mut self, io: &mut Io<'_>) -> Result<Option<Vec<u8>>, i32> {
        let opts = self.opts.clone();
        let mut body = Vec::new();
        for (flag, text) in opts.flags().filter(|(f, _)| "dbrej".contains(*f)) {
            if !body.is_empty() && flag != 'j' {
                body.push(b'&');
            }
            match text.strip_prefix('@').filter(|_| flag != 'r' && flag != 'e') {
                None if flag == 'e' => body.extend(urlencode(text).into_bytes()),
                None => body.extend(text.as_bytes()),
                Some("-") => {
                    while self.stdin.is_none() {
                        match io.read(0, 1 << 16) {
                            Read::Data(data) => self.gathered.extend(data),
                            Read::Wait => return Ok(None),
                            Read::End => self.stdin = Some(std::mem::take(&mut self.gathered)),
                        }
                    }
                    body.extend(self.stdin.iter().flatten());
                }
                Some(path) => match io.read_file(path) {
                    Ok(data) if flag == 'd' => body.extend(data.iter().filter(|b| !matches!(b, b'\n' | b'\r'))),
                    Ok(data) => body.extend(data.iter()),
                    Err(_) => {
                        io.err(&format!(
                            "Warning: Couldn't read data from file \"{path}\", this makes an empty POST.\n"
                        ));
                    }
                },
            }
        }
        Ok(Some(body))
    }

    fn request(&mut self, url: &mut Url, body: Vec<u8>) -> Request {
        let opts = self.opts.clone();
        let has_body = opts.flags().any(|(f, _)| "dbrej".contains(f));
        if opts.has('G') && has_body {
            let mark = if url.target.contains('?') { '&' } else { '?' };
            url.target.push(mark);
            url.target.push_str(&String::from_utf8_lossy(&body));
        }
        let sends = has_body && !opts.has('G');
        self.method = match opts.value('X') {
            Some(method) => method.to_owned(),
            None if opts.has('I') => "HEAD".to_owned(),
            None if sends => "POST".to_owned(),
            None => "GET".to_owned(),
        };
        let mut request = Request::new(&self.method, &url.target, &url.authority());
        let user = opts.value('u').map(str::to_owned).or(url.user.clone());
        if let Some(user) = user {
            let user = if user.contains(':') { user } else { format!("{user}:") };
            request.headers.push(("Authorization".to_owned(), format!("Basic {}", encode(user.as_bytes()))));
        }
        let mut add = |name: &str, value: String| request.headers.push((name.to_owned(), value));
        add("User-Agent", opts.value('A').map_or(format!("curl/{VERSION}"), str::to_owned));
        add("Accept", if opts.has('j') { "application/json" } else { "*/*" }.to_owned());
        if let Some(referer) = opts.value('R') {
            add("Referer", referer.to_owned());
        }
        if sends {
            add("Content-Length", body.len().to_string());
            let kind = if opts.has('j') { "application/json" } else { "application/x-www-form-urlencoded" };
            add("Content-Type", kind.to_owned());
        }
        for text in opts.all('H') {
            let Some((name, value)) = text.split_once(':') else { continue };
            request.headers.retain(|(n, _)| !n.eq_ignore_ascii_case(name));
            if !value.trim().is_empty() {
                request.headers.push((name.to_owned(), value.trim().to_owned()));
            }
        }
        if sends {
            request.body = body;
        }
        request
    }

    /// Starts the next URL. Err ends the tool.
    fn begin(&mut self, io: &mut Io<'_>) -> Result<bool, i32> {
        let Some(text) = self.urls.front().cloned() else { return Err(self.code) };
        let Some(mut url) = Url::parse(&text) else {
            self.urls.clear();
            return Err(self.say(io, 3, "URL using bad/illegal format or missing URL"));
        };
        if url.scheme == "https" {
            self.urls.pop_front();
            let code = self.say(io, 35, "TLS is not simulated here");
            self.code = code;
            return Ok(true);
        }
        if url.scheme != "http" {
            self.urls.pop_front();
            let text = format!("Protocol \"{}\" not supported", url.scheme);
            self.code = self.say(io, 1, &text);
            return Ok(true);
        }
        let Some(body) = self.body(io)? else { return Ok(false) };
        let request = self.request(&mut url, body);
        let mut fetch = Fetch::new(url, &request, io.now());
        let seconds = |flag: char| self.opts.value(flag).and_then(sleep::duration);
        fetch.connect_by = seconds('t').map(|d| io.now() + d);
        fetch.finish_by = seconds('m').map(|d| io.now() + d);
        if self.opts.has('v') {
            io.err(&format!("*   Trying {}:{}...\n", fetch.url.host, fetch.url.port));
        }
        let to_screen = io.is_tty(1) && !self.opts.has('o') && !self.opts.has('O');
        self.meter = !self.quiet() && !to_screen && !self.opts.has('P') && !self.opts.has('I');
        if self.meter && self.redirects == 0 {
            io.err(
                "  % Total    % Received % Xferd  Average Speed   Time    Time     Time  Current\n                                 \
                 Dload  Upload   Total   Spent    Left  Speed\n",
            );
            io.err("\r  0     0    0     0    0     0      0      0 --:--:-- --:--:-- --:--:--     0");
        }
        self.connected = false;
        self.current = Some(fetch);
        Ok(true)
    }

    fn verbose_request(&self, io: &mut Io<'_>, fetch: &Fetch) {
        if !self.opts.has('v') {
            return;
        }
        let head = String::from_utf8_lossy(fetch.sent_head()).into_owned();
        let mut text = format!("* Connected to {} ({}) port {}\n", fetch.url.host, fetch.ip, fetch.url.port);
        for line in head.trim_end().split("\r\n") {
            text.push_str(&format!("> {line}\n"));
        }
        text.push_str("> \n");
        io.err(&text);
    }

    fn finished(&mut self, io: &mut Io<'_>, fetch: &Fetch, response: &Response) {
        let mut head = format!("HTTP/1.1 {} {}\r\n", response.status, reason(response.status));
        for (name, value) in &response.headers {
            head.push_str(&format!("{name}: {value}\r\n"));
        }
        head.push_str("\r\n");
        if self.opts.has('v') {
            let shown: String = head.split_terminator("\r\n").map(|line| format!("< {line}\n")).collect();
            io.err(&shown);
        }
        let location =
            response.header("Location").filter(|_| self.opts.has('L') && (300..400).contains(&response.status));
        if let Some(next) = location.and_then(|l| fetch.url.follow(l))
            && self.redirects < MAX_REDIRECTS
        {
            self.redirects += 1;
            let port = next.authority();
            self.urls[0] = format!("{}://{port}{}", next.scheme, next.target);
            return;
        }
        let fails = self.opts.has('f') && response.status >= 400;
        let mut out = Vec::new();
        if self.opts.has('i') || self.opts.has('I') {
            out.extend(head.as_bytes());
        }
        if !fails {
            out.extend(&response.body);
        }
        if self.meter {
            let n = response.body.len();
            io.err(&format!(
                "\r100 {n:>5}  100 {n:>5}    0     0  {:>5}      0 --:--:-- --:--:-- --:--:-- {:>5}\n",
                n * 1000,
                n * 1000
            ));
        }
        let target = self.target(fetch);
        match target {
            Some(path) if path != "-" => {
                if let Err(e) = io.write_file(&path, &out) {
                    io.err(&format!("Warning: Failed to open the file {path}: {}\n", e.text()));
                    self.code = self.say(io, 23, "Failure writing output to destination");
                }
            }
            _ => io.write(1, &out),
        }
        if fails {
            let text = format!("The requested URL returned error: {}", response.status);
            self.code = self.say(io, 22, &text);
        }
        if self.opts.has('v') {
            io.err(&format!("* Connection #0 to host {} left intact\n", fetch.url.host));
        }
        self.write_out(io, fetch, Some(response));
        self.next_url();
    }

    fn target(&self, fetch: &Fetch) -> Option<String> {
        if self.opts.has('O') {
            let path = fetch.url.target.split('?').next().unwrap_or("");
            return Some(path.rsplit('/').next().unwrap_or("").to_owned());
        }
        self.opts.value('o').map(str::to_owned)
    }

    fn next_url(&mut self) {
        self.urls.pop_front();
        self.redirects = 0;
        self.tries = 0;
    }

    fn write_out(&self, io: &mut Io<'_>, fetch: &Fetch, response: Option<&Response>) {
        let Some(format) = self.opts.value('w') else { return };
        let took = io.now().since(fetch.began).as_secs_f64();
        let status = response.map_or(0, |r| r.status);
        let size = response.map_or(0, |r| r.body.len());
        let mut text = crate::sh::escape::unescape(format).0;
        let values = [
            ("%{http_code}", format!("{status:03}")),
            ("%{response_code}", format!("{status:03}")),
            ("%{size_download}", size.to_string()),
            ("%{time_total}", format!("{took:.6}")),
            ("%{time_connect}", "0.000000".to_owned()),
            ("%{time_namelookup}", "0.000000".to_owned()),
            ("%{time_starttransfer}", format!("{took:.6}")),
            ("%{remote_ip}", fetch.ip.clone()),
            ("%{remote_port}", fetch.url.port.to_string()),
            ("%{content_type}", response.and_then(|r| r.header("Content-Type")).unwrap_or("").to_owned()),
            ("%{url_effective}", format!("http://{}{}", fetch.url.authority(), fetch.url.target)),
            ("%{num_redirects}", self.redirects.to_string()),
            ("%{exitcode}", self.code.to_string()),
            ("%%", "%".to_owned()),
        ];
        for (name, value) in values {
            text = text.replace(name, &value);
        }
        io.out(&text);
    }

    fn failed(&mut self, io: &mut Io<'_>, fetch: &Fetch, failure: &Failure) {
        let (host, port) = (&fetch.url.host, fetch.url.port);
        let took = io.now().since(fetch.began).as_millis();
        let (code, text) = match failure {
            Failure::Net(NetError::UnknownHost) => (6, format!("Could not resolve host: {host}")),
            Failure::Net(e) => {
                let why = match e {
                    NetError::Unreachable => "Host is unreachable",
                    _ => "Couldn't connect to server",
                };
                let code = if *e == NetError::Dropped { 28 } else { 7 };
                (code, format!("Failed to connect to {host} port {port} after {took} ms: {why}"))
            }
            Failure::Timeout { connected: false, .. } => {
                (28, format!("Connection timed out after {took} milliseconds"))
            }
            Failure::Timeout { received, .. } => {
                (28, format!("Operation timed out after {took} milliseconds with {received} bytes received"))
            }
            Failure::Empty => (52, "Empty reply from server".to_owned()),
            Failure::Garbage => (1, "Received HTTP/0.9 when not allowed".to_owned()),
        };
        if self.opts.has('v') && matches!(failure, Failure::Net(NetError::Refused)) {
            io.err(&format!("* connect to {} port {port} failed: Connection refused\n", fetch.ip));
        }
        let retries = self.opts.value('y').and_then(|n| n.parse::<u32>().ok()).unwrap_or(0);
        let refused = matches!(failure, Failure::Net(NetError::Refused));
        let passes = code == 28 || (refused && self.opts.has('C'));
        if self.meter {
            io.err("\n");
        }
        if passes && self.tries < retries {
            self.tries += 1;
            let delay = self
                .opts
                .value('Y')
                .and_then(sleep::duration)
                .unwrap_or(std::time::Duration::from_secs(1 << (self.tries - 1).min(9)));
            self.wait_until = Some(io.now() + delay);
            return;
        }
        self.code = self.say(io, code, &text);
        self.write_out(io, fetch, None);
        self.next_url();
    }
}

fn urlencode(text: &str) -> String {
    let (name, value) = match text.split_once('=') {
        Some((name, value)) => (format!("{name}="), value),
        None => (String::new(), text),
    };
    let encoded: String = value
        .bytes()
        .map(|b| {
            if b.is_ascii_alphanumeric() || b"-._~".contains(&b) {
                char::from(b).to_string()
            } else {
                format!("%{b:02X}")
            }
        })
        .collect();
    // An empty name means the text alone.
    format!("{}{encoded}", if name == "=" { "" } else { &name })
}

impl Program for Curl {
    fn step(&mut self, io: &mut Io<'_>) -> Step {
        if self.opts.has('V') {
            io.out(&format!("curl {VERSION} (x86_64-pc-linux-gnu) libcurl/{VERSION} (simulated)\nProtocols: http\n"));
            return Step::Exit(0);
        }
        if self.opts.has('h') {
            io.out("Usage: curl [options...] <url>\nSimulated over HTTP: -s -S -v -i -I -X -d -H -o -O -w -m -L -f -u -A -G -k --json --retry\n");
            return Step::Exit(0);
        }
        if let Some(until) = self.wait_until {
            if io.now() < until {
                io.wake_at(until);
                return Step::Wait;
            }
            self.wait_until = None;
        }
        let Some(mut fetch) = self.current.take() else {
            return match self.begin(io) {
                Ok(true) => Step::Again,
                Ok(false) => Step::Wait,
                Err(code) => Step::Exit(code),
            };
        };
        match fetch.poll(io) {
            Progress::Wait => {
                self.current = Some(fetch);
                return Step::Wait;
            }
            Progress::Connected => {
                self.verbose_request(io, &fetch);
                self.current = Some(fetch);
            }
            Progress::Done(response) => self.finished(io, &fetch, &response),
            Progress::Failed(failure) => self.failed(io, &fetch, &failure),
        }
        Step::Again
    }

    fn boxed(&self) -> Box<dyn Program> {
        Box::new(self.clone())
    }
}
