//! Paths into an object: `metadata.labels[a.b/c]`, `spec.containers[*].image`, `status.conditions[type=Ready].status`.

use crate::apimachinery::Value;

/// One part of a path.
#[derive(Clone, Debug, PartialEq)]
enum Part<'p> {
    /// A field, by a name that may hold dots in brackets.
    Field(&'p str),
    At(usize),
    Every,
    /// The items whose field is this text.
    With(&'p str, &'p str),
}

/// Returns every value that the path reaches; missing fields are not values. None where the path is malformed.
pub fn reach<'v>(value: &'v Value, path: &str) -> Option<Vec<&'v Value>> {
    let parts = parse(path)?;
    Some(parts.iter().fold(vec![value], |found, part| found.into_iter().flat_map(|v| step(v, part)).collect()))
}

fn step<'v>(value: &'v Value, part: &Part<'_>) -> Vec<&'v Value> {
    match part {
        Part::Field(name) => value.get(name).into_iter().collect(),
        Part::At(index) => value.items().get(*index).into_iter().collect(),
        Part::Every => value.items().iter().chain(value.fields().map(|(_, v)| v)).collect(),
        Part::With(key, want) => value.items().iter().filter(|item| item[*key].as_str() == Some(*want)).collect(),
    }
}

fn parse(path: &str) -> Option<Vec<Part<'_>>> {
    let mut parts = Vec::new();
    let mut rest = path;
    while !rest.is_empty() {
        if let Some(inner) = rest.strip_prefix('[') {
            let (text, after) = inner.split_once(']')?;
            parts.push(bracket(text)?);
            rest = after;
        } else {
            rest = rest.strip_prefix('.').filter(|_| !parts.is_empty()).unwrap_or(rest);
            let end = rest.find(['.', '[']).unwrap_or(rest.len());
            let (name, after) = rest.split_at(end);
            if name.is_empty() {
                return None;
            }
            parts.push(Part::Field(name));
            rest = after;
        }
    }
    if parts.is_empty() || path.ends_with('.') { None } else { Some(parts) }
}

fn bracket(text: &str) -> Option<Part<'_>> {
    match text {
        "" => None,
        "*" => Some(Part::Every),
        _ if text.bytes().all(|b| b.is_ascii_digit()) => text.parse().ok().map(Part::At),
        _ => Some(text.split_once('=').map_or(Part::Field(text), |(key, want)| Part::With(key, want))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_reaches_fields_items_and_keys_with_dots() {
        let v = Value::from_json(
            r#"{"metadata":{"labels":{"a.b/c":"x"}},"c":[{"type":"A","s":1},{"type":"B","s":2}],"n":{"p":{"q":3}}}"#,
        )
        .unwrap();
        for (path, want) in [
            ("metadata.labels[a.b/c]", r#"["x"]"#),
            ("c[1].s", "[2]"),
            ("c[*].s", "[1,2]"),
            ("c[type=B].s", "[2]"),
            ("c[type=C].s", "[]"),
            ("c[9].s", "[]"),
            ("n.p.q", "[3]"),
            ("n[p].q", "[3]"),
            ("n[*].q", "[3]"),
            ("n.x.q", "[]"),
        ] {
            let got: Value = reach(&v, path).unwrap().into_iter().collect();
            assert_eq!(got.to_string(), want, "{path}");
        }
    }

    #[test]
    fn a_malformed_path_is_told_from_one_that_finds_nothing() {
        for path in ["", ".a", "a.", "a..b", "a[", "a[]", "[99999999999999999999]"] {
            assert_eq!(reach(&Value::object(), path), None, "{path}");
        }
    }
}
