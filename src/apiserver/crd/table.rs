//! Tables of custom objects, by the definition's `additionalPrinterColumns`. Models
//! `apiextensions-apiserver/pkg/registry/customresource/tableconvertor`.

use super::version_of;
use crate::apimachinery::jsonpath;
use crate::apimachinery::time::human_duration;
use crate::apimachinery::{Object, Time, Value};
use crate::object;
use crate::registry::store::ResourceInfo;

/// The columns after the name: as defined, or the age alone.
fn defined(info: &ResourceInfo) -> Vec<Value> {
    let columns = version_of(&info.definition, info.version)["additionalPrinterColumns"].items();
    if !columns.is_empty() {
        return columns.to_vec();
    }
    vec![object! { "name" => "Age", "type" => "date", "jsonPath" => ".metadata.creationTimestamp" }]
}

/// Column definitions.
pub fn columns(info: &ResourceInfo) -> Value {
    let name = object! {
        "name" => "Name", "type" => "string", "format" => "name", "description" => "", "priority" => 0,
    };
    let rest = defined(info).into_iter().map(|c| {
        object! {
            "name" => c["name"].clone(), "type" => c["type"].clone(), "format" => c["format"].str(),
            "description" => c["description"].str(), "priority" => c["priority"].int(),
        }
    });
    std::iter::once(name).chain(rest).collect()
}

/// The cells of a row.
pub fn cells(info: &ResourceInfo, object: &Value, now: Time) -> Vec<Value> {
    let rest = defined(info).into_iter().map(|c| cell(object, &c, now));
    std::iter::once(Value::from(object.name())).chain(rest).collect()
}

fn cell(object: &Value, column: &Value, now: Time) -> Value {
    let found = find(object, column["jsonPath"].str());
    let Some(first) = found.first() else { return Value::Null };
    match (column["type"].str(), first) {
        ("date", Value::Str(text)) => match Time::parse_rfc3339(text) {
            Some(t) => human_duration(now.since(t)).into(),
            None => "<invalid>".into(),
        },
        ("integer", Value::Int(_)) | ("number", Value::Int(_) | Value::Float(_)) | ("boolean", Value::Bool(_)) => {
            first.clone()
        }
        ("string", _) => {
            let text = |v: &Value| v.as_str().map_or_else(|| v.to_string(), str::to_owned);
            found.iter().map(text).collect::<Vec<_>>().join(",").into()
        }
        _ => Value::Null,
    }
}

/// What a JSONPath of a column finds; nothing where the path is bad.
fn find(object: &Value, path: &str) -> Vec<Value> {
    let found = jsonpath::parse(&format!("{{{path}}}")).and_then(|p| p.find(object));
    found.into_iter().flatten().flatten().collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn column_paths_are_followed() {
        let object = Value::from_json(
            r#"{"spec":{"a.b":1,"l":[{"n":"x"},{"n":"y"}]},"status":{"conditions":[{"type":"Ready","status":"True"}]}}"#,
        )
        .unwrap();
        let cases = [
            (".spec.l[0].n", r#"["x"]"#),
            (".spec.l[*].n", r#"["x","y"]"#),
            (".status.conditions[?(@.type==\"Ready\")].status", r#"["True"]"#),
            (".spec.a\\.b", "[1]"),
            (".spec.nosuch.deeper", "[]"),
        ];
        for (path, want) in cases {
            assert_eq!(find(&object, path).into_iter().collect::<Value>().to_string(), want, "{path}");
        }
    }
}
