//! ResourceQuotas. Models `pkg/registry/core/resourcequota/strategy.go`.

use crate::apimachinery::field::Path;
use crate::apimachinery::quantity::Quantity;
use crate::apimachinery::{Time, Value};
use crate::registry::printing::{self, AGE, NAME, text};
use crate::registry::simple::Simple;
use crate::registry::validation::{immutable, limits};

/// The strategy of quotas.
pub static STRATEGY: Simple = Simple {
    status: Some(Value::object),
    check: limits::resource_quota,
    check_update: |errors, new, old| {
        let (new, old) = (&new["spec"]["scopes"], &old["spec"]["scopes"]);
        immutable(errors, &Path::new("spec").child("scopes"), new, old);
    },
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
