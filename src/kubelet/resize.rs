//! Containers that are resized while they run: what the pod was given (allocated), what the runtime has (actuated), and
//! the conditions and events in between. Models `pkg/kubelet/allocation` and `kuberuntime_manager.go`
//! (`doPodResizeAction`).

use super::admission::{self, Fit};
use super::context::Context;
use super::pod::Pod;
use super::start;
use crate::apimachinery::{Object, Time, Value};
use crate::object;
use std::collections::BTreeMap;

/// Where the resize of a pod stands.
#[derive(Clone, Debug, Default)]
pub struct Resize {
    /// What each container was given, by name; empty until the pod was admitted.
    pub allocated: BTreeMap<String, Value>,
    /// What is wanted and cannot be given: reason and message.
    pending: Option<Condition>,
    progress: Option<Condition>,
}

#[derive(Clone, Debug, PartialEq)]
struct Condition {
    reason: &'static str,
    message: String,
    generation: i64,
    since: Time,
}

impl Resize {
    /// True while the node has no room for what is wanted: it is tried again when a pod leaves.
    pub fn is_deferred(&self) -> bool {
        self.pending.as_ref().is_some_and(|c| c.reason == "Deferred")
    }

    pub fn is_in_progress(&self) -> bool {
        self.progress.is_some()
    }

    /// `PodResizePending` and `PodResizeInProgress`, where they hold.
    pub fn conditions(&self) -> impl Iterator<Item = Value> + '_ {
        let kinds = [("PodResizePending", &self.pending), ("PodResizeInProgress", &self.progress)];
        kinds.into_iter().filter_map(|(kind, condition)| {
            let c = condition.as_ref()?;
            let mut out = object! {
                "type" => kind, "status" => "True", "lastProbeTime" => c.since.rfc3339(),
                "lastTransitionTime" => c.since.rfc3339(), "observedGeneration" => c.generation,
            };
            for (field, text) in [("reason", c.reason), ("message", &c.message)] {
                if !text.is_empty() {
                    out.set(field, text);
                }
            }
            Some(out)
        })
    }
}

/// The containers of a pod that may be resized.
fn containers(pod: &Pod) -> impl Iterator<Item = (&str, &Value)> {
    pod.spec()["containers"].items().iter().map(|c| (c["name"].str(), &c["resources"]))
}

/// What a container was given: its allocation, or what its spec asks for.
pub fn allocated<'a>(pod: &'a Pod, container: &'a Value) -> &'a Value {
    pod.resize.allocated.get(container["name"].str()).unwrap_or(&container["resources"])
}

/// Gives a pod what its spec asks for, where there is room. Models `handlePodResourcesResize`.
pub fn allocate(pod: &mut Pod, context: &mut Context) {
    let wanted: BTreeMap<String, Value> = containers(pod).map(|(name, r)| (name.to_owned(), r.clone())).collect();
    if pod.resize.allocated.is_empty() {
        pod.resize.allocated = wanted;
        return;
    }
    if pod.resize.allocated == wanted {
        pod.resize.pending = None;
        return;
    }
    let generation = pod.object.generation();
    let (reason, message) = match admission::fits(pod, context) {
        Ok(()) => {
            pod.resize.allocated = wanted;
            pod.resize.pending = None;
            let condition = Condition { reason: "", message: String::new(), generation, since: context.now };
            pod.resize.progress = Some(condition);
            let what = summary(pod, generation, "");
            context.event(pod, "", "Normal", "ResizeStarted", &format!("Pod resize started: {what}"));
            return;
        }
        Err(Fit::Never { name, requested, capacity }) => (
            "Infeasible",
            format!("Node didn't have enough capacity: {name}, requested: {requested}, capacity: {capacity}"),
        ),
        Err(Fit::NotNow(refusal)) => ("Deferred", refusal.message()),
    };
    let before = pod.resize.pending.as_ref();
    if before.is_some_and(|c| (c.reason, &c.message, c.generation) == (reason, &message, generation)) {
        return;
    }
    let what = summary(pod, generation, &message);
    let event = if reason == "Infeasible" { "ResizeInfeasible" } else { "ResizeDeferred" };
    context.event(pod, "", "Warning", event, &format!("Pod resize {reason}: {what}"));
    pod.resize.pending = Some(Condition { reason, message, generation, since: context.now });
}

/// What events tell of a resize, as JSON.
fn summary(pod: &Pod, generation: i64, error: &str) -> Value {
    let list: Value = containers(pod).map(|(name, r)| object! { "name" => name, "resources" => r.clone() }).collect();
    let mut out = object! { "containers" => list, "generation" => generation };
    if !error.is_empty() {
        out.set("error", error);
    }
    out
}

/// True where the runtime has something else than a running container was given.
pub fn differs(pod: &Pod, container: &Value) -> bool {
    let running = pod.latest(container["name"].str()).filter(|i| i.is_running());
    running.is_some_and(|i| i.resources != *allocated(pod, container))
}

/// True where the container has to start anew to be resized: its `resizePolicy` says so of what changes.
pub fn needs_restart(pod: &Pod, container: &Value) -> bool {
    let Some(instance) = pod.latest(container["name"].str()).filter(|_| differs(pod, container)) else { return false };
    let after = allocated(pod, container);
    container["resizePolicy"].items().iter().filter(|p| p["restartPolicy"].str() == "RestartContainer").any(|policy| {
        let name = policy["resourceName"].str();
        ["requests", "limits"].iter().any(|list| instance.resources[*list][name] != after[*list][name])
    })
}

/// The runtime takes over what the containers were given. The next look at it sees that.
pub fn actuate(pod: &mut Pod, context: &Context) {
    let changed: Vec<(String, Value)> = pod.spec()["containers"]
        .items()
        .iter()
        .filter(|c| differs(pod, c) && !needs_restart(pod, c))
        .map(|c| (c["name"].str().to_owned(), allocated(pod, c).clone()))
        .collect();
    for (name, resources) in changed {
        let limit = start::memory_limit(&object! { "resources" => resources.clone() }, &context.node.spec.memory);
        let Some(instance) = pod.instances.iter_mut().rev().find(|i| i.name == name) else { continue };
        instance.resources = resources;
        if let Some(kernel) = &mut instance.kernel {
            kernel.memory = Some(limit);
        }
        pod.worker.note_change(context.now);
    }
}

/// Tells that a resize is done, once the runtime has it.
pub fn finish(pod: &mut Pod, context: &mut Context) {
    if pod.spec()["containers"].items().iter().any(|c| differs(pod, c)) {
        return;
    }
    if let Some(done) = pod.resize.progress.take() {
        let what = summary(pod, done.generation, "");
        context.event(pod, "", "Normal", "ResizeCompleted", &format!("Pod resize completed: {what}"));
    }
}
