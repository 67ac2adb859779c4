//! The pod's claims must be bound, or be of a class that waits for a consumer. A simple form of `VolumeBinding`.

use crate::api::node_affinity::node_selector_matches;
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

fn waits_for_consumer(claim: &Value, informers: &Informers) -> bool {
    let class = informers.get(Resource::StorageClasses, claim.at("spec.storageClassName").str());
    class.is_some_and(|c| c["volumeBindingMode"].str() == "WaitForFirstConsumer")
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
            if claim.is_terminating() {
                return Some(format!("persistentvolumeclaim {name:?} is being deleted"));
            }
            unbound |= claim.at("spec.volumeName").str().is_empty() && !waits_for_consumer(claim, cycle.informers);
        }
        unbound.then(|| "pod has unbound immediate PersistentVolumeClaims".to_owned())
    }

    fn filter(&self, pod: &PodInfo, node: &NodeInfo, cycle: &Cycle) -> Option<Refusal> {
        if pod.pod["spec"]["volumes"].is_empty() {
            return None;
        }
        for name in claims(&pod.pod) {
            let key = format!("{}/{name}", pod.pod.namespace());
            let claim = cycle.informers.get(Resource::PersistentVolumeClaims, &key)?;
            let volume = cycle.informers.get(Resource::PersistentVolumes, claim.at("spec.volumeName").str())?;
            let required = volume.at("spec.nodeAffinity.required");
            if !required.is_null() && !node_selector_matches(required, &node.node) {
                return Refusal::unresolvable("node(s) didn't match PersistentVolume's node affinity");
            }
        }
        None
    }

    fn helps(&self, _: &PodInfo, delta: &Delta) -> bool {
        matches!(
            delta.resource,
            Resource::PersistentVolumes | Resource::PersistentVolumeClaims | Resource::StorageClasses
        )
    }
}
