//! Pods. Models `pkg/registry/core/pod/strategy.go`.

use crate::api::pod_status;
use crate::api::qos::qos_class;
use crate::apimachinery::field::ErrorList;
use crate::apimachinery::{Time, Value};
use crate::registry::printing::{self, AGE, NAME, text, wide};
use crate::registry::strategy::{Column, Strategy};
use crate::registry::{common, validation};
use crate::{list, object};

/// The strategy of pods.
pub struct Pod;

const COLUMNS: [Column; 9] = [
    NAME,
    text("Ready"),
    text("Status"),
    text("Restarts"),
    AGE,
    wide("IP"),
    wide("Node"),
    wide("Nominated Node"),
    wide("Readiness Gates"),
];

impl Strategy for Pod {
    fn prepare_for_create(&self, pod: &mut Value) {
        let mut status = object! { "phase" => "Pending", "qosClass" => qos_class(pod) };
        if !pod["spec"]["schedulingGates"].is_empty() {
            status.set("conditions", list![gated()]);
        }
        common::reset_status(pod, status);
        common::first_generation(pod);
    }

    fn validate(&self, pod: &Value) -> ErrorList {
        validation::pod::validate(pod)
    }

    fn warnings(&self, pod: &Value, old: Option<&Value>) -> Vec<String> {
        let mut out = Vec::new();
        if old.is_none() {
            out.extend(validation::pod::name_warning(pod));
        } else if old.is_some_and(|o| o["spec"].same(&pod["spec"])) {
            return out;
        }
        out.extend(validation::warnings::pod(pod, ""));
        out
    }

    fn prepare_for_update(&self, new: &mut Value, old: &Value) {
        common::keep_status(new, old);
        common::bump_generation(new, old, &["spec"]);
    }

    fn validate_update(&self, new: &Value, old: &Value) -> ErrorList {
        validation::pod::validate_update(new, old)
    }

    fn prepare_for_status_update(&self, new: &mut Value, old: &Value) {
        common::keep(new, old, "spec");
        if new["status"]["qosClass"].is_null() && !old["status"]["qosClass"].is_null() {
            new.set("status.qosClass", old["status"]["qosClass"].clone());
        }
    }

    fn grace_period(&self, pod: &Value, requested: Option<i64>) -> Option<i64> {
        let over = matches!(pod["status"]["phase"].str(), "Succeeded" | "Failed");
        if over || pod["spec"]["nodeName"].str().is_empty() {
            return Some(0);
        }
        let period = requested.unwrap_or_else(|| pod["spec"]["terminationGracePeriodSeconds"].int());
        Some(if period < 0 { 1 } else { period })
    }

    fn selectable_fields(&self, pod: &Value) -> Vec<(&'static str, String)> {
        let (spec, status) = (&pod["spec"], &pod["status"]);
        let text = |v: &Value| v.str().to_owned();
        vec![
            ("spec.nodeName", text(&spec["nodeName"])),
            ("spec.restartPolicy", text(&spec["restartPolicy"])),
            ("spec.schedulerName", text(&spec["schedulerName"])),
            ("spec.serviceAccountName", text(&spec["serviceAccountName"])),
            ("spec.hostNetwork", spec["hostNetwork"].bool().to_string()),
            ("status.phase", text(&status["phase"])),
            ("status.podIP", text(&status["podIP"])),
            ("status.nominatedNodeName", text(&status["nominatedNodeName"])),
        ]
    }

    fn columns(&self) -> Option<&'static [Column]> {
        Some(&COLUMNS)
    }

    fn cells(&self, pod: &Value, now: Time) -> Vec<Value> {
        let s = pod_status::summary(pod);
        let (spec, status) = (&pod["spec"], &pod["status"]);
        vec![
            printing::name(pod),
            format!("{}/{}", s.ready, s.total).into(),
            s.status.as_str().into(),
            s.restarts_text(now).into(),
            printing::age(pod, now),
            printing::or_none(&status["podIP"]),
            printing::or_none(&spec["nodeName"]),
            printing::or_none(&status["nominatedNodeName"]),
            readiness_gates(pod),
        ]
    }
}

/// What a pod with scheduling gates is told at once.
fn gated() -> Value {
    object! {
        "type" => "PodScheduled", "status" => "False", "reason" => "SchedulingGated",
        "message" => "Scheduling is blocked due to non-empty scheduling gates",
        "lastProbeTime" => Value::Null, "lastTransitionTime" => Value::Null, "observedGeneration" => 1,
    }
}

fn readiness_gates(pod: &Value) -> Value {
    let gates = pod["spec"]["readinessGates"].items();
    if gates.is_empty() {
        return "<none>".into();
    }
    let holds = |gate: &&Value| {
        let mut conditions = pod["status"]["conditions"].items().iter();
        conditions.any(|c| c["type"] == gate["conditionType"] && c["status"].str() == "True")
    };
    format!("{}/{}", gates.iter().filter(holds).count(), gates.len()).into()
}
