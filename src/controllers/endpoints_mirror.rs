//! Mirrors Endpoints that users wrote as EndpointSlices. Models `pkg/controller/endpointslicemirroring`.

use super::{Context, Controller, pods};
use crate::apimachinery::{Object, Status, Time, Value};
use crate::client::{Delta, Informers, Resource, WorkQueue};
use crate::{list, object};

const MANAGED_BY: &str = "endpointslicemirroring-controller.k8s.io";

#[derive(Clone)]
pub struct EndpointsMirror;

impl EndpointsMirror {
    pub fn boxed() -> Box<dyn Controller> {
        Box::new(Self)
    }
}

impl Controller for EndpointsMirror {
    fn name(&self) -> &'static str {
        "endpoint-slice-mirroring-controller"
    }

    fn watches(&self) -> &'static [Resource] {
        &[Resource::Endpoints, Resource::Services]
    }

    fn enqueue(&mut self, delta: &Delta, _: &Informers, queue: &mut WorkQueue, _: Time) {
        queue.add(&*delta.key);
    }

    fn reconcile(&mut self, key: &str, context: &mut Context) -> Result<(), Status> {
        let (namespace, name) = crate::apimachinery::meta::split_key(key);
        let mirrored = |slice: &&Value| {
            slice.label("kubernetes.io/service-name") == Some(name)
                && slice.label("endpointslice.kubernetes.io/managed-by") == Some(MANAGED_BY)
        };
        let existing: Vec<Value> =
            context.informers.list_in(Resource::EndpointSlices, namespace).filter(mirrored).cloned().collect();
        let service = context.get(Resource::Services, key).filter(|s| s["spec"]["selector"].is_empty());
        let endpoints = context.get(Resource::Endpoints, key).filter(|e| {
            let skips = e.label("endpointslice.kubernetes.io/skip-mirror") == Some("true");
            !skips && e.annotation("control-plane.alpha.kubernetes.io/leader").is_none()
        });
        let subsets = match (service, endpoints) {
            (Some(_), Some(endpoints)) => endpoints["subsets"].items().to_vec(),
            _ => Vec::new(),
        };
        let mut existing = existing.into_iter();
        for subset in &subsets {
            let Some(endpoints) = endpoints.cloned() else { break };
            write(&endpoints, subset, existing.next(), context)?;
        }
        for slice in existing {
            let _ = context.door().delete(Resource::EndpointSlices, &slice.key(), Value::Null);
        }
        Ok(())
    }
}

fn slice_endpoints(subset: &Value) -> Value {
    let of = |list: &str, ready: bool| -> Vec<Value> {
        let make = |address: &Value| {
            let mut endpoint = object! {
                "addresses" => list![address["ip"].clone()], "conditions" => object! { "ready" => ready },
            };
            for field in ["hostname", "nodeName", "targetRef"] {
                if !address[field].is_null() {
                    endpoint.map_mut().insert(field, address[field].clone());
                }
            }
            endpoint
        };
        subset[list].items().iter().map(make).collect()
    };
    [of("addresses", true), of("notReadyAddresses", false)].concat().into()
}

fn write(endpoints: &Value, subset: &Value, slice: Option<Value>, context: &mut Context) -> Result<(), Status> {
    let ports: Value = subset["ports"]
        .items()
        .iter()
        .map(|port| {
            let mut port = port.clone();
            port.default_to("name", "");
            port
        })
        .collect();
    let content = slice_endpoints(subset);
    if slice.as_ref().is_some_and(|s| s["endpoints"].same(&content) && s["ports"].same(&ports)) {
        return Ok(());
    }
    if let Some(mut slice) = slice {
        slice.set("endpoints", content);
        slice.set("ports", ports);
        return context.door().update(Resource::EndpointSlices, slice).map(|_| ());
    }
    let mut labels = if endpoints.labels().is_null() {
        object! {}
    } else {
        endpoints.labels().clone()
    };
    labels.map_mut().insert("endpointslice.kubernetes.io/managed-by", MANAGED_BY);
    labels.map_mut().insert("kubernetes.io/service-name", endpoints.name());
    let slice = object! {
        "apiVersion" => "discovery.k8s.io/v1", "kind" => "EndpointSlice",
        "metadata" => object! {
            "generateName" => format!("{}-", endpoints.name()), "labels" => labels,
            "ownerReferences" => list![pods::controller_ref(endpoints)],
        },
        "addressType" => "IPv4", "endpoints" => content, "ports" => ports,
    };
    match context.door().create(Resource::EndpointSlices, endpoints.namespace(), slice) {
        Err(status) if status.code == 404 || pods::is_namespace_terminating(&status) => Ok(()),
        other => other.map(|_| ()),
    }
}
