//! OpenAPI v3 documents, made from the schema table, without descriptions. Models `kube-openapi` (handler3, builder3).

use super::{ApiServer, crd};
use crate::api::resources::Resource;
use crate::api::schema::{self, Field, Kind, ListType, Type};
use crate::apimachinery::Value;
use crate::registry::store::ResourceInfo;
use crate::{list, object};
use std::collections::BTreeMap;

/// Shared types that are not objects with fields.
const QUANTITY: &str = "io.k8s.apimachinery.pkg.api.resource.Quantity";
const INT_OR_STRING: &str = "io.k8s.apimachinery.pkg.util.intstr.IntOrString";
const RAW: &str = "io.k8s.apimachinery.pkg.runtime.RawExtension";
const META: &str = "io.k8s.apimachinery.pkg.apis.meta.v1";

/// Answers `/openapi/…`; None for a document that there is not.
pub fn serve(server: &ApiServer, rest: &[&str]) -> Option<Value> {
    match rest {
        ["v3"] | ["v3", ""] => Some(index(server)),
        ["v3", "api", version] => document(server, "", version),
        ["v3", "apis", group, version] => document(server, group, version),
        _ => None,
    }
}

fn index(server: &ApiServer) -> Value {
    let mut paths = Value::object();
    for info in server.catalog.all() {
        let path = match info.group {
            "" => format!("api/{}", info.version),
            group => format!("apis/{group}/{}", info.version),
        };
        // The hash lets clients cache; the resource version of a definition is one that changes with it.
        let hash = info.definition.at("metadata.resourceVersion").str();
        let url = format!("/openapi/v3/{path}?hash=v1.36.2-{hash}");
        paths.set_in(&[&path], object! { "serverRelativeURL" => url });
    }
    object! { "paths" => paths }
}

fn document(server: &ApiServer, group: &str, version: &str) -> Option<Value> {
    let served: Vec<_> = server.catalog.all().iter().filter(|i| i.group == group && i.version == version).collect();
    if served.is_empty() {
        return None;
    }
    let (mut schemas, mut paths) = (BTreeMap::new(), Value::object());
    for info in served {
        match schema::by_gvk(info.group, info.version, info.kind) {
            Some(definition) => add_definition(definition, &mut schemas),
            None if !info.definition.is_null() => {
                schemas.insert(custom_name(info), custom(info));
                if let Some(meta) = schema::object_meta() {
                    add_definition(meta, &mut schemas);
                }
            }
            None => {}
        }
        let (path, item) = path_item(info.resource);
        paths.set_in(&[&path], item);
    }
    Some(object! {
        "openapi" => "3.0.0", "info" => object! { "title" => "Kubernetes", "version" => "v1.36.2" },
        "paths" => paths, "components" => object! { "schemas" => schemas.into_iter().collect::<crate::apimachinery::Map>() },
    })
}

/// The path of one object, with what clients look for: which parameters its PATCH takes.
fn path_item(resource: &Resource) -> (String, Value) {
    let base = match resource.group {
        "" => format!("/api/{}", resource.version),
        group => format!("/apis/{group}/{}", resource.version),
    };
    let namespace = if resource.namespaced { "/namespaces/{namespace}" } else { "" };
    let gvk = gvk(resource.group, resource.version, resource.kind);
    let parameter = |name: &str| {
        object! { "name" => name, "in" => "query", "schema" => object! { "type" => "string", "uniqueItems" => true } }
    };
    let mut item = Value::object();
    for (method, verb) in [("get", "get"), ("put", "update"), ("patch", "patch"), ("delete", "delete")] {
        if !resource.verbs.contains(&verb) {
            continue;
        }
        let mut operation = object! {
            "x-kubernetes-action" => verb, "x-kubernetes-group-version-kind" => gvk.clone(),
            "responses" => object! { "200" => object! { "description" => "OK" } },
        };
        if method != "get" {
            operation
                .set("parameters", list![parameter("dryRun"), parameter("fieldManager"), parameter("fieldValidation")]);
        }
        item.set(method, operation);
    }
    (format!("{base}{namespace}/{}/{{name}}", resource.resource), item)
}

fn gvk(group: &str, version: &str, kind: &str) -> Value {
    object! { "group" => group, "version" => version, "kind" => kind }
}

/// Adds a definition and all that it refers to.
fn add_definition(first: &'static Type, schemas: &mut BTreeMap<String, Value>) {
    let mut open = vec![first];
    while let Some(definition) = open.pop() {
        let name = full_name(definition);
        if schemas.contains_key(&name) {
            continue;
        }
        let (mut properties, mut required) = (Value::object(), Vec::new());
        for field in definition.fields() {
            properties.set_in(&[field.name], property(field, schemas));
            open.extend(field.kind.definition());
            if field.required {
                required.push(Value::from(field.name));
            }
        }
        let mut object = object! { "type" => "object", "properties" => properties };
        if !required.is_empty() {
            object.set("required", required);
        }
        if definition.is_kind {
            object.set(
                "x-kubernetes-group-version-kind",
                list![gvk(definition.group, definition.version(), definition.name)],
            );
        }
        schemas.insert(name, object);
    }
}

fn full_name(definition: &Type) -> String {
    format!("{}.{}", definition.package, definition.name)
}

fn property(field: &Field, schemas: &mut BTreeMap<String, Value>) -> Value {
    let mut out = type_of(&field.kind, schemas);
    if let Ok(default) = Value::from_json(field.default) {
        out.set("default", default);
    }
    if !field.enums.is_empty() {
        let enums: Value = field.enums.iter().copied().collect();
        let path: &[&str] = if matches!(field.kind, Kind::List(_)) { &["items", "enum"] } else { &["enum"] };
        out.set_in(path, enums);
    }
    for (name, text) in
        [("x-kubernetes-patch-merge-key", field.merge_key), ("x-kubernetes-patch-strategy", field.patch_strategy)]
    {
        if !text.is_empty() {
            out.set_in(&[name], text);
        }
    }
    match &field.list_type {
        ListType::None => {}
        ListType::Atomic => out.set("x-kubernetes-list-type", "atomic"),
        ListType::Set => out.set("x-kubernetes-list-type", "set"),
        ListType::Map(keys) => {
            out.set("x-kubernetes-list-type", "map");
            out.set("x-kubernetes-list-map-keys", keys.iter().copied().collect::<Value>());
        }
    }
    out
}

fn type_of(kind: &Kind, schemas: &mut BTreeMap<String, Value>) -> Value {
    let plain = |kind: &str, format: &str| match format {
        "" => object! { "type" => kind },
        _ => object! { "type" => kind, "format" => format },
    };
    let mut shared = |name: String, schema: Value| {
        let reference = reference(&name);
        schemas.entry(name).or_insert(schema);
        reference
    };
    match kind {
        Kind::String => plain("string", ""),
        Kind::Int32 => plain("integer", "int32"),
        Kind::Int64 => plain("integer", "int64"),
        Kind::Bool => plain("boolean", ""),
        Kind::Number => plain("number", "double"),
        Kind::Bytes => plain("string", "byte"),
        Kind::Object => plain("object", ""),
        Kind::Raw => shared(RAW.to_owned(), plain("object", "")),
        Kind::FieldsV1 => shared(format!("{META}.FieldsV1"), plain("object", "")),
        Kind::Any => Value::object(),
        Kind::Quantity => {
            let either = list![plain("string", ""), plain("number", "")];
            shared(QUANTITY.to_owned(), object! { "oneOf" => either })
        }
        Kind::IntOrString => {
            let either = list![plain("integer", ""), plain("string", "")];
            shared(INT_OR_STRING.to_owned(), object! { "format" => "int-or-string", "oneOf" => either })
        }
        Kind::Time => shared(format!("{META}.Time"), plain("string", "date-time")),
        Kind::MicroTime => shared(format!("{META}.MicroTime"), plain("string", "date-time")),
        Kind::List(inner) => object! { "type" => "array", "items" => type_of(inner, schemas) },
        Kind::Map(inner) => object! { "type" => "object", "additionalProperties" => type_of(inner, schemas) },
        Kind::Ref(definition) => reference(&full_name(definition)),
    }
}

fn reference(name: &str) -> Value {
    object! { "allOf" => list![object! { "$ref" => format!("#/components/schemas/{name}") }] }
}

/// `com.example.stable.v1.CronTab` for `stable.example.com/v1 CronTab`.
fn custom_name(info: &ResourceInfo) -> String {
    let parts: Vec<&str> = info.group.rsplit('.').collect();
    format!("{}.{}.{}", parts.join("."), info.version, info.kind)
}

fn custom(info: &ResourceInfo) -> Value {
    let mut schema = crd::version_of(&info.definition, info.version).at("schema.openAPIV3Schema").clone();
    for name in ["apiVersion", "kind"] {
        schema.set_in(&["properties", name], object! { "type" => "string" });
    }
    schema.set("properties.metadata", reference(&format!("{META}.ObjectMeta")));
    schema.set("x-kubernetes-group-version-kind", list![gvk(info.group, info.version, info.kind)]);
    schema
}
