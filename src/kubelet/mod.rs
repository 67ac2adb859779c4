//! The agents of the nodes: they register their node, run its pods, and answer for them. Models `kubelet`.

pub mod images;
pub mod node_spec;

pub use node_spec::NodeSpec;

use crate::apimachinery::Time;
use crate::client::{Api, Delta, Informers};
use crate::sim::Rng;
use std::collections::BTreeMap;

/// One node's agent.
#[derive(Clone)]
struct Kubelet {
    _spec: NodeSpec,
}

/// The kubelets of all nodes, by node name. Also the [`crate::apiserver::NodeProxy`] of the cluster.
#[derive(Clone)]
pub struct Kubelets {
    nodes: BTreeMap<String, Kubelet>,
    _rng: Rng,
}

impl Kubelets {
    pub fn new(specs: Vec<NodeSpec>, rng: &Rng) -> Self {
        let nodes = specs.into_iter().map(|spec| (spec.name.clone(), Kubelet { _spec: spec })).collect();
        Self { nodes, _rng: rng.fork("kubelets") }
    }

    /// Registers nodes, sends heartbeats, takes in the changes and drives pods and processes up to `now`.
    /// True where anything but heartbeats was done.
    pub fn step(&mut self, _informers: &Informers, _deltas: &[Delta], _api: &mut dyn Api, _now: Time) -> bool {
        let _ = &self.nodes;
        false
    }

    /// When a kubelet, a probe or a process has something to do next, heartbeats included.
    pub fn next_timer(&self) -> Option<Time> {
        None
    }
}
