//! Volumes of a pod. Models `ValidateVolumes`.

use super::{env, invalid_each, one_of_if_set, required};
use crate::apimachinery::field::{Error, ErrorList, Path};
use crate::apimachinery::{Value, names};
use std::collections::BTreeSet;

/// Sources in the order in which the server looks at them.
const SOURCES: [&str; 30] = [
    "emptyDir",
    "hostPath",
    "gitRepo",
    "gcePersistentDisk",
    "awsElasticBlockStore",
    "secret",
    "nfs",
    "iscsi",
    "glusterfs",
    "flocker",
    "persistentVolumeClaim",
    "rbd",
    "cinder",
    "cephfs",
    "quobyte",
    "downwardAPI",
    "fc",
    "flexVolume",
    "configMap",
    "azureFile",
    "vsphereVolume",
    "photonPersistentDisk",
    "portworxVolume",
    "azureDisk",
    "storageos",
    "projected",
    "scaleIO",
    "csi",
    "ephemeral",
    "image",
];
const HOST_PATH_TYPES: [&str; 8] =
    ["", "BlockDevice", "CharDevice", "Directory", "DirectoryOrCreate", "File", "FileOrCreate", "Socket"];

/// Checks volumes. Returns the names of those that are well-formed: what mounts may name.
pub fn validate<'a>(errors: &mut ErrorList, volumes: &'a [Value], path: &Path) -> BTreeSet<&'a str> {
    let mut known = BTreeSet::new();
    for (i, volume) in volumes.iter().enumerate() {
        let (path, mut wrong, name) = (path.index(i), ErrorList::new(), volume["name"].str());
        source(&mut wrong, volume, &path);
        match name {
            "" => wrong.push(Error::required(&path.child("name"), "")),
            _ => {
                let texts = names::is_dns1123_label(name);
                if !texts.is_empty() {
                    invalid_each(&mut wrong, &path.child("name"), name, texts);
                }
            }
        }
        if known.contains(name) {
            wrong.push(Error::duplicate(&path.child("name"), name));
        }
        if wrong.is_empty() {
            known.insert(name);
        }
        errors.append(&mut wrong);
    }
    known
}

fn source(errors: &mut ErrorList, volume: &Value, path: &Path) {
    let mut found = 0;
    // Few fields stand in a volume: look at those rather than at every source.
    let mut given: Vec<_> = volume
        .fields()
        .filter_map(|(name, value)| SOURCES.iter().position(|s| *s == name).map(|order| (order, name, value)))
        .collect();
    given.sort_by_key(|(order, ..)| *order);
    for (_, kind, value) in given {
        found += 1;
        if found > 1 {
            errors.push(Error::forbidden(&path.child(kind), "may not specify more than 1 volume type"));
        } else {
            one(errors, kind, value, &path.child(kind));
        }
    }
    if found == 0 {
        errors.push(Error::required(path, "must specify a volume type"));
    }
}

fn one(errors: &mut ErrorList, kind: &str, value: &Value, path: &Path) {
    match kind {
        "hostPath" => {
            required(errors, path, value, "path");
            no_backsteps(errors, value["path"].str(), &path.child("path"));
            let kind = value["type"].str();
            if !HOST_PATH_TYPES.contains(&kind) {
                errors.push(Error::not_supported(&path.child("type"), kind, &HOST_PATH_TYPES));
            }
        }
        "secret" => {
            required(errors, path, value, "secretName");
            mode(errors, value, "defaultMode", path);
            keys_to_paths(errors, value["items"].items(), &path.child("items"));
        }
        "configMap" => {
            required(errors, path, value, "name");
            mode(errors, value, "defaultMode", path);
            keys_to_paths(errors, value["items"].items(), &path.child("items"));
        }
        "downwardAPI" => {
            mode(errors, value, "defaultMode", path);
            downward_items(errors, value["items"].items(), &path.child("items"));
        }
        "projected" => {
            mode(errors, value, "defaultMode", path);
            projected(errors, value["sources"].items(), &path.child("sources"));
        }
        "persistentVolumeClaim" => required(errors, path, value, "claimName"),
        "nfs" => {
            required(errors, path, value, "server");
            required(errors, path, value, "path");
            let target = value["path"].str();
            if !target.starts_with('/') {
                errors.push(Error::invalid(&path.child("path"), target, "must be an absolute path"));
            }
        }
        "csi" => required(errors, path, value, "driver"),
        "ephemeral" if value["volumeClaimTemplate"].is_null() => {
            errors.push(Error::required(&path.child("volumeClaimTemplate"), ""));
        }
        "image" => {
            required(errors, path, value, "reference");
            one_of_if_set(errors, path, value, "pullPolicy", &["Always", "IfNotPresent", "Never"]);
        }
        _ => {}
    }
}

fn no_backsteps(errors: &mut ErrorList, target: &str, path: &Path) {
    if target.split('/').any(|part| part == "..") {
        errors.push(Error::invalid(path, target, "must not contain '..'"));
    }
}

fn mode(errors: &mut ErrorList, owner: &Value, field: &str, path: &Path) {
    let value = owner[field].int();
    if !(0..=0o777).contains(&value) {
        let detail = "must be a number between 0 and 0777 (octal), both inclusive";
        errors.push(Error::invalid(&path.child(field), value, detail));
    }
}

fn file_path(errors: &mut ErrorList, item: &Value, path: &Path) {
    let (target, path) = (item["path"].str(), path.child("path"));
    if target.is_empty() {
        return errors.push(Error::required(&path, ""));
    }
    if target.starts_with('/') {
        errors.push(Error::invalid(&path, target, "must be a relative path"));
    }
    no_backsteps(errors, target, &path);
    if target.starts_with("..") && !target.starts_with("../") {
        errors.push(Error::invalid(&path, target, "must not start with '..'"));
    }
}

fn keys_to_paths(errors: &mut ErrorList, items: &[Value], path: &Path) {
    for (i, item) in items.iter().enumerate() {
        let path = path.index(i);
        required(errors, &path, item, "key");
        file_path(errors, item, &path);
        mode(errors, item, "mode", &path);
    }
}

fn downward_items(errors: &mut ErrorList, items: &[Value], path: &Path) {
    for (i, item) in items.iter().enumerate() {
        let path = path.index(i);
        file_path(errors, item, &path);
        match (item["fieldRef"].is_null(), item["resourceFieldRef"].is_null()) {
            (false, false) => {
                let detail = "fieldRef and resourceFieldRef can not be specified simultaneously";
                errors.push(Error::invalid(&path, "resource", detail));
            }
            (false, true) => env::volume_field_ref(errors, &item["fieldRef"], &path.child("fieldRef")),
            (true, false) => {
                env::resource_ref(errors, &item["resourceFieldRef"], true, &path.child("resourceFieldRef"));
            }
            (true, true) => {
                errors
                    .push(Error::required(&path.child("fieldRef"), "one of fieldRef and resourceFieldRef is required"));
            }
        }
        mode(errors, item, "mode", &path);
    }
}

fn projected(errors: &mut ErrorList, sources: &[Value], path: &Path) {
    for (i, source) in sources.iter().enumerate() {
        let path = path.index(i);
        for kind in ["secret", "configMap"] {
            if !source[kind].is_null() {
                required(errors, &path.child(kind), &source[kind], "name");
                keys_to_paths(errors, source[kind]["items"].items(), &path.child(kind).child("items"));
            }
        }
        if !source["downwardAPI"].is_null() {
            let items = source["downwardAPI"]["items"].items();
            downward_items(errors, items, &path.child("downwardAPI").child("items"));
        }
        let token = &source["serviceAccountToken"];
        if !token.is_null() {
            let path = path.child("serviceAccountToken");
            if token["expirationSeconds"].int() < 600 {
                let detail = "may not specify a duration less than 10 minutes";
                let seconds = token["expirationSeconds"].clone();
                errors.push(Error::invalid(&path.child("expirationSeconds"), seconds, detail));
            }
            required(errors, &path, token, "path");
        }
    }
}
