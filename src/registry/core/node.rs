//! Nodes. Models `pkg/registry/core/node/strategy.go`.

use crate::apimachinery::{Object, Time, Value};
use crate::registry::printing::{self, AGE, NAME, text, wide};
use crate::registry::simple::Simple;
use crate::registry::validation::misc;

/// The strategy of nodes.
pub static STRATEGY: Simple = Simple {
    status: None,
    check: misc::node,
    check_update: misc::node_update,
    columns: &[
        NAME,
        text("Status"),
        text("Roles"),
        AGE,
        text("Version"),
        wide("Internal-IP"),
        wide("External-IP"),
        wide("OS-Image"),
        wide("Kernel-Version"),
        wide("Container-Runtime"),
    ],
    cells,
    selectable: |o| vec![("spec.unschedulable", o["spec"]["unschedulable"].bool().to_string())],
    ..Simple::CLUSTER
};

fn cells(node: &Value, now: Time) -> Vec<Value> {
    let info = &node["status"]["nodeInfo"];
    let known = |v: &Value| if v.str().is_empty() { "<unknown>".into() } else { v.clone() };
    let kernel = match (info["kernelVersion"].str(), info["architecture"].str()) {
        ("", _) => "<unknown>".to_owned(),
        (kernel, "") => kernel.to_owned(),
        (kernel, machine) => format!("{kernel} ({machine})"),
    };
    vec![
        printing::name(node),
        status(node).into(),
        roles(node).into(),
        printing::age(node, now),
        info["kubeletVersion"].clone(),
        address(node, "InternalIP"),
        address(node, "ExternalIP"),
        known(&info["osImage"]),
        kernel.into(),
        known(&info["containerRuntimeVersion"]),
    ]
}

/// `Ready`, `NotReady,SchedulingDisabled`, `Unknown`.
fn status(node: &Value) -> String {
    let mut ready = node["status"]["conditions"].items().iter().filter(|c| c["type"].str() == "Ready");
    let word = match ready.next() {
        None => "Unknown",
        Some(c) if c["status"].str() == "True" => "Ready",
        Some(_) => "NotReady",
    };
    if node["spec"]["unschedulable"].bool() { format!("{word},SchedulingDisabled") } else { word.to_owned() }
}

/// The roles that its labels name, sorted.
fn roles(node: &Value) -> String {
    let mut roles: Vec<&str> = Vec::new();
    for (key, value) in node.labels().fields() {
        match key.strip_prefix("node-role.kubernetes.io/") {
            Some(role) if !role.is_empty() => roles.push(role),
            _ if key == "kubernetes.io/role" && !value.str().is_empty() => roles.push(value.str()),
            _ => {}
        }
    }
    roles.sort_unstable();
    roles.dedup();
    if roles.is_empty() { "<none>".to_owned() } else { roles.join(",") }
}

fn address(node: &Value, kind: &str) -> Value {
    let found = node["status"]["addresses"].items().iter().find(|a| a["type"].str() == kind);
    found.map_or_else(|| "<none>".into(), |a| a["address"].clone())
}
