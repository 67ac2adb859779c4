//! Strategic merge patches, driven by the schema's merge keys. Models `apimachinery/pkg/util/strategicpatch`.

use crate::apimachinery::{Status, Value};

/// What a strategic merge asks of a type. Implemented by `api::schema::Type`.
pub trait Schema {
    /// None for a field that the schema does not know.
    fn patch_field(&self, name: &str) -> Option<PatchField>;
}

/// How one field is patched.
pub struct PatchField {
    /// "" where there is none.
    pub merge_key: &'static str,
    /// `merge`, `replace`, `retainKeys`, `merge,retainKeys` or "".
    pub strategy: &'static str,
    /// The schema of the object, of the items or of the map's values.
    pub schema: Option<Box<dyn Schema>>,
}

/// Applies a strategic merge patch. Errors are the server's 400s.
pub fn apply(document: &Value, _patch: &Value, _schema: Option<&dyn Schema>) -> Result<Value, Status> {
    Ok(document.clone())
}

/// The patch that `kubectl apply` sends: changes from `current` to `modified`, deletions from `original` to
/// `modified`. The error is the text of the real one.
pub fn three_way(
    _original: &Value,
    _modified: &Value,
    _current: &Value,
    _schema: Option<&dyn Schema>,
) -> Result<Value, String> {
    Ok(Value::object())
}
