//! What a namespace may use in all. Models `ResourceQuota`; what is used is counted from what is stored.

use super::{Attributes, Context, Operation, Plugin};
use crate::apimachinery::quantity::Quantity;
use crate::apimachinery::{Object, Status, Value};
use std::collections::BTreeMap;

pub struct ResourceQuota;

/// Amounts by the names that quotas use.
pub type Usage = BTreeMap<String, Quantity>;

/// What quotas can count: resource and group.
const COUNTED: [(&str, &str); 7] = [
    ("pods", ""),
    ("services", ""),
    ("configmaps", ""),
    ("secrets", ""),
    ("replicationcontrollers", ""),
    ("resourcequotas", ""),
    ("persistentvolumeclaims", ""),
];

impl Plugin for ResourceQuota {
    fn validate(&self, attributes: &mut Attributes, context: &mut Context) -> Result<(), Status> {
        let writes = matches!(attributes.operation, Operation::Create | Operation::Update);
        if !writes || !attributes.subresource.is_empty() || attributes.namespace.is_empty() {
            return Ok(());
        }
        let quotas = context.reader.list("", "resourcequotas", attributes.namespace);
        if quotas.is_empty() {
            return Ok(());
        }
        let resource = attributes.resource;
        let wanted = usage(resource.group, resource.resource, attributes.object);
        let had = match attributes.operation {
            Operation::Update => usage(resource.group, resource.resource, attributes.old),
            _ => Usage::new(),
        };
        for quota in quotas {
            if !matches_scopes(&quota, attributes.object, resource.resource) {
                continue;
            }
            check(attributes, context, &quota, &wanted, &had)?;
        }
        Ok(())
    }
}

fn check(attributes: &Attributes, context: &Context, quota: &Value, wanted: &Usage, had: &Usage) -> Result<(), Status> {
    let hard = &quota["spec"]["hard"];
    if attributes.creates_pod() {
        must_specify(attributes, quota)?;
    }
    let mut over: Vec<(&str, Quantity, Quantity, Quantity)> = Vec::new();
    for (name, limit) in hard.fields() {
        let Some(amount) = wanted.get(name) else { continue };
        let delta = *amount - had.get(name).copied().unwrap_or(Quantity::ZERO);
        if delta.sign() <= 0 {
            continue;
        }
        let used = used(context, attributes.namespace, name, quota);
        if used + delta > Quantity::of(limit) {
            over.push((name, delta, used, Quantity::of(limit)));
        }
    }
    if over.is_empty() {
        return Ok(());
    }
    let list = |pick: fn(&(&str, Quantity, Quantity, Quantity)) -> Quantity| {
        over.iter().map(|o| format!("{}={}", o.0, pick(o))).collect::<Vec<_>>().join(",")
    };
    Err(attributes.forbidden(&format!(
        "exceeded quota: {}, requested: {}, used: {}, limited: {}",
        quota.name(),
        list(|o| o.1),
        list(|o| o.2),
        list(|o| o.3)
    )))
}

/// A quota on cpu or memory makes every container say what it needs.
fn must_specify(attributes: &Attributes, quota: &Value) -> Result<(), Status> {
    const NEEDED: [(&str, &str, &str); 6] = [
        ("cpu", "requests", "cpu"),
        ("limits.cpu", "limits", "cpu"),
        ("limits.memory", "limits", "memory"),
        ("memory", "requests", "memory"),
        ("requests.cpu", "requests", "cpu"),
        ("requests.memory", "requests", "memory"),
    ];
    let mut missing = Vec::new();
    for (name, list, resource) in NEEDED {
        if quota["spec"]["hard"].get(name).is_none() {
            continue;
        }
        let spec = &attributes.object["spec"];
        let all = spec["containers"].items().iter().chain(spec["initContainers"].items());
        let without: Vec<&str> =
            all.filter(|c| c["resources"][list].get(resource).is_none()).map(|c| c["name"].str()).collect();
        if !without.is_empty() {
            missing.push(format!("{name} for: {}", without.join(",")));
        }
    }
    if missing.is_empty() {
        return Ok(());
    }
    let why = format!("failed quota: {}: must specify {}", quota.name(), missing.join("; "));
    Err(attributes.forbidden(&why))
}

/// Whether a quota with scopes is about this object.
fn matches_scopes(quota: &Value, object: &Value, resource: &str) -> bool {
    let scopes = quota["spec"]["scopes"].items();
    if scopes.is_empty() {
        return true;
    }
    if resource != "pods" {
        return false;
    }
    let spec = &object["spec"];
    let best_effort = crate::api::qos::qos_class(object) == "BestEffort";
    scopes.iter().all(|scope| match scope.str() {
        "Terminating" => !spec["activeDeadlineSeconds"].is_null(),
        "NotTerminating" => spec["activeDeadlineSeconds"].is_null(),
        "BestEffort" => best_effort,
        "NotBestEffort" => !best_effort,
        _ => true,
    })
}

/// What is stored in the namespace, in the quota's terms.
fn used(context: &Context, namespace: &str, name: &str, quota: &Value) -> Quantity {
    let (resource, group) = match name.strip_prefix("count/") {
        Some(counted) => counted.split_once('.').unwrap_or((counted, "")),
        None => match name {
            n if n.starts_with("services") => ("services", ""),
            n if n.contains("storage") && !n.contains("ephemeral") => ("persistentvolumeclaims", ""),
            n => COUNTED.iter().find(|(r, _)| *r == n).copied().unwrap_or(("pods", "")),
        },
    };
    let objects = context.reader.list(group, resource, namespace);
    objects
        .iter()
        .filter(|o| matches_scopes(quota, o, resource))
        .filter_map(|o| usage(group, resource, o).get(name).copied())
        .fold(Quantity::ZERO, |sum, q| sum + q)
}

/// What one object counts for. Pods that have ended count for nothing but `count/pods`.
pub fn usage(group: &str, resource: &str, object: &Value) -> Usage {
    let one = Quantity::parse("1").unwrap_or(Quantity::ZERO);
    let mut out = Usage::new();
    let counted = if group.is_empty() { resource.to_owned() } else { format!("{resource}.{group}") };
    out.insert(format!("count/{counted}"), one);
    if group.is_empty() && COUNTED.iter().any(|(r, _)| *r == resource) && resource != "pods" {
        out.insert(resource.to_owned(), one);
    }
    match (group, resource) {
        ("", "pods") => pod_usage(&mut out, object),
        ("", "services") => service_usage(&mut out, object),
        ("", "persistentvolumeclaims") => {
            out.insert("requests.storage".into(), Quantity::of(object.at("spec.resources.requests.storage")));
        }
        _ => {}
    }
    out
}

fn pod_usage(out: &mut Usage, pod: &Value) {
    if matches!(pod["status"]["phase"].str(), "Succeeded" | "Failed") {
        return;
    }
    out.insert("pods".into(), Quantity::parse("1").unwrap_or(Quantity::ZERO));
    for (list, prefix) in [("requests", "requests."), ("limits", "limits.")] {
        for container in pod["spec"]["containers"].items() {
            for (name, amount) in container["resources"][list].fields() {
                let amount = Quantity::of(amount);
                *out.entry(format!("{prefix}{name}")).or_insert(Quantity::ZERO) += amount;
                if list == "requests" {
                    *out.entry(name.to_owned()).or_insert(Quantity::ZERO) += amount;
                }
            }
        }
    }
}

fn service_usage(out: &mut Usage, service: &Value) {
    let spec = &service["spec"];
    let count = |n: usize| Quantity::new(n as i64, crate::apimachinery::quantity::Format::DecimalSi);
    let ports = count(spec["ports"].items().len());
    match spec["type"].str() {
        "NodePort" => {
            out.insert("services.nodeports".into(), ports);
        }
        "LoadBalancer" => {
            out.insert("services.loadbalancers".into(), count(1));
            if spec["allocateLoadBalancerNodePorts"].as_bool() != Some(false) {
                out.insert("services.nodeports".into(), ports);
            }
        }
        _ => {}
    }
}
