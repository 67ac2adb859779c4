//! `describe cronjob`.

use super::common::{date, head, title_bool_or_unset};
use super::job;
use super::template;
use super::writer::Writer;
use crate::apimachinery::{Time, Value};

pub fn describe(cj: &Value, w: &mut Writer, _: Time) {
    let (spec, status) = (&cj["spec"], &cj["status"]);
    head(w, cj);
    w.field(0, "Schedule", spec["schedule"].str());
    w.field(0, "Concurrency Policy", spec["concurrencyPolicy"].str());
    w.field(0, "Suspend", title_bool_or_unset(&spec["suspend"]));
    w.field_or(0, "Time Zone", &spec["timeZone"], "<unset>");
    w.field_or(0, "Successful Job History Limit", &spec["successfulJobsHistoryLimit"], "<unset>");
    w.field_or(0, "Failed Job History Limit", &spec["failedJobsHistoryLimit"], "<unset>");
    let seconds = |v: &Value| v.as_i64().map_or_else(|| "<unset>".to_owned(), |s| format!("{s}s"));
    w.field(0, "Starting Deadline Seconds", seconds(&spec["startingDeadlineSeconds"]));
    let of_job = spec.at("jobTemplate.spec");
    match &of_job["selector"] {
        Value::Null => w.field(0, "Selector", "<unset>"),
        selector => job::selector(w, selector),
    }
    w.field_or(0, "Parallelism", &of_job["parallelism"], "<unset>");
    w.field_or(0, "Completions", &of_job["completions"], "<unset>");
    if !of_job["activeDeadlineSeconds"].is_null() {
        w.field(0, "Active Deadline Seconds", seconds(&of_job["activeDeadlineSeconds"]));
    }
    template::describe(w, &of_job["template"]);
    match &status["lastScheduleTime"] {
        Value::Null => w.field(0, "Last Schedule Time", "<unset>"),
        time => w.field(0, "Last Schedule Time", date(time)),
    }
    let active: Vec<&str> = status["active"].items().iter().map(|j| j["name"].str()).collect();
    w.field(0, "Active Jobs", if active.is_empty() { "<none>".to_owned() } else { active.join(", ") });
}
