//! PersistentVolumes and claims. Models `pkg/registry/core/persistentvolume` and `persistentvolumeclaim`.

use crate::apimachinery::field::{ErrorList, Path};
use crate::apimachinery::{Object, Time, Value};
use crate::object;
use crate::registry::printing::{self, AGE, NAME, text, wide};
use crate::registry::simple::Simple;
use crate::registry::validation::storage;

/// The strategy of volumes.
pub static VOLUMES: Simple = Simple {
    status: Some(|| object! { "phase" => "Pending" }),
    check: storage::volume,
    columns: &[
        NAME,
        text("Capacity"),
        text("Access Modes"),
        text("Reclaim Policy"),
        text("Status"),
        text("Claim"),
        text("StorageClass"),
        text("VolumeAttributesClass"),
        text("Reason"),
        AGE,
        wide("VolumeMode"),
    ],
    cells: volume_cells,
    selectable: |o| vec![("name", o.name().to_owned())],
    ..Simple::CLUSTER
};

/// The strategy of claims.
pub static CLAIMS: Simple = Simple {
    status: Some(|| object! { "phase" => "Pending" }),
    check: |errors: &mut ErrorList, o| storage::claim_spec(errors, &o["spec"], &Path::new("spec")),
    check_update: claim_update,
    columns: &[
        NAME,
        text("Status"),
        text("Volume"),
        text("Capacity"),
        text("Access Modes"),
        text("StorageClass"),
        text("VolumeAttributesClass"),
        AGE,
        wide("VolumeMode"),
    ],
    cells: claim_cells,
    selectable: |o| vec![("name", o.name().to_owned())],
    ..Simple::PLAIN
};

/// A claim's spec stays, but for the volume's name, a larger size and a late storage class.
fn claim_update(errors: &mut ErrorList, new: &Value, old: &Value) {
    let strip = |v: &Value| {
        let mut spec = v["spec"].clone();
        for field in ["resources.requests.storage", "volumeAttributesClassName"] {
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
        errors.push(crate::apimachinery::field::Error::forbidden(&Path::new("spec"), detail));
    }
}

fn volume_cells(volume: &Value, now: Time) -> Vec<Value> {
    let spec = &volume["spec"];
    let claim = match &spec["claimRef"] {
        Value::Null => String::new(),
        claim => format!("{}/{}", claim["namespace"].str(), claim["name"].str()),
    };
    vec![
        printing::name(volume),
        spec["capacity"]["storage"].str().into(),
        printing::access_modes(&spec["accessModes"]).into(),
        spec["persistentVolumeReclaimPolicy"].clone(),
        printing::phase(volume),
        claim.into(),
        spec["storageClassName"].str().into(),
        printing::or_unset(&spec["volumeAttributesClassName"]),
        volume["status"]["reason"].str().into(),
        printing::age(volume, now),
        printing::or_unset(&spec["volumeMode"]),
    ]
}

fn claim_cells(claim: &Value, now: Time) -> Vec<Value> {
    let spec = &claim["spec"];
    // Capacity and modes are those of the bound volume.
    let bound = !spec["volumeName"].str().is_empty();
    let (capacity, modes) = match bound {
        true => (
            claim["status"]["capacity"]["storage"].str().to_owned(),
            printing::access_modes(&claim["status"]["accessModes"]),
        ),
        false => Default::default(),
    };
    vec![
        printing::name(claim),
        printing::phase(claim),
        spec["volumeName"].str().into(),
        capacity.into(),
        modes.into(),
        spec["storageClassName"].str().into(),
        printing::or_unset(&spec["volumeAttributesClassName"]),
        printing::age(claim, now),
        printing::or_unset(&spec["volumeMode"]),
    ]
}
