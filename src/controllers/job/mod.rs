//! Runs pods until enough of them succeeded. Models `pkg/controller/job`.

pub mod backoff;
mod end;
pub mod indexes;
mod manage;
pub mod pods;
mod policy;
mod sync;

use super::{Context, Controller, replication};
use crate::apimachinery::labels::Selector;
use crate::apimachinery::time::{Duration, Time};
use crate::apimachinery::{Object, Status, Value};
use crate::client::{Delta, Informers, Resource, WorkQueue};
use backoff::Record;
use std::collections::{BTreeMap, BTreeSet};
use sync::Sync;

/// Changes of pods are taken together this long.
const BATCH: Duration = Duration::from_secs(1);
pub const FINALIZER: &str = "batch.kubernetes.io/job-tracking";

/// What is remembered between two looks at the jobs.
#[derive(Clone, Default)]
pub struct Jobs {
    /// The pods that were counted and still carry the finalizer, by uid.
    counted: BTreeSet<String>,
    /// Failures of the jobs that are under way, by key.
    records: BTreeMap<String, Record>,
}

impl Jobs {
    pub fn boxed() -> Box<dyn Controller> {
        Box::new(Self::default())
    }
}

impl Controller for Jobs {
    fn name(&self) -> &'static str {
        "job-controller"
    }

    fn watches(&self) -> &'static [Resource] {
        &[Resource::Jobs, Resource::Pods]
    }

    fn enqueue(&mut self, delta: &Delta, informers: &Informers, queue: &mut WorkQueue, now: Time) {
        if delta.resource == Resource::Jobs {
            if delta.is_delete() {
                self.records.remove(&*delta.key);
                // Its pods are nobody's now: what holds them is taken off.
                for (_, pod) in informers.owned_by(delta.object().uid()) {
                    queue.add(format!("pod {}", pod.key()));
                }
            } else if delta.is_add()
                || delta.changed("metadata.generation")
                || delta.changed("metadata.deletionTimestamp")
            {
                queue.add(&*delta.key);
            }
            return;
        }
        let pod = delta.object();
        let Some(owner) = pod.controller_of().filter(|o| o["kind"].str() == "Job") else { return };
        let key = format!("{}/{}", pod.namespace(), owner["name"].str());
        let job = informers.get(Resource::Jobs, &key).filter(|j| j.uid() == owner["uid"].str());
        match job {
            // The sync of a finished job would not take the finalizer off.
            Some(job) if !(is_finished(job) && pod.is_terminating()) => queue.add_at(key, now + BATCH),
            _ if !delta.is_delete() => queue.add(format!("pod {}", delta.key)),
            _ => {}
        }
    }

    fn reconcile(&mut self, key: &str, context: &mut Context) -> Result<(), Status> {
        if let Some(pod) = key.strip_prefix("pod ") {
            return free_orphan(pod, context);
        }
        let Some(job) = context.get(Resource::Jobs, key).cloned() else { return Ok(()) };
        if job.is_terminating() && job.finalizers().next().is_none() {
            return Ok(());
        }
        if !matches!(job.at("spec.managedBy").str(), "" | "kubernetes.io/job-controller") {
            return Ok(());
        }
        if is_finished(&job) {
            self.records.remove(key);
            return Ok(());
        }
        let Ok(selector) = Selector::from_label_selector(&job["spec"]["selector"]) else { return Ok(()) };
        let claimed = replication::claim(context, &job, &selector)?;
        let before = self.records.get(key).copied().unwrap_or_default();
        let mut sync = Sync::new(job, claimed, &mut self.counted, before);
        let outcome = sync.run(context);
        self.records.insert(key.to_owned(), sync.record);
        outcome
    }
}

/// A pod whose job is gone or over may go, too.
fn free_orphan(key: &str, context: &mut Context) -> Result<(), Status> {
    let Some(pod) = context.get(Resource::Pods, key).cloned() else { return Ok(()) };
    let Some(owner) = pod.controller_of() else { return Ok(()) };
    let job = context.get(Resource::Jobs, &format!("{}/{}", pod.namespace(), owner["name"].str()));
    if job.is_some_and(|j| j.uid() == owner["uid"].str() && !is_finished(j)) {
        return Ok(());
    }
    pods::remove_finalizer(&pod, context)
}

/// The condition that says that a job is over.
pub fn finished_condition(job: &Value) -> Option<&Value> {
    let conditions = job.at("status.conditions").items();
    conditions.iter().find(|c| matches!(c["type"].str(), "Complete" | "Failed") && c["status"].str() == "True")
}

pub fn is_finished(job: &Value) -> bool {
    finished_condition(job).is_some()
}

pub fn is_indexed(job: &Value) -> bool {
    job.at("spec.completionMode").str() == "Indexed"
}

/// How often each index of a job may fail, where they are counted apart.
fn limit_per_index(job: &Value) -> Option<i64> {
    job.at("spec.backoffLimitPerIndex").as_i64().filter(|_| is_indexed(job))
}

/// True where a pod that is on its way out is replaced only when it is gone. Models `onlyReplaceFailedPods`.
fn replaces_failed_only(job: &Value) -> bool {
    job.at("spec.podReplacementPolicy").str() == "Failed" || !job.at("spec.podFailurePolicy").is_null()
}
