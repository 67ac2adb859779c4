//! Subresources, one file each. Models `pkg/registry/core/pod/rest` and the `storage` packages beside it.

mod binding;
mod ephemeral;
mod eviction;
mod finalize;
mod logs;
mod node;
mod proxy;
mod scale;
mod token;

use super::handlers::{Call, method_not_allowed};
use super::{ApiServer, NodeProxy};
use crate::apimachinery::Status;
use crate::client::Reply;

/// Answers a request for a subresource that the resource has.
pub fn dispatch(server: &mut ApiServer, call: &Call, nodes: &mut dyn NodeProxy) -> Result<Reply, Status> {
    let (info, resource) = (call.info, call.resource);
    let Some(subresource) = resource.subresource(info.subresource) else {
        // `bindings` is served without a name, everything else has one.
        return Err(Status::path_not_found());
    };
    let connects = matches!(info.subresource, "exec" | "attach" | "portforward" | "proxy");
    if !connects && !subresource.verbs.contains(&info.verb) {
        return Err(method_not_allowed());
    }
    if info.subresource == "status" { server.serve_status(call) } else { dispatch_other(server, call, nodes) }
}

#[inline(never)]
fn dispatch_other(server: &mut ApiServer, call: &Call, nodes: &mut dyn NodeProxy) -> Result<Reply, Status> {
    let info = call.info;
    match (call.resource.resource.resource, info.subresource) {
        (_, "scale") => server.serve_scale(call),
        ("pods", "binding") => server.serve_binding(call, info.name),
        ("pods", "eviction") => server.serve_eviction(call),
        ("pods", "ephemeralcontainers") => server.serve_ephemeral_containers(call),
        ("pods", "resize") => server.serve_resize(call),
        ("pods", "log") => server.serve_logs(call, nodes),
        ("pods", "exec") => server.serve_exec(call, nodes, false),
        ("pods", "attach") => server.serve_exec(call, nodes, true),
        ("pods", "portforward") => server.serve_port_forward(call, nodes),
        ("pods", "proxy") => server.serve_pod_proxy(call, nodes),
        ("services", "proxy") => server.serve_service_proxy(call, nodes),
        // Conditions are all that an approval changes.
        ("certificatesigningrequests", "approval") => server.serve_status(call),
        ("namespaces", "finalize") => server.serve_finalize(call),
        ("serviceaccounts", "token") => server.serve_token(call),
        (resource, subresource) => {
            Err(Status::new(501, "NotImplemented", format!("{resource}/{subresource} is not simulated here")))
        }
    }
}
