//! What controllers ask of pods. Models `pkg/api/v1/pod` and `pkg/controller/controller_utils.go`.

use super::Context;
use crate::apimachinery::time::Duration;
use crate::apimachinery::{Object, Status, Time, Value};
use crate::client::Resource;
use crate::{list, object};
use std::cmp::Ordering;

/// The condition of a type; null where there is none.
pub fn condition<'a>(object: &'a Value, kind: &str) -> &'a Value {
    const NONE: &Value = &Value::Null;
    object.at("status.conditions").items().iter().find(|c| c["type"].str() == kind).unwrap_or(NONE)
}

pub fn is_ready(pod: &Value) -> bool {
    condition(pod, "Ready")["status"].str() == "True"
}

/// Succeeded or Failed.
pub fn is_terminal(pod: &Value) -> bool {
    matches!(pod.at("status.phase").str(), "Succeeded" | "Failed")
}

/// Neither ended nor being deleted.
pub fn is_active(pod: &Value) -> bool {
    !is_terminal(pod) && !pod.is_terminating()
}

/// Since when a pod is ready.
pub fn ready_since(pod: &Value) -> Option<Time> {
    let ready = condition(pod, "Ready");
    (ready["status"].str() == "True").then(|| Time::parse_rfc3339(ready["lastTransitionTime"].str()))?
}

/// When a pod counts as available: ready for `min_ready` seconds. None where it is not ready.
pub fn available_at(pod: &Value, min_ready: i64) -> Option<Time> {
    Some(ready_since(pod)? + Duration::from_secs(u64::try_from(min_ready).unwrap_or(0)))
}

pub fn is_available(pod: &Value, min_ready: i64, now: Time) -> bool {
    available_at(pod, min_ready).is_some_and(|at| at <= now || min_ready == 0)
}

/// The owner reference that marks `owner` as the controller.
pub fn controller_ref(owner: &Value) -> Value {
    object! {
        "apiVersion" => owner["apiVersion"].clone(), "kind" => owner["kind"].clone(), "name" => owner.name(),
        "uid" => owner.uid(), "controller" => true, "blockOwnerDeletion" => true,
    }
}

/// True where `owner` is the controller of `object`.
pub fn is_controlled_by(object: &Value, owner: &Value) -> bool {
    object.controller_of().is_some_and(|r| r["uid"].str() == owner.uid())
}

/// A pod made from the template of `owner`. Models `GetPodFromTemplate`.
pub fn from_template(template: &Value, owner: &Value) -> Value {
    let mut metadata = object! { "generateName" => format!("{}-", owner.name()) };
    for field in ["labels", "annotations", "finalizers"] {
        let value = &template["metadata"][field];
        if !value.is_empty() {
            metadata.map_mut().insert(field, value.clone());
        }
    }
    metadata.map_mut().insert("ownerReferences", list![controller_ref(owner)]);
    object! { "apiVersion" => "v1", "kind" => "Pod", "metadata" => metadata, "spec" => template["spec"].clone() }
}

/// Creates a pod in its owner's name and records the event. Models `RealPodControl.CreatePods`.
pub fn create(context: &mut Context, owner: &Value, pod: Value) -> Result<Value, Status> {
    match context.door().create(Resource::Pods, owner.namespace(), pod) {
        Ok(pod) => {
            context.event(owner, "Normal", "SuccessfulCreate", &format!("Created pod: {}", pod.name()));
            Ok(pod)
        }
        Err(status) => {
            // A namespace that goes away is no event.
            if !is_namespace_terminating(&status) {
                context.event(owner, "Warning", "FailedCreate", &format!("Error creating: {status}"));
            }
            Err(status)
        }
    }
}

/// Deletes a pod in its owner's name and records the event. Models `RealPodControl.DeletePod`.
pub fn delete(context: &mut Context, owner: &Value, pod: &Value) -> Result<(), Status> {
    match context.door().delete(Resource::Pods, &pod.key(), Value::Null) {
        Ok(_) => {
            context.event(owner, "Normal", "SuccessfulDelete", &format!("Deleted pod: {}", pod.name()));
            Ok(())
        }
        Err(status) if status.code == 404 => Ok(()),
        Err(status) => {
            let message = format!("Error deleting: {status}");
            context.event(owner, "Warning", "FailedDelete", &message);
            Err(status)
        }
    }
}

pub fn is_namespace_terminating(status: &Status) -> bool {
    status.reason == "Forbidden"
        && status.details["causes"].items().iter().any(|c| c["reason"].str() == "NamespaceTerminating")
}

fn restarts(pod: &Value) -> i64 {
    pod.at("status.containerStatuses").items().iter().map(|c| c["restartCount"].int()).max().unwrap_or(0)
}

fn phase_rank(pod: &Value) -> u8 {
    match pod.at("status.phase").str() {
        "" | "Pending" => 0,
        "Unknown" => 1,
        _ => 2,
    }
}

/// Compares ages in powers of two, so that which of some old pods goes is not decided by seconds.
fn logarithmic(a: Time, b: Time, now: Time) -> i64 {
    let rank = |t: Time| {
        let nanos = i64::try_from(now.since(t).as_nanos()).unwrap_or(i64::MAX);
        if nanos <= 0 { -1 } else { i64::from(nanos.ilog2()) }
    };
    rank(a) - rank(b)
}

fn by_age(a: Option<Time>, b: Option<Time>, now: Time, uids: (&str, &str)) -> Ordering {
    match (a, b) {
        _ if a == b => Ordering::Equal,
        // What has no time comes first.
        (None, _) => Ordering::Less,
        (_, None) => Ordering::Greater,
        (Some(a), Some(b)) => match logarithmic(a, b, now) {
            0 => uids.0.cmp(uids.1),
            difference => difference.cmp(&0),
        },
    }
}

/// Which of two pods to delete first (Less goes first); `crowd` is how many related pods share its node.
/// Models `ActivePodsWithRanks.Less`.
pub fn deletion_order((a, crowd_a): (&Value, usize), (b, crowd_b): (&Value, usize), now: Time) -> Ordering {
    let assigned = |p: &Value| !p.at("spec.nodeName").str().is_empty();
    let cost = |p: &Value| -> i64 {
        p.annotation("controller.kubernetes.io/pod-deletion-cost").and_then(|c| c.parse().ok()).unwrap_or(0)
    };
    let uids = (a.uid(), b.uid());
    assigned(a)
        .cmp(&assigned(b))
        .then_with(|| phase_rank(a).cmp(&phase_rank(b)))
        .then_with(|| is_ready(a).cmp(&is_ready(b)))
        .then_with(|| cost(a).cmp(&cost(b)))
        .then_with(|| crowd_b.cmp(&crowd_a))
        .then_with(|| match is_ready(a) && is_ready(b) {
            true => by_age(ready_since(a), ready_since(b), now, uids),
            false => Ordering::Equal,
        })
        .then_with(|| restarts(b).cmp(&restarts(a)))
        .then_with(|| by_age(a.creation_timestamp(), b.creation_timestamp(), now, uids))
        .then_with(|| uids.0.cmp(uids.1))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pod(name: &str, node: &str, ready: Option<i64>) -> Value {
        let conditions = match ready {
            Some(t) => list![
                object! { "type" => "Ready", "status" => "True", "lastTransitionTime" => Time::from_secs(t).rfc3339() }
            ],
            None => list![],
        };
        object! {
            "metadata" => object! { "name" => name, "uid" => name, "creationTimestamp" => "1970-01-01T00:00:01Z" },
            "spec" => object! { "nodeName" => node },
            "status" => object! { "phase" => "Running", "conditions" => conditions },
        }
    }

    #[test]
    fn the_unassigned_the_unready_and_the_newest_go_first() {
        let now = Time::from_secs(1_000);
        let pods =
            [pod("old", "n", Some(10)), pod("new", "n", Some(990)), pod("unready", "n", None), pod("none", "", None)];
        let mut order: Vec<_> = pods.iter().collect();
        order.sort_by(|a, b| deletion_order((a, 0), (b, 0), now));
        assert_eq!(order.iter().map(|p| p.name()).collect::<Vec<_>>(), ["none", "unready", "new", "old"]);
        assert_eq!(deletion_order((&pods[0], 3), (&pods[1], 1), now), Ordering::Less);
    }
}
