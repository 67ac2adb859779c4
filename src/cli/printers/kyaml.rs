//! KYAML: YAML in flow style, strings in double quotes. Models `sigs.k8s.io/yaml/kyaml`.

use crate::api::schema::Type;
use crate::apimachinery::{Value, yaml};
use crate::cli::{json, typed};

/// The KYAML text of an object, as one document. `typed` keeps the order of Go's structs, as for objects that kubectl
/// made itself.
pub fn to_string(value: &Value, typed: bool) -> String {
    let mut out = String::from("---\n");
    write(value, typed.then(|| typed::kind_of(value)), 0, &mut out);
    out.push('\n');
    out
}

/// As [`typed::within`] has it.
type Of = Option<Option<&'static Type>>;

fn indent(depth: usize, out: &mut String) {
    (0..depth).for_each(|_| out.push_str("  "));
}

fn write(value: &Value, of: Of, depth: usize, out: &mut String) {
    match value {
        Value::Map(map) if !map.is_empty() => {
            out.push_str("{\n");
            let mut pairs: Vec<(&str, &Value)> = map.iter().collect();
            if let Some(of) = of {
                pairs.sort_by_key(|(key, _)| typed::position(of, key));
            }
            for (k, v) in pairs {
                indent(depth + 1, out);
                out.push_str(&key(k));
                out.push_str(": ");
                write(v, of.and_then(|of| typed::within(of, k)), depth + 1, out);
                out.push_str(",\n");
            }
            indent(depth, out);
            out.push('}');
        }
        Value::List(list) if !list.is_empty() => list_of(list, of, depth, out),
        Value::Map(_) => out.push_str("{}"),
        Value::List(_) => out.push_str("[]"),
        Value::Str(s) => string(s, depth, out),
        other => out.push_str(&other.to_string()),
    }
}

/// Collections cuddle: `[{` on one line, `}, {` between them.
fn list_of(list: &[Value], of: Of, depth: usize, out: &mut String) {
    let nested = |v: &Value| match v {
        Value::Map(m) => !m.is_empty(),
        Value::List(l) => !l.is_empty(),
        _ => false,
    };
    out.push('[');
    if list.iter().all(nested) {
        for (i, item) in list.iter().enumerate() {
            if i > 0 {
                out.push_str(", ");
            }
            write(item, of, depth, out);
        }
        out.push(']');
        return;
    }
    out.push('\n');
    for item in list {
        indent(depth + 1, out);
        write(item, of, depth + 1, out);
        out.push_str(",\n");
    }
    indent(depth, out);
    out.push(']');
}

fn string(text: &str, depth: usize, out: &mut String) {
    let body = text.strip_suffix('\n').unwrap_or(text);
    if !body.contains('\n') {
        json::quote(text, out);
        return;
    }
    // Several lines: each on a line of its own, joined by escaped line ends.
    out.push_str("\"\\\n");
    let lines: Vec<&str> = text.split_inclusive('\n').collect();
    for (i, line) in lines.iter().enumerate() {
        indent(depth + 1, out);
        if line.starts_with([' ', '\t']) {
            out.push('\\');
        } else {
            out.push(' ');
        }
        let mut quoted = String::new();
        json::quote(line, &mut quoted);
        out.push_str(quoted.trim_matches('"'));
        out.push_str("\\\n");
        if i + 1 == lines.len() {
            indent(depth + 1, out);
        }
    }
    out.push('"');
}

/// Keys are bare where no YAML reader could take them for something else.
fn key(text: &str) -> String {
    let safe = text.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_')
        && text.chars().all(|c| c.is_ascii_alphanumeric() || "_-./".contains(c))
        && yaml::resolve(text) == yaml::Scalar::Str;
    if safe {
        return text.to_owned();
    }
    let mut quoted = String::new();
    json::quote(text, &mut quoted);
    quoted
}
