//! PUT, on an object and on its status. Models `handlers/update.go`.

use super::create::ensure_namespace;
use super::{ApiServer, Call, method_not_allowed};
use crate::api::decode::Decoded;
use crate::apimachinery::{Object, Status, Value};
use crate::apiserver::options::WriteOptions;
use crate::apiserver::{convert, managed};
use crate::client::Reply;
use crate::registry::store::Part;
use crate::storage::store::key_of;

impl ApiServer {
    pub fn serve_update(&mut self, call: &Call) -> Result<Reply, Status> {
        self.serve_put(call, Part::Main)
    }

    /// The `/status` subresource.
    pub fn serve_status(&mut self, call: &Call) -> Result<Reply, Status> {
        match call.info.verb {
            "get" => self.serve_get(call),
            "update" => self.serve_put(call, Part::Status),
            "patch" => self.serve_patch(call),
            _ => Err(method_not_allowed()),
        }
    }

    pub(super) fn serve_put(&mut self, call: &Call, part: Part) -> Result<Reply, Status> {
        let options = WriteOptions::parse(call.request, "UpdateOptions")?;
        let Decoded { mut object, mut warnings } = self.decode_body(call, options.validation)?;
        ensure_namespace(call, &mut object)?;
        check_name(call, &mut object)?;
        let (object, created) = self.update_decoded(call, object, None, part, options.dry_run, &mut warnings)?;
        Ok(self.reply(call, if created { 201 } else { 200 }, object, warnings))
    }

    /// Mutating admission and the generic store's update. `managed` is the list of managers of a server-side apply.
    pub fn update_decoded(
        &mut self,
        call: &Call,
        mut object: Value,
        managed: Option<Value>,
        part: Part,
        dry_run: bool,
        warnings: &mut Vec<String>,
    ) -> Result<(Value, bool), Status> {
        let (namespace, name) = (call.info.namespace, call.info.name);
        let old = self.store.get(&call.resource.stored_as, &key_of(namespace, name)).cloned().unwrap_or_default();
        if old.is_null() && !(part == Part::Main && call.resource.strategy.allow_create_on_update()) {
            return Err(Status::not_found(&call.resource.group_resource, name));
        }
        object = convert::to_stored(call.resource, object);
        let now = self.now();
        let managed = managed.or_else(|| managed::after_write(call, &old, &object, part, now));
        self.mutate(call, &mut object, &old, warnings)?;
        self.check_custom(call, &mut object, &old)?;
        let updated = self.with_registry(call, dry_run, warnings, |registry| {
            registry.managed = managed;
            registry.update(call.resource, namespace, name, object, part)
        })?;
        self.serve_definitions(call);
        Ok(updated)
    }
}

/// The name in the body must be that of the path. Models `checkName`.
pub fn check_name(call: &Call, object: &mut Value) -> Result<(), Status> {
    let (own, requested) = (object.name(), call.info.name);
    if own.is_empty() {
        object.set("metadata.name", requested);
    } else if own != requested {
        return Err(Status::bad_request(format!(
            "the name of the object ({own}) does not match the name on the URL ({requested})"
        )));
    }
    Ok(())
}
