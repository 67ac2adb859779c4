//! The status of a container.

use super::super::images::Resolved;
use super::super::pod::{Instance, Pod, State, is_sidecar};
use super::super::{prober, resize};
use crate::apimachinery::{Object, Time, Value};
use crate::object;

/// The statuses of the containers of a list of the spec.
pub(super) fn statuses(pod: &Pod, list: &str) -> Vec<Value> {
    let is_init = list == "initContainers";
    pod.spec()[list].items().iter().map(|container| container_status(pod, container, is_init)).collect()
}

/// Debug containers are never ready, and nothing waits for their start.
pub(super) fn ephemeral_statuses(pod: &Pod) -> Vec<Value> {
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
