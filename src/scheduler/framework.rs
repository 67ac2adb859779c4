//! What a plugin is. Models `kube-scheduler/framework`.

use super::node_info::NodeInfo;
use super::plugins::inter_pod_affinity::AffinityState;
use super::plugins::pod_topology_spread::SpreadState;
use super::pod_info::PodInfo;
use crate::client::{Delta, Informers};
use std::collections::BTreeMap;

/// The nodes, by name.
pub type Nodes = BTreeMap<String, NodeInfo>;

/// Why a node does not take a pod.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refusal {
    /// The texts that are counted in the message.
    pub reasons: Vec<String>,
    /// False where no deletion of other pods would help (`UnschedulableAndUnresolvable`).
    pub resolvable: bool,
}

impl Refusal {
    /// Deleting other pods may help.
    pub fn unschedulable(reason: impl Into<String>) -> Option<Self> {
        Some(Self { reasons: vec![reason.into()], resolvable: true })
    }

    /// Deleting other pods does not help.
    pub fn unresolvable(reason: impl Into<String>) -> Option<Self> {
        Some(Self { reasons: vec![reason.into()], resolvable: false })
    }
}

/// What is worked out once for a pod and read for every node.
#[derive(Clone, Debug, Default)]
pub struct CycleState {
    pub affinity: Option<AffinityState>,
    pub spread: Option<SpreadState>,
}

/// What a plugin sees besides pod and node.
pub struct Cycle<'a> {
    pub nodes: &'a Nodes,
    pub informers: &'a Informers,
    pub state: CycleState,
}

/// One rule of scheduling. Every method has the behaviour of a plugin that has nothing to say.
pub trait Plugin {
    fn name(&self) -> &'static str;

    /// Looks at the pod before any node is looked at; a text refuses it on all nodes.
    fn pre_filter(&self, _pod: &PodInfo, _cycle: &mut Cycle) -> Option<String> {
        None
    }

    /// None where the node takes the pod.
    fn filter(&self, _pod: &PodInfo, _node: &NodeInfo, _cycle: &Cycle) -> Option<Refusal> {
        None
    }

    /// How much the score counts; 0 for plugins that do not score.
    fn weight(&self) -> i64 {
        0
    }

    /// How good the node is for the pod.
    fn score(&self, _pod: &PodInfo, _node: &NodeInfo, _cycle: &Cycle) -> i64 {
        0
    }

    /// Brings the scores of all nodes to 0 … 100.
    fn normalize(&self, _scores: &mut [i64]) {}

    /// True where a change may make a pod schedulable that this plugin refused (`QueueingHint`).
    fn helps(&self, _pod: &PodInfo, _delta: &Delta) -> bool {
        false
    }
}

/// The largest score of a node.
pub const MAX_SCORE: i64 = 100;

/// Scales scores so that the largest is 100; `reverse` makes small ones good. Models `DefaultNormalizeScore`.
pub fn normalize(scores: &mut [i64], reverse: bool) {
    let max = scores.iter().copied().max().unwrap_or(0);
    for score in scores {
        let scaled = if max == 0 { 0 } else { *score * MAX_SCORE / max };
        *score = match (max, reverse) {
            (0, true) => MAX_SCORE,
            (_, true) => MAX_SCORE - scaled,
            _ => scaled,
        };
    }
}
