//! `/ephemeralcontainers` and `/resize`: the two ways to change a running pod's containers. Models
//! `pkg/registry/core/pod/storage`.

use crate::api::decode::{Decoded, decode_patched};
use crate::api::defaults;
use crate::apimachinery::field::{Error, ErrorList, Path};
use crate::apimachinery::{Object, Status, Value};
use crate::apiserver::ApiServer;
use crate::apiserver::handlers::{Call, apply_patch, body, method_not_allowed};
use crate::apiserver::options::WriteOptions;
use crate::client::{Method, PatchType, Reply};
use crate::registry::store::Part;

impl ApiServer {
    pub(super) fn serve_ephemeral_containers(&mut self, call: &Call) -> Result<Reply, Status> {
        self.serve_containers(call, |new, old| {
            let wanted = new.at("spec.ephemeralContainers").clone();
            *new = old.clone();
            new.set("spec.ephemeralContainers", wanted);
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
            ErrorList::new()
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
    let mut errors = ErrorList::new();
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
    let taken = |name: &Value| {
        ["spec.containers", "spec.initContainers"].iter().any(|p| new.at(p).items().iter().any(|c| c["name"] == *name))
    };
    for (i, container) in after.items().iter().enumerate() {
        let at = path.index(i).child("name");
        if container["name"].str().is_empty() {
            errors.push(Error::required(&at, ""));
        } else if taken(&container["name"]) || after.items().iter().take(i).any(|c| c["name"] == container["name"]) {
            errors.push(Error::duplicate(&at, container["name"].clone()));
        }
    }
    errors
}
