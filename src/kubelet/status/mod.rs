//! The status of a pod, from what its containers do. Models `kubelet_pods.go` (`generateAPIPodStatus`, `getPhase`,
//! `convertToAPIContainerStatuses`) and `status/generate.go`.

mod conditions;
mod container;

pub use container::{security, should_restart, user};

use super::node::Node;
use super::pod::Pod;
use super::resize;
use crate::apimachinery::quantity::Quantity;
use crate::apimachinery::{Object, Time, Value};
use crate::{list, object};
use conditions::{OWNED, conditions, phase};
use container::{ephemeral_statuses, statuses};
use std::collections::BTreeMap;

/// What may differ between two looks at one state.
#[derive(Clone, Copy, Debug, Default)]
pub struct Options {
    /// The pod ends: nothing restarts any more.
    pub terminal: bool,
    /// Leave addresses out: the network was only just made.
    pub without_ip: bool,
}

/// The whole status. Conditions and fields that others own are kept.
pub fn generate(pod: &Pod, node: &Node, now: Time, options: Options) -> Value {
    let old = &pod.object["status"];
    if let Some((reason, message)) = pod.failure.as_ref().filter(|_| pod.is_rejected) {
        return rejected(pod, reason, message);
    }
    let mut status = old.clone();
    let init: Vec<Value> = statuses(pod, "initContainers");
    let main: Vec<Value> = statuses(pod, "containers");
    let phase = match &pod.failure {
        Some(_) => "Failed",
        None => phase(pod, &init, &main, options.terminal),
    };
    status.set("phase", phase);
    if let Some((reason, message)) = &pod.failure {
        status.set("reason", *reason);
        status.set("message", message.as_str());
    }
    status.set("conditions", conditions(pod, phase, &init, &main, now));
    status.set("observedGeneration", pod.object.generation());
    status.set("startTime", pod.start.rfc3339());
    status.set("hostIP", node.spec.ip.as_str());
    status.set("hostIPs", list![object! { "ip" => node.spec.ip.as_str() }]);
    if !pod.ip().is_empty() && !options.without_ip {
        status.set("podIP", pod.ip());
        status.set("podIPs", list![object! { "ip" => pod.ip() }]);
    }
    if !init.is_empty() {
        status.set("initContainerStatuses", init);
    }
    status.set("containerStatuses", main);
    let ephemeral = ephemeral_statuses(pod);
    if !ephemeral.is_empty() {
        status.set("ephemeralContainerStatuses", ephemeral);
    }
    set_resources(pod, &mut status);
    status
}

/// The status of a pod that the node does not take. Models `rejectPod`.
fn rejected(pod: &Pod, reason: &str, message: &str) -> Value {
    let old = pod.object.at("status.conditions").items();
    let kept: Vec<Value> = old.iter().filter(|c| !OWNED.contains(&c["type"].str())).cloned().collect();
    let mut status = object! {
        "phase" => "Failed", "reason" => reason, "message" => message, "startTime" => pod.start.rfc3339(),
        "qosClass" => pod.object.at("status.qosClass").clone(), "observedGeneration" => pod.object.generation(),
    };
    if !kept.is_empty() {
        status.set("conditions", kept);
    }
    status
}

/// Requests and limits of all containers together. Models `InPlacePodLevelResourcesVerticalScaling`.
fn set_resources(pod: &Pod, status: &mut Value) {
    let (mut requests, mut limits) = (BTreeMap::new(), BTreeMap::new());
    let mut allocated = BTreeMap::new();
    for container in pod.spec()["containers"].items() {
        let given = resize::allocated(pod, container);
        let actual = pod.latest(container["name"].str()).map_or(given, |instance| &instance.resources);
        let lists = [("requests", actual, &mut requests), ("limits", actual, &mut limits)];
        for (list, from, sums) in lists.into_iter().chain([("requests", given, &mut allocated)]) {
            for (name, quantity) in from[list].fields() {
                sums.entry(name.to_owned()).or_insert_with(Vec::new).push(quantity.clone());
            }
        }
    }
    let mut resources = object! {};
    for (name, sums) in [("requests", &requests), ("limits", &limits)] {
        if !sums.is_empty() {
            resources.map_mut().insert(name, total(sums));
        }
    }
    status.set("resources", resources);
    if !allocated.is_empty() {
        status.set("allocatedResources", total(&allocated));
    }
}

fn total(sums: &BTreeMap<String, Vec<Value>>) -> Value {
    let sum = |quantities: &Vec<Value>| match quantities.as_slice() {
        [one] => one.clone(),
        many => {
            let millis: i64 = many.iter().map(|q| Quantity::of(q).milli_value()).sum();
            let format = many.first().map_or(Quantity::ZERO.format, |q| Quantity::of(q).format);
            let whole = Quantity::new(millis / 1_000, format);
            let quantity = if millis % 1_000 == 0 { whole } else { Quantity::milli(millis) };
            Value::from(quantity.to_string())
        }
    };
    Value::from(sums.iter().map(|(name, q)| (name.as_str(), sum(q))).collect::<crate::apimachinery::Map>())
}
