//! Runs pods until enough of them succeeded. Models `pkg/controller/job`.

pub mod backoff;
pub mod indexes;
pub mod pods;

use super::pods as common;
use super::{Context, Controller, replication};
use crate::apimachinery::labels::Selector;
use crate::apimachinery::time::{Duration, Time};
use crate::apimachinery::{Object, Status, Value};
use crate::client::{Delta, Informers, Resource, WorkQueue};
use crate::object;
use std::collections::BTreeSet;

/// Changes of pods are taken together this long.
const BATCH: Duration = Duration::from_secs(1);
pub const FINALIZER: &str = "batch.kubernetes.io/job-tracking";

/// The pods that were counted and still carry the finalizer, by uid.
#[derive(Clone, Default)]
pub struct Jobs {
    counted: BTreeSet<String>,
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
            Some(_) => queue.add_at(key, now + BATCH),
            None if !delta.is_delete() => queue.add(format!("pod {}", delta.key)),
            None => {}
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
        if is_finished(&job) {
            return Ok(());
        }
        let Ok(selector) = Selector::from_label_selector(&job["spec"]["selector"]) else { return Ok(()) };
        let claimed = replication::claim(context, &job, &selector)?;
        Sync { job, claimed, counted: &mut self.counted }.run(context)
    }
}

/// A pod whose job is gone may go, too.
fn free_orphan(key: &str, context: &mut Context) -> Result<(), Status> {
    let Some(pod) = context.get(Resource::Pods, key).cloned() else { return Ok(()) };
    let Some(owner) = pod.controller_of() else { return Ok(()) };
    let job = context.get(Resource::Jobs, &format!("{}/{}", pod.namespace(), owner["name"].str()));
    if job.is_some_and(|j| j.uid() == owner["uid"].str()) {
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

/// How a job ends: condition before the end and at the end, reason, message.
struct End {
    interim: &'static str,
    last: &'static str,
    reason: String,
    message: String,
}

impl End {
    fn failed(reason: &str, message: &str) -> Self {
        Self { interim: "FailureTarget", last: "Failed", reason: reason.to_owned(), message: message.to_owned() }
    }

    /// The end that was decided before and waits for pods to go.
    fn decided(job: &Value) -> Option<Self> {
        let holds = |c: &&Value| c["type"].str() == "FailureTarget" && c["status"].str() == "True";
        let condition = job.at("status.conditions").items().iter().find(holds)?;
        Some(Self::failed(condition["reason"].str(), condition["message"].str()))
    }

    fn complete() -> Self {
        let message = "Reached expected number of succeeded pods".to_owned();
        Self { interim: "SuccessCriteriaMet", last: "Complete", reason: "CompletionsReached".to_owned(), message }
    }
}

/// One look at a job.
struct Sync<'a> {
    job: Value,
    claimed: Vec<Value>,
    counted: &'a mut BTreeSet<String>,
}

impl Sync<'_> {
    fn run(mut self, context: &mut Context) -> Result<(), Status> {
        let before = self.job.clone();
        let suspended = self.job.at("spec.suspend").bool();
        if self.job.at("status.startTime").is_null() && !suspended {
            self.job.set("status.startTime", context.now.rfc3339());
        }
        // What ended since the last look, and what ended in all.
        let new: Vec<Value> = self.claimed.iter().filter(|p| self.is_uncounted(p)).cloned().collect();
        let (won, lost): (Vec<&Value>, Vec<&Value>) =
            new.iter().partition(|p| p.at("status.phase").str() == "Succeeded");
        let succeeded = match is_indexed(&self.job) {
            true => indexes::count(&self.completed_indexes(&won)),
            false => self.job.at("status.succeeded").int() + won.len() as i64,
        };
        let failed = self.job.at("status.failed").int() + lost.len() as i64;
        let active: Vec<Value> = self.claimed.iter().filter(|p| common::is_active(p)).cloned().collect();
        let end = self.end(succeeded, failed, &active, context);
        let outcome = match &end {
            Some(_) => self.delete_all(&active, context),
            None => self.manage(&active, succeeded, suspended, context),
        };
        self.set_suspended(suspended, context);
        let active = if end.is_some() { 0 } else { outcome.as_ref().ok().copied().unwrap_or(active.len() as i64) };
        self.set_counts(active);
        if let Some(end) = &end {
            self.set_condition(end.interim, end, context);
        }
        self.write(&before, context)?;
        // Counted first, then let go: a pod is never lost and never counted twice.
        for pod in &new {
            self.counted.insert(pod.uid().to_owned());
        }
        let completed = self.completed_indexes(&won);
        for pod in &new {
            pods::remove_finalizer(pod, context)?;
        }
        let middle = self.job.clone();
        self.finish_counts(succeeded, failed, &completed);
        let ends = end.as_ref().filter(|_| self.all_gone(&end, context));
        if let Some(end) = ends {
            self.set_condition(end.last, end, context);
            if end.last == "Complete" {
                self.job.set("status.completionTime", context.now.rfc3339());
            }
            self.job.remove("status.active");
        }
        self.write(&middle, context)?;
        for pod in &new {
            self.counted.remove(pod.uid());
        }
        match ends {
            Some(end) if end.last == "Complete" => context.event(&self.job, "Normal", "Completed", "Job completed"),
            Some(end) => context.event(&self.job, "Warning", &end.reason, &end.message),
            None if end.is_some() => context.queue.add_at(self.job.key(), context.now + BATCH),
            None => {}
        }
        outcome.map(|_| ())
    }

    /// True for a pod that ended and was not counted yet.
    fn is_uncounted(&self, pod: &Value) -> bool {
        let ended = common::is_terminal(pod);
        ended && pod.finalizers().any(|f| f == FINALIZER) && !self.counted.contains(pod.uid())
    }

    fn completed_indexes(&self, won: &[&Value]) -> BTreeSet<i64> {
        let mut all = indexes::parse(self.job.at("status.completedIndexes").str());
        let completions = self.job.at("spec.completions").int();
        all.extend(won.iter().filter_map(|p| pods::index(p)).filter(|i| *i < completions));
        all
    }

    /// Whether the job is over, and how.
    fn end(&self, succeeded: i64, failed: i64, active: &[Value], context: &mut Context) -> Option<End> {
        let job = &self.job;
        if let Some(end) = End::decided(job) {
            return Some(end);
        }
        let limit = job.at("spec.backoffLimit").as_i64().unwrap_or(6);
        let restarts: i64 = match job.at("spec.template.spec.restartPolicy").str() {
            "OnFailure" => active.iter().map(pods::restarts).sum(),
            _ => 0,
        };
        if failed > limit || (restarts > 0 && restarts >= limit) {
            return Some(End::failed("BackoffLimitExceeded", "Job has reached the specified backoff limit"));
        }
        if let Some(seconds) = job.at("spec.activeDeadlineSeconds").as_i64().filter(|_| !job.at("spec.suspend").bool())
        {
            let started = Time::parse_rfc3339(job.at("status.startTime").str()).unwrap_or(context.now);
            let until = started + Duration::from_secs(u64::try_from(seconds).unwrap_or(0));
            if until <= context.now {
                return Some(End::failed("DeadlineExceeded", "Job was active longer than specified deadline"));
            }
            context.queue.add_at(job.key(), until);
        }
        let complete = match job.at("spec.completions").as_i64() {
            Some(wanted) => succeeded >= wanted && (active.is_empty() || wanted > 0),
            // Without a number, one success ends the job when the others are done.
            None => succeeded > 0 && active.is_empty(),
        };
        complete.then(End::complete)
    }

    fn delete_all(&self, active: &[Value], context: &mut Context) -> Result<i64, Status> {
        for pod in active {
            common::delete(context, &self.job, pod)?;
        }
        Ok(0)
    }

    /// True when nothing runs any more that ends with the job.
    fn all_gone(&self, end: &Option<End>, context: &Context) -> bool {
        let Some(end) = end else { return false };
        let owned = context.informers.owned(Resource::Pods, self.job.uid());
        end.last == "Complete" || owned.into_iter().all(common::is_terminal)
    }

    /// Creates or deletes pods. How many are active then. Models `manageJob`.
    fn manage(&self, active: &[Value], succeeded: i64, suspended: bool, context: &mut Context) -> Result<i64, Status> {
        let job = &self.job;
        if suspended {
            return self.delete_all(active, context);
        }
        let parallelism = job.at("spec.parallelism").as_i64().unwrap_or(1);
        let wanted = match job.at("spec.completions").as_i64() {
            Some(completions) => parallelism.min(completions - succeeded).max(0),
            None if succeeded > 0 => active.len() as i64,
            None => parallelism,
        };
        let have = active.len() as i64;
        if have > wanted {
            let surplus = usize::try_from(have - wanted).unwrap_or(0);
            for pod in active.iter().take(surplus) {
                common::delete(context, job, pod)?;
            }
            return Ok(wanted);
        }
        // Pods that are still going count as there, so that their replacements wait.
        let going = self.claimed.iter().filter(|p| p.is_terminating() && !common::is_terminal(p)).count() as i64;
        let failed_only = job.at("spec.podReplacementPolicy").str() == "Failed";
        let missing = wanted - have - if failed_only { going } else { 0 };
        if missing <= 0 {
            return Ok(have);
        }
        if let Some(at) = backoff::ends(job, &self.claimed).filter(|at| *at > context.now) {
            context.queue.add_at(job.key(), at);
            return Ok(have);
        }
        let free = is_indexed(job).then(|| self.free_indexes(active, missing));
        for n in 0..usize::try_from(missing).unwrap_or(0) {
            let index = match &free {
                Some(free) => match free.get(n) {
                    Some(index) => Some(*index),
                    None => break,
                },
                None => None,
            };
            common::create(context, job, pods::make(job, index))?;
        }
        Ok(have + missing)
    }

    fn free_indexes(&self, active: &[Value], count: i64) -> Vec<i64> {
        let mut taken = self.completed_indexes(&[]);
        let won = |p: &&Value| p.at("status.phase").str() == "Succeeded";
        taken.extend(self.claimed.iter().filter(won).filter_map(pods::index));
        taken.extend(active.iter().filter_map(pods::index));
        let completions = self.job.at("spec.completions").int();
        (0..completions).filter(|i| !taken.contains(i)).take(usize::try_from(count).unwrap_or(0)).collect()
    }

    fn set_counts(&mut self, active: i64) {
        let ready = self.claimed.iter().filter(|p| common::is_active(p) && common::is_ready(p)).count();
        let terminating = self.claimed.iter().filter(|p| p.is_terminating() && !common::is_terminal(p)).count();
        match active {
            0 => {
                self.job.remove("status.active");
            }
            n => self.job.set("status.active", n),
        }
        self.job.set("status.ready", ready);
        self.job.set("status.terminating", terminating);
        self.job.set("status.uncountedTerminatedPods", object! {});
    }

    fn finish_counts(&mut self, succeeded: i64, failed: i64, completed: &BTreeSet<i64>) {
        for (field, count) in [("status.succeeded", succeeded), ("status.failed", failed)] {
            if count > 0 {
                self.job.set(field, count);
            }
        }
        if is_indexed(&self.job) && !completed.is_empty() {
            self.job.set("status.completedIndexes", indexes::format(completed));
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
    fn set_suspended(&mut self, suspended: bool, context: &mut Context) {
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
        let (reason, message) = if suspended { ("Suspended", "Job suspended") } else { ("Resumed", "Job resumed") };
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
