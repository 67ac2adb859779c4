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
    steps(document, operations).map_err(|_| rejected())
}

/// Applies a JSON patch as kubectl does without the server; the error is the library's text, less what kubectl cuts off.
/// Models `getPatchedJSON` of `kubectl/pkg/cmd/patch`.
pub fn apply_locally(document: &Value, patch: &Value) -> Result<Value, String> {
    let unreadable =
        |kind: &str, what: &str| Err(format!("json: cannot unmarshal {kind} into Go value of type {what}"));
    let Value::List(operations) = patch else {
        return unreadable(super::json_type(patch), "jsonpatch.Patch");
    };
    if let Some(wrong) = operations.iter().find(|o| o.as_map().is_none()) {
        return unreadable(super::json_type(wrong), "jsonpatch.Operation");
    }
    steps(document, operations).map_err(|text| match text.split_once("doc is missing key: ") {
        Some((_, key)) => format!("Object to be patched is missing field ({key})"),
        None => text,
    })
}

fn steps(document: &Value, operations: &[Value]) -> Result<Value, String> {
    let mut document = document.clone();
    let mut copies = MAX_COPIED;
    for operation in operations {
        step(&mut document, operation, &mut copies)?;
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

const MISSING: &str = "missing value";
const BAD_INDEX: &str = "invalid index referenced";

/// Does one operation; the error is the library's text. `copies` is how much may still be copied.
fn step(document: &mut Value, operation: &Value, copies: &mut usize) -> Result<(), String> {
    let word = operation["op"].str();
    if !matches!(word, "add" | "remove" | "replace" | "move" | "copy" | "test") {
        return Err(format!("Unexpected kind: {}", if word.is_empty() { "unknown" } else { word }));
    }
    let Some(path) = operation["path"].as_str() else {
        return Err(format!("{word} operation failed to decode path: {MISSING}"));
    };
    let value = operation["value"].clone();
    match word {
        "add" => {
            let why = format!("add operation does not apply: doc is missing path: \"{path}\": {MISSING}");
            let (container, key) = container(document, path).ok_or(why)?;
            add(container, &key, value).map_err(|e| format!("error in add for path: '{path}': {e}"))
        }
        "remove" => {
            let why = format!("remove operation does not apply: doc is missing path: \"{path}\": {MISSING}");
            let (container, key) = container(document, path).ok_or(why)?;
            remove(container, &key).map(drop).map_err(|e| format!("error in remove for path: '{path}': {e}"))
        }
        "replace" => replace(document, path, value),
        "test" => test(document, path, &value),
        _ => transfer(document, operation, path, copies),
    }
}

/// A move or a copy.
fn transfer(document: &mut Value, operation: &Value, path: &str, copies: &mut usize) -> Result<(), String> {
    let (word, from) = (operation["op"].str(), operation["from"].str());
    let moves = word == "move";
    let why = format!("{word} operation does not apply: doc is missing from path: {from}: {MISSING}");
    let (source, key) = container(document, from).ok_or(why)?;
    let place = if moves { format!("path: '{key}'") } else { format!("from: '{from}'") };
    let wrong = |e: String| format!("error in {word} for {place}: {e}");
    let value = match moves {
        true => remove(source, &key).map_err(wrong)?,
        false => get(source, &key).map_err(wrong)?.cloned().unwrap_or_default(),
    };
    if !moves {
        spend(&value, copies)
            .ok_or("Unable to complete the copy, the accumulated size increase of copy is too large")?;
    }
    let why = format!("{word} operation does not apply: doc is missing destination path: {path}: {MISSING}");
    let (target, key) = container(document, path).ok_or(why)?;
    add(target, &key, value).map_err(|e| match moves {
        true => format!("error in move for path: '{path}': {e}"),
        false => format!("error while adding value during copy: {e}"),
    })
}

fn replace(document: &mut Value, path: &str, value: Value) -> Result<(), String> {
    if path.is_empty() {
        *document = value;
        return Ok(());
    }
    let why = format!("replace operation does not apply: doc is missing path: {path}: {MISSING}");
    let (container, key) = container(document, path).ok_or(why)?;
    // As the library has it, a key that is missing is made; an index must be there.
    if let Value::Map(_) = container {
        container.map_mut().insert(key, value);
        return Ok(());
    }
    get(container, &key)
        .map_err(|_| format!("replace operation does not apply: doc is missing key: {path}: {MISSING}"))?;
    let list = container.list_mut();
    if let Some(item) = index(&key, list.len()).and_then(|at| list.get_mut(at)) {
        *item = value;
    }
    Ok(())
}

fn test(document: &mut Value, path: &str, value: &Value) -> Result<(), String> {
    let failed = || format!("testing value {path} failed: test failed");
    if path.is_empty() {
        return if document == value { Ok(()) } else { Err(failed()) };
    }
    let why = format!("test operation does not apply: is missing path: {path}: {MISSING}");
    let (container, key) = container(document, path).ok_or(why)?;
    let found = get(container, &key).map_err(|e| format!("error in test for path: '{path}': {e}"))?;
    // A missing value equals null, and nothing else.
    if found.unwrap_or(&Value::Null) == value { Ok(()) } else { Err(failed()) }
}

/// What holds the last part of a path, with that part, unescaped; None where it is not there. What stands before the
/// first slash does not count.
fn container<'a>(document: &'a mut Value, path: &str) -> Option<(&'a mut Value, String)> {
    let mut parts: Vec<_> = path.split('/').skip(1).map(|p| p.replace("~1", "/").replace("~0", "~")).collect();
    let last = parts.pop().filter(|_| parts.len() <= MAX_DEPTH)?;
    let found = parent(document, &parts)?;
    matches!(found, Value::Map(_) | Value::List(_)).then_some((found, last))
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

/// The index that a part names, as Go reads it; the error is Go's.
fn number(part: &str) -> Result<i64, String> {
    let wrong = |why| format!("strconv.Atoi: parsing {part:?}: {why}");
    part.parse().map_err(|e: std::num::ParseIntError| match e.kind() {
        std::num::IntErrorKind::PosOverflow | std::num::IntErrorKind::NegOverflow => wrong("value out of range"),
        _ => wrong("invalid syntax"),
    })
}

/// The value of a key, None where a map has none.
fn get<'a>(container: &'a Value, key: &str) -> Result<Option<&'a Value>, String> {
    let Value::List(list) = container else { return Ok(container.get(key)) };
    let at = number(key)?;
    let found = index(key, list.len()).and_then(|at| list.get(at));
    found.map(Some).ok_or_else(|| format!("Unable to access invalid index: {at}: {BAD_INDEX}"))
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

fn add(container: &mut Value, key: &str, value: Value) -> Result<(), String> {
    if let Value::Map(_) = container {
        container.map_mut().insert(key, value);
        return Ok(());
    }
    let list = container.list_mut();
    if key == "-" {
        list.push(value);
        return Ok(());
    }
    let given = number(key).map_err(|e| format!("value was not a proper array index: '{key}': {e}"))?;
    let length = list.len() as i64;
    let at = if given < 0 { given + length + 1 } else { given };
    match usize::try_from(at).ok().filter(|at| *at <= list.len()) {
        Some(at) => list.insert(at, value),
        None => return Err(format!("Unable to access invalid index: {given}: {BAD_INDEX}")),
    }
    Ok(())
}

fn remove(container: &mut Value, key: &str) -> Result<Value, String> {
    if let Value::Map(_) = container {
        let gone = container.map_mut().remove(key);
        return gone.ok_or_else(|| format!("Unable to remove nonexistent key: {key}: {MISSING}"));
    }
    let list = container.list_mut();
    let given = number(key)?;
    match index(key, list.len()).filter(|at| *at < list.len()) {
        Some(at) => Ok(list.remove(at)),
        None => Err(format!("Unable to access invalid index: {given}: {BAD_INDEX}")),
    }
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

    /// The texts of `gopkg.in/evanphx/json-patch.v4`, as `kubectl patch --local` prints them.
    #[test]
    fn what_does_not_apply_locally_says_why() {
        let document = Value::from_json(r#"{"data":{"a":"1"},"l":[1]}"#).unwrap();
        let cases = [
            (
                r#"{"op":"remove","path":"/data/z"}"#,
                "error in remove for path: '/data/z': Unable to remove nonexistent key: z: missing value",
            ),
            (
                r#"{"op":"add","path":"/x/y","value":1}"#,
                r#"add operation does not apply: doc is missing path: "/x/y": missing value"#,
            ),
            (
                r#"{"op":"replace","path":"/l/3","value":1}"#,
                "Object to be patched is missing field (/l/3: missing value)",
            ),
            (
                r#"{"op":"replace","path":"/x/y","value":1}"#,
                "replace operation does not apply: doc is missing path: /x/y: missing value",
            ),
            (r#"{"op":"test","path":"/data/a","value":"2"}"#, "testing value /data/a failed: test failed"),
            (
                r#"{"op":"move","from":"/data/z","path":"/data/y"}"#,
                "error in move for path: 'z': Unable to remove nonexistent key: z: missing value",
            ),
            (r#"{"op":"foo","path":"/data/a"}"#, "Unexpected kind: foo"),
            (
                r#"{"op":"add","path":"/l/x","value":1}"#,
                r#"error in add for path: '/l/x': value was not a proper array index: 'x': strconv.Atoi: parsing "x": invalid syntax"#,
            ),
            (
                r#"{"op":"remove","path":"/l/7"}"#,
                "error in remove for path: '/l/7': Unable to access invalid index: 7: invalid index referenced",
            ),
        ];
        for (operation, want) in cases {
            let patch = Value::from_json(&format!("[{operation}]")).unwrap();
            assert_eq!(apply_locally(&document, &patch).unwrap_err(), want);
        }
        let none = Value::from_json(r#"{"op":"foo"}"#).unwrap();
        let want = "json: cannot unmarshal object into Go value of type jsonpatch.Patch";
        assert_eq!(apply_locally(&document, &none).unwrap_err(), want);
        assert_eq!(run(r#"{"a":1}"#, r#"[{"op":"add","path":"a/b","value":1}]"#), r#"{"a":1,"b":1}"#);
    }

    #[test]
    fn a_document_cannot_be_doubled_without_end() {
        let double = r#"{"op":"copy","from":"/r","path":"/r/a"},{"op":"copy","from":"/r","path":"/r/b"}"#;
        let patch = format!("[{}]", vec![double; 50].join(","));
        assert_eq!(run(r#"{"r":{}}"#, &patch), "the server rejected our request due to an error in our request");
    }
}
