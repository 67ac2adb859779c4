//! `/ephemeralcontainers` and `/resize`: the two ways to change a running pod's containers. Models
//! `pkg/registry/core/pod/storage`.

use crate::api::decode::{Decoded, decode_patched};
use crate::api::defaults;
use crate::api::qos::qos_class;
use crate::apimachinery::field::{Error, ErrorList, Path};
use crate::apimachinery::{Object, Status, Value};
use crate::apiserver::ApiServer;
use crate::apiserver::handlers::{Call, apply_patch, body, method_not_allowed};
use crate::apiserver::options::WriteOptions;
use crate::client::{Method, PatchType, Reply};
use crate::registry::store::Part;
use crate::registry::validation::container::{self, InPod};
use crate::registry::validation::{pod, volume};

impl ApiServer {
    pub(super) fn serve_ephemeral_containers(&mut self, call: &Call) -> Result<Reply, Status> {
        self.serve_containers(call, |new, old| {
            let wanted = new.at("spec.ephemeralContainers").clone();
            *new = old.clone();
            new.set("spec.ephemeralContainers", wanted);
            defaults::apply("", "Pod", new);
            validate_ephemeral(new, old)
        })
    }

    pub(super) fn serve_resize(&mut self, call: &Call) -> Result<Reply, Status> {
        self.serve_containers(call, |new, old| {
            let wanted = new.at("spec.containers").clone();
            *new = old.clone();
            for container in new.at_mut("spec.containers").list_mut() {
                let name = container["name"].clone();
                if let Some(other) = wanted.items().iter().find(|c| c["name"] == name) {
                    container.set("resources", other["resources"].clone());
                }
            }
            validate_resize(new, old)
        })
    }

    /// Reads, changes through `limit` (which restores what the subresource may not touch) and stores a pod.
    fn serve_containers(
        &mut self,
        call: &Call,
        limit: impl Fn(&mut Value, &Value) -> ErrorList,
    ) -> Result<Reply, Status> {
        let old = self.fetch(call)?;
        let kind = if call.info.verb == "patch" { "PatchOptions" } else { "UpdateOptions" };
        let options = WriteOptions::parse(call.request, kind)?;
        let Decoded { object: mut new, mut warnings } = match call.request.method {
            Method::Get => return Ok(self.reply(call, 200, old, Vec::new())),
            Method::Put => self.decode_body(call, options.validation)?,
            Method::Patch(format) => {
                let patch = body(call.request, call.resource.kind)?;
                let patched = apply_patch(call, format, &old, patch)?;
                let strategic = format == PatchType::Strategic;
                let shown = if strategic { patch } else { &patched };
                decode_patched(&call.resource.gvk, &patched, shown, strategic, options.validation)?
            }
            _ => return Err(method_not_allowed()),
        };
        let version = new["metadata"]["resourceVersion"].clone();
        let errors = limit(&mut new, &old);
        if !errors.is_empty() {
            return Err(Status::invalid(&call.resource.gvk, call.info.name, &errors));
        }
        new.set("metadata.resourceVersion", version);
        defaults::apply(call.resource.group, call.resource.kind, &mut new);
        if new["spec"] != old["spec"] && old.generation() > 0 {
            new.set("metadata.generation", old.generation() + 1);
        }
        let (namespace, name) = (call.info.namespace, call.info.name);
        let (stored, _) = self.with_registry(call, options.dry_run, &mut warnings, |registry| {
            registry.update(call.resource, namespace, name, new, Part::Subresource)
        })?;
        Ok(self.reply(call, 200, stored, warnings))
    }
}

/// Ephemeral containers may be added, and never changed or taken away.
fn validate_ephemeral(new: &Value, old: &Value) -> ErrorList {
    let path = Path::new("spec").child("ephemeralContainers");
    let (after, before) = (new.at("spec.ephemeralContainers"), old.at("spec.ephemeralContainers"));
    let (mut errors, mut of_volumes) = (ErrorList::new(), ErrorList::new());
    let (spec, volumes) = (&new["spec"], new.at("spec.volumes").items());
    let volumes = volume::validate(&mut of_volumes, volumes, &Path::new("spec").child("volumes"));
    let others: Vec<&Value> = ["containers", "initContainers"].iter().flat_map(|list| spec[*list].items()).collect();
    container::validate_ephemeral(&mut errors, after.items(), &others, &InPod { volumes, spec }, &path);
    for container in before.items() {
        let name = container["name"].str();
        match after.items().iter().find(|c| c["name"] == container["name"]) {
            None => errors
                .push(Error::forbidden(&path, format!("existing ephemeral containers {name:?} may not be removed\n"))),
            Some(other) if other != container => {
                errors.push(Error::forbidden(
                    &path,
                    format!("existing ephemeral containers {name:?} may not be changed\n"),
                ));
            }
            Some(_) => {}
        }
    }
    errors
}

/// Resources that fit together, and that leave the pod in its class. Models `ValidatePodResize`.
fn validate_resize(new: &Value, old: &Value) -> ErrorList {
    let (mut errors, path) = (ErrorList::new(), Path::new("spec"));
    pod::validate_spec(&mut errors, &new["spec"], true, &path);
    let class = old.at("status.qosClass").str();
    if !class.is_empty() && qos_class(new) != class {
        errors.push(Error::invalid(&path, class, "Pod QOS Class may not change as a result of resizing"));
    }
    errors
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pod(resources: &str, ephemeral: &str) -> Value {
        let mut pod = Value::from_json(&format!(
            r#"{{"spec":{{"containers":[{{"name":"a","image":"n","resources":{resources}}}],"ephemeralContainers":{ephemeral}}},
                "status":{{"qosClass":"Burstable"}}}}"#
        ))
        .unwrap();
        defaults::apply("", "Pod", &mut pod);
        pod
    }

    fn texts(errors: &ErrorList) -> Vec<String> {
        errors.iter().map(ToString::to_string).collect()
    }

    #[test]
    fn a_resize_keeps_the_class_and_fits() {
        let old = pod(r#"{"requests":{"cpu":"100m"},"limits":{"cpu":"200m"}}"#, "[]");
        let grown = pod(r#"{"requests":{"cpu":"150m"},"limits":{"cpu":"200m"}}"#, "[]");
        assert!(validate_resize(&grown, &old).is_empty());
        let class = "spec: Invalid value: \"Burstable\": Pod QOS Class may not change as a result of resizing";
        assert_eq!(texts(&validate_resize(&pod("{}", "[]"), &old)), [class]);
        let over = pod(r#"{"requests":{"cpu":"300m"},"limits":{"cpu":"200m"}}"#, "[]");
        let want = "spec.containers[0].resources.requests: Invalid value: \"300m\": must be less than or equal to cpu limit of 200m";
        assert_eq!(texts(&validate_resize(&over, &old)), [want]);
    }

    #[test]
    fn ephemeral_containers_are_judged_as_containers() {
        let (old, new) = (pod("{}", "[]"), pod("{}", r#"[{"name":"a","image":""},{"name":"d","image":"n"}]"#));
        assert_eq!(
            texts(&validate_ephemeral(&new, &old)),
            [
                "spec.ephemeralContainers[0].image: Required value",
                "spec.ephemeralContainers[0].name: Duplicate value: \"a\"",
            ]
        );
    }
}
