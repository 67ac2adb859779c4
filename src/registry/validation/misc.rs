//! Kinds with a handful of rules each.

use super::{invalid_each, non_negative, one_of, scheduling};
use crate::apimachinery::field::{Error, ErrorList, Path};
use crate::apimachinery::{Value, names};

/// PriorityClass.
pub fn priority_class(errors: &mut ErrorList, class: &Value) {
    const HIGHEST: i64 = 1_000_000_000;
    let name = class["metadata"]["name"].str();
    if name.starts_with("system-") {
        if !matches!(name, "system-cluster-critical" | "system-node-critical") {
            let detail = format!(
                "priority class names with 'system-' prefix are reserved for system use only. error: {name} is not a \
                 known system priority class"
            );
            errors.push(Error::forbidden(&Path::new("metadata").child("name"), detail));
        }
    } else if class["value"].int() > HIGHEST {
        let detail = format!("maximum allowed value of a user defined priority is {HIGHEST}");
        errors.push(Error::forbidden(&Path::new("value"), detail));
    }
    if !class["preemptionPolicy"].is_null() {
        one_of(errors, &Path::default(), class, "preemptionPolicy", &["PreemptLowerPriority", "Never"]);
    }
}

/// Node: taints, and numbers that may not be negative.
pub fn node(errors: &mut ErrorList, node: &Value) {
    // Upstream hands the path of the metadata on.
    scheduling::taints(errors, node["spec"]["taints"].items(), &Path::new("metadata").child("taints"));
}

/// What a node may not change once it is set.
pub fn node_update(errors: &mut ErrorList, new: &Value, old: &Value) {
    let path = Path::new("spec");
    // Conversion takes the single range where the two fields disagree.
    let ranges = |node: &Value| -> Value {
        let spec = &node["spec"];
        match (spec["podCIDR"].str(), spec["podCIDRs"].items()) {
            ("", _) => spec["podCIDRs"].clone(),
            (one, [first, ..]) if first.str() == one => spec["podCIDRs"].clone(),
            (one, _) => crate::list![one],
        }
    };
    let id = |node: &Value| node["spec"]["providerID"].clone();
    let fields = [("podCIDRs", "podCIDR", ranges(old), ranges(new)), ("providerID", "providerID", id(old), id(new))];
    for (field, word, before, after) in fields {
        if !before.is_empty() && before != after {
            let detail = format!("node updates may not change {word} except from \"\" to valid");
            errors.push(Error::forbidden(&path.child(field), detail));
        }
    }
}

/// Lease.
pub fn lease(errors: &mut ErrorList, lease: &Value) {
    let path = Path::new("spec");
    if lease["spec"]["leaseDurationSeconds"].as_i64().is_some_and(|s| s <= 0) {
        let seconds = lease["spec"]["leaseDurationSeconds"].clone();
        errors.push(Error::invalid(&path.child("leaseDurationSeconds"), seconds, "must be greater than 0"));
    }
    non_negative(errors, &path, &lease["spec"], "leaseTransitions");
}

/// RuntimeClass.
pub fn runtime_class(errors: &mut ErrorList, class: &Value) {
    let handler = class["handler"].str();
    invalid_each(errors, &Path::new("handler"), handler, names::is_dns1123_label(handler));
    let path = Path::new("scheduling");
    super::metadata::labels(errors, &class["scheduling"]["nodeSelector"], &path, "nodeSelector");
    let tolerations = class["scheduling"]["tolerations"].items();
    scheduling::tolerations(errors, tolerations, &path.child("tolerations"));
}

/// CertificateSigningRequest.
pub fn signing_request(errors: &mut ErrorList, csr: &Value) {
    let (spec, path) = (&csr["spec"], Path::new("spec"));
    if spec["usages"].is_empty() {
        errors.push(Error::required(&path.child("usages"), ""));
    }
    if spec["signerName"].is_empty() {
        errors.push(Error::required(&path.child("signerName"), ""));
    }
    if spec["expirationSeconds"].as_i64().is_some_and(|s| s < 600) {
        let seconds = spec["expirationSeconds"].clone();
        let detail = "may not specify a duration less than 600 seconds (10 minutes)";
        errors.push(Error::invalid(&path.child("expirationSeconds"), seconds, detail));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// As `ValidateNodeUpdate` says it, after the conversion of `podCIDR`.
    #[test]
    fn a_node_keeps_its_pod_range() {
        let node = |spec: &str| Value::from_json(&format!(r#"{{"spec":{spec}}}"#)).unwrap();
        let update = |new: &str, old: &str| {
            let mut errors = ErrorList::new();
            node_update(&mut errors, &node(new), &node(old));
            errors.iter().map(ToString::to_string).collect::<Vec<_>>()
        };
        let old = r#"{"podCIDR":"10.244.0.0/24","podCIDRs":["10.244.0.0/24"]}"#;
        assert!(update(old, old).is_empty() && update(old, "{}").is_empty());
        assert_eq!(
            update(r#"{"podCIDR":"10.9.0.0/24","podCIDRs":["10.244.0.0/24"]}"#, old),
            [r#"spec.podCIDRs: Forbidden: node updates may not change podCIDR except from "" to valid"#]
        );
    }
}
