//! ResourceQuotas. Models `pkg/registry/core/resourcequota/strategy.go`.

use crate::apimachinery::quantity::Quantity;
use crate::apimachinery::{Time, Value};
use crate::registry::printing::{self, AGE, NAME, text};
use crate::registry::simple::Simple;
use crate::registry::validation::misc;

/// The strategy of quotas.
pub static STRATEGY: Simple = Simple {
    status: Some(Value::object),
    check: misc::resource_quota,
    columns: &[NAME, text("Request"), text("Limit"), AGE],
    cells,
    ..Simple::PLAIN
};

fn cells(quota: &Value, now: Time) -> Vec<Value> {
    let (mut requests, mut limits) = (Vec::new(), Vec::new());
    for (name, hard) in quota["status"]["hard"].fields() {
        let used = Quantity::of(&quota["status"]["used"][name]);
        let entry = format!("{name}: {used}/{}", Quantity::of(hard));
        if name.starts_with("limits") { limits.push(entry) } else { requests.push(entry) }
    }
    vec![printing::name(quota), requests.join(", ").into(), limits.join(", ").into(), printing::age(quota, now)]
}
