//! What the API server asks of a node: logs, exec, attach and port-forward go through it to the kubelet.

use crate::apimachinery::{Status, Time, Value};
use crate::client::request::StreamPoll;
use crate::client::{Reply, StreamId};

/// `PodLogOptions`, already validated against the pod (the container exists and has a name here).
#[derive(Clone, Debug, Default, PartialEq)]
pub struct LogOptions {
    pub container: String,
    pub follow: bool,
    pub previous: bool,
    pub since: Option<Time>,
    pub timestamps: bool,
    pub tail_lines: Option<i64>,
    pub limit_bytes: Option<i64>,
}

/// `PodExecOptions` and `PodAttachOptions`; attach has no command.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ExecOptions {
    pub container: String,
    pub command: Vec<String>,
    pub stdin: bool,
    pub stdout: bool,
    pub stderr: bool,
    pub tty: bool,
}

/// A kubelet as the API server sees it. Implemented by `kubelet`, injected by `cluster`.
pub trait NodeProxy {
    /// A stream of log bytes (`StreamChunk::Stdout`), closed at the end unless it follows.
    fn logs(&mut self, pod: &Value, options: LogOptions) -> Result<StreamId, Status>;
    fn exec(&mut self, pod: &Value, options: ExecOptions) -> Result<StreamId, Status>;
    fn attach(&mut self, pod: &Value, options: ExecOptions) -> Result<StreamId, Status>;
    /// One connection to one port of the pod: write bytes, read `StreamChunk::Data` or `Error`.
    fn port_forward(&mut self, pod: &Value, port: u16) -> Result<StreamId, Status>;
    /// An HTTP request through `/proxy`: method, path with query, body.
    fn http(&mut self, pod: &Value, port: u16, method: &str, path: &str, body: &[u8]) -> Reply;
    fn poll_stream(&mut self, id: StreamId) -> StreamPoll;
    fn write_stream(&mut self, id: StreamId, data: Option<&[u8]>);
    fn close_stream(&mut self, id: StreamId);
}

/// The proxy of those who never need one: controllers, scheduler and the kubelets themselves.
pub struct NoNodes;

impl NodeProxy for NoNodes {
    fn logs(&mut self, _: &Value, _: LogOptions) -> Result<StreamId, Status> {
        Err(Status::internal("no node is reachable from here"))
    }
    fn exec(&mut self, _: &Value, _: ExecOptions) -> Result<StreamId, Status> {
        Err(Status::internal("no node is reachable from here"))
    }
    fn attach(&mut self, _: &Value, _: ExecOptions) -> Result<StreamId, Status> {
        Err(Status::internal("no node is reachable from here"))
    }
    fn port_forward(&mut self, _: &Value, _: u16) -> Result<StreamId, Status> {
        Err(Status::internal("no node is reachable from here"))
    }
    fn http(&mut self, _: &Value, _: u16, _: &str, _: &str, _: &[u8]) -> Reply {
        Status::internal("no node is reachable from here").into()
    }
    fn poll_stream(&mut self, _: StreamId) -> StreamPoll {
        StreamPoll { closed: true, ..StreamPoll::default() }
    }
    fn write_stream(&mut self, _: StreamId, _: Option<&[u8]>) {}
    fn close_stream(&mut self, _: StreamId) {}
}
