//! `kubectl port-forward`: SPDY inside a WebSocket, a pair of streams for each connection. Models the kubelet's
//! `portforward` handlers, which answer on the data stream and tell of errors on the other.

use super::spdy::{Frame, Reader, SpdyId, Writer};
use crate::client::request::ReplyBody;
use crate::client::{Api, Request, StreamChunk, StreamId};
use std::collections::BTreeMap;

/// The WebSocket protocol that carries it.
pub const PROTOCOL: &str = "SPDY/3.1+portforward.k8s.io";

/// Connections that one tunnel carries at a time, and halves of them; a client that opens more loses the tunnel.
const MOST: usize = 1_000;

/// One connection to a port of the pod.
struct Forwarded {
    error: SpdyId,
    data: SpdyId,
    stream: StreamId,
}

/// The tunnel to one pod.
pub struct Tunnel {
    /// The pod's `/portforward`.
    path: String,
    reader: Reader,
    writer: Writer,
    /// Error streams whose data stream has not come yet, by the request both belong to.
    halves: BTreeMap<String, SpdyId>,
    forwarded: Vec<Forwarded>,
    over: bool,
}

impl Tunnel {
    pub fn new(path: String) -> Self {
        Self {
            path,
            reader: Reader::default(),
            writer: Writer::default(),
            halves: BTreeMap::new(),
            forwarded: Vec::new(),
            over: false,
        }
    }

    /// Takes in what the client sent.
    pub fn take(&mut self, bytes: &[u8], api: &mut dyn Api) {
        match self.reader.take(bytes) {
            Ok(frames) => frames.into_iter().for_each(|frame| self.obey(frame, api)),
            Err(_) => self.over = true,
        }
    }

    fn obey(&mut self, frame: Frame, api: &mut dyn Api) {
        match frame {
            Frame::Open { id, headers } => self.open(id, &headers, api),
            Frame::Data { id, data, last } => {
                let Some(one) = self.forwarded.iter().find(|f| f.data == id) else { return };
                if !data.is_empty() {
                    api.write_stream(one.stream, Some(&data));
                }
                if last {
                    api.write_stream(one.stream, None);
                }
            }
            Frame::Reset(id) => {
                self.forwarded.retain(|f| {
                    let ends = f.data == id;
                    if ends {
                        api.close_stream(f.stream);
                    }
                    !ends
                });
            }
            Frame::Ping(ping) => self.writer.pong(&ping),
            Frame::Away => self.over = true,
        }
    }

    fn open(&mut self, id: SpdyId, headers: &[(String, String)], api: &mut dyn Api) {
        let header = |name: &str| headers.iter().find(|(n, _)| n == name).map_or("", |(_, v)| v.as_str());
        if self.halves.len() >= MOST || self.forwarded.len() >= MOST {
            self.over = true;
            return;
        }
        self.writer.accept(id);
        if header("streamtype") == "error" {
            self.halves.insert(header("requestid").to_owned(), id);
            return;
        }
        let Some(error) = self.halves.remove(header("requestid")) else { return self.writer.data(id, b"", true) };
        let request = Request::get(self.path.clone()).query("ports", header("port"));
        match api.handle(request).body {
            ReplyBody::Stream(stream) => self.forwarded.push(Forwarded { error, data: id, stream }),
            ReplyBody::Status(status) => self.fail(error, id, &status.message),
            _ => self.fail(error, id, ""),
        }
    }

    fn fail(&mut self, error: SpdyId, data: SpdyId, why: &str) {
        self.writer.data(error, why.as_bytes(), true);
        self.writer.data(data, b"", true);
    }

    /// What is to be sent now, and whether the tunnel has ended.
    pub fn pump(&mut self, api: &mut dyn Api) -> (Vec<u8>, bool) {
        let writer = &mut self.writer;
        self.forwarded.retain(|one| {
            let poll = api.poll_stream(one.stream);
            for chunk in poll.chunks {
                match chunk {
                    StreamChunk::Data(data) | StreamChunk::Stdout(data) => writer.data(one.data, &data, false),
                    StreamChunk::Error(why) => writer.data(one.error, why.as_bytes(), false),
                    StreamChunk::Stderr(_) | StreamChunk::Exit(_) => {}
                }
            }
            if poll.closed {
                writer.data(one.error, b"", true);
                writer.data(one.data, b"", true);
            }
            !poll.closed
        });
        (writer.take(), self.over)
    }

    /// The client is gone.
    pub fn close(self, api: &mut dyn Api) {
        self.forwarded.iter().for_each(|one| api.close_stream(one.stream));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cluster::{Cluster, ClusterSpec};

    #[test]
    fn a_client_that_opens_without_end_loses_the_tunnel() {
        let mut cluster = Cluster::boot(&ClusterSpec::plain(1));
        let mut tunnel = Tunnel::new("/api/v1/namespaces/default/pods/p/portforward".into());
        let mut over_after = |streams: usize| {
            for id in 0..streams {
                let headers = [("streamtype".to_owned(), "error".to_owned()), ("requestid".to_owned(), id.to_string())];
                tunnel.open(id as SpdyId, &headers, &mut cluster);
            }
            tunnel.pump(&mut cluster).1
        };
        assert!(!over_after(MOST), "so many are carried");
        assert!(over_after(1));
    }
}
