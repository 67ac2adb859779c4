//! Taints nodes by their conditions, and gives up on nodes that fall silent. Models `pkg/controller/nodelifecycle`.

use super::{Context, Controller, pods};
use crate::apimachinery::time::{Duration, Time};
use crate::apimachinery::{Object, Status, Value};
use crate::client::{Delta, Informers, Resource, WorkQueue};
use crate::object;

/// A node is silent when its lease was not renewed for this long.
const MONITOR_GRACE: Duration = Duration::from_secs(50);
/// A new node may take this long to say something.
const STARTUP_GRACE: Duration = Duration::from_secs(60);
/// Nodes are looked at this often.
const MONITOR_PERIOD: Duration = Duration::from_secs(5);
/// Before the keys of nodes that were deleted; their uid follows the name.
const REMOVED: &str = "removed ";
/// Before the keys of nodes that are new.
const ADDED: &str = "added ";

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
            Resource::Nodes if delta.is_delete() => {
                let period = MONITOR_PERIOD.as_nanos() as i64;
                let look = Time(now.0 - now.0.rem_euclid(period) + period);
                queue.add_at(format!("{REMOVED}{} {}", delta.key, delta.object().uid()), look);
            }
            Resource::Nodes => {
                // Those that kubelets register come with the cluster, whose first events are long gone.
                if delta.is_add() && delta.object().at("status.nodeInfo.kubeletVersion").str().is_empty() {
                    queue.add(format!("{ADDED}{}", delta.key));
                }
                queue.add(&*delta.key);
            }
            Resource::Leases if !delta.is_delete() => {
                if delta.object().namespace() == "kube-node-lease" {
                    queue.add_at(delta.object().name(), now + MONITOR_GRACE);
                }
            }
            _ => {}
        }
    }

    fn reconcile(&mut self, key: &str, context: &mut Context) -> Result<(), Status> {
        if let Some((name, uid)) = key.strip_prefix(REMOVED).and_then(|k| k.split_once(' ')) {
            let node = object! { "apiVersion" => "v1", "kind" => "Node", "metadata" => object! { "name" => name, "uid" => uid } };
            let message = format!("Node {name} event: Removing Node {name} from Controller");
            context.event(&node, "Normal", "RemovingNode", &message);
            return Ok(());
        }
        let added = key.strip_prefix(ADDED);
        let Some(node) = context.get(Resource::Nodes, added.unwrap_or(key)).cloned() else { return Ok(()) };
        if let Some(name) = added {
            let message = format!("Node {name} event: Registered Node {name} in Controller");
            context.event(&node, "Normal", "RegisteredNode", &message);
            return Ok(());
        }
        if pods::condition(&node, "Ready").is_null() {
            let until = node.creation_timestamp().unwrap_or(context.now) + STARTUP_GRACE;
            if until <= context.now {
                return never_heard_of(node, context);
            }
            context.queue.add_at(key, until);
        }
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

/// Says of a node that never said anything itself that nothing is known of it.
fn never_heard_of(mut node: Value, context: &mut Context) -> Result<(), Status> {
    let created = node.metadata()["creationTimestamp"].clone();
    for kind in ["Ready", "MemoryPressure", "DiskPressure", "PIDPressure"] {
        let condition = object! {
            "type" => kind, "status" => "Unknown", "reason" => "NodeStatusNeverUpdated",
            "message" => "Kubelet never posted node status.", "lastHeartbeatTime" => created.clone(),
            "lastTransitionTime" => context.now.rfc3339(),
        };
        if pods::condition(&node, kind).is_null() {
            node.at_mut("status.conditions").list_mut().push(condition);
        }
    }
    context.door().update_status(Resource::Nodes, node).map(|_| ())
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
