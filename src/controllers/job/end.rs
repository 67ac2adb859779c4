//! Whether a job is over, and how.

use super::sync::Sync;
use super::{indexes, is_indexed, limit_per_index, pods, policy};
use crate::apimachinery::Value;
use crate::apimachinery::time::{Duration, Time};
use crate::controllers::Context;

/// How a job ends: the condition before the end and the one at the end, reason, message.
pub struct End {
    pub interim: &'static str,
    pub last: &'static str,
    pub reason: String,
    pub message: String,
}

impl End {
    fn failed(reason: &str, message: &str) -> Self {
        Self { interim: "FailureTarget", last: "Failed", reason: reason.to_owned(), message: message.to_owned() }
    }

    fn succeeded(reason: &str, message: &str) -> Self {
        let (reason, message) = (reason.to_owned(), message.to_owned());
        Self { interim: "SuccessCriteriaMet", last: "Complete", reason, message }
    }

    /// Enough pods have succeeded.
    pub fn complete() -> Self {
        Self::succeeded("CompletionsReached", "Reached expected number of succeeded pods")
    }

    /// True where the job ends as Complete, false as Failed.
    pub fn is_success(&self) -> bool {
        self.last == "Complete"
    }

    /// The end that was decided before and waits for pods to go.
    fn decided(job: &Value) -> Option<Self> {
        let holds = |kind: &str| {
            let is = |c: &&Value| c["type"].str() == kind && c["status"].str() == "True";
            job.at("status.conditions").items().iter().find(is)
        };
        if let Some(condition) = holds("SuccessCriteriaMet") {
            return Some(Self::succeeded(condition["reason"].str(), condition["message"].str()));
        }
        holds("FailureTarget").map(|c| Self::failed(c["reason"].str(), c["message"].str()))
    }

    /// The end of a job before its pods are looked after; that all completions are there is seen after that.
    pub fn of(sync: &Sync, context: &mut Context) -> Option<Self> {
        let job = &sync.job;
        let early = Self::decided(job)
            .or_else(|| Self::by_failure_policy(sync))
            .or_else(|| Self::by_backoff(sync))
            .or_else(|| Self::by_deadline(job, context));
        if early.is_some() || !is_indexed(job) {
            return early;
        }
        Self::by_index(sync).or_else(|| {
            let message = policy::success(job, &sync.succeeded_indexes)?;
            Some(Self::succeeded("SuccessPolicy", &message))
        })
    }

    fn by_failure_policy(sync: &Sync) -> Option<Self> {
        let failed = sync.pods.iter().filter(|p| pods::is_failed(p, &sync.job));
        failed.map(|p| policy::of_failed_pod(&sync.job, p)).find_map(|action| match action {
            policy::Action::FailJob(message) => Some(Self::failed("PodFailurePolicy", &message)),
            _ => None,
        })
    }

    fn by_backoff(sync: &Sync) -> Option<Self> {
        let job = &sync.job;
        let limit = job.at("spec.backoffLimit").as_i64().unwrap_or(6);
        let restarts: i64 = match job.at("spec.template.spec.restartPolicy").str() {
            "OnFailure" => {
                let live = |p: &&Value| matches!(p.at("status.phase").str(), "Running" | "Pending");
                sync.pods.iter().filter(live).map(pods::restarts).sum()
            }
            _ => 0,
        };
        let over = sync.failed > limit || (restarts > 0 && restarts >= limit);
        over.then(|| Self::failed("BackoffLimitExceeded", "Job has reached the specified backoff limit"))
    }

    fn by_deadline(job: &Value, context: &mut Context) -> Option<Self> {
        let seconds = job.at("spec.activeDeadlineSeconds").as_i64().filter(|_| !job.at("spec.suspend").bool())?;
        let started = Time::parse_rfc3339(job.at("status.startTime").str()).unwrap_or(context.now);
        let until = started + Duration::from_secs(u64::try_from(seconds).unwrap_or(0));
        if until <= context.now {
            return Some(Self::failed("DeadlineExceeded", "Job was active longer than specified deadline"));
        }
        context.queue.add_at(crate::apimachinery::Object::key(job), until);
        None
    }

    fn by_index(sync: &Sync) -> Option<Self> {
        let job = &sync.job;
        limit_per_index(job)?;
        let failed = indexes::count(&sync.failed_indexes);
        if job.at("spec.maxFailedIndexes").as_i64().is_some_and(|most| failed > most) {
            let message = "Job has exceeded the specified maximal number of failed indexes";
            return Some(Self::failed("MaxFailedIndexesExceeded", message));
        }
        let done = failed + indexes::count(&sync.succeeded_indexes);
        let over = failed > 0 && done >= job.at("spec.completions").int();
        over.then(|| Self::failed("FailedIndexes", "Job has failed indexes"))
    }
}
