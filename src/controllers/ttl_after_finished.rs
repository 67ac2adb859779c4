//! Deletes jobs some time after they ended. Models `pkg/controller/ttlafterfinished`.

use super::{Context, Controller, job};
use crate::apimachinery::time::{Duration, Time};
use crate::apimachinery::{Object, Status};
use crate::client::{Delta, Informers, Resource, WorkQueue};
use crate::object;

#[derive(Clone)]
pub struct TtlAfterFinished;

impl TtlAfterFinished {
    pub fn boxed() -> Box<dyn Controller> {
        Box::new(Self)
    }
}

impl Controller for TtlAfterFinished {
    fn name(&self) -> &'static str {
        "ttl-after-finished-controller"
    }

    fn watches(&self) -> &'static [Resource] {
        &[Resource::Jobs]
    }

    fn enqueue(&mut self, delta: &Delta, _: &Informers, queue: &mut WorkQueue, _: Time) {
        let job = delta.object();
        if !delta.is_delete() && !job.at("spec.ttlSecondsAfterFinished").is_null() && job::is_finished(job) {
            queue.add(&*delta.key);
        }
    }

    fn reconcile(&mut self, key: &str, context: &mut Context) -> Result<(), Status> {
        let Some(job) = context.get(Resource::Jobs, key).cloned() else { return Ok(()) };
        let Some(condition) = job::finished_condition(&job).filter(|_| !job.is_terminating()) else { return Ok(()) };
        let Some(seconds) = job.at("spec.ttlSecondsAfterFinished").as_i64() else { return Ok(()) };
        let ended = Time::parse_rfc3339(condition["lastTransitionTime"].str()).unwrap_or(context.now);
        let at = ended + Duration::from_secs(u64::try_from(seconds).unwrap_or(0));
        if at > context.now {
            context.queue.add_at(key, at);
            return Ok(());
        }
        let options = object! {
            "apiVersion" => "v1", "kind" => "DeleteOptions", "propagationPolicy" => "Foreground",
            "preconditions" => object! { "uid" => job.uid() },
        };
        match context.door().delete(Resource::Jobs, key, options) {
            Err(status) if status.code == 404 => Ok(()),
            other => other.map(|_| ()),
        }
    }
}
