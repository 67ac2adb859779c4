//! ControllerRevisions. Models `pkg/registry/apps/controllerrevision/strategy.go`.

use crate::apimachinery::field::Path;
use crate::apimachinery::{Object, Value};
use crate::registry::printing::{self, AGE, NAME, integer, text};
use crate::registry::simple::Simple;
use crate::registry::validation::immutable;

/// The strategy of ControllerRevisions.
pub static STRATEGY: Simple = Simple {
    check_update: |errors, new, old| immutable(errors, &Path::new("data"), &new["data"], &old["data"]),
    columns: &[NAME, text("Controller"), integer("Revision"), AGE],
    cells: |o, now| {
        let controller = match o.controller_of() {
            None => "<none>".to_owned(),
            Some(owner) => {
                let group = owner["apiVersion"].str().split_once('/').map_or("", |(group, _)| group);
                let kind = owner["kind"].str().to_lowercase();
                let dot = if group.is_empty() { "" } else { "." };
                format!("{kind}{dot}{group}/{}", owner["name"].str())
            }
        };
        vec![printing::name(o), controller.into(), Value::Int(o["revision"].int()), printing::age(o, now)]
    },
    ..Simple::PLAIN
};
