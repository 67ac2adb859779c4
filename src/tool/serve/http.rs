//! HTTP/1.1 on a socket: as much of it as kubectl and curl speak.

use super::wire::HttpRequest;
use crate::apimachinery::status::status_text;
use std::io::{self, BufRead, Read, Write};

/// A request's head and body may not be larger (the real server: 1 MiB headers, 3 MiB bodies).
const MAX_HEAD: usize = 1 << 20;
const MAX_BODY: usize = 3 << 20;

/// Reads one request; None at the end of the connection.
///
/// # Errors
/// The socket failed, or what came is not HTTP or too large.
pub fn read_request(socket: &mut impl BufRead) -> io::Result<Option<HttpRequest>> {
    let mut head = Vec::new();
    loop {
        let before = head.len();
        socket.by_ref().take((MAX_HEAD - before) as u64).read_until(b'\n', &mut head)?;
        match head.len() - before {
            0 if before == 0 => return Ok(None),
            0 => return Err(bad("the request ends in its head")),
            _ if head[before..] == *b"\r\n" || head[before..] == *b"\n" => break,
            _ => {}
        }
    }
    let mut headers = [httparse::EMPTY_HEADER; 100];
    let mut parsed = httparse::Request::new(&mut headers);
    parsed.parse(&head).map_err(|e| bad(&e.to_string()))?;
    let mut request = HttpRequest {
        method: parsed.method.unwrap_or_default().into(),
        target: parsed.path.unwrap_or_default().into(),
        headers: Vec::new(),
        body: Vec::new(),
    };
    for header in parsed.headers.iter() {
        let value = String::from_utf8_lossy(header.value).into_owned();
        request.headers.push((header.name.to_ascii_lowercase(), value));
    }
    request.body = read_body(socket, &request)?;
    Ok(Some(request))
}

fn read_body(socket: &mut impl BufRead, request: &HttpRequest) -> io::Result<Vec<u8>> {
    let mut body = Vec::new();
    if request.header("transfer-encoding").eq_ignore_ascii_case("chunked") {
        loop {
            let mut line = String::new();
            socket.by_ref().take(64).read_line(&mut line)?;
            let size = usize::from_str_radix(line.split(';').next().unwrap_or("").trim(), 16)
                .map_err(|_| bad("a chunk without a size"))?;
            if size > MAX_BODY - body.len() {
                return Err(bad("the body is too large"));
            }
            socket.by_ref().take(size as u64).read_to_end(&mut body)?;
            let mut end = String::new();
            socket.by_ref().take(2).read_line(&mut end)?;
            if size == 0 {
                return Ok(body);
            }
        }
    }
    let length = request.header("content-length");
    let length = if length.is_empty() { 0 } else { length.parse().map_err(|_| bad("a bad Content-Length"))? };
    if length > MAX_BODY {
        return Err(bad("the body is too large"));
    }
    body.resize(length, 0);
    socket.read_exact(&mut body)?;
    Ok(body)
}

fn bad(why: &str) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, why)
}

/// Writes a whole response.
///
/// # Errors
/// The socket failed.
pub fn write_full(
    out: &mut impl Write,
    code: u16,
    content_type: &str,
    warnings: &[String],
    body: &[u8],
) -> io::Result<()> {
    write!(
        out,
        "HTTP/1.1 {code} {}\r\nCache-Control: no-cache, private\r\nContent-Type: {content_type}\r\n",
        status_text(code)
    )?;
    for warning in warnings {
        let text: String = warning.chars().filter(|c| !c.is_control()).collect();
        write!(out, "Warning: 299 - \"{}\"\r\n", text.replace('\\', "\\\\").replace('"', "\\\""))?;
    }
    write!(out, "Content-Length: {}\r\n", body.len())?;
    out.write_all(b"\r\n")?;
    out.write_all(body)?;
    out.flush()
}

/// Writes the head of a response in chunks.
///
/// # Errors
/// The socket failed.
pub fn write_start(out: &mut impl Write, content_type: &str) -> io::Result<()> {
    write!(
        out,
        "HTTP/1.1 200 OK\r\nCache-Control: no-cache, private\r\nContent-Type: {content_type}\r\nTransfer-Encoding: chunked\r\n\r\n"
    )?;
    out.flush()
}

/// Writes one chunk; an empty one ends the response.
///
/// # Errors
/// The socket failed.
pub fn write_chunk(out: &mut impl Write, data: &[u8]) -> io::Result<()> {
    write!(out, "{:x}\r\n", data.len())?;
    out.write_all(data)?;
    out.write_all(b"\r\n")?;
    out.flush()
}

/// Splits a target into its path and its query, both unescaped.
pub fn split_target(target: &str) -> (String, Vec<(String, String)>) {
    let (path, query) = target.split_once('?').unwrap_or((target, ""));
    let pair = |p: &str| {
        let (name, value) = p.split_once('=').unwrap_or((p, ""));
        (unescape(&name.replace('+', " ")), unescape(&value.replace('+', " ")))
    };
    (unescape(path), query.split('&').filter(|p| !p.is_empty()).map(pair).collect())
}

/// Undoes percent encoding; what is not valid stays as it is.
fn unescape(text: &str) -> String {
    let bytes = text.as_bytes();
    let mut out = Vec::with_capacity(bytes.len());
    let mut i = 0;
    while i < bytes.len() {
        let hex = (bytes[i] == b'%').then(|| bytes.get(i + 1..i + 3)).flatten();
        match hex.and_then(|h| std::str::from_utf8(h).ok()).and_then(|h| u8::from_str_radix(h, 16).ok()) {
            Some(byte) => {
                out.push(byte);
                i += 3;
            }
            None => {
                out.push(bytes[i]);
                i += 1;
            }
        }
    }
    String::from_utf8_lossy(&out).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn requests_are_read_one_after_the_other() {
        let wire = b"POST /a?b=c%20d&e=f+g HTTP/1.1\r\nContent-Length: 3\r\nX-Y: z\r\n\r\nabcGET / HTTP/1.1\r\n\r\n";
        let mut socket = &wire[..];
        let first = read_request(&mut socket).unwrap().unwrap();
        assert_eq!((first.method.as_str(), &first.body[..], first.header("x-y")), ("POST", &b"abc"[..], "z"));
        let want = vec![("b".to_owned(), "c d".to_owned()), ("e".to_owned(), "f g".to_owned())];
        assert_eq!(split_target(&first.target), ("/a".to_owned(), want));
        assert_eq!(read_request(&mut socket).unwrap().unwrap().method, "GET");
        assert_eq!(read_request(&mut socket).unwrap(), None);
    }

    #[test]
    fn chunked_bodies_are_joined_and_bad_ones_refused() {
        let wire = b"POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n";
        assert_eq!(read_request(&mut &wire[..]).unwrap().unwrap().body, b"abcde");
        let bad = b"POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n";
        assert!(read_request(&mut &bad[..]).is_err());
    }
}
