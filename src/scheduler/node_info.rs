//! What the scheduler knows of each node: the node and what its pods take. Models `framework.NodeInfo`.

use super::pod_info::{HostPort, PodInfo, Resources};
use crate::apimachinery::quantity::Quantity;
use crate::apimachinery::{Object, Value};
use std::collections::BTreeMap;

/// A node with the pods bound to it or assumed to be.
#[derive(Clone, Debug, Default)]
pub struct NodeInfo {
    pub node: Value,
    pub allocatable: Resources,
    /// How many pods the node takes.
    pub max_pods: i64,
    pub requested: Resources,
    pub nonzero: (i64, i64),
    pub ports: BTreeMap<HostPort, usize>,
    pub pods: BTreeMap<String, PodInfo>,
    /// How many pods there are of each controller, by uid.
    pub by_controller: BTreeMap<String, usize>,
    /// How many pods there are with anti-affinity to others.
    pub with_anti_affinity: usize,
    /// Image names and sizes.
    pub images: BTreeMap<String, i64>,
}

fn has_anti_affinity(pod: &Value) -> bool {
    let affinity = &pod["spec"]["affinity"];
    !affinity.is_null() && !affinity.at("podAntiAffinity.requiredDuringSchedulingIgnoredDuringExecution").is_empty()
}

impl NodeInfo {
    pub fn name(&self) -> &str {
        self.node.name()
    }

    pub fn set_node(&mut self, node: &Value) {
        let allocatable = &node["status"]["allocatable"];
        self.allocatable = Resources::read(allocatable);
        self.max_pods = Quantity::of(&allocatable["pods"]).value();
        self.images.clear();
        for image in node["status"]["images"].items() {
            for name in image["names"].items() {
                self.images.insert(name.str().to_owned(), image["sizeBytes"].int());
            }
        }
        self.node = node.clone();
    }

    /// Adds a pod, or replaces what was known of it.
    pub fn add(&mut self, key: &str, info: PodInfo) {
        self.remove(key);
        self.requested.add(&info.requests);
        self.nonzero.0 += info.nonzero.0;
        self.nonzero.1 += info.nonzero.1;
        for port in &info.host_ports {
            *self.ports.entry(port.clone()).or_default() += 1;
        }
        if !info.controller.is_empty() {
            *self.by_controller.entry(info.controller.clone()).or_default() += 1;
        }
        self.with_anti_affinity += usize::from(has_anti_affinity(&info.pod));
        self.pods.insert(key.to_owned(), info);
    }

    pub fn remove(&mut self, key: &str) -> Option<PodInfo> {
        let info = self.pods.remove(key)?;
        self.requested.subtract(&info.requests);
        self.nonzero.0 -= info.nonzero.0;
        self.nonzero.1 -= info.nonzero.1;
        for port in &info.host_ports {
            decrement(&mut self.ports, port);
        }
        decrement(&mut self.by_controller, &info.controller);
        self.with_anti_affinity -= usize::from(has_anti_affinity(&info.pod));
        Some(info)
    }
}

fn decrement<K: Ord>(counts: &mut BTreeMap<K, usize>, key: &K) {
    if let Some(count) = counts.get_mut(key) {
        *count = count.saturating_sub(1);
        if *count == 0 {
            counts.remove(key);
        }
    }
}
