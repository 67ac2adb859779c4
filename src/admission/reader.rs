//! Read access to what is stored, for admission plugins and for strategies that allocate.

use crate::apimachinery::Value;

/// Implemented by the API server over its storage.
pub trait Reader {
    /// `namespace` is "" for what has none.
    fn get(&self, group: &str, resource: &str, namespace: &str, name: &str) -> Option<Value>;
    /// All of one namespace, or of all where `namespace` is "".
    fn list(&self, group: &str, resource: &str, namespace: &str) -> Vec<Value>;
}
