//! One HTTP request from a tool: look the name up, connect, send, receive.

use crate::apimachinery::Time;
use crate::sh::env::{NetError, Read};
use crate::sh::http::{Parsed, Request, Response};
use crate::sh::io::{Io, Sock};

/// Where a request goes.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Url {
    pub scheme: String,
    pub host: String,
    pub port: u16,
    /// Path with query, at least `/`.
    pub target: String,
    pub user: Option<String>,
}

impl Url {
    /// Reads a URL; `http://` may be left out. None where it is malformed.
    pub fn parse(text: &str) -> Option<Self> {
        let (scheme, rest) = text.split_once("://").unwrap_or(("http", text));
        let rest = rest.split('#').next().unwrap_or("");
        let at = rest.find(['/', '?']).unwrap_or(rest.len());
        let (place, target) = rest.split_at(at);
        let (user, place) = match place.rsplit_once('@') {
            Some((user, place)) => (Some(user.to_owned()), place),
            None => (None, place),
        };
        let (host, port) = match place.strip_prefix('[').and_then(|p| p.split_once(']')) {
            Some((host, after)) => (host, after.strip_prefix(':')),
            None => match place.split_once(':') {
                Some((host, port)) => (host, Some(port)),
                None => (place, None),
            },
        };
        let standard = if scheme.eq_ignore_ascii_case("https") { 443 } else { 80 };
        let port = match port {
            None | Some("") => standard,
            Some(p) => p.parse().ok()?,
        };
        if host.is_empty() || host.contains(char::is_whitespace) {
            return None;
        }
        let target = match target {
            "" => "/".to_owned(),
            t if t.starts_with('?') => format!("/{t}"),
            t => t.to_owned(),
        };
        Some(Self { scheme: scheme.to_ascii_lowercase(), host: host.to_owned(), port, target, user })
    }

    /// The `Host` header: the port only where it is not the usual one.
    pub fn authority(&self) -> String {
        let usual = if self.scheme == "https" { 443 } else { 80 };
        let host = if self.host.contains(':') { format!("[{}]", self.host) } else { self.host.clone() };
        if self.port == usual { host } else { format!("{host}:{}", self.port) }
    }

    /// The address that a `Location` header leads to.
    pub fn follow(&self, location: &str) -> Option<Self> {
        if location.contains("://") {
            return Self::parse(location);
        }
        let target = if location.starts_with('/') { location.to_owned() } else { format!("/{location}") };
        Some(Self { target, ..self.clone() })
    }
}

/// How a request went wrong.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Failure {
    Net(NetError),
    /// Nothing came within the time given; the bytes that had come.
    Timeout {
        connected: bool,
        received: usize,
    },
    /// The server hung up without an answer.
    Empty,
    /// Not HTTP.
    Garbage,
}

/// A request in flight.
#[derive(Clone, Debug)]
pub struct Fetch {
    pub url: Url,
    request: Vec<u8>,
    head_only: bool,
    pub began: Time,
    /// Give up at these moments.
    pub connect_by: Option<Time>,
    pub finish_by: Option<Time>,
    pub ip: String,
    sock: Option<Sock>,
    /// Packets vanish: only time ends this.
    dropped: bool,
    data: Vec<u8>,
}

const MAX_RESPONSE: usize = 32 << 20;
/// A connection attempt that nobody answers fails after this, as Linux gives up its SYNs.
const SYN_LIMIT: std::time::Duration = std::time::Duration::from_millis(134_000);

/// What a poll of a request came to.
pub enum Progress {
    Wait,
    /// The connection stands; asked once.
    Connected,
    Done(Box<Response>),
    Failed(Failure),
}

impl Fetch {
    pub fn new(url: Url, request: &Request, now: Time) -> Self {
        Self {
            url,
            request: request.to_bytes(),
            head_only: request.method == "HEAD",
            began: now,
            connect_by: None,
            finish_by: None,
            ip: String::new(),
            sock: None,
            dropped: false,
            data: Vec::new(),
        }
    }

    /// First line and headers of what was sent.
    pub fn sent_head(&self) -> &[u8] {
        let end = self.request.windows(4).position(|w| w == b"\r\n\r\n").unwrap_or(self.request.len());
        &self.request[..end]
    }

    pub fn poll(&mut self, io: &mut Io<'_>) -> Progress {
        let now = io.now();
        let Some(sock) = self.sock else { return self.connect(io) };
        let mut closed = false;
        loop {
            match io.sock_read(sock) {
                Read::Data(data) => self.data.extend_from_slice(&data),
                Read::End => {
                    closed = true;
                    break;
                }
                Read::Wait => break,
            }
        }
        let parsed = Response::parse(&self.data, closed || self.data.len() > MAX_RESPONSE, self.head_only);
        match parsed {
            Parsed::Done(response, _) => {
                io.sock_close(sock);
                Progress::Done(Box::new(response))
            }
            Parsed::Bad => {
                io.sock_close(sock);
                Progress::Failed(if self.data.is_empty() { Failure::Empty } else { Failure::Garbage })
            }
            Parsed::More => match self.finish_by {
                Some(t) if now >= t => {
                    io.sock_close(sock);
                    Progress::Failed(Failure::Timeout { connected: true, received: self.data.len() })
                }
                Some(t) => {
                    io.wake_at(t);
                    Progress::Wait
                }
                None => Progress::Wait,
            },
        }
    }

    fn connect(&mut self, io: &mut Io<'_>) -> Progress {
        if !self.dropped {
            match self.try_connect(io) {
                Ok(sock) => {
                    io.sock_write(sock, &self.request);
                    self.sock = Some(sock);
                    return Progress::Connected;
                }
                Err(NetError::Dropped) => self.dropped = true,
                Err(e) => return Progress::Failed(Failure::Net(e)),
            }
        }
        let limits = [self.connect_by, self.finish_by, Some(self.began + SYN_LIMIT)];
        let limit = limits.into_iter().flatten().min().unwrap_or(self.began);
        if io.now() >= limit {
            let own = self.connect_by.is_some() || self.finish_by.is_some();
            let failure =
                if own { Failure::Timeout { connected: false, received: 0 } } else { Failure::Net(NetError::Dropped) };
            return Progress::Failed(failure);
        }
        io.wake_at(limit);
        Progress::Wait
    }

    fn try_connect(&mut self, io: &mut Io<'_>) -> Result<Sock, NetError> {
        let ips = io.resolve(&self.url.host)?;
        let mut last = NetError::UnknownHost;
        for ip in ips {
            match io.connect(&ip, self.url.port) {
                Ok(sock) => {
                    self.ip = ip;
                    return Ok(sock);
                }
                Err(e) => {
                    last = e;
                    self.ip = ip;
                }
            }
        }
        Err(last)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn urls_are_taken_apart() {
        let cases = [
            ("localhost:8080", "http localhost 8080 / localhost:8080"),
            ("http://web/a?b=c#d", "http web 80 /a?b=c web"),
            ("https://10.96.0.1", "https 10.96.0.1 443 / 10.96.0.1"),
            ("web?x=1", "http web 80 /?x=1 web"),
            ("http://[::1]:80/", "http ::1 80 / [::1]"),
        ];
        for (text, want) in cases {
            let u = Url::parse(text).unwrap();
            assert_eq!(format!("{} {} {} {} {}", u.scheme, u.host, u.port, u.target, u.authority()), want);
        }
        for bad in ["", "http://", "web:99999", "http://a b/"] {
            assert_eq!(Url::parse(bad), None, "{bad}");
        }
    }
}
