//! Binds claims to volumes, and holds what is in use. Models `pkg/controller/volume/persistentvolume`,
//! `pvcprotection` and `pvprotection`.

use super::{Context, Controller};
use crate::api::volumes;
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
/// The scheduler notes here for which node a volume is to be made.
const SELECTED_NODE: &str = "volume.kubernetes.io/selected-node";

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
        return sync_bound(claim, context);
    }
    let named = claim.at("spec.volumeName").str().to_owned();
    let bound = match named.as_str() {
        "" => sync_unbound(&claim, context)?,
        name => sync_named(&claim, name, context)?,
    };
    if bound {
        return Ok(());
    }
    context.queue.add_at(key, next_resync(context.now));
    set_claim_phase(claim, "Pending", context)
}

fn set_claim_phase(mut claim: Value, phase: &str, context: &mut Context) -> Result<(), Status> {
    if claim.at("status.phase").str() == phase {
        return Ok(());
    }
    claim.set("status.phase", phase);
    for field in ["status.accessModes", "status.capacity"] {
        claim.remove(field);
    }
    context.door().update_status(Resource::PersistentVolumeClaims, claim).map(|_| ())
}

/// A claim without its volume is lost. Models `syncBoundClaim`.
fn sync_bound(claim: Value, context: &mut Context) -> Result<(), Status> {
    let name = claim.at("spec.volumeName").str();
    let volume = context.get(Resource::PersistentVolumes, name);
    let (reason, message) = match volume {
        None => ("ClaimLost", "Bound claim has lost its PersistentVolume. Data on the volume is lost!"),
        Some(volume) if volume.at("spec.claimRef").is_null() || volumes::is_held_for(volume, &claim) => return Ok(()),
        Some(_) => ("ClaimMisbound", "Two claims are bound to the same volume, this one is bound incorrectly"),
    };
    if claim.at("status.phase").str() != "Lost" {
        context.event(&claim, "Warning", reason, message);
    }
    set_claim_phase(claim, "Lost", context)
}

/// Binds a claim to the volume that it names. True where that was done.
fn sync_named(claim: &Value, name: &str, context: &mut Context) -> Result<bool, Status> {
    let Some(volume) = context.get(Resource::PersistentVolumes, name).cloned() else { return Ok(false) };
    if volumes::is_held_for(&volume, claim) {
        return bind(claim, volume, context).map(|()| true);
    }
    let (reason, message) = match (volume.at("spec.claimRef").is_null(), volumes::check(&volume, claim)) {
        (true, Ok(())) => return bind(claim, volume, context).map(|()| true),
        (true, Err(why)) => ("VolumeMismatch", format!("Cannot bind to requested volume {name:?}: {why}")),
        _ => ("FailedBinding", format!("volume {name:?} already bound to a different claim.")),
    };
    context.event(claim, "Warning", reason, &message);
    Ok(false)
}

/// Binds a claim to the best volume; where there is none, says who is waited for. Models `syncUnboundClaim`.
fn sync_unbound(claim: &Value, context: &mut Context) -> Result<bool, Status> {
    let name = volumes::class(claim);
    let class = context.get(Resource::StorageClasses, name);
    let delays = class.is_some_and(|c| c["volumeBindingMode"].str() == "WaitForFirstConsumer");
    let all = context.informers.list_in(Resource::PersistentVolumes, "");
    if let Some(volume) = volumes::find(claim, all, None, delays).cloned() {
        return bind(claim, volume, context).map(|()| true);
    }
    if delays && claim.annotation(SELECTED_NODE).is_none() {
        let (reason, message) = consumer(claim, context);
        context.event(claim, "Normal", reason, &message);
        return Ok(false);
    }
    match (name, class) {
        ("", _) => {
            let message = "no persistent volumes available for this claim and no storage class is set";
            context.event(claim, "Normal", "FailedBinding", message);
        }
        (name, None) => {
            let message = format!("storageclass.storage.k8s.io {name:?} not found");
            context.event(claim, "Warning", "ProvisioningFailed", &message);
        }
        (_, Some(class)) => provision(claim, class["provisioner"].str(), context)?,
    }
    Ok(false)
}

/// Whom a claim waits for whose volume is chosen with the node of its pod.
fn consumer(claim: &Value, context: &Context) -> (&'static str, String) {
    let pods = context.informers.list_in(Resource::Pods, claim.namespace());
    let waiting: Vec<&str> = pods
        .filter(|p| !super::pods::is_terminal(p) && p.at("spec.nodeName").str().is_empty() && uses(p, claim.name()))
        .map(Object::name)
        .collect();
    match waiting.as_slice() {
        [] => ("WaitForFirstConsumer", "waiting for first consumer to be created before binding".to_owned()),
        [pod] => ("WaitForPodScheduled", format!("waiting for pod {pod} to be scheduled")),
        pods => ("WaitForPodScheduled", format!("waiting for pods {} to be scheduled", pods.join(","))),
    }
}

/// In-tree provisioners whose work CSI drivers have taken over.
const MIGRATED: &[(&str, &str)] = &[
    ("kubernetes.io/aws-ebs", "ebs.csi.aws.com"),
    ("kubernetes.io/azure-disk", "disk.csi.azure.com"),
    ("kubernetes.io/azure-file", "file.csi.azure.com"),
    ("kubernetes.io/cinder", "cinder.csi.openstack.org"),
    ("kubernetes.io/gce-pd", "pd.csi.storage.gke.io"),
    ("kubernetes.io/portworx-volume", "pxd.portworx.com"),
    ("kubernetes.io/vsphere-volume", "csi.vsphere.vmware.com"),
];

/// Asks an external provisioner for a volume; none runs here. Models `provisionClaim`.
fn provision(claim: &Value, provisioner: &str, context: &mut Context) -> Result<(), Status> {
    let migrated = MIGRATED.iter().find(|(name, _)| *name == provisioner);
    if migrated.is_none() && provisioner.starts_with("kubernetes.io/") {
        let message = format!("no volume plugin matched name: {provisioner}");
        context.event(claim, "Warning", "ProvisioningFailed", &message);
        return Ok(());
    }
    let provisioner = migrated.map_or(provisioner, |(_, csi)| csi);
    let mut asked = claim.clone();
    for annotation in ["volume.beta.kubernetes.io/storage-provisioner", "volume.kubernetes.io/storage-provisioner"] {
        asked.set_in(&["metadata", "annotations", annotation], provisioner);
    }
    let asked = match asked.annotations() == claim.annotations() {
        true => asked,
        false => context.door().update(Resource::PersistentVolumeClaims, asked)?,
    };
    let message = format!(
        "Waiting for a volume to be created either by the external provisioner '{provisioner}' or manually by the system \
         administrator. If volume creation is delayed, please verify that the provisioner is running and correctly registered."
    );
    context.event(&asked, "Normal", "ExternalProvisioning", &message);
    Ok(())
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
        return set_phase(volume.clone(), "Available", "", context).map(|_| ());
    }
    let key = format!("{}/{}", reference["namespace"].str(), reference["name"].str());
    let claim = context.get(Resource::PersistentVolumeClaims, &key).filter(|c| c.uid() == reference["uid"].str());
    if let Some(claim) = claim {
        // A claim that does not know of its volume yet is to learn of it.
        if claim.annotation(BIND_COMPLETED).is_none() {
            context.queue.add(key);
        }
        return Ok(());
    }
    // Failed volumes stay so.
    let volume = match volume.at("status.phase").str() {
        "Failed" => return Ok(()),
        _ => set_phase(volume.clone(), "Released", "", context)?,
    };
    match volume.at("spec.persistentVolumeReclaimPolicy").str() {
        "Delete" => delete_volume(volume, context),
        "Recycle" => recycle(volume, context),
        _ => Ok(()),
    }
}

/// Deletes what is behind a volume and then the volume. Models `deleteVolumeOperation`.
fn delete_volume(volume: Value, context: &mut Context) -> Result<(), Status> {
    let provisioner = volume.annotation("pv.kubernetes.io/provisioned-by").unwrap_or("");
    if !provisioner.is_empty() && !provisioner.starts_with("kubernetes.io/") {
        // Who made it deletes it.
        return Ok(());
    }
    let path = volume.at("spec.hostPath.path");
    let why = match path.as_str() {
        Some(path) if path.find("/tmp/").is_some_and(|at| path.len() > at + "/tmp/".len()) => {
            let deleted = context.door().delete(Resource::PersistentVolumes, volume.name(), Value::Null);
            return deleted.map(|_| ());
        }
        Some(path) => format!("host_path deleter only supports /tmp/.+ but received provided {path}"),
        None => {
            let name = volume.name();
            format!("error getting deleter volume plugin for volume {name:?}: no deletable volume plugin matched")
        }
    };
    fail(volume, "VolumeFailedDelete", &why, context)
}

/// Empties a volume for the next claim. Models `recycleVolumeOperation`.
fn recycle(mut volume: Value, context: &mut Context) -> Result<(), Status> {
    if volume.at("spec.hostPath").is_null() && volume.at("spec.nfs").is_null() {
        return fail(volume, "VolumeFailedRecycle", "no recyclable volume plugin matched", context);
    }
    context.event(&volume, "Normal", "VolumeRecycled", "Volume recycled");
    volume.remove("spec.claimRef");
    if let Value::Map(_) = volume.annotations() {
        volume.at_mut("metadata.annotations").map_mut().remove(BOUND_BY);
    }
    let volume = context.door().update(Resource::PersistentVolumes, volume)?;
    set_phase(volume, "Available", "", context).map(|_| ())
}

fn fail(volume: Value, reason: &str, why: &str, context: &mut Context) -> Result<(), Status> {
    let volume = set_phase(volume, "Failed", why, context)?;
    context.event(&volume, "Warning", reason, why);
    Ok(())
}

fn set_phase(mut volume: Value, phase: &str, message: &str, context: &mut Context) -> Result<Value, Status> {
    if volume.at("status.phase").str() == phase {
        return Ok(volume);
    }
    volume.set("status.phase", phase);
    volume.set("status.lastPhaseTransitionTime", context.now.rfc3339());
    match message {
        "" => drop(volume.remove("status.message")),
        why => volume.set("status.message", why),
    }
    context.door().update_status(Resource::PersistentVolumes, volume)
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

/// True where a pod mounts a claim.
fn uses(pod: &Value, claim: &str) -> bool {
    let mut volumes = pod["spec"]["volumes"].items().iter();
    volumes.any(|v| v.at("persistentVolumeClaim.claimName").str() == claim)
}

fn is_used(resource: Resource, object: &Value, context: &Context) -> bool {
    if resource == Resource::PersistentVolumes {
        return object.at("status.phase").str() == "Bound";
    }
    let mut pods = context.informers.list_in(Resource::Pods, object.namespace());
    // Pods that were never bound and pods that ended use nothing.
    pods.any(|p| uses(p, object.name()) && !p.at("spec.nodeName").str().is_empty() && !super::pods::is_terminal(p))
}
