//! The phase of a pod and its conditions.

use super::super::pod::{Pod, is_sidecar};
use crate::apimachinery::{Object, Time, Value};
use crate::object;

/// Models `getPhase`.
pub(super) fn phase(pod: &Pod, init: &[Value], main: &[Value], terminal: bool) -> &'static str {
    let never = pod.restart_policy() == "Never";
    for (status, container) in init.iter().zip(pod.spec()["initContainers"].items()) {
        if is_sidecar(container) {
            if !status["started"].bool() && status.at("state.terminated").is_null() && !terminal {
                return "Pending";
            }
            continue;
        }
        match status.at("state.terminated.exitCode").as_i64() {
            Some(0) => {}
            Some(_) if never || terminal => return "Failed",
            _ if terminal => return "Failed",
            _ => return "Pending",
        }
    }
    let (mut running, mut waiting, mut stopped, mut succeeded) = (0, 0, 0, 0);
    for status in main {
        let exited_before = !status.at("lastState.terminated").is_null();
        if !status.at("state.running").is_null() {
            running += 1;
        } else if let Some(code) = status.at("state.terminated.exitCode").as_i64() {
            stopped += 1;
            succeeded += usize::from(code == 0);
        } else if exited_before {
            stopped += 1;
        } else {
            waiting += 1;
        }
    }
    let sidecar_runs = init.iter().any(|s| !s.at("state.running").is_null());
    match () {
        _ if terminal && waiting > 0 && running == 0 => "Failed",
        _ if waiting > 0 => "Pending",
        _ if running > 0 => "Running",
        _ if terminal && stopped == succeeded => "Succeeded",
        _ if terminal => "Failed",
        _ if pod.restart_policy() == "Always" => "Running",
        _ if sidecar_runs && stopped == succeeded => "Running",
        _ if stopped == succeeded => "Succeeded",
        _ if never => "Failed",
        _ => "Running",
    }
}

/// The conditions that the kubelet writes; others are kept as they are.
pub(super) const OWNED: [&str; 7] = [
    "PodReadyToStartContainers",
    "Initialized",
    "Ready",
    "ContainersReady",
    "PodScheduled",
    "PodResizePending",
    "PodResizeInProgress",
];

pub(super) fn conditions(pod: &Pod, phase: &str, init: &[Value], main: &[Value], now: Time) -> Value {
    let old = pod.object.at("status.conditions").items();
    let mut out: Vec<Value> = old.iter().filter(|c| !OWNED.contains(&c["type"].str())).cloned().collect();
    out.extend(pod.resize.conditions());
    let sandbox = pod.sandbox_ready();
    let containers = containers_ready(pod, phase, main);
    let made = [
        ("PodReadyToStartContainers", (sandbox, "", String::new())),
        ("Initialized", initialized(pod, phase, init, main)),
        ("Ready", ready(pod, &containers)),
        ("ContainersReady", containers),
        ("PodScheduled", (true, "", String::new())),
    ];
    for (kind, (holds, reason, message)) in made {
        let status = if holds { "True" } else { "False" };
        let same = old.iter().find(|c| c["type"].str() == kind && c["status"].str() == status);
        let since = same.map_or_else(|| Value::from(now.rfc3339()), |c| c["lastTransitionTime"].clone());
        let mut condition = object! {
            "type" => kind, "status" => status, "lastProbeTime" => Value::Null, "lastTransitionTime" => since,
            "observedGeneration" => pod.object.generation(),
        };
        if !reason.is_empty() {
            condition.map_mut().insert("reason", reason);
        }
        if !message.is_empty() {
            condition.map_mut().insert("message", message);
        }
        out.push(condition);
    }
    out.into()
}

/// Whether a condition holds, its reason and its message.
type Holds = (bool, &'static str, String);

fn initialized(pod: &Pod, phase: &str, init: &[Value], main: &[Value]) -> Holds {
    if phase == "Succeeded" {
        return (true, "PodCompleted", String::new());
    }
    // Once a container of the pod has run, its init containers are behind it.
    let begun = main.iter().any(|s| s.at("state.waiting").is_null() || !s.at("lastState.terminated").is_null());
    let incomplete: Vec<&str> = init
        .iter()
        .zip(pod.spec()["initContainers"].items())
        .filter(|(status, container)| match is_sidecar(container) {
            true => !status["started"].bool(),
            false => !status["ready"].bool(),
        })
        .map(|(status, _)| status["name"].str())
        .collect();
    if incomplete.is_empty() || begun {
        return (true, "", String::new());
    }
    let message = format!("containers with incomplete status: [{}]", incomplete.join(" "));
    (false, "ContainersNotInitialized", message)
}

fn containers_ready(pod: &Pod, phase: &str, main: &[Value]) -> Holds {
    match phase {
        "Succeeded" => return (false, "PodCompleted", String::new()),
        "Failed" => return (false, "PodFailed", String::new()),
        _ => {}
    }
    let _ = pod;
    let unready: Vec<&str> = main.iter().filter(|s| !s["ready"].bool()).map(|s| s["name"].str()).collect();
    if unready.is_empty() {
        return (true, "", String::new());
    }
    (false, "ContainersNotReady", format!("containers with unready status: [{}]", unready.join(" ")))
}

/// Ready containers, and readiness gates that hold.
fn ready(pod: &Pod, containers: &Holds) -> Holds {
    if !containers.0 {
        return containers.clone();
    }
    let mut messages = Vec::new();
    for gate in pod.spec()["readinessGates"].items() {
        let kind = gate["conditionType"].str();
        let found = pod.object.at("status.conditions").items().iter().find(|c| c["type"].str() == kind);
        match found {
            None => messages.push(format!("corresponding condition of pod readiness gate \"{kind}\" does not exist.")),
            Some(c) if c["status"].str() != "True" => {
                messages.push(format!(
                    "the status of pod readiness gate \"{kind}\" is not \"True\", but {}",
                    c["status"].str()
                ));
            }
            _ => {}
        }
    }
    if messages.is_empty() { (true, "", String::new()) } else { (false, "ReadinessGatesNotReady", messages.join(", ")) }
}
