//! Names follow what they name: where an object got another name, so do those that refer to it. Models kustomize's
//! name reference transformer.

use super::Resource;
use crate::apimachinery::{Object, Value};

/// A field that holds a name, by the key it stands under, and the kind it names.
const REFERENCES: [(&str, &str, &str); 15] = [
    ("configMap", "name", "ConfigMap"),
    ("configMapKeyRef", "name", "ConfigMap"),
    ("configMapRef", "name", "ConfigMap"),
    ("imagePullSecrets", "name", "Secret"),
    ("persistentVolumeClaim", "claimName", "PersistentVolumeClaim"),
    ("secret", "name", "Secret"),
    ("secret", "secretName", "Secret"),
    ("secretKeyRef", "name", "Secret"),
    ("secretRef", "name", "Secret"),
    ("service", "name", "Service"),
    ("spec", "serviceAccountName", "ServiceAccount"),
    ("spec", "serviceName", "Service"),
    ("spec", "storageClassName", "StorageClass"),
    ("spec", "volumeName", "PersistentVolume"),
    ("tls", "secretName", "Secret"),
];
/// Fields that name an object together with its kind.
const BY_KIND: [&str; 3] = ["roleRef", "scaleTargetRef", "subjects"];

pub fn update(resources: &mut [Resource]) {
    let renamed: Vec<(String, String, String)> = resources
        .iter()
        .filter(|r| r.original != r.object.name())
        .map(|r| (r.object.kind().to_owned(), r.original.clone(), r.object.name().to_owned()))
        .collect();
    if renamed.is_empty() {
        return;
    }
    for resource in resources {
        let mut object = resource.object.clone();
        walk(&mut object, "", &renamed, 0);
        resource.object = object;
    }
}

fn walk(value: &mut Value, under: &str, renamed: &[(String, String, String)], depth: usize) {
    if depth > 64 {
        return;
    }
    match value {
        Value::List(_) => value.list_mut().iter_mut().for_each(|item| walk(item, under, renamed, depth + 1)),
        Value::Map(_) => {
            let kind = value["kind"].str().to_owned();
            let is_by_kind = BY_KIND.contains(&under);
            let new_name = |field: &str, value: &str| {
                let wanted = match is_by_kind && field == "name" {
                    true => kind.as_str(),
                    false => REFERENCES.iter().find(|(u, f, _)| *u == under && *f == field)?.2,
                };
                renamed.iter().find(|(k, old, _)| k == wanted && old == value).map(|(_, _, new)| new.clone())
            };
            for (key, item) in value.map_mut().iter_mut() {
                match item {
                    Value::Str(text) => {
                        if let Some(new) = new_name(key, text) {
                            *item = new.into();
                        }
                    }
                    _ => walk(item, key, renamed, depth + 1),
                }
            }
        }
        _ => {}
    }
}
