//! Storage classes and drivers. Models `pkg/registry/storage`.

use crate::apimachinery::{Object, Value};
use crate::registry::printing::{self, AGE, NAME, integer, text};
use crate::registry::simple::Simple;
use crate::registry::validation::storage;

/// StorageClasses.
pub static CLASSES: Simple = Simple {
    check: storage::storage_class,
    check_update: storage::storage_class_update,
    columns: &[
        NAME,
        text("Provisioner"),
        text("ReclaimPolicy"),
        text("VolumeBindingMode"),
        text("AllowVolumeExpansion"),
        AGE,
    ],
    cells: |o, now| {
        let default = o.annotation("storageclass.kubernetes.io/is-default-class") == Some("true");
        let name = if default { format!("{} (default)", o.name()) } else { o.name().to_owned() };
        vec![
            name.into(),
            o["provisioner"].clone(),
            o["reclaimPolicy"].clone(),
            o["volumeBindingMode"].clone(),
            o["allowVolumeExpansion"].bool().into(),
            printing::age(o, now),
        ]
    },
    ..Simple::CLUSTER
};

/// CSINodes.
pub static NODES: Simple = Simple {
    columns: &[NAME, integer("Drivers"), AGE],
    cells: |o, now| vec![printing::name(o), o["spec"]["drivers"].items().len().into(), printing::age(o, now)],
    ..Simple::CLUSTER
};

/// CSIDrivers.
pub static DRIVERS: Simple = Simple {
    generation: &["spec"],
    columns: &[
        NAME,
        text("AttachRequired"),
        text("PodInfoOnMount"),
        text("StorageCapacity"),
        text("TokenRequests"),
        text("RequiresRepublish"),
        text("Modes"),
        AGE,
    ],
    cells: |o, now| {
        let spec = &o["spec"];
        let tokens: Vec<&str> = spec["tokenRequests"].items().iter().map(|t| t["audience"].str()).collect();
        let modes: Vec<&str> = spec["volumeLifecycleModes"].items().iter().map(Value::str).collect();
        vec![
            printing::name(o),
            spec["attachRequired"].bool().into(),
            spec["podInfoOnMount"].bool().into(),
            spec["storageCapacity"].bool().into(),
            if tokens.is_empty() { "<unset>".to_owned() } else { tokens.join(",") }.into(),
            spec["requiresRepublish"].bool().into(),
            modes.join(",").into(),
            printing::age(o, now),
        ]
    },
    ..Simple::CLUSTER
};

/// CSIStorageCapacities.
pub static CAPACITIES: Simple = Simple {
    columns: &[NAME, text("StorageClassName"), text("Capacity")],
    cells: |o, _| vec![printing::name(o), o["storageClassName"].clone(), o["capacity"].str().into()],
    ..Simple::PLAIN
};

/// VolumeAttachments.
pub static ATTACHMENTS: Simple = Simple {
    status: Some(|| crate::object! { "attached" => false }),
    columns: &[NAME, text("Attacher"), text("PV"), text("Node"), text("Attached"), AGE],
    cells: |o, now| {
        let spec = &o["spec"];
        vec![
            printing::name(o),
            spec["attacher"].clone(),
            spec["source"]["persistentVolumeName"].str().into(),
            spec["nodeName"].clone(),
            o["status"]["attached"].bool().into(),
            printing::age(o, now),
        ]
    },
    ..Simple::CLUSTER
};

/// VolumeAttributesClasses.
pub static ATTRIBUTES_CLASSES: Simple = Simple {
    columns: &[NAME, text("DriverName"), AGE],
    cells: |o, now| vec![printing::name(o), o["driverName"].clone(), printing::age(o, now)],
    ..Simple::CLUSTER
};
