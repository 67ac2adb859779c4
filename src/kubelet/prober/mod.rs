//! Probes: when they run, what they asked, what came of it. Models `pkg/kubelet/prober`.

mod ask;

pub use ask::{call, exec_error, read_all};

use super::context::Context;
use super::pod::{Pod, is_sidecar};
use crate::apimachinery::Value;
use crate::apimachinery::time::{Duration, Time};
use crate::sh::{ConnId, Pid};
use ask::read_answer;

/// Which question a probe answers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Kind {
    Startup,
    Readiness,
    Liveness,
}

impl Kind {
    fn field(self) -> &'static str {
        match self {
            Self::Startup => "startupProbe",
            Self::Readiness => "readinessProbe",
            Self::Liveness => "livenessProbe",
        }
    }

    fn name(self) -> &'static str {
        match self {
            Self::Startup => "Startup",
            Self::Readiness => "Readiness",
            Self::Liveness => "Liveness",
        }
    }
}

/// What came of a probe.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    Success,
    /// What the container said, or why it did not answer.
    Failure(String),
    /// The probe could not be asked: told, and not counted.
    Error(String),
}

use Outcome::{Error, Failure, Success};

/// A probe that was asked and has not answered yet.
#[derive(Clone, Debug)]
enum Asked {
    Exec { container: String, pid: Pid, output: Vec<u8> },
    Http { container: String, conn: ConnId, url: String, answer: Vec<u8> },
}

/// One probe of one container.
#[derive(Clone, Debug)]
pub struct Probe {
    pub container: String,
    pub kind: Kind,
    /// What was decided: None before the first verdict.
    pub verdict: Option<bool>,
    /// The runtime container that it looks at.
    target: String,
    /// The runtime container after whose start it was asked out of turn.
    prompted: String,
    /// Not asked again until the container is another.
    on_hold: bool,
    /// The last result and how often it came in a row.
    run: (bool, i64),
    next: Time,
    asked: Option<(Asked, Time)>,
}

/// Makes the probes of a pod; the first time its containers are about to be started.
pub fn add(pod: &mut Pod, now: Time) {
    if !pod.probes.is_empty() {
        return;
    }
    let sidecars = pod.spec()["initContainers"].items().iter().filter(|c| is_sidecar(c));
    let mut probes = Vec::new();
    for container in pod.spec()["containers"].items().iter().chain(sidecars) {
        for kind in [Kind::Startup, Kind::Readiness, Kind::Liveness] {
            if !container[kind.field()].is_null() {
                probes.push(Probe {
                    container: container["name"].str().to_owned(),
                    kind,
                    verdict: None,
                    target: String::new(),
                    prompted: String::new(),
                    on_hold: false,
                    run: (false, 0),
                    next: now,
                    asked: None,
                });
            }
        }
    }
    pod.probes = probes;
}

fn find<'a>(pod: &'a Pod, name: &str, kind: Kind) -> Option<&'a Probe> {
    let current = pod.latest(name).map_or("", |i| i.id.as_str());
    let probe = pod.probes.iter().find(|p| p.container == name && p.kind == kind)?;
    // A verdict on another container than the one that runs does not count.
    (probe.target == current).then_some(probe)
}

fn declares(pod: &Pod, name: &str, kind: Kind) -> bool {
    !pod.container_spec(name).0[kind.field()].is_null()
}

/// True where the container has no startup probe, or has passed it.
pub fn is_started(pod: &Pod, name: &str) -> bool {
    !declares(pod, name, Kind::Startup) || find(pod, name, Kind::Startup).is_some_and(|p| p.verdict == Some(true))
}

/// True where the container has no readiness probe, or passes it.
pub fn is_ready(pod: &Pod, name: &str) -> bool {
    !declares(pod, name, Kind::Readiness) || find(pod, name, Kind::Readiness).is_some_and(|p| p.verdict == Some(true))
}

/// The probe that wants a running container to be restarted.
pub fn failed(pod: &Pod, name: &str) -> Option<&'static str> {
    let fails = |kind| find(pod, name, kind).is_some_and(|p| p.verdict == Some(false));
    match () {
        _ if fails(Kind::Liveness) => Some("liveness"),
        _ if fails(Kind::Startup) => Some("startup"),
        _ => None,
    }
}

/// When a probe of the pod has something to do next.
pub fn next_timer(pod: &Pod) -> Option<Time> {
    let live = |p: &&Probe| pod.latest(&p.container).is_some_and(|i| i.is_running()) && !p.on_hold;
    pod.probes.iter().filter(live).map(|p| p.asked.as_ref().map_or(p.next, |(_, deadline)| *deadline)).min()
}

/// Asks the probes that are due and reads the answers. True where a verdict changed.
pub fn run(pod: &mut Pod, context: &mut Context) -> bool {
    let mut changed = false;
    for at in 0..pod.probes.len() {
        prompt(pod, at, context.now);
        changed |= run_one(pod, at, context).unwrap_or(false);
    }
    changed
}

/// Asks for readiness as soon as a container has started, not only when its turn comes: the manual trigger of
/// `UpdatePodStatus` in `prober_manager.go`.
fn prompt(pod: &mut Pod, at: usize, now: Time) -> Option<()> {
    let probe = pod.probes.get(at).filter(|p| p.kind == Kind::Readiness && p.verdict != Some(true))?;
    let name = &probe.container;
    let id = pod.latest(name).filter(|i| i.is_running()).map(|i| i.id.clone())?;
    let due = probe.prompted != id && is_started(pod, name) && !unknown_to_api(pod, name, &id);
    let probe = pod.probes.get_mut(at).filter(|_| due)?;
    probe.prompted = id;
    probe.next = probe.next.min(now);
    Some(())
}

fn run_one(pod: &mut Pod, at: usize, context: &mut Context) -> Option<bool> {
    let now = context.now;
    let mut probe = pod.probes.get(at)?.clone();
    if probe.asked.is_none() && probe.next > now {
        return None;
    }
    let spec = pod.container_spec(&probe.container).0[probe.kind.field()].clone();
    let before = (probe.verdict, probe.target.clone());
    if probe.asked.is_some() {
        read_answer(pod, &mut probe, &spec, context);
    }
    if probe.asked.is_none() && probe.next <= now {
        let period = u64::try_from(spec["periodSeconds"].int().max(1)).unwrap_or(10);
        probe.next = now + Duration::from_secs(period);
        ask::ask(pod, &mut probe, &spec, context);
    }
    let after = (probe.verdict, probe.target.clone());
    let started = probe.kind == Kind::Startup && probe.verdict == Some(true) && before.0 != Some(true);
    let container = probe.container.clone();
    *pod.probes.get_mut(at)? = probe;
    if started {
        // Who waited for the start is asked at once.
        for other in pod.probes.iter_mut().filter(|p| p.container == container && p.kind != Kind::Startup) {
            other.next = now;
        }
    }
    Some(before != after)
}

/// True while the API does not know yet that the container runs.
fn unknown_to_api(pod: &Pod, name: &str, id: &str) -> bool {
    let lists = ["containerStatuses", "initContainerStatuses"];
    let mut statuses = lists.iter().flat_map(|list| pod.sent[*list].items());
    let status = statuses.find(|s| s["name"].str() == name);
    !status.is_some_and(|s| !s.at("state.running").is_null() && s["containerID"].str().ends_with(id))
}

/// Counts a result; the verdict changes when it came often enough in a row.
fn judge(pod: &Pod, probe: &mut Probe, spec: &Value, result: Outcome, context: &mut Context) {
    let (good, kind) = (result == Success, probe.kind.name());
    let message = match &result {
        Success => None,
        Failure(why) => Some(format!("{kind} probe failed: {why}")),
        Error(why) => Some(format!("{kind} probe errored and resulted in unknown state: {why}")),
    };
    if let Some(message) = message {
        context.event(pod, &probe.container, "Warning", "Unhealthy", &message);
    }
    if matches!(result, Error(_)) {
        return;
    }
    probe.run = if probe.run.0 == good { (good, probe.run.1 + 1) } else { (good, 1) };
    let threshold = spec[if good { "successThreshold" } else { "failureThreshold" }].int().max(1);
    if probe.run.1 < threshold {
        return;
    }
    probe.verdict = Some(good);
    if (probe.kind != Kind::Readiness && !good) || (probe.kind == Kind::Startup && good) {
        // The container is restarted, or has started: it is not asked again.
        probe.on_hold = true;
        probe.run.1 = 0;
    }
}
