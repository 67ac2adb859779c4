//! Pods that room was made for, which wait for it. Models `backend/queue/nominator` and
//! `RunFilterPluginsWithNominatedPods`.

use super::fit_error::Verdict;
use super::framework::Cycle;
use super::node_info::NodeInfo;
use super::plugins::PLUGINS;
use super::pod_info::PodInfo;
use crate::apimachinery::Object;
use std::collections::BTreeMap;

/// The nominated pods by key, each with its node.
#[derive(Clone, Debug, Default)]
pub struct Nominator {
    pods: BTreeMap<String, (String, PodInfo)>,
}

impl Nominator {
    /// Remembers a pod's node; "" forgets it.
    pub fn set(&mut self, key: &str, node: &str, pod: impl FnOnce() -> PodInfo) {
        match node {
            "" => self.remove(key),
            _ => drop(self.pods.insert(key.to_owned(), (node.to_owned(), pod()))),
        }
    }

    /// Forgets a pod that has found its node, or is gone.
    pub fn remove(&mut self, key: &str) {
        self.pods.remove(key);
    }

    /// The node of a pod.
    pub fn node_of(&self, key: &str) -> Option<&str> {
        self.pods.get(key).map(|(node, _)| node.as_str())
    }

    /// The pods that wait for a node and count less than `priority`.
    pub fn lower(&self, node: &str, priority: i64) -> Vec<PodInfo> {
        let on_node = self.pods.values().filter(|(name, pod)| name == node && pod.priority < priority);
        on_node.map(|(_, pod)| pod.clone()).collect()
    }

    /// What refuses the pod on the node, be the pods there that wait for it or not. None where it fits.
    pub fn refuse(&self, pod: &PodInfo, node: &NodeInfo, cycle: &Cycle) -> Option<Verdict> {
        let refuse = |node: &NodeInfo| {
            PLUGINS
                .iter()
                .find_map(|plugin| Some(Verdict { plugin: plugin.name(), refusal: plugin.filter(pod, node, cycle)? }))
        };
        let key = pod.pod.key();
        let before = |(other, (name, nominated)): &(&String, &(String, PodInfo))| {
            name == node.name() && nominated.priority >= pod.priority && **other != key
        };
        let mut with = None;
        for (other, (_, nominated)) in self.pods.iter().filter(before) {
            with.get_or_insert_with(|| node.clone()).add(other, nominated.clone());
        }
        with.and_then(|node| refuse(&node)).or_else(|| refuse(node))
    }
}
