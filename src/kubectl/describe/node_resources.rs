//! What the pods of a node ask for. Models `describeNodeResource`.

use super::common::since;
use super::pod_resources::{self, Amounts};
use super::writer::Writer;
use crate::apimachinery::quantity::Quantity;
use crate::apimachinery::{Object, Time, Value};

const STANDARD: [&str; 4] = ["cpu", "memory", "ephemeral-storage", "pods"];

pub fn describe(w: &mut Writer, node: &Value, pods: &[Value], now: Time) {
    let status = &node["status"];
    let allocatable = if status["allocatable"].is_null() { &status["capacity"] } else { &status["allocatable"] };
    w.field(0, "Non-terminated Pods", format!("({} in total)", pods.len()));
    let titles = ["Namespace", "Name", "", "CPU Requests", "CPU Limits", "Memory Requests", "Memory Limits", "Age"];
    w.row(1, &titles);
    let lines: Vec<String> = titles.iter().map(|t| "-".repeat(t.len())).collect();
    w.row(1, &lines.iter().map(String::as_str).collect::<Vec<_>>());
    let (mut requests, mut limits) = (Amounts::new(), Amounts::new());
    for pod in pods {
        let (asked, limit) = (pod_resources::of_pod(pod, "requests"), pod_resources::of_pod(pod, "limits"));
        let part = |of: &Amounts, name: &str| share(of, allocatable, name);
        w.row(
            1,
            &[
                pod.namespace(),
                pod.name(),
                "",
                &part(&asked, "cpu"),
                &part(&limit, "cpu"),
                &part(&asked, "memory"),
                &part(&limit, "memory"),
                &since(&pod.metadata()["creationTimestamp"], now),
            ],
        );
        pod_resources::add(&mut requests, &asked);
        pod_resources::add(&mut limits, &limit);
    }
    w.write(0, "Allocated resources:\n  (Total limits may be over 100 percent, i.e., overcommitted.)\n");
    w.row(1, &["Resource", "Requests", "Limits"]);
    w.row(1, &["--------", "--------", "------"]);
    let huge = allocatable.fields().map(|(name, _)| name).filter(|n| n.starts_with("hugepages-"));
    for name in ["cpu", "memory", "ephemeral-storage"].into_iter().chain(huge) {
        w.row(1, &[name, &share(&requests, allocatable, name), &share(&limits, allocatable, name)]);
    }
    let extended = |n: &&str| !n.starts_with("hugepages-") && !STANDARD.contains(n);
    for name in allocatable.fields().map(|(name, _)| name).filter(extended) {
        w.row(1, &[name, &amount(&requests, name).to_string(), &amount(&limits, name).to_string()]);
    }
}

fn amount(of: &Amounts, name: &str) -> Quantity {
    of.get(name).copied().unwrap_or(Quantity::ZERO)
}

/// `200m (5%)`
fn share(of: &Amounts, allocatable: &Value, name: &str) -> String {
    let (part, whole) = (amount(of, name), Quantity::of(&allocatable[name]));
    let (part_value, whole_value) = match name {
        "cpu" => (part.milli_value(), whole.milli_value()),
        _ => (part.value(), whole.value()),
    };
    let percent = if whole_value == 0 { 0.0 } else { part_value as f64 / whole_value as f64 * 100.0 };
    format!("{part} ({}%)", percent as i64)
}
