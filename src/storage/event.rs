//! One change of one object, as watches read it. Models `storage/cacher`'s watch cache events.

use crate::apimachinery::Value;
use std::rc::Rc;

/// What happened to the object.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum EventKind {
    Added,
    Modified,
    Deleted,
}

impl EventKind {
    /// The type of the watch event: `ADDED`, `MODIFIED`, `DELETED`.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Added => "ADDED",
            Self::Modified => "MODIFIED",
            Self::Deleted => "DELETED",
        }
    }
}

/// One write, in the order of revisions.
#[derive(Clone, Debug)]
pub struct Event {
    pub revision: u64,
    pub kind: EventKind,
    /// `namespace/name`, or `name` for what has no namespace.
    pub key: Rc<str>,
    /// The object after the write; for a deletion its last state, with the deletion's revision.
    pub object: Value,
    /// The object before the write; null where there was none. Selectors need it: an object that stops matching
    /// is `DELETED` for that watch.
    pub old: Value,
}
