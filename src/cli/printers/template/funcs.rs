//! The functions of templates. Models `text/template/funcs.go` and kubectl's `base64decode` and `exists`.

use super::exec::Found;
use super::format::{go_type, plain, printf};
use crate::apimachinery::Value;
use crate::apimachinery::base64;
use std::cmp::Ordering;

/// Name, and how many arguments at least and at most.
const FUNCTIONS: [(&str, usize, usize); 21] = [
    ("and", 1, MANY),
    ("base64decode", 1, 1),
    ("call", 1, MANY),
    ("eq", 1, MANY),
    ("exists", 1, MANY),
    ("ge", 2, 2),
    ("gt", 2, 2),
    ("html", 0, MANY),
    ("index", 1, MANY),
    ("js", 0, MANY),
    ("le", 2, 2),
    ("len", 1, 1),
    ("lt", 2, 2),
    ("ne", 2, 2),
    ("not", 1, 1),
    ("or", 1, MANY),
    ("print", 0, MANY),
    ("printf", 1, MANY),
    ("println", 0, MANY),
    ("slice", 1, 4),
    ("urlquery", 0, MANY),
];
const MANY: usize = usize::MAX;

pub fn is_known(name: &str) -> bool {
    FUNCTIONS.iter().any(|(n, ..)| *n == name)
}

/// The error for a wrong number of arguments.
pub fn check_count(name: &str, count: usize) -> Result<(), String> {
    let Some((_, least, most)) = FUNCTIONS.iter().find(|(n, ..)| *n == name) else { return Ok(()) };
    match (count < *least || count > *most, *most == MANY || name == "slice") {
        (false, _) => Ok(()),
        (true, true) => Err(format!("wrong number of args for {name}: want at least {least} got {count}")),
        (true, false) => Err(format!("wrong number of args for {name}: want {least} got {count}")),
    }
}

/// What `if` and `with` make of a value.
pub fn truth(value: &Found) -> bool {
    match value {
        None | Some(Value::Null) => false,
        Some(Value::Bool(b)) => *b,
        Some(Value::Int(n)) => *n != 0,
        Some(Value::Float(f)) => *f != 0.0,
        Some(Value::Str(s)) => !s.is_empty(),
        Some(Value::List(list)) => !list.is_empty(),
        Some(Value::Map(map)) => !map.is_empty(),
    }
}

/// Calls a function; the error is the text after `error calling NAME: `.
pub fn call(name: &str, values: Vec<Found>) -> Result<Found, String> {
    let one = |at: usize| values.get(at).cloned().flatten();
    let done = |value: Value| Ok(Some(value));
    match name {
        // What ended early was returned by the caller: the last argument decides.
        "and" | "or" => Ok(values.last().cloned().flatten()),
        "not" => done((!truth(&one(0))).into()),
        "len" => length(&one(0)).map(|n| Some(n.into())),
        "index" => index(&values),
        "exists" => done(index(&values).is_ok_and(|v| v.is_some()).into()),
        "slice" => slice(&values),
        "eq" => equal(&values).map(|b| Some(b.into())),
        "ne" => equal(&values).map(|b| Some((!b).into())),
        "lt" => compare(&values).map(|o| Some((o == Ordering::Less).into())),
        "le" => compare(&values).map(|o| Some((o != Ordering::Greater).into())),
        "gt" => compare(&values).map(|o| Some((o == Ordering::Greater).into())),
        "ge" => compare(&values).map(|o| Some((o != Ordering::Less).into())),
        "print" => done(joined(&values).into()),
        "println" => done((values.iter().map(plain).collect::<Vec<_>>().join(" ") + "\n").into()),
        "printf" => match one(0) {
            Some(Value::Str(format)) => done(printf(&format, values.get(1..).unwrap_or(&[])).into()),
            other => Err(format!("wrong type for value; expected string; got {}", go_type(&other))),
        },
        "html" => done(html(&joined(&values)).into()),
        "js" => done(js(&joined(&values)).into()),
        "urlquery" => done(urlquery(&joined(&values)).into()),
        "base64decode" => match one(0) {
            Some(Value::Str(text)) => match base64::decode(&text) {
                Ok(data) => done(String::from_utf8_lossy(&data).into_owned().into()),
                Err(at) => Err(format!("base64 decode failed: illegal base64 data at input byte {at}")),
            },
            other => Err(format!("wrong type for value; expected string; got {}", go_type(&other))),
        },
        _ => Err(format!("{name} is not simulated here")),
    }
}

/// `fmt.Sprint`: blanks between operands where neither is a string.
fn joined(values: &[Found]) -> String {
    let mut out = String::new();
    let is_str = |v: &Found| matches!(v, Some(Value::Str(_)));
    for (i, value) in values.iter().enumerate() {
        let before = i.checked_sub(1).and_then(|at| values.get(at));
        if before.is_some_and(|b| !is_str(b) && !is_str(value)) {
            out.push(' ');
        }
        out.push_str(&plain(value));
    }
    out
}

fn length(value: &Found) -> Result<i64, String> {
    Ok(match value {
        Some(Value::Str(s)) => s.len() as i64,
        Some(Value::List(list)) => list.len() as i64,
        Some(Value::Map(map)) => map.len() as i64,
        None | Some(Value::Null) => return Err("len of nil pointer".to_owned()),
        other => return Err(format!("len of type {}", go_type(other))),
    })
}

fn whole(value: &Found) -> Result<usize, String> {
    match value {
        Some(Value::Int(n)) => usize::try_from(*n).map_err(|_| format!("index out of range: {n}")),
        None | Some(Value::Null) => Err("cannot index slice/array with nil".to_owned()),
        other => Err(format!("cannot index slice/array with type {}", go_type(other))),
    }
}

fn index(values: &[Found]) -> Result<Found, String> {
    let Some((first, keys)) = values.split_first() else { return Ok(None) };
    let mut value = first.clone();
    if value.is_none() {
        return Err("index of untyped nil".to_owned());
    }
    for key in keys {
        value = match (&value, key) {
            (Some(Value::List(list)), key) => {
                let at = whole(key)?;
                Some(list.get(at).cloned().ok_or_else(|| format!("index out of range: {at}"))?)
            }
            (Some(Value::Str(text)), key) => {
                let at = whole(key)?;
                let byte = text.as_bytes().get(at).ok_or_else(|| format!("index out of range: {at}"))?;
                Some(i64::from(*byte).into())
            }
            (Some(Value::Map(map)), Some(Value::Str(key))) => map.get(key).cloned(),
            (Some(Value::Map(_)), other) => {
                return Err(format!("value has type {}; should be string", go_type(other)));
            }
            (None | Some(Value::Null), _) => return Err("index of nil pointer".to_owned()),
            (other, _) => return Err(format!("can't index item of type {}", go_type(other))),
        };
    }
    Ok(match value {
        Some(Value::Int(n)) if !matches!(first, Some(Value::Str(_))) => Some(Value::Float(n as f64)),
        value => value,
    })
}

fn slice(values: &[Found]) -> Result<Found, String> {
    let Some((first, bounds)) = values.split_first() else { return Ok(None) };
    let length = usize::try_from(length(first)?).unwrap_or(0);
    let from = bounds.first().map_or(Ok(0), whole)?;
    let to = bounds.get(1).map_or(Ok(length), whole)?;
    if from > length || to > length {
        return Err(format!("index out of range: {}", from.max(to)));
    }
    if from > to {
        return Err(format!("invalid slice index: {from} > {to}"));
    }
    match first {
        Some(Value::Str(text)) => {
            let bytes = text.as_bytes().get(from..to).unwrap_or(&[]);
            Ok(Some(String::from_utf8_lossy(bytes).into_owned().into()))
        }
        Some(Value::List(list)) => Ok(Some(list.get(from..to).unwrap_or(&[]).iter().cloned().collect::<Value>())),
        other => Err(format!("can't slice item of type {}", go_type(other))),
    }
}

const INCOMPATIBLE: &str = "incompatible types for comparison";

fn equal(values: &[Found]) -> Result<bool, String> {
    let Some((first, others)) = values.split_first() else { return Ok(false) };
    if others.is_empty() {
        return Err("missing argument for comparison".to_owned());
    }
    for other in others {
        let same = match (first, other) {
            (None | Some(Value::Null), None | Some(Value::Null)) => true,
            (None | Some(Value::Null), _) | (_, None | Some(Value::Null)) => false,
            (Some(Value::List(_) | Value::Map(_)), Some(Value::List(_) | Value::Map(_))) => {
                return Err(format!("non-comparable type {}: {}", plain(first), go_type(first)));
            }
            (Some(a), Some(b)) if std::mem::discriminant(a) == std::mem::discriminant(b) => a == b,
            _ => return Err(INCOMPATIBLE.to_owned()),
        };
        if same {
            return Ok(true);
        }
    }
    Ok(false)
}

fn compare(values: &[Found]) -> Result<Ordering, String> {
    match values {
        [Some(Value::Int(a)), Some(Value::Int(b))] => Ok(a.cmp(b)),
        [Some(Value::Float(a)), Some(Value::Float(b))] => Ok(a.partial_cmp(b).unwrap_or(Ordering::Equal)),
        [Some(Value::Str(a)), Some(Value::Str(b))] => Ok(a.cmp(b)),
        [Some(a), Some(b)] if std::mem::discriminant(a) != std::mem::discriminant(b) => Err(INCOMPATIBLE.to_owned()),
        _ => Err("invalid type for comparison".to_owned()),
    }
}

fn html(text: &str) -> String {
    let mut out = String::new();
    for c in text.chars() {
        match c {
            '"' => out.push_str("&#34;"),
            '\'' => out.push_str("&#39;"),
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            c => out.push(c),
        }
    }
    out
}

fn js(text: &str) -> String {
    let mut out = String::new();
    for c in text.chars() {
        match c {
            '\\' => out.push_str("\\\\"),
            '\'' => out.push_str("\\'"),
            '"' => out.push_str("\\\""),
            '<' | '>' | '&' | '=' => out.push_str(&format!("\\u{:04X}", c as u32)),
            c if (c as u32) < 0x20 => out.push_str(&format!("\\u{:04X}", c as u32)),
            c => out.push(c),
        }
    }
    out
}

fn urlquery(text: &str) -> String {
    let mut out = String::new();
    for b in text.bytes() {
        match b {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'_' | b'.' | b'~' => out.push(char::from(b)),
            b' ' => out.push('+'),
            b => out.push_str(&format!("%{b:02X}")),
        }
    }
    out
}
