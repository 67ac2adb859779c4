//! The status of a deployment and whether it moves on. Models `progress.go` and `calculateStatus`.

use super::super::Context;
use super::Rollout;
use super::util;
use crate::apimachinery::time::Duration;
use crate::apimachinery::{Object, Status, Time, Value};
use crate::client::Resource;
use crate::object;

/// Models `DeploymentComplete`.
pub fn is_complete(deployment: &Value, status: &Value) -> bool {
    let wanted = util::replicas(deployment);
    status["updatedReplicas"].int() == wanted
        && status["replicas"].int() == wanted
        && status["availableReplicas"].int() == wanted
        && status["observedGeneration"].int() >= deployment.generation()
}

/// Models `DeploymentProgressing`.
fn is_progressing(old: &Value, new: &Value) -> bool {
    let stale = |s: &Value| s["replicas"].int() - s["updatedReplicas"].int();
    new["updatedReplicas"].int() > old["updatedReplicas"].int()
        || stale(new) < stale(old)
        || new["readyReplicas"].int() > old["readyReplicas"].int()
        || new["availableReplicas"].int() > old["availableReplicas"].int()
}

/// Models `DeploymentTimedOut`; also says when that would be.
fn deadline(deployment: &Value, status: &Value, now: Time) -> Option<(bool, Time)> {
    let condition = util::find_condition(status, "Progressing")?;
    if condition["reason"].str() == "NewReplicaSetAvailable" {
        return None;
    }
    if condition["reason"].str() == "ProgressDeadlineExceeded" {
        return Some((true, now));
    }
    let from = Time::parse_rfc3339(condition["lastUpdateTime"].str())?;
    let seconds = u64::try_from(deployment.at("spec.progressDeadlineSeconds").int()).unwrap_or(0);
    let at = from + Duration::from_secs(seconds);
    Some((at < now, at))
}

/// Models `calculateStatus`.
pub fn calculate(rollout: &Rollout, new: Option<usize>, now: Time) -> Value {
    let deployment = &rollout.deployment;
    let sets = &rollout.sets;
    let available = util::sum(sets, "status.availableReplicas");
    let updated = new.and_then(|at| sets.get(at)).map_or(0, |s| s.at("status.replicas").int());
    let unavailable = (util::sum(sets, "spec.replicas") - available).max(0);
    let mut status = object! {
        "observedGeneration" => deployment.generation(),
        "terminatingReplicas" => util::sum(sets, "status.terminatingReplicas"),
    };
    let counts = [
        ("replicas", util::sum(sets, "status.replicas")),
        ("updatedReplicas", updated),
        ("readyReplicas", util::sum(sets, "status.readyReplicas")),
        ("availableReplicas", available),
        ("unavailableReplicas", unavailable),
    ];
    for (field, count) in counts.into_iter().filter(|(_, count)| *count > 0) {
        status.map_mut().insert(field, count);
    }
    for field in ["collisionCount", "conditions"] {
        let value = &deployment["status"][field];
        if !value.is_empty() {
            status.map_mut().insert(field, value.clone());
        }
    }
    let enough = available >= rollout.replicas() - util::max_unavailable(deployment);
    let condition = match enough {
        true => ("True", "MinimumReplicasAvailable", "Deployment has minimum availability."),
        false => ("False", "MinimumReplicasUnavailable", "Deployment does not have minimum availability."),
    };
    let condition = util::condition("Available", condition.0, condition.1, condition.2, now);
    util::set_condition(&mut status, condition);
    status
}

/// Writes the status of a rollout. Models `syncRolloutStatus`.
pub fn sync_status(rollout: &mut Rollout, new: Option<usize>, context: &mut Context) -> Result<(), Status> {
    let mut status = calculate(rollout, new, context.now);
    let deployment = &rollout.deployment;
    if !util::has_deadline(deployment) {
        util::remove_condition(&mut status, "Progressing");
    }
    let current = util::find_condition(&deployment["status"], "Progressing").cloned();
    let done = status["replicas"].int() == status["updatedReplicas"].int()
        && current.as_ref().is_some_and(|c| c["reason"].str() == "NewReplicaSetAvailable");
    if util::has_deadline(deployment) && !done {
        progress_condition(rollout, new, current, &mut status, context);
    }
    match failure(rollout, new) {
        Some(condition) => util::set_condition(&mut status, condition),
        None => util::remove_condition(&mut status, "ReplicaFailure"),
    }
    if deployment["status"].same(&status) {
        requeue_stuck(rollout, &status, context);
        return Ok(());
    }
    let mut updated = deployment.clone();
    updated.set("status", status);
    context.door().update_status(Resource::Deployments, updated).map(|_| ())
}

fn progress_condition(
    rollout: &Rollout,
    new: Option<usize>,
    current: Option<Value>,
    status: &mut Value,
    context: &Context,
) {
    let deployment = &rollout.deployment;
    let subject = match new.and_then(|at| rollout.sets.get(at)) {
        Some(set) => format!("ReplicaSet {:?}", set.name()),
        None => format!("Deployment {:?}", deployment.name()),
    };
    let now = context.now;
    if is_complete(deployment, status) {
        let message = format!("{subject} has successfully progressed.");
        let condition = util::condition("Progressing", "True", "NewReplicaSetAvailable", &message, now);
        util::set_condition(status, condition);
    } else if is_progressing(&deployment["status"], status) {
        let message = format!("{subject} is progressing.");
        let mut condition = util::condition("Progressing", "True", "ReplicaSetUpdated", &message, now);
        // The update time moves with every sign of progress, the transition time only with the status.
        if let Some(current) = current {
            if current["status"].str() == "True" {
                condition.set("lastTransitionTime", current["lastTransitionTime"].clone());
            }
            util::remove_condition(status, "Progressing");
        }
        util::set_condition(status, condition);
    } else if deadline(deployment, status, now).is_some_and(|(passed, _)| passed) {
        let message = format!("{subject} has timed out progressing.");
        let condition = util::condition("Progressing", "False", "ProgressDeadlineExceeded", &message, now);
        util::set_condition(status, condition);
    }
}

/// Looks again when the deadline will have passed.
fn requeue_stuck(rollout: &Rollout, status: &Value, context: &mut Context) {
    if !util::has_deadline(&rollout.deployment) || is_complete(&rollout.deployment, status) {
        return;
    }
    let passed = util::find_condition(status, "Progressing").is_some_and(|c| c["status"].str() == "False");
    if let Some((_, at)) = deadline(&rollout.deployment, status, context.now).filter(|_| !passed) {
        context.queue.add_at(rollout.deployment.key(), at.max(context.now) + Duration::from_secs(1));
    }
}

/// Why pods of the new set (or of any) cannot be created.
fn failure(rollout: &Rollout, new: Option<usize>) -> Option<Value> {
    let of = |set: &Value| {
        let mut conditions = set.at("status.conditions").items().iter();
        let found = conditions.find(|c| c["type"].str() == "ReplicaFailure" && c["status"].str() == "True")?;
        let mut condition = found.clone();
        condition.default_to("lastUpdateTime", found["lastTransitionTime"].clone());
        Some(condition)
    };
    let preferred = new.and_then(|at| rollout.sets.get(at)).and_then(of);
    preferred.or_else(|| rollout.sets.iter().find_map(of))
}

/// Notes in the conditions that a deployment was paused or resumed, so that its deadline stands still meanwhile.
pub fn check_paused(rollout: &mut Rollout, context: &mut Context) -> Result<(), Status> {
    let deployment = &rollout.deployment;
    if !util::has_deadline(deployment) {
        return Ok(());
    }
    let current = util::find_condition(&deployment["status"], "Progressing");
    if current.is_some_and(|c| c["reason"].str() == "ProgressDeadlineExceeded") {
        return Ok(());
    }
    let is_noted = current.is_some_and(|c| c["reason"].str() == "DeploymentPaused");
    let paused = deployment.at("spec.paused").bool();
    let condition = match (paused, is_noted) {
        (true, false) => ("DeploymentPaused", "Deployment is paused"),
        (false, true) => ("DeploymentResumed", "Deployment is resumed"),
        _ => return Ok(()),
    };
    let mut updated = deployment.clone();
    let condition = util::condition("Progressing", "Unknown", condition.0, condition.1, context.now);
    util::set_condition(updated.at_mut("status"), condition);
    rollout.deployment = context.door().update_status(Resource::Deployments, updated)?;
    Ok(())
}
