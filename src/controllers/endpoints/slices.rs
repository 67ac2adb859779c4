//! EndpointSlices: the endpoints of a service, grouped by ports, at most 100 in each.

use super::*;

/// How many endpoints a slice holds.
const SLICE_SIZE: usize = 100;
const MANAGED_BY: &str = "endpointslice-controller.k8s.io";

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
pub(super) fn sync_slices(service: &Value, pods: &[Value], context: &mut Context) -> Result<(), Status> {
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
