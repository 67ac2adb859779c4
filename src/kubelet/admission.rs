//! Whether a node takes a pod that was bound to it. Models `pkg/kubelet/lifecycle` (`predicate.go`).

use super::context::Context;
use super::pod::Pod;
use crate::apimachinery::quantity::Quantity;
use crate::apimachinery::{Object, Value};
use crate::client::Resource;

/// Refuses a pod with a reason and a message.
pub fn admit(pod: &Pod, context: &Context) -> Result<(), (&'static str, String)> {
    let Some(node) = context.informers.get(Resource::Nodes, context.node.name()) else { return Ok(()) };
    let selected = pod.spec()["nodeSelector"].fields().all(|(key, value)| node.label(key) == value.as_str());
    if !selected {
        let why = "node(s) didn't match Pod's node affinity/selector";
        return Err(("NodeAffinity", format!("Pod was rejected: Predicate NodeAffinity failed: {why}")));
    }
    let others: Vec<&Value> = context
        .informers
        .pods_on(context.node.name())
        .filter(|p| p.uid() != &*pod.uid && !matches!(p.at("status.phase").str(), "Succeeded" | "Failed"))
        .collect();
    let allocatable = &node["status"]["allocatable"];
    for (name, reason) in [("cpu", "OutOfcpu"), ("memory", "OutOfmemory")] {
        let unit = |q: &Value| {
            let q = Quantity::of(q);
            if name == "cpu" { q.milli_value() } else { q.value() }
        };
        let requested = |p: &Value| -> i64 {
            p["spec"]["containers"].items().iter().map(|c| unit(&c["resources"]["requests"][name])).sum()
        };
        let wanted = requested(&pod.object);
        if wanted == 0 {
            continue;
        }
        let (used, capacity) = (others.iter().map(|p| requested(p)).sum::<i64>(), unit(&allocatable[name]));
        if used + wanted > capacity {
            return Err((
                reason,
                format!(
                    "Pod was rejected: Node didn't have enough resource: {name}, requested: {wanted}, used: {used}, \
                     capacity: {capacity}"
                ),
            ));
        }
    }
    let (used, capacity) = (others.len() as i64, Quantity::of(&allocatable["pods"]).value());
    if used + 1 > capacity {
        let message = format!(
            "Pod was rejected: Node didn't have enough resource: pods, requested: 1, used: {used}, capacity: {capacity}"
        );
        return Err(("OutOfpods", message));
    }
    Ok(())
}
