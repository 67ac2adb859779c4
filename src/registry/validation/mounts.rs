//! Where containers see volumes. Models `ValidateVolumeMounts` and `ValidateVolumeDevices`.

use crate::apimachinery::Value;
use crate::apimachinery::field::{Error, ErrorList, Path};
use std::collections::{BTreeMap, BTreeSet};

/// The volumes that mounts may name.
pub type Volumes<'a> = BTreeMap<&'a str, &'a Value>;

/// A path below some folder.
pub fn descending_path(errors: &mut ErrorList, target: &str, path: &Path) {
    if target.starts_with('/') {
        errors.push(Error::invalid(path, target, "must be a relative path"));
    }
    if target.split('/').any(|part| part == "..") {
        errors.push(Error::invalid(path, target, "must not contain '..'"));
    }
}

/// `volumeMounts` and `volumeDevices` of a container.
pub fn validate(errors: &mut ErrorList, container: &Value, volumes: &Volumes, path: &Path) {
    let devices = container["volumeDevices"].items();
    let mounts = container["volumeMounts"].items();
    let path_of = path.child("volumeMounts");
    let mut seen = BTreeSet::new();
    for (i, mount) in mounts.iter().enumerate() {
        let at = |field: &str| path_of.index(i).child(field);
        let (name, target) = (mount["name"].str(), mount["mountPath"].str());
        if name.is_empty() {
            errors.push(Error::required(&at("name"), ""));
        }
        if !volumes.contains_key(name) {
            errors.push(Error::not_found(&at("name"), name));
        }
        if target.is_empty() {
            errors.push(Error::required(&at("mountPath"), ""));
        }
        if !seen.insert(target) {
            errors.push(Error::invalid(&at("mountPath"), target, "must be unique"));
        }
        if devices.iter().any(|d| d["name"].str() == name) {
            errors.push(Error::invalid(&at("name"), name, "must not already exist in volumeDevices"));
        }
        if devices.iter().any(|d| d["devicePath"].str() == target) {
            let detail = "must not already exist as a path in volumeDevices";
            errors.push(Error::invalid(&at("mountPath"), target, detail));
        }
        details(errors, container, mount, &path_of, i);
    }
    if !devices.is_empty() {
        volume_devices(errors, devices, mounts, volumes, &path.child("volumeDevices"));
    }
}

/// Upstream leaves the index out of most of these paths.
fn details(errors: &mut ErrorList, container: &Value, mount: &Value, path: &Path, i: usize) {
    let (sub, expression) = (mount["subPath"].str(), mount["subPathExpr"].str());
    descending_path(errors, sub, &path.child("subPath"));
    if !expression.is_empty() {
        if !sub.is_empty() {
            let detail = "subPathExpr and subPath are mutually exclusive";
            errors.push(Error::invalid(&path.index(i).child("subPathExpr"), expression, detail));
        }
        descending_path(errors, expression, &path.child("subPathExpr"));
    }
    let propagation = &mount["mountPropagation"];
    if !propagation.is_null() {
        let (supported, at) = (["Bidirectional", "HostToContainer", "None"], path.child("mountPropagation"));
        if !supported.contains(&propagation.str()) {
            errors.push(Error::not_supported(&at, propagation.str(), &supported));
        }
        if propagation.str() == "Bidirectional" && !container.at("securityContext.privileged").bool() {
            let detail = "Bidirectional mount propagation is available only to privileged containers";
            errors.push(Error::forbidden(&at, detail));
        }
    }
    let (recursive, at) = (&mount["recursiveReadOnly"], path.child("recursiveReadOnly"));
    match recursive.str() {
        "" if recursive.is_null() => {}
        "Disabled" => {}
        "Enabled" | "IfPossible" => {
            if !mount["readOnly"].bool() {
                errors.push(Error::forbidden(&at, "may only be specified when readOnly is true"));
            }
            if !matches!(propagation.str(), "" | "None") {
                let detail = "may only be specified when mountPropagation is None or not specified";
                errors.push(Error::forbidden(&at, detail));
            }
        }
        other => errors.push(Error::not_supported(&at, other, &["Disabled", "Enabled", "IfPossible"])),
    }
}

fn volume_devices(errors: &mut ErrorList, devices: &[Value], mounts: &[Value], volumes: &Volumes, path: &Path) {
    let (mut paths, mut names) = (BTreeSet::new(), BTreeSet::new());
    for (i, device) in devices.iter().enumerate() {
        let at = |field: &str| path.index(i).child(field);
        let (name, target) = (device["name"].str(), device["devicePath"].str());
        if name.is_empty() {
            errors.push(Error::required(&at("name"), ""));
        }
        if !names.insert(name) {
            errors.push(Error::invalid(&at("name"), name, "must be unique"));
        }
        match volumes.get(name) {
            Some(volume) if volume["persistentVolumeClaim"].is_null() && volume["ephemeral"].is_null() => {
                let detail = "can only use volume source type of PersistentVolumeClaim or Ephemeral for block mode";
                errors.push(Error::invalid(&at("name"), name, detail));
            }
            Some(_) => {}
            None => errors.push(Error::not_found(&at("name"), name)),
        }
        if target.is_empty() {
            errors.push(Error::required(&at("devicePath"), ""));
        }
        if !paths.insert(target) {
            errors.push(Error::invalid(&at("devicePath"), target, "must be unique"));
        }
        if target.split('/').any(|part| part == "..") {
            errors.push(Error::invalid(&at("devicePath"), target, "can not contain backsteps ('..')"));
        } else {
            if mounts.iter().any(|m| m["name"].str() == name) {
                errors.push(Error::invalid(&at("name"), name, "must not already exist in volumeMounts"));
            }
            if mounts.iter().any(|m| m["mountPath"].str() == target) {
                let detail = "must not already exist as a path in volumeMounts";
                errors.push(Error::invalid(&at("devicePath"), target, detail));
            }
        }
    }
}
