//! The steps of a sync, and how each begins and ends.

use super::super::context::Context;
use super::super::hooks::{self, Hook};
use super::super::pod::{Pod, Sandbox};
use super::super::status::{Options, generate};
use super::super::stop::{self, Stopping};
use super::super::{prober, pull, start, volumes};
use crate::apimachinery::time::{Duration, Time};

/// A step of a sync.
#[derive(Clone, Debug)]
pub enum Op {
    Mount,
    Sandbox,
    /// Ends a container (by id) that is to be started again; the message of the event.
    Kill {
        id: String,
        message: String,
    },
    /// Starts a container; `crashed` is when its last run ended.
    Start {
        name: String,
        crashed: Option<Time>,
    },
}

/// A step that is under way.
#[derive(Clone, Debug)]
pub enum Running {
    Mount { until: Time, delay: Duration, deadline: Time },
    Sandbox { until: Time },
    Kill(Stopping),
    Pull { name: String, since: Time, until: Time },
    Create { name: String, until: Time },
    Start { name: String, until: Time },
    PostStart { name: String, id: String, hook: Hook },
}

impl Running {
    pub(super) fn until(&self) -> Option<Time> {
        match self {
            Self::Mount { until, .. }
            | Self::Sandbox { until }
            | Self::Pull { until, .. }
            | Self::Create { until, .. }
            | Self::Start { until, .. } => Some(*until),
            Self::PostStart { hook: Hook::Sleep(until), .. } => Some(*until),
            Self::PostStart { .. } => None,
            Self::Kill(stopping) => stopping.next_timer(),
        }
    }
}

/// How long the steps take, besides pulling.
const MOUNT: Duration = Duration::from_millis(300);
const SANDBOX: Duration = Duration::from_millis(120);
/// How long a container takes to be made, and then to start.
pub const CREATE: Duration = Duration::from_millis(4);
pub const START: Duration = Duration::from_millis(60);

/// How long a sync waits for volumes.
const MOUNT_TIMEOUT: Duration = Duration::from_secs(123);
const MAX_MOUNT_DELAY: Duration = Duration::from_secs(122);

pub(super) fn begin_op(pod: &mut Pod, op: Op, context: &mut Context) {
    let now = context.now;
    pod.worker.acted = true;
    pod.worker.running = match op {
        Op::Mount => {
            prober::add(pod, now);
            // Volumes are ready at the next look after they were asked for.
            let wait = if pod.spec()["volumes"].is_empty() { Duration::ZERO } else { MOUNT };
            Some(Running::Mount { until: now + wait, delay: Duration::from_millis(500), deadline: now + MOUNT_TIMEOUT })
        }
        Op::Sandbox => Some(Running::Sandbox { until: now + SANDBOX }),
        Op::Kill { id, message } => {
            let name = pod.by_id_mut(&id).map(|i| i.name.clone()).unwrap_or_default();
            context.event(pod, &name, "Normal", "Killing", &message);
            let grace = stop::grace_of_probe(pod, &name);
            Some(Running::Kill(stop::ask(pod, &id, grace, context)))
        }
        Op::Start { name, crashed } => start::begin(pod, &name, crashed, context),
    };
}

/// Ends the step that is under way, where its time has come. True where anything was done.
pub(super) fn finish_op(pod: &mut Pod, context: &mut Context) -> bool {
    let now = context.now;
    let Some(running) = pod.worker.running.take() else { return false };
    if let Running::Kill(mut stopping) = running {
        let moved = stopping.work(pod, context);
        if !stopping.is_done(pod) {
            pod.worker.running = Some(Running::Kill(stopping));
            return moved;
        }
        return true;
    }
    if let Running::PostStart { name, id, hook } = running {
        pod.worker.running = hooks::watch_start(pod, name, id, hook, context);
        return !matches!(pod.worker.running, Some(Running::PostStart { .. }));
    }
    if running.until().is_some_and(|until| until > now) {
        pod.worker.running = Some(running);
        return false;
    }
    pod.worker.running = match running {
        Running::Mount { delay, deadline, .. } => mount(pod, delay, deadline, context),
        Running::Sandbox { .. } => {
            make_sandbox(pod, context);
            None
        }
        Running::Pull { name, since, .. } => pull::pulled(pod, &name, since, context),
        Running::Create { name, .. } => start::create(pod, &name, context),
        Running::Start { name, .. } => start::start(pod, &name, context),
        Running::PostStart { .. } | Running::Kill(_) => None,
    };
    // Nothing follows a container of the init phase that could not be started, and nothing a failed mount.
    true
}

fn mount(pod: &mut Pod, delay: Duration, deadline: Time, context: &mut Context) -> Option<Running> {
    let Err((volume, why)) = volumes::set_up(pod, context) else { return None };
    let message = format!("MountVolume.SetUp failed for volume {volume:?} : {why}");
    context.event(pod, "", "Warning", "FailedMount", &message);
    if context.now < deadline {
        let next = Duration::min(delay * 2, MAX_MOUNT_DELAY);
        return Some(Running::Mount { until: context.now + delay, delay: next, deadline });
    }
    let message = format!(
        "Unable to attach or mount volumes: unmounted volumes=[{volume}], unattached volumes=[], failed to process \
         volumes=[]: context deadline exceeded"
    );
    context.event(pod, "", "Warning", "FailedMount", &message);
    pod.worker.ops.clear();
    pod.worker.fail();
    None
}

fn make_sandbox(pod: &mut Pod, context: &mut Context) {
    let ip = match pod.is_host_network() {
        true => Some(context.node.spec.ip.clone()),
        false => {
            let node = context.informers.get(crate::client::Resource::Nodes, context.node.name());
            let cidr = node.map(|n| n.at("spec.podCIDR").str().to_owned()).unwrap_or_default();
            context.node.addresses.take(&cidr)
        }
    };
    let Some(ip) = ip else {
        let message = "Failed to create pod sandbox: rpc error: code = Unknown desc = failed to setup network for \
                       sandbox: plugin type=\"bridge\" failed (add): failed to allocate for range 0: no IP addresses \
                       available in range set";
        context.event(pod, "", "Warning", "FailedCreatePodSandBox", message);
        pod.worker.ops.clear();
        pod.worker.fail();
        return;
    };
    let id = context.node.rng.hex(32);
    context.network.join(&pod.uid, &ip);
    pod.sandbox = Some(Sandbox { id, ip, ready: true });
    pod.worker.note_change(context.now);
    let options = Options { without_ip: true, ..Options::default() };
    let status = generate(pod, context.node, context.now, options);
    context.send_status(pod, status);
}
