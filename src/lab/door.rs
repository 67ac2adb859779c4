//! The door through which commands go: what kubectl asks is written down, for lessons.

use crate::client::request::{StreamPoll, WatchPoll};
use crate::client::{Api, Reply, Request, StreamId, WatchId};
use crate::cluster::Cluster;

/// Requests that are kept until someone takes them.
const MOST: usize = 10_000;

/// The cluster's door with a log.
pub struct Recorder<'a> {
    pub cluster: &'a mut Cluster,
    pub seen: &'a mut Vec<(Request, u16)>,
}

impl Api for Recorder<'_> {
    fn handle(&mut self, request: Request) -> Reply {
        let asked = request.user_agent.starts_with("kubectl").then(|| request.clone());
        let reply = self.cluster.handle(request);
        if let Some(request) = asked.filter(|_| self.seen.len() < MOST) {
            self.seen.push((request, reply.code));
        }
        reply
    }
    fn poll_watch(&mut self, id: WatchId) -> WatchPoll {
        self.cluster.poll_watch(id)
    }
    fn close_watch(&mut self, id: WatchId) {
        self.cluster.close_watch(id);
    }
    fn poll_stream(&mut self, id: StreamId) -> StreamPoll {
        self.cluster.poll_stream(id)
    }
    fn write_stream(&mut self, id: StreamId, data: Option<&[u8]>) {
        self.cluster.write_stream(id, data);
    }
    fn close_stream(&mut self, id: StreamId) {
        self.cluster.close_stream(id);
    }
}
