//! Deletes pods that do not tolerate a `NoExecute` taint of their node. Models `pkg/controller/tainteviction`.

use super::{Context, Controller, pods};
use crate::api::tolerations::tolerates;
use crate::apimachinery::time::{Duration, Time};
use crate::apimachinery::{Object, Status, Value};
use crate::client::{Delta, Informers, Resource, WorkQueue};
use crate::object;
use std::collections::BTreeMap;

/// Since when each pod has been under taints that it tolerates only for a time, by key.
#[derive(Clone, Default)]
pub struct TaintEviction {
    since: BTreeMap<String, Time>,
}

impl TaintEviction {
    pub fn boxed() -> Box<dyn Controller> {
        Box::new(Self::default())
    }
}

fn no_execute(node: &Value) -> impl Iterator<Item = &Value> {
    node["spec"]["taints"].items().iter().filter(|t| t["effect"].str() == "NoExecute")
}

/// How long a pod may stay: None for ever, zero not at all.
fn may_stay(pod: &Value, node: &Value) -> Option<Duration> {
    let mut shortest = None;
    for taint in no_execute(node) {
        let tolerations = pod["spec"]["tolerations"].items().iter().filter(|t| tolerates(t, taint));
        let mut found = false;
        for toleration in tolerations {
            found = true;
            if let Some(seconds) = toleration["tolerationSeconds"].as_i64() {
                let time = Duration::from_secs(u64::try_from(seconds).unwrap_or(0));
                shortest = Some(shortest.map_or(time, |s: Duration| s.min(time)));
            }
        }
        if !found {
            return Some(Duration::ZERO);
        }
    }
    shortest
}

impl Controller for TaintEviction {
    fn name(&self) -> &'static str {
        "taint-eviction-controller"
    }

    fn watches(&self) -> &'static [Resource] {
        &[Resource::Nodes, Resource::Pods]
    }

    fn enqueue(&mut self, delta: &Delta, informers: &Informers, queue: &mut WorkQueue, _: Time) {
        match delta.resource {
            Resource::Nodes if delta.changed("spec.taints") => {
                for pod in informers.pods_on(&delta.key) {
                    queue.add(pod.key());
                }
            }
            Resource::Pods if delta.is_delete() => {
                self.since.remove(&*delta.key);
            }
            Resource::Pods if delta.is_add() || delta.changed("spec.nodeName") || delta.changed("spec.tolerations") => {
                let node = informers.get(Resource::Nodes, delta.object().at("spec.nodeName").str());
                if node.is_some_and(|n| no_execute(n).next().is_some()) {
                    queue.add(&*delta.key);
                }
            }
            _ => {}
        }
    }

    fn reconcile(&mut self, key: &str, context: &mut Context) -> Result<(), Status> {
        let Some(pod) = context.get(Resource::Pods, key).cloned() else { return Ok(()) };
        let Some(node) = context.get(Resource::Nodes, pod.at("spec.nodeName").str()) else { return Ok(()) };
        if pod.is_terminating() || pods::is_terminal(&pod) {
            return Ok(());
        }
        let Some(stay) = may_stay(&pod, node) else {
            if self.since.remove(key).is_some() {
                let message = format!("Cancelling deletion of Pod {key}");
                context.event(&pod, "Normal", "TaintManagerEviction", &message);
            }
            return Ok(());
        };
        let end = *self.since.entry(key.to_owned()).or_insert(context.now) + stay;
        if end > context.now {
            context.queue.add_at(key, end);
            return Ok(());
        }
        let message = format!("Marking for deletion Pod {key}");
        context.event(&pod, "Normal", "TaintManagerEviction", &message);
        let condition = object! {
            "type" => "DisruptionTarget", "status" => "True", "reason" => "DeletionByTaintManager",
            "message" => "Taint manager: deleting due to NoExecute taint", "lastProbeTime" => Value::Null,
            "lastTransitionTime" => context.now.rfc3339(), "observedGeneration" => pod.generation(),
        };
        let mut marked = pod.clone();
        marked.at_mut("status.conditions").list_mut().insert(0, condition);
        let _ = context.door().update_status(Resource::Pods, marked);
        match context.door().delete(Resource::Pods, key, Value::Null) {
            Err(status) if status.code == 404 => Ok(()),
            other => other.map(|_| ()),
        }
    }
}
