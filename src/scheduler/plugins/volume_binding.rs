//! The pod's claims must be bound, or be of a class that waits for a consumer: then a volume is chosen with the node.
//! Models `plugins/volumebinding`.

use crate::api::volumes;
use crate::apimachinery::{Object, Value};
use crate::client::{Delta, Informers, Resource};
use crate::scheduler::framework::{Cycle, Plugin, Refusal};
use crate::scheduler::node_info::NodeInfo;
use crate::scheduler::pod_info::PodInfo;

pub struct VolumeBinding;

/// Names of the claims of a pod, ephemeral ones included.
fn claims(pod: &Value) -> impl Iterator<Item = String> {
    pod["spec"]["volumes"].items().iter().filter_map(|volume| {
        if !volume["ephemeral"].is_null() {
            return Some(format!("{}-{}", pod.name(), volume["name"].str()));
        }
        volume.at("persistentVolumeClaim.claimName").as_str().map(str::to_owned)
    })
}

/// The claims of a pod that are there.
fn found<'a>(pod: &Value, informers: &'a Informers) -> impl Iterator<Item = &'a Value> {
    let keys: Vec<String> = claims(pod).map(|name| format!("{}/{name}", pod.namespace())).collect();
    keys.into_iter().filter_map(|key| informers.get(Resource::PersistentVolumeClaims, &key))
}

fn is_bound(claim: &Value) -> bool {
    !claim.at("spec.volumeName").str().is_empty() && claim.annotation("pv.kubernetes.io/bind-completed").is_some()
}

fn class<'a>(claim: &Value, informers: &'a Informers) -> Option<&'a Value> {
    informers.get(Resource::StorageClasses, volumes::class(claim))
}

fn waits_for_consumer(claim: &Value, informers: &Informers) -> bool {
    class(claim, informers).is_some_and(|c| c["volumeBindingMode"].str() == "WaitForFirstConsumer")
}

/// How the claims of a pod that wait for its node are to be served there.
#[derive(Default)]
pub struct Plan {
    /// Volumes, each with the claim that it is given to.
    pub give: Vec<(Value, Value)>,
    /// Claims for which a volume is to be made.
    pub make: Vec<Value>,
}

impl Plan {
    /// True where all claims have their volumes.
    pub fn is_done(&self) -> bool {
        self.give.is_empty() && self.make.is_empty()
    }
}

/// Looks for volumes that a node reaches. None where it has none for a claim. Models `FindPodVolumes`.
pub fn plan(pod: &Value, node: &Value, informers: &Informers) -> Option<Plan> {
    let mut plan = Plan::default();
    for claim in found(pod, informers).filter(|claim| !is_bound(claim)) {
        let free = informers.list_in(Resource::PersistentVolumes, "");
        let free = free.filter(|v| !plan.give.iter().any(|(taken, _)| taken.name() == v.name()));
        if let Some(volume) = volumes::find(claim, free, Some(node), true) {
            plan.give.push((volume.clone(), claim.clone()));
            continue;
        }
        match class(claim, informers).map(|c| c["provisioner"].str()) {
            None | Some("" | "kubernetes.io/no-provisioner") => return None,
            Some(_) => plan.make.push(claim.clone()),
        }
    }
    Some(plan)
}

impl Plugin for VolumeBinding {
    fn name(&self) -> &'static str {
        "VolumeBinding"
    }

    fn pre_filter(&self, pod: &PodInfo, cycle: &mut Cycle) -> Option<String> {
        if pod.pod["spec"]["volumes"].is_empty() {
            return None;
        }
        let mut unbound = false;
        for name in claims(&pod.pod) {
            let key = format!("{}/{name}", pod.pod.namespace());
            let Some(claim) = cycle.informers.get(Resource::PersistentVolumeClaims, &key) else {
                return Some(format!("persistentvolumeclaim {name:?} not found"));
            };
            if claim.at("status.phase").str() == "Lost" {
                let volume = claim.at("spec.volumeName").str();
                return Some(format!(
                    "persistentvolumeclaim {name:?} bound to non-existent persistentvolume {volume:?}"
                ));
            }
            if claim.is_terminating() {
                return Some(format!("persistentvolumeclaim {name:?} is being deleted"));
            }
            unbound |= !is_bound(claim) && !waits_for_consumer(claim, cycle.informers);
        }
        unbound.then(|| "pod has unbound immediate PersistentVolumeClaims".to_owned())
    }

    fn filter(&self, pod: &PodInfo, node: &NodeInfo, cycle: &Cycle) -> Option<Refusal> {
        if pod.pod["spec"]["volumes"].is_empty() {
            return None;
        }
        for claim in found(&pod.pod, cycle.informers).filter(|claim| is_bound(claim)) {
            let Some(volume) = cycle.informers.get(Resource::PersistentVolumes, claim.at("spec.volumeName").str())
            else {
                return Refusal::unresolvable(
                    "node(s) unavailable due to one or more pvc(s) bound to non-existent pv(s)",
                );
            };
            if !volumes::reaches(volume, &node.node) {
                return Refusal::unresolvable("node(s) didn't match PersistentVolume's node affinity");
            }
        }
        match plan(&pod.pod, &node.node, cycle.informers) {
            None => Refusal::unresolvable("node(s) didn't find available persistent volumes to bind"),
            Some(_) => None,
        }
    }

    fn helps(&self, pod: &PodInfo, delta: &Delta) -> bool {
        let claim = delta.object();
        match delta.resource {
            Resource::PersistentVolumes | Resource::StorageClasses => !delta.is_delete(),
            Resource::PersistentVolumeClaims => {
                !delta.is_delete()
                    && claim.namespace() == pod.pod.namespace()
                    && claims(&pod.pod).any(|name| name == claim.name())
            }
            _ => false,
        }
    }
}
