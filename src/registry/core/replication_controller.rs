//! ReplicationControllers. Models `pkg/registry/core/replicationcontroller/strategy.go`.

use crate::apimachinery::field::{Error, ErrorList, Path};
use crate::apimachinery::labels::{Selector, format_labels};
use crate::apimachinery::{Time, Value, names};
use crate::object;
use crate::registry::printing::{self, AGE, NAME, integer, wide};
use crate::registry::simple::Simple;
use crate::registry::validation::{non_negative, workload};

/// The strategy of ReplicationControllers.
pub static STRATEGY: Simple = Simple {
    name: names::is_dns1123_subdomain,
    generation: &["spec"],
    status: Some(|| object! { "replicas" => 0 }),
    check,
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

fn check(errors: &mut ErrorList, rc: &Value) {
    let (spec, path) = (&rc["spec"], Path::new("spec"));
    non_negative(errors, &path, spec, "minReadySeconds");
    if spec["selector"].is_empty() {
        errors.push(Error::required(&path.child("selector"), ""));
    }
    non_negative(errors, &path, spec, "replicas");
    if spec["template"].is_null() {
        return errors.push(Error::required(&path.child("template"), ""));
    }
    let selector = Selector::from_set(&spec["selector"]);
    workload::template(errors, &spec["template"], &selector, "ReplicationController", &path.child("template"));
}

fn cells(rc: &Value, now: Time) -> Vec<Value> {
    let (containers, images) = printing::containers(&rc["spec"]["template"]["spec"]);
    vec![
        printing::name(rc),
        rc["spec"]["replicas"].int().into(),
        rc["status"]["replicas"].int().into(),
        rc["status"]["readyReplicas"].int().into(),
        printing::age(rc, now),
        containers,
        images,
        format_labels(&rc["spec"]["selector"]).into(),
    ]
}
