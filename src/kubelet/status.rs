//! The status of a pod, from what its containers do. Models `kubelet_pods.go` (`generateAPIPodStatus`, `getPhase`,
//! `convertToAPIContainerStatuses`) and `status/generate.go`.

use super::images::Resolved;
use super::node::Node;
use super::pod::{Instance, Pod, State, is_sidecar};
use super::{prober, resize};
use crate::apimachinery::quantity::Quantity;
use crate::apimachinery::{Object, Time, Value};
use crate::{list, object};
use std::collections::BTreeMap;

/// What may differ between two looks at one state.
#[derive(Clone, Copy, Debug, Default)]
pub struct Options {
    /// The pod ends: nothing restarts any more.
    pub terminal: bool,
    /// Leave addresses out: the network was only just made.
    pub without_ip: bool,
}

/// The whole status. Conditions and fields that others own are kept.
pub fn generate(pod: &Pod, node: &Node, now: Time, options: Options) -> Value {
    let old = &pod.object["status"];
    if let Some((reason, message)) = pod.failure.as_ref().filter(|_| pod.is_rejected) {
        return rejected(pod, reason, message);
    }
    let mut status = old.clone();
    let init: Vec<Value> = statuses(pod, "initContainers");
    let main: Vec<Value> = statuses(pod, "containers");
    let phase = match &pod.failure {
        Some(_) => "Failed",
        None => phase(pod, &init, &main, options.terminal),
    };
    status.set("phase", phase);
    if let Some((reason, message)) = &pod.failure {
        status.set("reason", *reason);
        status.set("message", message.as_str());
    }
    status.set("conditions", conditions(pod, phase, &init, &main, now));
    status.set("observedGeneration", pod.object.generation());
    status.set("startTime", pod.start.rfc3339());
    status.set("hostIP", node.spec.ip.as_str());
    status.set("hostIPs", list![object! { "ip" => node.spec.ip.as_str() }]);
    if !pod.ip().is_empty() && !options.without_ip {
        status.set("podIP", pod.ip());
        status.set("podIPs", list![object! { "ip" => pod.ip() }]);
    }
    if !init.is_empty() {
        status.set("initContainerStatuses", init);
    }
    status.set("containerStatuses", main);
    let ephemeral = ephemeral_statuses(pod);
    if !ephemeral.is_empty() {
        status.set("ephemeralContainerStatuses", ephemeral);
    }
    set_resources(pod, &mut status);
    status
}

/// The status of a pod that the node does not take. Models `rejectPod`.
fn rejected(pod: &Pod, reason: &str, message: &str) -> Value {
    let old = pod.object.at("status.conditions").items();
    let kept: Vec<Value> = old.iter().filter(|c| !OWNED.contains(&c["type"].str())).cloned().collect();
    let mut status = object! {
        "phase" => "Failed", "reason" => reason, "message" => message, "startTime" => pod.start.rfc3339(),
        "qosClass" => pod.object.at("status.qosClass").clone(), "observedGeneration" => pod.object.generation(),
    };
    if !kept.is_empty() {
        status.set("conditions", kept);
    }
    status
}

/// Requests and limits of all containers together. Models `InPlacePodLevelResourcesVerticalScaling`.
fn set_resources(pod: &Pod, status: &mut Value) {
    let (mut requests, mut limits) = (BTreeMap::new(), BTreeMap::new());
    let mut allocated = BTreeMap::new();
    for container in pod.spec()["containers"].items() {
        let given = resize::allocated(pod, container);
        let actual = pod.latest(container["name"].str()).map_or(given, |instance| &instance.resources);
        let lists = [("requests", actual, &mut requests), ("limits", actual, &mut limits)];
        for (list, from, sums) in lists.into_iter().chain([("requests", given, &mut allocated)]) {
            for (name, quantity) in from[list].fields() {
                sums.entry(name.to_owned()).or_insert_with(Vec::new).push(quantity.clone());
            }
        }
    }
    let mut resources = object! {};
    for (name, sums) in [("requests", &requests), ("limits", &limits)] {
        if !sums.is_empty() {
            resources.map_mut().insert(name, total(sums));
        }
    }
    status.set("resources", resources);
    if !allocated.is_empty() {
        status.set("allocatedResources", total(&allocated));
    }
}

fn total(sums: &BTreeMap<String, Vec<Value>>) -> Value {
    let sum = |quantities: &Vec<Value>| match quantities.as_slice() {
        [one] => one.clone(),
        many => {
            let millis: i64 = many.iter().map(|q| Quantity::of(q).milli_value()).sum();
            let format = many.first().map_or(Quantity::ZERO.format, |q| Quantity::of(q).format);
            let whole = Quantity::new(millis / 1_000, format);
            let quantity = if millis % 1_000 == 0 { whole } else { Quantity::milli(millis) };
            Value::from(quantity.to_string())
        }
    };
    Value::from(sums.iter().map(|(name, q)| (name.as_str(), sum(q))).collect::<crate::apimachinery::Map>())
}

/// The statuses of the containers of a list of the spec.
fn statuses(pod: &Pod, list: &str) -> Vec<Value> {
    let is_init = list == "initContainers";
    pod.spec()[list].items().iter().map(|container| container_status(pod, container, is_init)).collect()
}

/// Debug containers are never ready, and nothing waits for their start.
fn ephemeral_statuses(pod: &Pod) -> Vec<Value> {
    let mut all = statuses(pod, "ephemeralContainers");
    for status in &mut all {
        status.set("ready", false);
        status.remove("started");
    }
    all
}

fn container_status(pod: &Pod, container: &Value, is_init: bool) -> Value {
    let name = container["name"].str();
    let latest = pod.latest(name);
    let mut status = match latest {
        Some(instance) => from_instance(pod, container, instance),
        None => object! {
            "name" => name, "image" => container["image"].clone(), "imageID" => "", "lastState" => object! {},
            "restartCount" => 0, "ready" => false, "started" => false,
            "state" => object! { "waiting" => object! { "reason" => waiting_reason(pod) } },
        },
    };
    if let Some(previous) = pod.previous(name) {
        status.set("lastState", state(previous));
    }
    // A container that could not be started waits; what it was before becomes its last state.
    let done = is_init && !is_sidecar(container) && latest.is_some_and(|i| i.exit().is_some_and(|e| e.code == 0));
    if !done && should_restart(pod, container) {
        if let Some(waiting) = pod.reasons.get(name) {
            if !status.at("state.terminated").is_null() {
                let terminated = status["state"].clone();
                status.set("lastState", terminated);
            }
            let mut state = object! { "reason" => waiting.reason };
            if !waiting.message.is_empty() {
                state.map_mut().insert("message", waiting.message.as_str());
            }
            status.set("state", object! { "waiting" => state });
        }
    }
    set_ready(pod, container, is_init, &mut status);
    let mounts = mounts(container);
    if !mounts.is_empty() {
        status.set("volumeMounts", mounts);
    }
    status
}

fn waiting_reason(pod: &Pod) -> &'static str {
    if pod.spec()["initContainers"].is_empty() { "ContainerCreating" } else { "PodInitializing" }
}

/// Whether a container that does not run is to be started again. Models `ShouldContainerBeRestarted`.
pub fn should_restart(pod: &Pod, container: &Value) -> bool {
    if pod.object.is_terminating() || !pod.exists {
        return false;
    }
    let Some(latest) = pod.latest(container["name"].str()) else { return true };
    if pod.field_path(container["name"].str()).starts_with("spec.ephemeral") {
        return false;
    }
    let Some(exit) = latest.exit() else { return false };
    let policy = match container["restartPolicy"].str() {
        "" => pod.restart_policy(),
        own => own,
    };
    match policy {
        "Never" => false,
        "OnFailure" => exit.code != 0,
        _ => true,
    }
}

fn from_instance(pod: &Pod, container: &Value, instance: &Instance) -> Value {
    let requests = &resize::allocated(pod, container)["requests"];
    let mut status = object! {
        "name" => instance.name.as_str(), "containerID" => format!("containerd://{}", instance.id),
        "image" => instance.image.full_name(), "imageID" => instance.image.image_id(), "lastState" => object! {},
        "restartCount" => instance.attempt, "ready" => false, "started" => false, "state" => state(instance),
        "user" => object! { "linux" => user(pod, container, &instance.image) },
        "resources" => if instance.resources.is_null() { object! {} } else { instance.resources.clone() },
    };
    if !requests.is_empty() {
        status.map_mut().insert("allocatedResources", requests.clone());
    }
    status
}

/// The state of a container as the API tells it.
fn state(instance: &Instance) -> Value {
    let started = instance.started.unwrap_or(Time(0)).rfc3339();
    match &instance.state {
        State::Created => object! { "waiting" => object! { "reason" => "ContainerCreating" } },
        State::Running => object! { "running" => object! { "startedAt" => started } },
        State::Exited(exit) => {
            let mut terminated = object! {
                "containerID" => format!("containerd://{}", instance.id), "exitCode" => exit.code,
                "reason" => exit.reason, "startedAt" => started, "finishedAt" => exit.at.rfc3339(),
            };
            if !exit.message.is_empty() {
                terminated.map_mut().insert("message", exit.message.as_str());
            }
            object! { "terminated" => terminated }
        }
    }
}

/// The first of the container's and the pod's security context that says something.
pub fn security<'a>(pod: &'a Pod, container: &'a Value, field: &str) -> &'a Value {
    let own = &container["securityContext"][field];
    if own.is_null() { &pod.spec()["securityContext"][field] } else { own }
}

/// Who a container runs as: `status.containerStatuses[].user.linux`.
pub fn user(pod: &Pod, container: &Value, image: &Resolved) -> Value {
    let uid = security(pod, container, "runAsUser").as_i64().unwrap_or(image.image.uid);
    let gid = security(pod, container, "runAsGroup").as_i64().unwrap_or(0);
    let mut groups = vec![gid];
    let context = &pod.spec()["securityContext"];
    groups.extend(context["fsGroup"].as_i64());
    groups.extend(context["supplementalGroups"].items().iter().filter_map(Value::as_i64));
    if uid == image.image.uid && context["supplementalGroupsPolicy"].str() != "Strict" {
        groups.extend(image_groups(image));
    }
    groups.sort_unstable();
    groups.dedup();
    object! { "uid" => uid, "gid" => gid, "supplementalGroups" => groups.into_iter().collect::<Value>() }
}

/// Groups that the image's `/etc/group` puts its user into.
fn image_groups(image: &Resolved) -> Vec<i64> {
    let Ok(data) = image.files().read("/etc/group") else { return Vec::new() };
    let text = String::from_utf8_lossy(&data).into_owned();
    let member = |line: &&str| line.rsplit(':').next().is_some_and(|m| m.split(',').any(|u| u == image.image.user));
    text.lines().filter(member).filter_map(|line| line.split(':').nth(2)?.parse().ok()).collect()
}

fn mounts(container: &Value) -> Vec<Value> {
    let mount = |mount: &Value| {
        let mut status = object! { "name" => mount["name"].clone(), "mountPath" => mount["mountPath"].clone() };
        if mount["readOnly"].bool() {
            status.map_mut().insert("readOnly", true);
            let recursive = match mount["recursiveReadOnly"].str() {
                "" | "Disabled" => "Disabled",
                _ => "Enabled",
            };
            status.map_mut().insert("recursiveReadOnly", recursive);
        }
        status
    };
    container["volumeMounts"].items().iter().map(mount).collect()
}

fn set_ready(pod: &Pod, container: &Value, is_init: bool, status: &mut Value) {
    let name = container["name"].str();
    let running = !status.at("state.running").is_null();
    if is_init && !is_sidecar(container) {
        let done = status.at("state.terminated.exitCode").as_i64() == Some(0);
        status.set("ready", done);
        return;
    }
    let started = running && prober::is_started(pod, name);
    status.set("started", started);
    status.set("ready", started && prober::is_ready(pod, name));
}

/// Models `getPhase`.
fn phase(pod: &Pod, init: &[Value], main: &[Value], terminal: bool) -> &'static str {
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
const OWNED: [&str; 7] = [
    "PodReadyToStartContainers",
    "Initialized",
    "Ready",
    "ContainersReady",
    "PodScheduled",
    "PodResizePending",
    "PodResizeInProgress",
];

fn conditions(pod: &Pod, phase: &str, init: &[Value], main: &[Value], now: Time) -> Value {
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
