//! What drives a pod: syncs, one after the other, each a row of steps that take time. Models `pod_workers.go`, `pleg`
//! and `kuberuntime_manager.go` (`SyncPod`).

use super::context::Context;
use super::hooks::{self, Hook};
use super::pod::{Pod, is_sidecar};
use super::status::{Options, generate, should_restart};
use super::stop::Stopping;
use super::{prober, resize, start, stop, volumes};
use crate::apimachinery::time::{Duration, Time};
use crate::apimachinery::{Object, Value};
use std::collections::{BTreeMap, VecDeque};

/// How far a pod's life is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Stage {
    #[default]
    Syncing,
    /// Its containers are asked to end.
    Terminating,
    /// Nothing of it runs; its end is not fully reported yet.
    Stopped,
    /// All is reported; what is left is to delete it from the API when that is asked.
    Terminated,
    /// The kubelet may forget it.
    Gone,
}

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
    fn until(&self) -> Option<Time> {
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

/// Where the worker of a pod stands.
#[derive(Clone, Debug, Default)]
pub struct Worker {
    pub stage: Stage,
    /// A sync is wanted.
    pub pending: bool,
    syncing: bool,
    failed: bool,
    /// When the first delay that the sync met is over.
    retry: Option<Time>,
    ops: VecDeque<Op>,
    running: Option<Running>,
    /// Containers that end with the pod.
    pub stopping: Vec<Stopping>,
    /// When the last sync ended: the next one waits for a newer look at the runtime.
    ended: Option<Time>,
    /// The sync did something: then it asks for a look of its own.
    acted: bool,
    asked: Option<Time>,
    /// When that look was.
    looked: Option<Time>,
    requeue: Option<Time>,
    /// How much later than the node's first worker it learns of what happens.
    pub lag: Duration,
    /// All its containers are done; then its end begins.
    over: Option<Time>,
    /// Since when the runtime has changes that were not looked at.
    changed: Option<Time>,
    /// What was seen at the last look: containers by id, true while running; the sandbox under its own id.
    observed: BTreeMap<String, bool>,
}

/// How long the steps take, besides pulling.
const MOUNT: Duration = Duration::from_millis(300);
const SANDBOX: Duration = Duration::from_millis(120);
pub const CREATE: Duration = Duration::from_millis(4);
pub const START: Duration = Duration::from_millis(60);
/// How soon a look that was asked for is done (`PLEGOnDemandRelist`).
const ASKED_LOOK: Duration = Duration::from_millis(10);
/// How long a newer look at the runtime takes at most.
const LOOK: Duration = Duration::from_secs(1);
/// How long a sync waits for volumes.
const MOUNT_TIMEOUT: Duration = Duration::from_secs(123);
const MAX_MOUNT_DELAY: Duration = Duration::from_secs(122);
/// After an error a sync is tried again after 10 to 15 s, or when a delay is over, and up to half as late again; otherwise
/// after 60 to 90 s. Models `completeWork`.
const RETRY_MILLIS: u64 = 10_000;
const RESYNC_MILLIS: u64 = 60_000;
/// Turns within one moment.
const MAX_TURNS: usize = 1_000;

impl Worker {
    /// The runtime changed; the next look will see it.
    pub fn note_change(&mut self, now: Time) {
        self.changed.get_or_insert(now);
    }

    /// Nothing of the pod runs any more.
    pub fn stopped(&mut self, now: Time) {
        self.ended = Some(now);
        self.changed = None;
    }

    /// The first sync begins then; what others learn of later stays as late.
    pub fn begin_at(&mut self, now: Time, at: Time) {
        self.lag = at.since(now);
        self.requeue = Some(at);
    }

    /// A sync met an error.
    pub fn fail(&mut self) {
        self.failed = true;
    }

    /// A sync met a delay that is not over: a `BackoffError`.
    pub fn back_off(&mut self, until: Time) {
        self.failed = true;
        self.retry = Some(self.retry.map_or(until, |at| at.min(until)));
    }
}

/// Does all that is due for a pod. True where anything was done.
pub fn advance(pod: &mut Pod, context: &mut Context) -> bool {
    let mut busy = false;
    for _ in 0..MAX_TURNS {
        let mut turn = context.run_containers(pod);
        turn |= relist(pod, context);
        turn |= probe(pod, context);
        turn |= work(pod, context);
        if !turn {
            break;
        }
        busy = true;
    }
    busy
}

/// When the pod has something to do next.
pub fn next_timer(pod: &Pod, relist_at: impl Fn(Time) -> Time) -> Option<Time> {
    let w = &pod.worker;
    let kernels = pod.instances.iter().filter_map(|i| i.kernel.as_ref()?.next_timer());
    let waits_for_look = w.ended.filter(|_| w.pending && !w.syncing && w.stage == Stage::Syncing);
    let stopped = w.ended.filter(|_| w.stage == Stage::Stopped);
    let others = [
        w.running.as_ref().and_then(Running::until),
        w.changed.map(&relist_at),
        w.asked,
        waits_for_look.map(&relist_at),
        stopped.map(&relist_at),
        w.over.filter(|_| w.stage == Stage::Syncing),
        w.requeue.filter(|_| !w.syncing && w.stage == Stage::Syncing),
        w.stopping.iter().filter_map(Stopping::next_timer).min(),
        deadline(pod).filter(|_| w.stage == Stage::Syncing && pod.failure.is_none() && w.over.is_none()),
        prober::next_timer(pod).filter(|_| w.stage == Stage::Syncing),
    ];
    kernels.chain(others.into_iter().flatten()).min()
}

/// When the pod's `activeDeadlineSeconds` are over.
fn deadline(pod: &Pod) -> Option<Time> {
    let seconds = u64::try_from(pod.spec()["activeDeadlineSeconds"].as_i64()?).ok()?;
    Some(pod.start + Duration::from_secs(seconds))
}

/// Looks at the runtime once a second, and where a sync asked for that: changes since the last look ask for syncs. Models
/// `GenericPLEG` (`Relist`, `relistPod`).
fn relist(pod: &mut Pod, context: &mut Context) -> bool {
    let asked = pod.worker.asked.is_some_and(|at| at <= context.now);
    let due = pod.worker.changed.is_some_and(|t| context.node.relist_at(t, pod.worker.lag) <= context.now);
    if !asked && !due {
        return false;
    }
    pod.worker.changed = None;
    pod.worker.asked = None;
    pod.worker.looked = Some(context.now);
    // A sync that waited for this look begins with it; what the look finds asks for one more.
    let waited = pod.worker.pending && !pod.worker.syncing && pod.worker.ended.is_some();
    let mut seen: BTreeMap<String, bool> = pod.instances.iter().map(|i| (i.id.clone(), i.is_running())).collect();
    if let Some(sandbox) = &pod.sandbox {
        seen.insert(sandbox.id.clone(), sandbox.ready);
    }
    let events = seen.iter().filter(|(id, running)| pod.worker.observed.get(*id) != Some(running)).count();
    pod.worker.observed = seen;
    // The first event starts a sync; another that comes while it runs asks for one more.
    if events > 0 || pod.resize.is_in_progress() {
        pod.worker.pending = true;
    }
    if (events > 1 || (events > 0 && waited))
        && !pod.worker.syncing
        && pod.worker.stage == Stage::Syncing
        && can_start(pod, context)
    {
        begin_sync(pod, context);
        pod.worker.pending = true;
    }
    true
}

fn probe(pod: &mut Pod, context: &mut Context) -> bool {
    if pod.worker.stage != Stage::Syncing || pod.probes.is_empty() || !prober::run(pod, context) {
        return false;
    }
    // Readiness goes out at once; a failed liveness probe needs a sync.
    let status = generate(pod, context.node, context.now, Options::default());
    context.send_status(pod, status);
    pod.worker.pending = true;
    true
}

/// True where the runtime was looked at since the last sync.
fn can_start(pod: &Pod, context: &Context) -> bool {
    let w = &pod.worker;
    w.ended.is_none_or(|ended| {
        w.looked.is_some_and(|at| at > ended) || context.node.relist_at(ended, w.lag) <= context.now
    })
}

fn work(pod: &mut Pod, context: &mut Context) -> bool {
    match pod.worker.stage {
        Stage::Syncing => work_syncing(pod, context),
        Stage::Terminating => stop::work(pod, context),
        Stage::Stopped => {
            if !can_start(pod, context) {
                return false;
            }
            stop::report(pod, context);
            true
        }
        Stage::Terminated => stop::delete(pod, context),
        Stage::Gone => false,
    }
}

fn work_syncing(pod: &mut Pod, context: &mut Context) -> bool {
    if pod.object.is_terminating() || !pod.exists {
        abort(pod);
        stop::begin(pod, context);
        return true;
    }
    if let Some(at) = pod.worker.over {
        if at > context.now {
            return false;
        }
        pod.worker.over = None;
        stop::begin(pod, context);
        return true;
    }
    if deadline(pod).is_some_and(|at| at <= context.now) && pod.failure.is_none() {
        let message = "Pod was active on the node longer than the specified deadline";
        pod.failure = Some(("DeadlineExceeded", message.to_owned()));
        context.event(pod, "", "Normal", "DeadlineExceeded", message);
        abort(pod);
        pod.worker.pending = true;
    }
    if pod.worker.running.is_some() {
        return finish_op(pod, context);
    }
    if pod.worker.syncing {
        match pod.worker.ops.pop_front() {
            Some(op) => begin_op(pod, op, context),
            None => end_sync(pod, context),
        }
        return true;
    }
    if pod.worker.requeue.is_some_and(|at| at <= context.now) {
        pod.worker.requeue = None;
        pod.worker.pending = true;
    }
    if !pod.worker.pending || !can_start(pod, context) {
        return false;
    }
    begin_sync(pod, context);
    true
}

fn abort(pod: &mut Pod) {
    pod.worker.ops.clear();
    pod.worker.running = None;
    pod.worker.syncing = false;
}

fn begin_sync(pod: &mut Pod, context: &mut Context) {
    pod.worker.pending = false;
    pod.worker.syncing = true;
    pod.worker.failed = false;
    pod.worker.retry = None;
    pod.worker.requeue = None;
    if pod.worker.ended.is_none() && pod.failure.is_none() {
        if let Err((reason, message)) = super::admission::admit(pod, context) {
            context.event(pod, "", "Warning", reason, &message);
            pod.failure = Some((reason, message));
            pod.is_rejected = true;
        }
    }
    resize::allocate(pod, context);
    resize::finish(pod, context);
    let status = generate(pod, context.node, context.now, Options::default());
    let over = matches!(status["phase"].str(), "Succeeded" | "Failed");
    let status = delay_end(pod, status);
    context.send_status(pod, status);
    if over {
        abort(pod);
        // The loop takes it up at its next turn, and then waits for a newer look at the runtime.
        pod.worker.over = Some(context.node.tick_after(context.now) + LOOK);
        return;
    }
    if only_sidecars(pod) {
        abort(pod);
        stop::begin(pod, context);
        return;
    }
    pod.worker.ops = plan(pod);
    resize::actuate(pod, context);
    if pod.sandbox_ready() {
        // Mounted files follow their sources; what is missing now stays as it was.
        let _ = volumes::set_up(pod, context);
    }
}

/// True where all main containers have ended for good: sidecars do not keep a pod.
fn only_sidecars(pod: &Pod) -> bool {
    let ended = |c: &Value| pod.latest(c["name"].str()).is_some_and(|i| i.exit().is_some()) && !should_restart(pod, c);
    pod.spec()["containers"].items().iter().all(ended)
}

/// A pod is not said to be over while something of it could run. Models `mergePodStatus`.
pub fn delay_end(pod: &Pod, mut status: Value) -> Value {
    let is_over = |status: &Value| matches!(status["phase"].str(), "Succeeded" | "Failed");
    if !is_over(&status) || is_over(&pod.sent) {
        return status;
    }
    for field in ["phase", "reason", "message"] {
        match pod.sent[field].clone() {
            Value::Null => drop(status.map_mut().remove(field)),
            before => status.map_mut().insert(field, before),
        }
    }
    status
}

fn end_sync(pod: &mut Pod, context: &mut Context) {
    let w = &mut pod.worker;
    w.syncing = false;
    w.ended = Some(context.now);
    if std::mem::take(&mut w.acted) && !w.failed {
        w.asked = Some(context.now + ASKED_LOOK);
    }
    let base = match w.retry.take() {
        _ if !w.failed => RESYNC_MILLIS,
        Some(at) => u64::try_from(at.since(context.now).as_millis()).unwrap_or(0).min(RESYNC_MILLIS),
        None => RETRY_MILLIS,
    };
    let jitter = context.node.rng.below((base / 2).max(1));
    w.requeue = Some(context.now + Duration::from_millis(base + jitter));
}

/// What has to be done now. Models `computePodActions`.
fn plan(pod: &Pod) -> VecDeque<Op> {
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

fn begin_op(pod: &mut Pod, op: Op, context: &mut Context) {
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
fn finish_op(pod: &mut Pod, context: &mut Context) -> bool {
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
        Running::Pull { name, since, .. } => start::pulled(pod, &name, since, context),
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
    pod.sandbox = Some(super::pod::Sandbox { id, ip, ready: true });
    pod.worker.note_change(context.now);
    let options = Options { without_ip: true, ..Options::default() };
    let status = generate(pod, context.node, context.now, options);
    context.send_status(pod, status);
}
