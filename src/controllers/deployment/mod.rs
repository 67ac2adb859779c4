//! Deployments: replica sets per revision, rolled out by strategy. Models `pkg/controller/deployment`.

pub mod progress;
pub mod recreate;
pub mod revision;
pub mod rolling;
pub mod scale;
pub mod sync;
pub mod util;

use super::{Context, Controller, pods};
use crate::apimachinery::labels::Selector;
use crate::apimachinery::{Object, Status, Time, Value};
use crate::client::{Delta, Informers, PatchType, Resource, WorkQueue};
use crate::{list, object};

#[derive(Clone)]
pub struct Deployments;

impl Deployments {
    pub fn boxed() -> Box<dyn Controller> {
        Box::new(Self)
    }
}

/// A deployment with its replica sets while it is reconciled.
pub struct Rollout {
    pub deployment: Value,
    /// All of its replica sets, the oldest first.
    pub sets: Vec<Value>,
}

impl Controller for Deployments {
    fn name(&self) -> &'static str {
        "deployment-controller"
    }

    fn watches(&self) -> &'static [Resource] {
        &[Resource::Deployments, Resource::ReplicaSets, Resource::Pods]
    }

    fn enqueue(&mut self, delta: &Delta, informers: &Informers, queue: &mut WorkQueue, _: Time) {
        match delta.resource {
            Resource::Deployments => queue.add(&*delta.key),
            Resource::ReplicaSets => enqueue_set(delta, informers, queue),
            // A recreating deployment waits for its last pod to go.
            Resource::Pods if delta.is_delete() || ended(delta) => enqueue_pod(delta, informers, queue),
            _ => {}
        }
    }

    fn reconcile(&mut self, key: &str, context: &mut Context) -> Result<(), Status> {
        let Some(deployment) = context.get(Resource::Deployments, key).cloned() else { return Ok(()) };
        let Ok(selector) = Selector::from_label_selector(&deployment["spec"]["selector"]) else { return Ok(()) };
        let sets = claim(&deployment, &selector, context)?;
        let mut rollout = Rollout { deployment, sets };
        if rollout.deployment.is_terminating() {
            return sync::status_only(&mut rollout, context);
        }
        progress::check_paused(&mut rollout, context)?;
        if rollout.deployment.at("spec.paused").bool() {
            return sync::sync(&mut rollout, context);
        }
        if sync::is_scaling(&rollout) {
            return sync::sync(&mut rollout, context);
        }
        match rollout.deployment.at("spec.strategy.type").str() {
            "Recreate" => recreate::rollout(&mut rollout, context),
            _ => rolling::rollout(&mut rollout, context),
        }
    }
}

fn ended(delta: &Delta) -> bool {
    delta.changed("status.phase") && pods::is_terminal(delta.object())
}

fn enqueue_set(delta: &Delta, informers: &Informers, queue: &mut WorkQueue) {
    let mut owned = false;
    for set in [&delta.old, &delta.new].into_iter().flatten() {
        if let Some(owner) = set.controller_of().filter(|o| o["kind"].str() == "Deployment") {
            owned = true;
            queue.add(format!("{}/{}", set.namespace(), owner["name"].str()));
        }
    }
    let Some(set) = delta.new.as_ref().filter(|_| !owned) else { return };
    for deployment in informers.list_in(Resource::Deployments, set.namespace()) {
        let selector = Selector::from_label_selector(&deployment["spec"]["selector"]);
        if selector.is_ok_and(|s| s.matches(set.labels())) {
            queue.add(deployment.key());
        }
    }
}

fn enqueue_pod(delta: &Delta, informers: &Informers, queue: &mut WorkQueue) {
    let pod = delta.object();
    let Some(owner) = pod.controller_of().filter(|o| o["kind"].str() == "ReplicaSet") else { return };
    let set = informers.get(Resource::ReplicaSets, &format!("{}/{}", pod.namespace(), owner["name"].str()));
    let Some(owner) = set.and_then(Object::controller_of) else { return };
    let key = format!("{}/{}", pod.namespace(), owner["name"].str());
    let deployment = informers.get(Resource::Deployments, &key);
    if deployment.is_some_and(|d| d.at("spec.strategy.type").str() == "Recreate") {
        queue.add(key);
    }
}

/// The deployment's replica sets, oldest first; orphans that match are adopted.
fn claim(deployment: &Value, selector: &Selector, context: &mut Context) -> Result<Vec<Value>, Status> {
    let mut sets = Vec::new();
    let namespace = deployment.namespace();
    let all: Vec<Value> = context.informers.list_in(Resource::ReplicaSets, namespace).cloned().collect();
    for set in all {
        match set.controller_of() {
            Some(owner) if owner["uid"].str() == deployment.uid() => sets.push(set),
            Some(_) => {}
            None if deployment.is_terminating() || set.is_terminating() || !selector.matches(set.labels()) => {}
            None => {
                let metadata =
                    object! { "ownerReferences" => list![pods::controller_ref(deployment)], "uid" => set.uid() };
                let patch = object! { "metadata" => metadata };
                match context.door().patch(Resource::ReplicaSets, &set.key(), PatchType::Strategic, patch) {
                    Ok(set) => sets.push(set),
                    Err(status) if status.code == 404 || status.code == 422 => {}
                    Err(status) => return Err(status),
                }
            }
        }
    }
    sets.sort_by(|a, b| {
        let age = |s: &Value| s.metadata()["creationTimestamp"].str().to_owned();
        age(a).cmp(&age(b)).then_with(|| a.name().cmp(b.name()))
    });
    Ok(sets)
}
