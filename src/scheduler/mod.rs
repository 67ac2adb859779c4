//! Finds a node for each pod. Models `kube-scheduler`.

pub mod fit_error;
pub mod framework;
pub mod node_info;
pub mod nominator;
pub mod plugins;
pub mod pod_info;
pub mod preemption;
pub mod queue;

use crate::apimachinery::{Object, Status, Time, Value};
use crate::client::recorder::{NORMAL, Ref, Style, WARNING};
use crate::client::{Api, Delta, Door, EventRecorder, Informers, Resource};
use crate::object;
use crate::sim::Rng;
use fit_error::FitError;
use framework::Plugin;
use framework::{Cycle, Nodes};
use nominator::Nominator;
use plugins::{PLUGINS, volume_binding};
use pod_info::PodInfo;
use preemption::{Outcome, Search};
use queue::Queue;
use std::collections::BTreeMap;

/// The name that pods ask for in `spec.schedulerName`.
const NAME: &str = "default-scheduler";

/// The scheduler: its queue, its picture of the nodes, and its memory of why pods did not fit.
#[derive(Clone)]
pub struct Scheduler {
    queue: Queue,
    nodes: Nodes,
    nominator: Nominator,
    events: EventRecorder,
    /// Why the pods that wait did not fit, by key: what the picture shows on each node.
    refused: BTreeMap<String, FitError>,
}

impl Scheduler {
    pub fn new(_: &Rng) -> Self {
        Self {
            queue: Queue::default(),
            nodes: Nodes::new(),
            nominator: Nominator::default(),
            events: EventRecorder::new(NAME, "default-scheduler-vm", Style::Series, "kube-scheduler"),
            refused: BTreeMap::new(),
        }
    }

    /// Takes in the changes and schedules every pod that waits. True where anything was done.
    pub fn step(&mut self, informers: &Informers, deltas: &[Delta], api: &mut dyn Api, now: Time) -> bool {
        for delta in deltas {
            match delta.resource {
                Resource::Nodes => self.node_changed(delta, informers),
                Resource::Pods => self.pod_changed(delta, now),
                _ => {}
            }
            self.requeue(delta, informers, now);
        }
        self.queue.release(now);
        let mut busy = false;
        while let Some(key) = self.queue.pop() {
            busy = true;
            self.schedule_one(&key, informers, api, now);
        }
        busy
    }

    /// When the next pod's back-off ends.
    pub fn next_timer(&self) -> Option<Time> {
        self.queue.next_timer()
    }

    /// Why a pod that waits fits no node; None where it was not tried or was bound.
    pub fn verdicts(&self, key: &str) -> Option<&FitError> {
        self.refused.get(key)
    }

    fn node_changed(&mut self, delta: &Delta, informers: &Informers) {
        let Some(node) = &delta.new else {
            self.nodes.remove(&*delta.key);
            return;
        };
        let info = self.nodes.entry(delta.key.to_string()).or_default();
        info.set_node(node);
        if delta.is_add() {
            for pod in informers.pods_on(&delta.key).filter(|p| !is_terminal(p)) {
                info.add(&pod.key(), PodInfo::new(pod));
            }
        }
    }

    #[inline(never)]
    fn pod_changed(&mut self, delta: &Delta, now: Time) {
        let pod = delta.object();
        let node = pod.at("spec.nodeName").str();
        if node.is_empty() {
            let waits = !delta.is_delete() && is_ours(pod) && !pod.is_terminating();
            // A new name, a changed spec or new labels may make it fit; its own condition does not.
            let news = delta.is_add() || delta.changed("spec") || delta.changed("metadata.labels");
            if !waits {
                return self.forget(&delta.key);
            }
            self.nominator.set(&delta.key, pod.at("status.nominatedNodeName").str(), || PodInfo::new(pod));
            if news {
                self.queue.add(&delta.key, pod.at("spec.priority").int(), now);
            }
            return;
        }
        self.forget(&delta.key);
        let Some(info) = self.nodes.get_mut(node) else { return };
        if delta.is_delete() || is_terminal(pod) {
            info.remove(&delta.key);
        } else if delta.is_add() || delta.changed("spec") || delta.changed("metadata") {
            info.add(&delta.key, PodInfo::new(pod));
        }
    }

    fn forget(&mut self, key: &str) {
        self.queue.remove(key);
        self.refused.remove(key);
        self.nominator.remove(key);
    }

    fn requeue(&mut self, delta: &Delta, informers: &Informers, now: Time) {
        // Pods that are not bound yet take nothing from anyone.
        if delta.resource == Resource::Pods && delta.object().at("spec.nodeName").str().is_empty() {
            return;
        }
        let new_node = delta.resource == Resource::Nodes && delta.is_add();
        self.queue.move_where(now, |key, plugins| {
            let Some(pod) = informers.get(Resource::Pods, key) else { return false };
            let info = PodInfo::new(pod);
            let helps = |name: &&str| plugins::by_name(name).is_some_and(|p| p.helps(&info, delta));
            plugins.iter().any(helps) || (plugins.is_empty() && new_node)
        });
    }

    #[inline(never)]
    fn schedule_one(&mut self, key: &str, informers: &Informers, api: &mut dyn Api, now: Time) {
        let Some(pod) = informers.get(Resource::Pods, key) else { return self.queue.remove(key) };
        if !pod.at("spec.nodeName").str().is_empty() || pod.is_terminating() {
            return self.queue.remove(key);
        }
        let info = PodInfo::new(pod);
        match self.find_node(&info, informers) {
            Ok(node) if self.bind_volumes(&info, &node, informers, api) => self.bind(info, &node, api, now),
            // The pod waits until its claims have their volumes.
            Ok(_) => self.queue.wait(key, volume_binding::VolumeBinding.name(), now),
            Err(error) => self.fail(&info, error, informers, api, now),
        }
    }

    /// The best of the nodes that take the pod. Of equal ones the first by name is taken.
    fn find_node(&self, pod: &PodInfo, informers: &Informers) -> Result<String, FitError> {
        let mut cycle = Cycle { nodes: &self.nodes, informers, state: Default::default() };
        let mut error = FitError { nodes: self.nodes.len(), ..FitError::default() };
        for plugin in PLUGINS {
            if let Some(why) = plugin.pre_filter(pod, &mut cycle) {
                error.pre_filter = Some((plugin.name(), why));
                return Err(error);
            }
        }
        // The node that room was made on is looked at first.
        let nominated = self.nominator.node_of(&pod.pod.key()).and_then(|name| self.nodes.get_key_value(name));
        if let Some((name, _)) = nominated.filter(|(_, node)| self.nominator.refuse(pod, node, &cycle).is_none()) {
            return Ok(name.clone());
        }
        let mut feasible = Vec::new();
        for (name, node) in &self.nodes {
            match self.nominator.refuse(pod, node, &cycle) {
                None => feasible.push((name, 0)),
                Some(verdict) => {
                    error.verdicts.insert(name.clone(), verdict);
                }
            }
        }
        if feasible.len() > 1 {
            self.score(pod, &mut feasible, &cycle);
        }
        let best = feasible.iter().map(|(_, score)| *score).max();
        let chosen = feasible.iter().find(|(_, score)| Some(*score) == best);
        chosen.map(|(name, _)| (*name).clone()).ok_or(error)
    }

    fn score(&self, pod: &PodInfo, feasible: &mut [(&String, i64)], cycle: &Cycle) {
        for plugin in PLUGINS.iter().filter(|p| p.weight() > 0) {
            let score = |name: &String| self.nodes.get(name).map_or(0, |node| plugin.score(pod, node, cycle));
            let mut scores: Vec<i64> = feasible.iter().map(|(name, _)| score(name)).collect();
            plugin.normalize(&mut scores);
            for ((_, total), score) in feasible.iter_mut().zip(scores) {
                *total += score * plugin.weight();
            }
        }
    }

    /// Gives the pod's claims their volumes on a node, or asks for volumes to be made. True where all have theirs. Models
    /// `BindPodVolumes`.
    #[inline(never)]
    fn bind_volumes(&self, pod: &PodInfo, node: &str, informers: &Informers, api: &mut dyn Api) -> bool {
        let Some(info) = self.nodes.get(node).filter(|_| !pod.pod["spec"]["volumes"].is_empty()) else { return true };
        let Some(plan) = volume_binding::plan(&pod.pod, &info.node, informers) else { return true };
        for (volume, claim) in plan.give.iter().filter(|(v, c)| v.at("spec.claimRef.uid").str() != c.uid()) {
            let mut given = volume.clone();
            let reference = object! {
                "apiVersion" => "v1", "kind" => "PersistentVolumeClaim", "name" => claim.name(),
                "namespace" => claim.namespace(), "uid" => claim.uid(),
                "resourceVersion" => claim.metadata()["resourceVersion"].clone(),
            };
            given.set("spec.claimRef", reference);
            if volume.at("spec.claimRef").is_null() {
                given.set_in(&["metadata", "annotations", "pv.kubernetes.io/bound-by-controller"], "yes");
            }
            let _ = self.door(api).update(Resource::PersistentVolumes, given);
        }
        for claim in &plan.make {
            let mut asked = claim.clone();
            asked.set_in(&["metadata", "annotations", "volume.kubernetes.io/selected-node"], node);
            if asked.annotations() != claim.annotations() {
                let _ = self.door(api).update(Resource::PersistentVolumeClaims, asked);
            }
        }
        plan.is_done()
    }

    fn bind(&mut self, pod: PodInfo, node: &str, api: &mut dyn Api, now: Time) {
        let key = pod.pod.key();
        let binding = object! {
            "apiVersion" => "v1", "kind" => "Binding",
            "metadata" => object! {
                "name" => pod.pod.name(), "namespace" => pod.pod.namespace(), "uid" => pod.pod.uid(),
            },
            "target" => object! { "apiVersion" => "v1", "kind" => "Node", "name" => node },
        };
        if self.door(api).post(Resource::Pods, &key, "binding", binding).is_err() {
            return self.queue.retry(&key, now);
        }
        let message = format!("Successfully assigned {key} to {node}");
        self.events.event(api, now, &Ref::of(&pod.pod), (NORMAL, "Scheduled", "Binding"), &message);
        self.forget(&key);
        if let Some(info) = self.nodes.get_mut(node) {
            info.add(&key, pod);
        }
    }

    fn fail(&mut self, pod: &PodInfo, error: FitError, informers: &Informers, api: &mut dyn Api, now: Time) {
        let key = pod.pod.key();
        let search = Search { nodes: &self.nodes, nominator: &self.nominator, informers };
        let (message, nominated) = match search.run(pod, &error) {
            Outcome::Found(candidate) => {
                let node = candidate.node.clone();
                self.preempt(pod, candidate, api, now);
                (error.message(None), Some(node))
            }
            Outcome::NotEligible(why) => (error.message(Some(&error.preemption_says(why))), None),
            Outcome::Nowhere(said) => (error.message(Some(&error.preemption_failed(&said))), Some(String::new())),
        };
        if let Some(node) = &nominated {
            self.nominator.set(&key, node, || pod.clone());
        }
        let action = (WARNING, "FailedScheduling", "Scheduling");
        self.events.event(api, now, &Ref::of(&pod.pod), action, &message);
        let _ = self.set_unschedulable(&pod.pod, &message, nominated.as_deref(), api, now);
        self.queue.park(&key, error.plugins(), now);
        self.refused.insert(key, error);
    }

    fn preempt(&mut self, pod: &PodInfo, candidate: preemption::Candidate, api: &mut dyn Api, now: Time) {
        for victim in candidate.victims {
            let why = format!("{NAME}: preempting to accommodate a higher priority pod");
            let condition = object! {
                "type" => "DisruptionTarget", "status" => "True", "reason" => "PreemptionByScheduler",
                "message" => why, "lastTransitionTime" => now.rfc3339(), "lastProbeTime" => Value::Null,
                "observedGeneration" => victim.generation(),
            };
            let _ = self.update_status(&victim, api, |pod| set_condition(pod, condition.clone()));
            if self.door(api).delete(Resource::Pods, &victim.key(), Value::Null).is_ok() {
                let message = format!("Preempted by pod {} on node {}", pod.pod.uid(), candidate.node);
                self.events.event(api, now, &Ref::of(&victim), (NORMAL, "Preempted", "Preempting"), &message);
            }
        }
        // Less important pods that waited for the same node look for another one.
        for other in self.nominator.lower(&candidate.node, pod.priority) {
            let key = other.pod.key();
            self.nominator.remove(&key);
            let _ = self.update_status(&other.pod, api, |pod| nominate(pod, ""));
            self.queue.reconsider(&key, now);
        }
    }

    fn set_unschedulable(
        &self,
        pod: &Value,
        message: &str,
        nominated: Option<&str>,
        api: &mut dyn Api,
        now: Time,
    ) -> Result<(), Status> {
        let condition = object! {
            "type" => "PodScheduled", "status" => "False", "reason" => "Unschedulable", "message" => message,
            "lastProbeTime" => Value::Null, "lastTransitionTime" => now.rfc3339(),
            "observedGeneration" => pod.generation(),
        };
        self.update_status(pod, api, |pod| {
            let changed = set_condition(pod, condition.clone());
            nominated.is_some_and(|node| nominate(pod, node)) || changed
        })
    }

    /// Writes a pod's status; a conflict is tried again on the pod as it is now.
    fn update_status(&self, pod: &Value, api: &mut dyn Api, change: impl Fn(&mut Value) -> bool) -> Result<(), Status> {
        let mut pod = pod.clone();
        for _ in 0..3 {
            if !change(&mut pod) {
                return Ok(());
            }
            match self.door(api).update_status(Resource::Pods, pod.clone()) {
                Err(status) if status.reason == "Conflict" => pod = self.door(api).get(Resource::Pods, &pod.key())?,
                other => return other.map(|_| ()),
            }
        }
        Ok(())
    }

    fn door<'a>(&self, api: &'a mut dyn Api) -> Door<'a> {
        self.events.door(api)
    }
}

/// Sets the node that room is made on; "" removes it. True where anything changed.
fn nominate(pod: &mut Value, node: &str) -> bool {
    if pod.at("status.nominatedNodeName").str() == node {
        return false;
    }
    match node {
        "" => drop(pod.remove("status.nominatedNodeName")),
        _ => pod.set("status.nominatedNodeName", node),
    }
    true
}

/// Sets a condition; its transition time stays where its status does. True where anything changed.
fn set_condition(object: &mut Value, mut condition: Value) -> bool {
    let conditions = object.at_mut("status.conditions").list_mut();
    let Some(there) = conditions.iter_mut().find(|c| c["type"] == condition["type"]) else {
        conditions.push(condition);
        return true;
    };
    if there["status"] == condition["status"] {
        condition.set("lastTransitionTime", there["lastTransitionTime"].clone());
    }
    let changed = !there.same(&condition);
    *there = condition;
    changed
}

fn is_terminal(pod: &Value) -> bool {
    matches!(pod.at("status.phase").str(), "Succeeded" | "Failed")
}

/// True for pods that ask for this scheduler and are not held back by a gate.
fn is_ours(pod: &Value) -> bool {
    pod.at("spec.schedulerName").str() == NAME && pod["spec"]["schedulingGates"].is_empty()
}
