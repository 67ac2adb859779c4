//! DELETE on an object and on a collection. Models `handlers/delete.go`.

use super::{ApiServer, Call};
use crate::apimachinery::{Object, Status, Value};
use crate::apiserver::crd;
use crate::apiserver::list::ListOptions;
use crate::apiserver::options::delete_options;
use crate::client::Reply;
use crate::registry::store::{DeleteOptions, Deleted, Registry, orphans_by_default};

/// Kinds that answer a finished deletion with the object instead of a Status (`ReturnDeletedObject`).
const RETURN_DELETED: [&str; 8] = [
    "persistentvolumeclaims",
    "persistentvolumes",
    "pods",
    "podtemplates",
    "resourcequotas",
    "serviceaccounts",
    "services",
    "namespaces",
];

impl ApiServer {
    #[inline(never)]
    pub fn serve_delete(&mut self, call: &Call) -> Result<Reply, Status> {
        let (options, dry_run) = delete_options(call.request)?;
        let mut warnings = Vec::new();
        let deleted = self.delete_one(call, call.info.name, &options, dry_run, &mut warnings)?;
        warnings.extend(orphan_warning(call, &options));
        let code = if !deleted.gone && options.not_orphaned { 202 } else { 200 };
        let returns_object = !deleted.gone || RETURN_DELETED.contains(&call.resource.stored_as.as_str());
        let object = if returns_object { deleted.object } else { Deleted::status(call.resource, &deleted.object) };
        Ok(Reply { warnings, ..Reply::object(code, object) })
    }

    /// Deletes an object by name, with admission.
    pub fn delete_one(
        &mut self,
        call: &Call,
        name: &str,
        options: &DeleteOptions,
        dry_run: bool,
        warnings: &mut Vec<String>,
    ) -> Result<Deleted, Status> {
        self.check_immortal(call, name)?;
        let namespace = call.info.namespace;
        let run = |registry: &mut Registry| registry.delete(call.resource, namespace, name, options);
        let deleted = self.with_registry(call, dry_run, warnings, run)?;
        if !dry_run && call.resource.stored_as == crd::DEFINITIONS {
            self.delete_custom_objects(&deleted.object);
            self.serve_definitions(call);
        }
        Ok(deleted)
    }

    #[inline(never)]
    pub fn serve_delete_collection(&mut self, call: &Call) -> Result<Reply, Status> {
        let (options, dry_run) = delete_options(call.request)?;
        let selection = ListOptions::parse(call)?;
        let doomed: Vec<Value> = selection.select(&self.store, call).map(|(_, v)| v.clone()).collect();
        let mut warnings = Vec::new();
        let mut items = Vec::new();
        for object in doomed {
            let namespace = object.namespace().to_owned();
            let info = super::RequestInfo { namespace: &namespace, name: object.name(), ..*call.info };
            let one = Call { info: &info, ..*call };
            match self.delete_one(&one, object.name(), &options, dry_run, &mut warnings) {
                Ok(deleted) => items.push(deleted.object),
                Err(gone) if gone.reason == "NotFound" => {}
                Err(other) => return Err(other),
            }
        }
        let list = crate::apiserver::list::list_object(call.resource, self.store.revision(), items);
        Ok(Reply { warnings, ..Reply::object(200, list) })
    }
}

/// Jobs warn that their pods stay behind.
fn orphan_warning(call: &Call, options: &DeleteOptions) -> Option<String> {
    let default = options.propagation.is_none() && orphans_by_default(call.resource);
    (default && call.resource.resource.resource == "jobs").then(|| {
        "child pods are preserved by default when jobs are deleted; set propagationPolicy=Background to remove them \
         or set propagationPolicy=Orphan to suppress this warning"
            .to_owned()
    })
}
