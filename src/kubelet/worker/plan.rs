//! What a sync has to do. Models `computePodActions`.

use super::super::pod::{Pod, is_sidecar};
use super::super::status::should_restart;
use super::super::{prober, resize};
use super::Op;
use crate::apimachinery::{Time, Value};
use std::collections::VecDeque;

/// What has to be done now. Models `computePodActions`.
pub(super) fn plan(pod: &Pod) -> VecDeque<Op> {
    let mut ops = VecDeque::new();
    if !pod.sandbox_ready() {
        ops.extend([Op::Mount, Op::Sandbox]);
    }
    // Debug containers start once, before all others, and never again.
    for container in pod.spec()["ephemeralContainers"].items() {
        let name = container["name"].str();
        if pod.latest(name).is_none() {
            ops.push_back(Op::Start { name: name.to_owned(), crashed: None });
        }
    }
    if !plan_init(pod, &mut ops) {
        return ops;
    }
    for container in pod.spec()["containers"].items() {
        plan_container(pod, container, &mut ops);
    }
    ops
}

fn crashed(pod: &Pod, name: &str) -> Option<Time> {
    pod.instances.iter().rev().filter(|i| i.name == name).find_map(|i| i.exit()).map(|e| e.at)
}

/// Restarts a running container whose probe failed, starts one that does not run.
fn plan_container(pod: &Pod, container: &Value, ops: &mut VecDeque<Op>) {
    let name = container["name"].str();
    let start = Op::Start { name: name.to_owned(), crashed: crashed(pod, name) };
    match pod.latest(name) {
        Some(instance) if instance.is_running() => {
            let restarts = pod.restart_policy() != "Never" || is_sidecar(container);
            let message = match prober::failed(pod, name) {
                Some(probe) if restarts => format!("Container {name} failed {probe} probe, will be restarted"),
                Some(probe) => format!("Container {name} failed {probe} probe"),
                None if resize::needs_restart(pod, container) => format!("Container {name} resize requires restart"),
                None => return,
            };
            ops.push_back(Op::Kill { id: instance.id.clone(), message });
            if restarts {
                ops.push_back(start);
            }
        }
        _ if should_restart(pod, container) => ops.push_back(start),
        _ => {}
    }
}

/// Plans the next init container. True where all have done their part.
fn plan_init(pod: &Pod, ops: &mut VecDeque<Op>) -> bool {
    // Once a container of the pod has been made, its init containers are behind it.
    let begun = pod.spec()["containers"].items().iter().any(|c| pod.latest(c["name"].str()).is_some());
    for container in pod.spec()["initContainers"].items() {
        let name = container["name"].str();
        let latest = pod.latest(name);
        if is_sidecar(container) {
            plan_container(pod, container, ops);
            if !begun && !latest.is_some_and(|i| i.is_running() && prober::is_started(pod, name)) {
                return false;
            }
            continue;
        }
        match latest.map(|i| i.exit()) {
            Some(Some(exit)) if exit.code == 0 || begun => {}
            Some(None) => return false,
            _ => {
                if should_restart(pod, container) {
                    ops.push_back(Op::Start { name: name.to_owned(), crashed: crashed(pod, name) });
                }
                return false;
            }
        }
    }
    true
}
