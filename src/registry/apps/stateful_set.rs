//! StatefulSets. Models `pkg/registry/apps/statefulset/strategy.go`.

use crate::apimachinery::field::{Error, ErrorList, Path};
use crate::apimachinery::{Time, Value};
use crate::object;
use crate::registry::printing::{self, AGE, NAME, text, wide};
use crate::registry::simple::Simple;
use crate::registry::validation::{non_negative, one_of, workload};

/// The strategy of StatefulSets.
pub static STRATEGY: Simple = Simple {
    generation: &["spec"],
    status: Some(|| object! { "replicas" => 0, "availableReplicas" => 0 }),
    check,
    check_update,
    warn: crate::registry::validation::pod::workload_warnings,
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
    one_of(errors, &path, spec, "podManagementPolicy", &["OrderedReady", "Parallel"]);
    let (strategy, at) = (&spec["updateStrategy"], path.child("updateStrategy"));
    match strategy["type"].str() {
        "" => errors.push(Error::required(&at, "")),
        "OnDelete" if !strategy["rollingUpdate"].is_null() => {
            let detail = "only allowed for updateStrategy 'RollingUpdate'";
            errors.push(Error::invalid(&at.child("rollingUpdate"), strategy["rollingUpdate"].clone(), detail));
        }
        "OnDelete" => {}
        "RollingUpdate" => non_negative(errors, &at.child("rollingUpdate"), &strategy["rollingUpdate"], "partition"),
        _ => {
            let detail = "must be 'RollingUpdate' or 'OnDelete'";
            errors.push(Error::invalid(&at, strategy.clone(), detail));
        }
    }
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
