//! What a namespace may use in all. Models `ResourceQuota`; what is used is counted from what is stored.

use super::{Attributes, Context, Operation, Plugin};
use crate::api::quota::{Usage, counted_by, in_scope, usage};
use crate::apimachinery::quantity::Quantity;
use crate::apimachinery::{Object, Status, Value};

pub struct ResourceQuota;

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
            if !in_scope(&quota, resource.group, resource.resource, attributes.object) {
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

/// What is stored in the namespace, in the quota's terms.
fn used(context: &Context, namespace: &str, name: &str, quota: &Value) -> Quantity {
    let (resource, group) = counted_by(name);
    let objects = context.reader.list(group, resource, namespace);
    objects
        .iter()
        .filter(|o| in_scope(quota, group, resource, o))
        .filter_map(|o| usage(group, resource, o).get(name).copied())
        .fold(Quantity::ZERO, |sum, q| sum + q)
}
