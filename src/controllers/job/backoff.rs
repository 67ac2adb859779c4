//! How long a job waits after its pods failed. Models `backoff_utils.go`.

use crate::apimachinery::time::{Duration, Time};
use crate::apimachinery::{Object, Value};

const FIRST: Duration = Duration::from_secs(10);
const LONGEST: Duration = Duration::from_secs(360);

/// When the containers of a pod were done; its deletion where that is not known.
fn ended(pod: &Value) -> Option<Time> {
    let states = pod.at("status.containerStatuses").items().iter();
    let times = states.filter_map(|s| Time::parse_rfc3339(s.at("state.terminated.finishedAt").str()));
    times.max().or_else(|| pod.deletion_timestamp())
}

/// When the next pod may start: 10 s after the last failure, doubled for each since the last success.
pub fn ends(job: &Value, pods: &[Value]) -> Option<Time> {
    if job.at("spec.template.spec.restartPolicy").str() != "Never" {
        return None;
    }
    let of =
        |phase: &str| pods.iter().filter(|p| p.at("status.phase").str() == phase).filter_map(ended).collect::<Vec<_>>();
    let success = of("Succeeded").into_iter().max();
    let failures: Vec<Time> = of("Failed").into_iter().filter(|t| success.is_none_or(|s| *t > s)).collect();
    let last = failures.iter().max()?;
    let doublings = u32::try_from(failures.len() - 1).unwrap_or(6).min(6);
    Some(*last + FIRST.saturating_mul(1 << doublings).min(LONGEST))
}
