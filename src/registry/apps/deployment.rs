//! Deployments. Models `pkg/registry/apps/deployment/strategy.go`.

use crate::apimachinery::field::{Error, ErrorList, Path};
use crate::apimachinery::labels::format_label_selector;
use crate::apimachinery::{Time, Value};
use crate::registry::printing::{self, AGE, NAME, integer, text, wide};
use crate::registry::simple::Simple;
use crate::registry::validation::{immutable, non_negative, workload};

/// The strategy of Deployments.
pub static STRATEGY: Simple = Simple {
    // The controller copies annotations to the replica sets.
    generation: &["spec", "metadata.annotations"],
    status: Some(Value::object),
    check,
    check_update: |errors, new, old| {
        let path = Path::new("spec").child("selector");
        immutable(errors, &path, &new["spec"]["selector"], &old["spec"]["selector"]);
    },
    warn: crate::registry::validation::warnings::workload,
    columns: &[
        NAME,
        text("Ready"),
        integer("Up-to-date"),
        integer("Available"),
        AGE,
        wide("Containers"),
        wide("Images"),
        wide("Selector"),
    ],
    cells,
    ..Simple::PLAIN
};

const RULES: workload::Rules =
    workload::Rules { kind: "ReplicaSet", in_selector: "deployment", numbers: &["replicas"] };

fn check(errors: &mut ErrorList, deployment: &Value) {
    let (spec, path) = (&deployment["spec"], Path::new("spec"));
    workload::validate(errors, spec, &RULES);
    workload::deployment_strategy(errors, &spec["strategy"], &path.child("strategy"));
    for field in ["minReadySeconds", "revisionHistoryLimit", "progressDeadlineSeconds"] {
        non_negative(errors, &path, spec, field);
    }
    let deadline = &spec["progressDeadlineSeconds"];
    if !deadline.is_null() && deadline.int() <= spec["minReadySeconds"].int() {
        let detail = "must be greater than minReadySeconds";
        errors.push(Error::invalid(&path.child("progressDeadlineSeconds"), deadline.clone(), detail));
    }
}

fn cells(deployment: &Value, now: Time) -> Vec<Value> {
    let (spec, status) = (&deployment["spec"], &deployment["status"]);
    let (containers, images) = printing::containers(&spec["template"]["spec"]);
    vec![
        printing::name(deployment),
        format!("{}/{}", status["readyReplicas"].int(), spec["replicas"].int()).into(),
        status["updatedReplicas"].int().into(),
        status["availableReplicas"].int().into(),
        printing::age(deployment, now),
        containers,
        images,
        format_label_selector(&spec["selector"]).into(),
    ]
}
