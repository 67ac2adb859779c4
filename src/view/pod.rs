//! A pod as the pictures show it: its phase, what its ring measures, its containers.

use crate::apimachinery::time::{Duration, human_duration};
use crate::apimachinery::{Object, Time, Value};

/// What a pod looks like. Wider than `status.phase`: these are the words of kubectl's STATUS column, grouped.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Phase {
    Pending,
    ContainerCreating,
    Running,
    NotReady,
    CrashLoopBackOff,
    Error,
    ErrImagePull,
    ImagePullBackOff,
    Succeeded,
    Failed,
    Terminating,
    Unknown,
}

impl Phase {
    /// The value of `data-phase`.
    pub fn name(self) -> &'static str {
        match self {
            Self::Pending => "Pending",
            Self::ContainerCreating => "ContainerCreating",
            Self::Running => "Running",
            Self::NotReady => "NotReady",
            Self::CrashLoopBackOff => "CrashLoopBackOff",
            Self::Error => "Error",
            Self::ErrImagePull => "ErrImagePull",
            Self::ImagePullBackOff => "ImagePullBackOff",
            Self::Succeeded => "Succeeded",
            Self::Failed => "Failed",
            Self::Terminating => "Terminating",
            Self::Unknown => "Unknown",
        }
    }
}

/// One container of a pod.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ContainerView {
    pub name: String,
    pub image: String,
    /// `waiting`, `running` or `terminated`.
    pub state: &'static str,
    pub reason: String,
    pub ready: bool,
    pub restarts: i64,
    pub init: bool,
    /// An init container that goes on running beside the others.
    pub sidecar: bool,
}

/// One pod, independent of where it is drawn.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PodView {
    pub uid: String,
    pub namespace: String,
    pub name: String,
    pub phase: Phase,
    /// kubectl's word: `Running`, `Completed`, `ErrImagePull`, `Init:0/1`, …
    pub status: String,
    /// `1/2`: containers ready of containers.
    pub ready: String,
    /// What the ring measures, 0 to 100.
    pub ring: u8,
    /// A countdown, such as `18s`: the grace period or the back-off that runs down.
    pub timer: String,
    /// The node, or "" while it waits for one.
    pub node: String,
    pub ip: String,
    pub containers: Vec<ContainerView>,
    /// In order of their keys.
    pub labels: Vec<(String, String)>,
    /// Why it waits, for the picture's second line: the condition's or container's message.
    pub message: String,
}

impl AsRef<PodView> for PodView {
    fn as_ref(&self) -> &PodView {
        self
    }
}

impl PodView {
    /// `namespace/name`: the value of `data-pod`.
    pub fn key(&self) -> String {
        format!("{}/{}", self.namespace, self.name)
    }

    /// Reads a pod at a moment (countdowns depend on it).
    #[inline(never)]
    pub fn new(pod: &Value, now: Time) -> Self {
        let containers = containers(pod);
        let app: Vec<&ContainerView> = containers.iter().filter(|c| !c.init).collect();
        let ready = app.iter().filter(|c| c.ready).count();
        let (phase, status) = phase(pod, &containers);
        let (ring, timer) = ring(pod, phase, ready, app.len(), now);
        Self {
            uid: pod.uid().into(),
            namespace: pod.namespace().into(),
            name: pod.name().into(),
            phase,
            status,
            ready: format!("{ready}/{}", app.len()),
            ring,
            timer,
            node: pod.at("spec.nodeName").str().into(),
            ip: pod.at("status.podIP").str().into(),
            labels: pod.labels().fields().map(|(k, v)| (k.to_owned(), v.str().to_owned())).collect(),
            message: message(pod),
            containers,
        }
    }
}

fn containers(pod: &Value) -> Vec<ContainerView> {
    let of = |field: &str, statuses: &str, init: bool| -> Vec<ContainerView> {
        let statuses = pod["status"][statuses].items();
        let specs = pod["spec"][field].items().iter();
        specs.map(|spec| container(spec, statuses.iter().find(|s| s["name"] == spec["name"]), init)).collect()
    };
    let mut all = of("initContainers", "initContainerStatuses", true);
    all.extend(of("containers", "containerStatuses", false));
    all
}

fn container(spec: &Value, status: Option<&Value>, init: bool) -> ContainerView {
    let null = Value::Null;
    let status = status.unwrap_or(&null);
    let (state, detail) = ["running", "terminated", "waiting"]
        .iter()
        .find_map(|s| status["state"].get(s).map(|d| (*s, d)))
        .unwrap_or(("waiting", &null));
    ContainerView {
        name: spec["name"].str().into(),
        image: spec["image"].str().into(),
        state,
        reason: detail["reason"].str().into(),
        ready: status["ready"].bool(),
        restarts: status["restartCount"].int(),
        init,
        sidecar: init && spec["restartPolicy"].str() == "Always",
    }
}

/// The phase to draw and the word to print.
fn phase(pod: &Value, containers: &[ContainerView]) -> (Phase, String) {
    if pod.is_terminating() {
        return (Phase::Terminating, "Terminating".into());
    }
    if pod.at("spec.nodeName").is_empty() {
        return (Phase::Pending, "Pending".into());
    }
    match pod.at("status.phase").str() {
        "Succeeded" => return (Phase::Succeeded, "Completed".into()),
        "Failed" => return (Phase::Failed, failed_reason(pod, containers)),
        "Unknown" => return (Phase::Unknown, "Unknown".into()),
        _ => {}
    }
    if let Some(c) = containers.iter().find(|c| c.state == "waiting" && !c.reason.is_empty()) {
        let phase = match c.reason.as_str() {
            "ContainerCreating" | "PodInitializing" => Phase::ContainerCreating,
            "ErrImagePull" | "InvalidImageName" | "ErrImageNeverPull" => Phase::ErrImagePull,
            "ImagePullBackOff" => Phase::ImagePullBackOff,
            "CrashLoopBackOff" => Phase::CrashLoopBackOff,
            _ => Phase::Error,
        };
        return (phase, c.reason.clone());
    }
    if let Some(c) = containers.iter().find(|c| !c.init && c.state == "terminated") {
        let word = if c.reason.is_empty() { "Error".into() } else { c.reason.clone() };
        return (if word == "Completed" { Phase::NotReady } else { Phase::Error }, word);
    }
    match pod.at("status.phase").str() {
        "Running" if containers.iter().all(|c| c.init || c.ready) => (Phase::Running, "Running".into()),
        "Running" => (Phase::NotReady, "Running".into()),
        _ => (Phase::ContainerCreating, "ContainerCreating".into()),
    }
}

fn failed_reason(pod: &Value, containers: &[ContainerView]) -> String {
    let of_pod = pod.at("status.reason").str();
    let of_container = containers.iter().map(|c| c.reason.as_str()).find(|r| !r.is_empty() && *r != "Completed");
    if of_pod.is_empty() { of_container.unwrap_or("Error").into() } else { of_pod.into() }
}

/// What the ring measures and the countdown beside it.
fn ring(pod: &Value, phase: Phase, ready: usize, of: usize, now: Time) -> (u8, String) {
    match phase {
        Phase::Terminating => {
            let grace = pod["metadata"]["deletionGracePeriodSeconds"].int();
            let left = pod.deletion_timestamp().map_or(Duration::ZERO, |end| end.since(now));
            let share = if grace > 0 { left.as_secs_f64() / grace as f64 } else { 0.0 };
            (percent(share), countdown(left))
        }
        Phase::CrashLoopBackOff => back_off(pod, now).unwrap_or((0, String::new())),
        Phase::ContainerCreating => {
            // Nobody knows how long a pull takes; a picture that nears its end without reaching it says "working".
            let started = Time::parse_rfc3339(pod.at("status.startTime").str()).or_else(|| pod.creation_timestamp());
            let secs = started.map_or(0.0, |t| now.since(t).as_secs_f64());
            (percent(0.15 + 0.8 * secs / (secs + 1.0)), String::new())
        }
        _ if of > 0 => (percent(ready as f64 / of as f64), String::new()),
        _ => (0, String::new()),
    }
}

/// How much of a crash loop's back-off is left, read from the kubelet's message: `back-off 20s restarting …`.
fn back_off(pod: &Value, now: Time) -> Option<(u8, String)> {
    let statuses = pod.at("status.containerStatuses").items();
    let status = statuses.iter().find(|s| s.at("state.waiting.reason").str() == "CrashLoopBackOff")?;
    let words = status.at("state.waiting.message").str().strip_prefix("back-off ")?;
    let total = go_duration(words.split(' ').next()?)?;
    let finished = Time::parse_rfc3339(status.at("lastState.terminated.finishedAt").str())?;
    let left = (finished + total).since(now);
    Some((percent(left.as_secs_f64() / total.as_secs_f64().max(1.0)), countdown(left)))
}

/// Reads `20s`, `2m40s`, `5m0s`.
fn go_duration(text: &str) -> Option<Duration> {
    let mut secs = 0u64;
    let mut number = 0u64;
    for c in text.chars() {
        match c {
            '0'..='9' => number = number.saturating_mul(10).saturating_add(u64::from(c) - u64::from('0')),
            'h' => secs += std::mem::take(&mut number).saturating_mul(3_600),
            'm' => secs += std::mem::take(&mut number).saturating_mul(60),
            's' => secs += std::mem::take(&mut number),
            _ => return None,
        }
    }
    Some(Duration::from_secs(secs))
}

fn percent(share: f64) -> u8 {
    (share.clamp(0.0, 1.0) * 100.0).round() as u8
}

fn countdown(left: Duration) -> String {
    if left.is_zero() { String::new() } else { human_duration(left + Duration::from_millis(999)) }
}

fn message(pod: &Value) -> String {
    let waiting = pod.at("status.containerStatuses").items().iter().map(|c| c.at("state.waiting.message").str());
    let conditions = pod.at("status.conditions").items().iter();
    let unmet = conditions.filter(|c| c["status"].str() == "False").map(|c| c["message"].str());
    waiting.chain(unmet).find(|m| !m.is_empty()).unwrap_or_default().into()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{list, object};

    fn pod(status: Value) -> Value {
        object! {
            "metadata" => object! { "name" => "p", "namespace" => "default" },
            "spec" => object! { "nodeName" => "node-1", "containers" => list![object! { "name" => "a" }] },
            "status" => status,
        }
    }

    fn with_state(phase: &str, ready: bool, state: Value) -> Value {
        let status = object! { "name" => "a", "ready" => ready, "state" => state };
        pod(object! { "phase" => phase, "containerStatuses" => list![status] })
    }

    #[test]
    fn phases_follow_the_status() {
        let waiting = |reason: &str| object! { "waiting" => object! { "reason" => reason } };
        let cases = [
            (pod(object! { "phase" => "Pending" }), Phase::ContainerCreating),
            (with_state("Pending", false, waiting("ContainerCreating")), Phase::ContainerCreating),
            (with_state("Pending", false, waiting("ErrImagePull")), Phase::ErrImagePull),
            (with_state("Running", true, object! { "running" => object! {} }), Phase::Running),
            (with_state("Running", false, object! { "running" => object! {} }), Phase::NotReady),
            (with_state("Running", false, waiting("CrashLoopBackOff")), Phase::CrashLoopBackOff),
            (with_state("Succeeded", false, object! { "terminated" => object! {} }), Phase::Succeeded),
        ];
        for (pod, want) in cases {
            assert_eq!(PodView::new(&pod, Time(0)).phase, want, "{pod}");
        }
        let mut unscheduled = pod(object! { "phase" => "Pending" });
        unscheduled.remove("spec.nodeName");
        assert_eq!(PodView::new(&unscheduled, Time(0)).phase, Phase::Pending);
    }

    #[test]
    fn a_terminating_pod_counts_its_grace_period_down() {
        let mut p = with_state("Running", true, object! { "running" => object! {} });
        p.set("metadata.deletionTimestamp", "2026-01-01T00:00:30Z");
        p.set("metadata.deletionGracePeriodSeconds", 30);
        let view = PodView::new(&p, Time::parse_rfc3339("2026-01-01T00:00:12Z").unwrap());
        assert_eq!((view.phase, view.ring, view.timer.as_str()), (Phase::Terminating, 60, "18s"));
    }

    #[test]
    fn a_crash_loop_counts_its_back_off_down() {
        let mut p = with_state(
            "Running",
            false,
            object! { "waiting" => object! {
            "reason" => "CrashLoopBackOff", "message" => "back-off 40s restarting failed container=a pod=p_default(1)" } },
        );
        p.at_mut("status.containerStatuses").list_mut()[0]
            .set("lastState.terminated.finishedAt", "2026-01-01T00:00:00Z");
        let view = PodView::new(&p, Time::parse_rfc3339("2026-01-01T00:00:10Z").unwrap());
        assert_eq!((view.ring, view.timer.as_str()), (75, "30s"));
    }
}
