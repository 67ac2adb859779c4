//! The CustomResourceDefinition itself: defaults, checks, accepted names. Models
//! `apiextensions/{v1/defaults.go,validation}` and the naming controller.

use super::structure;
use crate::apimachinery::field::{Error, ErrorList, Path};
use crate::apimachinery::{Object, Time, Value, names};
use crate::registry::validation::{metadata, one_of};
use crate::{list, object};
use std::collections::BTreeSet;

#[inline(never)]
pub fn apply_defaults(definition: &mut Value) {
    let kind = definition.at("spec.names.kind").str().to_owned();
    definition.default_to("spec.names.singular", kind.to_lowercase());
    definition.default_to("spec.names.listKind", format!("{kind}List"));
    definition.default_to("spec.conversion.strategy", "None");
}

#[inline(never)]
pub fn validate(definition: &Value) -> ErrorList {
    let path = Path::new("spec");
    let spec = &definition["spec"];
    let (group, plural) = (spec["group"].str(), spec.at("names.plural").str());
    let mut errors = metadata::validate(definition, false, names::is_dns1123_subdomain);
    if definition.name() != format!("{plural}.{group}") {
        let path = Path::new("metadata").child("name");
        errors.push(Error::invalid(&path, definition.name(), "must be spec.names.plural+\".\"+spec.group"));
    }
    let wrong = names::is_dns1123_subdomain(group);
    if group.is_empty() {
        errors.push(Error::required(&path.child("group"), ""));
    } else if !wrong.is_empty() {
        errors.push(Error::invalid(&path.child("group"), group, wrong.join(",")));
    } else if !group.contains('.') {
        errors.push(Error::invalid(&path.child("group"), group, "should be a domain with at least one dot"));
    }
    one_of(&mut errors, &path, spec, "scope", &["Cluster", "Namespaced"]);
    versions(&mut errors, spec, &path);
    all_names(&mut errors, &spec["names"], &path.child("names"));
    if !spec["versions"].items().is_empty() && shared(spec, "additionalPrinterColumns") {
        let columns = &spec["versions"][0]["additionalPrinterColumns"];
        printer_columns(&mut errors, columns, &path.child("additionalPrinterColumns"));
    }
    errors
}

/// True where all versions have the same of a field: the server then keeps it, and names it, once for all of them.
fn shared(spec: &Value, field: &str) -> bool {
    let versions = spec["versions"].items();
    versions.windows(2).all(|pair| pair[0][field] == pair[1][field])
}

fn versions(errors: &mut ErrorList, spec: &Value, path: &Path) {
    let (versions, at) = (spec["versions"].items(), path.child("versions"));
    let schema_of = |version: &Value| version.at("schema.openAPIV3Schema").clone();
    for (i, version) in versions.iter().enumerate() {
        if schema_of(version).is_null() {
            let at = at.index(i).child("schema").child("openAPIV3Schema");
            errors.push(Error::required(&at, "schemas are required"));
        }
    }
    let same = shared(spec, "schema");
    if let Some(first) = versions.first().filter(|v| same && !schema_of(v).is_null()) {
        structure::validate(errors, &schema_of(first), &path.child("validation").child("openAPIV3Schema"));
    }
    let mut seen = BTreeSet::new();
    for (i, version) in versions.iter().enumerate() {
        let (path, name) = (at.index(i), version["name"].str());
        seen.insert(name);
        let wrong = names::is_dns1035_label(name);
        if !wrong.is_empty() {
            errors.push(Error::invalid(&path.child("name"), name, wrong.join(",")));
        }
        if !same && !schema_of(version).is_null() {
            structure::validate(errors, &schema_of(version), &path.child("schema").child("openAPIV3Schema"));
        }
        if !shared(spec, "additionalPrinterColumns") {
            let columns = &version["additionalPrinterColumns"];
            printer_columns(errors, columns, &path.child("additionalPrinterColumns"));
        }
    }
    let mut whole = |detail: &str| {
        let mut error = Error::invalid(&at, spec["versions"].clone(), detail);
        error.shown = Some(internal(versions));
        errors.push(error);
    };
    if seen.len() != versions.len() {
        whole("must contain unique version names");
    }
    if versions.iter().filter(|v| v["storage"].bool()).count() != 1 {
        whole("must have exactly one version marked as storage version");
    }
}

/// Versions as their Go type prints, where what they share has been taken out.
fn internal(versions: &[Value]) -> String {
    let one = |v: &Value| {
        format!(
            "{{\"Name\":{},\"Served\":{},\"Storage\":{},\"Deprecated\":{},\"DeprecationWarning\":{},\"Schema\":null,\
             \"Subresources\":null,\"AdditionalPrinterColumns\":null,\"SelectableFields\":null}}",
            v["name"],
            v["served"].bool(),
            v["storage"].bool(),
            v["deprecated"].bool(),
            v["deprecationWarning"]
        )
    };
    format!("[{}]", versions.iter().map(one).collect::<Vec<_>>().join(","))
}

fn all_names(errors: &mut ErrorList, names: &Value, path: &Path) {
    for field in ["plural", "singular", "kind", "listKind"] {
        if names[field].is_empty() {
            errors.push(Error::required(&path.child(field), ""));
        }
    }
    for field in ["plural", "singular"] {
        label(errors, names[field].str(), &path.child(field));
    }
    for field in ["kind", "listKind"] {
        let name = names[field].str();
        let wrong = names::is_dns1035_label(&name.to_lowercase());
        if !name.is_empty() && !wrong.is_empty() {
            let detail = format!("may have mixed case, but should otherwise match: {}", wrong.join(","));
            errors.push(Error::invalid(&path.child(field), name, detail));
        }
    }
    for list in ["shortNames", "categories"] {
        for (i, name) in names[list].items().iter().enumerate() {
            label(errors, name.str(), &path.child(list).index(i));
        }
    }
    let (kind, list) = (names["kind"].str(), names["listKind"].str());
    if !kind.is_empty() && kind == list {
        errors.push(Error::invalid(&path.child("listKind"), list, "kind and listKind may not be the same"));
    }
}

fn label(errors: &mut ErrorList, name: &str, path: &Path) {
    let wrong = names::is_dns1035_label(name);
    if !name.is_empty() && !wrong.is_empty() {
        errors.push(Error::invalid(path, name, wrong.join(",")));
    }
}

fn printer_columns(errors: &mut ErrorList, columns: &Value, path: &Path) {
    const TYPES: [&str; 5] = ["boolean", "date", "integer", "number", "string"];
    for (i, column) in columns.items().iter().enumerate() {
        let path = path.index(i);
        for field in ["name", "type"].into_iter().filter(|f| column[*f].is_empty()) {
            errors.push(Error::required(&path.child(field), ""));
        }
        let kind = column["type"].str();
        if !kind.is_empty() && !TYPES.contains(&kind) {
            let detail = format!("must be one of {}", TYPES.join(","));
            errors.push(Error::invalid(&path.child("type"), kind, detail));
        }
        if column["jsonPath"].is_empty() {
            errors.push(Error::required(&path.child("JSONPath"), ""));
        }
    }
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
