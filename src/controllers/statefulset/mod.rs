//! Pods with names and volumes of their own, one after the other. Models `pkg/controller/statefulset`.

mod claims;

use super::{Context, Controller, history, pods, replication};
use crate::apimachinery::labels::Selector;
use crate::apimachinery::{Object, Status, Time, Value};
use crate::client::{Delta, Informers, Resource, WorkQueue};
use crate::object;

#[derive(Clone)]
pub struct StatefulSets;

impl StatefulSets {
    pub fn boxed() -> Box<dyn Controller> {
        Box::new(Self)
    }
}

const POD_NAME: &str = "statefulset.kubernetes.io/pod-name";
const POD_INDEX: &str = "apps.kubernetes.io/pod-index";

impl Controller for StatefulSets {
    fn name(&self) -> &'static str {
        "statefulset-controller"
    }

    fn watches(&self) -> &'static [Resource] {
        &[Resource::StatefulSets, Resource::Pods]
    }

    fn enqueue(&mut self, delta: &Delta, _: &Informers, queue: &mut WorkQueue, _: Time) {
        match delta.resource {
            Resource::StatefulSets => queue.add(&*delta.key),
            _ => {
                let pod = delta.object();
                if let Some(owner) = pod.controller_of().filter(|o| o["kind"].str() == "StatefulSet") {
                    queue.add(format!("{}/{}", pod.namespace(), owner["name"].str()));
                }
            }
        }
    }

    fn reconcile(&mut self, key: &str, context: &mut Context) -> Result<(), Status> {
        let Some(set) = context.get(Resource::StatefulSets, key).cloned() else { return Ok(()) };
        let Ok(selector) = Selector::from_label_selector(&set["spec"]["selector"]) else { return Ok(()) };
        let claimed = replication::claim(context, &set, &selector)?;
        let mut revisions = history::list(&set, context);
        let update = history::current(&set, &mut revisions, context)?;
        // Pods below the partition stay at the revision that was current before.
        let named = set.at("status.currentRevision").str();
        let current = revisions.iter().find(|r| r.name() == named).cloned().unwrap_or_else(|| update.clone());
        let work = Work { set: &set, current: &current, update: &update };
        let pods: Vec<Value> = claimed.into_iter().filter(|p| ordinal(&set, p).is_some()).collect();
        let outcome = if set.is_terminating() { Ok(None) } else { work.manage(&pods, context) };
        let live = [current.name(), update.name()];
        history::truncate(&set, &revisions, &live, context);
        let replaced = outcome.as_ref().ok().and_then(Option::as_deref).unwrap_or("");
        work.update_status(&pods, replaced, context)?;
        let min_ready = set.at("spec.minReadySeconds").int();
        let times = pods.iter().filter_map(|p| pods::available_at(p, min_ready));
        if let Some(at) = times.filter(|at| *at > context.now).min() {
            context.queue.add_at(key, at);
        }
        outcome.map(|_| ())
    }
}

/// The number at the end of a pod's name.
fn ordinal(set: &Value, pod: &Value) -> Option<i64> {
    pod.name().strip_prefix(set.name())?.strip_prefix('-')?.parse().ok().filter(|n| *n >= 0)
}

fn revision_of(pod: &Value) -> &str {
    pod.label(history::HASH_LABEL).unwrap_or("")
}

fn is_running_and_ready(pod: &Value) -> bool {
    pod.at("status.phase").str() == "Running" && pods::is_ready(pod)
}

struct Work<'a> {
    set: &'a Value,
    current: &'a Value,
    update: &'a Value,
}

impl Work<'_> {
    fn start(&self) -> i64 {
        self.set.at("spec.ordinals.start").int()
    }

    fn replicas(&self) -> i64 {
        self.set.at("spec.replicas").int()
    }

    fn is_parallel(&self) -> bool {
        self.set.at("spec.podManagementPolicy").str() == "Parallel"
    }

    fn partition(&self) -> i64 {
        self.set.at("spec.updateStrategy.rollingUpdate.partition").int()
    }

    fn is_rolling(&self) -> bool {
        self.set.at("spec.updateStrategy.type").str() != "OnDelete"
    }

    /// The revision that a pod of an ordinal is made of. Models `newVersionedStatefulSetPod`.
    fn revision_for(&self, ordinal: i64) -> &Value {
        let kept = match self.set.at("spec.updateStrategy.rollingUpdate").is_null() {
            true => self.set.at("status.currentReplicas").int(),
            false => self.partition(),
        };
        if self.is_rolling() && ordinal < self.start() + kept { self.current } else { self.update }
    }

    /// Models `updateStatefulSet`: creates and deletes in order, then updates from the last to the first. Names the pod
    /// that was deleted to be made of the new revision.
    fn manage(&self, claimed: &[Value], context: &mut Context) -> Result<Option<String>, Status> {
        let (start, end) = (self.start(), self.start() + self.replicas());
        let find = |n: i64| claimed.iter().find(|p| ordinal(self.set, p) == Some(n));
        for n in start..end {
            match find(n) {
                None => {
                    if self.has_stale_claim(&self.pod_name(n), context) {
                        return Ok(None);
                    }
                    self.create(n, context)?;
                    if !self.is_parallel() {
                        return Ok(None);
                    }
                }
                Some(pod) if pods::is_terminal(pod) && !pod.is_terminating() => {
                    // What ended is made anew under the same name.
                    self.delete(pod, context)?;
                    if !self.is_parallel() {
                        return Ok(None);
                    }
                }
                Some(pod) => {
                    if pod.at("status.phase").str() == "Pending" {
                        self.create_claims(pod.name(), context)
                            .map_err(|why| Status::new(500, "InternalError", why))?;
                    }
                    self.own_claims(pod, context)?;
                    if (pod.is_terminating() || !self.is_available(pod, context)) && !self.is_parallel() {
                        return Ok(None);
                    }
                }
            }
        }
        let mut surplus: Vec<&Value> =
            claimed.iter().filter(|p| ordinal(self.set, p).is_some_and(|n| n < start || n >= end)).collect();
        surplus.sort_by_key(|p| std::cmp::Reverse(ordinal(self.set, p)));
        let is_unhealthy = |p: &&&Value| p.is_terminating() || !is_running_and_ready(p);
        let first_unhealthy = surplus.iter().rfind(is_unhealthy).map_or("", |p| p.name()).to_owned();
        for pod in surplus {
            self.own_claims(pod, context)?;
            // One after the other, all that come before are well; only the first that is not may go as it is.
            let waits = !self.is_available(pod, context) && pod.name() != first_unhealthy;
            if waits && !self.is_parallel() {
                return Ok(None);
            }
            if !pod.is_terminating() {
                self.delete(pod, context)?;
            }
            if !self.is_parallel() {
                return Ok(None);
            }
        }
        if self.is_rolling() { self.roll(claimed, context) } else { Ok(None) }
    }

    /// Deletes the last pod of an old revision, once those after it are ready.
    fn roll(&self, claimed: &[Value], context: &mut Context) -> Result<Option<String>, Status> {
        let (start, end) = (self.start(), self.start() + self.replicas());
        for n in ((start + self.partition())..end).rev() {
            let Some(pod) = claimed.iter().find(|p| ordinal(self.set, p) == Some(n)) else { return Ok(None) };
            if revision_of(pod) != self.update.name() && !pod.is_terminating() {
                self.delete(pod, context)?;
                return Ok(Some(pod.name().to_owned()));
            }
            if pod.is_terminating() || !self.is_available(pod, context) {
                return Ok(None);
            }
        }
        Ok(None)
    }

    /// True for a pod that is ready, and was for `minReadySeconds`.
    fn is_available(&self, pod: &Value, context: &Context) -> bool {
        is_running_and_ready(pod) && pods::is_available(pod, self.set.at("spec.minReadySeconds").int(), context.now)
    }

    fn pod_name(&self, n: i64) -> String {
        format!("{}-{n}", self.set.name())
    }

    fn pod_for(&self, n: i64) -> Value {
        let revision = self.revision_for(n);
        let recorded = history::template_of(revision);
        let template = if recorded.is_null() { self.set["spec"]["template"].clone() } else { recorded };
        let mut pod = pods::from_template(&template, self.set);
        let name = self.pod_name(n);
        pod.set("metadata.name", name.as_str());
        pod.set("metadata.namespace", self.set.namespace());
        pod.set_in(&["metadata", "labels", POD_NAME], name.as_str());
        pod.set_in(&["metadata", "labels", POD_INDEX], n.to_string());
        pod.set_in(&["metadata", "labels", history::HASH_LABEL], revision.name());
        pod.set("spec.hostname", name.as_str());
        let service = self.set.at("spec.serviceName").str();
        if !service.is_empty() {
            pod.set("spec.subdomain", service);
        }
        let mut volumes = pod.at("spec.volumes").items().to_vec();
        for claim in self.set.at("spec.volumeClaimTemplates").items() {
            volumes.retain(|v| v["name"].str() != claim.name());
            let source = object! { "claimName" => format!("{}-{name}", claim.name()) };
            volumes.push(object! { "name" => claim.name(), "persistentVolumeClaim" => source });
        }
        if !volumes.is_empty() {
            pod.set("spec.volumes", volumes);
        }
        pod
    }

    fn create(&self, n: i64, context: &mut Context) -> Result<(), Status> {
        let pod = self.pod_for(n);
        let name = pod.name().to_owned();
        let claims = self.create_claims(&name, context);
        let outcome = match claims {
            Ok(()) => context.door().create(Resource::Pods, self.set.namespace(), pod),
            Err(why) => Err(Status::new(500, "InternalError", why)),
        };
        let set = self.set.name();
        match outcome {
            Ok(_) => {
                let message = format!("Create Pod {name} in StatefulSet {set} successful");
                context.event(self.set, "Normal", "SuccessfulCreate", &message);
                Ok(())
            }
            Err(status) if status.reason == "AlreadyExists" => Err(status),
            Err(status) => {
                let message = format!("Create Pod {name} in StatefulSet {set} failed error: {status}");
                context.event(self.set, "Warning", "FailedCreate", &message);
                Err(status)
            }
        }
    }

    fn delete(&self, pod: &Value, context: &mut Context) -> Result<(), Status> {
        match context.door().delete(Resource::Pods, &pod.key(), Value::Null) {
            Ok(_) => {
                let message = format!("Delete Pod {} in StatefulSet {} successful", pod.name(), self.set.name());
                context.event(self.set, "Normal", "SuccessfulDelete", &message);
                Ok(())
            }
            Err(status) if status.code == 404 => Ok(()),
            Err(status) => Err(status),
        }
    }

    fn update_status(&self, claimed: &[Value], replaced: &str, context: &mut Context) -> Result<(), Status> {
        let min_ready = self.set.at("spec.minReadySeconds").int();
        let there: Vec<&Value> = claimed.iter().filter(|p| !p.is_terminating() && p.name() != replaced).collect();
        let count = |f: &dyn Fn(&Value) -> bool| there.iter().filter(|p| f(p)).count() as i64;
        let replicas = claimed.len() as i64;
        // Pods that are on their way out count as ready for as long as they are.
        let counted = |f: &dyn Fn(&Value) -> bool| claimed.iter().filter(|p| f(p)).count() as i64;
        let ready = counted(&is_running_and_ready);
        let available = counted(&|p| is_running_and_ready(p) && pods::is_available(p, min_ready, context.now));
        let (mut current_name, update_name) = (self.current.name(), self.update.name());
        let mut current = count(&|p| revision_of(p) == current_name);
        let updated = count(&|p| revision_of(p) == update_name);
        // A rollout is done when all that it concerns are of the new revision and ready.
        let done = self.is_rolling() && updated == replicas && ready == replicas && replicas == self.replicas();
        if done {
            current_name = update_name;
            current = updated;
        }
        let mut status = object! {
            "availableReplicas" => available, "collisionCount" => self.set.at("status.collisionCount").int(),
            "currentRevision" => current_name, "observedGeneration" => self.set.generation(),
            "replicas" => replicas, "updateRevision" => update_name,
        };
        for (field, count) in [("currentReplicas", current), ("readyReplicas", ready), ("updatedReplicas", updated)] {
            if count > 0 {
                status.map_mut().insert(field, count);
            }
        }
        if self.set["status"].same(&status) {
            return Ok(());
        }
        let mut new = self.set.clone();
        new.set("status", status);
        context.door().update_status(Resource::StatefulSets, new).map(|_| ())
    }
}
