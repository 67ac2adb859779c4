//! Requests become values, values become bytes; watches and streams are polled for as long as they are open.

use super::http::split_target;
use super::protobuf;
use super::wire::{Answer, ConnectionId, Event, HttpRequest};
use crate::apimachinery::{Status, Value};
use crate::client::request::ReplyBody;
use crate::client::{Accept, Api, Body, Method, PatchType, Reply, Request, StreamChunk, StreamId, WatchId};
use crate::object;
use std::collections::BTreeMap;
use std::sync::mpsc::Sender;

/// What an open connection is fed from.
enum Source {
    Watch(WatchId),
    /// Logs: plain chunks.
    Text(StreamId),
    /// exec and attach: WebSocket frames on numbered channels.
    Channels(StreamId),
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
        let reply = match decode(http) {
            Ok(request) => api.handle(request),
            Err(status) => status.into(),
        };
        let source = match reply.body {
            ReplyBody::Watch(watch) => Source::Watch(watch),
            ReplyBody::Stream(stream) if http.wants_websocket() => Source::Channels(stream),
            ReplyBody::Stream(stream) => Source::Text(stream),
            _ => {
                // A connection that closed meanwhile does not hear the answer; nothing to do about it.
                let _ = answers.send(encode(reply, http));
                return;
            }
        };
        let start = match source {
            Source::Watch(_) => Answer::Start { content_type: "application/json".into() },
            Source::Text(_) => Answer::Start { content_type: "text/plain".into() },
            Source::Channels(_) => Answer::Upgrade,
        };
        let _ = answers.send(start);
        self.open.insert(id, Open { source, answers });
    }

    fn frame(&mut self, id: ConnectionId, payload: &[u8], api: &mut dyn Api) {
        let Some(Open { source: Source::Channels(stream), .. }) = self.open.get(&id) else { return };
        match payload.split_first() {
            Some((&STDIN, data)) if !data.is_empty() => api.write_stream(*stream, Some(data)),
            Some((&CLOSE, [STDIN, ..])) => api.write_stream(*stream, None),
            _ => {}
        }
    }

    fn close(&mut self, id: ConnectionId, api: &mut dyn Api) {
        match self.open.remove(&id).map(|open| open.source) {
            Some(Source::Watch(watch)) => api.close_watch(watch),
            Some(Source::Text(stream) | Source::Channels(stream)) => api.close_stream(stream),
            None => {}
        }
    }

    /// Sends what has come out of every open watch and stream since the last time.
    pub fn pump(&mut self, api: &mut dyn Api) {
        self.open.retain(|_, open| match open.source {
            Source::Watch(watch) => {
                let poll = api.poll_watch(watch);
                for event in poll.events {
                    let line = object! { "type" => event.kind, "object" => event.object };
                    let _ = open.answers.send(Answer::Chunk(format!("{line}\n").into_bytes()));
                }
                finish(open, poll.closed)
            }
            Source::Text(stream) => {
                let poll = api.poll_stream(stream);
                for chunk in poll.chunks {
                    if let StreamChunk::Stdout(data) = chunk {
                        let _ = open.answers.send(Answer::Chunk(data));
                    }
                }
                finish(open, poll.closed)
            }
            Source::Channels(stream) => {
                let poll = api.poll_stream(stream);
                for chunk in poll.chunks {
                    let _ = open.answers.send(Answer::Chunk(channel_frame(chunk)));
                }
                finish(open, poll.closed)
            }
        });
    }
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

fn decode(http: &HttpRequest) -> Result<Request, Status> {
    let (path, query) = split_target(&http.target);
    let method = match http.method.as_str() {
        "GET" | "HEAD" => Method::Get,
        "POST" if http.wants_websocket() => Method::Get,
        "POST" => Method::Post,
        "PUT" => Method::Put,
        "PATCH" => Method::Patch(patch_type(http.header("content-type"))?),
        "DELETE" => Method::Delete,
        other => return Err(Status::method_not_allowed(format!("the method {other} is not served"))),
    };
    let body = match http.body.as_slice() {
        [] => Body::Empty,
        bytes if protobuf::is_protobuf(bytes) => Body::Value(protobuf::decode(bytes)?),
        bytes => Body::Value(json(bytes)),
    };
    let accept = accept(http.header("accept"));
    let as_user = http.header("impersonate-user").to_owned();
    let groups = http.headers.iter().filter(|(name, _)| name == "impersonate-group");
    let as_groups = groups.map(|(_, group)| group.clone()).collect();
    Ok(Request { query, accept, body, as_user, as_groups, ..Request::new(method, path) }.user_agent("kubectl"))
}

/// What is no JSON goes on as its text: the handlers know what it should have been.
fn json(bytes: &[u8]) -> Value {
    serde_json::from_slice(bytes).unwrap_or_else(|_| String::from_utf8_lossy(bytes).as_ref().into())
}

fn patch_type(content_type: &str) -> Result<PatchType, Status> {
    match content_type.split(';').next().unwrap_or_default() {
        "application/json-patch+json" => Ok(PatchType::Json),
        "application/merge-patch+json" => Ok(PatchType::Merge),
        "application/strategic-merge-patch+json" => Ok(PatchType::Strategic),
        "application/apply-patch+yaml" => Ok(PatchType::Apply),
        other => Err(Status::new(
            415,
            "UnsupportedMediaType",
            format!("the body of the request was in an unknown format - accepted media types include: {other}"),
        )),
    }
}

/// The first representation of the list that is served.
fn accept(header: &str) -> Accept {
    for wanted in header.split(',') {
        if wanted.contains("as=APIGroupDiscoveryList") && wanted.contains("v=v2") && !wanted.contains("v=v2beta") {
            return Accept::Discovery;
        }
        if wanted.contains("as=Table") {
            return Accept::Table;
        }
        if wanted.split(';').next().is_some_and(|t| t.trim() == "application/json") && !wanted.contains("as=") {
            return Accept::Json;
        }
    }
    Accept::Json
}

fn encode(reply: Reply, http: &HttpRequest) -> Answer {
    let media_type = match accept(http.header("accept")) {
        Accept::Discovery => "application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList",
        _ => "application/json",
    };
    let (content_type, body) = match reply.body {
        // Only a discovery document answers in its own media type: clients decide by it how to read.
        ReplyBody::Object(v) if v["kind"].str() == "APIGroupDiscoveryList" => (media_type, v.to_string()),
        ReplyBody::Object(v) => ("application/json", crate::api::codec::encode(&v) + "\n"),
        ReplyBody::Status(s) => ("application/json", s.to_value().to_string() + "\n"),
        ReplyBody::Text(t) => ("text/plain; charset=utf-8", t),
        ReplyBody::Watch(_) | ReplyBody::Stream(_) => ("text/plain", String::new()),
    };
    let body = if http.method == "HEAD" { Vec::new() } else { body.into_bytes() };
    Answer::Full { code: reply.code, content_type: content_type.into(), warnings: reply.warnings, body }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_served_representation_is_taken() {
        let kubectl = "application/json;as=Table;v=v1;g=meta.k8s.io,application/json;as=Table;v=v1beta1;g=meta.k8s.io,application/json";
        assert_eq!(accept(kubectl), Accept::Table);
        assert_eq!(
            accept("application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList,application/json"),
            Accept::Discovery
        );
        assert_eq!(accept("application/vnd.kubernetes.protobuf,application/json"), Accept::Json);
        assert_eq!(accept(""), Accept::Json);
    }

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

    #[test]
    fn bodies_that_are_not_json_go_on_as_text() {
        let http = HttpRequest {
            method: "POST".into(),
            target: "/api/v1/pods".into(),
            body: b"{".to_vec(),
            ..HttpRequest::default()
        };
        assert_eq!(decode(&http).unwrap().body, Body::Value("{".into()));
    }
}
