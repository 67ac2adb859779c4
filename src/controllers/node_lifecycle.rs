//! Taints nodes by their conditions, and gives up on nodes that fall silent. Models `pkg/controller/nodelifecycle`.

use super::{Context, Controller, pods};
use crate::apimachinery::time::{Duration, Time};
use crate::apimachinery::{Object, Status, Value};
use crate::client::{Delta, Informers, Resource, WorkQueue};
use crate::object;

/// A node is silent when its lease was not renewed for this long.
const MONITOR_GRACE: Duration = Duration::from_secs(50);

#[derive(Clone)]
pub struct NodeLifecycle;

impl NodeLifecycle {
    pub fn boxed() -> Box<dyn Controller> {
        Box::new(Self)
    }
}

/// Condition type, its status, the key of the taint.
const BY_CONDITION: &[(&str, &str, &str)] = &[
    ("Ready", "False", "node.kubernetes.io/not-ready"),
    ("Ready", "Unknown", "node.kubernetes.io/unreachable"),
    ("MemoryPressure", "True", "node.kubernetes.io/memory-pressure"),
    ("DiskPressure", "True", "node.kubernetes.io/disk-pressure"),
    ("NetworkUnavailable", "True", "node.kubernetes.io/network-unavailable"),
    ("PIDPressure", "True", "node.kubernetes.io/pid-pressure"),
];
const UNSCHEDULABLE: &str = "node.kubernetes.io/unschedulable";
/// Nodes that are not ready push pods away, too.
const EVICTS: &[&str] = &["node.kubernetes.io/not-ready", "node.kubernetes.io/unreachable"];

impl Controller for NodeLifecycle {
    fn name(&self) -> &'static str {
        "node-controller"
    }

    fn watches(&self) -> &'static [Resource] {
        &[Resource::Nodes, Resource::Leases]
    }

    fn enqueue(&mut self, delta: &Delta, _: &Informers, queue: &mut WorkQueue, now: Time) {
        match delta.resource {
            Resource::Nodes if !delta.is_delete() => queue.add(&*delta.key),
            Resource::Leases if !delta.is_delete() => {
                if delta.object().namespace() == "kube-node-lease" {
                    queue.add_at(delta.object().name(), now + MONITOR_GRACE);
                }
            }
            _ => {}
        }
    }

    fn reconcile(&mut self, key: &str, context: &mut Context) -> Result<(), Status> {
        let Some(node) = context.get(Resource::Nodes, key).cloned() else { return Ok(()) };
        let lease = context.get(Resource::Leases, &format!("kube-node-lease/{key}"));
        let renewed = lease.and_then(|l| Time::parse_rfc3339(l.at("spec.renewTime").str()));
        if let Some(renewed) = renewed {
            let until = renewed + MONITOR_GRACE;
            if until <= context.now {
                return give_up(node, context);
            }
            context.queue.add_at(key, until);
        }
        set_taints(node, context)
    }
}

/// Marks a silent node's conditions Unknown.
fn give_up(mut node: Value, context: &mut Context) -> Result<(), Status> {
    if pods::condition(&node, "Ready")["status"].str() == "Unknown" {
        return set_taints(node, context);
    }
    for condition in node.at_mut("status.conditions").list_mut() {
        condition.set("status", "Unknown");
        condition.set("reason", "NodeStatusUnknown");
        condition.set("message", "Kubelet stopped posting node status.");
        condition.set("lastTransitionTime", context.now.rfc3339());
    }
    context.door().update_status(Resource::Nodes, node).map(|_| ())
}

fn set_taints(node: Value, context: &mut Context) -> Result<(), Status> {
    let mut wanted: Vec<(&str, &str)> = Vec::new();
    for (kind, status, key) in BY_CONDITION {
        if pods::condition(&node, kind)["status"].str() == *status {
            wanted.push((key, "NoSchedule"));
            if EVICTS.contains(key) {
                wanted.push((key, "NoExecute"));
            }
        }
    }
    if node.at("spec.unschedulable").bool() {
        wanted.push((UNSCHEDULABLE, "NoSchedule"));
    }
    let managed = |taint: &Value| {
        let key = taint["key"].str();
        key == UNSCHEDULABLE || BY_CONDITION.iter().any(|(_, _, k)| *k == key)
    };
    let old = node["spec"]["taints"].items();
    let is =
        |taint: &Value, (key, effect): &(&str, &str)| taint["key"].str() == *key && taint["effect"].str() == *effect;
    let mut taints: Vec<Value> =
        old.iter().filter(|t| !managed(t) || wanted.iter().any(|w| is(t, w))).cloned().collect();
    for (key, effect) in wanted.iter().filter(|w| !old.iter().any(|t| is(t, w))) {
        taints.push(object! { "key" => *key, "effect" => *effect, "timeAdded" => context.now.rfc3339() });
    }
    if taints.len() == old.len() && taints.iter().all(|t| old.contains(t)) {
        return Ok(());
    }
    let mut new = node;
    match taints.is_empty() {
        true => {
            new.remove("spec.taints");
        }
        false => new.set("spec.taints", taints),
    }
    context.door().update(Resource::Nodes, new).map(|_| ())
}
