//! What makes pods: controllers, jobs.

use super::{each, fill, pod, within};
use crate::apimachinery::{Map, Value};

fn spec_of(object: &mut Value) -> &mut Map {
    // Elsewhere than here Go has a pointer to the template, which may be missing.
    let is_pointer = object["kind"].str() == "ReplicationController";
    let spec = object.map_mut().entry("spec").map_mut();
    if !is_pointer && spec.get("template").is_none_or(Value::is_null) {
        spec.insert("template", Value::object());
    }
    pod::in_spec(spec);
    spec
}

/// The labels of the pod template, where it has some.
fn template_labels(object: &Value) -> Option<Value> {
    let labels = object.at("spec.template.metadata.labels");
    labels.fields().next().is_some().then(|| labels.clone())
}

pub fn replication_controller(object: &mut Value) {
    fill(spec_of(object), "replicas", 1);
    if let Some(labels) = template_labels(object) {
        let map = object.map_mut();
        let metadata = map.entry("metadata").map_mut();
        if metadata.get("labels").is_none_or(Value::is_empty) {
            metadata.insert("labels", labels.clone());
        }
        let spec = map.entry("spec").map_mut();
        if spec.get("selector").is_none_or(Value::is_empty) {
            spec.insert("selector", labels);
        }
    }
}

pub fn replica_set(object: &mut Value) {
    fill(spec_of(object), "replicas", 1);
}

pub fn deployment(object: &mut Value) {
    let spec = spec_of(object);
    fill(spec, "replicas", 1);
    fill(spec, "revisionHistoryLimit", 10);
    fill(spec, "progressDeadlineSeconds", 600);
    let strategy = spec.entry("strategy").map_mut();
    fill(strategy, "type", "RollingUpdate");
    if strategy.get("type").map(Value::str) == Some("RollingUpdate") {
        let rolling = strategy.entry("rollingUpdate").map_mut();
        fill(rolling, "maxUnavailable", "25%");
        fill(rolling, "maxSurge", "25%");
    }
}

pub fn daemon_set(object: &mut Value) {
    let spec = spec_of(object);
    fill(spec, "revisionHistoryLimit", 10);
    let strategy = spec.entry("updateStrategy").map_mut();
    fill(strategy, "type", "RollingUpdate");
    if strategy.get("type").map(Value::str) == Some("RollingUpdate") {
        let rolling = strategy.entry("rollingUpdate").map_mut();
        fill(rolling, "maxUnavailable", 1);
        fill(rolling, "maxSurge", 0);
    }
}

pub fn stateful_set(object: &mut Value) {
    let spec = spec_of(object);
    fill(spec, "podManagementPolicy", "OrderedReady");
    fill(spec, "replicas", 1);
    fill(spec, "revisionHistoryLimit", 10);
    fill(spec, "serviceName", "");
    let strategy = spec.entry("updateStrategy").map_mut();
    fill(strategy, "type", "RollingUpdate");
    if strategy.get("type").map(Value::str) == Some("RollingUpdate") {
        fill(strategy.entry("rollingUpdate").map_mut(), "partition", 0);
    }
    let retention = spec.entry("persistentVolumeClaimRetentionPolicy").map_mut();
    fill(retention, "whenDeleted", "Retain");
    fill(retention, "whenScaled", "Retain");
    each(spec, "volumeClaimTemplates", pod::claim_template);
}

pub fn job(object: &mut Value) {
    let spec = spec_of(object);
    let missing = |spec: &Map, key: &str| spec.get(key).is_none_or(Value::is_null);
    if missing(spec, "completions") && missing(spec, "parallelism") {
        spec.insert("completions", 1);
    }
    fill(spec, "parallelism", 1);
    let per_index = !missing(spec, "backoffLimitPerIndex");
    fill(spec, "backoffLimit", if per_index { i32::MAX } else { 6 });
    fill(spec, "completionMode", "NonIndexed");
    fill(spec, "suspend", false);
    fill(spec, "manualSelector", false);
    let replacement = if missing(spec, "podFailurePolicy") { "TerminatingOrFailed" } else { "Failed" };
    fill(spec, "podReplacementPolicy", replacement);
    within(spec, "podFailurePolicy", |policy| {
        each(policy, "rules", |rule| each(rule, "onPodConditions", |c| fill(c, "status", "True")));
    });
    if let Some(labels) = template_labels(object) {
        let metadata = object.map_mut().entry("metadata").map_mut();
        if metadata.get("labels").is_none_or(Value::is_empty) {
            metadata.insert("labels", labels);
        }
    }
}

pub fn cron_job(object: &mut Value) {
    let spec = object.map_mut().entry("spec").map_mut();
    fill(spec, "concurrencyPolicy", "Allow");
    fill(spec, "suspend", false);
    fill(spec, "successfulJobsHistoryLimit", 3);
    fill(spec, "failedJobsHistoryLimit", 1);
    within(spec, "jobTemplate", |template| {
        fill(template, "metadata", Value::object());
        within(template, "spec", |spec| {
            if spec.get("template").is_none_or(Value::is_null) {
                spec.insert("template", Value::object());
            }
            pod::in_spec(spec);
        });
    });
}
