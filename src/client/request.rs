//! Requests to the API server and its replies, as data.

use crate::apimachinery::{Status, Value, json_syntax};
use std::borrow::Cow;

/// The HTTP method. A watch is a GET with `watch=true`, as in life.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Method {
    Get,
    Post,
    Put,
    Patch(PatchType),
    Delete,
}

/// The content type of a PATCH body.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PatchType {
    /// `application/json-patch+json` (RFC 6902)
    Json,
    /// `application/merge-patch+json` (RFC 7386)
    Merge,
    /// `application/strategic-merge-patch+json`
    Strategic,
    /// `application/apply-patch+yaml`: server-side apply
    Apply,
}

impl PatchType {
    /// As in the `Content-Type` header.
    pub fn media_type(self) -> &'static str {
        match self {
            Self::Json => "application/json-patch+json",
            Self::Merge => "application/merge-patch+json",
            Self::Strategic => "application/strategic-merge-patch+json",
            Self::Apply => "application/apply-patch+yaml",
        }
    }
}

/// The representation asked for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Accept {
    #[default]
    Json,
    /// `application/json;as=Table;v=v1;g=meta.k8s.io`
    Table,
    /// `application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList`
    Discovery,
}

/// A request body. Bytes become values at the HTTP edge, nowhere else.
#[derive(Clone, Debug, Default, PartialEq)]
pub enum Body {
    #[default]
    Empty,
    Value(Value),
    /// Bytes that are not JSON: why not, and how they begin.
    Unreadable {
        error: String,
        sample: String,
    },
}

impl Body {
    /// Reads the bytes of a JSON body.
    pub fn from_json(bytes: &[u8]) -> Self {
        let read = serde_json::from_slice(bytes);
        let why =
            |e: serde_json::Error| json_syntax::check(&String::from_utf8_lossy(bytes)).err().unwrap_or(e.to_string());
        read.map_err(why).map_or_else(|error| Self::unreadable(bytes, error), Self::Value)
    }

    /// Bytes that could not be read, with how they begin as upstream's `summarizeData` shows it.
    pub fn unreadable(bytes: &[u8], error: String) -> Self {
        const SHOWN: usize = 30;
        let more = if bytes.len() > SHOWN { " ..." } else { "" };
        let start = bytes.get(..SHOWN).unwrap_or(bytes);
        let sample = match bytes.first() {
            None => "<empty>".to_owned(),
            Some(b'{') => format!("{}{more}", String::from_utf8_lossy(start)),
            Some(_) => format!("{}{more}", start.iter().map(|b| format!("{b:02x}")).collect::<String>()),
        };
        Self::Unreadable { error, sample }
    }
}

/// One request to the API server.
#[derive(Clone, Debug, PartialEq)]
pub struct Request {
    pub method: Method,
    /// Without the query: `/api/v1/namespaces/default/pods/web/log`.
    pub path: String,
    /// In the order given; a name may come again (`command=sh&command=-c`).
    pub query: Vec<(String, String)>,
    pub accept: Accept,
    pub body: Body,
    /// Who asks, as events and `managedFields` would name it: `kubectl`, `kubelet`, `kube-scheduler`.
    pub user_agent: Cow<'static, str>,
    /// `Impersonate-User`: `--as`; "" for the administrator.
    pub as_user: String,
    /// `Impersonate-Group`: `--as-group`.
    pub as_groups: Vec<String>,
}

impl Request {
    pub fn new(method: Method, path: impl Into<String>) -> Self {
        Self {
            method,
            path: path.into(),
            query: Vec::new(),
            accept: Accept::Json,
            body: Body::Empty,
            user_agent: Cow::Borrowed(""),
            as_user: String::new(),
            as_groups: Vec::new(),
        }
    }
    pub fn get(path: impl Into<String>) -> Self {
        Self::new(Method::Get, path)
    }
    pub fn post(path: impl Into<String>, body: Value) -> Self {
        Self { body: Body::Value(body), ..Self::new(Method::Post, path) }
    }
    pub fn put(path: impl Into<String>, body: Value) -> Self {
        Self { body: Body::Value(body), ..Self::new(Method::Put, path) }
    }
    pub fn patch(kind: PatchType, path: impl Into<String>, body: Value) -> Self {
        Self { body: Body::Value(body), ..Self::new(Method::Patch(kind), path) }
    }
    /// `options` is a `DeleteOptions` object, or null for none.
    pub fn delete(path: impl Into<String>, options: Value) -> Self {
        let body = if options.is_null() { Body::Empty } else { Body::Value(options) };
        Self { body, ..Self::new(Method::Delete, path) }
    }
    pub fn query(mut self, name: &str, value: impl Into<String>) -> Self {
        self.query.push((name.into(), value.into()));
        self
    }
    pub fn accept(mut self, accept: Accept) -> Self {
        self.accept = accept;
        self
    }
    /// Who asks: managers of fields and events are called after it.
    pub fn user_agent(mut self, agent: impl Into<Cow<'static, str>>) -> Self {
        self.user_agent = agent.into();
        self
    }
    /// The first value of a query parameter; "" where it is missing.
    pub fn param(&self, name: &str) -> &str {
        self.query.iter().find(|(n, _)| n == name).map_or("", |(_, v)| v)
    }
}

/// Names a watch that the server holds open.
pub type WatchId = u64;
/// Names a stream (logs, exec, attach, port-forward) that the server holds open.
pub type StreamId = u64;

/// What the API server answers.
#[derive(Clone, Debug, PartialEq)]
pub struct Reply {
    /// HTTP status code: 200, 201, 202 or the Status' own.
    pub code: u16,
    /// `Warning` headers, in order.
    pub warnings: Vec<String>,
    pub body: ReplyBody,
}

/// The body of a reply.
#[derive(Clone, Debug, PartialEq)]
pub enum ReplyBody {
    /// An object, a list, a `Table` or a discovery document.
    Object(Value),
    /// `/version`-like and `/healthz`-like texts that are not objects.
    Text(String),
    Status(Status),
    /// Poll it with [`super::Api::poll_watch`].
    Watch(WatchId),
    /// Poll it with [`super::Api::poll_stream`].
    Stream(StreamId),
}

impl Reply {
    pub fn object(code: u16, value: Value) -> Self {
        Self { code, warnings: Vec::new(), body: ReplyBody::Object(value) }
    }
    /// The object, or the error.
    pub fn into_result(self) -> Result<Value, Status> {
        match self.body {
            ReplyBody::Object(v) => Ok(v),
            ReplyBody::Status(s) => Err(s),
            // What is not a Status reads to clients as this one does.
            ReplyBody::Text(_) if self.code >= 400 => Err(Status::path_not_found()),
            ReplyBody::Text(t) => Ok(t.into()),
            ReplyBody::Watch(_) | ReplyBody::Stream(_) => {
                Err(Status::internal("a stream where an object was expected"))
            }
        }
    }
}

impl From<Status> for Reply {
    fn from(status: Status) -> Self {
        Self { code: status.code, warnings: Vec::new(), body: ReplyBody::Status(status) }
    }
}

/// One event of a watch.
#[derive(Clone, Debug, PartialEq)]
pub struct WatchEvent {
    /// `ADDED`, `MODIFIED`, `DELETED`, `BOOKMARK` or `ERROR`.
    pub kind: &'static str,
    /// The object; a `Table` with one row where the watch asked for tables; a `Status` for `ERROR`.
    pub object: Value,
}

/// What came out of a poll of a watch.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct WatchPoll {
    pub events: Vec<WatchEvent>,
    /// The server ended the watch (its timeout passed, or an ERROR event was the last).
    pub closed: bool,
}

/// One piece of a stream, with the channel numbers of `v5.channel.k8s.io` named.
#[derive(Clone, Debug, PartialEq)]
pub enum StreamChunk {
    Stdout(Vec<u8>),
    Stderr(Vec<u8>),
    /// The command ended: its exit code, or why it could not run.
    Exit(Result<i32, Status>),
    /// A port-forward connection was answered: bytes from the pod's port.
    Data(Vec<u8>),
    /// A port-forward connection failed, as the kubelet words it.
    Error(String),
}

/// What came out of a poll of a stream.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct StreamPoll {
    pub chunks: Vec<StreamChunk>,
    pub closed: bool,
}
