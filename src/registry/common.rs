//! What the strategies of several kinds do alike.

use crate::apimachinery::{Object, Value};

/// A new object's generation.
pub fn first_generation(object: &mut Value) {
    object.set("metadata.generation", 1);
}

/// The next generation where something at one of these paths changed.
pub fn bump_generation(new: &mut Value, old: &Value, paths: &[&str]) {
    let changed = paths.iter().any(|p| !new.at(p).same(old.at(p)));
    let generation = old.generation() + i64::from(changed);
    if new.generation() != generation {
        new.set("metadata.generation", generation);
    }
}

/// Status belongs to the status subresource.
pub fn keep_status(new: &mut Value, old: &Value) {
    keep(new, old, "status");
}

/// The field as it was.
pub fn keep(new: &mut Value, old: &Value, field: &str) {
    match old.get(field) {
        Some(value) if !value.same(&new[field]) => new.map_mut().insert(field, value.clone()),
        Some(_) => {}
        None => {
            new.map_mut().remove(field);
        }
    }
}

/// A new object has this status, whatever the client sent.
pub fn reset_status(object: &mut Value, status: Value) {
    object.map_mut().insert("status", status);
}
