//! `describe job`.

use super::common::{controlled_by, date, labels_and_annotations, names};
use super::template;
use super::writer::{Writer, plain};
use crate::apimachinery::labels::Selector;
use crate::apimachinery::time::human_duration;
use crate::apimachinery::{Time, Value};

pub fn describe(job: &Value, w: &mut Writer, _: Time) {
    let (spec, status) = (&job["spec"], &job["status"]);
    names(w, job);
    selector(w, &spec["selector"]);
    labels_and_annotations(w, job);
    controlled_by(w, job);
    w.optional(0, "Parallelism", &spec["parallelism"]);
    w.field_or(0, "Completions", &spec["completions"], "<unset>");
    w.optional(0, "Completion Mode", &spec["completionMode"]);
    w.optional(0, "Suspend", &spec["suspend"]);
    w.optional(0, "Backoff Limit", &spec["backoffLimit"]);
    w.optional(0, "TTL Seconds After Finished", &spec["ttlSecondsAfterFinished"]);
    let (start, end) = (&status["startTime"], &status["completionTime"]);
    if !start.is_null() {
        w.field(0, "Start Time", date(start));
    }
    if !end.is_null() {
        w.field(0, "Completed At", date(end));
    }
    if let (Some(start), Some(end)) = (Time::parse_rfc3339(start.str()), Time::parse_rfc3339(end.str())) {
        w.field(0, "Duration", human_duration(end.since(start)));
    }
    if let Some(seconds) = spec["activeDeadlineSeconds"].as_i64() {
        w.field(0, "Active Deadline Seconds", format!("{seconds}s"));
    }
    let ready = status["ready"].as_i64().map_or(String::new(), |n| format!(" ({n} Ready)"));
    let n = |field: &str| status[field].int();
    let counts = format!("{} Active{ready} / {} Succeeded / {} Failed", n("active"), n("succeeded"), n("failed"));
    w.field(0, "Pods Statuses", counts);
    if spec["completionMode"].str() == "Indexed" {
        w.field(0, "Completed Indexes", indexes(status["completedIndexes"].str()));
    }
    template::describe(w, &spec["template"]);
}

/// The selector of a job, or of a cron job's template.
pub fn selector(w: &mut Writer, selector: &Value) {
    match Selector::from_label_selector(selector) {
        Ok(selector) => w.field(0, "Selector", selector),
        Err(why) => w.field(0, "Selector", format!("Failed to get selector: {why}")),
    }
}

/// Cut at the first comma after 50 characters.
fn indexes(text: &str) -> String {
    const SOFT_LIMIT: usize = 50;
    if text.is_empty() {
        return "<none>".to_owned();
    }
    match text.get(SOFT_LIMIT..).and_then(|rest| rest.find(',')) {
        Some(at) => format!("{}...", text.get(..=SOFT_LIMIT + at).unwrap_or(text)),
        None => plain(&text.into()),
    }
}
