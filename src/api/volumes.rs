//! Which volume fits a claim. Models `component-helpers/storage/volume` (`FindMatchingVolume`).

use super::node_affinity::node_selector_matches;
use crate::apimachinery::labels::Selector;
use crate::apimachinery::quantity::Quantity;
use crate::apimachinery::{Object, Value};

const BETA_CLASS: &str = "volume.beta.kubernetes.io/storage-class";

/// The storage class that a claim or volume asks for; "" for none.
pub fn class(object: &Value) -> &str {
    object.annotation(BETA_CLASS).unwrap_or_else(|| object.at("spec.storageClassName").str())
}

fn capacity(volume: &Value) -> i64 {
    Quantity::of(&volume.at("spec.capacity")["storage"]).value()
}

fn mode(object: &Value) -> &str {
    if object.at("spec.volumeMode").str() == "Block" { "Block" } else { "Filesystem" }
}

fn offers_access(volume: &Value, claim: &Value) -> bool {
    let offered = volume.at("spec.accessModes").items();
    claim.at("spec.accessModes").items().iter().all(|mode| offered.contains(mode))
}

/// True where a volume is held for a claim.
pub fn is_held_for(volume: &Value, claim: &Value) -> bool {
    let holder = volume.at("spec.claimRef");
    !holder.is_null()
        && (holder["name"].str(), holder["namespace"].str()) == (claim.name(), claim.namespace())
        && (holder["uid"].str().is_empty() || holder["uid"].str() == claim.uid())
}

/// Why a volume that a claim names does not fit it. Models `checkVolumeSatisfyClaim`.
pub fn check(volume: &Value, claim: &Value) -> Result<(), &'static str> {
    let wanted = Quantity::of(&claim.at("spec.resources.requests")["storage"]).value();
    match () {
        _ if wanted > capacity(volume) => Err("requested PV is too small"),
        _ if class(claim) != class(volume) => Err("storageClassName does not match"),
        _ if mode(claim) != mode(volume) => Err("incompatible volumeMode"),
        _ if !offers_access(volume, claim) => Err("incompatible accessMode"),
        _ => Ok(()),
    }
}

/// True where the node can reach a volume.
pub fn reaches(volume: &Value, node: &Value) -> bool {
    let required = volume.at("spec.nodeAffinity.required");
    required.is_null() || node_selector_matches(required, node)
}

/// The volume that is held for a claim, or the best free one: of those with the fewest access modes the smallest. With a
/// node, one that the node reaches; `delays` says that without a node only a held one counts.
pub fn find<'a>(
    claim: &Value,
    volumes: impl Iterator<Item = &'a Value>,
    node: Option<&Value>,
    delays: bool,
) -> Option<&'a Value> {
    let wanted = Quantity::of(&claim.at("spec.resources.requests")["storage"]).value();
    let selector = Selector::from_label_selector(claim.at("spec.selector")).unwrap_or_default();
    let fits = |volume: &&Value| {
        let free = volume.at("spec.claimRef").is_null();
        (free || is_held_for(volume, claim))
            && capacity(volume) >= wanted
            && mode(volume) == mode(claim)
            && !volume.is_terminating()
            && offers_access(volume, claim)
    };
    let mut best: Option<&Value> = None;
    let order = |v: &Value| (v.at("spec.accessModes").items().len(), capacity(v));
    for volume in volumes.filter(fits) {
        let reached = node.is_none_or(|node| reaches(volume, node));
        if is_held_for(volume, claim) {
            return reached.then_some(volume);
        }
        let free = volume.at("status.phase").str() == "Available"
            && (claim.at("spec.selector").is_null() || selector.matches(volume.labels()))
            && class(volume) == class(claim)
            && reached
            && !(node.is_none() && delays);
        if free && best.is_none_or(|there| order(volume) < order(there)) {
            best = Some(volume);
        }
    }
    best
}
