//! The replica set of the present template, and which revision it is. Models `getNewReplicaSet`.

use super::super::{Context, pods};
use super::Rollout;
use super::scale::new_set_replicas;
use super::util::{self, HASH_LABEL, OWN, REVISION, REVISION_HISTORY};
use crate::apimachinery::{Object, Status, Value};
use crate::client::Resource;
use crate::controllers::hash;
use crate::{list, object};

/// Brings the revision up to date; makes the new set where `create` is true. Its position in the rollout.
pub fn sync(rollout: &mut Rollout, create: bool, context: &mut Context) -> Result<Option<usize>, Status> {
    let new = rollout.new_set();
    let old = rollout.sets.iter().enumerate().filter(|(i, _)| Some(*i) != new);
    let revision = old.map(|(_, s)| util::revision(s)).max().unwrap_or(0) + 1;
    match new {
        Some(at) => {
            adopt_revision(rollout, at, revision, context)?;
            Ok(Some(at))
        }
        None if !create => Ok(None),
        None => make(rollout, revision, context).map(Some),
    }
}

/// Copies the deployment's annotations to a set and gives it its revision. True where anything changed.
fn annotate(deployment: &Value, set: &mut Value, revision: i64, exists: bool) -> bool {
    let mut changed = false;
    for (key, value) in deployment.annotations().fields().filter(|(key, _)| !OWN.contains(key)) {
        if set.annotation(key) != value.as_str() {
            set.set_in(&["metadata", "annotations", key], value.clone());
            changed = true;
        }
    }
    let before = util::revision(set);
    if before < revision {
        if exists && before > 0 {
            // An old revision came back: what it was before is remembered.
            let history = set.annotation(REVISION_HISTORY).unwrap_or("").to_owned();
            let history = if history.is_empty() { before.to_string() } else { format!("{history},{before}") };
            set.set_in(&["metadata", "annotations", REVISION_HISTORY], history);
        }
        set.set_in(&["metadata", "annotations", REVISION], revision.to_string());
        changed = true;
    }
    if !exists {
        let desired = util::replicas(deployment);
        changed |= util::set_replica_annotations(set, desired, desired + util::max_surge(deployment));
    }
    changed
}

fn adopt_revision(rollout: &mut Rollout, at: usize, revision: i64, context: &mut Context) -> Result<(), Status> {
    let Some(set) = rollout.sets.get(at).cloned() else { return Ok(()) };
    let mut annotated = set.clone();
    let min_ready = &rollout.deployment["spec"]["minReadySeconds"];
    let stale = set.at("spec.minReadySeconds").int() != min_ready.int();
    if annotate(&rollout.deployment, &mut annotated, revision, true) || stale {
        if stale {
            annotated.set("spec.minReadySeconds", min_ready.clone());
        }
        let updated = context.door().update(Resource::ReplicaSets, annotated)?;
        if let Some(slot) = rollout.sets.get_mut(at) {
            *slot = updated;
        }
        return Ok(());
    }
    let mut deployment = rollout.deployment.clone();
    let mut changed = set_revision(&mut deployment, util::revision(&set));
    let progressing = util::find_condition(&deployment["status"], "Progressing").is_some();
    if util::has_deadline(&deployment) && !progressing {
        let message = format!("Found new replica set {:?}", set.name());
        let condition = util::condition("Progressing", "True", "FoundNewReplicaSet", &message, context.now);
        util::set_condition(deployment.at_mut("status"), condition);
        changed = true;
    }
    if changed {
        rollout.deployment = context.door().update_status(Resource::Deployments, deployment)?;
    }
    Ok(())
}

fn set_revision(deployment: &mut Value, revision: i64) -> bool {
    let text = revision.to_string();
    if deployment.annotation(REVISION) == Some(text.as_str()) {
        return false;
    }
    deployment.set_in(&["metadata", "annotations", REVISION], text);
    true
}

fn make(rollout: &mut Rollout, revision: i64, context: &mut Context) -> Result<usize, Status> {
    let deployment = rollout.deployment.clone();
    let mut template = deployment["spec"]["template"].clone();
    let hash = hash::of_template(&template, deployment.at("status.collisionCount").as_i64());
    template.set_in(&["metadata", "labels", HASH_LABEL], hash.as_str());
    let mut selector = deployment["spec"]["selector"].clone();
    selector.set_in(&["matchLabels", HASH_LABEL], hash.as_str());
    let name = format!("{}-{hash}", deployment.name());
    let mut set = object! {
        "apiVersion" => "apps/v1", "kind" => "ReplicaSet",
        "metadata" => object! {
            "name" => name.as_str(), "namespace" => deployment.namespace(),
            "labels" => template["metadata"]["labels"].clone(),
            "ownerReferences" => list![pods::controller_ref(&deployment)],
        },
        "spec" => object! { "replicas" => 0, "selector" => selector, "template" => template },
    };
    if !deployment["spec"]["minReadySeconds"].is_empty() {
        set.set("spec.minReadySeconds", deployment["spec"]["minReadySeconds"].clone());
    }
    let count = new_set_replicas(&deployment, &rollout.sets, &set);
    set.set("spec.replicas", count);
    annotate(&deployment, &mut set, revision, false);
    let created = match context.door().create(Resource::ReplicaSets, deployment.namespace(), set) {
        Ok(created) => created,
        Err(status) if status.reason == "AlreadyExists" => return collided(&deployment, &name, status, context),
        Err(status) => return failed(deployment, status, context),
    };
    if count > 0 {
        let message = format!("Scaled up replica set {name} from 0 to {count}");
        context.event(&deployment, "Normal", "ScalingReplicaSet", &message);
    }
    let mut deployment = deployment;
    let mut changed = set_revision(&mut deployment, revision);
    if util::has_deadline(&deployment) {
        let message = format!("Created new replica set {name:?}");
        let condition = util::condition("Progressing", "True", "NewReplicaSetCreated", &message, context.now);
        util::set_condition(deployment.at_mut("status"), condition);
        changed = true;
    }
    rollout.sets.push(created);
    if changed {
        rollout.deployment = context.door().update_status(Resource::Deployments, deployment)?;
    }
    Ok(rollout.sets.len() - 1)
}

/// Another set has the name: the next hash is another one.
fn collided(deployment: &Value, name: &str, status: Status, context: &mut Context) -> Result<usize, Status> {
    let key = format!("{}/{name}", deployment.namespace());
    let there = context.door().get(Resource::ReplicaSets, &key)?;
    // Our own, that the cache does not show yet.
    if pods::is_controlled_by(&there, deployment) {
        return Err(status);
    }
    let mut counted = deployment.clone();
    counted.set("status.collisionCount", deployment.at("status.collisionCount").int() + 1);
    context.door().update_status(Resource::Deployments, counted)?;
    Err(status)
}

fn failed(mut deployment: Value, status: Status, context: &mut Context) -> Result<usize, Status> {
    if !pods::is_namespace_terminating(&status) && util::has_deadline(&deployment) {
        let message = format!("Failed to create new replica set: {status}");
        let condition = util::condition("Progressing", "False", "ReplicaSetCreateError", &message, context.now);
        util::set_condition(deployment.at_mut("status"), condition);
        let _ = context.door().update_status(Resource::Deployments, deployment);
    }
    Err(status)
}
