//! When a cluster is stable, as the recorder of the transcripts judged it.

use super::Lab;
use crate::api::resources;
use crate::apimachinery::time::Duration;
use crate::apimachinery::{Object, Value};
use crate::client::{Api, Request};

const LOOK: Duration = Duration::from_millis(500);
const QUIET: Duration = Duration::from_millis(2_200);
const QUIET_WHILE_MOVING: Duration = Duration::from_secs(25);
const LONGEST: Duration = Duration::from_secs(60);

/// Waiting reasons that do not pass by themselves: a pod in one of them is not on its way anywhere.
const STUCK: [&str; 6] = [
    "ErrImagePull",
    "ImagePullBackOff",
    "CrashLoopBackOff",
    "InvalidImageName",
    "CreateContainerConfigError",
    "CreateContainerError",
];

/// Lets time pass until nothing changed for 2.2 s and nothing moves, or for 25 s, or until 60 s have passed.
pub fn settle(lab: &mut Lab) {
    let start = lab.now();
    let (mut seen, mut since) = (look(lab), start);
    while lab.now().since(start) < LONGEST {
        lab.run_until(lab.now() + LOOK);
        let now = look(lab);
        if now.print != seen.print {
            since = lab.now();
        }
        seen = now;
        let quiet = lab.now().since(since);
        if quiet >= QUIET_WHILE_MOVING || (quiet >= QUIET && !seen.moving) {
            return;
        }
    }
}

struct Look {
    /// Key and revision of every object but heartbeats and events.
    print: Vec<(String, u64)>,
    moving: bool,
}

fn look(lab: &mut Lab) -> Look {
    let mut look = Look { print: Vec::new(), moving: false };
    for resource in resources::all().iter().filter(|r| r.can("list")) {
        if matches!(resource.resource, "events" | "leases" | "componentstatuses" | "nodes") {
            continue;
        }
        let Ok(list) = lab.handle(Request::get(resource.gvr().url("", ""))).into_result() else { continue };
        for object in list["items"].items() {
            look.print.push((format!("{}/{}", resource.resource, object.key()), object.resource_version()));
            look.moving |= moves(resource.resource, object);
        }
    }
    look
}

fn moves(resource: &str, object: &Value) -> bool {
    match resource {
        "pods" => object.is_terminating() || (object.at("status.phase").str() == "Pending" && !is_stuck(object)),
        _ => object.at("status.observedGeneration").as_i64().is_some_and(|seen| seen < object.generation()),
    }
}

fn is_stuck(pod: &Value) -> bool {
    let unschedulable = pod.at("status.conditions").items().iter().any(|c| c["reason"].str() == "Unschedulable");
    let waiting = |field: &str| {
        let statuses = pod["status"][field].items();
        statuses.iter().any(|c| STUCK.contains(&c.at("state.waiting.reason").str()))
    };
    unschedulable || waiting("containerStatuses") || waiting("initContainerStatuses")
}
