//! What is done for a deployment that is paused, scaled or deleted, and the removal of old sets. Models `sync.go`.

use super::super::Context;
use super::Rollout;
use super::util::{self, DESIRED};
use super::{progress, revision, scale};
use crate::apimachinery::{Object, Status, Value};
use crate::client::Resource;

/// Scales without rolling out. Models `sync`.
pub fn sync(rollout: &mut Rollout, context: &mut Context) -> Result<(), Status> {
    let new = revision::sync(rollout, false, context)?;
    scale::scale(rollout, new, context)?;
    if let Some(new) = new.filter(|_| rollout.deployment.at("spec.paused").bool()) {
        clean_up(rollout, new, context)?;
    }
    write_status(rollout, rollout.new_set(), context)
}

/// Models `syncStatusOnly`.
pub fn status_only(rollout: &mut Rollout, context: &mut Context) -> Result<(), Status> {
    write_status(rollout, rollout.new_set(), context)
}

fn write_status(rollout: &Rollout, new: Option<usize>, context: &mut Context) -> Result<(), Status> {
    let status = progress::calculate(rollout, new, context.now);
    if rollout.deployment["status"].same(&status) {
        return Ok(());
    }
    let mut updated = rollout.deployment.clone();
    updated.set("status", status);
    context.door().update_status(Resource::Deployments, updated).map(|_| ())
}

/// True where the deployment's size is not the one its sets were scaled for.
pub fn is_scaling(rollout: &Rollout) -> bool {
    let active = rollout.sets.iter().filter(|s| util::replicas(s) > 0);
    let mut desired = active.filter_map(|s| util::annotation_number(s, DESIRED));
    desired.any(|n| n != rollout.replicas())
}

/// Deletes the oldest sets beyond the history limit. Models `cleanupDeployment`.
pub fn clean_up(rollout: &Rollout, new: usize, context: &mut Context) -> Result<(), Status> {
    let Some(limit) = rollout.deployment.at("spec.revisionHistoryLimit").as_i64() else { return Ok(()) };
    let old = rollout.sets.iter().enumerate().filter(|(i, s)| *i != new && !s.is_terminating());
    let mut old: Vec<&Value> = old.map(|(_, s)| s).collect();
    let surplus = old.len().saturating_sub(usize::try_from(limit).unwrap_or(usize::MAX));
    old.sort_by_key(|s| util::revision(s));
    for set in old.into_iter().take(surplus) {
        let empty = set.at("status.replicas").int() == 0 && util::replicas(set) == 0;
        if empty && set.generation() <= set.at("status.observedGeneration").int() {
            match context.door().delete(Resource::ReplicaSets, &set.key(), Value::Null) {
                Err(status) if status.code != 404 => return Err(status),
                _ => {}
            }
        }
    }
    Ok(())
}
