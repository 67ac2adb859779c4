//! The patch formats of the API. Models `apimachinery/pkg/util/{strategicpatch,jsonmergepatch}` and `evanphx/json-patch`.

pub mod json;
pub mod merge;
pub mod strategic;

use super::value::Value;

/// Go's name of a JSON type, for errors.
fn json_type(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "bool",
        Value::Int(_) | Value::Float(_) => "number",
        Value::Str(_) => "string",
        Value::List(_) => "array",
        Value::Map(_) => "object",
    }
}
