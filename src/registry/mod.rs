//! What the API server knows of each kind: a strategy per kind over one generic store.
//! Models `pkg/registry` and `apiserver/pkg/registry/generic`.

pub mod store;
pub mod strategy;

pub use crate::admission::Reader;
pub use strategy::{Column, Strategy};

/// A kind without rules of its own.
struct Plain;
impl Strategy for Plain {}

/// The rules of a resource, whatever its version.
pub fn strategy_for(_group: &str, _resource: &str) -> &'static dyn Strategy {
    &Plain
}
