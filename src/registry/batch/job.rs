//! Jobs. Models `pkg/registry/batch/job/strategy.go`.

use crate::apimachinery::field::ErrorList;
use crate::apimachinery::labels::format_label_selector;
use crate::apimachinery::time::human_duration;
use crate::apimachinery::{Object, Time, Value};
use crate::registry::printing::{self, AGE, NAME, text, wide};
use crate::registry::strategy::{Column, Strategy};
use crate::registry::{common, validation};

/// The strategy of Jobs.
pub struct Job;

const COLUMNS: [Column; 8] = [
    NAME,
    text("Status"),
    text("Completions"),
    text("Duration"),
    AGE,
    wide("Containers"),
    wide("Images"),
    wide("Selector"),
];

impl Strategy for Job {
    fn prepare_for_create(&self, job: &mut Value) {
        generate_selector(job);
        common::reset_status(job, Value::object());
        common::first_generation(job);
    }

    fn validate(&self, job: &Value) -> ErrorList {
        validation::job::job(job)
    }

    fn warnings(&self, job: &Value, old: Option<&Value>) -> Vec<String> {
        validation::warnings::again(validation::warnings::workload(job), job, old)
    }

    fn prepare_for_update(&self, new: &mut Value, old: &Value) {
        common::keep_status(new, old);
        common::bump_generation(new, old, &["spec"]);
    }

    fn validate_update(&self, new: &Value, old: &Value) -> ErrorList {
        validation::job::update(new, old, may_change_template(new, old))
    }

    fn selectable_fields(&self, job: &Value) -> Vec<(&'static str, String)> {
        vec![("status.successful", job["status"]["succeeded"].int().to_string())]
    }

    fn columns(&self) -> Option<&'static [Column]> {
        Some(&COLUMNS)
    }

    fn cells(&self, job: &Value, now: Time) -> Vec<Value> {
        let (spec, status) = (&job["spec"], &job["status"]);
        let (containers, images) = printing::containers(&spec["template"]["spec"]);
        vec![
            printing::name(job),
            state(job).into(),
            completions(spec, status).into(),
            duration(status, now).into(),
            printing::age(job, now),
            containers,
            images,
            format_label_selector(&spec["selector"]).into(),
        ]
    }
}

/// Labels and selector by the job's uid, unless the client manages the selector itself.
fn generate_selector(job: &mut Value) {
    if job.at("spec.manualSelector").bool() {
        return;
    }
    let (uid, name) = (job.uid().to_owned(), job.name().to_owned());
    // A job without labels has been given its template's: in Go the very same map, which changes with it.
    let aliased = job.at("metadata.labels").is_alias(job.at("spec.template.metadata.labels"));
    let labels = job.at_mut("spec.template.metadata.labels").map_mut();
    for prefix in ["", "batch.kubernetes.io/"] {
        labels.insert(format!("{prefix}controller-uid"), uid.as_str());
        labels.insert(format!("{prefix}job-name"), name.as_str());
    }
    job.set_in(&["spec", "selector", "matchLabels", "batch.kubernetes.io/controller-uid"], uid);
    if aliased || job.labels().is_empty() {
        let labels = job.at("spec.template.metadata.labels").clone();
        job.set("metadata.labels", labels);
    }
}

/// A suspended job that never started may be aimed at other nodes.
fn may_change_template(new: &Value, old: &Value) -> bool {
    if !old.at("spec.suspend").bool() || !old.at("status.startTime").is_null() {
        return false;
    }
    let strip = |v: &Value| {
        let mut template = v.at("spec.template").clone();
        for field in ["nodeSelector", "tolerations", "affinity", "schedulingGates"] {
            template.remove_in(&["spec", field]);
        }
        template.remove("metadata");
        template
    };
    strip(new) == strip(old)
}

fn state(job: &Value) -> &'static str {
    let has = |kind: &str| {
        let mut conditions = job["status"]["conditions"].items().iter();
        conditions.any(|c| c["type"].str() == kind && c["status"].str() == "True")
    };
    match () {
        () if has("Complete") => "Complete",
        () if has("Failed") => "Failed",
        () if job.is_terminating() => "Terminating",
        () if has("Suspended") => "Suspended",
        () if has("FailureTarget") => "FailureTarget",
        () if has("SuccessCriteriaMet") => "SuccessCriteriaMet",
        () => "Running",
    }
}

fn completions(spec: &Value, status: &Value) -> String {
    let done = status["succeeded"].int();
    match (spec["completions"].as_i64(), spec["parallelism"].int()) {
        (Some(wanted), _) => format!("{done}/{wanted}"),
        (None, parallel) if parallel > 1 => format!("{done}/1 of {parallel}"),
        (None, _) => format!("{done}/1"),
    }
}

fn duration(status: &Value, now: Time) -> String {
    let time = |field: &str| Time::parse_rfc3339(status[field].str());
    match time("startTime") {
        None => String::new(),
        Some(start) => human_duration(time("completionTime").unwrap_or(now).since(start)),
    }
}
