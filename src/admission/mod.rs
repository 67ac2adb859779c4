//! Admission: one file per plugin, one table. Models `k8s.io/apiserver/pkg/admission` and `plugin/pkg/admission`.

use crate::api::Resource;
use crate::apimachinery::{Status, Time, Value};
use crate::sim::Rng;

mod reader;

pub use reader::Reader;

/// What is being done to the object.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Operation {
    Create,
    Update,
    Delete,
    Connect,
}

/// One write, as the plugins see it. Models `admission.Attributes`.
pub struct Attributes<'a> {
    pub operation: Operation,
    pub resource: &'static Resource,
    /// "" for the main resource.
    pub subresource: &'a str,
    /// "" for what has none.
    pub namespace: &'a str,
    /// "" where the name is still to be generated.
    pub name: &'a str,
    /// Null on delete and connect.
    pub object: &'a mut Value,
    /// Null on create.
    pub old: &'a Value,
    /// Texts for `Warning` headers, in order.
    pub warnings: &'a mut Vec<String>,
}

/// What plugins may use besides the object.
pub struct Context<'a> {
    pub reader: &'a dyn Reader,
    pub now: Time,
    pub rng: &'a mut Rng,
}

/// Mutating admission, then; the plugins run in the server's order. Call before `prepare_for_create`.
pub fn admit(_attributes: &mut Attributes, _context: &mut Context) -> Result<(), Status> {
    Ok(())
}

/// Validating admission. Call after validation by the strategy.
pub fn validate(_attributes: &mut Attributes, _context: &mut Context) -> Result<(), Status> {
    Ok(())
}
