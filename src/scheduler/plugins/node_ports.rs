//! A port of the node is taken by one pod only.

use crate::client::{Delta, Resource};
use crate::scheduler::framework::{Cycle, Plugin, Refusal};
use crate::scheduler::node_info::NodeInfo;
use crate::scheduler::pod_info::{HostPort, PodInfo};

pub struct NodePorts;

const ANY: &str = "0.0.0.0";

fn conflict(a: &HostPort, b: &HostPort) -> bool {
    a.1 == b.1 && a.2 == b.2 && (a.0 == b.0 || a.0 == ANY || b.0 == ANY)
}

impl Plugin for NodePorts {
    fn name(&self) -> &'static str {
        "NodePorts"
    }

    fn filter(&self, pod: &PodInfo, node: &NodeInfo, _: &Cycle) -> Option<Refusal> {
        let taken = pod.host_ports.iter().any(|want| node.ports.keys().any(|used| conflict(want, used)));
        if taken { Refusal::unschedulable("node(s) didn't have free ports for the requested pod ports") } else { None }
    }

    fn helps(&self, pod: &PodInfo, delta: &Delta) -> bool {
        match delta.resource {
            Resource::Nodes => delta.is_add() || delta.changed("spec.taints"),
            Resource::Pods if delta.is_delete() => {
                let gone = PodInfo::new(delta.object());
                pod.host_ports.iter().any(|want| gone.host_ports.iter().any(|used| conflict(want, used)))
            }
            _ => false,
        }
    }
}
