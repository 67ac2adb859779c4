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
    check_update: storage::volume_update,
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
    check_update: storage::claim_update,
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
