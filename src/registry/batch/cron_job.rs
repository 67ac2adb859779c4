//! CronJobs. Models `pkg/registry/batch/cronjob/strategy.go`.

use crate::apimachinery::labels::format_label_selector;
use crate::apimachinery::{Time, Value};
use crate::registry::printing::{self, AGE, NAME, integer, text, wide};
use crate::registry::simple::Simple;
use crate::registry::validation::cron_job;

/// The strategy of CronJobs.
pub static STRATEGY: Simple = Simple {
    generation: &["spec"],
    status: Some(Value::object),
    check: |errors, o| {
        for error in cron_job::cron_job(o) {
            if !errors.contains(&error) {
                errors.push(error);
            }
        }
    },
    warn: |o| {
        let template = &o["spec"]["jobTemplate"]["spec"]["template"];
        crate::registry::validation::warnings::pod(template, "spec.jobTemplate.spec.template.")
    },
    columns: &[
        NAME,
        text("Schedule"),
        text("Timezone"),
        text("Suspend"),
        integer("Active"),
        text("Last Schedule"),
        AGE,
        wide("Containers"),
        wide("Images"),
        wide("Selector"),
    ],
    cells,
    ..Simple::PLAIN
};

fn cells(cron: &Value, now: Time) -> Vec<Value> {
    let (spec, job) = (&cron["spec"], &cron["spec"]["jobTemplate"]["spec"]);
    let (containers, images) = printing::containers(&job["template"]["spec"]);
    let last = match &cron["status"]["lastScheduleTime"] {
        Value::Null => "<none>".into(),
        time => printing::since(time, now),
    };
    vec![
        printing::name(cron),
        spec["schedule"].clone(),
        printing::or_none(&spec["timeZone"]),
        printing::bool_text(&spec["suspend"]),
        cron["status"]["active"].items().len().into(),
        last,
        printing::age(cron, now),
        containers,
        images,
        format_label_selector(&job["selector"]).into(),
    ]
}
