//! Protobuf bodies, which `kubectl create namespace` sends without asking. Models `runtime.Unknown` and the messages of
//! `k8s.io/api/core/v1/generated.proto` that are named here.

use crate::apimachinery::{Map, Status, Value};
use crate::object;
use prost::Message;
use std::collections::BTreeMap;

/// What stands before every protobuf body.
const MAGIC: &[u8] = b"k8s\0";

#[derive(Clone, PartialEq, Message)]
struct TypeMeta {
    #[prost(string, tag = "1")]
    api_version: String,
    #[prost(string, tag = "2")]
    kind: String,
}

/// The envelope.
#[derive(Clone, PartialEq, Message)]
struct Unknown {
    #[prost(message, optional, tag = "1")]
    type_meta: Option<TypeMeta>,
    #[prost(bytes = "vec", tag = "2")]
    raw: Vec<u8>,
}

#[derive(Clone, PartialEq, Message)]
struct ObjectMeta {
    #[prost(string, tag = "1")]
    name: String,
    #[prost(string, tag = "2")]
    generate_name: String,
    #[prost(string, tag = "3")]
    namespace: String,
    #[prost(btree_map = "string, string", tag = "11")]
    labels: BTreeMap<String, String>,
    #[prost(btree_map = "string, string", tag = "12")]
    annotations: BTreeMap<String, String>,
    #[prost(string, repeated, tag = "14")]
    finalizers: Vec<String>,
}

/// Namespace, ServiceAccount and whatever else has metadata first and nothing more that must be read.
#[derive(Clone, PartialEq, Message)]
struct OnlyMeta {
    #[prost(message, optional, tag = "1")]
    metadata: Option<ObjectMeta>,
}

#[derive(Clone, PartialEq, Message)]
struct ConfigMap {
    #[prost(message, optional, tag = "1")]
    metadata: Option<ObjectMeta>,
    #[prost(btree_map = "string, string", tag = "2")]
    data: BTreeMap<String, String>,
}

pub fn is_protobuf(body: &[u8]) -> bool {
    body.starts_with(MAGIC)
}

/// Reads a body.
///
/// # Errors
/// 400 for what is not protobuf, 415 for a kind whose message is not known here.
pub fn decode(body: &[u8]) -> Result<Value, Status> {
    let bad = |e: prost::DecodeError| Status::bad_request(format!("the protobuf body could not be read: {e}"));
    let envelope = Unknown::decode(body.strip_prefix(MAGIC).unwrap_or(body)).map_err(bad)?;
    let kind = envelope.type_meta.unwrap_or_default();
    let raw = envelope.raw.as_slice();
    let mut value = match kind.kind.as_str() {
        "Namespace" | "ServiceAccount" => of_meta(OnlyMeta::decode(raw).map_err(bad)?.metadata),
        "ConfigMap" => {
            let map = ConfigMap::decode(raw).map_err(bad)?;
            let mut value = of_meta(map.metadata);
            set_map(&mut value, "data", map.data);
            value
        }
        "DeleteOptions" => object! {},
        other => {
            let message =
                format!("podium serve does not read {other} as protobuf; send it as JSON (kubectl create -f)");
            return Err(Status::new(415, "UnsupportedMediaType", message));
        }
    };
    value.set("apiVersion", kind.api_version);
    value.set("kind", kind.kind);
    Ok(value)
}

fn of_meta(meta: Option<ObjectMeta>) -> Value {
    let meta = meta.unwrap_or_default();
    let mut value = object! {};
    for (field, text) in [("name", meta.name), ("generateName", meta.generate_name), ("namespace", meta.namespace)] {
        if !text.is_empty() {
            value.set_in(&["metadata", field], text);
        }
    }
    set_map(&mut value, "metadata.labels", meta.labels);
    set_map(&mut value, "metadata.annotations", meta.annotations);
    if !meta.finalizers.is_empty() {
        value.set("metadata.finalizers", meta.finalizers.into_iter().collect::<Value>());
    }
    value
}

fn set_map(value: &mut Value, path: &str, map: BTreeMap<String, String>) {
    if !map.is_empty() {
        value.set(path, map.into_iter().collect::<Map>());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_namespace_is_read() {
        // k8s\0, then Unknown{typeMeta{"v1","Namespace"}, raw: Namespace{metadata{name:"n1"}}}, as kubectl sends it.
        let mut body = MAGIC.to_vec();
        body.extend(b"\x0a\x0f\x0a\x02v1\x12\x09Namespace\x12\x0c\x0a\x04\x0a\x02n1\x12\x00\x1a\x00\x1a\x00\x22\x00");
        let value = decode(&body).unwrap();
        assert_eq!(value.to_string(), r#"{"apiVersion":"v1","kind":"Namespace","metadata":{"name":"n1"}}"#);
    }

    #[test]
    fn what_is_not_known_says_so() {
        assert_eq!(decode(b"k8s\0\xff\xff").unwrap_err().code, 400);
        let deployment = b"k8s\0\x0a\x15\x0a\x07apps/v1\x12\x0aDeployment";
        assert_eq!(decode(deployment).unwrap_err().code, 415);
    }
}
