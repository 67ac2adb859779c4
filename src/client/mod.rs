//! How everyone speaks to the API server: plain data shaped like Kubernetes' HTTP API. Models `client-go`.

pub mod request;
pub mod transport;

pub use request::{Accept, Body, Method, PatchType, Reply, Request, StreamChunk, StreamId, WatchEvent, WatchId};
pub use transport::{Api, Client};
