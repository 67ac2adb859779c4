//! Whether a node takes a pod that was bound to it. Models `pkg/kubelet/lifecycle` (`predicate.go`).

use super::context::Context;
use super::pod::Pod;
use super::resize;
use crate::apimachinery::quantity::Quantity;
use crate::apimachinery::{Object, Value};
use crate::client::Resource;
use std::collections::BTreeSet;

/// A resource of which the node has too little left.
pub struct Lacks {
    name: &'static str,
    requested: i64,
    used: i64,
    capacity: i64,
}

impl Lacks {
    pub fn message(&self) -> String {
        format!(
            "Node didn't have enough resource: {}, requested: {}, used: {}, capacity: {}",
            self.name, self.requested, self.used, self.capacity
        )
    }
}

/// Why a resize cannot be granted.
pub enum Fit {
    /// The whole node is too small.
    Never {
        name: &'static str,
        requested: i64,
        capacity: i64,
    },
    NotNow(Lacks),
}

const RESOURCES: [(&str, &str); 2] = [("cpu", "OutOfcpu"), ("memory", "OutOfmemory")];

/// Millis of CPU, bytes of memory.
fn unit(name: &str, q: &Value) -> i64 {
    let q = Quantity::of(q);
    if name == "cpu" { q.milli_value() } else { q.value() }
}

/// What a pod requests of a resource, as its kubelet sees it: what it was given, where that differs from the spec.
fn requested(pod: &Value, name: &str) -> i64 {
    let statuses = pod["status"]["containerStatuses"].items();
    let of = |c: &Value| {
        let given = statuses.iter().find(|s| s["name"] == c["name"]).map(|s| &s["allocatedResources"][name]);
        let spec = &c["resources"]["requests"][name];
        unit(name, given.filter(|q| !q.is_null()).unwrap_or(spec))
    };
    let init = pod["spec"]["initContainers"].items().iter().map(|c| unit(name, &c["resources"]["requests"][name]));
    let main = pod["spec"]["containers"].items().iter().map(of).sum::<i64>();
    main.max(init.max().unwrap_or(0)) + unit(name, &pod["spec"]["overhead"][name])
}

/// The other pods of the node that are not over.
fn others<'a>(pod: &'a Pod, context: &'a Context) -> impl Iterator<Item = &'a Value> {
    context
        .informers
        .pods_on(context.node.name())
        .filter(|p| p.uid() != &*pod.uid && !matches!(p.at("status.phase").str(), "Succeeded" | "Failed"))
}

/// Looks for room for what a pod's spec asks for now.
pub fn fits(pod: &Pod, context: &Context) -> Result<(), Fit> {
    let allocatable = context.node.allocatable();
    let wanted = |name: &str| -> i64 {
        pod.spec()["containers"].items().iter().map(|c| unit(name, &c["resources"]["requests"][name])).sum()
    };
    // Memory is named first.
    for name in ["memory", "cpu"] {
        let (requested, capacity) = (wanted(name), unit(name, &allocatable[name]));
        if requested > capacity {
            return Err(Fit::Never { name, requested, capacity });
        }
    }
    for (name, _) in RESOURCES {
        let given = |c: &Value| unit(name, &resize::allocated(pod, c)["requests"][name]);
        let before: i64 = pod.spec()["containers"].items().iter().map(given).sum();
        let used = others(pod, context).map(|p| requested(p, name)).sum::<i64>();
        let (requested, capacity) = (wanted(name), unit(name, &allocatable[name]));
        if requested > before && used + requested > capacity {
            return Err(Fit::NotNow(Lacks { name, requested, used, capacity }));
        }
    }
    Ok(())
}

/// Ports of the node that a pod takes: protocol, address, number.
fn host_ports(pod: &Value) -> BTreeSet<(String, String, i64)> {
    let ports = pod["spec"]["containers"].items().iter().flat_map(|c| c["ports"].items());
    ports
        .filter(|p| p["hostPort"].int() > 0)
        .map(|p| {
            let protocol = if p["protocol"].str().is_empty() { "TCP" } else { p["protocol"].str() };
            let ip = if p["hostIP"].str().is_empty() { "0.0.0.0" } else { p["hostIP"].str() };
            (protocol.to_owned(), ip.to_owned(), p["hostPort"].int())
        })
        .collect()
}

fn ports_conflict(pod: &Pod, context: &Context) -> bool {
    let own = host_ports(&pod.object);
    if own.is_empty() {
        return false;
    }
    let taken: BTreeSet<_> = others(pod, context).flat_map(host_ports).collect();
    own.iter().any(|(protocol, ip, port)| {
        taken.iter().any(|(p, i, n)| (p, n) == (protocol, port) && (i == ip || i == "0.0.0.0" || ip == "0.0.0.0"))
    })
}

/// Refuses a pod with a reason and a message.
pub fn admit(pod: &Pod, context: &Context) -> Result<(), (&'static str, String)> {
    let Some(node) = context.informers.get(Resource::Nodes, context.node.name()) else { return Ok(()) };
    let predicate = |name: &str, why: &str| format!("Pod was rejected: Predicate {name} failed: {why}");
    let selected = pod.spec()["nodeSelector"].fields().all(|(key, value)| node.label(key) == value.as_str());
    if !selected {
        return Err(("NodeAffinity", predicate("NodeAffinity", "node(s) didn't match Pod's node affinity/selector")));
    }
    if ports_conflict(pod, context) {
        let why = "node(s) didn't have free ports for the requested pod ports";
        return Err(("NodePorts", predicate("NodePorts", why)));
    }
    let allocatable = &node["status"]["allocatable"];
    let refuse = |reason, lacks: Lacks| Err((reason, format!("Pod was rejected: {}", lacks.message())));
    for (name, reason) in RESOURCES {
        let wanted = requested(&pod.object, name);
        if wanted == 0 {
            continue;
        }
        let used = others(pod, context).map(|p| requested(p, name)).sum::<i64>();
        let capacity = unit(name, &allocatable[name]);
        if used + wanted > capacity {
            return refuse(reason, Lacks { name, requested: wanted, used, capacity });
        }
    }
    let (used, capacity) = (others(pod, context).count() as i64, Quantity::of(&allocatable["pods"]).value());
    if used + 1 > capacity {
        return refuse("OutOfpods", Lacks { name: "pods", requested: 1, used, capacity });
    }
    Ok(())
}
