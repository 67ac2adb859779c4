//! Admission around a write.

use super::Call;
use crate::admission::{self, Attributes, Context, Operation};
use crate::apimachinery::{Object, Status, Time, Value};
use crate::registry::store::Validator;
use crate::sim::Rng;
use crate::storage::Store;

/// Validating admission, as the generic store calls it.
pub struct Admission<'a> {
    pub call: &'a Call<'a>,
    pub now: Time,
    pub warnings: Vec<String>,
}

/// Which operation two states of an object amount to.
fn operation(new: &Value, old: &Value) -> Operation {
    match (new.is_null(), old.is_null()) {
        (_, true) => Operation::Create,
        (true, false) => Operation::Delete,
        (false, false) => Operation::Update,
    }
}

fn name_of<'a>(call: &'a Call, old: &'a Value, given: &'a str) -> &'a str {
    if !old.name().is_empty() {
        old.name()
    } else if call.info.name.is_empty() {
        given
    } else {
        call.info.name
    }
}

impl Validator for Admission<'_> {
    fn validate(&mut self, store: &Store, rng: &mut Rng, new: &mut Value, old: &Value) -> Result<(), Status> {
        let given = new.name().to_owned();
        let mut attributes = Attributes {
            operation: operation(new, old),
            resource: self.call.resource.resource,
            subresource: self.call.info.subresource,
            namespace: self.call.info.namespace,
            name: name_of(self.call, old, &given),
            object: new,
            old,
            warnings: &mut self.warnings,
        };
        admission::validate(&mut attributes, &mut Context { reader: store, now: self.now, rng })
    }
}

impl super::ApiServer {
    /// Mutating admission. `old` is null on create, `object` on delete.
    pub fn mutate(
        &mut self,
        call: &Call,
        object: &mut Value,
        old: &Value,
        warnings: &mut Vec<String>,
    ) -> Result<(), Status> {
        let now = self.clock.now();
        let given = object.name().to_owned();
        let mut attributes = Attributes {
            operation: operation(object, old),
            resource: call.resource.resource,
            subresource: call.info.subresource,
            namespace: call.info.namespace,
            name: name_of(call, old, &given),
            object,
            old,
            warnings,
        };
        admission::admit(&mut attributes, &mut Context { reader: &self.store, now, rng: &mut self.rng })
    }
}
