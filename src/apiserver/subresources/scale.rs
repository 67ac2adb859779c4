//! `/scale`: the replica count of a workload, whatever its kind. Models `pkg/registry/apps/*/storage` (ScaleREST).

use crate::api::decode::{Decoded, decode};
use crate::apimachinery::field::{Error, Path};
use crate::apimachinery::labels::{format_label_selector, format_labels};
use crate::apimachinery::patch::{json, merge};
use crate::apimachinery::{GroupVersionKind, Object, Status, Value};
use crate::apiserver::ApiServer;
use crate::apiserver::handlers::{Call, body};
use crate::apiserver::options::WriteOptions;
use crate::apiserver::{managed, table};
use crate::client::{Accept, Method, PatchType, Reply};
use crate::object;
use crate::registry::store::Part;

impl ApiServer {
    pub(super) fn serve_scale(&mut self, call: &Call) -> Result<Reply, Status> {
        let object = self.fetch(call)?;
        let scale = scale_of(&object);
        let kind = if call.info.verb == "patch" { "PatchOptions" } else { "UpdateOptions" };
        let options = WriteOptions::parse(call.request, kind)?;
        let gvk = GroupVersionKind::new("autoscaling", "v1", "Scale");
        let Decoded { object: wanted, mut warnings } = match call.request.method {
            Method::Get => return Ok(self.reply_scale(call, scale, Vec::new())),
            Method::Put => decode(&gvk, body(call.request, "Scale")?, options.validation)?,
            Method::Patch(PatchType::Json) => {
                decode(&gvk, &json::apply(&scale, body(call.request, "Scale")?)?, options.validation)?
            }
            Method::Patch(_) => decode(&gvk, &merge::apply(&scale, body(call.request, "Scale")?)?, options.validation)?,
            _ => return Err(crate::apiserver::handlers::method_not_allowed()),
        };
        check(call, &wanted, &object, &gvk)?;
        let (before, replicas) = (object.at("spec.replicas").as_i64(), wanted.at("spec.replicas").int());
        let managed = managed::after_scale(call, &object, before != Some(replicas));
        let mut new = object;
        new.set("spec.replicas", replicas);
        let (stored, _) = self.update_decoded(call, new, managed, Part::Main, options.dry_run, &mut warnings)?;
        Ok(self.reply_scale(call, scale_of(&stored), warnings))
    }

    fn reply_scale(&self, call: &Call, scale: Value, warnings: Vec<String>) -> Reply {
        let body = match call.request.accept {
            Accept::Table => table::of_scale(call, &scale, self.now()),
            _ => scale,
        };
        Reply { warnings, ..Reply::object(200, body) }
    }
}

fn check(call: &Call, wanted: &Value, object: &Value, gvk: &GroupVersionKind) -> Result<(), Status> {
    let (name, own) = (call.info.name, wanted.name());
    if !own.is_empty() && own != name {
        return Err(Status::bad_request(format!(
            "the name of the object ({own}) does not match the name on the URL ({name})"
        )));
    }
    let replicas = wanted.at("spec.replicas").int();
    if replicas < 0 {
        let path = Path::new("spec").child("replicas");
        let error = Error::invalid(&path, replicas, "must be greater than or equal to 0");
        return Err(Status::invalid(gvk, name, &vec![error]));
    }
    let version = wanted["metadata"]["resourceVersion"].str();
    if !version.is_empty() && version != object["metadata"]["resourceVersion"].str() {
        return Err(Status::modified(&call.resource.group_resource, name));
    }
    Ok(())
}

/// The `Scale` of a workload.
fn scale_of(object: &Value) -> Value {
    let from = object.metadata();
    let mut metadata = Value::object();
    for field in ["name", "namespace", "uid", "resourceVersion", "creationTimestamp"] {
        if !from[field].is_null() {
            metadata.set(field, from[field].clone());
        }
    }
    let selector = object.at("spec.selector");
    let typed = selector.get("matchLabels").is_some() || selector.get("matchExpressions").is_some();
    let selector = if typed { format_label_selector(selector) } else { format_labels(selector) };
    let mut status = object! { "replicas" => object.at("status.replicas").int() };
    if !selector.is_empty() && !object.at("spec.selector").is_null() {
        status.set("selector", selector);
    }
    let replicas = object.at("spec.replicas").int();
    let spec = if replicas == 0 {
        Value::object()
    } else {
        object! { "replicas" => replicas }
    };
    object! {
        "kind" => "Scale", "apiVersion" => "autoscaling/v1", "metadata" => metadata, "spec" => spec, "status" => status,
    }
}
