//! Bodies become objects: decoding and defaulting, without doing again what was done when the object was stored.

use super::{ApiServer, Call, body};
use crate::api::decode::{Decoded, FieldValidation, decode, decode_patched};
use crate::api::defaults;
use crate::apimachinery::{Map, Status, Value};
use crate::apiserver::{convert, crd};
use crate::client::PatchType;
use crate::storage::store::key_of;

/// Fields that head an object; every other one may be taken over whole from what is stored.
const HEAD: [&str; 3] = ["apiVersion", "kind", "metadata"];

impl ApiServer {
    /// Reads the body as the endpoint's kind and fills in its defaults.
    pub fn decode_body(&self, call: &Call, validation: FieldValidation) -> Result<Decoded, Status> {
        let body = body(call.request, call.resource.kind)?;
        self.decode_beside(call, body, |rest| decode(&call.resource.gvk, rest, validation), validation)
    }

    /// Reads the outcome of a patch.
    pub fn decode_outcome(
        &self,
        call: &Call,
        kind: PatchType,
        patched: &Value,
        patch: &Value,
        validation: FieldValidation,
    ) -> Result<Decoded, Status> {
        let strategic = matches!(kind, PatchType::Strategic | PatchType::Apply);
        let shown = if strategic { patch } else { patched };
        let read = |rest: &Value| decode_patched(&call.resource.gvk, rest, shown, strategic, validation);
        self.decode_beside(call, patched, read, validation)
    }

    /// Decodes what differs from the stored object: the rest was decoded and defaulted before it was stored. A
    /// status update so costs as much as the status.
    fn decode_beside(
        &self,
        call: &Call,
        body: &Value,
        read: impl Fn(&Value) -> Result<Decoded, Status>,
        validation: FieldValidation,
    ) -> Result<Decoded, Status> {
        let resource = call.resource;
        if !resource.definition.is_null() {
            return crd::decode(resource, body, validation);
        }
        let key = key_of(call.info.namespace, call.info.name);
        let stored = if call.info.name.is_empty() || convert::differs(resource) {
            None
        } else {
            self.store.get(&resource.stored_as, &key)
        };
        let shared: Vec<(&str, &Value)> = match (stored, body) {
            (Some(old), Value::Map(_)) => {
                old.fields().filter(|(n, v)| !HEAD.contains(n) && body.get(n) == Some(v)).collect()
            }
            _ => Vec::new(),
        };
        if shared.is_empty() {
            let mut decoded = read(body)?;
            defaults::apply(resource.group, resource.kind, &mut decoded.object);
            return Ok(decoded);
        }
        let is_shared = |name: &str| shared.iter().any(|(n, _)| *n == name);
        let rest: Map = body.fields().filter(|(n, _)| !is_shared(n)).map(|(n, v)| (n, v.clone())).collect();
        let only_status = rest.keys().all(|n| HEAD.contains(&n) || n == "status");
        let mut decoded = read(&rest.into())?;
        for (name, value) in shared {
            decoded.object.map_mut().insert(name, value.clone());
        }
        if !only_status {
            defaults::apply(resource.group, resource.kind, &mut decoded.object);
        }
        Ok(decoded)
    }
}
