//! `describe pod`.

use super::common::{controlled_by, date, labels, since, tolerations};
use super::containers::{self, Containers};
use super::pod_resources;
use super::volumes;
use super::writer::{Writer, plain};
use crate::apimachinery::{Object, Time, Value};

pub fn describe(pod: &Value, w: &mut Writer, now: Time) {
    let (spec, status) = (&pod["spec"], &pod["status"]);
    w.field(0, "Name", pod.name());
    w.field(0, "Namespace", pod.namespace());
    w.optional(0, "Priority", &spec["priority"]);
    w.optional(0, "Priority Class Name", &spec["priorityClassName"]);
    w.optional(0, "Runtime Class Name", &spec["runtimeClassName"]);
    w.optional(0, "Service Account", &spec["serviceAccountName"]);
    match spec["nodeName"].str() {
        "" => w.field(0, "Node", "<none>"),
        node => w.field(0, "Node", format!("{node}/{}", status["hostIP"].str())),
    }
    if !status["startTime"].is_null() {
        w.field(0, "Start Time", date(&status["startTime"]));
    }
    super::common::labels_and_annotations(w, pod);
    phase(w, pod, now);
    w.optional(0, "Reason", &status["reason"]);
    w.optional(0, "Message", &status["message"]);
    seccomp(w, 0, 0, &spec["securityContext"]["seccompProfile"]);
    addresses(w, status);
    controlled_by(w, pod);
    w.optional(0, "NominatedNodeName", &status["nominatedNodeName"]);
    if !spec["resources"].is_null() {
        w.write(0, "Resources:\n");
        containers::resources(w, 1, &spec["resources"]);
    }
    for (title, list, statuses) in [
        ("Init Containers", "initContainers", "initContainerStatuses"),
        ("Containers", "containers", "containerStatuses"),
        ("Ephemeral Containers", "ephemeralContainers", "ephemeralContainerStatuses"),
    ] {
        if list == "containers" || !spec[list].items().is_empty() {
            let of = Containers { title, list: &spec[list], statuses: &status[statuses], pod: Some(pod), indent: "" };
            of.describe(w);
        }
    }
    gates(w, pod);
    conditions(w, status);
    volumes::describe(w, &spec["volumes"], "");
    w.field(0, "QoS Class", qos(pod));
    labels(w, "Node-Selectors", &spec["nodeSelector"]);
    tolerations(w, "Tolerations", &spec["tolerations"]);
    super::template::spread(w, &spec["topologySpreadConstraints"], "");
}

fn phase(w: &mut Writer, pod: &Value, now: Time) {
    let phase = pod.at("status.phase").str();
    if pod.is_terminating() && !matches!(phase, "Failed" | "Succeeded") {
        let lasts = since(&pod.metadata()["deletionTimestamp"], now);
        w.field(0, "Status", format!("Terminating (lasts {lasts})"));
        let grace = pod.metadata()["deletionGracePeriodSeconds"].int();
        w.field(0, "Termination Grace Period", format!("{grace}s"));
    } else {
        w.field(0, "Status", phase);
    }
}

/// The profile, and the file of a local one a level deeper where the container has it.
pub fn seccomp(w: &mut Writer, level: usize, local_level: usize, profile: &Value) {
    if profile.is_null() {
        return;
    }
    w.field(level, "SeccompProfile", profile["type"].str());
    if profile["type"].str() == "Localhost" {
        w.field(local_level, "LocalhostProfile", profile["localhostProfile"].str());
    }
}

fn addresses(w: &mut Writer, status: &Value) {
    w.field(0, "IP", status["podIP"].str());
    let ips = status["podIPs"].items();
    if ips.is_empty() {
        return w.field(0, "IPs", "<none>");
    }
    w.write(0, "IPs:\n");
    ips.iter().for_each(|ip| w.field(1, "IP", ip["ip"].str()));
}

fn gates(w: &mut Writer, pod: &Value) {
    let gates = pod.at("spec.readinessGates").items();
    if gates.is_empty() {
        return;
    }
    w.write(0, "Readiness Gates:\n");
    w.row(1, &["Type", "Status"]);
    for gate in gates {
        let kind = gate["conditionType"].str();
        let status = pod.at("status.conditions").items().iter().find(|c| c["type"].str() == kind);
        w.row(1, &[&format!("{kind} "), &format!("{} ", status.map_or("<none>", |c| c["status"].str()))]);
    }
}

fn conditions(w: &mut Writer, status: &Value) {
    let conditions = status["conditions"].items();
    if conditions.is_empty() {
        return;
    }
    w.write(0, "Conditions:\n");
    w.row(1, &["Type", "Status"]);
    for c in conditions {
        w.row(1, &[&format!("{} ", c["type"].str()), &format!("{} ", c["status"].str())]);
    }
}

fn qos(pod: &Value) -> String {
    match pod.at("status.qosClass") {
        Value::Str(class) if !class.is_empty() => plain(pod.at("status.qosClass")),
        _ => pod_resources::qos(pod).to_owned(),
    }
}
