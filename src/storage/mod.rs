//! Objects, revisions and the log of changes that watches read. Models etcd and the watch cache of the API server.

pub mod event;
pub mod hash;
pub mod store;

pub use event::{Event, EventKind};
pub use store::{Gone, Store};
