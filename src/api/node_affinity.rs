//! `nodeSelector` and node affinity. Models `component-helpers/scheduling/corev1/nodeaffinity`.

use crate::apimachinery::{Object, Value};

const REQUIRED: &str = "requiredDuringSchedulingIgnoredDuringExecution";

/// True where a requirement holds for the value of a label (None where the node has no such label).
fn requirement_holds(requirement: &Value, found: Option<&str>) -> bool {
    let values = requirement["values"].items();
    let listed = || found.is_some_and(|f| values.iter().any(|v| v.str() == f));
    let numbers = || Some((found?.parse::<i64>().ok()?, values.first()?.str().parse::<i64>().ok()?));
    match requirement["operator"].str() {
        "In" => listed(),
        "NotIn" => !listed(),
        "Exists" => found.is_some(),
        "DoesNotExist" => found.is_none(),
        "Gt" => numbers().is_some_and(|(a, b)| a > b),
        "Lt" => numbers().is_some_and(|(a, b)| a < b),
        _ => false,
    }
}

/// A term without requirements matches nothing.
pub fn term_matches(term: &Value, node: &Value) -> bool {
    let (labels, fields) = (term["matchExpressions"].items(), term["matchFields"].items());
    !(labels.is_empty() && fields.is_empty())
        && labels.iter().all(|r| requirement_holds(r, node.label(r["key"].str())))
        && fields.iter().all(|r| r["key"].str() == "metadata.name" && requirement_holds(r, Some(node.name())))
}

/// True where a node fits a `NodeSelector` object (one of its terms matches).
pub fn node_selector_matches(selector: &Value, node: &Value) -> bool {
    selector["nodeSelectorTerms"].items().iter().any(|term| term_matches(term, node))
}

/// True where a node fits what a pod requires of it.
pub fn matches(pod: &Value, node: &Value) -> bool {
    let spec = &pod["spec"];
    if !spec["nodeSelector"].fields().all(|(key, value)| node.label(key) == value.as_str()) {
        return false;
    }
    let required = &spec["affinity"]["nodeAffinity"][REQUIRED];
    required.is_null() || node_selector_matches(required, node)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{list, object};

    #[test]
    fn operators_read_labels() {
        let node =
            object! { "metadata" => object! { "name" => "n", "labels" => object! { "zone" => "a", "n" => "5" } } };
        let cases = [
            ("zone", "In", list!["a", "b"], true),
            ("zone", "NotIn", list!["a"], false),
            ("gpu", "NotIn", list!["a"], true),
            ("gpu", "Exists", list![], false),
            ("n", "Gt", list!["4"], true),
            ("zone", "Gt", list!["4"], false),
        ];
        for (key, operator, values, want) in cases {
            let requirement = object! { "key" => key, "operator" => operator, "values" => values };
            let term = object! { "matchExpressions" => list![requirement] };
            assert_eq!(term_matches(&term, &node), want, "{key} {operator}");
        }
        assert!(!term_matches(&object! {}, &node));
    }
}
