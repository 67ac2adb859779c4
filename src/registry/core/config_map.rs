//! ConfigMaps. Models `pkg/registry/core/configmap/strategy.go`.

use crate::registry::printing::{self, AGE, NAME, text};
use crate::registry::simple::Simple;
use crate::registry::validation::data;

const FIELDS: [&str; 2] = ["data", "binaryData"];

/// The strategy of ConfigMaps.
pub static STRATEGY: Simple = Simple {
    check: |errors, object| data::data(errors, object, &FIELDS),
    check_update: |errors, new, old| errors.extend(data::immutable_data(new, old, &FIELDS)),
    columns: &[NAME, text("Data"), AGE],
    cells: |o, now| {
        let count = o["data"].fields().count() + o["binaryData"].fields().count();
        vec![printing::name(o), count.into(), printing::age(o, now)]
    },
    ..Simple::PLAIN
};
