//! DaemonSets. Models `pkg/registry/apps/daemonset/strategy.go`.

use crate::apimachinery::field::{Error, ErrorList, Path};
use crate::apimachinery::labels::{format_label_selector, format_labels};
use crate::apimachinery::{Object, Time, Value};
use crate::object;
use crate::registry::printing::{self, AGE, NAME, integer, text, wide};
use crate::registry::simple::Simple;
use crate::registry::validation::{go_strategy, immutable, non_negative, workload};

/// The strategy of DaemonSets.
pub static STRATEGY: Simple = Simple {
    generation: &["spec"],
    status: Some(|| {
        object! {
            "currentNumberScheduled" => 0, "desiredNumberScheduled" => 0, "numberMisscheduled" => 0,
            "numberReady" => 0,
        }
    }),
    check,
    check_update: |errors, new, old| {
        let path = Path::new("spec").child("selector");
        immutable(errors, &path, &new["spec"]["selector"], &old["spec"]["selector"]);
    },
    warn: |o| crate::registry::validation::warnings::pod(&o["spec"]["template"], "spec.template."),
    tidy: template_generation,
    columns: &[
        NAME,
        integer("Desired"),
        integer("Current"),
        integer("Ready"),
        integer("Up-to-date"),
        integer("Available"),
        text("Node Selector"),
        AGE,
        wide("Containers"),
        wide("Images"),
        wide("Selector"),
    ],
    cells,
    ..Simple::PLAIN
};

const RULES: workload::Rules = workload::Rules { kind: "DaemonSet", in_selector: "daemonset", numbers: &[] };

/// The annotation in which the old field `templateGeneration` lives on.
fn template_generation(ds: &mut Value) {
    const KEY: &str = "deprecated.daemonset.template.generation";
    let generation = ds.generation().max(1).to_string();
    if ds.annotation(KEY) != Some(&generation) {
        ds.set_in(&["metadata", "annotations", KEY], generation);
    }
}

fn check(errors: &mut ErrorList, ds: &Value) {
    let (spec, path) = (&ds["spec"], Path::new("spec"));
    workload::validate(errors, spec, &RULES);
    non_negative(errors, &path, spec, "minReadySeconds");
    let (strategy, path) = (&spec["updateStrategy"], path.child("updateStrategy"));
    match strategy["type"].str() {
        "OnDelete" => {}
        "RollingUpdate" => {
            let (rolling, path) = (&strategy["rollingUpdate"], path.child("rollingUpdate"));
            workload::int_or_percent(errors, &rolling["maxUnavailable"], &path.child("maxUnavailable"));
            workload::int_or_percent(errors, &rolling["maxSurge"], &path.child("maxSurge"));
            for field in ["maxUnavailable", "maxSurge"] {
                workload::more_than_all(errors, &rolling[field], &path.child(field));
            }
            let is_zero = |field: &str| rolling[field].is_null() || workload::is_zero(&rolling[field]);
            match (is_zero("maxUnavailable"), is_zero("maxSurge")) {
                (false, false) => {
                    let detail = "may not be set when maxUnavailable is non-zero";
                    errors.push(Error::invalid(&path.child("maxSurge"), rolling["maxSurge"].clone(), detail));
                }
                (true, true) => {
                    let detail = "cannot be 0 when maxSurge is 0";
                    errors.push(Error::required(&path.child("maxUnavailable"), detail));
                }
                _ => {}
            }
        }
        _ => {
            let mut error = Error::not_supported(&path, strategy.clone(), &["RollingUpdate", "OnDelete"]);
            error.shown = Some(go_strategy(strategy, &workload::SURGE));
            errors.push(error);
        }
    }
    non_negative(errors, &Path::new("spec"), spec, "revisionHistoryLimit");
}

fn cells(ds: &Value, now: Time) -> Vec<Value> {
    let (spec, status) = (&ds["spec"], &ds["status"]);
    let (containers, images) = printing::containers(&spec["template"]["spec"]);
    let count = |field: &str| status[field].int().into();
    vec![
        printing::name(ds),
        count("desiredNumberScheduled"),
        count("currentNumberScheduled"),
        count("numberReady"),
        count("updatedNumberScheduled"),
        count("numberAvailable"),
        format_labels(&spec["template"]["spec"]["nodeSelector"]).into(),
        printing::age(ds, now),
        containers,
        images,
        format_label_selector(&spec["selector"]).into(),
    ]
}
