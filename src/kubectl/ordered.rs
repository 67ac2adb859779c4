//! JSON whose fields stand in an order of their own, as Go prints structs.

use crate::apimachinery::Value;
use crate::cli::json::quote;

/// Indented JSON; the fields named in `order` come first and in that order.
pub fn pretty(value: &Value, indent: &str, order: &[&str]) -> String {
    let mut out = String::new();
    write(value, indent, order, 0, &mut out);
    out
}

fn write(value: &Value, indent: &str, order: &[&str], depth: usize, out: &mut String) {
    let line = |depth: usize, out: &mut String| {
        out.push('\n');
        (0..depth).for_each(|_| out.push_str(indent));
    };
    match value {
        Value::Map(map) if !map.is_empty() => {
            let rank = |key: &str| order.iter().position(|o| *o == key).unwrap_or(order.len());
            let mut fields: Vec<(&str, &Value)> = map.iter().collect();
            fields.sort_by_key(|(key, _)| rank(key));
            for (i, (key, field)) in fields.into_iter().enumerate() {
                out.push_str(if i == 0 { "{" } else { "," });
                line(depth + 1, out);
                quote(key, out);
                out.push_str(": ");
                write(field, indent, order, depth + 1, out);
            }
            line(depth, out);
            out.push('}');
        }
        Value::List(list) if !list.is_empty() => {
            for (i, item) in list.iter().enumerate() {
                out.push_str(if i == 0 { "[" } else { "," });
                line(depth + 1, out);
                write(item, indent, order, depth + 1, out);
            }
            line(depth, out);
            out.push(']');
        }
        Value::Str(text) => quote(text, out),
        other => out.push_str(&other.to_string()),
    }
}
