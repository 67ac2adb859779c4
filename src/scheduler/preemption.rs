//! Finds pods of lower priority whose end would make room. Models `framework/preemption`.

use super::fit_error::FitError;
use super::framework::{Cycle, Nodes};
use super::node_info::NodeInfo;
use super::plugins::PLUGINS;
use super::pod_info::PodInfo;
use crate::apimachinery::{Object, Value};
use crate::client::Informers;

/// A node and the pods that would have to go.
pub struct Candidate {
    pub node: String,
    pub victims: Vec<Value>,
}

/// The best node to make room on; None where no node can be helped.
pub fn find(pod: &PodInfo, error: &FitError, nodes: &Nodes, informers: &Informers) -> Option<Candidate> {
    if pod.pod.at("spec.preemptionPolicy").str() == "Never" {
        return None;
    }
    let helpful = error.verdicts.iter().filter(|(_, verdict)| verdict.refusal.resolvable);
    let candidates = helpful.filter_map(|(name, _)| victims(pod, name, nodes, informers));
    candidates.min_by_key(cost)
}

/// What a candidate costs: the highest priority, their sum, their number.
fn cost(candidate: &Candidate) -> (i64, i64, usize) {
    let priorities = candidate.victims.iter().map(|v| v.at("spec.priority").int());
    (priorities.clone().max().unwrap_or(i64::MIN), priorities.sum(), candidate.victims.len())
}

/// The fewest pods of a node whose end makes room. Models `SelectVictimsOnNode`.
fn victims(pod: &PodInfo, name: &str, nodes: &Nodes, informers: &Informers) -> Option<Candidate> {
    let mut nodes = nodes.clone();
    let node = nodes.get_mut(name)?;
    let mut lower: Vec<PodInfo> = node.pods.values().filter(|p| p.priority < pod.priority).cloned().collect();
    if lower.is_empty() {
        return None;
    }
    for victim in &lower {
        node.remove(&victim.pod.key());
    }
    if !fits(pod, name, &nodes, informers) {
        return None;
    }
    // The important and the old are reprieved first.
    lower.sort_by(|a, b| {
        let started = |p: &PodInfo| p.pod.at("status.startTime").str().to_owned();
        b.priority.cmp(&a.priority).then_with(|| started(a).cmp(&started(b)))
    });
    let mut victims = Vec::new();
    for victim in lower {
        let key = victim.pod.key();
        let value = victim.pod.clone();
        if let Some(node) = nodes.get_mut(name) {
            node.add(&key, victim);
        }
        if !fits(pod, name, &nodes, informers) {
            if let Some(node) = nodes.get_mut(name) {
                node.remove(&key);
            }
            victims.push(value);
        }
    }
    (!victims.is_empty()).then(|| Candidate { node: name.to_owned(), victims })
}

fn fits(pod: &PodInfo, name: &str, nodes: &Nodes, informers: &Informers) -> bool {
    let mut cycle = Cycle { nodes, informers, state: Default::default() };
    for plugin in PLUGINS {
        if plugin.pre_filter(pod, &mut cycle).is_some() {
            return false;
        }
    }
    let refused = |node: &NodeInfo| PLUGINS.iter().any(|plugin| plugin.filter(pod, node, &cycle).is_some());
    nodes.get(name).is_some_and(|node| !refused(node))
}
