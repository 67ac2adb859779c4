//! RFC 7386 patches and the three-way merge of `kubectl apply` for kinds without a schema.
//! Models `apimachinery/pkg/util/jsonmergepatch`.

use crate::apimachinery::{Map, Status, Value};

/// Applies a merge patch. The error is the server's 400 for a body that is no object.
pub fn apply(document: &Value, patch: &Value) -> Result<Value, Status> {
    if patch.as_map().is_none() {
        let kind = super::json_type(patch);
        let why = format!("json: cannot unmarshal {kind} into Go value of type map[string]interface {{}}");
        return Err(Status::bad_request(format!("error decoding patch: {why}")));
    }
    Ok(merge(document, patch))
}

fn merge(document: &Value, patch: &Value) -> Value {
    let Value::Map(changes) = patch else { return patch.clone() };
    let mut out = if document.as_map().is_some() { document.clone() } else { Value::object() };
    for (key, change) in changes.iter() {
        if change.is_null() {
            if out.get(key).is_some() {
                out.map_mut().remove(key);
            }
        } else {
            let new = merge(&out[key], change);
            if !out[key].same(&new) || out.get(key).is_none() {
                out.map_mut().insert(key, new);
            }
        }
    }
    out
}

/// The merge patch that turns `current` into `modified`, deleting what `original` had and `modified` has not.
pub fn three_way(original: &Value, modified: &Value, current: &Value) -> Value {
    let additions = keep(&diff(current, modified), false);
    let deletions = keep(&diff(original, modified), true);
    combine(&deletions, &additions)
}

/// The merge patch from one document to another.
pub fn diff(from: &Value, to: &Value) -> Value {
    let mut patch = Map::new();
    for (key, new) in to.fields() {
        match from.get(key) {
            Some(old) if old.same(new) => {}
            Some(old) if old.as_map().is_some() && new.as_map().is_some() => {
                let inner = diff(old, new);
                if !inner.is_empty() {
                    patch.insert(key, inner);
                }
            }
            _ => patch.insert(key, new.clone()),
        }
    }
    for key in from.fields().map(|(key, _)| key).filter(|key| to.get(key).is_none()) {
        patch.insert(key, Value::Null);
    }
    patch.into()
}

/// Only the deletions of a patch, or only the rest.
fn keep(patch: &Value, nulls: bool) -> Value {
    let mut out = Map::new();
    for (key, value) in patch.fields() {
        match value {
            Value::Null if nulls => out.insert(key, Value::Null),
            Value::Null => {}
            Value::Map(m) => {
                let inner = keep(value, nulls);
                if !inner.is_empty() || (m.is_empty() && !nulls) {
                    out.insert(key, inner);
                }
            }
            _ if !nulls => out.insert(key, value.clone()),
            _ => {}
        }
    }
    out.into()
}

/// Two patches as one; the second wins.
fn combine(first: &Value, second: &Value) -> Value {
    let mut out = first.clone();
    for (key, value) in second.fields() {
        let new = if out[key].as_map().is_some() && value.as_map().is_some() {
            combine(&out[key], value)
        } else {
            value.clone()
        };
        out.map_mut().insert(key, new);
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    fn v(json: &str) -> Value {
        Value::from_json(json).unwrap()
    }

    #[test]
    fn merging_follows_the_rfc() {
        // The cases of RFC 7386, appendix A, whose patch is an object.
        let cases = [
            (r#"{"a":"b"}"#, r#"{"a":"c"}"#, r#"{"a":"c"}"#),
            (r#"{"a":"b"}"#, r#"{"b":"c"}"#, r#"{"a":"b","b":"c"}"#),
            (r#"{"a":"b"}"#, r#"{"a":null}"#, r#"{}"#),
            (r#"{"a":["b"]}"#, r#"{"a":"c"}"#, r#"{"a":"c"}"#),
            (r#"{"a":{"b":"c"}}"#, r#"{"a":{"b":"d","c":null}}"#, r#"{"a":{"b":"d"}}"#),
            (r#"{"e":null}"#, r#"{"a":1}"#, r#"{"a":1,"e":null}"#),
            (r#"{}"#, r#"{"a":{"bb":{"ccc":null}}}"#, r#"{"a":{"bb":{}}}"#),
        ];
        for (document, patch, want) in cases {
            assert_eq!(apply(&v(document), &v(patch)).unwrap(), v(want), "{patch}");
        }
    }

    #[test]
    fn three_way_deletes_only_what_was_applied_before() {
        let patch = three_way(&v(r#"{"a":1,"b":2}"#), &v(r#"{"a":3}"#), &v(r#"{"a":1,"b":2,"c":4}"#));
        assert_eq!(patch, v(r#"{"a":3,"b":null}"#));
    }
}
