//! Requests go to the cluster, answers to their connections; watches and streams are polled for as long as they are open.

use super::negotiate::Form;
use super::tunnel::Tunnel;
use super::wire::{Answer, ConnectionId, Event, HttpRequest};
use super::{decode, encode};
use crate::apimachinery::{Status, Value};
use crate::client::request::ReplyBody;
use crate::client::{Api, Reply, Request, StreamChunk, StreamId, WatchId};
use crate::object;
use std::collections::BTreeMap;
use std::sync::mpsc::Sender;

/// What an open connection is fed from.
enum Source {
    Watch(WatchId, Form),
    /// Logs: plain chunks.
    Text(StreamId),
    /// exec and attach: WebSocket frames on numbered channels.
    Channels(StreamId),
    /// port-forward: SPDY inside a WebSocket.
    Tunnel(Box<Tunnel>),
}

struct Open {
    source: Source,
    answers: Sender<Answer>,
}

/// The open watches and streams, by connection.
#[derive(Default)]
pub struct Streams {
    open: BTreeMap<ConnectionId, Open>,
}

/// Channels of `v5.channel.k8s.io`.
const STDIN: u8 = 0;
const STDOUT: u8 = 1;
const STDERR: u8 = 2;
const ERROR: u8 = 3;
const CLOSE: u8 = 255;

impl Streams {
    /// Takes in what a connection said.
    pub fn take(&mut self, event: Event, api: &mut dyn Api) {
        match event {
            Event::Request { id, request, answers } => self.request(id, &request, answers, api),
            Event::Frame { id, payload } => self.frame(id, &payload, api),
            Event::Closed { id } => self.close(id, api),
        }
    }

    fn request(&mut self, id: ConnectionId, http: &HttpRequest, answers: Sender<Answer>, api: &mut dyn Api) {
        if let Some(answer) = openapi_v2(http) {
            let _ = answers.send(answer);
            return;
        }
        let form = Form::of(http);
        if let Some(tunnel) = http.wants_tunnel().then(|| tunnel(http, &form, api)) {
            match tunnel {
                Ok(tunnel) => {
                    let _ = answers.send(Answer::Upgrade);
                    self.open.insert(id, Open { source: Source::Tunnel(Box::new(tunnel)), answers });
                }
                Err(refusal) => drop(answers.send(encode::answer(refusal, &form, http))),
            }
            return;
        }
        let reply = match decode::request(http, &form) {
            Ok(request) => api.handle(request),
            Err(status) => status.into(),
        };
        let source = match reply.body {
            ReplyBody::Watch(watch) => Source::Watch(watch, form),
            ReplyBody::Stream(stream) if http.wants_websocket() => Source::Channels(stream),
            ReplyBody::Stream(stream) => Source::Text(stream),
            _ => {
                // A connection that closed meanwhile does not hear the answer; nothing to do about it.
                let _ = answers.send(encode::answer(reply, &form, http));
                return;
            }
        };
        let start = match source {
            Source::Watch(..) => Answer::Start { content_type: "application/json".into() },
            Source::Text(_) => Answer::Start { content_type: "text/plain".into() },
            Source::Channels(_) | Source::Tunnel(_) => Answer::Upgrade,
        };
        let _ = answers.send(start);
        self.open.insert(id, Open { source, answers });
    }

    fn frame(&mut self, id: ConnectionId, payload: &[u8], api: &mut dyn Api) {
        let stream = match self.open.get_mut(&id).map(|open| &mut open.source) {
            Some(Source::Channels(stream)) => stream,
            Some(Source::Tunnel(tunnel)) => return tunnel.take(payload, api),
            _ => return,
        };
        match payload.split_first() {
            Some((&STDIN, data)) if !data.is_empty() => api.write_stream(*stream, Some(data)),
            Some((&CLOSE, [STDIN, ..])) => api.write_stream(*stream, None),
            _ => {}
        }
    }

    fn close(&mut self, id: ConnectionId, api: &mut dyn Api) {
        match self.open.remove(&id).map(|open| open.source) {
            Some(Source::Watch(watch, _)) => api.close_watch(watch),
            Some(Source::Text(stream) | Source::Channels(stream)) => api.close_stream(stream),
            Some(Source::Tunnel(tunnel)) => tunnel.close(api),
            None => {}
        }
    }

    /// Sends what has come out of every open watch and stream since the last time.
    pub fn pump(&mut self, api: &mut dyn Api) {
        self.open.retain(|_, open| match &mut open.source {
            Source::Watch(watch, form) => {
                let watch = *watch;
                let poll = api.poll_watch(watch);
                for event in poll.events {
                    let _ = open.answers.send(Answer::Chunk(encode::event(event, form).into_bytes()));
                }
                finish(open, poll.closed)
            }
            Source::Text(stream) => {
                let poll = api.poll_stream(*stream);
                for chunk in poll.chunks {
                    if let StreamChunk::Stdout(data) = chunk {
                        let _ = open.answers.send(Answer::Chunk(data));
                    }
                }
                finish(open, poll.closed)
            }
            Source::Channels(stream) => {
                let poll = api.poll_stream(*stream);
                for chunk in poll.chunks {
                    let _ = open.answers.send(Answer::Chunk(channel_frame(chunk)));
                }
                finish(open, poll.closed)
            }
            Source::Tunnel(tunnel) => {
                let (bytes, over) = tunnel.pump(api);
                if !bytes.is_empty() {
                    let _ = open.answers.send(Answer::Chunk(bytes));
                }
                finish(open, over)
            }
        });
    }
}

/// A tunnel to a pod that exists; where it does not, the answer says so.
fn tunnel(http: &HttpRequest, form: &Form, api: &mut dyn Api) -> Result<Tunnel, Reply> {
    let request = decode::request(http, form)?;
    let path = request.path.clone();
    let pod = Request { path: path.trim_end_matches("/portforward").to_owned(), query: Vec::new(), ..request };
    let reply = api.handle(pod);
    if reply.code == 200 { Ok(Tunnel::new(path)) } else { Err(reply) }
}

/// The old OpenAPI document, as protobuf. kubectl asks for it where it validates a `List`, whose items it then checks by
/// the definitions in it: there are none, so that the server's own validation has the word.
fn openapi_v2(http: &HttpRequest) -> Option<Answer> {
    const WANTED: &str = "application/com.github.proto-openapi.spec.v2@v1.0+protobuf";
    // Go cannot read the `@` in an answer.
    const TYPE: &str = "application/com.github.proto-openapi.spec.v2.v1.0+protobuf";
    let path = http.target.split('?').next().unwrap_or("");
    if path != "/openapi/v2" || !http.header("accept").contains(WANTED) {
        return None;
    }
    // Document { swagger: "2.0" }
    let body = b"\x0a\x032.0".to_vec();
    Some(Answer::Full { code: 200, content_type: TYPE.to_owned(), warnings: Vec::new(), body })
}

/// False, and the end said, where the source is closed.
fn finish(open: &Open, closed: bool) -> bool {
    if closed {
        let _ = open.answers.send(Answer::End);
    }
    !closed
}

fn channel_frame(chunk: StreamChunk) -> Vec<u8> {
    let frame = |channel: u8, data: &[u8]| [&[channel], data].concat();
    match chunk {
        StreamChunk::Stdout(data) | StreamChunk::Data(data) => frame(STDOUT, &data),
        StreamChunk::Stderr(data) => frame(STDERR, &data),
        StreamChunk::Error(text) => frame(ERROR, text.as_bytes()),
        StreamChunk::Exit(result) => frame(ERROR, exit_status(result).to_string().as_bytes()),
    }
}

/// How the kubelet reports the end of a command on the error channel.
fn exit_status(result: Result<i32, Status>) -> Value {
    match result {
        Ok(0) => object! { "metadata" => object! {}, "status" => "Success" },
        Ok(code) => {
            let cause = object! { "reason" => "ExitCode", "message" => code.to_string() };
            object! {
                "metadata" => object! {}, "status" => "Failure", "reason" => "NonZeroExitCode",
                "message" => format!("command terminated with non-zero exit code: exit status {code}"),
                "details" => object! { "causes" => crate::list![cause] },
            }
        }
        Err(status) => status.to_value(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_old_openapi_document_is_there_for_kubectl_alone() {
        let ask = |accept: &str| HttpRequest {
            method: "GET".into(),
            target: "/openapi/v2?timeout=32s".into(),
            headers: vec![("accept".into(), accept.into())],
            ..HttpRequest::default()
        };
        let proto = "application/com.github.proto-openapi.spec.v2@v1.0+protobuf";
        assert!(matches!(openapi_v2(&ask(proto)), Some(Answer::Full { code: 200, .. })));
        assert!(openapi_v2(&ask("application/json")).is_none());
    }
}
