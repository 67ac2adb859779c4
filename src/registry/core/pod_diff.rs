//! The difference between two pod specs, for the error about fields that may not change.

use crate::apimachinery::Value;

/// A line for each field that differs. (Upstream prints a diff of its internal Go structs here.)
pub fn diff(old: &Value, new: &Value) -> String {
    let mut out = String::new();
    walk("spec", old, new, &mut out);
    out
}

fn walk(path: &str, old: &Value, new: &Value, out: &mut String) {
    if old.same(new) {
        return;
    }
    match (old, new) {
        (Value::Map(a), Value::Map(b)) => {
            let mut keys: Vec<&str> = a.keys().chain(b.keys()).collect();
            keys.sort_unstable();
            keys.dedup();
            for key in keys {
                walk(&format!("{path}.{key}"), &old[key], &new[key], out);
            }
        }
        (Value::List(a), Value::List(b)) if a.len() == b.len() => {
            for (i, (a, b)) in a.iter().zip(b.iter()).enumerate() {
                walk(&format!("{path}[{i}]"), a, b, out);
            }
        }
        _ => {
            for (sign, value) in [("-", old), ("+", new)] {
                if !value.is_null() {
                    out.push_str(&format!("{sign} {path}: {value}\n"));
                }
            }
        }
    }
}
