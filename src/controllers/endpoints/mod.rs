//! Who stands behind a service: EndpointSlices and the older Endpoints. Models `pkg/controller/endpoint` and
//! `pkg/controller/endpointslice`.

mod slices;
mod subsets;

use super::{Context, Controller, pods};
use crate::apimachinery::labels::Selector;
use crate::apimachinery::{Object, Status, Time, Value};
use crate::client::{Delta, Informers, Resource, WorkQueue};
use crate::{list, object};
use slices::sync_slices;
use std::collections::BTreeMap;
use subsets::sync_endpoints;

/// Where both kinds say when the pods changed that they follow.
const TRIGGER: &str = "endpoints.kubernetes.io/last-change-trigger-time";

/// The controller of one of the two kinds.
#[derive(Clone)]
pub struct Endpoints {
    resource: Resource,
}

impl Endpoints {
    /// The controller of EndpointSlices.
    pub fn slices() -> Box<dyn Controller> {
        Box::new(Self { resource: Resource::EndpointSlices })
    }

    /// The controller of Endpoints.
    pub fn endpoints() -> Box<dyn Controller> {
        Box::new(Self { resource: Resource::Endpoints })
    }
}

impl Controller for Endpoints {
    fn name(&self) -> &'static str {
        if self.resource == Resource::Endpoints { "endpoint-controller" } else { "endpoint-slice-controller" }
    }

    fn watches(&self) -> &'static [Resource] {
        match self.resource {
            Resource::Endpoints => &[Resource::Services, Resource::Pods, Resource::Endpoints],
            _ => &[Resource::Services, Resource::Pods, Resource::EndpointSlices],
        }
    }

    fn enqueue(&mut self, delta: &Delta, informers: &Informers, queue: &mut WorkQueue, _: Time) {
        let object = delta.object();
        match delta.resource {
            Resource::Services => queue.add(&*delta.key),
            Resource::Pods => enqueue_pod(delta, informers, queue),
            // What somebody else deleted or changed is put right.
            Resource::Endpoints if delta.is_delete() => queue.add(&*delta.key),
            Resource::EndpointSlices if delta.is_delete() => {
                if let Some(service) = object.label("kubernetes.io/service-name") {
                    queue.add(format!("{}/{service}", object.namespace()));
                }
            }
            _ => {}
        }
    }

    fn reconcile(&mut self, key: &str, context: &mut Context) -> Result<(), Status> {
        let Some(service) = context.get(Resource::Services, key).cloned() else {
            return self.service_gone(key, context);
        };
        let selector = &service["spec"]["selector"];
        // Without a selector somebody else says who stands behind it.
        if selector.is_empty() || service.at("spec.type").str() == "ExternalName" || service.is_terminating() {
            return Ok(());
        }
        let selector = Selector::from_set(selector);
        let pods = context.informers.list_in(Resource::Pods, service.namespace());
        let pods: Vec<Value> = pods.filter(|p| selector.matches(p.labels())).cloned().collect();
        match self.resource {
            Resource::Endpoints => sync_endpoints(&service, &pods, context),
            _ => sync_slices(&service, &pods, context),
        }
    }
}

impl Endpoints {
    fn service_gone(&self, key: &str, context: &mut Context) -> Result<(), Status> {
        if self.resource != Resource::Endpoints || context.get(Resource::Endpoints, key).is_none() {
            return Ok(());
        }
        match context.door().delete(Resource::Endpoints, key, Value::Null) {
            Err(status) if status.code != 404 => Err(status),
            _ => Ok(()),
        }
    }
}

/// Services that select a pod, where what they tell of it changed.
fn enqueue_pod(delta: &Delta, informers: &Informers, queue: &mut WorkQueue) {
    let pods = || [&delta.old, &delta.new].into_iter().flatten();
    let selects = |service: &&Value| {
        let selector = &service["spec"]["selector"];
        // Compared by hand: this runs for every change of every pod.
        let has = |pod: &Value| selector.fields().all(|(key, value)| pod.labels().get(key) == Some(value));
        !selector.is_empty() && pods().any(has)
    };
    let services = informers.list_in(Resource::Services, delta.object().namespace());
    let mut selected = services.filter(selects).peekable();
    if selected.peek().is_none() || !matters(delta) {
        return;
    }
    for service in selected {
        queue.add(service.key());
    }
}

fn matters(delta: &Delta) -> bool {
    let fields = ["status.podIP", "status.phase", "metadata.labels", "metadata.deletionTimestamp", "spec.nodeName"];
    let readiness = |pod: &Option<Value>| pod.as_ref().is_some_and(pods::is_ready);
    delta.is_add()
        || delta.is_delete()
        || readiness(&delta.old) != readiness(&delta.new)
        || fields.iter().any(|field| delta.changed(field))
}

/// The number that a service's port means in a pod. Models `podutil.FindPort`.
fn find_port(pod: &Value, port: &Value) -> Option<i64> {
    match &port["targetPort"] {
        Value::Int(0) | Value::Null => Some(port["port"].int()),
        Value::Int(number) => Some(*number),
        name => {
            let sidecars =
                pod.at("spec.initContainers").items().iter().filter(|c| c["restartPolicy"].str() == "Always");
            let containers = pod.at("spec.containers").items().iter().chain(sidecars);
            let protocol =
                |p: &Value| if p["protocol"].str().is_empty() { "TCP" } else { p["protocol"].str() }.to_owned();
            let mut ports = containers.flat_map(|c| c["ports"].items());
            let found = ports.find(|p| p["name"].str() == name.str() && protocol(p) == protocol(port))?;
            Some(found["containerPort"].int())
        }
    }
}

/// The service's ports as a pod offers them.
fn ports(service: &Value, pod: &Value, named: bool) -> Vec<Value> {
    let port = |port: &Value| {
        let number = find_port(pod, port)?;
        let protocol = if port["protocol"].str().is_empty() { "TCP" } else { port["protocol"].str() };
        let mut out = object! { "port" => number, "protocol" => protocol };
        let name = port["name"].str();
        if named || !name.is_empty() {
            out.map_mut().insert("name", name);
        }
        if let Some(protocol) = port["appProtocol"].as_str() {
            out.map_mut().insert("appProtocol", protocol);
        }
        Some(out)
    };
    service.at("spec.ports").items().iter().filter_map(port).collect()
}

fn target_ref(pod: &Value) -> Value {
    object! { "kind" => "Pod", "name" => pod.name(), "namespace" => pod.namespace(), "uid" => pod.uid() }
}

fn hostname<'a>(pod: &'a Value, service: &Value) -> Option<&'a str> {
    let name = pod.at("spec.hostname").str();
    (!name.is_empty() && pod.at("spec.subdomain").str() == service.name()).then_some(name)
}

fn has_address(pod: &Value) -> bool {
    !pods::is_terminal(pod) && !pod.at("status.podIP").str().is_empty()
}
