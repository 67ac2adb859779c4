//! POST on a collection. Models `handlers/create.go`.

use super::{ApiServer, Call};
use crate::api::decode::Decoded;
use crate::apimachinery::{Map, Object, Status, Value};
use crate::apiserver::options::WriteOptions;
use crate::apiserver::rbac::User;
use crate::apiserver::{convert, crd, managed};
use crate::client::Reply;
use crate::registry::store::Part;

impl ApiServer {
    pub fn serve_create(&mut self, call: &Call) -> Result<Reply, Status> {
        let options = WriteOptions::parse(call.request, "CreateOptions")?;
        let Decoded { mut object, mut warnings } = self.decode_body(call, options.validation)?;
        ensure_namespace(call, &mut object)?;
        let created = self.create_decoded(call, object, None, options.dry_run, &mut warnings)?;
        Ok(self.reply(call, 201, created, warnings))
    }

    /// Mutating admission and the generic store's create. `managed` is the list of managers of a server-side apply.
    pub fn create_decoded(
        &mut self,
        call: &Call,
        mut object: Value,
        managed: Option<Value>,
        dry_run: bool,
        warnings: &mut Vec<String>,
    ) -> Result<Value, Status> {
        self.check_namespace(call, object.name())?;
        object = convert::to_stored(call.resource, object);
        if call.resource.kind == "CertificateSigningRequest" {
            requested_by(&User::of(call.request), &mut object);
        }
        let now = self.now();
        let managed = managed.or_else(|| managed::after_write(call, &Value::Null, &object, Part::Main, now));
        self.mutate(call, &mut object, &Value::Null, warnings)?;
        self.check_custom(call, &mut object, &Value::Null)?;
        let created = self.with_registry(call, dry_run, warnings, |registry| {
            registry.managed = managed;
            registry.create(call.resource, object)
        })?;
        self.serve_definitions(call);
        Ok(created)
    }

    /// What custom kinds and their definitions need before they are stored. `old` is null on create.
    pub fn check_custom(&self, call: &Call, object: &mut Value, old: &Value) -> Result<(), Status> {
        self.prepare_definition(call, object)?;
        if call.resource.definition.is_null() {
            return Ok(());
        }
        if call.info.subresource.is_empty() && call.resource.subresource("status").is_some() {
            let status = old["status"].clone();
            match status.is_null() {
                true => object.remove("status"),
                false => Some(std::mem::replace(object.at_mut("status"), status)),
            };
        }
        crd::validate(call.resource, object)
    }
}

/// Keeps in a signing request who made it. Models the strategy of `certificates`.
fn requested_by(user: &User, object: &mut Value) {
    object.set("spec.username", user.name.as_str());
    object.set("spec.groups", user.groups.iter().map(String::as_str).collect::<Value>());
}

/// Fills in the namespace of the path; another one in the body is an error. Models
/// `rest.EnsureObjectNamespaceMatchesRequestNamespace`.
pub fn ensure_namespace(call: &Call, object: &mut Value) -> Result<(), Status> {
    let requested = call.info.namespace;
    let own = object["metadata"]["namespace"].str();
    if own == requested {
        return Ok(());
    }
    let metadata: &mut Map = object.path_mut(&["metadata"]).map_mut();
    if requested.is_empty() {
        metadata.remove("namespace");
    } else if metadata.get("namespace").is_none_or(|n| n.str().is_empty()) {
        metadata.insert("namespace", requested);
    } else {
        return Err(Status::bad_request(
            "the namespace of the provided object does not match the namespace sent on the request",
        ));
    }
    Ok(())
}
