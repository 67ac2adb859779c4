//! What travels between the connections' threads and the cluster's: bytes only, since objects are not `Send`.

use std::sync::mpsc::Sender;

/// Names a connection.
pub type ConnectionId = u64;

/// An HTTP request as read from the socket.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct HttpRequest {
    pub method: String,
    /// Path and query, still escaped.
    pub target: String,
    /// Names in lower case.
    pub headers: Vec<(String, String)>,
    pub body: Vec<u8>,
}

impl HttpRequest {
    /// A header's value; "" where it is missing.
    pub fn header(&self, name: &str) -> &str {
        self.headers.iter().find(|(n, _)| n == name).map_or("", |(_, v)| v)
    }

    pub fn wants_websocket(&self) -> bool {
        self.header("upgrade").eq_ignore_ascii_case("websocket")
    }

    /// True for port-forward as kubectl asks for it.
    pub fn wants_tunnel(&self) -> bool {
        let mut offered = self.header("sec-websocket-protocol").split(',').map(str::trim);
        self.wants_websocket() && offered.any(|protocol| protocol == super::tunnel::PROTOCOL)
    }
}

/// What a connection tells the cluster.
pub enum Event {
    Request {
        id: ConnectionId,
        request: HttpRequest,
        answers: Sender<Answer>,
    },
    /// A WebSocket frame's payload: a channel number and bytes.
    Frame {
        id: ConnectionId,
        payload: Vec<u8>,
    },
    /// The peer went away.
    Closed {
        id: ConnectionId,
    },
}

/// What the cluster tells a connection.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Answer {
    /// A whole response.
    Full {
        code: u16,
        content_type: String,
        warnings: Vec<String>,
        body: Vec<u8>,
    },
    /// A response whose body comes in chunks.
    Start {
        content_type: String,
    },
    Chunk(Vec<u8>),
    /// Agree to the WebSocket; chunks that follow are its frames.
    Upgrade,
    /// The response, or the WebSocket, is complete.
    End,
}
