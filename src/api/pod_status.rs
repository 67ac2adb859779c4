//! What the STATUS, READY and RESTARTS columns say of a pod. Models `printPod` of `pkg/printers/internalversion`.

use crate::apimachinery::time::human_duration;
use crate::apimachinery::{Object, Time, Value};

/// A pod in one line.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Summary {
    /// `Running`, `CrashLoopBackOff`, `Init:0/1`, `Terminating`…
    pub status: String,
    pub ready: usize,
    pub total: usize,
    pub restarts: i64,
    /// When the last container that restarted had ended.
    pub last_restart: Option<Time>,
}

impl Summary {
    /// `3 (10s ago)`
    pub fn restarts_text(&self, now: Time) -> String {
        match self.last_restart {
            Some(t) if self.restarts != 0 => format!("{} ({} ago)", self.restarts, human_duration(now.since(t))),
            _ => self.restarts.to_string(),
        }
    }
}

fn ended(status: &Value) -> Option<Time> {
    Time::parse_rfc3339(status.at("lastState.terminated.finishedAt").str())
}

fn condition<'a>(pod: &'a Value, kind: &str) -> &'a Value {
    const NONE: &Value = &Value::Null;
    pod["status"]["conditions"].items().iter().find(|c| c["type"].str() == kind).unwrap_or(NONE)
}

fn is_sidecar(pod: &Value, name: &str) -> bool {
    let init = pod["spec"]["initContainers"].items().iter().find(|c| c["name"].str() == name);
    init.is_some_and(|c| c["restartPolicy"].str() == "Always")
}

/// Why a container ended, as the column words it.
fn end_reason(terminated: &Value) -> String {
    match (terminated["reason"].str(), terminated["signal"].int()) {
        ("", 0) => format!("ExitCode:{}", terminated["exitCode"].int()),
        ("", signal) => format!("Signal:{signal}"),
        (reason, _) => reason.to_owned(),
    }
}

/// Reads a pod's status.
pub fn summary(pod: &Value) -> Summary {
    let (spec, status) = (&pod["spec"], &pod["status"]);
    let mut out = Summary { total: spec["containers"].items().len(), ..Summary::default() };
    let sidecars = spec["initContainers"].items().iter().filter(|c| c["restartPolicy"].str() == "Always");
    out.total += sidecars.count();
    let phase = status["phase"].str();
    out.status = if status["reason"].is_empty() { phase } else { status["reason"].str() }.to_owned();
    if condition(pod, "PodScheduled")["reason"].str() == "SchedulingGated" {
        out.status = "SchedulingGated".to_owned();
    }
    let initializing = read_init(pod, &mut out);
    if !initializing || condition(pod, "Initialized")["status"].str() == "True" {
        read_containers(pod, &mut out);
    }
    if pod.is_terminating() {
        if status["reason"].str() == "NodeLost" {
            out.status = "Unknown".to_owned();
        } else if !matches!(phase, "Succeeded" | "Failed") {
            out.status = "Terminating".to_owned();
        }
    }
    out
}

/// Returns true while init containers are not done.
fn read_init(pod: &Value, out: &mut Summary) -> bool {
    let (mut sidecar_restarts, mut sidecar_last) = (0, None);
    let statuses = pod["status"]["initContainerStatuses"].items();
    let mut initializing = false;
    for (i, status) in statuses.iter().enumerate() {
        let sidecar = is_sidecar(pod, status["name"].str());
        out.restarts += status["restartCount"].int();
        out.last_restart = out.last_restart.max(ended(status));
        if sidecar {
            sidecar_restarts += status["restartCount"].int();
            sidecar_last = sidecar_last.max(ended(status));
        }
        let (terminated, waiting) = (&status["state"]["terminated"], &status["state"]["waiting"]);
        if !terminated.is_null() && terminated["exitCode"].int() == 0 {
            continue;
        }
        if sidecar && status["started"].bool() {
            out.ready += usize::from(status["ready"].bool());
            continue;
        }
        initializing = true;
        out.status = match waiting["reason"].str() {
            _ if !terminated.is_null() => format!("Init:{}", end_reason(terminated)),
            "" | "PodInitializing" => format!("Init:{i}/{}", pod["spec"]["initContainers"].items().len()),
            reason => format!("Init:{reason}"),
        };
        break;
    }
    if !initializing || condition(pod, "Initialized")["status"].str() == "True" {
        (out.restarts, out.last_restart) = (sidecar_restarts, sidecar_last);
    }
    initializing
}

fn read_containers(pod: &Value, out: &mut Summary) {
    let mut running = false;
    for status in pod["status"]["containerStatuses"].items().iter().rev() {
        out.restarts += status["restartCount"].int();
        out.last_restart = out.last_restart.max(ended(status));
        let state = &status["state"];
        let waiting = state["waiting"]["reason"].str();
        if !waiting.is_empty() {
            out.status = waiting.to_owned();
        } else if !state["terminated"].is_null() {
            out.status = end_reason(&state["terminated"]);
        } else if status["ready"].bool() && !state["running"].is_null() {
            running = true;
            out.ready += 1;
        }
    }
    if running && out.status == "Completed" {
        let ready = condition(pod, "Ready")["status"].str() == "True";
        out.status = if ready { "Running" } else { "NotReady" }.to_owned();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn status(json: &str) -> (String, String) {
        let pod = Value::from_json(json).unwrap();
        let s = summary(&pod);
        let now = Time::parse_rfc3339("2026-11-23T12:00:10Z").unwrap();
        (format!("{}/{} {}", s.ready, s.total, s.status), s.restarts_text(now))
    }

    #[test]
    fn states_read_as_kubectl_shows_them() {
        let crash = r#"{"spec":{"containers":[{"name":"a"}]},"status":{"phase":"Running","containerStatuses":[{"name":"a","restartCount":3,
            "state":{"waiting":{"reason":"CrashLoopBackOff"}},"lastState":{"terminated":{"finishedAt":"2026-11-23T12:00:00Z"}}}]}}"#;
        assert_eq!(status(crash), ("0/1 CrashLoopBackOff".into(), "3 (10s ago)".into()));
        let init = r#"{"spec":{"initContainers":[{"name":"i"}],"containers":[{"name":"a"}]},"status":{"phase":"Pending",
            "initContainerStatuses":[{"name":"i","state":{"waiting":{"reason":"PodInitializing"}}}]}}"#;
        assert_eq!(status(init).0, "0/1 Init:0/1");
        let gone = r#"{"metadata":{"deletionTimestamp":"2026-11-23T12:00:00Z"},"spec":{"containers":[{}]},"status":{"phase":"Running",
            "containerStatuses":[{"ready":true,"state":{"running":{}}}]}}"#;
        assert_eq!(status(gone).0, "1/1 Terminating");
        let done = r#"{"spec":{"containers":[{}]},"status":{"phase":"Succeeded","containerStatuses":[{"state":{"terminated":{"exitCode":0,"reason":"Completed"}}}]}}"#;
        assert_eq!(status(done).0, "0/1 Completed");
    }
}
