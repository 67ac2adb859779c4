//! Binds claims to volumes, and holds what is in use. Models `pkg/controller/volume/persistentvolume`,
//! `pvcprotection` and `pvprotection`.

use super::{Context, Controller};
use crate::apimachinery::labels::Selector;
use crate::apimachinery::quantity::Quantity;
use crate::apimachinery::time::{Duration, Time};
use crate::apimachinery::{Object, Status, Value};
use crate::client::{Delta, Informers, Resource, WorkQueue};
use crate::object;

/// Claims and volumes are looked at again this often, whatever happened.
const RESYNC: Duration = Duration::from_secs(15);
/// Before the keys of claims of which only the use is looked at: what `pvcprotection` does.
const PROTECT: &str = "use of ";
const BOUND_BY: &str = "pv.kubernetes.io/bound-by-controller";
const BIND_COMPLETED: &str = "pv.kubernetes.io/bind-completed";

#[derive(Clone)]
pub struct PersistentVolumes;

impl PersistentVolumes {
    pub fn boxed() -> Box<dyn Controller> {
        Box::new(Self)
    }
}

/// The next moment of the resync, which all claims and volumes share.
fn next_resync(now: Time) -> Time {
    let period = RESYNC.as_nanos() as i64;
    Time(now.0 - now.0.rem_euclid(period) + period)
}

impl Controller for PersistentVolumes {
    fn name(&self) -> &'static str {
        "persistentvolume-controller"
    }

    fn watches(&self) -> &'static [Resource] {
        &[Resource::PersistentVolumes, Resource::PersistentVolumeClaims, Resource::Pods]
    }

    fn enqueue(&mut self, delta: &Delta, _: &Informers, queue: &mut WorkQueue, _: Time) {
        let object = delta.object();
        match delta.resource {
            Resource::PersistentVolumes if !delta.is_delete() => queue.add(&*delta.key),
            Resource::PersistentVolumeClaims => {
                if delta.is_delete() {
                    queue.add(object.at("spec.volumeName").str());
                } else {
                    queue.add(&*delta.key);
                }
            }
            // A pod that is gone may have been the last to use a claim.
            Resource::Pods if delta.is_delete() || delta.changed("status.phase") => {
                for volume in object["spec"]["volumes"].items() {
                    if let Some(name) = volume.at("persistentVolumeClaim.claimName").as_str() {
                        queue.add(format!("{PROTECT}{}/{name}", object.namespace()));
                    }
                }
            }
            _ => {}
        }
    }

    /// Keys of claims have a namespace, those of volumes have none.
    fn reconcile(&mut self, key: &str, context: &mut Context) -> Result<(), Status> {
        if let Some(key) = key.strip_prefix(PROTECT) {
            let claim =
                context.get(Resource::PersistentVolumeClaims, key).filter(|claim| claim.is_terminating()).cloned();
            return claim.map_or(Ok(()), |claim| {
                release_finalizer(Resource::PersistentVolumeClaims, &claim, "kubernetes.io/pvc-protection", context)
            });
        }
        if key.contains('/') { sync_claim(key, context) } else { sync_volume(key, context) }
    }
}

// --- claims --------------------------------------------------------------------------------------------------------

fn sync_claim(key: &str, context: &mut Context) -> Result<(), Status> {
    let Some(claim) = context.get(Resource::PersistentVolumeClaims, key).cloned() else { return Ok(()) };
    if claim.is_terminating() {
        return release_finalizer(Resource::PersistentVolumeClaims, &claim, "kubernetes.io/pvc-protection", context);
    }
    if claim.annotation(BIND_COMPLETED).is_some() {
        return Ok(());
    }
    let class = claim.at("spec.storageClassName").str();
    let found = find_volume(&claim, context);
    if let Some(volume) = found {
        return bind(&claim, volume, context);
    }
    context.queue.add_at(key, next_resync(context.now));
    let waits = context.get(Resource::StorageClasses, class);
    let (kind, reason, message) = match (class, waits) {
        ("", _) => (
            "Normal",
            "FailedBinding",
            "no persistent volumes available for this claim and no storage class is set".to_owned(),
        ),
        (class, None) => ("Warning", "ProvisioningFailed", format!("storageclass.storage.k8s.io {class:?} not found")),
        (_, Some(class)) if class["volumeBindingMode"].str() == "WaitForFirstConsumer" => {
            ("Normal", "WaitForFirstConsumer", "waiting for first consumer to be created before binding".to_owned())
        }
        (_, Some(class)) => {
            let provisioner = class["provisioner"].str();
            let message = format!(
                "Waiting for a volume to be created either by the external provisioner '{provisioner}' or manually by the \
                 system administrator. If volume creation is delayed, please verify that the provisioner is running and \
                 correctly registered."
            );
            ("Normal", "ExternalProvisioning", message)
        }
    };
    context.event(&claim, kind, reason, &message);
    if claim.at("status.phase").str() == "Pending" {
        return Ok(());
    }
    let mut pending = claim;
    pending.set("status.phase", "Pending");
    context.door().update_status(Resource::PersistentVolumeClaims, pending).map(|_| ())
}

/// The smallest volume that fits, or the one that claim or volume name.
fn find_volume(claim: &Value, context: &Context) -> Option<Value> {
    let named = claim.at("spec.volumeName").str();
    let free = |volume: &&Value| {
        let reference = volume.at("spec.claimRef");
        reference.is_null()
            || (reference["name"].str() == claim.name()
                && reference["namespace"].str() == claim.namespace()
                && (reference["uid"].str().is_empty() || reference["uid"].str() == claim.uid()))
    };
    let volumes = context.informers.list_in(Resource::PersistentVolumes, "").filter(|v| !v.is_terminating());
    if !named.is_empty() {
        return volumes.filter(free).find(|v| v.name() == named).cloned();
    }
    let size = |v: &Value| Quantity::of(&v.at("spec.capacity")["storage"]).value();
    let wanted = Quantity::of(&claim.at("spec.resources.requests")["storage"]).value();
    let modes =
        |v: &Value| -> Vec<String> { v.at("spec.accessModes").items().iter().map(|m| m.str().to_owned()).collect() };
    let fits = |volume: &&Value| {
        let offered = modes(volume);
        let mode = |v: &Value| if v.at("spec.volumeMode").str() == "Block" { "Block" } else { "Filesystem" };
        let selected = claim.at("spec.selector").is_null()
            || Selector::from_label_selector(claim.at("spec.selector")).is_ok_and(|s| s.matches(volume.labels()));
        size(volume) >= wanted
            && modes(claim).iter().all(|m| offered.contains(m))
            && volume.at("spec.storageClassName").str() == claim.at("spec.storageClassName").str()
            && mode(volume) == mode(claim)
            && selected
            && matches!(volume.at("status.phase").str(), "Available" | "Pending" | "")
    };
    volumes.filter(free).filter(fits).min_by_key(|v| (v.at("spec.claimRef").is_null(), size(v))).cloned()
}

fn bind(claim: &Value, mut volume: Value, context: &mut Context) -> Result<(), Status> {
    if volume.at("spec.claimRef.uid").str() != claim.uid() {
        let by_us = volume.at("spec.claimRef").is_null();
        let reference = object! {
            "apiVersion" => "v1", "kind" => "PersistentVolumeClaim", "name" => claim.name(),
            "namespace" => claim.namespace(), "uid" => claim.uid(),
            "resourceVersion" => claim.metadata()["resourceVersion"].clone(),
        };
        volume.set("spec.claimRef", reference);
        if by_us {
            volume.set_in(&["metadata", "annotations", BOUND_BY], "yes");
        }
        volume = context.door().update(Resource::PersistentVolumes, volume)?;
    }
    volume.set("status.phase", "Bound");
    let volume = context.door().update_status(Resource::PersistentVolumes, volume)?;
    let mut bound = claim.clone();
    if bound.at("spec.volumeName").str().is_empty() {
        bound.set("spec.volumeName", volume.name());
        bound.set_in(&["metadata", "annotations", BOUND_BY], "yes");
    }
    bound.set_in(&["metadata", "annotations", BIND_COMPLETED], "yes");
    let mut bound = context.door().update(Resource::PersistentVolumeClaims, bound)?;
    bound.set("status.phase", "Bound");
    bound.set("status.accessModes", volume.at("spec.accessModes").clone());
    bound.set("status.capacity", volume.at("spec.capacity").clone());
    context.door().update_status(Resource::PersistentVolumeClaims, bound).map(|_| ())
}

// --- volumes -------------------------------------------------------------------------------------------------------

fn sync_volume(name: &str, context: &mut Context) -> Result<(), Status> {
    let Some(volume) = context.get(Resource::PersistentVolumes, name).cloned() else { return Ok(()) };
    if volume.is_terminating() {
        return release_finalizer(Resource::PersistentVolumes, &volume, "kubernetes.io/pv-protection", context);
    }
    let reference = volume.at("spec.claimRef");
    if reference.is_null() || reference["uid"].str().is_empty() {
        return set_phase(volume.clone(), "Available", context);
    }
    let key = format!("{}/{}", reference["namespace"].str(), reference["name"].str());
    let claim = context.get(Resource::PersistentVolumeClaims, &key).filter(|c| c.uid() == reference["uid"].str());
    if claim.is_some() {
        return Ok(());
    }
    if volume.at("spec.persistentVolumeReclaimPolicy").str() == "Delete" {
        let _ = context.door().delete(Resource::PersistentVolumes, name, Value::Null);
        return Ok(());
    }
    set_phase(volume.clone(), "Released", context)
}

fn set_phase(mut volume: Value, phase: &str, context: &mut Context) -> Result<(), Status> {
    if volume.at("status.phase").str() == phase {
        return Ok(());
    }
    volume.set("status.phase", phase);
    volume.set("status.lastPhaseTransitionTime", context.now.rfc3339());
    context.door().update_status(Resource::PersistentVolumes, volume).map(|_| ())
}

/// Takes the protection off what is being deleted and no longer used.
fn release_finalizer(resource: Resource, object: &Value, finalizer: &str, context: &mut Context) -> Result<(), Status> {
    if !object.finalizers().any(|f| f == finalizer) || is_used(resource, object, context) {
        return Ok(());
    }
    let kept: Vec<Value> = object.finalizers().filter(|f| *f != finalizer).map(Value::from).collect();
    let mut free = object.clone();
    free.set("metadata.finalizers", kept);
    match context.door().update(resource, free) {
        Err(status) if status.code == 404 => Ok(()),
        other => other.map(|_| ()),
    }
}

fn is_used(resource: Resource, object: &Value, context: &Context) -> bool {
    if resource == Resource::PersistentVolumes {
        return object.at("status.phase").str() == "Bound";
    }
    let uses = |pod: &Value| {
        let mut volumes = pod["spec"]["volumes"].items().iter();
        volumes.any(|v| v.at("persistentVolumeClaim.claimName").str() == object.name())
    };
    let mut pods = context.informers.list_in(Resource::Pods, object.namespace());
    // Pods that were never bound and pods that ended use nothing.
    pods.any(|p| uses(p) && !p.at("spec.nodeName").str().is_empty() && !super::pods::is_terminal(p))
}
