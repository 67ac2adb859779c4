//! A cordoned node takes only pods that tolerate `node.kubernetes.io/unschedulable`.

use crate::api::tolerations::tolerates;
use crate::client::{Delta, Resource};
use crate::object;
use crate::scheduler::framework::{Cycle, Plugin, Refusal};
use crate::scheduler::node_info::NodeInfo;
use crate::scheduler::pod_info::PodInfo;

pub struct NodeUnschedulable;

impl Plugin for NodeUnschedulable {
    fn name(&self) -> &'static str {
        "NodeUnschedulable"
    }

    fn filter(&self, pod: &PodInfo, node: &NodeInfo, _: &Cycle) -> Option<Refusal> {
        if !node.node.at("spec.unschedulable").bool() {
            return None;
        }
        let taint = object! { "key" => "node.kubernetes.io/unschedulable", "effect" => "NoSchedule" };
        let tolerated = pod.pod["spec"]["tolerations"].items().iter().any(|t| tolerates(t, &taint));
        if tolerated { None } else { Refusal::unresolvable("node(s) were unschedulable") }
    }

    fn helps(&self, _: &PodInfo, delta: &Delta) -> bool {
        let open = delta.new.as_ref().is_some_and(|n| !n.at("spec.unschedulable").bool());
        delta.resource == Resource::Nodes && open && (delta.is_add() || delta.changed("spec.unschedulable"))
    }
}
