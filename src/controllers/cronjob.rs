//! Starts jobs by the clock. Models `pkg/controller/cronjob`.

use super::{Context, Controller, job, pods};
use crate::api::cron::Schedule;
use crate::apimachinery::time::{Duration, Time};
use crate::apimachinery::{Object, Status, Value};
use crate::client::{Delta, Informers, Resource, WorkQueue};
use crate::{list, object};

#[derive(Clone)]
pub struct CronJobs;

impl CronJobs {
    pub fn boxed() -> Box<dyn Controller> {
        Box::new(Self)
    }
}

/// How many missed starts are counted before the controller gives up.
const MAX_MISSED: usize = 100;
/// A job is looked at a moment after its time.
const AFTER: Duration = Duration::from_millis(100);

impl Controller for CronJobs {
    fn name(&self) -> &'static str {
        "cronjob-controller"
    }

    fn watches(&self) -> &'static [Resource] {
        &[Resource::CronJobs, Resource::Jobs]
    }

    fn enqueue(&mut self, delta: &Delta, _: &Informers, queue: &mut WorkQueue, _: Time) {
        if delta.resource == Resource::CronJobs {
            queue.add(&*delta.key);
            return;
        }
        let job = delta.object();
        if let Some(owner) = job.controller_of().filter(|o| o["kind"].str() == "CronJob") {
            queue.add(format!("{}/{}", job.namespace(), owner["name"].str()));
        }
    }

    fn reconcile(&mut self, key: &str, context: &mut Context) -> Result<(), Status> {
        let Some(cron) = context.get(Resource::CronJobs, key).cloned() else { return Ok(()) };
        let owned = context.informers.owned(Resource::Jobs, cron.uid());
        let jobs: Vec<Value> = owned.filter(|j| pods::is_controlled_by(j, &cron)).cloned().collect();
        let mut work = Work { before: cron.clone(), cron, jobs };
        work.look_at_jobs(context);
        let outcome = if work.cron.is_terminating() { Ok(()) } else { work.start(context) };
        work.clean_up(context);
        work.write(context)?;
        outcome
    }
}

struct Work {
    before: Value,
    cron: Value,
    jobs: Vec<Value>,
}

fn reference(job: &Value) -> Value {
    object! {
        "apiVersion" => "batch/v1", "kind" => "Job", "name" => job.name(), "namespace" => job.namespace(),
        "resourceVersion" => job.metadata()["resourceVersion"].clone(), "uid" => job.uid(),
    }
}

impl Work {
    fn active(&self) -> &[Value] {
        self.cron.at("status.active").items()
    }

    fn drop_active(&mut self, uid: &str) {
        let kept: Vec<Value> = self.active().iter().filter(|a| a["uid"].str() != uid).cloned().collect();
        if kept.is_empty() {
            self.cron.remove("status.active");
        } else {
            self.cron.set("status.active", kept);
        }
    }

    /// Keeps the list of running jobs, and tells of those that ended or came from elsewhere.
    fn look_at_jobs(&mut self, context: &mut Context) {
        for job in self.jobs.clone() {
            let known = self.active().iter().any(|a| a["uid"].str() == job.uid());
            let finished = job::finished_condition(&job).map(|c| c["type"].str().to_owned());
            match (known, finished) {
                (false, None) => {
                    let message = format!("Saw a job that the controller did not create or forgot: {}", job.name());
                    context.event(&self.cron, "Warning", "UnexpectedJob", &message);
                }
                (true, Some(kind)) => {
                    self.drop_active(job.uid());
                    let message = format!("Saw completed job: {}, condition: {kind}", job.name());
                    context.event(&self.cron, "Normal", "SawCompletedJob", &message);
                }
                _ => {}
            }
            if job::finished_condition(&job).is_some_and(|c| c["type"].str() == "Complete") {
                let ended = job.at("status.completionTime").str();
                if ended > self.cron.at("status.lastSuccessfulTime").str() {
                    let ended = ended.to_owned();
                    self.cron.set("status.lastSuccessfulTime", ended);
                }
            }
        }
        for active in self.active().to_vec() {
            let gone = !self.jobs.iter().any(|j| j.uid() == active["uid"].str());
            if gone {
                let message = format!("Active job went missing: {}", active["name"].str());
                context.event(&self.cron, "Normal", "MissingJob", &message);
                self.drop_active(active["uid"].str());
            }
        }
    }

    /// Starts a job where one is due, and sees to the next.
    fn start(&mut self, context: &mut Context) -> Result<(), Status> {
        if self.cron.at("spec.suspend").bool() {
            return Ok(());
        }
        let Ok(schedule) = Schedule::parse(self.cron.at("spec.schedule").str()) else { return Ok(()) };
        let now = context.now;
        let created = self.cron.creation_timestamp().unwrap_or(now);
        let mut from = Time::parse_rfc3339(self.cron.at("status.lastScheduleTime").str()).unwrap_or(created);
        let deadline = self.cron.at("spec.startingDeadlineSeconds").as_i64();
        if let Some(seconds) = deadline {
            from = from.max(now - Duration::from_secs(u64::try_from(seconds).unwrap_or(0)));
        }
        let (mut due, mut missed) = (None, 0);
        while let Some(at) = schedule.next(from).filter(|at| *at <= now) {
            due = Some(at);
            from = at;
            missed += 1;
            if missed > MAX_MISSED {
                let message =
                    "too many missed start times. Set or decrease .spec.startingDeadlineSeconds or check clock skew";
                context.event(&self.cron, "Warning", "TooManyMissedTimes", message);
                from = now;
                break;
            }
        }
        if let Some(next) = schedule.next(from.max(now)) {
            context.queue.add_at(self.cron.key(), next + AFTER);
        }
        let Some(due) = due else { return Ok(()) };
        self.run(due, context)
    }

    fn run(&mut self, due: Time, context: &mut Context) -> Result<(), Status> {
        match self.cron.at("spec.concurrencyPolicy").str() {
            "Forbid" if !self.active().is_empty() => {
                let message = "Not starting job because prior execution is running and concurrency policy is Forbid";
                context.event(&self.cron, "Normal", "JobAlreadyActive", message);
                return Ok(());
            }
            "Replace" => {
                for active in self.active().to_vec() {
                    self.delete_job(active["name"].str(), context);
                    self.drop_active(active["uid"].str());
                }
            }
            _ => {}
        }
        let job = self.job_for(due);
        let name = job.name().to_owned();
        match context.door().create(Resource::Jobs, self.cron.namespace(), job) {
            Ok(made) => {
                context.event(&self.cron, "Normal", "SuccessfulCreate", &format!("Created job {name}"));
                self.cron.at_mut("status.active").list_mut().push(reference(&made));
            }
            Err(status) if status.reason == "AlreadyExists" => {}
            Err(status) if pods::is_namespace_terminating(&status) => return Ok(()),
            Err(status) => {
                context.event(&self.cron, "Warning", "FailedCreate", &format!("Error creating job: {status}"));
                return Err(status);
            }
        }
        self.cron.set("status.lastScheduleTime", due.rfc3339());
        Ok(())
    }

    /// The job of a moment: it is named by the minute.
    fn job_for(&self, due: Time) -> Value {
        let template = &self.cron["spec"]["jobTemplate"];
        let mut metadata = object! {
            "name" => format!("{}-{}", self.cron.name(), due.secs().div_euclid(60)),
            "ownerReferences" => list![pods::controller_ref(&self.cron)],
        };
        if !template["metadata"]["labels"].is_empty() {
            metadata.set("labels", template["metadata"]["labels"].clone());
        }
        let mut annotations = template["metadata"]["annotations"].clone();
        annotations.map_mut().insert("batch.kubernetes.io/cronjob-scheduled-timestamp", due.rfc3339());
        metadata.set("annotations", annotations);
        object! {
            "apiVersion" => "batch/v1", "kind" => "Job", "metadata" => metadata, "spec" => template["spec"].clone(),
        }
    }

    fn delete_job(&self, name: &str, context: &mut Context) {
        let options = object! {
            "apiVersion" => "v1", "kind" => "DeleteOptions", "propagationPolicy" => "Background",
        };
        let key = format!("{}/{name}", self.cron.namespace());
        if context.door().delete(Resource::Jobs, &key, options).is_ok() {
            context.event(&self.cron, "Normal", "SuccessfulDelete", &format!("Deleted job {name}"));
        }
    }

    /// Deletes the oldest jobs beyond the history limits.
    fn clean_up(&mut self, context: &mut Context) {
        for (limit, kind) in [("successfulJobsHistoryLimit", "Complete"), ("failedJobsHistoryLimit", "Failed")] {
            let Some(limit) = self.cron["spec"][limit].as_i64() else { continue };
            let ended = |job: &&Value| job::finished_condition(job).is_some_and(|c| c["type"].str() == kind);
            let mut jobs: Vec<&Value> = self.jobs.iter().filter(ended).filter(|j| !j.is_terminating()).collect();
            jobs.sort_by(|a, b| a.at("status.startTime").str().cmp(b.at("status.startTime").str()));
            let surplus = jobs.len().saturating_sub(usize::try_from(limit).unwrap_or(usize::MAX));
            for job in jobs.into_iter().take(surplus) {
                self.delete_job(job.name(), context);
            }
        }
    }

    fn write(&self, context: &mut Context) -> Result<(), Status> {
        if self.before["status"].same(&self.cron["status"]) {
            return Ok(());
        }
        context.door().update_status(Resource::CronJobs, self.cron.clone()).map(|_| ())
    }
}
