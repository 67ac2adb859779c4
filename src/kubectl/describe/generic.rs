//! The description of a kind that has no describer of its own. Models `genericDescriber`.

use super::common::{annotations, labels, names};
use super::writer::{Writer, plain};
use crate::apimachinery::{Object, Value};

const SKIP: [&str; 5] =
    [".metadata.managedFields", ".metadata.name", ".metadata.namespace", ".metadata.labels", ".metadata.annotations"];
/// Deeper than any object is; what lies below is not shown.
const MAX_DEPTH: usize = 64;

pub fn describe(o: &Value, w: &mut Writer) {
    names(w, o);
    labels(w, "Labels", o.labels());
    annotations(w, "Annotations", o.annotations());
    content(w, 0, o, "");
}

fn content(w: &mut Writer, level: usize, map: &Value, prefix: &str) {
    if level > MAX_DEPTH {
        return;
    }
    for (field, value) in map.fields() {
        let path = format!("{prefix}.{field}");
        if SKIP.contains(&path.as_str()) {
            continue;
        }
        let label = label_for(field);
        match value {
            Value::Map(_) => {
                w.write(level, format!("{label}:\n"));
                content(w, level + 1, value, &path);
            }
            Value::List(items) => {
                w.write(level, format!("{label}:\n"));
                for item in items.iter() {
                    match item {
                        Value::Map(_) => content(w, level + 1, item, &path),
                        other => w.write(level + 1, format!("{}\n", plain(other))),
                    }
                }
            }
            other => w.field(level, &label, plain(other)),
        }
    }
}

/// `creationTimestamp` becomes `Creation Timestamp`, `apiVersion` `API Version`. Models `smartLabelFor`.
fn label_for(field: &str) -> String {
    if field.chars().any(|c| !c.is_alphabetic() && c != '-') {
        return field.to_owned();
    }
    let words = split_camel(field);
    let word = |word: &String| {
        let upper = word.to_uppercase();
        if ["API", "URL", "UID", "GUID"].contains(&upper.as_str()) {
            return upper;
        }
        if *word != word.to_lowercase() {
            return word.clone();
        }
        let mut chars = word.chars();
        chars.next().map_or(String::new(), |c| c.to_uppercase().chain(chars).collect())
    };
    words.iter().map(word).collect::<Vec<_>>().join(" ")
}

/// Splits before an upper letter that begins a word: `clusterIPs` is `cluster`, `I`, `Ps`, as the library has it.
fn split_camel(text: &str) -> Vec<String> {
    let class = |c: char| {
        if c.is_lowercase() {
            1
        } else if c.is_uppercase() {
            2
        } else {
            3
        }
    };
    let mut runs: Vec<Vec<char>> = Vec::new();
    let mut last = 0;
    for c in text.chars() {
        match runs.last_mut() {
            Some(run) if class(c) == last => run.push(c),
            _ => runs.push(vec![c]),
        }
        last = class(c);
    }
    // The last of several upper letters goes with the lower ones after it.
    for i in 0..runs.len().saturating_sub(1) {
        let upper = runs[i].first().is_some_and(|c| c.is_uppercase());
        let lower = runs[i + 1].first().is_some_and(|c| c.is_lowercase());
        if upper && lower {
            if let Some(c) = runs[i].pop() {
                runs[i + 1].insert(0, c);
            }
        }
    }
    runs.into_iter().filter(|r| !r.is_empty()).map(|r| r.into_iter().collect()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// As recorded in 601-crd-rbac-misc, or as kubectl's test of it has them.
    #[test]
    fn labels_are_made_from_field_names() {
        for (field, want) in [
            ("apiVersion", "API Version"),
            ("creationTimestamp", "Creation Timestamp"),
            ("uid", "UID"),
            ("cronSpec", "Cron Spec"),
            ("kind", "Kind"),
            ("a.b/c", "a.b/c"),
            ("JSONSchema", "JSON Schema"),
        ] {
            assert_eq!(label_for(field), want);
        }
    }
}
