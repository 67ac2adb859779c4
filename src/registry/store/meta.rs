//! Metadata across an update: what is kept, what may not change. Models `rest.BeforeUpdate` and
//! `ValidateObjectMetaAccessorUpdate`.

use super::ResourceInfo;
use crate::apimachinery::field::{Error, ErrorList, Path};
use crate::apimachinery::{Object, Value};

/// Fields that stay as they were where the caller left them out or changed them.
const KEPT: [&str; 4] = ["creationTimestamp", "deletionTimestamp", "deletionGracePeriodSeconds", "generation"];

/// Fields that no update may change.
const IMMUTABLE: [&str; 6] =
    ["name", "namespace", "uid", "creationTimestamp", "deletionTimestamp", "deletionGracePeriodSeconds"];

pub fn keep_system_fields(new: &mut Value, old: &Value) {
    let before = old.metadata();
    let metadata = new.path_mut(&["metadata"]).map_mut();
    keep(metadata, "managedFields", &before["managedFields"]);
    metadata.remove("selfLink");
    for name in KEPT {
        keep(metadata, name, &before[name]);
    }
    for name in ["uid", "name", "namespace"] {
        if metadata.get(name).is_none_or(|v| v.str().is_empty()) {
            keep(metadata, name, &before[name]);
        }
    }
}

fn keep(metadata: &mut crate::apimachinery::Map, name: &str, value: &Value) {
    if value.is_null() {
        metadata.remove(name);
    } else if metadata.get(name) != Some(value) {
        metadata.insert(name, value.clone());
    }
}

pub fn validate_update(new: &Value, old: &Value) -> ErrorList {
    let (after, before) = (new.metadata(), old.metadata());
    let path = Path::new("metadata");
    let mut errors = ErrorList::new();
    if old.is_terminating() {
        let added: Vec<_> = new.finalizers().filter(|f| !old.finalizers().any(|o| o == *f)).collect();
        if !added.is_empty() {
            let detail = format!(
                "no new finalizers can be added if the object is being deleted, found new finalizers []string{{{}}}",
                added.iter().map(|f| format!("{f:?}")).collect::<Vec<_>>().join(", ")
            );
            errors.push(Error::forbidden(&path.child("finalizers"), detail));
        }
    }
    for name in IMMUTABLE {
        if after[name] != before[name] {
            errors.push(Error::invalid(&path.child(name), after[name].clone(), "field is immutable"));
        }
    }
    errors
}

/// The key in etcd, as storage errors show it.
pub fn etcd_key(info: &ResourceInfo, object: &Value) -> String {
    let plural: &str = match info.stored_as.as_str() {
        "services" => "services/specs",
        "nodes" => "minions",
        _ => info.resource.resource,
    };
    format!("/registry/{plural}/{}", object.key())
}
