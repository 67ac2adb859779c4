//! ReplicaSets. Models `pkg/registry/apps/replicaset/strategy.go`.

use crate::apimachinery::field::Path;
use crate::apimachinery::labels::format_label_selector;
use crate::apimachinery::{Time, Value};
use crate::object;
use crate::registry::printing::{self, AGE, NAME, integer, wide};
use crate::registry::simple::Simple;
use crate::registry::validation::{immutable, workload};

/// The strategy of ReplicaSets.
pub static STRATEGY: Simple = Simple {
    generation: &["spec"],
    status: Some(|| object! { "replicas" => 0 }),
    check: |errors, o| workload::validate(errors, &o["spec"], &RULES),
    check_update: |errors, new, old| {
        let path = Path::new("spec").child("selector");
        immutable(errors, &path, &new["spec"]["selector"], &old["spec"]["selector"]);
    },
    warn: crate::registry::validation::warnings::workload,
    columns: &[
        NAME,
        integer("Desired"),
        integer("Current"),
        integer("Ready"),
        AGE,
        wide("Containers"),
        wide("Images"),
        wide("Selector"),
    ],
    cells,
    selectable: |o| vec![("status.replicas", o["status"]["replicas"].int().to_string())],
    ..Simple::PLAIN
};

const RULES: workload::Rules =
    workload::Rules { kind: "ReplicaSet", in_selector: "deployment", numbers: &["replicas", "minReadySeconds"] };

fn cells(rs: &Value, now: Time) -> Vec<Value> {
    let (spec, status) = (&rs["spec"], &rs["status"]);
    let (containers, images) = printing::containers(&spec["template"]["spec"]);
    vec![
        printing::name(rs),
        spec["replicas"].int().into(),
        status["replicas"].int().into(),
        status["readyReplicas"].int().into(),
        printing::age(rs, now),
        containers,
        images,
        format_label_selector(&spec["selector"]).into(),
    ]
}
