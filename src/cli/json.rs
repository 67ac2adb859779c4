//! JSON as Go writes and reads it. Models `encoding/json`.

use crate::api::schema::Type;
use crate::apimachinery::Value;
use crate::cli::typed;

/// Indented JSON with Go's escapes, without a newline at its end. Models `json.MarshalIndent`.
pub fn pretty(value: &Value, indent: &str) -> String {
    let mut out = String::new();
    write(value, Some(indent), 0, &mut out);
    out
}

/// Compact JSON with Go's escapes. Models `json.Marshal`.
pub fn compact(value: &Value) -> String {
    let mut out = String::new();
    write(value, None, 0, &mut out);
    out
}

/// Indented JSON in the order of Go's structs, as kubectl prints objects that it made itself.
pub fn pretty_typed(value: &Value, indent: &str) -> String {
    let mut out = String::new();
    write_ordered(value, Some(indent), 0, Some(typed::kind_of(value)), &mut out);
    out
}

/// Compact JSON in the order of Go's structs.
pub fn compact_typed(value: &Value) -> String {
    let mut out = String::new();
    write_ordered(value, None, 0, Some(typed::kind_of(value)), &mut out);
    out
}

fn write(value: &Value, indent: Option<&str>, depth: usize, out: &mut String) {
    write_ordered(value, indent, depth, None, out);
}

/// `of` is None for a map, else the struct's definition, where it is known.
fn write_ordered(
    value: &Value,
    indent: Option<&str>,
    depth: usize,
    of: Option<Option<&'static Type>>,
    out: &mut String,
) {
    let line = |depth: usize, out: &mut String| {
        if let Some(indent) = indent {
            out.push('\n');
            (0..depth).for_each(|_| out.push_str(indent));
        }
    };
    match value {
        Value::Str(s) => quote(s, out),
        Value::Float(f) => out.push_str(&float(*f)),
        Value::List(list) if !list.is_empty() => {
            out.push('[');
            for (i, item) in list.iter().enumerate() {
                if i > 0 {
                    out.push(',');
                }
                line(depth + 1, out);
                write_ordered(item, indent, depth + 1, of, out);
            }
            line(depth, out);
            out.push(']');
        }
        Value::Map(map) if !map.is_empty() => {
            out.push('{');
            let mut pairs: Vec<(&str, &Value)> = map.iter().collect();
            if let Some(of) = of {
                pairs.sort_by_key(|(key, _)| typed::position(of, key));
            }
            for (i, (key, item)) in pairs.into_iter().enumerate() {
                if i > 0 {
                    out.push(',');
                }
                line(depth + 1, out);
                quote(key, out);
                out.push_str(if indent.is_some() { ": " } else { ":" });
                write_ordered(item, indent, depth + 1, of.and_then(|of| typed::within(of, key)), out);
            }
            line(depth, out);
            out.push('}');
        }
        other => out.push_str(&other.to_string()),
    }
}

/// A JSON string; `<`, `>` and `&` are escaped as Go does for HTML.
pub fn quote(text: &str, out: &mut String) {
    out.push('"');
    for c in text.chars() {
        match c {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            '\x08' => out.push_str("\\b"),
            '\x0c' => out.push_str("\\f"),
            '<' | '>' | '&' | '\0'..='\x1f' | '\u{2028}' | '\u{2029}' => {
                out.push_str(&format!("\\u{:04x}", c as u32));
            }
            c => out.push(c),
        }
    }
    out.push('"');
}

fn float(f: f64) -> String {
    let a = f.abs();
    if a != 0.0 && !(1e-6..1e21).contains(&a) {
        let e = format!("{f:e}");
        return match e.split_once('e') {
            Some((d, x)) if !x.starts_with('-') => format!("{d}e+{x}"),
            _ => e,
        };
    }
    format!("{f}")
}

/// How `encoding/json` names what it found where it wanted something else.
pub fn type_name(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "bool",
        Value::Int(_) | Value::Float(_) => "number",
        Value::Str(_) => "string",
        Value::List(_) => "array",
        Value::Map(_) => "object",
    }
}
