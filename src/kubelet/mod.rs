//! The agents of the nodes: they register their node, run its pods, and answer for them. Models `kubelet`.

mod admission;
mod context;
mod dns;
mod env;
mod hooks;
mod host;
pub mod images;
mod log;
mod node;
pub mod node_spec;
mod pod;
mod prober;
mod proxy;
mod pull;
mod resize;
mod start;
mod status;
mod stop;
mod volumes;
mod worker;
mod world;

pub use node_spec::NodeSpec;

use crate::apimachinery::time::Duration;
use crate::apimachinery::{Object, Time, Value};
use crate::client::{Api, Delta, Informers, Resource};
use crate::network::Network;
use crate::sh::{Files, Kernel};
use crate::sim::Rng;
use context::Context;
use node::Node;
use pod::{Pod, Uid};
use proxy::Streams;
use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;
use worker::Stage;
use world::Pods;

/// The kubelets of all nodes, by node name. Also the [`crate::apiserver::NodeProxy`] of the cluster.
#[derive(Clone)]
pub struct Kubelets {
    nodes: BTreeMap<String, Node>,
    pods: Pods,
    network: Network,
    /// Volumes that outlive pods: paths of nodes, persistent volumes.
    shared: BTreeMap<String, Files>,
    /// When pods have something to do next.
    timers: BTreeSet<(Time, Uid)>,
    timer_of: BTreeMap<Uid, Time>,
    /// Pods that got something to do from outside.
    due: BTreeSet<Uid>,
    streams: Streams,
    now: Time,
    /// When the last pod began.
    last_begin: Time,
}

/// How long a pod takes from its binding to its kubelet's first look, at most.
const MOST_LATE_MILLIS: u64 = 30;
/// How many pods may be worked on within one step; pods that talk to each other take turns.
const MAX_TURNS: usize = 1_000_000;

impl Kubelets {
    pub fn new(specs: Vec<NodeSpec>, rng: &Rng) -> Self {
        let rng = rng.fork("kubelets");
        let nodes = specs.into_iter().zip(0..).map(|(spec, i)| (spec.name.clone(), Node::new(spec, i, &rng)));
        Self {
            nodes: nodes.collect(),
            pods: Pods::new(),
            network: Network::default(),
            shared: BTreeMap::new(),
            timers: BTreeSet::new(),
            timer_of: BTreeMap::new(),
            due: BTreeSet::new(),
            streams: Streams::default(),
            now: Time::default(),
            last_begin: Time::default(),
        }
    }

    /// Registers nodes, sends heartbeats, takes in the changes and drives pods and processes up to `now`.
    /// True where anything but heartbeats was done.
    pub fn step(&mut self, informers: &Informers, deltas: &[Delta], api: &mut dyn Api, now: Time) -> bool {
        self.now = now;
        let mut busy = false;
        for node in self.nodes.values_mut() {
            busy |= node.tick(informers, api, now);
        }
        for delta in deltas.iter().filter(|d| d.resource == Resource::Pods) {
            self.pod_changed(delta, now);
        }
        while let Some((at, uid)) = self.timers.first().cloned() {
            if at > now {
                break;
            }
            self.timers.pop_first();
            self.timer_of.remove(&uid);
            self.due.insert(uid);
        }
        // An exec that began between two steps may have spoken to another pod already.
        self.due.append(&mut self.network.woken);
        for _ in 0..MAX_TURNS {
            let Some(uid) = self.due.pop_first() else { break };
            if self.advance(&uid, informers, api, now) {
                busy = true;
                self.network.acted(&uid);
            }
            self.due.append(&mut self.network.woken);
        }
        busy
    }

    /// When a kubelet, a probe or a process has something to do next, heartbeats included.
    pub fn next_timer(&self) -> Option<Time> {
        let nodes = self.nodes.values().filter_map(Node::next_timer).min();
        let pods = self.timers.first().map(|(at, _)| *at);
        let due = (!self.due.is_empty() || !self.network.woken.is_empty()).then_some(self.now);
        [nodes, pods, due].into_iter().flatten().min()
    }

    /// Which pods have connected to which since the last call, by uid.
    pub fn take_spoken(&mut self) -> Vec<(Uid, Uid)> {
        std::mem::take(&mut self.network.spoken)
    }

    /// The machines of a pod's running containers, by container name: what the picture looks into.
    pub fn machines(&self, uid: &str) -> impl Iterator<Item = (&str, &Kernel)> {
        let instances = self.pods.get(uid).into_iter().flat_map(|pod| &pod.instances);
        instances.filter_map(|i| Some((i.name.as_str(), i.kernel.as_ref()?)))
    }

    #[inline(never)]
    fn pod_changed(&mut self, delta: &Delta, now: Time) {
        let object = delta.object();
        let uid: Uid = Rc::from(object.uid());
        let known = self.pods.get_mut(&uid);
        match (known, &delta.new) {
            (Some(pod), None) => {
                pod.exists = false;
                let node = pod.node.clone();
                self.due.insert(uid);
                // What a pod leaves may be what another one waits for.
                for (uid, pod) in self.pods.iter_mut().filter(|(_, p)| p.node == node && p.resize.is_deferred()) {
                    pod.worker.pending = true;
                    self.due.insert(uid.clone());
                }
            }
            (Some(pod), Some(new)) => {
                let fields = ["metadata.generation", "metadata.labels", "metadata.annotations"];
                pod.worker.pending |= fields.iter().any(|field| delta.changed(field));
                let wakes = pod.worker.pending || delta.changed("metadata.deletionTimestamp");
                let wakes = wakes
                    || delta.changed("metadata.finalizers")
                    || delta.changed("metadata.deletionGracePeriodSeconds");
                if new.resource_version() >= pod.object.resource_version() {
                    pod.object = new.clone();
                }
                if wakes {
                    self.due.insert(uid);
                }
            }
            (None, Some(new)) => {
                let Some((name, _)) = self.nodes.get_key_value(new.at("spec.nodeName").str()) else { return };
                let mut pod = Pod::new(new.clone(), Rc::from(name.as_str()), now);
                // Kubelets hear of their pods a little apart, so that pods of one moment do not move in step.
                let late = self.nodes.get_mut(&*pod.node).map_or(0, |n| n.lateness.below(MOST_LATE_MILLIS));
                pod.worker.begin_at(now, self.apart(now, now + Duration::from_millis(1 + late)));
                self.pods.insert(uid.clone(), Box::new(pod));
                self.due.insert(uid);
            }
            (None, None) => {}
        }
    }

    #[inline(never)]
    /// A moment that no pod of just now begins at: two milliseconds from the last one, while few pods come.
    fn apart(&mut self, now: Time, wanted: Time) -> Time {
        let next = self.last_begin + Duration::from_millis(2);
        let many = next > now + Duration::from_millis(200);
        let at = if many { wanted } else { wanted.max(next) };
        self.last_begin = at.max(self.last_begin);
        at
    }

    fn advance(&mut self, uid: &Uid, informers: &Informers, api: &mut dyn Api, now: Time) -> bool {
        let Some(mut pod) = self.pods.remove(uid) else { return false };
        let Some(node) = self.nodes.get_mut(&*pod.node) else { return false };
        let mut context = Context {
            informers,
            api,
            now,
            node,
            others: &mut self.pods,
            network: &mut self.network,
            shared: &mut self.shared,
        };
        let busy = worker::advance(&mut pod, &mut context);
        if pod.worker.stage == Stage::Gone {
            self.set_timer(uid, None);
            return true;
        }
        let next = worker::next_timer(&pod, |t| node.relist_at(t, pod.worker.lag));
        self.set_timer(uid, next);
        self.pods.insert(uid.clone(), pod);
        busy
    }

    fn set_timer(&mut self, uid: &Uid, at: Option<Time>) {
        if self.timer_of.get(uid).copied() == at {
            return;
        }
        if let Some(was) = self.timer_of.remove(uid) {
            self.timers.remove(&(was, uid.clone()));
        }
        if let Some(at) = at {
            self.timer_of.insert(uid.clone(), at);
            self.timers.insert((at, uid.clone()));
        }
    }

    fn pod_of(&self, object: &Value) -> Option<&Pod> {
        self.pods.get(object.uid()).map(|pod| &**pod)
    }
}
