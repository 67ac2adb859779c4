//! PATCH in its four formats. Models `handlers/patch.go`.

use super::update::check_name;
use super::{ApiServer, Call, body};
use crate::api::decode::Decoded;
use crate::apimachinery::field::{Error, Path};
use crate::apimachinery::patch::{json, merge, strategic};
use crate::apimachinery::{GroupVersionKind, Status, Value};
use crate::apiserver::handlers::create::ensure_namespace;
use crate::apiserver::managed;
use crate::apiserver::options::WriteOptions;
use crate::client::{Body, Method, PatchType, Reply};
use crate::registry::store::Part;
use crate::storage::store::key_of;

impl ApiServer {
    #[inline(never)]
    pub fn serve_patch(&mut self, call: &Call) -> Result<Reply, Status> {
        let options = WriteOptions::parse(call.request, "PatchOptions")?;
        let Method::Patch(kind) = call.request.method else { return Err(super::method_not_allowed()) };
        if let Body::Unreadable { error, .. } = &call.request.body {
            return Err(Status::bad_request(match kind {
                PatchType::Json => format!("error decoding patch: {error}"),
                PatchType::Apply => format!("error decoding YAML: {error}"),
                _ => error.clone(),
            }));
        }
        let patch = body(call.request, call.resource.kind)?;
        if kind == PatchType::Apply {
            return self.serve_apply(call, patch, options);
        }
        let old = self.fetch(call)?;
        let patched = apply_patch(call, kind, &old, patch)?;
        let decoded = self.decode_outcome(call, kind, &patched, patch, options.validation)?;
        self.store_patched(call, decoded, None, options)
    }

    fn store_patched(
        &mut self,
        call: &Call,
        decoded: Decoded,
        managed: Option<Value>,
        options: WriteOptions,
    ) -> Result<Reply, Status> {
        let Decoded { mut object, mut warnings } = decoded;
        ensure_namespace(call, &mut object)?;
        check_name(call, &mut object)?;
        let part = if call.info.subresource == "status" { Part::Status } else { Part::Main };
        let (object, created) = self.update_decoded(call, object, managed, part, options.dry_run, &mut warnings)?;
        Ok(self.reply(call, if created { 201 } else { 200 }, object, warnings))
    }

    /// Server-side apply: creates what is missing, merges into what is there, and takes away what the manager gave up.
    fn serve_apply(&mut self, call: &Call, patch: &Value, options: WriteOptions) -> Result<Reply, Status> {
        if call.request.param("fieldManager").is_empty() {
            let error = Error::required(&Path::new("fieldManager"), "is required for apply patch");
            let gvk = GroupVersionKind::new("meta.k8s.io", "v1", "PatchOptions");
            return Err(Status::invalid(&gvk, "", &vec![error]));
        }
        managed::check_config(call, patch)?;
        let key = key_of(call.info.namespace, call.info.name);
        if let Some(old) = self.store.get(&call.resource.stored_as, &key).cloned() {
            let applied = managed::apply(call, &old, patch, self.now())?;
            let mut patched = apply_patch(call, PatchType::Apply, &old, patch)?;
            applied.remove_from(&mut patched);
            managed::keep_last_applied(call, &old, patch, &mut patched);
            let decoded = self.decode_outcome(call, PatchType::Apply, &patched, patch, options.validation)?;
            return self.store_patched(call, decoded, Some(applied.managed), options);
        }
        let Decoded { mut object, mut warnings } = self.decode_body(call, options.validation)?;
        ensure_namespace(call, &mut object)?;
        check_name(call, &mut object)?;
        let managed = managed::apply(call, &Value::Null, patch, self.now())?.managed;
        let created = self.create_decoded(call, object, Some(managed), options.dry_run, &mut warnings)?;
        Ok(self.reply(call, 201, created, warnings))
    }
}

/// What custom kinds take: they have no merge keys.
const CUSTOM_PATCHES: &str = "the body of the request was in an unknown format - accepted media types include: \
     application/json-patch+json, application/merge-patch+json, application/apply-patch+yaml";

/// The object after the patch, not yet decoded.
pub fn apply_patch(call: &Call, kind: PatchType, old: &Value, patch: &Value) -> Result<Value, Status> {
    match kind {
        PatchType::Json => json::apply(old, patch),
        PatchType::Merge => merge::apply(old, patch),
        PatchType::Strategic if !call.resource.definition.is_null() => {
            Err(Status::new(415, "UnsupportedMediaType", CUSTOM_PATCHES))
        }
        PatchType::Strategic | PatchType::Apply => {
            let schema = call.resource.schema;
            strategic::apply(old, patch, schema.as_ref().map(|s| s as &dyn strategic::Schema))
        }
    }
}
