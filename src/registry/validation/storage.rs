//! Volumes, claims and storage classes. Models `ValidatePersistentVolume` and its like.

use super::{affinity, immutable, invalid_each, one_of, selector, volume};
use crate::apimachinery::field::{Error, ErrorList, Path};
use crate::apimachinery::quantity::Quantity;
use crate::apimachinery::{Value, names};

const ACCESS_MODES: [&str; 4] = ["ReadOnlyMany", "ReadWriteMany", "ReadWriteOnce", "ReadWriteOncePod"];
/// The sources of a persistent volume, in the order in which the server looks at them.
const SOURCES: [&str; 21] = [
    "hostPath",
    "gcePersistentDisk",
    "awsElasticBlockStore",
    "glusterfs",
    "flocker",
    "nfs",
    "rbd",
    "quobyte",
    "cephfs",
    "iscsi",
    "cinder",
    "fc",
    "flexVolume",
    "azureFile",
    "vsphereVolume",
    "photonPersistentDisk",
    "portworxVolume",
    "azureDisk",
    "scaleIO",
    "local",
    "csi",
];

/// PersistentVolumeClaim, or the template of one.
pub fn claim_spec(errors: &mut ErrorList, spec: &Value, path: &Path) {
    if spec["accessModes"].is_empty() {
        errors.push(Error::required(&path.child("accessModes"), "at least 1 access mode is required"));
    }
    selector::label_selector(errors, &spec["selector"], &path.child("selector"));
    access_modes(errors, spec, path);
    let storage = &spec["resources"]["requests"]["storage"];
    let at = path.child("resources").key("storage");
    if storage.is_null() {
        errors.push(Error::required(&at, ""));
    } else {
        positive(errors, storage, &at);
    }
    class_and_mode(errors, spec, path);
    let (source, at) = (&spec["dataSource"], path.child("dataSource"));
    if !source.is_null() {
        for field in ["name", "kind"].into_iter().filter(|f| source[*f].is_empty()) {
            errors.push(Error::required(&at.child(field), ""));
        }
        if source["apiGroup"].is_empty() && !matches!(source["kind"].str(), "" | "PersistentVolumeClaim") {
            let detail = "must be 'PersistentVolumeClaim' when referencing the default apiGroup";
            errors.push(Error::invalid(&at, source["kind"].clone(), detail));
        }
    }
}

fn positive(errors: &mut ErrorList, amount: &Value, path: &Path) {
    if Quantity::of(amount).sign() <= 0 {
        errors.push(Error::invalid(path, amount.clone(), "must be greater than zero"));
    }
}

fn access_modes(errors: &mut ErrorList, spec: &Value, path: &Path) {
    let (modes, path) = (spec["accessModes"].items(), path.child("accessModes"));
    for mode in modes {
        if !ACCESS_MODES.contains(&mode.str()) {
            errors.push(Error::not_supported(&path, mode.str(), &ACCESS_MODES));
        }
    }
    let is_single = |m: &Value| m.str() == "ReadWriteOncePod";
    let others = modes.iter().any(|m| !is_single(m) && ACCESS_MODES.contains(&m.str()));
    if others && modes.iter().any(is_single) {
        errors.push(Error::forbidden(&path, "may not use ReadWriteOncePod with other access modes"));
    }
}

fn class_and_mode(errors: &mut ErrorList, spec: &Value, path: &Path) {
    let class = spec["storageClassName"].str();
    if !class.is_empty() {
        invalid_each(errors, &path.child("storageClassName"), class, names::is_dns1123_subdomain(class));
    }
    let (mode, supported) = (&spec["volumeMode"], ["Block", "Filesystem"]);
    if !mode.is_null() && !supported.contains(&mode.str()) {
        errors.push(Error::not_supported(&path.child("volumeMode"), mode.str(), &supported));
    }
}

/// PersistentVolume.
pub fn volume(errors: &mut ErrorList, object: &Value) {
    let (spec, path) = (&object["spec"], Path::new("spec"));
    if spec["accessModes"].is_empty() {
        errors.push(Error::required(&path.child("accessModes"), ""));
    }
    access_modes(errors, spec, &path);
    let (capacity, at) = (&spec["capacity"], path.child("capacity"));
    if capacity.is_empty() {
        errors.push(Error::required(&at, ""));
    }
    if capacity["storage"].is_null() || capacity.fields().count() > 1 {
        errors.push(Error::not_supported(&at, capacity.clone(), &["storage"]));
    }
    for (name, amount) in capacity.fields() {
        positive(errors, amount, &at.key(name));
    }
    let policy = spec["persistentVolumeReclaimPolicy"].str();
    one_of(errors, &path, spec, "persistentVolumeReclaimPolicy", &["Delete", "Recycle", "Retain"]);
    let (affinity, at) = (&spec["nodeAffinity"], path.child("nodeAffinity").child("required"));
    if !affinity.is_null() {
        match affinity["required"].is_null() {
            true => errors.push(Error::required(&at, "must specify required node constraints")),
            false => affinity::node_selector(errors, &affinity["required"], &at),
        }
    }
    let mut found = 0;
    for kind in SOURCES.into_iter().filter(|kind| !spec[*kind].is_null()) {
        found += 1;
        if found > 1 {
            errors.push(Error::forbidden(&path.child(kind), "may not specify more than 1 volume type"));
            continue;
        }
        volume::one(errors, kind, &spec[kind], &path);
        if kind == "local" && affinity.is_null() {
            let at = Path::new("metadata").child("annotations");
            errors.push(Error::required(&at, "Local volume requires node affinity"));
        }
    }
    if found == 0 {
        errors.push(Error::required(&path, "must specify a volume type"));
    }
    if spec["hostPath"]["path"].str() == "/" && policy == "Recycle" {
        let detail = "may not be 'recycle' for a hostPath mount of '/'";
        errors.push(Error::forbidden(&path.child("persistentVolumeReclaimPolicy"), detail));
    }
    class_and_mode(errors, spec, &path);
}

/// What a volume may not change.
pub fn volume_update(errors: &mut ErrorList, new: &Value, old: &Value) {
    let (new, old, path) = (&new["spec"], &old["spec"], Path::new("spec"));
    if SOURCES.iter().any(|kind| new[*kind] != old[*kind]) {
        let detail = "spec.persistentvolumesource is immutable after creation";
        errors.push(Error::forbidden(&path.child("persistentvolumesource"), detail));
    }
    immutable(errors, &Path::new("volumeMode"), &new["volumeMode"], &old["volumeMode"]);
    if !old["nodeAffinity"].is_null() && new["nodeAffinity"] != old["nodeAffinity"] {
        let detail = "field is immutable, except for updating from beta label to GA";
        errors.push(Error::invalid(&path.child("nodeAffinity"), new["nodeAffinity"].clone(), detail));
    }
}

/// A claim's spec stays, but for the volume's name, a late storage class and, once it is bound, the size.
pub fn claim_update(errors: &mut ErrorList, new: &Value, old: &Value) {
    let is_bound = new.at("status.phase").str() == "Bound";
    let strip = |v: &Value| {
        let mut spec = v["spec"].clone();
        for field in ["resources.requests.storage", "volumeAttributesClassName"].iter().filter(|_| is_bound) {
            spec.remove(field);
        }
        if old.at("spec.volumeName").is_empty() {
            spec.remove("volumeName");
        }
        if old.at("spec.storageClassName").is_null() {
            spec.remove("storageClassName");
        }
        spec
    };
    if strip(new) != strip(old) {
        let detail =
            "spec is immutable after creation except resources.requests and volumeAttributesClassName for bound claims";
        errors.push(Error::forbidden(&Path::new("spec"), detail));
    }
    let size = |v: &Value| Quantity::of(v.at("spec.resources.requests.storage"));
    if size(new) < size(old) && size(new) <= Quantity::of(old.at("status.capacity.storage")) {
        let path = Path::new("spec").child("resources").child("requests").child("storage");
        errors.push(Error::forbidden(&path, "field can not be less than status.capacity"));
    }
    immutable(errors, &Path::new("volumeMode"), &new["spec"]["volumeMode"], &old["spec"]["volumeMode"]);
}

/// StorageClass.
pub fn storage_class(errors: &mut ErrorList, class: &Value) {
    let provisioner = class["provisioner"].str();
    if provisioner.is_empty() {
        errors.push(Error::required(&Path::new("provisioner"), ""));
    } else {
        let texts = names::is_qualified_name(&provisioner.to_lowercase());
        invalid_each(errors, &Path::new("provisioner"), provisioner, texts);
    }
    let root = Path::default();
    one_of(errors, &root, class, "reclaimPolicy", &["Delete", "Retain"]);
    one_of(errors, &root, class, "volumeBindingMode", &["Immediate", "WaitForFirstConsumer"]);
}

/// What a storage class may not change.
pub fn storage_class_update(errors: &mut ErrorList, new: &Value, old: &Value) {
    for field in ["parameters", "provisioner", "reclaimPolicy"] {
        if new[field] != old[field] {
            errors.push(Error::forbidden(&Path::new(field), format!("updates to {field} are forbidden.")));
        }
    }
    let field = "volumeBindingMode";
    immutable(errors, &Path::new(field), &new[field], &old[field]);
}
