//! `/binding`: puts a pod on a node. Models `pkg/registry/core/pod/storage` (BindingREST).

use crate::apimachinery::field::{Error, ErrorList, Path};
use crate::apimachinery::{GroupVersionKind, Object, Status, Value};
use crate::apiserver::ApiServer;
use crate::apiserver::handlers::{Call, body};
use crate::apiserver::options::WriteOptions;
use crate::client::Reply;
use crate::object;
use crate::registry::store::Part;
use crate::storage::store::key_of;

impl ApiServer {
    /// `name` is the pod's: from the path, or from the body of the older `bindings`.
    pub(in crate::apiserver) fn serve_binding(&mut self, call: &Call, name: &str) -> Result<Reply, Status> {
        let options = WriteOptions::parse(call.request, "CreateOptions")?;
        let binding = body(call.request, "Binding")?;
        let errors = validate(binding);
        if !errors.is_empty() {
            return Err(Status::invalid(&GroupVersionKind::new("", "v1", "Binding"), name, &errors));
        }
        let pod = self.store.get("pods", &key_of(call.info.namespace, name)).cloned();
        let pod = pod.ok_or_else(|| Status::not_found("pods", name))?;
        let node = binding.at("target.name").str();
        if let Some(why) = refusal(&pod) {
            return Err(Status::conflict("pods/binding", name, &why));
        }
        let mut bound = pod;
        bound.set("spec.nodeName", node);
        // The nomination was for this.
        bound.remove("status.nominatedNodeName");
        for (key, value) in binding.annotations().fields() {
            bound.set_in(&["metadata", "annotations", key], value.clone());
        }
        set_condition(&mut bound, scheduled(self.now()));
        let mut warnings = Vec::new();
        let namespace = call.info.namespace;
        let pods = self.catalog.find("", "v1", "pods").cloned().ok_or_else(Status::path_not_found)?;
        self.with_registry(call, options.dry_run, &mut warnings, |registry| {
            registry.update(&pods, namespace, name, bound, Part::Subresource)
        })?;
        Ok(Reply { warnings, ..Reply::object(201, success(201)) })
    }
}

/// The `Status` of something done that has no object to show.
pub(super) fn success(code: i64) -> Value {
    object! {
        "kind" => "Status", "apiVersion" => "v1", "metadata" => object! {}, "status" => "Success", "code" => code,
    }
}

fn validate(binding: &Value) -> ErrorList {
    let (kind, name) = (binding.at("target.kind").str(), binding.at("target.name").str());
    let path = Path::new("target");
    let mut errors = ErrorList::new();
    if !matches!(kind, "" | "Node") {
        errors.push(Error::not_supported(&path.child("kind"), kind, &["Node", "<empty>"]));
    }
    if name.is_empty() {
        errors.push(Error::required(&path.child("name"), ""));
    }
    errors
}

fn refusal(pod: &Value) -> Option<String> {
    let (name, node) = (pod.name(), pod.at("spec.nodeName").str());
    if pod.is_terminating() {
        return Some(format!("pod {name} is being deleted, cannot be assigned to a host"));
    }
    if !node.is_empty() {
        return Some(format!("pod {name} is already assigned to node {node:?}"));
    }
    if !pod.at("spec.schedulingGates").items().is_empty() {
        return Some(format!("pod {name} has non-empty .spec.schedulingGates"));
    }
    None
}

fn scheduled(now: crate::apimachinery::Time) -> Value {
    object! {
        "type" => "PodScheduled", "status" => "True", "lastProbeTime" => Value::Null,
        "lastTransitionTime" => now.rfc3339(),
    }
}

/// Puts a condition in place of the one of its type; its transition time stays where the status does.
pub(super) fn set_condition(object: &mut Value, mut condition: Value) {
    let list = object.at_mut("status.conditions").list_mut();
    match list.iter_mut().find(|c| c["type"] == condition["type"]) {
        Some(old) => {
            if old["status"] == condition["status"] {
                condition.set("lastTransitionTime", old["lastTransitionTime"].clone());
            }
            let generation = old["observedGeneration"].clone();
            if !generation.is_null() && condition["observedGeneration"].is_null() {
                condition.set("observedGeneration", generation);
            }
            *old = condition;
        }
        None => list.push(condition),
    }
}
