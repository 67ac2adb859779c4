//! StatefulSets. Models `pkg/registry/apps/statefulset/strategy.go`.

use crate::apimachinery::field::{Error, ErrorList, Path};
use crate::apimachinery::{Time, Value, names};
use crate::object;
use crate::registry::printing::{self, AGE, NAME, text, wide};
use crate::registry::simple::Simple;
use crate::registry::validation::{go_strategy, non_negative, workload};

/// The strategy of StatefulSets.
pub static STRATEGY: Simple = Simple {
    name: names::is_dns1123_label,
    generation: &["spec"],
    status: Some(|| object! { "replicas" => 0, "availableReplicas" => 0 }),
    check,
    check_update,
    warn: crate::registry::validation::warnings::workload,
    columns: &[NAME, text("Ready"), AGE, wide("Containers"), wide("Images")],
    cells,
    ..Simple::PLAIN
};

const RULES: workload::Rules =
    workload::Rules { kind: "StatefulSet", in_selector: "statefulset", numbers: &["replicas", "minReadySeconds"] };

const MUTABLE: [&str; 7] = [
    "replicas",
    "ordinals",
    "template",
    "updateStrategy",
    "revisionHistoryLimit",
    "persistentVolumeClaimRetentionPolicy",
    "minReadySeconds",
];

fn check(errors: &mut ErrorList, sts: &Value) {
    let (spec, path) = (&sts["spec"], Path::new("spec"));
    match spec["podManagementPolicy"].str() {
        "OrderedReady" | "Parallel" => {}
        "" => errors.push(Error::required(&path.child("podManagementPolicy"), "")),
        other => {
            let detail = "must be 'OrderedReady' or 'Parallel'";
            errors.push(Error::invalid(&path.child("podManagementPolicy"), other, detail));
        }
    }
    let (strategy, at) = (&spec["updateStrategy"], path.child("updateStrategy"));
    match strategy["type"].str() {
        "" => errors.push(Error::required(&at, "")),
        "OnDelete" if !strategy["rollingUpdate"].is_null() => {
            let detail = "only allowed for updateStrategy 'RollingUpdate'";
            errors.push(Error::invalid(&at.child("rollingUpdate"), strategy["rollingUpdate"].clone(), detail));
        }
        "OnDelete" => {}
        "RollingUpdate" => {
            let (rolling, at) = (&strategy["rollingUpdate"], at.child("rollingUpdate"));
            non_negative(errors, &at, rolling, "partition");
            let (most, at) = (&rolling["maxUnavailable"], at.child("maxUnavailable"));
            if !most.is_null() {
                workload::int_or_percent(errors, most, &at);
                if workload::is_zero(most) {
                    errors.push(Error::invalid(&at, most.clone(), "cannot be 0"));
                }
                workload::more_than_all(errors, most, &at);
            }
        }
        _ => {
            let detail = "must be 'RollingUpdate' or 'OnDelete'";
            let mut error = Error::invalid(&at, strategy.clone(), detail);
            let rolling = [("Partition", "partition"), ("MaxUnavailable", "maxUnavailable")];
            error.shown = Some(go_strategy(strategy, &rolling));
            errors.push(error);
        }
    }
    let (retention, at) = (&spec["persistentVolumeClaimRetentionPolicy"], "persistentVolumeClaimRetentionPolicy");
    for field in ["whenDeleted", "whenScaled"] {
        let policy = &retention[field];
        if !policy.is_null() && !["Retain", "Delete"].contains(&policy.str()) {
            errors.push(Error::not_supported(&path.child(at).child(field), policy.str(), &["Retain", "Delete"]));
        }
    }
    non_negative(errors, &path.child("ordinals"), &spec["ordinals"], "start");
    workload::validate(errors, spec, &RULES);
}

fn check_update(errors: &mut ErrorList, new: &Value, old: &Value) {
    let strip = |v: &Value| {
        let mut spec = v["spec"].clone();
        for field in MUTABLE {
            spec.remove(field);
        }
        spec
    };
    if strip(new) != strip(old) {
        let detail = "updates to statefulset spec for fields other than 'replicas', 'ordinals', 'template', 'updateStrategy', 'revisionHistoryLimit', 'persistentVolumeClaimRetentionPolicy' and 'minReadySeconds' are forbidden";
        errors.push(Error::forbidden(&Path::new("spec"), detail));
    }
}

fn cells(sts: &Value, now: Time) -> Vec<Value> {
    let (containers, images) = printing::containers(&sts["spec"]["template"]["spec"]);
    vec![
        printing::name(sts),
        format!("{}/{}", sts["status"]["readyReplicas"].int(), sts["spec"]["replicas"].int()).into(),
        printing::age(sts, now),
        containers,
        images,
    ]
}
