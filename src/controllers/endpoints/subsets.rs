//! Endpoints, the older kind: one object with subsets.

use super::*;

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
pub(super) fn sync_endpoints(service: &Value, pods: &[Value], context: &mut Context) -> Result<(), Status> {
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
