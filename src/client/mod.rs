//! How everyone speaks to the API server: plain data shaped like Kubernetes' HTTP API. Models `client-go`.

pub mod informer;
pub mod recorder;
pub mod request;
pub mod resource;
pub mod transport;
pub mod typed;
pub mod workqueue;

pub use informer::{Delta, Informers};
pub use recorder::EventRecorder;
pub use request::{Accept, Body, Method, PatchType, Reply, Request, StreamChunk, StreamId, WatchEvent, WatchId};
pub use resource::Resource;
pub use transport::{Api, Client};
pub use typed::Door;
pub use workqueue::WorkQueue;
