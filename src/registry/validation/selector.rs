//! `matchLabels` and `matchExpressions`. Models `metav1/validation` (`ValidateLabelSelector`).

use super::{invalid_each, metadata};
use crate::apimachinery::field::{Error, ErrorList, Path};
use crate::apimachinery::{Value, names};

/// Checks a label selector; null is fine.
pub fn label_selector(errors: &mut ErrorList, selector: &Value, path: &Path) {
    metadata::labels(errors, &selector["matchLabels"], path, "matchLabels");
    for (i, expression) in selector["matchExpressions"].items().iter().enumerate() {
        requirement(errors, expression, &path.child("matchExpressions").index(i));
    }
}

fn requirement(errors: &mut ErrorList, expression: &Value, path: &Path) {
    let values = expression["values"].items();
    match expression["operator"].str() {
        "In" | "NotIn" if values.is_empty() => {
            let detail = "must be specified when `operator` is 'In' or 'NotIn'";
            errors.push(Error::required(&path.child("values"), detail));
        }
        "Exists" | "DoesNotExist" if !values.is_empty() => {
            let detail = "may not be specified when `operator` is 'Exists' or 'DoesNotExist'";
            errors.push(Error::forbidden(&path.child("values"), detail));
        }
        "In" | "NotIn" | "Exists" | "DoesNotExist" => {}
        other => errors.push(Error::invalid(&path.child("operator"), other, "not a valid selector operator")),
    }
    let key = expression["key"].str();
    invalid_each(errors, &path.child("key"), key, names::is_qualified_name(key));
    for (i, value) in values.iter().enumerate() {
        let wrong = names::is_label_value(value.str());
        if !wrong.is_empty() {
            invalid_each(errors, &path.child("values").index(i), value.str(), wrong);
        }
    }
}

/// True for a selector without terms.
pub fn is_empty(selector: &Value) -> bool {
    selector["matchLabels"].is_empty() && selector["matchExpressions"].is_empty()
}
