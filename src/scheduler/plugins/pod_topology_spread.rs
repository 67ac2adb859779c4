//! Spreads pods over nodes or zones: what a pod asks for, and the default spreading of replicas.

use crate::api::node_affinity;
use crate::apimachinery::labels::Selector;
use crate::apimachinery::{Object, Value};
use crate::client::{Delta, Resource};
use crate::scheduler::framework::{self, Cycle, Plugin, Refusal};
use crate::scheduler::node_info::NodeInfo;
use crate::scheduler::pod_info::PodInfo;
use std::collections::BTreeMap;

pub struct PodTopologySpread;

/// One constraint with its counts.
#[derive(Clone, Debug)]
pub struct Constraint {
    key: String,
    max_skew: i64,
    hard: bool,
    /// 1 where the pod itself is counted.
    own: i64,
    counts: BTreeMap<String, i64>,
    min: i64,
}

/// The constraints of the pod that is being scheduled.
pub type SpreadState = Vec<Constraint>;

fn read(constraint: &Value, pod: &PodInfo, cycle: &Cycle) -> Constraint {
    let key = constraint["topologyKey"].str().to_owned();
    let mut selector = Selector::from_label_selector(&constraint["labelSelector"]).unwrap_or_default();
    let extra: Vec<_> = constraint["matchLabelKeys"].items().iter().filter_map(Value::as_str).collect();
    if !extra.is_empty() {
        let mut labels = Value::object();
        for key in extra {
            if let Some(value) = pod.pod.label(key) {
                labels.map_mut().insert(key, value);
            }
        }
        selector.requirements.extend(Selector::from_set(&labels).requirements);
    }
    let mut counts: BTreeMap<String, i64> = BTreeMap::new();
    for node in cycle.nodes.values().filter(|n| node_affinity::matches(&pod.pod, &n.node)) {
        let Some(domain) = node.node.label(&key) else { continue };
        let fits = |p: &&PodInfo| {
            p.pod.namespace() == pod.pod.namespace() && !p.pod.is_terminating() && selector.matches(p.pod.labels())
        };
        *counts.entry(domain.to_owned()).or_default() += node.pods.values().filter(fits).count() as i64;
    }
    let least = counts.values().copied().min().unwrap_or(0);
    let min_domains = constraint["minDomains"].int().max(1);
    Constraint {
        key,
        max_skew: constraint["maxSkew"].int(),
        hard: constraint["whenUnsatisfiable"].str() != "ScheduleAnyway",
        own: i64::from(selector.matches(pod.pod.labels())),
        min: if (counts.len() as i64) < min_domains { 0 } else { least },
        counts,
    }
}

impl Plugin for PodTopologySpread {
    fn name(&self) -> &'static str {
        "PodTopologySpread"
    }

    fn pre_filter(&self, pod: &PodInfo, cycle: &mut Cycle) -> Option<String> {
        let constraints = pod.pod["spec"]["topologySpreadConstraints"].items();
        if !constraints.is_empty() {
            cycle.state.spread = Some(constraints.iter().map(|c| read(c, pod, cycle)).collect());
        }
        None
    }

    fn filter(&self, _: &PodInfo, node: &NodeInfo, cycle: &Cycle) -> Option<Refusal> {
        for constraint in cycle.state.spread.iter().flatten().filter(|c| c.hard) {
            let Some(domain) = node.node.label(&constraint.key) else {
                let text = "node(s) didn't match pod topology spread constraints (missing required label)";
                return Refusal::unresolvable(text);
            };
            let count = constraint.counts.get(domain).copied().unwrap_or(0);
            if count + constraint.own - constraint.min > constraint.max_skew {
                return Refusal::unschedulable("node(s) didn't match pod topology spread constraints");
            }
        }
        None
    }

    fn weight(&self) -> i64 {
        2
    }

    /// How many pods like this one are near; fewer is better.
    fn score(&self, pod: &PodInfo, node: &NodeInfo, cycle: &Cycle) -> i64 {
        let Some(constraints) = &cycle.state.spread else {
            return node.by_controller.get(&pod.controller).copied().unwrap_or(0) as i64;
        };
        let near = |c: &Constraint| c.counts.get(node.node.label(&c.key)?).copied();
        constraints.iter().filter(|c| !c.hard).filter_map(near).sum()
    }

    fn normalize(&self, scores: &mut [i64]) {
        framework::normalize(scores, true);
    }

    fn helps(&self, pod: &PodInfo, delta: &Delta) -> bool {
        match delta.resource {
            Resource::Nodes => delta.is_add() || delta.changed("metadata.labels") || delta.changed("spec.taints"),
            Resource::Pods => delta.object().namespace() == pod.pod.namespace(),
            _ => false,
        }
    }
}
