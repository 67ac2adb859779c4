//! The CustomResourceDefinition itself: defaults, checks, accepted names. Models
//! `apiextensions/{v1/defaults.go,validation}` and the naming controller.

use crate::apimachinery::field::{Error, ErrorList, Path};
use crate::apimachinery::{Object, Time, Value};
use crate::{list, object};

#[inline(never)]
pub fn apply_defaults(definition: &mut Value) {
    let kind = definition.at("spec.names.kind").str().to_owned();
    definition.default_to("spec.names.singular", kind.to_lowercase());
    definition.default_to("spec.names.listKind", format!("{kind}List"));
    definition.default_to("spec.conversion.strategy", "None");
}

#[inline(never)]
pub fn validate(definition: &Value) -> ErrorList {
    let spec = Path::new("spec");
    let (group, plural) = (definition.at("spec.group").str(), definition.at("spec.names.plural").str());
    let mut errors = ErrorList::new();
    if definition.name() != format!("{plural}.{group}") {
        let path = Path::new("metadata").child("name");
        errors.push(Error::invalid(&path, definition.name(), "must be spec.names.plural+\".\"+spec.group"));
    }
    for (field, value) in
        [("group", group), ("names.plural", plural), ("names.kind", definition.at("spec.names.kind").str())]
    {
        if value.is_empty() {
            errors.push(Error::required(&spec.child(field), ""));
        }
    }
    let scope = definition.at("spec.scope").str();
    if !matches!(scope, "Cluster" | "Namespaced") {
        let path = spec.child("scope");
        errors.push(match scope {
            "" => Error::required(&path, ""),
            _ => Error::not_supported(&path, scope, &["Cluster", "Namespaced"]),
        });
    }
    let versions = definition.at("spec.versions").items();
    if versions.iter().filter(|v| v["storage"].bool()).count() != 1 {
        let path = spec.child("versions");
        let names: Value = versions.iter().map(|v| v["name"].clone()).collect();
        errors.push(Error::invalid(&path, names, "must have exactly one version marked as storage version"));
    }
    for (i, version) in versions.iter().enumerate() {
        let path = spec.child("versions").index(i).child("schema").child("openAPIV3Schema");
        let schema = version.at("schema.openAPIV3Schema");
        if schema.is_null() {
            errors.push(Error::required(&path, "schemas are required"));
        } else if schema["type"].str() != "object" && !schema["x-kubernetes-preserve-unknown-fields"].bool() {
            errors.push(match schema["type"].str() {
                "" => Error::required(&path.child("type"), "must not be empty at the root"),
                other => Error::invalid(&path.child("type"), other, "must be object at the root"),
            });
        }
    }
    errors
}

/// Fills in the status that the server's own controllers would write.
pub fn accept(definition: &mut Value, now: Time) {
    let names = definition.at("spec.names").clone();
    if definition.at("status.acceptedNames") == &names {
        return;
    }
    let condition = |kind: &str, reason: &str, message: &str| {
        object! {
            "type" => kind, "status" => "True", "reason" => reason, "message" => message,
            "lastTransitionTime" => now.rfc3339(),
        }
    };
    let conditions = list![
        condition("NamesAccepted", "NoConflicts", "no conflicts found"),
        condition("Established", "InitialNamesAccepted", "the initial names have been accepted"),
    ];
    let mut versions = definition.at("spec.versions").items().iter();
    let stored = versions.find(|v| v["storage"].bool()).map_or(Value::Null, |v| v["name"].clone());
    let status = object! { "acceptedNames" => names, "conditions" => conditions, "storedVersions" => list![stored] };
    definition.set("status", status);
}

/// Custom objects are named as subdomains.
pub fn validate_name(object: &Value) -> ErrorList {
    let path = Path::new("metadata").child("name");
    let name = object.name();
    if name.is_empty() {
        return vec![Error::required(&path, "name or generateName is required")];
    }
    crate::apimachinery::names::is_dns1123_subdomain(name)
        .into_iter()
        .map(|why| Error::invalid(&path, name, why))
        .collect()
}
