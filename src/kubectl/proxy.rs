//! `kubectl proxy`. Models `kubectl/pkg/cmd/proxy` and `kubectl/pkg/proxy`: HTTP on a port of the laptop, passed on to
//! the API server as the user of the kubeconfig.

use super::util::{self, turn};
use crate::action;
use crate::apimachinery::Value;
use crate::cli::command::Command;
use crate::cli::errors::{Error, Result};
use crate::cli::factory::Factory;
use crate::cli::flags::Flag;
use crate::cli::json;
use crate::cli::system::{Handle, Read, System};
use crate::client::request::{Method, ReplyBody, StreamChunk};
use crate::client::{Body, PatchType, Request};
use std::rc::Rc;

const FLAGS: &[Flag] = &[
    Flag::str("accept-hosts", "^localhost$,^127\\.0\\.0\\.1$,^\\[::1\\]$", "The hosts that may ask."),
    Flag::str("accept-paths", "^.*", "The paths that may be asked for."),
    Flag::str("address", "127.0.0.1", "The address to serve on."),
    Flag::str("api-prefix", "/", "The prefix under which the API is served."),
    Flag::bool("append-server-path", "Put the path of the kubeconfig's server before paths."),
    Flag::bool("disable-filter", "Let anyone ask for anything."),
    Flag::duration("keepalive", "0s", "How long connections are kept open."),
    Flag::int32("port", "8001", "The port to serve on; 0 takes a free one.").short('p'),
    Flag::str("reject-methods", "^$", "Methods that are refused."),
    Flag::str("reject-paths", "^/api/.*/pods/.*/exec,^/api/.*/pods/.*/attach", "Paths that are refused."),
    Flag::str("unix-socket", "", "A unix socket to serve on."),
    Flag::str("www", "", "A directory whose files are served too.").short('w'),
    Flag::str("www-prefix", "/static/", "The prefix under which they are served.").short('P'),
];

pub const COMMAND: Command = Command::new("proxy", "Run a proxy to the Kubernetes API server", action!(run))
    .usage("[--port=PORT] [--www=static-dir] [--www-prefix=prefix] [--api-prefix=prefix] [options]")
    .long("Creates a proxy server or application-level gateway between localhost and the Kubernetes API server.\n\n What comes in is passed on with the credentials of the kubeconfig")
    .examples("# Proxy all of the Kubernetes API\nkubectl proxy --port=8001 &\ncurl localhost:8001/api/v1/namespaces\n\n# Take a free port\nkubectl proxy --port=0")
    .flags(&[FLAGS]);

/// The longest request that is read.
const LONGEST: usize = 4 << 20;

/// A port or a connection; closed when dropped.
struct Socket {
    system: Rc<dyn System>,
    handle: Handle,
}

impl Drop for Socket {
    fn drop(&mut self) {
        self.system.close(self.handle);
    }
}

struct Connection {
    socket: Socket,
    input: Vec<u8>,
    ended: bool,
}

async fn run(f: &Factory) -> Result {
    for flag in ["unix-socket", "www"] {
        if !f.flags.str(flag).is_empty() {
            return Err(super::not_simulated(&format!("kubectl proxy --{flag}")));
        }
    }
    let port = u16::try_from(f.flags.int("port"))
        .map_err(|_| Error::Msg(format!("listen tcp: address {}: invalid port", f.flags.int("port"))))?;
    let address = f.flags.str("address");
    let (handle, port) = f
        .ctx
        .system
        .listen(port)
        .map_err(|_| Error::Msg(format!("listen tcp {address}:{port}: bind: address already in use")))?;
    let listener = Socket { system: f.ctx.system.clone(), handle };
    f.out(&format!("Starting to serve on {address}:{port}\n"));
    let mut connections: Vec<Connection> = Vec::new();
    loop {
        while let Some(handle) = f.ctx.system.accept(listener.handle) {
            let socket = Socket { system: f.ctx.system.clone(), handle };
            connections.push(Connection { socket, input: Vec::new(), ended: false });
        }
        let mut still = Vec::new();
        for mut connection in connections {
            if serve(f, &mut connection).await? {
                still.push(connection);
            }
        }
        connections = still;
        f.check_pipe()?;
        turn(&f.ctx.client.clock, None).await;
    }
}

/// Reads what has come and answers what is whole; false where the connection has ended.
async fn serve(f: &Factory, connection: &mut Connection) -> Result<bool> {
    loop {
        match f.ctx.system.read_connection(connection.socket.handle) {
            Read::Data(data) => connection.input.extend(data),
            Read::Wait => break,
            Read::End => {
                connection.ended = true;
                break;
            }
        }
    }
    if connection.input.len() > LONGEST {
        return Ok(false);
    }
    let Some(asked) = Asked::take(&mut connection.input) else { return Ok(!connection.ended) };
    let answer = answer(f, &asked).await?;
    f.ctx.system.write_connection(connection.socket.handle, &answer);
    Ok(false)
}

/// A request as it came over the wire.
struct Asked {
    method: String,
    target: String,
    headers: Vec<(String, String)>,
    body: Vec<u8>,
}

impl Asked {
    /// Takes a whole request; None where there is more to come.
    fn take(input: &mut Vec<u8>) -> Option<Self> {
        let head_end = input.windows(4).position(|w| w == b"\r\n\r\n")?;
        let head = String::from_utf8_lossy(input.get(..head_end)?).into_owned();
        let mut lines = head.lines();
        let mut first = lines.next().unwrap_or("").split(' ');
        let (method, target) = (first.next()?.to_owned(), first.next().unwrap_or("/").to_owned());
        let headers: Vec<(String, String)> = lines
            .filter_map(|l| l.split_once(':'))
            .map(|(k, v)| (k.to_ascii_lowercase(), v.trim().to_owned()))
            .collect();
        let length = headers.iter().find(|(k, _)| k == "content-length").and_then(|(_, v)| v.parse().ok()).unwrap_or(0);
        let end = (head_end + 4).checked_add(length)?;
        let body = input.get(head_end + 4..end)?.to_vec();
        input.drain(..end);
        Some(Self { method, target, headers, body })
    }

    fn header(&self, name: &str) -> &str {
        self.headers.iter().find(|(k, _)| k == name).map_or("", |(_, v)| v)
    }

    /// The request for the API server; None for a method it does not have.
    fn request(&self) -> Option<Request> {
        let method = match self.method.as_str() {
            "GET" | "HEAD" => Method::Get,
            "POST" => Method::Post,
            "PUT" => Method::Put,
            "PATCH" => {
                let kinds = [PatchType::Json, PatchType::Merge, PatchType::Apply];
                let kind = kinds.into_iter().find(|k| k.media_type() == self.header("content-type"));
                Method::Patch(kind.unwrap_or(PatchType::Strategic))
            }
            "DELETE" => Method::Delete,
            _ => return None,
        };
        let body = if self.body.is_empty() { Body::Empty } else { Body::Value(self.value()) };
        Some(Request { method, body, ..util::url_request(&self.target) })
    }

    fn value(&self) -> Value {
        crate::apimachinery::yaml::from_str(&String::from_utf8_lossy(&self.body)).unwrap_or_default()
    }
}

async fn answer(f: &Factory, asked: &Asked) -> Result<Vec<u8>> {
    let path = asked.target.split('?').next().unwrap_or("");
    let refused = path.contains("/pods/") && (path.ends_with("/exec") || path.ends_with("/attach"));
    let Some(request) = asked.request().filter(|_| !refused || f.flags.bool("disable-filter")) else {
        return Ok(whole(403, "text/plain; charset=utf-8", b"Forbidden\n"));
    };
    let reply = f.reply(request).await?;
    let (kind, body) = match reply.body {
        ReplyBody::Object(value) => ("application/json", text(&value)),
        ReplyBody::Status(status) => ("application/json", text(&status.to_value())),
        ReplyBody::Text(text) => ("text/plain; charset=utf-8", text.into_bytes()),
        ReplyBody::Stream(id) => ("text/plain; charset=utf-8", stream(f, id).await),
        ReplyBody::Watch(id) => {
            f.ctx.client.close_watch(id);
            let text = "watching through kubectl proxy is not simulated here\n";
            return Ok(whole(501, "text/plain; charset=utf-8", text.as_bytes()));
        }
    };
    let body = if asked.method == "HEAD" { Vec::new() } else { body };
    Ok(whole(reply.code, kind, &body))
}

/// JSON as the server writes it for browsers and curl.
fn text(value: &Value) -> Vec<u8> {
    json::pretty_typed(value, "  ").into_bytes()
}

/// All that a stream says until it ends: the log of a container.
async fn stream(f: &Factory, id: crate::client::StreamId) -> Vec<u8> {
    let mut out = Vec::new();
    loop {
        let poll = f.ctx.client.poll_stream(id).await;
        let idle = poll.chunks.is_empty();
        for chunk in poll.chunks {
            if let StreamChunk::Data(data) | StreamChunk::Stdout(data) = chunk {
                out.extend(data);
            }
        }
        if poll.closed || idle {
            f.ctx.client.close_stream(id);
            return out;
        }
    }
}

fn whole(code: u16, kind: &str, body: &[u8]) -> Vec<u8> {
    let reason = match code {
        200 => "OK",
        201 => "Created",
        403 => "Forbidden",
        404 => "Not Found",
        409 => "Conflict",
        422 => "Unprocessable Entity",
        _ => "",
    };
    let head = format!(
        "HTTP/1.1 {code} {reason}\r\nContent-Type: {kind}\r\nContent-Length: {}\r\nConnection: close\r\n\r\n",
        body.len()
    );
    [head.as_bytes(), body].concat()
}
