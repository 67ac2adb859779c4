//! The schema of a custom kind in the form of the built-in ones, for server-side apply. Models
//! `apiextensions-apiserver/pkg/apiserver/schema` as structured-merge-diff reads it.

use super::keep;
use crate::api::schema::{self, Field, Kind, ListType, Type};
use crate::apimachinery::Value;

/// Deeper than any real schema.
const DEEPEST: usize = 32;

/// The type of the objects of a kind.
pub fn kind(name: &'static str, group: &'static str, schema: &Value) -> &'static Type {
    let own = |name: &str| !matches!(name, "apiVersion" | "kind" | "metadata");
    let mut fields: Vec<Field> = schema["properties"].fields().filter(|(n, _)| own(n)).map(|p| field(p, 0)).collect();
    fields.push(Field::new("apiVersion", Kind::String));
    fields.push(Field::new("kind", Kind::String));
    if let Some(metadata) = schema::object_meta() {
        fields.push(Field::new("metadata", Kind::Ref(metadata)));
    }
    Type::custom(name, group, fields)
}

fn field((name, schema): (&str, &Value), depth: usize) -> Field {
    let mut field = Field::new(keep(name), value(schema, depth + 1));
    field.atomic = schema["x-kubernetes-map-type"].str() == "atomic";
    match schema["x-kubernetes-list-type"].str() {
        "set" => {
            field.list_type = ListType::Set;
            field.patch_strategy = "merge";
        }
        "map" => {
            let keys: Vec<&'static str> =
                schema["x-kubernetes-list-map-keys"].items().iter().map(|k| keep(k.str())).collect();
            field.merge_key = keys.first().copied().unwrap_or("");
            field.patch_strategy = "merge";
            field.list_type = ListType::Map(keys);
        }
        _ => {}
    }
    if let Some(default) = schema.get("default").filter(|d| !matches!(d, Value::Map(_) | Value::List(_))) {
        field.default = keep(&default.to_string());
    }
    field
}

fn value(schema: &Value, depth: usize) -> Kind {
    if depth > DEEPEST {
        return Kind::Any;
    }
    if schema["x-kubernetes-int-or-string"].bool() {
        return Kind::IntOrString;
    }
    match schema["type"].str() {
        "string" => Kind::String,
        "integer" => Kind::Int64,
        "number" => Kind::Number,
        "boolean" => Kind::Bool,
        "array" => Kind::List(Box::new(value(&schema["items"], depth + 1))),
        "object" if schema["additionalProperties"].as_map().is_some() => {
            Kind::Map(Box::new(value(&schema["additionalProperties"], depth + 1)))
        }
        "object" if !schema["properties"].is_empty() => {
            let fields = schema["properties"].fields().map(|p| field(p, depth)).collect();
            Kind::Ref(Type::custom("", "", fields))
        }
        _ => Kind::Object,
    }
}
