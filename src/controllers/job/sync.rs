//! One look at a job. Models `syncJob` and `trackJobStatusAndRemoveFinalizers`.

use super::backoff::Record;
use super::end::End;
use super::{BATCH, indexes, is_indexed, limit_per_index, pods, policy};
use crate::apimachinery::{Object, Status, Value};
use crate::client::Resource;
use crate::controllers::{Context, pods as common};
use crate::object;
use std::collections::{BTreeMap, BTreeSet};

/// A job with its pods while it is looked at.
pub struct Sync<'a> {
    pub job: Value,
    pub pods: Vec<Value>,
    pub active: Vec<Value>,
    counted: &'a mut BTreeSet<String>,
    pub record: Record,
    /// What succeeded and failed in all, those that ended just now included.
    pub succeeded: i64,
    pub failed: i64,
    pub succeeded_indexes: BTreeSet<i64>,
    pub failed_indexes: BTreeSet<i64>,
    /// Failed pods that stay until their index has a new pod, by index.
    pub delayed: BTreeMap<i64, Value>,
    pub terminating: i64,
    pub ready: i64,
    /// How many pods are active where not all could be created.
    pub active_now: i64,
    /// Pods that were deleted and do not count, by uid.
    pub let_go: BTreeSet<String>,
}

impl<'a> Sync<'a> {
    pub fn new(job: Value, pods: Vec<Value>, counted: &'a mut BTreeSet<String>, record: Record) -> Self {
        let active: Vec<Value> = pods.iter().filter(|p| common::is_active(p)).cloned().collect();
        let terminating = pods.iter().filter(|p| p.is_terminating() && !common::is_terminal(p)).count() as i64;
        let ready = active.iter().filter(|p| common::is_ready(p)).count() as i64;
        let mut sync = Self {
            active_now: active.len() as i64,
            succeeded: job.at("status.succeeded").int(),
            failed: job.at("status.failed").int(),
            succeeded_indexes: indexes::parse(job.at("status.completedIndexes").str()),
            failed_indexes: indexes::parse(job.at("status.failedIndexes").str()),
            delayed: BTreeMap::new(),
            let_go: BTreeSet::new(),
            job,
            pods,
            active,
            counted,
            record,
            terminating,
            ready,
        };
        sync.take_in();
        sync
    }

    /// Counts what ended since the last look.
    fn take_in(&mut self) {
        let job = &self.job;
        let new: Vec<&Value> = self.pods.iter().filter(|p| self.is_new(p)).collect();
        let won: Vec<&Value> = new.iter().copied().filter(|p| pods::is_succeeded(p)).collect();
        let lost: Vec<&Value> = new.iter().copied().filter(|p| pods::is_failed(p, job)).collect();
        self.record = self.record.with(&won, &lost);
        let counts = |p: &&&Value| policy::of_failed_pod(job, p) != policy::Action::Ignore;
        self.failed += lost.iter().filter(counts).count() as i64;
        if !is_indexed(job) {
            self.succeeded += won.len() as i64;
            return;
        }
        let completions = job.at("spec.completions").int();
        self.succeeded_indexes.extend(won.iter().filter_map(|p| pods::index(p)));
        self.succeeded_indexes.retain(|i| *i < completions);
        self.succeeded = indexes::count(&self.succeeded_indexes);
        if limit_per_index(job).is_none() {
            return;
        }
        let over = new.iter().filter(|p| pods::is_index_failed(p, job)).filter_map(|p| pods::index(p));
        self.failed_indexes.extend(over);
        self.delayed = self.delayed_pods();
    }

    /// True for a pod that carries the finalizer and was not counted yet; in an indexed job, with an index that there is.
    fn is_new(&self, pod: &Value) -> bool {
        let indexed = is_indexed(&self.job);
        let fits = !indexed || pods::index(pod).is_some_and(|i| i < self.job.at("spec.completions").int());
        fits && pods::is_tracked(pod) && !self.counted.contains(pod.uid())
    }

    /// Models `getPodsWithDelayedDeletionPerIndex`.
    fn delayed_pods(&self) -> BTreeMap<i64, Value> {
        let mut out: BTreeMap<i64, Value> = BTreeMap::new();
        for pod in self.pods.iter().filter(|p| self.is_new(p) && pods::is_failed(p, &self.job)) {
            let Some(index) = pods::index(pod) else { continue };
            let done = self.succeeded_indexes.contains(&index) || self.failed_indexes.contains(&index);
            if done || self.active.iter().any(|p| pods::index(p) == Some(index)) {
                continue;
            }
            let order = |p: &Value| (pods::failures_of_index(p), super::backoff::finished(p));
            if out.get(&index).is_none_or(|there| order(there) <= order(pod)) {
                out.insert(index, pod.clone());
            }
        }
        out
    }

    /// A suspended job has no pods that run.
    pub fn is_suspended(&self) -> bool {
        self.job.at("spec.suspend").bool()
    }

    /// Counts the pods, makes or deletes some, and writes the status. Models `syncJob`.
    pub fn run(&mut self, context: &mut Context) -> Result<(), Status> {
        let before = self.job.clone();
        if self.job.at("status.startTime").is_null() && !self.is_suspended() {
            self.job.set("status.startTime", context.now.rfc3339());
        }
        let mut end = End::of(self, context);
        let mut outcome = Ok(());
        if end.is_some() {
            outcome = self.delete_active(context);
        } else {
            match self.manage(context) {
                Ok(active) => self.active_now = active,
                Err(status) => outcome = Err(status),
            }
            if self.is_complete() {
                end = Some(End::complete());
            } else {
                self.set_suspended(context);
            }
        }
        self.track(&before, end, context)?;
        outcome
    }

    /// Nothing of a job that is over goes on. Models `deleteActivePods`.
    fn delete_active(&mut self, context: &mut Context) -> Result<(), Status> {
        for pod in &self.active {
            common::delete(context, &self.job, pod)?;
        }
        self.terminating += self.active.len() as i64;
        self.active_now = 0;
        self.ready = 0;
        Ok(())
    }

    fn is_complete(&self) -> bool {
        let idle = self.active_now == 0;
        match self.job.at("spec.completions").as_i64() {
            Some(wanted) => self.succeeded >= wanted && idle,
            // Without a number, one success ends the job when the others are done.
            None => self.succeeded > 0 && idle,
        }
    }

    /// Writes what was seen, lets the pods go that are counted, writes the counts, and ends the job where nothing of it is
    /// left: a pod is never lost and never counted twice.
    fn track(&mut self, before: &Value, end: Option<End>, context: &mut Context) -> Result<(), Status> {
        let over = end.is_some() || self.job.is_terminating();
        let counts_all = end.as_ref().is_some_and(|end| !end.is_success());
        let (mut go, mut won, mut lost) = (Vec::new(), 0, 0);
        let there = self.pods.iter().filter(|p| pods::is_tracked(p) && !self.let_go.contains(p.uid()));
        for pod in there.filter(|p| !self.counted.contains(p.uid())) {
            let failed = pods::is_failed(pod, &self.job);
            let waits = self.delayed.values().any(|p| p.uid() == pod.uid());
            if !(over || pods::is_succeeded(pod) || (failed && !waits)) {
                continue;
            }
            go.push(pod.clone());
            if pods::is_succeeded(pod) {
                won += i64::from(self.is_new(pod));
            } else if (failed || counts_all) && self.is_new(pod) {
                lost += i64::from(policy::of_failed_pod(&self.job, pod) != policy::Action::Ignore);
            }
        }
        self.set_counts();
        if let Some(end) = &end {
            self.set_condition(end.interim, end, context);
        }
        self.write(before, context)?;
        for pod in &go {
            self.counted.insert(pod.uid().to_owned());
        }
        for pod in &go {
            pods::remove_finalizer(pod, context)?;
        }
        let middle = self.job.clone();
        if !is_indexed(&self.job) {
            self.add("status.succeeded", won);
        }
        self.add("status.failed", lost);
        let done = end.as_ref().filter(|_| self.terminating == 0);
        if let Some(end) = done {
            self.set_condition(end.last, end, context);
            if end.is_success() {
                self.job.set("status.completionTime", context.now.rfc3339());
            }
        }
        self.write(&middle, context)?;
        for pod in &go {
            self.counted.remove(pod.uid());
        }
        match done {
            Some(end) if end.is_success() => {
                if self.job.at("spec.completions").as_i64().is_some_and(|wanted| self.succeeded > wanted) {
                    let message = "Too many succeeded pods running after completion count reached";
                    context.event(&self.job, "Warning", "TooManySucceededPods", message);
                }
                context.event(&self.job, "Normal", "Completed", "Job completed");
            }
            Some(end) => context.event(&self.job, "Warning", &end.reason, &end.message),
            None if end.is_some() => context.queue.add_at(self.job.key(), context.now + BATCH),
            None => {}
        }
        Ok(())
    }

    fn add(&mut self, path: &str, count: i64) {
        if count > 0 {
            self.job.set(path, self.job.at(path).int() + count);
        }
    }

    fn set_counts(&mut self) {
        match self.active_now {
            0 => drop(self.job.remove("status.active")),
            n => self.job.set("status.active", n),
        }
        self.job.set("status.ready", self.ready);
        self.job.set("status.terminating", self.terminating);
        self.job.set("status.uncountedTerminatedPods", object! {});
        if !is_indexed(&self.job) {
            return;
        }
        if self.succeeded > 0 {
            self.job.set("status.succeeded", self.succeeded);
            self.job.set("status.completedIndexes", indexes::format(&self.succeeded_indexes));
        }
        if limit_per_index(&self.job).is_some() {
            self.job.set("status.failedIndexes", indexes::format(&self.failed_indexes));
        }
    }

    fn set_condition(&mut self, kind: &str, end: &End, context: &Context) {
        let there = self.job.at("status.conditions").items().iter().any(|c| c["type"].str() == kind);
        if there {
            return;
        }
        let condition = object! {
            "type" => kind, "status" => "True", "reason" => end.reason.as_str(), "message" => end.message.as_str(),
            "lastProbeTime" => context.now.rfc3339(), "lastTransitionTime" => context.now.rfc3339(),
        };
        self.job.at_mut("status.conditions").list_mut().push(condition);
    }

    /// Keeps the condition that says that a job rests.
    fn set_suspended(&mut self, context: &mut Context) {
        let suspended = self.is_suspended();
        let old = self.job.at("status.conditions").items().iter().position(|c| c["type"].str() == "Suspended");
        let was = old.is_some_and(|at| self.job.at("status.conditions")[at]["status"].str() == "True");
        if suspended == was || (!suspended && old.is_none()) {
            return;
        }
        let (status, reason, message) = match suspended {
            true => ("True", "JobSuspended", "Job suspended"),
            false => ("False", "JobResumed", "Job resumed"),
        };
        let condition = object! {
            "type" => "Suspended", "status" => status, "reason" => reason, "message" => message,
            "lastProbeTime" => context.now.rfc3339(), "lastTransitionTime" => context.now.rfc3339(),
        };
        let conditions = self.job.at_mut("status.conditions").list_mut();
        match old.and_then(|at| conditions.get_mut(at)) {
            Some(slot) => *slot = condition,
            None => conditions.push(condition),
        }
        if suspended {
            self.job.remove("status.startTime");
        } else {
            self.job.set("status.startTime", context.now.rfc3339());
        }
        let reason = if suspended { "Suspended" } else { "Resumed" };
        context.event(&self.job, "Normal", reason, message);
    }

    fn write(&mut self, before: &Value, context: &mut Context) -> Result<(), Status> {
        if before["status"].same(&self.job["status"]) {
            return Ok(());
        }
        self.job = context.door().update_status(Resource::Jobs, self.job.clone())?;
        Ok(())
    }
}
