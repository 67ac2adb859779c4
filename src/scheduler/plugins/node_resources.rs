//! CPU, memory, storage, extended resources and the number of pods. Models `plugins/noderesources`.

use crate::client::{Delta, Resource};
use crate::scheduler::framework::{Cycle, MAX_SCORE, Plugin, Refusal};
use crate::scheduler::node_info::NodeInfo;
use crate::scheduler::pod_info::{PodInfo, Resources};

/// Filters by what is free, and prefers nodes with much of it (`LeastAllocated`).
pub struct Fit;

/// What is not enough: its text, and whether it would be if the node were empty.
fn insufficient(pod: &Resources, node: &NodeInfo) -> Vec<(String, bool)> {
    let mut out = Vec::new();
    if node.pods.len() as i64 + 1 > node.max_pods {
        out.push(("Too many pods".to_owned(), true));
    }
    let mut check = |name: &str, wanted: i64, total: i64, used: i64| {
        if wanted > 0 && wanted > total - used {
            out.push((format!("Insufficient {name}"), wanted <= total));
        }
    };
    check("cpu", pod.milli_cpu, node.allocatable.milli_cpu, node.requested.milli_cpu);
    check("memory", pod.memory, node.allocatable.memory, node.requested.memory);
    let (total, used) = (node.allocatable.ephemeral_storage, node.requested.ephemeral_storage);
    check("ephemeral-storage", pod.ephemeral_storage, total, used);
    for (name, wanted) in &pod.scalar {
        let of = |r: &Resources| r.scalar.get(name).copied().unwrap_or(0);
        check(name, *wanted, of(&node.allocatable), of(&node.requested));
    }
    out
}

impl Plugin for Fit {
    fn name(&self) -> &'static str {
        "NodeResourcesFit"
    }

    fn filter(&self, pod: &PodInfo, node: &NodeInfo, _: &Cycle) -> Option<Refusal> {
        let missing = insufficient(&pod.requests, node);
        if missing.is_empty() {
            return None;
        }
        let resolvable = missing.iter().all(|(_, resolvable)| *resolvable);
        Some(Refusal { reasons: missing.into_iter().map(|(reason, _)| reason).collect(), resolvable })
    }

    fn weight(&self) -> i64 {
        1
    }

    fn score(&self, pod: &PodInfo, node: &NodeInfo, _: &Cycle) -> i64 {
        let free =
            |used: i64, total: i64| if total == 0 || used > total { 0 } else { (total - used) * MAX_SCORE / total };
        let cpu = free(node.nonzero.0 + pod.nonzero.0, node.allocatable.milli_cpu);
        let memory = free(node.nonzero.1 + pod.nonzero.1, node.allocatable.memory);
        (cpu + memory) / 2
    }

    fn helps(&self, _: &PodInfo, delta: &Delta) -> bool {
        match delta.resource {
            Resource::Nodes => delta.is_add() || delta.changed("status.allocatable") || delta.changed("spec.taints"),
            Resource::Pods => delta.is_delete() || delta.changed("spec.containers") || ended(delta),
            _ => false,
        }
    }
}

/// True where a pod gave back what it had.
fn ended(delta: &Delta) -> bool {
    delta.changed("status.phase") && matches!(delta.object().at("status.phase").str(), "Succeeded" | "Failed")
}

/// Prefers nodes whose CPU and memory are used alike.
pub struct BalancedAllocation;

impl Plugin for BalancedAllocation {
    fn name(&self) -> &'static str {
        "NodeResourcesBalancedAllocation"
    }

    fn weight(&self) -> i64 {
        1
    }

    fn score(&self, pod: &PodInfo, node: &NodeInfo, _: &Cycle) -> i64 {
        // A pod that asks for nothing does not unbalance a node.
        if pod.requests.milli_cpu == 0 && pod.requests.memory == 0 {
            return 0;
        }
        let part = |used: i64, total: i64| if total == 0 { 0 } else { (used * 10_000 / total).min(10_000) };
        let cpu = part(node.requested.milli_cpu + pod.requests.milli_cpu, node.allocatable.milli_cpu);
        let memory = part(node.requested.memory + pod.requests.memory, node.allocatable.memory);
        // With two resources, the standard deviation is half their difference.
        (10_000 - (cpu - memory).abs() / 2) / 100
    }
}
