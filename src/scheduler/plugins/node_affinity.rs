//! `nodeSelector` and node affinity.

use crate::api::node_affinity::{matches, term_matches};
use crate::apimachinery::Value;
use crate::client::{Delta, Resource};
use crate::scheduler::framework::{self, Cycle, Plugin, Refusal};
use crate::scheduler::node_info::NodeInfo;
use crate::scheduler::pod_info::PodInfo;

pub struct NodeAffinity;

const PREFERRED: &str = "preferredDuringSchedulingIgnoredDuringExecution";

impl Plugin for NodeAffinity {
    fn name(&self) -> &'static str {
        "NodeAffinity"
    }

    fn filter(&self, pod: &PodInfo, node: &NodeInfo, _: &Cycle) -> Option<Refusal> {
        if matches(&pod.pod, &node.node) {
            return None;
        }
        Refusal::unresolvable("node(s) didn't match Pod's node affinity/selector")
    }

    fn weight(&self) -> i64 {
        2
    }

    fn score(&self, pod: &PodInfo, node: &NodeInfo, _: &Cycle) -> i64 {
        let preferred = pod.pod["spec"]["affinity"]["nodeAffinity"][PREFERRED].items();
        preferred.iter().filter(|p| term_matches(&p["preference"], &node.node)).map(|p| p["weight"].int()).sum()
    }

    fn normalize(&self, scores: &mut [i64]) {
        framework::normalize(scores, false);
    }

    fn helps(&self, pod: &PodInfo, delta: &Delta) -> bool {
        let fits = |node: &Option<Value>| node.as_ref().is_some_and(|n| matches(&pod.pod, n));
        delta.resource == Resource::Nodes && fits(&delta.new) && !fits(&delta.old)
    }
}
