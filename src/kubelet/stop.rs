//! Ending containers and pods: hooks, TERM, grace, KILL, and what is reported when nothing runs any more. Models
//! `killContainer`, `SyncTerminatingPod` and `SyncTerminatedPod`.

use super::context::Context;
use super::hooks::{self, Hook};
use super::pod::{Pod, is_sidecar};
use super::status::{Options, generate};
use super::worker::{Stage, delay_end};
use crate::apimachinery::Object;
use crate::apimachinery::time::{Duration, Time};
use crate::sh::Signal;

/// No container gets less time than this.
const MIN_GRACE: i64 = 2;

/// What passes between the kubelet's decision and the signal that the runtime sends.
const RUNTIME_LAG: Duration = Duration::from_millis(150);

/// A container that was asked to end.
#[derive(Clone, Debug)]
pub struct Stopping {
    id: String,
    /// A hook that runs before the signal: its process, or until when it sleeps.
    hook: Option<Hook>,
    signalled: bool,
    kill_at: Time,
}

impl Stopping {
    pub fn is_done(&self, pod: &Pod) -> bool {
        !pod.instances.iter().any(|i| i.id == self.id && i.is_running())
    }

    pub fn next_timer(&self) -> Option<Time> {
        match self.hook {
            Some(Hook::Sleep(until)) => Some(until.min(self.kill_at)),
            _ => Some(self.kill_at),
        }
    }

    /// Signals the container when its hook is done or its time is over. True where anything was done.
    pub fn work(&mut self, pod: &mut Pod, context: &mut Context) -> bool {
        if self.is_done(pod) {
            return false;
        }
        let now = context.now;
        if now >= self.kill_at {
            self.kill_at = Time(i64::MAX);
            signal(pod, &self.id, Signal::KILL, context);
            return true;
        }
        let ended = self.hook.clone().map(|hook| hooks::end(pod, &self.id, &hook, context));
        if let Some(Some((code, _))) = &ended
            && *code != 0
            && !self.signalled
        {
            let name = pod.by_id_mut(&self.id).map(|i| i.name.clone()).unwrap_or_default();
            context.event(pod, &name, "Warning", "FailedPreStopHook", "PreStopHook failed");
        }
        let waits = matches!(ended, Some(None));
        if waits || self.signalled {
            return false;
        }
        self.signalled = true;
        self.hook = None;
        let asks = pod.by_id_mut(&self.id).map_or(Signal::TERM, |i| i.image.image.stop_signal);
        signal(pod, &self.id, asks, context);
        true
    }
}

fn signal(pod: &mut Pod, id: &str, signal: Signal, context: &mut Context) {
    let now = context.now;
    let Some(main) = pod.by_id_mut(id).map(|i| i.main) else { return };
    context.with_kernel(pod, id, |kernel, env| {
        kernel.kill(main, signal, env);
        kernel.step(now, env);
    });
    context.collect(pod, id);
}

/// Asks a container to end: its hook first, then its signal; KILL after `grace` seconds.
pub fn ask(pod: &mut Pod, id: &str, grace: i64, context: &mut Context) -> Stopping {
    let name = pod.by_id_mut(id).map(|i| i.name.clone()).unwrap_or_default();
    let hook = pod.container_spec(&name).0.at("lifecycle.preStop").clone();
    let grace = u64::try_from(grace.max(MIN_GRACE)).unwrap_or(0);
    let hook = match hooks::begin(pod, id, &hook, context) {
        Ok(Some(hook)) => Some(hook),
        Ok(None) => Some(Hook::Sleep(context.now + RUNTIME_LAG)),
        Err(_) => {
            context.event(pod, &name, "Warning", "FailedPreStopHook", "PreStopHook failed");
            None
        }
    };
    Stopping { id: id.to_owned(), hook, signalled: false, kill_at: context.now + Duration::from_secs(grace) }
}

/// The grace of a container that a probe failed: the probe's own, or the pod's.
pub fn grace_of_probe(pod: &Pod, name: &str) -> i64 {
    let (spec, _) = pod.container_spec(name);
    let own = ["livenessProbe", "startupProbe"]
        .iter()
        .find_map(|probe| spec[*probe]["terminationGracePeriodSeconds"].as_i64());
    own.unwrap_or_else(|| pod.spec()["terminationGracePeriodSeconds"].as_i64().unwrap_or(30))
}

/// The pod ends: deleted, failed as a whole, or all its containers are done.
pub fn begin(pod: &mut Pod, context: &mut Context) {
    pod.worker.stage = Stage::Terminating;
    let status = generate(pod, context.node, context.now, Options::default());
    let status = delay_end(pod, status);
    context.send_status(pod, status);
    ask_all(pod, false, context);
}

fn grace(pod: &Pod) -> i64 {
    let asked = pod.object.metadata()["deletionGracePeriodSeconds"].as_i64();
    let own = pod.spec()["terminationGracePeriodSeconds"].as_i64();
    asked.filter(|_| pod.object.is_terminating()).or(own).unwrap_or(30)
}

/// Asks the containers that run; sidecars only when the others are done.
fn ask_all(pod: &mut Pod, sidecars: bool, context: &mut Context) -> bool {
    let grace = grace(pod);
    let is_side = |pod: &Pod, name: &str| {
        let (spec, is_init) = pod.container_spec(name);
        is_init && is_sidecar(spec)
    };
    let asked: Vec<String> = pod.worker.stopping.iter().map(|s| s.id.clone()).collect();
    let running: Vec<(String, String)> = pod
        .instances
        .iter()
        .filter(|i| i.is_running() && !asked.contains(&i.id) && is_side(pod, &i.name) == sidecars)
        .map(|i| (i.id.clone(), i.name.clone()))
        .collect();
    for (id, name) in &running {
        context.event(pod, name, "Normal", "Killing", &format!("Stopping container {name}"));
        let stopping = ask(pod, id, grace, context);
        pod.worker.stopping.push(stopping);
    }
    !running.is_empty()
}

/// Moves the end of a pod on. True where anything was done.
pub fn work(pod: &mut Pod, context: &mut Context) -> bool {
    let mut all = std::mem::take(&mut pod.worker.stopping);
    let mut moved = false;
    for stopping in &mut all {
        moved |= stopping.work(pod, context);
    }
    let open = all.iter().any(|s| !s.is_done(pod));
    pod.worker.stopping = all;
    if open {
        return moved | shorten(pod, context.now);
    }
    if ask_all(pod, true, context) {
        return true;
    }
    pod.worker.stopping.clear();
    for instance in &mut pod.instances {
        instance.kernel = None;
    }
    if let Some(sandbox) = &mut pod.sandbox {
        sandbox.ready = false;
    }
    let options = Options { terminal: true, ..Options::default() };
    let status = generate(pod, context.node, context.now, options);
    context.send_status(pod, status);
    pod.worker.stage = Stage::Stopped;
    pod.worker.stopped(context.now);
    true
}

/// A second delete with less grace brings the KILL forward.
fn shorten(pod: &mut Pod, now: Time) -> bool {
    let Some(asked) = pod.object.metadata()["deletionGracePeriodSeconds"].as_i64() else { return false };
    let Some(deleted) = pod.object.deletion_timestamp() else { return false };
    // The timestamp is when the pod has to be gone: the moment of the request and the grace.
    let end = if pod.exists { deleted } else { now };
    let _ = asked;
    let limit = end.max(now) + Duration::from_secs(MIN_GRACE as u64);
    let mut moved = false;
    for stopping in &mut pod.worker.stopping {
        if stopping.kill_at > limit && stopping.kill_at != Time(i64::MAX) {
            stopping.kill_at = limit;
            moved = true;
        }
    }
    moved
}

/// Reports the end, and gives back what the pod had.
pub fn report(pod: &mut Pod, context: &mut Context) {
    let status = generate(pod, context.node, context.now, Options { terminal: true, ..Options::default() });
    context.send_status(pod, status);
    release(pod, context);
    pod.worker.stage = Stage::Terminated;
}

fn release(pod: &mut Pod, context: &mut Context) {
    let ip = pod.ip().to_owned();
    context.network.leave(&pod.uid, &ip);
    if !pod.is_host_network() {
        context.node.addresses.release(&ip);
    }
    pod.volumes.clear();
    let prefix = format!("{}_", pod.uid);
    context.node.pull_backoff.retain(|key, _| !key.starts_with(&prefix));
}

/// Deletes the pod from the API where that was asked. True where anything was done.
pub fn delete(pod: &mut Pod, context: &mut Context) -> bool {
    if pod.exists && pod.object.is_terminating() && pod.object.finalizers().next().is_none() {
        let _ = context.delete_pod(pod);
        pod.exists = false;
    }
    if pod.exists {
        return false;
    }
    pod.worker.stage = Stage::Gone;
    true
}
