//! Namespaces. Models `pkg/registry/core/namespace/strategy.go`.

use crate::apimachinery::field::ErrorList;
use crate::apimachinery::{Object, Time, Value, names};
use crate::registry::printing::{self, AGE, NAME, text};
use crate::registry::strategy::{Column, Strategy};
use crate::registry::{common, validation::metadata};
use crate::{list, object};

/// The strategy of namespaces.
pub struct Namespace;

const COLUMNS: [Column; 3] = [NAME, text("Status"), AGE];

impl Strategy for Namespace {
    fn prepare_for_create(&self, namespace: &mut Value) {
        common::reset_status(namespace, object! { "phase" => "Active" });
        let given = namespace["spec"]["finalizers"].items();
        if !given.iter().any(|f| f.str() == "kubernetes") {
            let all: Value = given.iter().cloned().chain(list!["kubernetes"].items().iter().cloned()).collect();
            namespace.set("spec.finalizers", all);
        }
        label(namespace);
    }

    fn validate(&self, namespace: &Value) -> ErrorList {
        metadata::validate(namespace, false, names::is_dns1123_label)
    }

    fn warnings(&self, namespace: &Value, _: Option<&Value>) -> Vec<String> {
        metadata::warnings(namespace)
    }

    fn prepare_for_update(&self, new: &mut Value, old: &Value) {
        common::keep_status(new, old);
        common::keep(new, old, "spec");
        label(new);
    }

    fn validate_update(&self, new: &Value, old: &Value) -> ErrorList {
        metadata::validate_update(new, old)
    }

    fn selectable_fields(&self, namespace: &Value) -> Vec<(&'static str, String)> {
        vec![("status.phase", namespace["status"]["phase"].str().to_owned())]
    }

    fn columns(&self) -> Option<&'static [Column]> {
        Some(&COLUMNS)
    }

    fn cells(&self, namespace: &Value, now: Time) -> Vec<Value> {
        vec![printing::name(namespace), namespace["status"]["phase"].clone(), printing::age(namespace, now)]
    }
}

/// The label by which selectors name a namespace.
fn label(namespace: &mut Value) {
    const KEY: &str = "kubernetes.io/metadata.name";
    if namespace.label(KEY) != Some(namespace.name()) && !namespace.name().is_empty() {
        let name = namespace.name().to_owned();
        namespace.set_in(&["metadata", "labels", KEY], name);
    }
}
