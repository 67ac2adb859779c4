//! Replaces pods of old revisions, a few at a time: before their successors come, or after. Models `update.go`.

use super::{by_age, desired_nodes, is_new, pod_for};
use crate::apimachinery::intstr::scaled;
use crate::apimachinery::{Object, Status, Value};
use crate::controllers::{Context, pods};
use std::collections::BTreeMap;

fn max_surge(set: &Value, desired: i64) -> i64 {
    scaled(set.at("spec.updateStrategy.rollingUpdate.maxSurge"), desired, true)
}

/// True where a new pod may run beside the old one.
fn allows_surge(set: &Value) -> bool {
    set.at("spec.updateStrategy.type").str() == "RollingUpdate" && max_surge(set, 100) > 0
}

fn is_available(set: &Value, pod: &Value, context: &Context) -> bool {
    pods::is_available(pod, set.at("spec.minReadySeconds").int(), context.now)
}

/// Which of several pods of a node go: all but the oldest; where a new one may run beside the old one, those that are
/// not needed for that.
pub fn excess(set: &Value, mut alive: Vec<Value>, hash: &str, context: &Context) -> Vec<Value> {
    by_age(&mut alive);
    if !allows_surge(set) || alive.len() < 2 {
        return alive.into_iter().skip(1).collect();
    }
    let (mut new, mut old) = (None, None);
    let mut go = Vec::new();
    for pod in alive {
        let slot = if is_new(&pod, hash) { &mut new } else { &mut old };
        match slot {
            None => *slot = Some(pod),
            Some(_) => go.push(pod),
        }
    }
    if let (Some(new), Some(old)) = (new, old) {
        if !pods::is_ready(&old) || is_available(set, &new, context) {
            go.push(old);
        }
    }
    go
}

/// One step of a rolling update.
pub fn rolling(
    set: &Value,
    by_node: &BTreeMap<String, Vec<Value>>,
    hash: &str,
    context: &mut Context,
) -> Result<(), Status> {
    let desired = desired_nodes(set, context);
    let surge = max_surge(set, desired.len() as i64);
    match surge {
        0 => delete_first(set, by_node, &desired, hash, context),
        _ => create_first(set, by_node, &desired, hash, context),
    }
}

/// The new and the old pod of a node; None where there are several of one kind.
fn pair<'a>(here: &'a [Value], hash: &str) -> Option<(Option<&'a Value>, Option<&'a Value>)> {
    let (mut new, mut old) = (None, None);
    for pod in here.iter().filter(|p| !p.is_terminating()) {
        let slot = if is_new(pod, hash) { &mut new } else { &mut old };
        if slot.replace(pod).is_some() {
            return None;
        }
    }
    Some((new, old))
}

/// Deletes old pods as far as enough nodes keep an available one; new ones come of themselves.
fn delete_first(
    set: &Value,
    by_node: &BTreeMap<String, Vec<Value>>,
    desired: &[String],
    hash: &str,
    context: &mut Context,
) -> Result<(), Status> {
    let unavailable = scaled(set.at("spec.updateStrategy.rollingUpdate.maxUnavailable"), desired.len() as i64, true);
    let (mut missing, mut broken, mut candidates) = (0, Vec::new(), Vec::new());
    for here in by_node.values() {
        match pair(here, hash) {
            Some((None, Some(old))) if is_available(set, old, context) => candidates.push(old),
            Some((None, Some(old))) => {
                missing += 1;
                broken.push(old);
            }
            Some((Some(new), None)) => missing += i64::from(!is_available(set, new, context)),
            // Two, or none, or several: what is too much or too little is seen to elsewhere.
            _ => missing += 1,
        }
    }
    let room = usize::try_from(unavailable - missing).unwrap_or(0);
    for pod in broken.into_iter().chain(candidates.into_iter().take(room)) {
        pods::delete(context, set, pod)?;
    }
    Ok(())
}

/// Creates new pods beside old ones, and deletes old ones whose successors are available.
fn create_first(
    set: &Value,
    by_node: &BTreeMap<String, Vec<Value>>,
    desired: &[String],
    hash: &str,
    context: &mut Context,
) -> Result<(), Status> {
    let (mut surging, mut go, mut at_once, mut candidates) = (0, Vec::new(), Vec::new(), Vec::new());
    for (node, here) in by_node {
        match pair(here, hash) {
            None => surging += 1,
            Some((_, None)) => {}
            Some((Some(new), Some(old))) => match is_available(set, new, context) {
                true => go.push(old),
                false => surging += 1,
            },
            Some((None, Some(old))) => match (is_available(set, old, context), desired.contains(node)) {
                (false, true) => at_once.push(node),
                (true, true) => candidates.push(node),
                (false, false) => go.push(old),
                (true, false) => {}
            },
        }
    }
    let room = usize::try_from(max_surge(set, desired.len() as i64) - surging).unwrap_or(0);
    for node in at_once.into_iter().chain(candidates.into_iter().take(room)) {
        pods::create(context, set, pod_for(set, node, hash))?;
    }
    for pod in go {
        pods::delete(context, set, pod)?;
    }
    Ok(())
}
