//! Objects as they travel: JSON with fields in the order of Kubernetes' Go types where that order shows.

use crate::apimachinery::Value;

/// The order of `metav1.ObjectMeta`.
const METADATA: [&str; 15] = [
    "name",
    "generateName",
    "namespace",
    "selfLink",
    "uid",
    "resourceVersion",
    "generation",
    "creationTimestamp",
    "deletionTimestamp",
    "deletionGracePeriodSeconds",
    "labels",
    "annotations",
    "ownerReferences",
    "finalizers",
    "managedFields",
];

/// The order of what heads an object and a list.
const TOP: [&str; 3] = ["kind", "apiVersion", "metadata"];

/// The order of `metav1.Status`.
const STATUS: [&str; 8] = ["kind", "apiVersion", "metadata", "status", "message", "reason", "details", "code"];

/// The order of the structs that show in fields of these names; fields that a struct lacks do not matter.
const STRUCTS: [(&str, &[&str]); 10] = [
    ("managedFields", &["manager", "operation", "apiVersion", "time", "fieldsType", "fieldsV1", "subresource"]),
    ("ownerReferences", &["apiVersion", "kind", "name", "uid", "controller", "blockOwnerDeletion"]),
    ("columnDefinitions", &["name", "type", "format", "description", "priority"]),
    ("rows", &["cells", "conditions", "object"]),
    ("groups", &["name", "versions", "preferredVersion"]),
    ("versions", &["groupVersion", "version", "name", "served", "storage"]),
    ("preferredVersion", &["groupVersion", "version"]),
    (
        "resources",
        &[
            "name",
            "singularName",
            "namespaced",
            "group",
            "version",
            "kind",
            "verbs",
            "shortNames",
            "categories",
            "storageVersionHash",
        ],
    ),
    ("serverAddressByClientCIDRs", &["clientCIDR", "serverAddress"]),
    ("details", &["name", "group", "kind", "uid", "causes", "retryAfterSeconds"]),
];

/// The order of a discovery document's own fields.
const DISCOVERY: [&str; 6] = ["kind", "apiVersion", "groupVersion", "name", "versions", "preferredVersion"];

/// Writes an object as the server does: type and metadata first, items of a list without their types.
pub fn encode(object: &Value) -> String {
    let mut out = String::new();
    write_object(&mut out, object, true);
    out
}

fn write_object(out: &mut String, object: &Value, typed: bool) {
    let first = match typed {
        true if object["kind"].str() == "Status" && object["apiVersion"].str() == "v1" => &STATUS[..],
        true if object["metadata"].is_null() => &DISCOVERY[..],
        true => &TOP[..],
        false => &TOP[2..],
    };
    write_ordered(out, object, first, |out, key, value| match key {
        "kind" | "apiVersion" if !typed => {}
        "metadata" => write_ordered(out, value, &METADATA, write_field),
        "items" if typed => write_items(out, value),
        _ => write_field(out, key, value),
    });
}

fn write_items(out: &mut String, items: &Value) {
    out.push('[');
    for (i, item) in items.items().iter().enumerate() {
        out.push_str(if i == 0 { "" } else { "," });
        write_object(out, item, false);
    }
    out.push(']');
}

/// Writes a field's value: whole where the order of its fields is not known.
fn write_field(out: &mut String, key: &str, value: &Value) {
    let Some((_, order)) = STRUCTS.iter().find(|(name, _)| *name == key) else { return write(out, value) };
    let one = |out: &mut String, item: &Value| {
        write_ordered(out, item, order, |out, key, value| match key {
            "object" => write_object(out, value, true),
            "fieldsV1" => write(out, value),
            _ => write_field(out, key, value),
        });
    };
    let Some(list) = value.as_list() else { return one(out, value) };
    out.push('[');
    for (i, item) in list.iter().enumerate() {
        out.push_str(if i == 0 { "" } else { "," });
        one(out, item);
    }
    out.push(']');
}

fn write(out: &mut String, value: &Value) {
    out.push_str(&value.to_string());
}

/// Writes a map with some fields first, in their order.
fn write_ordered(
    out: &mut String,
    value: &Value,
    first: &[&str],
    mut write_field: impl FnMut(&mut String, &str, &Value),
) {
    let Some(map) = value.as_map() else { return write(out, value) };
    let rest = map.iter().filter(|(k, _)| !first.contains(k) && (first.len() != 1 || !TOP[..2].contains(k)));
    out.push('{');
    let mut comma = "";
    for (key, field) in first.iter().filter_map(|k| Some((*k, map.get(k)?))).chain(rest) {
        out.push_str(comma);
        write(out, &Value::from(key));
        out.push(':');
        write_field(out, key, field);
        comma = ",";
    }
    out.push('}');
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields_come_in_the_servers_order() {
        let pod = Value::from_json(
            r#"{"apiVersion":"v1","kind":"Pod","metadata":{"labels":{"b":"1"},"name":"a","uid":"u"},"spec":{"x":1}}"#,
        )
        .unwrap();
        let want =
            r#"{"kind":"Pod","apiVersion":"v1","metadata":{"name":"a","uid":"u","labels":{"b":"1"}},"spec":{"x":1}}"#;
        assert_eq!(encode(&pod), want);
        let list = crate::object! { "kind" => "PodList", "apiVersion" => "v1", "items" => vec![pod] };
        assert_eq!(
            encode(&list),
            r#"{"kind":"PodList","apiVersion":"v1","items":[{"metadata":{"name":"a","uid":"u","labels":{"b":"1"}},"spec":{"x":1}}]}"#
        );
    }
}
