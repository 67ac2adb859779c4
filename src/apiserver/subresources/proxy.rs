//! `/proxy` of pods and services: an HTTP request from the API server. Models
//! `pkg/registry/core/{pod,service}` (ResourceLocation).

use crate::apimachinery::{Object, Status, Value};
use crate::apiserver::handlers::Call;
use crate::apiserver::{ApiServer, NodeProxy};
use crate::client::{Body, Method, Reply};
use crate::storage::store::key_of;

/// `name`, `name:port` or `scheme:name:port`, without the scheme.
fn split_port(text: &str) -> (&str, &str) {
    let parts: Vec<&str> = text.split(':').collect();
    match parts.as_slice() {
        [_, name, port] => (name, port),
        [name, port] => (name, port),
        _ => (text, ""),
    }
}

impl ApiServer {
    pub(super) fn serve_pod_proxy(&mut self, call: &Call, nodes: &mut dyn NodeProxy) -> Result<Reply, Status> {
        let (name, port) = split_port(call.info.name);
        let pod = self.store.get("pods", &key_of(call.info.namespace, name)).cloned();
        let pod = pod.ok_or_else(|| Status::not_found("pods", name))?;
        let port = match port {
            "" => first_port(&pod),
            text => number(&pod, text),
        };
        let port = port.ok_or_else(|| Status::bad_request(format!("invalid port {:?}", call.info.name)))?;
        forward(call, &pod, port, nodes)
    }

    pub(super) fn serve_service_proxy(&mut self, call: &Call, nodes: &mut dyn NodeProxy) -> Result<Reply, Status> {
        let (name, port) = split_port(call.info.name);
        let key = key_of(call.info.namespace, name);
        let service = self.store.get("services", &key).cloned().ok_or_else(|| Status::not_found("services", name))?;
        let ports = service.at("spec.ports").items();
        let chosen = match port {
            "" => ports.first().filter(|_| ports.len() == 1),
            text => ports.iter().find(|p| p["name"].str() == text || p["port"].int().to_string() == text),
        };
        let unavailable = |why: String| Status::new(503, "ServiceUnavailable", why);
        let none = || unavailable(format!("no endpoints available for service {name:?}"));
        let Some(chosen) = chosen else {
            return Err(unavailable(format!("no service port {port:?} found for service {name:?}")));
        };
        let (pod, port) = self.endpoint(&service, chosen).ok_or_else(none)?;
        forward(call, &pod, port, nodes)
    }

    /// The first ready pod behind a service port, and the port on it.
    fn endpoint(&self, service: &Value, port: &Value) -> Option<(Value, u16)> {
        let slices = self.store.list("endpointslices.discovery.k8s.io", service.namespace());
        for (_, slice) in slices.filter(|(_, s)| s.label("kubernetes.io/service-name") == Some(service.name())) {
            let found = slice["ports"].items().iter().find(|p| p["name"].str() == port["name"].str());
            let Some(number) = found.and_then(|p| u16::try_from(p["port"].int()).ok()) else { continue };
            let ready = slice["endpoints"].items().iter().filter(|e| e.at("conditions.ready").as_bool() != Some(false));
            for endpoint in ready {
                let pod = endpoint.at("targetRef.name").str();
                if let Some(pod) = self.store.get("pods", &key_of(service.namespace(), pod)) {
                    return Some((pod.clone(), number));
                }
            }
        }
        None
    }
}

fn first_port(pod: &Value) -> Option<u16> {
    let mut ports = pod.at("spec.containers").items().iter().flat_map(|c| c["ports"].items());
    ports.next().map_or(Some(80), |p| u16::try_from(p["containerPort"].int()).ok())
}

/// A port by number, or by the name a container gives it.
fn number(pod: &Value, text: &str) -> Option<u16> {
    let mut ports = pod.at("spec.containers").items().iter().flat_map(|c| c["ports"].items());
    text.parse()
        .ok()
        .or_else(|| ports.find(|p| p["name"].str() == text).and_then(|p| u16::try_from(p["containerPort"].int()).ok()))
}

fn forward(call: &Call, pod: &Value, port: u16, nodes: &mut dyn NodeProxy) -> Result<Reply, Status> {
    if pod.at("status.podIP").str().is_empty() {
        return Err(Status::new(
            503,
            "ServiceUnavailable",
            format!("address not allowed: pod {} has no address", pod.name()),
        ));
    }
    let method = match call.request.method {
        Method::Get => "GET",
        Method::Post => "POST",
        Method::Put => "PUT",
        Method::Patch(_) => "PATCH",
        Method::Delete => "DELETE",
    };
    let query: Vec<String> = call.request.query.iter().map(|(n, v)| format!("{n}={v}")).collect();
    let mark = if query.is_empty() { "" } else { "?" };
    let path = format!("/{}{mark}{}", call.info.rest, query.join("&"));
    let body = match &call.request.body {
        Body::Value(Value::Str(text)) => text.to_string(),
        Body::Value(value) => value.to_string(),
        Body::Empty | Body::Unreadable { .. } => String::new(),
    };
    Ok(nodes.http(pod, port, method, &path, body.as_bytes()))
}
