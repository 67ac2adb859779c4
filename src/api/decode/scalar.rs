//! Strings, numbers, quantities, times: what Go makes of them and what it says where it cannot.

use crate::api::schema::Kind;
use crate::apimachinery::base64;
use crate::apimachinery::quantity::Quantity;
use crate::apimachinery::{Time, Value};

/// Why a scalar was not read.
pub enum Error {
    /// The JSON type does not fit; the text is what Go calls what it found (`number 1.5`).
    Mismatch(String),
    /// The type's own words; decoding ends there.
    Own(String),
    /// The decoder's own words; decoding goes on.
    Saved(String),
}

/// Go's name of a JSON type.
pub fn json_name(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "bool",
        Value::Int(_) | Value::Float(_) => "number",
        Value::Str(_) => "string",
        Value::List(_) => "array",
        Value::Map(_) => "object",
    }
}

/// As `runtime.DefaultUnstructuredConverter` words a wrong type.
pub fn cannot_convert(value: &Value, go_type: &str) -> String {
    let from = match value {
        Value::Int(_) => "int64",
        Value::Float(_) => "float64",
        Value::Bool(_) => "bool",
        Value::Str(_) => "string",
        Value::List(_) => return format!("cannot restore {} from []interface {{}}", shape(go_type)),
        Value::Map(_) => return format!("cannot restore {} from map[string]interface {{}}", shape(go_type)),
        Value::Null => "nil",
    };
    match shape(go_type) {
        "slice" => format!("cannot restore slice from {from}"),
        "map" => format!("cannot restore map from {from}"),
        "struct" => format!("cannot restore struct from: {from}"),
        _ => format!("cannot convert {from} to {go_type}"),
    }
}

fn shape(go_type: &str) -> &'static str {
    match go_type {
        "string" | "int32" | "int64" | "bool" | "float64" => "value",
        t if t.starts_with("[]") => "slice",
        t if t.starts_with("map") => "map",
        _ => "struct",
    }
}

fn mismatch<T>(value: &Value) -> Result<T, Error> {
    Err(Error::Mismatch(json_name(value).to_owned()))
}

/// Reads a scalar: Ok(None) where it stays as it is, Ok(Some) where it is written otherwise.
pub fn read(value: &Value, kind: &Kind) -> Result<Option<Value>, Error> {
    match (kind, value) {
        (Kind::String, Value::Str(_)) | (Kind::Bool, Value::Bool(_)) | (Kind::Int64, Value::Int(_)) => Ok(None),
        (Kind::Int32, Value::Int(i)) if i32::try_from(*i).is_ok() => Ok(None),
        (Kind::Number, Value::Int(_) | Value::Float(_)) => Ok(None),
        (Kind::Int32 | Kind::Int64, Value::Int(_) | Value::Float(_)) => Err(Error::Mismatch(format!("number {value}"))),
        (Kind::Bytes, Value::Str(s)) => bytes(s),
        (Kind::Quantity, _) => quantity(value),
        (Kind::IntOrString, Value::Str(_)) => Ok(None),
        (Kind::IntOrString, Value::Int(i)) if i32::try_from(*i).is_ok() => Ok(None),
        (Kind::IntOrString, other) => {
            let shown = match other {
                Value::Int(_) | Value::Float(_) => format!("number {other}"),
                _ => json_name(other).to_owned(),
            };
            Err(Error::Own(format!("json: cannot unmarshal {shown} into Go value of type int32")))
        }
        (Kind::Time, Value::Str(s)) => time(s, false),
        (Kind::MicroTime, Value::Str(s)) => time(s, true),
        (Kind::Time | Kind::MicroTime, other) => {
            Err(Error::Own(format!("json: cannot unmarshal {} into Go value of type string", json_name(other))))
        }
        _ => mismatch(value),
    }
}

fn quantity(value: &Value) -> Result<Option<Value>, Error> {
    let text = match value {
        Value::Str(s) => s.trim().to_owned(),
        Value::Int(i) => i.to_string(),
        other => other.to_string(),
    };
    let canonical = Quantity::parse(&text).map_err(|e| Error::Own(e.to_owned()))?.to_string();
    Ok((value.as_str() != Some(canonical.as_str())).then(|| canonical.into()))
}

fn time(text: &str, micro: bool) -> Result<Option<Value>, Error> {
    let Some(t) = Time::parse_rfc3339(text) else {
        return Err(Error::Own(time_error(text, micro)));
    };
    let canonical = if micro { t.rfc3339_micro() } else { t.rfc3339() };
    Ok((text != canonical).then(|| canonical.into()))
}

/// As Go's `time.Parse` words it, for the first part that does not fit.
fn time_error(text: &str, micro: bool) -> String {
    let layout = if micro { "2006-01-02T15:04:05.000000Z07:00" } else { "2006-01-02T15:04:05Z07:00" };
    let parts: [(usize, &str); 6] = [(4, "2006"), (1, "-"), (2, "01"), (1, "-"), (2, "02"), (1, "T")];
    let (mut rest, mut want) = (text, "2006");
    for (len, part) in parts {
        want = part;
        let fits = |s: &str| if part.len() == 1 { s == part } else { s.bytes().all(|b| b.is_ascii_digit()) };
        match rest.get(..len) {
            Some(head) if fits(head) => rest = rest.get(len..).unwrap_or(""),
            _ => return format!("parsing time {text:?} as {layout:?}: cannot parse {rest:?} as {want:?}"),
        }
    }
    if rest.is_empty() {
        want = "15";
    }
    format!("parsing time {text:?} as {layout:?}: cannot parse {rest:?} as {want:?}")
}

/// Go's base64: line breaks are skipped, padding is required.
fn bytes(text: &str) -> Result<Option<Value>, Error> {
    match base64::wrong_at(text) {
        None => Ok(None),
        Some(at) => Err(Error::Saved(format!("illegal base64 data at input byte {at}"))),
    }
}
