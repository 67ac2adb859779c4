//! How long a job waits after its pods failed. Models `backoff_utils.go`.

use super::pods;
use crate::apimachinery::time::{Duration, Time};
use crate::apimachinery::{Object, Value};

const FIRST: Duration = Duration::from_secs(10);
const LONGEST: Duration = Duration::from_secs(600);

/// How often pods of a job failed since the last that succeeded, and when the last did.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Record {
    failures: u32,
    last: Option<Time>,
}

/// When a pod ended: its last container, or when it was last ready, or when it was deleted.
pub fn finished(pod: &Value) -> Option<Time> {
    let time = |text: &Value| Time::parse_rfc3339(text.str());
    let states = pod.at("status.containerStatuses").items().iter();
    let ends: Vec<Option<Time>> = states.map(|s| time(s.at("state.terminated.finishedAt"))).collect();
    let by_containers = ends.iter().copied().collect::<Option<Vec<Time>>>().and_then(|all| all.into_iter().max());
    let ready = pods::condition(pod, "Ready");
    let unready = (ready["status"].str() == "False").then(|| time(&ready["lastTransitionTime"])).flatten();
    let grace = pod.metadata()["deletionGracePeriodSeconds"].int();
    let deleted = pod.deletion_timestamp().map(|t| t - Duration::from_secs(u64::try_from(grace).unwrap_or(0)));
    by_containers.or(unready).or(deleted).or(pod.creation_timestamp())
}

impl Record {
    /// With what ended since.
    pub fn with(self, succeeded: &[&Value], failed: &[&Value]) -> Self {
        let last = |pods: &[&Value]| pods.iter().filter_map(|p| finished(p)).max();
        let Some(success) = last(succeeded) else {
            let failures = self.failures.saturating_add(u32::try_from(failed.len()).unwrap_or(0));
            return Self { failures, last: last(failed).or(self.last) };
        };
        let after: Vec<&Value> = failed.iter().copied().filter(|p| finished(p) > Some(success)).collect();
        Self { failures: u32::try_from(after.len()).unwrap_or(0), last: last(&after) }
    }

    /// When the next pod may start.
    pub fn ends(&self) -> Option<Time> {
        Some(self.last? + delay(self.failures)?)
    }
}

/// 10 s, doubled for each failure after the first.
fn delay(failures: u32) -> Option<Duration> {
    let doublings = failures.checked_sub(1)?.min(10);
    Some(FIRST.saturating_mul(1 << doublings).min(LONGEST))
}

/// When the replacement of a failed pod of an index may start.
pub fn ends_of_index(failed: &Value) -> Option<Time> {
    let failures = u32::try_from(pods::failures_of_index(failed).saturating_add(1)).unwrap_or(u32::MAX);
    Some(finished(failed)? + delay(failures)?)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{list, object};

    #[test]
    fn delays_double_from_ten_seconds_to_ten_minutes() {
        let delays: Vec<u64> = (0..9).filter_map(delay).map(|d| d.as_secs()).collect();
        assert_eq!(delays, [10, 20, 40, 80, 160, 320, 600, 600]);
    }

    #[test]
    fn a_success_forgets_the_failures_before_it() {
        let pod = |seconds: i64| {
            let terminated = object! { "finishedAt" => Time::from_secs(seconds).rfc3339() };
            let state = object! { "state" => object! { "terminated" => terminated } };
            object! { "status" => object! { "containerStatuses" => list![state] } }
        };
        let record = Record::default().with(&[], &[&pod(10), &pod(20)]);
        assert_eq!(record.ends(), Some(Time::from_secs(40)));
        assert_eq!(record.with(&[&pod(30)], &[&pod(35)]).ends(), Some(Time::from_secs(45)));
        assert_eq!(record.with(&[&pod(30)], &[]).ends(), None);
    }
}
