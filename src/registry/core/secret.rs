//! Secrets. Models `pkg/registry/core/secret/strategy.go`.

use crate::apimachinery::{Value, base64};
use crate::registry::printing::{self, AGE, NAME, text};
use crate::registry::simple::Simple;
use crate::registry::validation::{data, immutable};

/// The strategy of Secrets.
pub static STRATEGY: Simple = Simple {
    check: |errors, object| {
        data::data(errors, object, &["data"]);
        data::secret(errors, object);
    },
    check_update: |errors, new, old| {
        immutable(errors, &crate::apimachinery::field::Path::new("type"), &new["type"], &old["type"]);
        errors.extend(data::immutable_data(new, old, &["data"]));
    },
    tidy: merge_string_data,
    columns: &[NAME, text("Type"), text("Data"), AGE],
    cells: |o, now| {
        vec![printing::name(o), o["type"].clone(), o["data"].fields().count().into(), printing::age(o, now)]
    },
    selectable: |o| vec![("type", o["type"].str().to_owned())],
    ..Simple::PLAIN
};

/// `stringData` is a way to write `data`.
fn merge_string_data(secret: &mut Value) {
    let Some(plain) = secret.map_mut().remove("stringData") else { return };
    for (key, value) in plain.fields() {
        secret.set_in(&["data", key], base64::encode(value.str().as_bytes()));
    }
}
