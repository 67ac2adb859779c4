//! `/scale`: the replica count of a workload, whatever its kind. Models `pkg/registry/apps/*/storage` (ScaleREST) and,
//! for custom kinds, `apiextensions-apiserver/pkg/registry/customresource` (`etcd.go`).

use crate::api::decode::{Decoded, decode};
use crate::apimachinery::field::{Error, Path};
use crate::apimachinery::labels::{format_label_selector, format_labels};
use crate::apimachinery::patch::{json, merge};
use crate::apimachinery::{GroupVersionKind, Object, Status, Value};
use crate::apiserver::ApiServer;
use crate::apiserver::handlers::{Call, body};
use crate::apiserver::options::WriteOptions;
use crate::apiserver::{crd, managed, table};
use crate::client::{Accept, Method, PatchType, Reply};
use crate::object;
use crate::registry::store::Part;

impl ApiServer {
    pub(super) fn serve_scale(&mut self, call: &Call) -> Result<Reply, Status> {
        let object = self.fetch(call)?;
        let paths = Paths::of(call);
        let is_set = !object.at(paths.spec).is_null();
        let scale = scale_of(&object, paths);
        let kind = if call.info.verb == "patch" { "PatchOptions" } else { "UpdateOptions" };
        let options = WriteOptions::parse(call.request, kind)?;
        let gvk = GroupVersionKind::new("autoscaling", "v1", "Scale");
        let Decoded { object: wanted, mut warnings } = match call.request.method {
            Method::Get if paths.custom && !is_set => {
                let why = format!("the spec replicas field {:?} does not exist", format!(".{}", paths.spec));
                return Err(Status::internal(why));
            }
            Method::Get => return Ok(self.reply_scale(call, scale, Vec::new())),
            Method::Put => decode(&gvk, body(call.request, "Scale")?, options.validation)?,
            Method::Patch(PatchType::Json) => {
                decode(&gvk, &json::apply(&scale, body(call.request, "Scale")?)?, options.validation)?
            }
            Method::Patch(_) => decode(&gvk, &merge::apply(&scale, body(call.request, "Scale")?)?, options.validation)?,
            _ => return Err(crate::apiserver::handlers::method_not_allowed()),
        };
        check(call, &wanted, &object, &gvk)?;
        let (before, replicas) = (object.at(paths.spec).as_i64(), wanted.at("spec.replicas").int());
        let managed = managed::after_scale(call, &object, paths.spec, before != Some(replicas));
        let mut new = object;
        new.set(paths.spec, replicas);
        let (stored, _) = self.update_decoded(call, new, managed, Part::Main, options.dry_run, &mut warnings)?;
        Ok(self.reply_scale(call, scale_of(&stored, paths), warnings))
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

/// Where a kind keeps what its `Scale` shows.
#[derive(Clone, Copy)]
struct Paths<'a> {
    spec: &'a str,
    status: &'a str,
    /// A selector as text, in custom kinds.
    selector: &'a str,
    custom: bool,
}

impl<'a> Paths<'a> {
    fn of(call: &'a Call) -> Paths<'a> {
        let definition = &call.resource.definition;
        if definition.is_null() {
            return Paths { spec: "spec.replicas", status: "status.replicas", selector: "", custom: false };
        }
        let scale = crd::version_of(definition, call.resource.version).at("subresources.scale");
        let path = |name: &str| scale[name].str().trim_start_matches('.');
        Paths {
            spec: path("specReplicasPath"),
            status: path("statusReplicasPath"),
            selector: path("labelSelectorPath"),
            custom: true,
        }
    }

    fn selector(&self, object: &Value) -> String {
        if self.custom {
            return if self.selector.is_empty() { String::new() } else { object.at(self.selector).str().to_owned() };
        }
        let selector = object.at("spec.selector");
        let typed = selector.get("matchLabels").is_some() || selector.get("matchExpressions").is_some();
        if typed { format_label_selector(selector) } else { format_labels(selector) }
    }
}

/// The `Scale` of a workload.
fn scale_of(object: &Value, paths: Paths) -> Value {
    let from = object.metadata();
    let mut metadata = Value::object();
    for field in ["name", "namespace", "uid", "resourceVersion", "creationTimestamp"] {
        if !from[field].is_null() {
            metadata.set(field, from[field].clone());
        }
    }
    let selector = paths.selector(object);
    let mut status = object! { "replicas" => object.at(paths.status).int() };
    if !selector.is_empty() && (paths.custom || !object.at("spec.selector").is_null()) {
        status.set("selector", selector);
    }
    let replicas = object.at(paths.spec).int();
    let spec = if replicas == 0 {
        Value::object()
    } else {
        object! { "replicas" => replicas }
    };
    object! {
        "kind" => "Scale", "apiVersion" => "autoscaling/v1", "metadata" => metadata, "spec" => spec, "status" => status,
    }
}
