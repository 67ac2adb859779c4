//! What drives a pod: syncs, one after the other, each a row of steps that take time. Models `pod_workers.go`, `pleg`
//! and `kuberuntime_manager.go` (`SyncPod`).

mod plan;
mod steps;
mod sync;

pub use steps::{CREATE, Op, Running, START};
pub use sync::delay_end;

use super::context::Context;
use super::pod::Pod;
use super::status::{Options, generate};
use super::stop::Stopping;
use super::{prober, stop};
use crate::apimachinery::Object;
use crate::apimachinery::time::{Duration, Time};
use std::collections::{BTreeMap, VecDeque};
use steps::{begin_op, finish_op};
use sync::{abort, begin_sync, end_sync};

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

/// How long a newer look at the runtime takes at most.
const LOOK: Duration = Duration::from_secs(1);
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
