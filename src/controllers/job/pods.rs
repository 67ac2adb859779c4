//! The pods of a job.

use super::super::{Context, pods as common};
use super::FINALIZER;
use crate::apimachinery::{Object, Status, Value};
use crate::client::{PatchType, Resource};
use crate::{list, object};

/// The annotation and the label that hold a pod's index.
pub const INDEX: &str = "batch.kubernetes.io/job-completion-index";

/// The index of a pod of an indexed job.
pub fn index(pod: &Value) -> Option<i64> {
    pod.annotation(INDEX)?.parse().ok()
}

/// How often the containers of a pod were started again.
pub fn restarts(pod: &Value) -> i64 {
    let lists = ["initContainerStatuses", "containerStatuses"];
    lists.iter().flat_map(|list| pod["status"][*list].items()).map(|c| c["restartCount"].int()).sum()
}

/// A new pod of a job.
pub fn make(job: &Value, index: Option<i64>) -> Value {
    let mut pod = common::from_template(&job["spec"]["template"], job);
    pod.set("metadata.finalizers", list![FINALIZER]);
    let Some(index) = index else { return pod };
    let number = index.to_string();
    pod.set_in(&["metadata", "annotations", INDEX], number.as_str());
    pod.set_in(&["metadata", "labels", INDEX], number.as_str());
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

/// Lets a pod go that was counted.
pub fn remove_finalizer(pod: &Value, context: &mut Context) -> Result<(), Status> {
    if !pod.finalizers().any(|f| f == FINALIZER) {
        return Ok(());
    }
    let gone = object! { "$deleteFromPrimitiveList/finalizers" => list![FINALIZER] };
    let patch = object! { "metadata" => gone };
    match context.door().patch(Resource::Pods, &pod.key(), PatchType::Strategic, patch) {
        Err(status) if status.code == 404 => Ok(()),
        other => other.map(|_| ()),
    }
}
