//! A sync: what it looks at when it begins, and when the next one is after it.

use super::super::context::Context;
use super::super::pod::Pod;
use super::super::status::{Options, generate, should_restart};
use super::super::{admission, resize, stop, volumes};
use super::LOOK;
use super::plan::plan;
use crate::apimachinery::Value;
use crate::apimachinery::time::Duration;

/// How soon a look that was asked for is done (`PLEGOnDemandRelist`).
const ASKED_LOOK: Duration = Duration::from_millis(10);

/// After an error a sync is tried again after 10 to 15 s, or when a delay is over, and up to half as late again; otherwise
/// after 60 to 90 s. Models `completeWork`.
const RETRY_MILLIS: u64 = 10_000;
const RESYNC_MILLIS: u64 = 60_000;

pub(super) fn abort(pod: &mut Pod) {
    pod.worker.ops.clear();
    pod.worker.running = None;
    pod.worker.syncing = false;
}

pub(super) fn begin_sync(pod: &mut Pod, context: &mut Context) {
    pod.worker.pending = false;
    pod.worker.syncing = true;
    pod.worker.failed = false;
    pod.worker.retry = None;
    pod.worker.requeue = None;
    if pod.worker.ended.is_none() && pod.failure.is_none() {
        if let Err((reason, message)) = admission::admit(pod, context) {
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

pub(super) fn end_sync(pod: &mut Pod, context: &mut Context) {
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
