//! Environment variables and where their values come from. Models `ValidateEnv` and `ValidateEnvFrom`.

use super::{invalid_each, required};
use crate::apimachinery::field::{Error, ErrorList, Path};
use crate::apimachinery::quantity::Quantity;
use crate::apimachinery::{Value, names};

/// What `fieldRef` may name in an environment variable.
const ENV_FIELDS: [&str; 9] = [
    "metadata.name",
    "metadata.namespace",
    "metadata.uid",
    "spec.nodeName",
    "spec.serviceAccountName",
    "status.hostIP",
    "status.hostIPs",
    "status.podIP",
    "status.podIPs",
];
/// What `fieldRef` may name in a volume.
const VOLUME_FIELDS: [&str; 5] =
    ["metadata.annotations", "metadata.labels", "metadata.name", "metadata.namespace", "metadata.uid"];
/// What can be converted at all.
const KNOWN_FIELDS: [&str; 15] = [
    "metadata.annotations",
    "metadata.labels",
    "metadata.name",
    "metadata.namespace",
    "metadata.uid",
    "spec.nodeName",
    "spec.restartPolicy",
    "spec.serviceAccountName",
    "spec.schedulerName",
    "status.phase",
    "status.hostIP",
    "status.hostIPs",
    "status.podIP",
    "status.podIPs",
    "spec.host",
];
const RESOURCES: [&str; 6] = [
    "limits.cpu",
    "limits.ephemeral-storage",
    "limits.memory",
    "requests.cpu",
    "requests.ephemeral-storage",
    "requests.memory",
];

const BYTES: &str = "1, 1k, 1M, 1G, 1T, 1P, 1E, 1Ki, 1Mi, 1Gi, 1Ti, 1Pi, 1Ei";

/// `env` of a container.
pub fn validate(errors: &mut ErrorList, env: &[Value], path: &Path) {
    for (i, variable) in env.iter().enumerate() {
        let name = variable["name"].str();
        if name.is_empty() {
            errors.push(Error::required(&path.index(i).child("name"), ""));
        } else {
            let wrong = names::is_env_name(name);
            if !wrong.is_empty() {
                invalid_each(errors, &path.index(i).child("name"), name, wrong);
            }
        }
        if !variable["valueFrom"].is_null() {
            value_from(errors, variable, &path.index(i).child("valueFrom"));
        }
    }
}

fn value_from(errors: &mut ErrorList, variable: &Value, path: &Path) {
    let from = &variable["valueFrom"];
    let sources = from.fields().count();
    if !from["fieldRef"].is_null() {
        field_ref(errors, &from["fieldRef"], &ENV_FIELDS, &path.child("fieldRef"));
    }
    if !from["resourceFieldRef"].is_null() {
        resource_ref(errors, &from["resourceFieldRef"], false, &path.child("resourceFieldRef"));
    }
    for kind in ["configMapKeyRef", "secretKeyRef"] {
        if !from[kind].is_null() {
            key_ref(errors, &from[kind], &path.child(kind));
        }
    }
    let detail = match sources {
        0 => "must specify one of: `fieldRef`, `resourceFieldRef`, `configMapKeyRef` or `secretKeyRef`",
        _ if !variable["value"].str().is_empty() => "may not be specified when `value` is not empty",
        1 => return,
        _ => "may not have more than one field specified at a time",
    };
    errors.push(Error::invalid(path, "", detail));
}

fn key_ref(errors: &mut ErrorList, reference: &Value, path: &Path) {
    let name = reference["name"].str();
    invalid_each(errors, &path.child("name"), name, names::is_dns1123_subdomain(name));
    match reference["key"].str() {
        "" => errors.push(Error::required(&path.child("key"), "")),
        key => invalid_each(errors, &path.child("key"), key, names::is_config_key(key)),
    }
}

/// `fieldRef` of a variable or of a file in a downward API volume (`volume` fields).
fn field_ref(errors: &mut ErrorList, reference: &Value, allowed: &[&str], path: &Path) {
    for field in ["apiVersion", "fieldPath"] {
        if reference[field].is_empty() {
            return errors.push(Error::required(&path.child(field), ""));
        }
    }
    let field = reference["fieldPath"].str();
    let at = path.child("fieldPath");
    let (base, subscript) = match field.strip_suffix("']").and_then(|f| f.split_once("['")) {
        Some((base, subscript)) => (base, Some(subscript)),
        None => (field, None),
    };
    let trouble = match subscript {
        Some(key) if base == "metadata.annotations" => {
            return invalid_each(errors, path, key, names::is_qualified_name(&key.to_lowercase()));
        }
        Some(key) if base == "metadata.labels" => {
            return invalid_each(errors, path, key, names::is_qualified_name(key));
        }
        Some(_) => format!("field label does not support subscript: {field}"),
        None if !KNOWN_FIELDS.contains(&field) => format!("field label not supported: {field}"),
        None if allowed.contains(&field) => return,
        None => return errors.push(Error::not_supported(&at, field, allowed)),
    };
    errors.push(Error::invalid(&at, field, format!("error converting fieldPath: {trouble}")));
}

/// `fieldRef` of a file in a volume.
pub fn volume_field_ref(errors: &mut ErrorList, reference: &Value, path: &Path) {
    field_ref(errors, reference, &VOLUME_FIELDS, path);
}

/// `resourceFieldRef`; a volume must name the container.
pub fn resource_ref(errors: &mut ErrorList, reference: &Value, volume: bool, path: &Path) {
    let resource = reference["resource"].str();
    if volume && reference["containerName"].is_empty() {
        required(errors, path, reference, "containerName");
    } else if resource.is_empty() {
        errors.push(Error::required(&path.child("resource"), ""));
    } else if !RESOURCES.contains(&resource) && !resource.contains("hugepages-") {
        errors.push(Error::not_supported(&path.child("resource"), resource, &RESOURCES));
    }
    divisor(errors, resource, &reference["divisor"], &path.child("divisor"));
}

fn divisor(errors: &mut ErrorList, resource: &str, divisor: &Value, path: &Path) {
    let text = divisor.str();
    if Quantity::of(divisor).is_zero() {
        return;
    }
    let (allowed, word) = match resource {
        "limits.cpu" | "requests.cpu" => ("1m and 1", "cpu"),
        "limits.memory" | "requests.memory" => (BYTES, "memory"),
        "limits.ephemeral-storage" | "requests.ephemeral-storage" => (BYTES, "local ephemeral storage"),
        _ => return,
    };
    if !allowed.replace(" and ", ", ").split(", ").any(|a| a == text) {
        let detail = format!("only divisor's values {allowed} are supported with the {word} resource");
        errors.push(Error::invalid(path, resource, detail));
    }
}

/// `envFrom` of a container.
pub fn validate_from(errors: &mut ErrorList, from: &[Value], path: &Path) {
    let list = path;
    for (i, source) in from.iter().enumerate() {
        let path = path.index(i);
        let prefix = source["prefix"].str();
        if !prefix.is_empty() {
            invalid_each(errors, &path.child("prefix"), prefix, names::is_env_name(prefix));
        }
        let mut sources = 0;
        for kind in ["configMapRef", "secretRef"] {
            if !source[kind].is_null() {
                sources += 1;
                let name = source[kind]["name"].str();
                let here = path.child(kind).child("name");
                if name.is_empty() {
                    errors.push(Error::required(&here, ""));
                } else {
                    invalid_each(errors, &here, name, names::is_dns1123_subdomain(name));
                }
            }
        }
        match sources {
            0 => errors.push(Error::invalid(list, "", "must specify one of: `configMapRef` or `secretRef`")),
            1 => {}
            _ => errors.push(Error::invalid(list, "", "may not have more than one field specified at a time")),
        }
    }
}
