//! Numbers and annotations of deployments. Models `pkg/controller/deployment/util`.

use super::Rollout;
use crate::apimachinery::intstr::scaled;
use crate::apimachinery::{Object, Time, Value};
use crate::object;

pub const HASH_LABEL: &str = "pod-template-hash";
pub const REVISION: &str = "deployment.kubernetes.io/revision";
pub const REVISION_HISTORY: &str = "deployment.kubernetes.io/revision-history";
pub const DESIRED: &str = "deployment.kubernetes.io/desired-replicas";
pub const MAX: &str = "deployment.kubernetes.io/max-replicas";

/// Annotations that stay with the deployment.
pub const OWN: &[&str] = &[
    "kubectl.kubernetes.io/last-applied-configuration",
    REVISION,
    REVISION_HISTORY,
    DESIRED,
    MAX,
    "deprecated.deployment.rollback.to",
];

pub fn replicas(object: &Value) -> i64 {
    object.at("spec.replicas").int()
}

pub fn available(set: &Value) -> i64 {
    set.at("status.availableReplicas").int()
}

/// The sum of a field over replica sets.
pub fn sum<'a>(sets: impl IntoIterator<Item = &'a Value>, path: &str) -> i64 {
    sets.into_iter().map(|s| s.at(path).int()).sum()
}

pub fn is_rolling(deployment: &Value) -> bool {
    deployment.at("spec.strategy.type").str() != "Recreate"
}

/// How many pods may be there besides, and how many may be missing. Models `ResolveFenceposts`.
pub fn fenceposts(deployment: &Value) -> (i64, i64) {
    if !is_rolling(deployment) || replicas(deployment) == 0 {
        return (0, 0);
    }
    let of = |field: &str| &deployment["spec"]["strategy"]["rollingUpdate"][field];
    let surge = scaled(of("maxSurge"), replicas(deployment), true);
    let unavailable = scaled(of("maxUnavailable"), replicas(deployment), false);
    // Something has to give, or nothing moves.
    let unavailable = if surge == 0 && unavailable == 0 { 1 } else { unavailable };
    (surge, unavailable.min(replicas(deployment)))
}

pub fn max_surge(deployment: &Value) -> i64 {
    fenceposts(deployment).0
}

pub fn max_unavailable(deployment: &Value) -> i64 {
    fenceposts(deployment).1
}

pub fn revision(object: &Value) -> i64 {
    object.annotation(REVISION).and_then(|r| r.parse().ok()).unwrap_or(0)
}

pub fn annotation_number(set: &Value, name: &str) -> Option<i64> {
    set.annotation(name)?.parse().ok()
}

/// Sets what a set is to be scaled to and at most. True where that changed.
pub fn set_replica_annotations(set: &mut Value, desired: i64, max: i64) -> bool {
    let mut changed = false;
    for (name, value) in [(DESIRED, desired), (MAX, max)] {
        let text = value.to_string();
        if set.annotation(name) != Some(text.as_str()) {
            set.set_in(&["metadata", "annotations", name], text);
            changed = true;
        }
    }
    changed
}

/// True where two templates differ in nothing but the hash label.
pub fn same_template(a: &Value, b: &Value) -> bool {
    let without = |t: &Value| {
        let mut t = t.clone();
        t.remove_in(&["metadata", "labels", HASH_LABEL]);
        if t["metadata"]["labels"].is_empty() {
            t.remove("metadata.labels");
        }
        t
    };
    a.same(b) || without(a) == without(b)
}

pub fn condition(kind: &str, status: &str, reason: &str, message: &str, now: Time) -> Value {
    object! {
        "type" => kind, "status" => status, "reason" => reason, "message" => message,
        "lastUpdateTime" => now.rfc3339(), "lastTransitionTime" => now.rfc3339(),
    }
}

pub fn find_condition<'a>(status: &'a Value, kind: &str) -> Option<&'a Value> {
    status["conditions"].items().iter().find(|c| c["type"].str() == kind)
}

pub fn remove_condition(status: &mut Value, kind: &str) {
    if find_condition(status, kind).is_some() {
        status.at_mut("conditions").list_mut().retain(|c| c["type"].str() != kind);
    }
}

/// Sets a condition unless one of the same status and reason stands. Models `SetDeploymentCondition`.
pub fn set_condition(status: &mut Value, mut condition: Value) {
    let kind = condition["type"].str().to_owned();
    if let Some(current) = find_condition(status, &kind) {
        if current["status"] == condition["status"] {
            if current["reason"] == condition["reason"] {
                return;
            }
            condition.set("lastTransitionTime", current["lastTransitionTime"].clone());
        }
    }
    remove_condition(status, &kind);
    status.at_mut("conditions").list_mut().push(condition);
}

pub fn has_deadline(deployment: &Value) -> bool {
    deployment.at("spec.progressDeadlineSeconds").as_i64().is_some_and(|s| s != i64::from(i32::MAX))
}

impl Rollout {
    /// The set of the present template: its position.
    pub fn new_set(&self) -> Option<usize> {
        let template = &self.deployment["spec"]["template"];
        self.sets.iter().position(|s| same_template(&s["spec"]["template"], template))
    }

    pub fn replicas(&self) -> i64 {
        replicas(&self.deployment)
    }
}
