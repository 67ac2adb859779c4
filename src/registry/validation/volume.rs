//! Volumes of a pod. Models `ValidateVolumes`.

use super::mounts::{Volumes, descending_path};
use super::{invalid_each, metadata, one_of_if_set, projected, required, storage};
use crate::apimachinery::field::{Error, ErrorList, Path};
use crate::apimachinery::quantity::Quantity;
use crate::apimachinery::{Value, names};

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
pub fn validate<'a>(errors: &mut ErrorList, volumes: &'a [Value], path: &Path) -> Volumes<'a> {
    let mut known = Volumes::new();
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
        if known.contains_key(name) {
            wrong.push(Error::duplicate(&path.child("name"), name));
        }
        if wrong.is_empty() {
            known.insert(name, volume);
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
            one(errors, kind, value, path);
        }
    }
    if found == 0 {
        errors.push(Error::required(path, "must specify a volume type"));
    }
}

/// What older sources must have, and how upstream calls their fields.
const REQUIRED: [(&str, &str, &[&str]); 13] = [
    ("gcePersistentDisk", "persistentDisk", &["pdName"]),
    ("awsElasticBlockStore", "awsElasticBlockStore", &["volumeID"]),
    ("gitRepo", "gitRepo", &["repository"]),
    ("iscsi", "iscsi", &["targetPortal", "iqn"]),
    ("glusterfs", "glusterfs", &["endpoints", "path"]),
    ("rbd", "rbd", &["monitors", "image"]),
    ("cephfs", "cephfs", &["monitors"]),
    ("cinder", "cinder", &["volumeID"]),
    ("azureFile", "azureFile", &["secretName", "shareName"]),
    ("azureDisk", "azureDisk", &["diskName", "diskURI"]),
    ("vsphereVolume", "vsphereVolume", &["volumePath"]),
    ("portworxVolume", "portworxVolume", &["volumeID"]),
    ("flexVolume", "flexVolume", &["driver"]),
];

/// One source of a volume, of a pod or of a persistent volume. `owner` is the path of what has the source.
pub fn one(errors: &mut ErrorList, kind: &str, value: &Value, owner: &Path) {
    let path = &owner.child(kind);
    match kind {
        "emptyDir" if Quantity::of(&value["sizeLimit"]).sign() < 0 => {
            let detail = "SizeLimit field must be a valid resource quantity";
            errors.push(Error::forbidden(&path.child("sizeLimit"), detail));
        }
        "hostPath" => host_path(errors, value, path),
        "secret" => {
            required(errors, path, value, "secretName");
            mode(errors, value, "defaultMode", path);
            projected::keys_to_paths(errors, value["items"].items(), &path.child("items"));
        }
        "configMap" => {
            required(errors, path, value, "name");
            mode(errors, value, "defaultMode", path);
            projected::keys_to_paths(errors, value["items"].items(), &path.child("items"));
        }
        "downwardAPI" => {
            mode(errors, value, "defaultMode", path);
            for item in value["items"].items() {
                projected::downward_file(errors, item, path);
            }
        }
        "projected" => {
            mode(errors, value, "defaultMode", path);
            projected::sources(errors, value["sources"].items(), path);
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
        "csi" => csi_driver(errors, value["driver"].str(), &path.child("driver")),
        "local" => {
            required(errors, path, value, "path");
            if value["path"].str().split('/').any(|part| part == "..") {
                let target = value["path"].str();
                errors.push(Error::invalid(&path.child("path"), target, "must not contain '..'"));
            }
        }
        "ephemeral" => ephemeral(errors, &value["volumeClaimTemplate"], &path.child("volumeClaimTemplate")),
        "image" => {
            required(errors, path, value, "reference");
            one_of_if_set(errors, path, value, "pullPolicy", &["Always", "IfNotPresent", "Never"]);
        }
        _ => {
            let Some((_, shown, fields)) = REQUIRED.iter().find(|(k, ..)| *k == kind) else { return };
            for field in fields.iter().filter(|f| value[**f].is_empty()) {
                errors.push(Error::required(&owner.child(shown).child(field), ""));
            }
        }
    }
}

fn host_path(errors: &mut ErrorList, value: &Value, path: &Path) {
    let (target, kind) = (value["path"].str(), value["type"].str());
    if target.is_empty() {
        return errors.push(Error::required(&path.child("path"), ""));
    }
    if target.split('/').any(|part| part == "..") {
        errors.push(Error::invalid(&path.child("path"), target, "must not contain '..'"));
    }
    if !HOST_PATH_TYPES.contains(&kind) {
        errors.push(Error::not_supported(&path.child("type"), kind, &HOST_PATH_TYPES));
    }
}

fn csi_driver(errors: &mut ErrorList, name: &str, path: &Path) {
    if name.is_empty() {
        errors.push(Error::required(path, ""));
    }
    if name.len() > 63 {
        errors.push(Error::too_long(path, 63));
    }
    if !name.is_empty() {
        invalid_each(errors, path, name, names::is_dns1123_subdomain(&name.to_lowercase()));
    }
}

fn ephemeral(errors: &mut ErrorList, template: &Value, path: &Path) {
    if template.is_null() {
        return errors.push(Error::required(path, ""));
    }
    let at = path.child("metadata");
    metadata::annotations(errors, &template["metadata"]["annotations"], &at);
    metadata::labels(errors, &template["metadata"]["labels"], &at, "labels");
    storage::claim_spec(errors, &template["spec"], &path.child("spec"));
}

/// The mode of a file.
pub fn mode(errors: &mut ErrorList, owner: &Value, field: &str, path: &Path) {
    let value = owner[field].int();
    if !(0..=0o777).contains(&value) {
        let detail = "must be a number between 0 and 0777 (octal), both inclusive";
        errors.push(Error::invalid(&path.child(field), value, detail));
    }
}

/// The path of a file within a volume.
pub fn file_path(errors: &mut ErrorList, item: &Value, path: &Path) {
    let (target, path) = (item["path"].str(), path.child("path"));
    if target.is_empty() {
        return errors.push(Error::required(&path, ""));
    }
    descending_path(errors, target, &path);
    if target.starts_with("..") && !target.starts_with("../") {
        errors.push(Error::invalid(&path, target, "must not start with '..'"));
    }
}
