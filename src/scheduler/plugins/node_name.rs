//! A pod that names its node fits no other.

use crate::scheduler::framework::{Cycle, Plugin, Refusal};
use crate::scheduler::node_info::NodeInfo;
use crate::scheduler::pod_info::PodInfo;

pub struct NodeName;

impl Plugin for NodeName {
    fn name(&self) -> &'static str {
        "NodeName"
    }

    fn filter(&self, pod: &PodInfo, node: &NodeInfo, _: &Cycle) -> Option<Refusal> {
        let wanted = pod.pod.at("spec.nodeName").str();
        if wanted.is_empty() || wanted == node.name() {
            return None;
        }
        Refusal::unresolvable("node(s) didn't match the requested node name")
    }
}
