//! A node with taints takes only pods that tolerate them.

use crate::api::tolerations::{tolerates, untolerated};
use crate::apimachinery::Value;
use crate::client::{Delta, Resource};
use crate::scheduler::framework::{self, Cycle, Plugin, Refusal};
use crate::scheduler::node_info::NodeInfo;
use crate::scheduler::pod_info::PodInfo;

pub struct TaintToleration;

const HARD: &[&str] = &["NoSchedule", "NoExecute"];

impl Plugin for TaintToleration {
    fn name(&self) -> &'static str {
        "TaintToleration"
    }

    fn filter(&self, pod: &PodInfo, node: &NodeInfo, _: &Cycle) -> Option<Refusal> {
        untolerated(&node.node["spec"]["taints"], &pod.pod["spec"]["tolerations"], HARD)?;
        Refusal::unresolvable("node(s) had untolerated taint(s)")
    }

    fn weight(&self) -> i64 {
        3
    }

    fn score(&self, pod: &PodInfo, node: &NodeInfo, _: &Cycle) -> i64 {
        let soft = node.node["spec"]["taints"].items().iter().filter(|t| t["effect"].str() == "PreferNoSchedule");
        let tolerations = pod.pod["spec"]["tolerations"].items();
        soft.filter(|taint| !tolerations.iter().any(|t| tolerates(t, taint))).count() as i64
    }

    fn normalize(&self, scores: &mut [i64]) {
        framework::normalize(scores, true);
    }

    fn helps(&self, pod: &PodInfo, delta: &Delta) -> bool {
        let tolerated = |node: &Option<Value>| {
            node.as_ref()
                .is_some_and(|n| untolerated(&n["spec"]["taints"], &pod.pod["spec"]["tolerations"], HARD).is_none())
        };
        delta.resource == Resource::Nodes && tolerated(&delta.new) && !tolerated(&delta.old)
    }
}
