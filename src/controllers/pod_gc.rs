//! Removes pods that no kubelet will: of nodes that are gone, and deleted ones that were never bound. Models
//! `pkg/controller/podgc`.

use super::{Context, Controller};
use crate::apimachinery::time::{Duration, Time};
use crate::apimachinery::{Object, Status};
use crate::client::{Delta, Informers, Resource, WorkQueue};
use crate::object;

/// A node has to be missing this long.
const QUARANTINE: Duration = Duration::from_secs(40);
/// The controller looks every 20 s; that is when a pod of no node is found.
const PERIOD: Duration = Duration::from_secs(20);

#[derive(Clone)]
pub struct PodGc;

impl PodGc {
    pub fn boxed() -> Box<dyn Controller> {
        Box::new(Self)
    }
}

impl Controller for PodGc {
    fn name(&self) -> &'static str {
        "pod-garbage-collector"
    }

    fn watches(&self) -> &'static [Resource] {
        &[Resource::Nodes, Resource::Pods]
    }

    fn enqueue(&mut self, delta: &Delta, informers: &Informers, queue: &mut WorkQueue, now: Time) {
        match delta.resource {
            Resource::Nodes if delta.is_delete() => {
                for pod in informers.pods_on(&delta.key) {
                    queue.add_at(pod.key(), now + QUARANTINE);
                }
            }
            Resource::Pods if !delta.is_delete() => {
                let pod = delta.object();
                let node = pod.at("spec.nodeName").str();
                if node.is_empty() && pod.is_terminating() {
                    queue.add_at(&*delta.key, now + PERIOD);
                } else if !node.is_empty() && informers.get(Resource::Nodes, node).is_none() {
                    queue.add_at(&*delta.key, now + PERIOD + QUARANTINE);
                }
            }
            _ => {}
        }
    }

    fn reconcile(&mut self, key: &str, context: &mut Context) -> Result<(), Status> {
        let Some(pod) = context.get(Resource::Pods, key).cloned() else { return Ok(()) };
        let node = pod.at("spec.nodeName").str();
        let lost = !node.is_empty() && context.get(Resource::Nodes, node).is_none();
        if !lost && !(node.is_empty() && pod.is_terminating()) {
            return Ok(());
        }
        if !matches!(pod.at("status.phase").str(), "Succeeded" | "Failed") {
            let mut failed = pod.clone();
            failed.set("status.phase", "Failed");
            let _ = context.door().update_status(Resource::Pods, failed);
        }
        let options = object! {
            "apiVersion" => "v1", "kind" => "DeleteOptions", "gracePeriodSeconds" => 0,
            "preconditions" => object! { "uid" => pod.uid() },
        };
        match context.door().delete(Resource::Pods, key, options) {
            Err(status) if status.code == 404 || status.code == 409 => Ok(()),
            other => other.map(|_| ()),
        }
    }
}
