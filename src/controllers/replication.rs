//! Keeps as many pods as asked for: ReplicaSets and ReplicationControllers, which share all but their names.
//! Models `pkg/controller/replicaset`.

use super::{Context, Controller, pods};
use crate::apimachinery::labels::Selector;
use crate::apimachinery::{Object, Status, Time, Value};
use crate::client::{Delta, Informers, PatchType, Resource, WorkQueue};
use crate::{list, object};
use std::collections::BTreeMap;

/// How many pods one reconcile creates or deletes at most.
const BURST_REPLICAS: usize = 500;

/// The controller of one of the two kinds.
#[derive(Clone)]
pub struct Replication {
    name: &'static str,
    resource: Resource,
}

impl Replication {
    pub fn replica_sets() -> Box<dyn Controller> {
        Box::new(Self { name: "replicaset-controller", resource: Resource::ReplicaSets })
    }

    pub fn replication_controllers() -> Box<dyn Controller> {
        Box::new(Self { name: "replication-controller", resource: Resource::ReplicationControllers })
    }

    fn selector(&self, set: &Value) -> Option<Selector> {
        match self.resource {
            Resource::ReplicationControllers => Some(Selector::from_set(&set["spec"]["selector"])),
            _ => Selector::from_label_selector(&set["spec"]["selector"]).ok(),
        }
    }

    fn enqueue_pod(&self, delta: &Delta, informers: &Informers, queue: &mut WorkQueue) {
        let mut owned = false;
        for pod in [&delta.old, &delta.new].into_iter().flatten() {
            if let Some(owner) = pod.controller_of() {
                owned |= delta.new.is_some();
                if owner["kind"].str() == self.resource.kind() {
                    queue.add(format!("{}/{}", pod.namespace(), owner["name"].str()));
                }
            }
        }
        // An orphan concerns every set that would adopt it.
        let Some(pod) = delta.new.as_ref().filter(|_| !owned) else { return };
        if !delta.is_add() && !delta.changed("metadata.labels") && !delta.changed("metadata.ownerReferences") {
            return;
        }
        for set in informers.list_in(self.resource, pod.namespace()) {
            if self.selector(set).is_some_and(|s| s.matches(pod.labels())) {
                queue.add(set.key());
            }
        }
    }
}

impl Controller for Replication {
    fn name(&self) -> &'static str {
        self.name
    }

    fn watches(&self) -> &'static [Resource] {
        match self.resource {
            Resource::ReplicationControllers => &[Resource::ReplicationControllers, Resource::Pods],
            _ => &[Resource::ReplicaSets, Resource::Pods],
        }
    }

    fn enqueue(&mut self, delta: &Delta, informers: &Informers, queue: &mut WorkQueue, _: Time) {
        match delta.resource {
            Resource::Pods => self.enqueue_pod(delta, informers, queue),
            _ => queue.add(&*delta.key),
        }
    }

    fn reconcile(&mut self, key: &str, context: &mut Context) -> Result<(), Status> {
        let Some(set) = context.get(self.resource, key).cloned() else { return Ok(()) };
        let Some(selector) = self.selector(&set) else { return Ok(()) };
        let claimed = claim(context, &set, &selector)?;
        let (active, rest): (Vec<_>, Vec<_>) = claimed.into_iter().partition(pods::is_active);
        let terminating = rest.iter().filter(|p| p.is_terminating() && !pods::is_terminal(p)).count();
        let outcome = match set.is_terminating() {
            true => Ok(()),
            false => self.manage(&set, &active, context),
        };
        self.update_status(&set, &active, terminating, &outcome, context)?;
        let min_ready = set.at("spec.minReadySeconds").int();
        if min_ready > 0 {
            let times = active.iter().filter_map(|p| pods::available_at(p, min_ready));
            if let Some(at) = times.filter(|at| *at > context.now).min() {
                context.queue.add_at(key, at);
            }
        }
        outcome
    }
}

impl Replication {
    /// Creates or deletes pods. Models `manageReplicas`.
    fn manage(&self, set: &Value, active: &[Value], context: &mut Context) -> Result<(), Status> {
        let wanted = usize::try_from(set.at("spec.replicas").int()).unwrap_or(0);
        if active.len() < wanted {
            return create_slowly(context, set, (wanted - active.len()).min(BURST_REPLICAS));
        }
        let surplus = (active.len() - wanted).min(BURST_REPLICAS);
        if surplus == 0 {
            return Ok(());
        }
        let mut result = Ok(());
        for pod in self.to_delete(set, active, surplus, context) {
            if let Err(status) = pods::delete(context, set, pod) {
                result = Err(status);
            }
        }
        result
    }

    /// The pods that go first. Models `getPodsToDelete`.
    fn to_delete<'a>(&self, set: &Value, active: &'a [Value], n: usize, context: &Context) -> Vec<&'a Value> {
        let mut order: Vec<&Value> = active.iter().collect();
        if n < active.len() {
            let mut crowd: BTreeMap<&str, usize> = BTreeMap::new();
            for pod in related(set, self.resource, context.informers) {
                *crowd.entry(pod.at("spec.nodeName").str()).or_default() += 1;
            }
            let rank = |pod: &Value| crowd.get(pod.at("spec.nodeName").str()).copied().unwrap_or(0);
            order.sort_by(|a, b| pods::deletion_order((a, rank(a)), (b, rank(b)), context.now));
        }
        order.truncate(n);
        order
    }

    fn update_status(
        &self,
        set: &Value,
        active: &[Value],
        terminating: usize,
        outcome: &Result<(), Status>,
        context: &mut Context,
    ) -> Result<(), Status> {
        let status = self.status(set, active, terminating, outcome, context);
        if set["status"].same(&status) {
            return Ok(());
        }
        let mut new = set.clone();
        new.set("status", status);
        match context.door().update_status(self.resource, new) {
            Err(status) if status.code == 404 => Ok(()),
            other => other.map(|_| ()),
        }
    }

    /// Models `calculateStatus`.
    fn status(
        &self,
        set: &Value,
        active: &[Value],
        terminating: usize,
        outcome: &Result<(), Status>,
        context: &Context,
    ) -> Value {
        let template = Selector::from_set(&set.at("spec.template.metadata")["labels"]);
        let min_ready = set.at("spec.minReadySeconds").int();
        let labeled = active.iter().filter(|p| template.matches(p.labels())).count();
        let ready: Vec<&Value> = active.iter().filter(|p| pods::is_ready(p)).collect();
        let available = match min_ready {
            0 => ready.len(),
            _ => ready.iter().filter(|p| pods::is_available(p, min_ready, context.now)).count(),
        };
        let mut status = object! { "replicas" => active.len(), "observedGeneration" => set.generation() };
        let counts =
            [("fullyLabeledReplicas", labeled), ("readyReplicas", ready.len()), ("availableReplicas", available)];
        for (field, count) in counts.into_iter().filter(|(_, count)| *count > 0) {
            status.map_mut().insert(field, count);
        }
        if self.resource == Resource::ReplicaSets {
            status.map_mut().insert("terminatingReplicas", terminating);
        }
        let conditions = failure_condition(set, active.len(), outcome, context.now);
        if !conditions.is_empty() {
            status.map_mut().insert("conditions", conditions);
        }
        status
    }
}

/// The conditions with `ReplicaFailure` set or removed.
fn failure_condition(set: &Value, active: usize, outcome: &Result<(), Status>, now: Time) -> Vec<Value> {
    let mut conditions = set.at("status.conditions").items().to_vec();
    let existing = conditions.iter().position(|c| c["type"].str() == "ReplicaFailure");
    match (outcome, existing) {
        (Err(status), None) => {
            let wanted = set.at("spec.replicas").int();
            let reason = if (active as i64) < wanted { "FailedCreate" } else { "FailedDelete" };
            conditions.push(object! {
                "type" => "ReplicaFailure", "status" => "True", "reason" => reason,
                "message" => status.message.as_str(), "lastTransitionTime" => now.rfc3339(),
            });
        }
        (Ok(()), Some(at)) => {
            conditions.remove(at);
        }
        _ => {}
    }
    conditions
}

/// Pods of this set and of its siblings (the other sets of its owner).
fn related<'a>(set: &Value, resource: Resource, informers: &'a Informers) -> Vec<&'a Value> {
    let mut uids = vec![set.uid().to_owned()];
    if let Some(owner) = set.controller_of() {
        uids = informers.owned(resource, owner["uid"].str()).map(|s| s.uid().to_owned()).collect();
    }
    let pods = uids.iter().flat_map(|uid| informers.owned(Resource::Pods, uid));
    pods.filter(|p| pods::is_active(p)).collect()
}

/// The set's pods: owned ones that still match, and orphans that it adopts. Models `PodControllerRefManager`.
pub fn claim(context: &mut Context, owner: &Value, selector: &Selector) -> Result<Vec<Value>, Status> {
    let informers = context.informers;
    let mut claimed = Vec::new();
    for pod in informers.owned(Resource::Pods, owner.uid()) {
        if !pods::is_controlled_by(pod, owner) {
            continue;
        }
        if selector.matches(pod.labels()) {
            claimed.push(pod.clone());
        } else if !owner.is_terminating() {
            release(context, owner, pod)?;
        }
    }
    if owner.is_terminating() {
        return Ok(claimed);
    }
    for pod in informers.orphans(Resource::Pods, owner.namespace()) {
        if pods::is_active(pod) && selector.matches(pod.labels()) {
            claimed.extend(adopt(context, owner, pod)?);
        }
    }
    Ok(claimed)
}

fn adopt(context: &mut Context, owner: &Value, pod: &Value) -> Result<Option<Value>, Status> {
    let patch = object! { "metadata" => object! {
        "ownerReferences" => list![pods::controller_ref(owner)], "uid" => pod.uid(),
    } };
    patch_pod(context, pod, patch)
}

fn release(context: &mut Context, owner: &Value, pod: &Value) -> Result<Option<Value>, Status> {
    let patch = object! { "metadata" => object! {
        "ownerReferences" => list![object! { "$patch" => "delete", "uid" => owner.uid() }], "uid" => pod.uid(),
    } };
    patch_pod(context, pod, patch)
}

fn patch_pod(context: &mut Context, pod: &Value, patch: Value) -> Result<Option<Value>, Status> {
    match context.door().patch(Resource::Pods, &pod.key(), PatchType::Strategic, patch) {
        Ok(pod) => Ok(Some(pod)),
        // Gone, or another pod of the same name.
        Err(status) if status.code == 404 || status.code == 422 => Ok(None),
        Err(status) => Err(status),
    }
}

/// Creates pods in batches of 1, 2, 4, …, so that what always fails fails once. Models `slowStartBatch`.
fn create_slowly(context: &mut Context, owner: &Value, count: usize) -> Result<(), Status> {
    let pod = pods::from_template(&owner["spec"]["template"], owner);
    let (mut remaining, mut batch) = (count, 1);
    while remaining > 0 {
        let size = batch.min(remaining);
        let mut failure = None;
        for _ in 0..size {
            match pods::create(context, owner, pod.clone()) {
                Err(status) if !pods::is_namespace_terminating(&status) => failure = Some(status),
                _ => {}
            }
        }
        if let Some(status) = failure {
            return Err(status);
        }
        remaining -= size;
        batch *= 2;
    }
    Ok(())
}
