//! Who stands behind a service: EndpointSlices and the older Endpoints. Models `pkg/controller/endpoint` and
//! `pkg/controller/endpointslice`.

use super::{Context, Controller, pods};
use crate::apimachinery::labels::Selector;
use crate::apimachinery::{Object, Status, Time, Value};
use crate::client::{Delta, Informers, Resource, WorkQueue};
use crate::{list, object};
use std::collections::BTreeMap;

/// How many endpoints a slice holds.
const SLICE_SIZE: usize = 100;
const MANAGED_BY: &str = "endpointslice-controller.k8s.io";
const TRIGGER: &str = "endpoints.kubernetes.io/last-change-trigger-time";

/// The controller of one of the two kinds.
#[derive(Clone)]
pub struct Endpoints {
    resource: Resource,
}

impl Endpoints {
    pub fn slices() -> Box<dyn Controller> {
        Box::new(Self { resource: Resource::EndpointSlices })
    }

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

// --- EndpointSlices ------------------------------------------------------------------------------------------------

fn endpoint(service: &Value, pod: &Value) -> Value {
    let (ready, ending) = (pods::is_ready(pod), pod.is_terminating());
    let publish = service.at("spec.publishNotReadyAddresses").bool();
    let mut endpoint = object! {
        "addresses" => list![pod.at("status.podIP").clone()],
        "conditions" => object! { "ready" => publish || (ready && !ending), "serving" => ready, "terminating" => ending },
        "nodeName" => pod.at("spec.nodeName").clone(), "targetRef" => target_ref(pod),
    };
    if let Some(name) = hostname(pod, service) {
        endpoint.map_mut().insert("hostname", name);
    }
    endpoint
}

#[inline(never)]
fn sync_slices(service: &Value, pods: &[Value], context: &mut Context) -> Result<(), Status> {
    // Pods whose ports differ go into slices of their own.
    let mut groups: BTreeMap<String, (Value, BTreeMap<String, Value>)> = BTreeMap::new();
    for pod in pods.iter().filter(|p| has_address(p)) {
        let ports = Value::from(ports(service, pod, true));
        let group = groups.entry(ports.to_string()).or_insert_with(|| (ports, BTreeMap::new()));
        group.1.insert(pod.uid().to_owned(), endpoint(service, pod));
    }
    let named = Some(service.name());
    let existing: Vec<Value> = context
        .informers
        .list_in(Resource::EndpointSlices, service.namespace())
        .filter(|s| s.label("kubernetes.io/service-name") == named)
        .filter(|s| s.label("endpointslice.kubernetes.io/managed-by") == Some(MANAGED_BY))
        .cloned()
        .collect();
    if groups.is_empty() {
        // A service without endpoints keeps one slice that says so.
        groups.insert(String::new(), (Value::Null, BTreeMap::new()));
    }
    let mut unused: Vec<Value> = existing;
    for (_, (ports, endpoints)) in groups {
        sync_group(service, ports, endpoints, &mut unused, context)?;
    }
    for slice in unused {
        let _ = context.door().delete(Resource::EndpointSlices, &slice.key(), Value::Null);
    }
    Ok(())
}

fn sync_group(
    service: &Value,
    ports: Value,
    mut wanted: BTreeMap<String, Value>,
    unused: &mut Vec<Value>,
    context: &mut Context,
) -> Result<(), Status> {
    let fits =
        |slice: &Value| same_ports(&slice["ports"], &ports) || (wanted.is_empty() && slice["endpoints"].is_empty());
    let (mine, others): (Vec<_>, Vec<_>) = unused.drain(..).partition(fits);
    *unused = others;
    // What a slice has stays where it is; what is new fills the gaps.
    let mut slices: Vec<(Option<Value>, Vec<Value>)> = Vec::new();
    for slice in mine {
        let kept: Vec<Value> =
            slice["endpoints"].items().iter().filter_map(|e| wanted.remove(e.at("targetRef.uid").str())).collect();
        slices.push((Some(slice), kept));
    }
    let mut new = wanted.into_values();
    for (_, endpoints) in &mut slices {
        let room = SLICE_SIZE.saturating_sub(endpoints.len());
        endpoints.extend(new.by_ref().take(room));
    }
    loop {
        let more: Vec<Value> = new.by_ref().take(SLICE_SIZE).collect();
        if more.is_empty() {
            break;
        }
        slices.push((None, more));
    }
    if slices.is_empty() {
        slices.push((None, Vec::new()));
    }
    let several = slices.len() > 1;
    for (slice, endpoints) in slices {
        match slice {
            Some(slice) if endpoints.is_empty() && several => unused.push(slice),
            Some(slice) => update_slice(service, slice, &ports, endpoints, context)?,
            None => create_slice(service, &ports, endpoints, context)?,
        }
    }
    Ok(())
}

/// No ports (a name that no container has) is the same as none said.
fn same_ports(a: &Value, b: &Value) -> bool {
    a.same(b) || (a.is_empty() && b.is_empty())
}

fn slice_labels(service: &Value) -> Value {
    let mut labels = if service.labels().is_null() {
        object! {}
    } else {
        service.labels().clone()
    };
    labels.map_mut().insert("endpointslice.kubernetes.io/managed-by", MANAGED_BY);
    labels.map_mut().insert("kubernetes.io/service-name", service.name());
    if service.at("spec.clusterIP").str() == "None" {
        labels.map_mut().insert("service.kubernetes.io/headless", "");
    }
    labels
}

fn create_slice(service: &Value, ports: &Value, endpoints: Vec<Value>, context: &mut Context) -> Result<(), Status> {
    let slice = object! {
        "apiVersion" => "discovery.k8s.io/v1", "kind" => "EndpointSlice",
        "metadata" => object! {
            "generateName" => format!("{}-", service.name()), "labels" => slice_labels(service),
            "annotations" => object! { TRIGGER => context.now.rfc3339() },
            "ownerReferences" => list![pods::controller_ref(service)],
        },
        "addressType" => "IPv4", "endpoints" => endpoints, "ports" => ports.clone(),
    };
    match context.door().create(Resource::EndpointSlices, service.namespace(), slice) {
        Err(status) if status.code == 404 || pods::is_namespace_terminating(&status) => Ok(()),
        other => other.map(|_| ()),
    }
}

fn update_slice(
    service: &Value,
    mut slice: Value,
    ports: &Value,
    endpoints: Vec<Value>,
    context: &mut Context,
) -> Result<(), Status> {
    let (endpoints, labels) = (Value::from(endpoints), slice_labels(service));
    if slice["endpoints"].same(&endpoints) && same_ports(&slice["ports"], ports) && slice.labels().same(&labels) {
        return Ok(());
    }
    slice.set("endpoints", endpoints);
    slice.set("ports", ports.clone());
    slice.set("metadata.labels", labels);
    slice.set_in(&["metadata", "annotations", TRIGGER], context.now.rfc3339());
    match context.door().update(Resource::EndpointSlices, slice) {
        Err(status) if status.code == 404 => Ok(()),
        other => other.map(|_| ()),
    }
}

// --- Endpoints -----------------------------------------------------------------------------------------------------

fn address(service: &Value, pod: &Value) -> Value {
    let mut address = object! {
        "ip" => pod.at("status.podIP").clone(), "nodeName" => pod.at("spec.nodeName").clone(),
        "targetRef" => target_ref(pod),
    };
    if let Some(name) = hostname(pod, service) {
        address.map_mut().insert("hostname", name);
    }
    address
}

#[inline(never)]
fn sync_endpoints(service: &Value, pods: &[Value], context: &mut Context) -> Result<(), Status> {
    let publish = service.at("spec.publishNotReadyAddresses").bool();
    let counts = |p: &&Value| has_address(p) && (publish || !p.is_terminating());
    let mut subsets: BTreeMap<String, (Value, Vec<Value>, Vec<Value>)> = BTreeMap::new();
    for pod in pods.iter().filter(counts) {
        let ports = Value::from(ports(service, pod, false));
        if ports.is_empty() && service.at("spec.clusterIP").str() != "None" {
            continue;
        }
        let subset = subsets.entry(ports.to_string()).or_insert_with(|| (ports, Vec::new(), Vec::new()));
        let list = if publish || pods::is_ready(pod) { &mut subset.1 } else { &mut subset.2 };
        list.push(address(service, pod));
    }
    let ip = |a: &Value| a["ip"].str().parse::<std::net::Ipv4Addr>().map_or(0, u32::from);
    let mut lists = Vec::new();
    for (_, (ports, mut ready, mut unready)) in subsets {
        ready.sort_by_key(ip);
        unready.sort_by_key(ip);
        let mut subset = object! {};
        for (field, list) in [("addresses", ready), ("notReadyAddresses", unready)] {
            if !list.is_empty() {
                subset.map_mut().insert(field, list);
            }
        }
        if !ports.is_empty() {
            subset.map_mut().insert("ports", ports);
        }
        lists.push(subset);
    }
    write_endpoints(service, Value::from(lists), context)
}

fn write_endpoints(service: &Value, subsets: Value, context: &mut Context) -> Result<(), Status> {
    let mut labels = if service.labels().is_null() {
        object! {}
    } else {
        service.labels().clone()
    };
    labels.map_mut().insert("endpoints.kubernetes.io/managed-by", "endpoint-controller");
    if service.at("spec.clusterIP").str() == "None" {
        labels.map_mut().insert("service.kubernetes.io/headless", "");
    }
    let existing = context.get(Resource::Endpoints, &service.key()).cloned();
    let same = |e: &Value| {
        (e["subsets"].same(&subsets) || (e["subsets"].is_empty() && subsets.is_empty())) && e.labels().same(&labels)
    };
    if existing.as_ref().is_some_and(same) {
        return Ok(());
    }
    let is_new = existing.is_none();
    let mut endpoints = existing.unwrap_or_else(|| {
        object! {
            "apiVersion" => "v1", "kind" => "Endpoints",
            "metadata" => object! { "name" => service.name(), "namespace" => service.namespace() },
        }
    });
    endpoints.set("metadata.labels", labels);
    endpoints.set_in(&["metadata", "annotations", TRIGGER], context.now.rfc3339());
    match subsets.is_empty() {
        true => {
            endpoints.remove("subsets");
        }
        false => endpoints.set("subsets", subsets),
    }
    let outcome = match is_new {
        true => context.door().create(Resource::Endpoints, service.namespace(), endpoints),
        false => context.door().update(Resource::Endpoints, endpoints),
    };
    match outcome {
        Err(status) if status.code == 404 || pods::is_namespace_terminating(&status) => Ok(()),
        other => other.map(|_| ()),
    }
}
