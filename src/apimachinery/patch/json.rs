//! RFC 6902 patches. Models `evanphx/json-patch` as the API server uses it.

use crate::apimachinery::{Status, Value};

/// More operations than this are refused, as upstream does.
const MAX_OPERATIONS: usize = 10_000;
/// What all copies of one patch may add up to, in values: a document copied into itself doubles.
const MAX_COPIED: usize = 100_000;
/// The deepest place that an operation may name.
const MAX_DEPTH: usize = 100;

/// Applies a JSON patch. The errors are the server's: 400 for a body that is none, 422 where it does not apply.
pub fn apply(document: &Value, patch: &Value) -> Result<Value, Status> {
    let Value::List(operations) = patch else {
        return Err(decoding(&format!("{} into Go value of type []handlers.jsonPatchOp", super::json_type(patch))));
    };
    if operations.len() > MAX_OPERATIONS {
        let message =
            format!("The allowed maximum operations in a JSON patch is {MAX_OPERATIONS}, got {}", operations.len());
        return Err(Status::new(413, "RequestEntityTooLarge", message));
    }
    for operation in operations.iter() {
        check(operation)?;
    }
    let mut document = document.clone();
    let mut copies = MAX_COPIED;
    for operation in operations.iter() {
        step(&mut document, operation, &mut copies).ok_or_else(rejected)?;
    }
    Ok(document)
}

fn decoding(what: &str) -> Status {
    Status::bad_request(format!("error decoding patch: json: cannot unmarshal {what}"))
}

/// The server says no more than this; what went wrong stays with it.
fn rejected() -> Status {
    Status::new(422, "Invalid", "the server rejected our request due to an error in our request")
}

fn check(operation: &Value) -> Result<(), Status> {
    if operation.as_map().is_none() {
        return Err(decoding(&format!("{} into Go value of type handlers.jsonPatchOp", super::json_type(operation))));
    }
    for name in ["op", "path", "from"] {
        let value = &operation[name];
        if !value.is_null() && value.as_str().is_none() {
            let kind = super::json_type(value);
            return Err(decoding(&format!("{kind} into Go struct field jsonPatchOp.{name} of type string")));
        }
    }
    Ok(())
}

/// Does one operation; None where it does not apply. `copies` is how much may still be copied.
fn step(document: &mut Value, operation: &Value, copies: &mut usize) -> Option<()> {
    let path = pointer(operation["path"].str())?;
    let value = operation["value"].clone();
    match operation["op"].str() {
        "add" => add(document, &path, value),
        "remove" => remove(document, &path).map(|_| ()),
        "replace" => replace(document, &path, value),
        "move" => {
            let moved = remove(document, &pointer(operation["from"].str())?)?;
            add(document, &path, moved)
        }
        "copy" => {
            let copied = find(document, &pointer(operation["from"].str())?)?.clone();
            spend(&copied, copies)?;
            add(document, &path, copied)
        }
        "test" => {
            let found = find(document, &path).cloned();
            // A missing value equals null, and nothing else.
            (found.unwrap_or(Value::Null) == value).then_some(())
        }
        _ => None,
    }
}

/// The parts of a JSON pointer, unescaped; None where it is none.
fn pointer(text: &str) -> Option<Vec<String>> {
    if text.is_empty() {
        return Some(Vec::new());
    }
    let parts: Vec<_> = text.strip_prefix('/')?.split('/').map(|p| p.replace("~1", "/").replace("~0", "~")).collect();
    (parts.len() <= MAX_DEPTH).then_some(parts)
}

/// Takes the number of values in `value` off the budget; None where it is spent.
fn spend(value: &Value, budget: &mut usize) -> Option<()> {
    *budget = budget.checked_sub(1)?;
    match value {
        Value::Map(m) => m.iter().try_for_each(|(_, v)| spend(v, budget)),
        Value::List(l) => l.iter().try_for_each(|v| spend(v, budget)),
        _ => Some(()),
    }
}

/// The index that a part names in a list of this length; negative ones count from the end.
fn index(part: &str, len: usize) -> Option<usize> {
    let i: i64 = part.parse().ok()?;
    let i = if i < 0 { i + i64::try_from(len).ok()? } else { i };
    usize::try_from(i).ok()
}

fn find<'a>(document: &'a Value, path: &[String]) -> Option<&'a Value> {
    path.iter().try_fold(document, |value, part| match value {
        Value::Map(m) => m.get(part),
        Value::List(l) => l.get(index(part, l.len())?),
        _ => None,
    })
}

/// The container that holds the last part of the path, to write to.
fn parent<'a>(document: &'a mut Value, path: &[String]) -> Option<&'a mut Value> {
    path.iter().try_fold(document, |value, part| match value {
        Value::Map(_) => value.map_mut().get_mut(part),
        Value::List(_) => {
            let list = value.list_mut();
            let at = index(part, list.len())?;
            list.get_mut(at)
        }
        _ => None,
    })
}

fn add(document: &mut Value, path: &[String], value: Value) -> Option<()> {
    let Some((last, above)) = path.split_last() else {
        *document = value;
        return Some(());
    };
    match parent(document, above)? {
        container @ Value::Map(_) => container.map_mut().insert(last.as_str(), value),
        container @ Value::List(_) => {
            let list = container.list_mut();
            let at = if last == "-" { list.len() } else { index_to_add(last, list.len())? };
            list.insert(at, value);
        }
        _ => return None,
    }
    Some(())
}

fn index_to_add(part: &str, len: usize) -> Option<usize> {
    let at: i64 = part.parse().ok()?;
    let at = if at < 0 { at + i64::try_from(len).ok()? + 1 } else { at };
    usize::try_from(at).ok().filter(|at| *at <= len)
}

fn remove(document: &mut Value, path: &[String]) -> Option<Value> {
    let (last, above) = path.split_last()?;
    match parent(document, above)? {
        container @ Value::Map(_) => container.map_mut().remove(last),
        container @ Value::List(_) => {
            let list = container.list_mut();
            let at = index(last, list.len()).filter(|at| *at < list.len())?;
            Some(list.remove(at))
        }
        _ => None,
    }
}

fn replace(document: &mut Value, path: &[String], value: Value) -> Option<()> {
    if path.is_empty() {
        *document = value;
        return Some(());
    }
    // As upstream's library has it, a key that is missing is made; an index must be there.
    let (_, above) = path.split_last()?;
    if find(document, above)?.as_map().is_some() {
        return add(document, path, value);
    }
    find(document, path)?;
    *parent(document, path)? = value;
    Some(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn run(document: &str, patch: &str) -> String {
        match apply(&Value::from_json(document).unwrap(), &Value::from_json(patch).unwrap()) {
            Ok(v) => v.to_string(),
            Err(s) => s.message,
        }
    }

    #[test]
    fn operations_do_what_the_rfc_says() {
        let rejected = "the server rejected our request due to an error in our request";
        let cases = [
            (r#"{"a":1}"#, r#"[{"op":"add","path":"/b","value":[1]}]"#, r#"{"a":1,"b":[1]}"#),
            (r#"{"a":[1,3]}"#, r#"[{"op":"add","path":"/a/1","value":2}]"#, r#"{"a":[1,2,3]}"#),
            (r#"{"a":[1]}"#, r#"[{"op":"add","path":"/a/-","value":2}]"#, r#"{"a":[1,2]}"#),
            (r#"{"a":{"x/y":1}}"#, r#"[{"op":"remove","path":"/a/x~1y"}]"#, r#"{"a":{}}"#),
            (r#"{"a":1}"#, r#"[{"op":"move","from":"/a","path":"/b"}]"#, r#"{"b":1}"#),
            (r#"{"a":1}"#, r#"[{"op":"test","path":"/a","value":2}]"#, rejected),
            (r#"{"a":1}"#, r#"[{"op":"remove","path":"/b"}]"#, rejected),
            (r#"{"a":[]}"#, r#"[{"op":"replace","path":"/a/9/b","value":2}]"#, rejected),
            (
                r#"{}"#,
                r#"{"a":1}"#,
                "error decoding patch: json: cannot unmarshal object into Go value of type []handlers.jsonPatchOp",
            ),
        ];
        for (document, patch, want) in cases {
            assert_eq!(run(document, patch), want, "{patch}");
        }
    }

    #[test]
    fn a_document_cannot_be_doubled_without_end() {
        let double = r#"{"op":"copy","from":"","path":"/a"},{"op":"copy","from":"","path":"/b"}"#;
        let patch = format!("[{}]", vec![double; 50].join(","));
        assert_eq!(run("{}", &patch), "the server rejected our request due to an error in our request");
    }
}
