//! One pod on every node that fits. Models `pkg/controller/daemon`.

mod update;

use super::{Context, Controller, history, pods, replication};
use crate::api::node_affinity;
use crate::api::tolerations::untolerated;
use crate::apimachinery::labels::Selector;
use crate::apimachinery::{Object, Status, Time, Value};
use crate::client::{Delta, Informers, Resource, WorkQueue};
use crate::{list, object};
use std::collections::BTreeMap;

#[derive(Clone)]
pub struct DaemonSets;

impl DaemonSets {
    pub fn boxed() -> Box<dyn Controller> {
        Box::new(Self)
    }
}

const GENERATION: &str = "deprecated.daemonset.template.generation";
/// Taints that daemons do not mind: key and effect.
const TOLERATED: &[(&str, &str)] = &[
    ("node.kubernetes.io/not-ready", "NoExecute"),
    ("node.kubernetes.io/unreachable", "NoExecute"),
    ("node.kubernetes.io/disk-pressure", "NoSchedule"),
    ("node.kubernetes.io/memory-pressure", "NoSchedule"),
    ("node.kubernetes.io/pid-pressure", "NoSchedule"),
    ("node.kubernetes.io/unschedulable", "NoSchedule"),
];

impl Controller for DaemonSets {
    fn name(&self) -> &'static str {
        "daemonset-controller"
    }

    fn watches(&self) -> &'static [Resource] {
        &[Resource::DaemonSets, Resource::Pods, Resource::Nodes]
    }

    fn enqueue(&mut self, delta: &Delta, informers: &Informers, queue: &mut WorkQueue, _: Time) {
        match delta.resource {
            Resource::DaemonSets => queue.add(&*delta.key),
            Resource::Pods => {
                let pod = delta.object();
                if let Some(owner) = pod.controller_of().filter(|o| o["kind"].str() == "DaemonSet") {
                    queue.add(format!("{}/{}", pod.namespace(), owner["name"].str()));
                }
            }
            _ => {
                let fields = ["metadata.labels", "spec.taints", "spec.unschedulable"];
                if delta.is_add() || delta.is_delete() || fields.iter().any(|f| delta.changed(f)) {
                    for set in informers.list_in(Resource::DaemonSets, "") {
                        queue.add(set.key());
                    }
                }
            }
        }
    }

    fn reconcile(&mut self, key: &str, context: &mut Context) -> Result<(), Status> {
        let Some(set) = context.get(Resource::DaemonSets, key).cloned() else { return Ok(()) };
        let Ok(selector) = Selector::from_label_selector(&set["spec"]["selector"]) else { return Ok(()) };
        if set.is_terminating() {
            return Ok(());
        }
        let mut revisions = history::list(&set, context);
        let revision = history::current(&set, &mut revisions, context)?;
        let hash = history::hash_of(&revision).to_owned();
        let claimed = replication::claim(context, &set, &selector)?;
        let by_node = by_node(&claimed);
        let managed = manage(&set, &by_node, &hash, context);
        let mut outcome = managed.as_ref().map(|_| ()).map_err(Clone::clone);
        // Pods that were just made or deleted are waited for.
        if managed == Ok(false) && set.at("spec.updateStrategy.type").str() != "OnDelete" {
            outcome = update::rolling(&set, &by_node, &hash, context);
        }
        let live: Vec<&str> =
            claimed.iter().filter_map(|p| p.label(history::HASH_LABEL)).chain([hash.as_str()]).collect();
        history::truncate(&set, &revisions, &live, context);
        update_status(&set, &by_node, &hash, context)?;
        let min_ready = set.at("spec.minReadySeconds").int();
        let times = claimed.iter().filter_map(|p| pods::available_at(p, min_ready));
        if let Some(at) = times.filter(|at| *at > context.now).min() {
            context.queue.add_at(key, at);
        }
        outcome
    }
}

/// The node that a pod is on, or is meant for.
fn target(pod: &Value) -> &str {
    let bound = pod.at("spec.nodeName").str();
    if !bound.is_empty() {
        return bound;
    }
    let affinity = pod.at("spec.affinity.nodeAffinity.requiredDuringSchedulingIgnoredDuringExecution");
    affinity["nodeSelectorTerms"][0]["matchFields"][0]["values"][0].str()
}

fn by_node(claimed: &[Value]) -> BTreeMap<String, Vec<Value>> {
    let mut out: BTreeMap<String, Vec<Value>> = BTreeMap::new();
    for pod in claimed {
        out.entry(target(pod).to_owned()).or_default().push(pod.clone());
    }
    out
}

fn toleration(key: &str, effect: &str) -> Value {
    object! { "key" => key, "operator" => "Exists", "effect" => effect }
}

/// A pod of the set for a node.
fn pod_for(set: &Value, node: &str, hash: &str) -> Value {
    let mut pod = pods::from_template(&set["spec"]["template"], set);
    pod.set_in(&["metadata", "labels", history::HASH_LABEL], hash);
    if let Some(generation) = set.annotation(GENERATION) {
        pod.set_in(&["metadata", "labels", "pod-template-generation"], generation);
    }
    let field = object! { "key" => "metadata.name", "operator" => "In", "values" => list![node] };
    let required = "spec.affinity.nodeAffinity.requiredDuringSchedulingIgnoredDuringExecution.nodeSelectorTerms";
    let mut terms = pod.at(required).items().to_vec();
    if terms.is_empty() {
        terms.push(object! {});
    }
    for term in &mut terms {
        term.set("matchFields", list![field.clone()]);
    }
    pod.set(required, terms);
    let host = pod.at("spec.hostNetwork").bool();
    let mut tolerations = pod.at("spec.tolerations").items().to_vec();
    let network = host.then_some(("node.kubernetes.io/network-unavailable", "NoSchedule"));
    for (key, effect) in TOLERATED.iter().copied().chain(network) {
        let there = |t: &Value| t["key"].str() == key && t["effect"].str() == effect && t["operator"].str() == "Exists";
        if !tolerations.iter().any(there) {
            tolerations.push(toleration(key, effect));
        }
    }
    pod.set("spec.tolerations", tolerations);
    pod
}

/// Whether a daemon should start on a node, and whether one that is there should stay. Models `NodeShouldRunDaemonPod`.
fn should_run(set: &Value, node: &Value) -> (bool, bool) {
    let pod = pod_for(set, node.name(), "");
    let named = set.at("spec.template.spec.nodeName").str();
    if !(named.is_empty() || named == node.name()) || !node_affinity::matches(&pod, node) {
        return (false, false);
    }
    let (taints, tolerations) = (&node["spec"]["taints"], &pod["spec"]["tolerations"]);
    let stays = untolerated(taints, tolerations, &["NoExecute"]).is_none();
    (stays && untolerated(taints, tolerations, &["NoSchedule", "NoExecute"]).is_none(), stays)
}

/// Creates what is missing and deletes what is too much. True where anything was. Models `manage`.
fn manage(
    set: &Value,
    by_node: &BTreeMap<String, Vec<Value>>,
    hash: &str,
    context: &mut Context,
) -> Result<bool, Status> {
    let nodes: Vec<Value> = context.informers.list_in(Resource::Nodes, "").cloned().collect();
    let none = Vec::new();
    let (mut create, mut delete) = (Vec::new(), Vec::new());
    for node in &nodes {
        let (run, stay) = should_run(set, node);
        let here = by_node.get(node.name()).unwrap_or(&none);
        if run && here.is_empty() {
            create.push(node.name());
        } else if stay {
            keep_one(set, here, hash, &mut delete, context);
        } else {
            delete.extend(here.iter().filter(|p| !p.is_terminating()).cloned());
        }
    }
    let mut result = Ok(!create.is_empty() || !delete.is_empty());
    for node in create {
        if let Err(status) = pods::create(context, set, pod_for(set, node, hash)) {
            result = Err(status);
        }
    }
    for pod in delete {
        if let Err(status) = pods::delete(context, set, &pod) {
            result = Err(status);
        }
    }
    result
}

/// A failed daemon is replaced; of several the oldest stays.
fn keep_one(set: &Value, here: &[Value], hash: &str, delete: &mut Vec<Value>, context: &mut Context) {
    let mut alive = Vec::new();
    for pod in here.iter().filter(|p| !p.is_terminating()) {
        if pods::is_terminal(pod) {
            let (name, node) = (pod.name(), target(pod));
            let failed = pod.at("status.phase").str() == "Failed";
            let message = match failed {
                true => {
                    format!("Found failed daemon pod {}/{name} on node {node}, will try to kill it", set.namespace())
                }
                false => format!(
                    "Found succeeded daemon pod {}/{name} on node {node}, will try to delete it",
                    set.namespace()
                ),
            };
            let (kind, reason) = if failed { ("Warning", "FailedDaemonPod") } else { ("Normal", "SucceededDaemonPod") };
            context.event(set, kind, reason, &message);
            delete.push(pod.clone());
        } else {
            alive.push(pod.clone());
        }
    }
    delete.extend(update::excess(set, alive, hash, context));
}

/// The oldest first.
fn by_age(pods: &mut [Value]) {
    pods.sort_by(|a, b| a.metadata()["creationTimestamp"].str().cmp(b.metadata()["creationTimestamp"].str()));
}

fn is_new(pod: &Value, hash: &str) -> bool {
    pod.label(history::HASH_LABEL) == Some(hash)
}

fn desired_nodes(set: &Value, context: &Context) -> Vec<String> {
    let nodes = context.informers.list_in(Resource::Nodes, "");
    nodes.filter(|node| should_run(set, node).0).map(|node| node.name().to_owned()).collect()
}

fn update_status(
    set: &Value,
    by_node: &BTreeMap<String, Vec<Value>>,
    hash: &str,
    context: &mut Context,
) -> Result<(), Status> {
    let min_ready = set.at("spec.minReadySeconds").int();
    let (mut desired, mut current, mut misscheduled, mut ready, mut updated, mut available) = (0, 0, 0, 0, 0, 0);
    let nodes: Vec<Value> = context.informers.list_in(Resource::Nodes, "").cloned().collect();
    for node in &nodes {
        let (run, _) = should_run(set, node);
        let mut here: Vec<Value> = by_node.get(node.name()).into_iter().flatten().cloned().collect();
        by_age(&mut here);
        desired += i64::from(run);
        let Some(pod) = here.first() else { continue };
        if !run {
            misscheduled += 1;
            continue;
        }
        current += 1;
        if pods::is_ready(pod) {
            ready += 1;
            available += i64::from(pods::is_available(pod, min_ready, context.now));
        }
        updated += i64::from(is_new(pod, hash));
    }
    let mut status = object! {
        "currentNumberScheduled" => current, "desiredNumberScheduled" => desired,
        "numberMisscheduled" => misscheduled, "numberReady" => ready, "observedGeneration" => set.generation(),
    };
    let unavailable = desired - available;
    for (field, count) in
        [("updatedNumberScheduled", updated), ("numberAvailable", available), ("numberUnavailable", unavailable)]
    {
        if count > 0 {
            status.map_mut().insert(field, count);
        }
    }
    for field in ["collisionCount", "conditions"] {
        if !set["status"][field].is_empty() {
            status.map_mut().insert(field, set["status"][field].clone());
        }
    }
    if set["status"].same(&status) {
        return Ok(());
    }
    let mut new = set.clone();
    new.set("status", status);
    context.door().update_status(Resource::DaemonSets, new).map(|_| ())
}
