//! Volumes, claims and storage classes. Models `ValidatePersistentVolume` and its like.

use super::{affinity, one_of, selector};
use crate::apimachinery::Value;
use crate::apimachinery::field::{Error, ErrorList, Path};
use crate::apimachinery::quantity::Quantity;

const ACCESS_MODES: [&str; 4] = ["ReadOnlyMany", "ReadWriteMany", "ReadWriteOnce", "ReadWriteOncePod"];

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
    } else if Quantity::of(storage).sign() <= 0 {
        errors.push(Error::invalid(&at, storage.clone(), "must be greater than zero"));
    }
}

fn access_modes(errors: &mut ErrorList, spec: &Value, path: &Path) {
    for mode in spec["accessModes"].items() {
        if !ACCESS_MODES.contains(&mode.str()) {
            errors.push(Error::not_supported(&path.child("accessModes"), mode.str(), &ACCESS_MODES));
        }
    }
}

/// PersistentVolume.
pub fn volume(errors: &mut ErrorList, volume: &Value) {
    let (spec, path) = (&volume["spec"], Path::new("spec"));
    if spec["accessModes"].is_empty() {
        errors.push(Error::required(&path.child("accessModes"), ""));
    }
    access_modes(errors, spec, &path);
    if spec["capacity"].is_empty() {
        errors.push(Error::required(&path.child("capacity"), ""));
    }
    one_of(errors, &path, spec, "persistentVolumeReclaimPolicy", &["Delete", "Recycle", "Retain"]);
    if !spec["nodeAffinity"]["required"].is_null() {
        affinity::node_selector(
            errors,
            &spec["nodeAffinity"]["required"],
            &path.child("nodeAffinity").child("required"),
        );
    }
    const KNOWN: [&str; 12] = [
        "hostPath",
        "nfs",
        "csi",
        "local",
        "gcePersistentDisk",
        "awsElasticBlockStore",
        "iscsi",
        "fc",
        "cephfs",
        "rbd",
        "glusterfs",
        "azureDisk",
    ];
    if !KNOWN.iter().any(|k| !spec[*k].is_null()) {
        errors.push(Error::required(&path, "must specify a volume type"));
    }
}

/// StorageClass.
pub fn storage_class(errors: &mut ErrorList, class: &Value) {
    if class["provisioner"].str().is_empty() {
        errors.push(Error::required(&Path::new("provisioner"), ""));
    }
    let root = Path::default();
    one_of(errors, &root, class, "reclaimPolicy", &["Delete", "Retain"]);
    one_of(errors, &root, class, "volumeBindingMode", &["Immediate", "WaitForFirstConsumer"]);
}
