//! HTTP/1.1 messages as data: what curl, wget, probes and the servers of images speak.

use crate::apimachinery::Time;

/// A header's name and value.
pub type Header = (String, String);

#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Request {
    pub method: String,
    /// Path with query.
    pub target: String,
    pub headers: Vec<Header>,
    pub body: Vec<u8>,
}

#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Response {
    pub status: u16,
    pub headers: Vec<Header>,
    pub body: Vec<u8>,
}

/// What was found in the bytes that have come so far.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Parsed<T> {
    More,
    /// The message, and how many bytes it took.
    Done(T, usize),
    /// Not HTTP.
    Bad,
}

const MAX_HEAD: usize = 64 << 10;

/// Finds a header by name, whatever its case.
pub fn header<'a>(headers: &'a [Header], name: &str) -> Option<&'a str> {
    headers.iter().find(|(n, _)| n.eq_ignore_ascii_case(name)).map(|(_, v)| v.as_str())
}

/// First line, headers, and where the body starts.
fn head(data: &[u8]) -> Parsed<(String, Vec<Header>)> {
    let Some(end) = data.windows(4).position(|w| w == b"\r\n\r\n") else {
        return if data.len() > MAX_HEAD { Parsed::Bad } else { Parsed::More };
    };
    let text = String::from_utf8_lossy(&data[..end]);
    let mut lines = text.split("\r\n");
    let first = lines.next().unwrap_or("").to_owned();
    let headers = lines
        .filter_map(|line| line.split_once(':'))
        .map(|(n, v)| (n.trim().to_owned(), v.trim().to_owned()))
        .collect();
    Parsed::Done((first, headers), end + 4)
}

/// The body of a message whose headers are known; `closed` when no more bytes will come.
fn body(headers: &[Header], data: &[u8], closed: bool, to_end: bool) -> Parsed<Vec<u8>> {
    if header(headers, "Transfer-Encoding").is_some_and(|v| v.eq_ignore_ascii_case("chunked")) {
        return chunks(data);
    }
    match header(headers, "Content-Length").map(str::parse::<usize>) {
        Some(Ok(n)) if data.len() >= n => Parsed::Done(data[..n].to_vec(), n),
        Some(Ok(_)) if closed => Parsed::Done(data.to_vec(), data.len()),
        Some(Ok(_)) => Parsed::More,
        Some(Err(_)) => Parsed::Bad,
        None if !to_end => Parsed::Done(Vec::new(), 0),
        None if closed => Parsed::Done(data.to_vec(), data.len()),
        None => Parsed::More,
    }
}

fn chunks(data: &[u8]) -> Parsed<Vec<u8>> {
    let (mut at, mut body) = (0usize, Vec::new());
    loop {
        let rest = data.get(at..).unwrap_or(&[]);
        let Some(line) = rest.windows(2).position(|w| w == b"\r\n") else { return Parsed::More };
        let Some(size) = std::str::from_utf8(&rest[..line]).ok().and_then(|s| usize::from_str_radix(s, 16).ok()) else {
            return Parsed::Bad;
        };
        let from = at + line + 2;
        let Some(end) = from.checked_add(size).and_then(|e| e.checked_add(2)) else { return Parsed::Bad };
        if data.len() < end {
            return Parsed::More;
        }
        body.extend_from_slice(&data[from..from + size]);
        at = end;
        if size == 0 {
            return Parsed::Done(body, at);
        }
    }
}

fn write_head(out: &mut String, headers: &[Header]) {
    for (name, value) in headers {
        out.push_str(&format!("{name}: {value}\r\n"));
    }
    out.push_str("\r\n");
}

impl Request {
    pub fn new(method: &str, target: &str, host: &str) -> Self {
        Self {
            method: method.to_owned(),
            target: target.to_owned(),
            headers: vec![("Host".to_owned(), host.to_owned())],
            body: Vec::new(),
        }
    }

    /// The path without the query.
    pub fn path(&self) -> &str {
        self.target.split('?').next().unwrap_or("/")
    }

    pub fn header(&self, name: &str) -> Option<&str> {
        header(&self.headers, name)
    }

    pub fn to_bytes(&self) -> Vec<u8> {
        let mut text = format!("{} {} HTTP/1.1\r\n", self.method, self.target);
        write_head(&mut text, &self.headers);
        [text.as_bytes(), &self.body].concat()
    }

    pub fn parse(data: &[u8]) -> Parsed<Self> {
        let ((first, headers), start) = match head(data) {
            Parsed::Done(h, start) => (h, start),
            Parsed::More => return Parsed::More,
            Parsed::Bad => return Parsed::Bad,
        };
        let mut words = first.split(' ');
        let (Some(method), Some(target), Some(version)) = (words.next(), words.next(), words.next()) else {
            return Parsed::Bad;
        };
        if !version.starts_with("HTTP/") {
            return Parsed::Bad;
        }
        match body(&headers, &data[start..], false, false) {
            Parsed::Done(body, n) => {
                let request = Self { method: method.to_owned(), target: target.to_owned(), headers, body };
                Parsed::Done(request, start + n)
            }
            Parsed::More => Parsed::More,
            Parsed::Bad => Parsed::Bad,
        }
    }
}

impl Response {
    /// A response with a type and a length.
    pub fn new(status: u16, content_type: &str, body: impl Into<Vec<u8>>) -> Self {
        let body = body.into();
        let headers = vec![
            ("Content-Type".to_owned(), content_type.to_owned()),
            ("Content-Length".to_owned(), body.len().to_string()),
        ];
        Self { status, headers, body }
    }

    pub fn text(status: u16, body: impl Into<Vec<u8>>) -> Self {
        Self::new(status, "text/plain; charset=utf-8", body)
    }

    /// Adds a header in front of those that are there.
    pub fn first(mut self, name: &str, value: &str) -> Self {
        self.headers.insert(0, (name.to_owned(), value.to_owned()));
        self
    }

    /// Adds a header at the end.
    pub fn with(mut self, name: &str, value: &str) -> Self {
        self.headers.push((name.to_owned(), value.to_owned()));
        self
    }

    pub fn header(&self, name: &str) -> Option<&str> {
        header(&self.headers, name)
    }

    /// The bytes on the wire; the answer to HEAD has no body.
    pub fn to_bytes(&self, head_only: bool) -> Vec<u8> {
        let mut text = format!("HTTP/1.1 {} {}\r\n", self.status, reason(self.status));
        write_head(&mut text, &self.headers);
        let mut out = text.into_bytes();
        if head_only {
            return out;
        }
        if self.header("Transfer-Encoding").is_some() {
            if !self.body.is_empty() {
                out.extend_from_slice(format!("{:x}\r\n", self.body.len()).as_bytes());
                out.extend_from_slice(&self.body);
                out.extend_from_slice(b"\r\n");
            }
            out.extend_from_slice(b"0\r\n\r\n");
        } else {
            out.extend_from_slice(&self.body);
        }
        out
    }

    /// `closed` when the server has hung up; `head_only` for the answer to HEAD.
    pub fn parse(data: &[u8], closed: bool, head_only: bool) -> Parsed<Self> {
        let ((first, headers), start) = match head(data) {
            Parsed::Done(h, start) => (h, start),
            Parsed::More if closed => return Parsed::Bad,
            Parsed::More => return Parsed::More,
            Parsed::Bad => return Parsed::Bad,
        };
        let status = first.strip_prefix("HTTP/").and_then(|f| f.split(' ').nth(1)).and_then(|s| s.parse().ok());
        let Some(status) = status else { return Parsed::Bad };
        let empty = head_only || status == 204 || status == 304;
        let found = if empty { Parsed::Done(Vec::new(), 0) } else { body(&headers, &data[start..], closed, true) };
        match found {
            Parsed::Done(body, n) => Parsed::Done(Self { status, headers, body }, start + n),
            Parsed::More => Parsed::More,
            Parsed::Bad => Parsed::Bad,
        }
    }
}

/// The words after a status code.
pub fn reason(status: u16) -> &'static str {
    match status {
        200 => "OK",
        201 => "Created",
        202 => "Accepted",
        204 => "No Content",
        301 => "Moved Permanently",
        302 => "Found",
        304 => "Not Modified",
        307 => "Temporary Redirect",
        400 => "Bad Request",
        401 => "Unauthorized",
        403 => "Forbidden",
        404 => "Not Found",
        405 => "Method Not Allowed",
        408 => "Request Timeout",
        409 => "Conflict",
        415 => "Unsupported Media Type",
        422 => "Unprocessable Entity",
        429 => "Too Many Requests",
        500 => "Internal Server Error",
        501 => "Not Implemented",
        502 => "Bad Gateway",
        503 => "Service Unavailable",
        504 => "Gateway Timeout",
        _ => "",
    }
}

/// `Mon, 23 Nov 2026 12:20:34 GMT`
pub fn date(now: Time) -> String {
    now.rfc1123z().replace("+0000", "GMT")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn messages_go_there_and_back_and_wait_for_their_bytes() {
        let mut request = Request::new("POST", "/a?b=c", "web:80");
        request.headers.push(("Content-Length".to_owned(), "3".to_owned()));
        request.body = b"xyz".to_vec();
        let bytes = request.to_bytes();
        for n in 0..bytes.len() {
            assert_eq!(Request::parse(&bytes[..n]), Parsed::More);
        }
        assert_eq!(Request::parse(&bytes), Parsed::Done(request, bytes.len()));
    }

    #[test]
    fn chunked_bodies_are_joined() {
        let wire = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n";
        let Parsed::Done(response, n) = Response::parse(wire, false, false) else { panic!("incomplete") };
        assert_eq!((response.body.as_slice(), n), (&b"abcde"[..], wire.len()));
        let huge = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nffffffffffffffff\r\n";
        assert_eq!(Response::parse(huge, false, false), Parsed::Bad);
    }

    #[test]
    fn a_body_without_length_ends_with_the_connection() {
        let wire = b"HTTP/1.1 200 OK\r\n\r\nabc";
        assert_eq!(Response::parse(wire, false, false), Parsed::More);
        assert!(matches!(Response::parse(wire, true, false), Parsed::Done(r, _) if r.body == b"abc"));
    }
}
