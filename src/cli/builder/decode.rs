//! From the text of a file to objects: documents, lists, and what kubectl checks before it asks the server.

use crate::apimachinery::{Object, Value, json_syntax, yaml};
use crate::cli::json;
use crate::cli::mapper::Mapping;

/// The documents of a text; the first that cannot be read is the last. Models `YAMLOrJSONDecoder`.
pub fn documents(text: &str) -> Vec<Result<Value, String>> {
    if text.trim_start().starts_with('{') {
        return json_documents(text);
    }
    let mut found = Vec::new();
    for document in yaml::documents(text) {
        // kubectl reads by lines and ends each.
        let end = if document.text.ends_with('\n') { "" } else { "\n" };
        let whole = format!("{}{end}", document.text);
        let value = yaml::from_str(&whole).map_err(|e| format!("error converting YAML to JSON: {e}"));
        let failed = value.is_err();
        found.push(value);
        if failed {
            break;
        }
    }
    found
}

fn json_documents(text: &str) -> Vec<Result<Value, String>> {
    let mut found = Vec::new();
    let mut rest = text;
    while !rest.trim().is_empty() {
        let mut stream = serde_json::Deserializer::from_str(rest).into_iter::<Value>();
        match stream.next() {
            Some(Ok(value)) => {
                let at = stream.byte_offset();
                found.push(Ok(value));
                rest = rest.get(at..).unwrap_or("");
                // What follows may be YAML: a separator and more.
                if rest.trim_start().starts_with("---") {
                    found.extend(documents(rest.trim_start()));
                    break;
                }
            }
            _ => {
                // kubectl tries YAML where JSON fails, since YAML is wider; its error is the one that shows.
                let error = match yaml::from_str(rest) {
                    Ok(value) if found.is_empty() => Ok(value),
                    _ => Err(json_syntax::error_with_offset(rest)),
                };
                found.push(error);
                break;
            }
        }
    }
    found
}

/// The objects of a `List`, or the object itself.
pub fn flatten(value: Value) -> Vec<Value> {
    let is_list = value.kind().ends_with("List") && value["items"].as_list().is_some();
    if !is_list {
        return vec![value];
    }
    // The items of a list of one kind need not say it.
    let kind = value.kind().strip_suffix("List").unwrap_or("");
    let item = |item: &Value| {
        let mut item = item.clone();
        if !kind.is_empty() && item.kind().is_empty() && item.api_version().is_empty() {
            item.set("kind", kind);
            item.set("apiVersion", value.api_version());
        }
        flatten(item)
    };
    value["items"].items().iter().flat_map(item).collect()
}

/// What is checked of a document before the server sees it. Models `schemaValidation` with server-side validation.
pub fn validate(value: &Value) -> Result<(), String> {
    if value.as_map().is_none() {
        return Err("invalid object to validate".into());
    }
    let mut errors = Vec::new();
    for field in ["apiVersion", "kind"] {
        match &value[field] {
            Value::Null => errors.push(format!("{field} not set")),
            Value::Str(s) if s.is_empty() => errors.push(format!("{field} not set")),
            Value::Str(_) => {}
            _ => errors.push(format!("{field} isn't string type")),
        }
    }
    match errors.len() {
        0 => Ok(()),
        1 => Err(errors.remove(0)),
        _ => Err(format!("[{}]", errors.join(", "))),
    }
}

/// Checks what every object must have to be decoded at all. The error is `encoding/json`'s.
pub fn decode(value: &Value) -> Result<(), String> {
    if value["kind"].str().is_empty() {
        return Err(format!("Object 'Kind' is missing in '{value}'"));
    }
    if value["apiVersion"].str().is_empty() {
        return Err(format!("Object 'apiVersion' is missing in '{value}'"));
    }
    metadata(&value["metadata"])
}

const STRINGS: [&str; 7] =
    ["name", "generateName", "namespace", "selfLink", "uid", "resourceVersion", "creationTimestamp"];
const MAPS: [&str; 2] = ["annotations", "labels"];

fn metadata(metadata: &Value) -> Result<(), String> {
    let wrong = |found: &Value, field: &str, wanted: &str| {
        Err(format!(
            "json: cannot unmarshal {} into Go struct field ObjectMeta.metadata{field} of type {wanted}",
            json::type_name(found)
        ))
    };
    if !matches!(metadata, Value::Null | Value::Map(_)) {
        return wrong(metadata, "", "v1.ObjectMeta");
    }
    for field in STRINGS {
        if !matches!(metadata[field], Value::Null | Value::Str(_)) {
            return wrong(&metadata[field], &format!(".{field}"), "string");
        }
    }
    for field in MAPS {
        match &metadata[field] {
            Value::Null => {}
            Value::Map(map) => {
                for (_, v) in map.iter() {
                    if !matches!(v, Value::Null | Value::Str(_)) {
                        return wrong(v, &format!(".{field}"), "string");
                    }
                }
            }
            other => return wrong(other, &format!(".{field}"), "map[string]string"),
        }
    }
    Ok(())
}

/// A mapping guessed from the object, where the server is not asked.
pub fn local_mapping(object: &Value) -> Mapping {
    let gvk = object.gvk();
    let lower = gvk.kind.to_lowercase();
    Mapping {
        resource: gvk.group_version().with_resource(&format!("{lower}s")),
        kind: gvk.kind.clone(),
        singular: lower,
        namespaced: true,
        ..Mapping::default()
    }
}
