//! The pods of a job.

pub use super::super::pods::condition;
use super::super::{Context, pods as common};
use super::{FINALIZER, limit_per_index, policy, replaces_failed_only};
use crate::apimachinery::{Object, Status, Value};
use crate::client::{PatchType, Resource};
use crate::{list, object};

/// The annotation and the label that hold a pod's index.
pub const INDEX: &str = "batch.kubernetes.io/job-completion-index";
/// How often pods of the index failed before: those that count, and those that a policy ignores.
const FAILURES: &str = "batch.kubernetes.io/job-index-failure-count";
const IGNORED: &str = "batch.kubernetes.io/job-index-ignored-failure-count";

fn number(pod: &Value, annotation: &str) -> Option<i64> {
    pod.annotation(annotation)?.parse().ok()
}

/// The index of a pod of an indexed job.
pub fn index(pod: &Value) -> Option<i64> {
    number(pod, INDEX).filter(|index| *index >= 0)
}

/// How often pods of the index of a pod failed before it.
pub fn failures_of_index(pod: &Value) -> i64 {
    number(pod, FAILURES).unwrap_or(0).saturating_add(number(pod, IGNORED).unwrap_or(0))
}

/// True while the job has not counted the pod: it keeps its finalizer until then.
pub fn is_tracked(pod: &Value) -> bool {
    pod.finalizers().any(|f| f == FINALIZER)
}

/// True for a pod that counts as a completion.
pub fn is_succeeded(pod: &Value) -> bool {
    pod.at("status.phase").str() == "Succeeded"
}

/// True for a pod that failed; where pods are replaced at once, also for one that is on its way out.
pub fn is_failed(pod: &Value, job: &Value) -> bool {
    pod.at("status.phase").str() == "Failed"
        || (!replaces_failed_only(job) && pod.is_terminating() && !is_succeeded(pod))
}

/// True for a pod of which its index has had enough. Models `isIndexFailed`.
pub fn is_index_failed(pod: &Value, job: &Value) -> bool {
    let Some(limit) = limit_per_index(job).filter(|_| is_failed(pod, job)) else { return false };
    match policy::of_failed_pod(job, pod) {
        policy::Action::FailIndex => true,
        policy::Action::Ignore => false,
        _ => number(pod, FAILURES).unwrap_or(0) >= limit,
    }
}

/// How often the containers of a pod were started again.
pub fn restarts(pod: &Value) -> i64 {
    let lists = ["initContainerStatuses", "containerStatuses"];
    lists.iter().flat_map(|list| pod["status"][*list].items()).map(|c| c["restartCount"].int()).sum()
}

/// A new pod of a job; `replaced` is the failed one of its index.
pub fn make(job: &Value, index: Option<i64>, replaced: Option<&Value>) -> Value {
    let mut pod = common::from_template(&job["spec"]["template"], job);
    let mut finalizers = pod.at("metadata.finalizers").items().to_vec();
    if !finalizers.iter().any(|f| f.str() == FINALIZER) {
        finalizers.push(FINALIZER.into());
    }
    pod.set("metadata.finalizers", finalizers);
    let Some(index) = index else { return pod };
    let number = index.to_string();
    pod.set_in(&["metadata", "annotations", INDEX], number.as_str());
    pod.set_in(&["metadata", "labels", INDEX], number.as_str());
    if limit_per_index(job).is_some() {
        count_failures(&mut pod, job, replaced);
    }
    pod.set("metadata.generateName", format!("{}-{number}-", job.name()));
    pod.set("spec.hostname", format!("{}-{number}", job.name()));
    let source = object! { "fieldRef" => object! { "fieldPath" => format!("metadata.labels['{INDEX}']") } };
    let variable = object! { "name" => "JOB_COMPLETION_INDEX", "valueFrom" => source };
    for kind in ["initContainers", "containers"] {
        if pod["spec"][kind].is_empty() {
            continue;
        }
        for container in pod.at_mut("spec").map_mut().entry(kind).list_mut() {
            let env = container.map_mut().entry("env").list_mut();
            if !env.iter().any(|e| e["name"].str() == "JOB_COMPLETION_INDEX") {
                env.push(variable.clone());
            }
        }
    }
    pod
}

/// Notes how often the index failed. Models `addIndexFailureCountAnnotation`.
fn count_failures(pod: &mut Value, job: &Value, replaced: Option<&Value>) {
    let before = |annotation| replaced.and_then(|p| number(p, annotation)).unwrap_or(0);
    let (mut failures, mut ignored) = (before(FAILURES), before(IGNORED));
    match replaced.map(|p| policy::of_failed_pod(job, p)) {
        Some(policy::Action::Ignore) => ignored += 1,
        Some(_) => failures += 1,
        None => {}
    }
    pod.set_in(&["metadata", "annotations", FAILURES], failures.to_string());
    if ignored > 0 {
        pod.set_in(&["metadata", "annotations", IGNORED], ignored.to_string());
    }
}

/// Lets a pod go that was counted.
pub fn remove_finalizer(pod: &Value, context: &mut Context) -> Result<(), Status> {
    if !is_tracked(pod) {
        return Ok(());
    }
    let gone = object! { "$deleteFromPrimitiveList/finalizers" => list![FINALIZER] };
    let patch = object! { "metadata" => gone };
    match context.door().patch(Resource::Pods, &pod.key(), PatchType::Strategic, patch) {
        Err(status) if status.code == 404 => Ok(()),
        other => other.map(|_| ()),
    }
}
