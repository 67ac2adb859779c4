//! Kinds with a handful of rules each.

use super::{invalid_each, metadata, non_negative, quantity, selector};
use crate::apimachinery::Value;
use crate::apimachinery::field::{Error, ErrorList, Path};
use crate::apimachinery::quantity::Quantity;
use crate::object;

/// HorizontalPodAutoscaler.
pub fn autoscaler(errors: &mut ErrorList, hpa: &Value) {
    let (spec, path) = (&hpa["spec"], Path::new("spec"));
    let (min, max) = (spec["minReplicas"].as_i64(), spec["maxReplicas"].int());
    if min.is_some_and(|m| m < 1) {
        errors.push(Error::invalid(&path.child("minReplicas"), min, "must be greater than or equal to 1"));
    }
    if max < 1 {
        errors.push(Error::invalid(&path.child("maxReplicas"), max, "must be greater than 0"));
    }
    if min.is_some_and(|m| max < m) {
        let detail = "must be greater than or equal to `minReplicas`";
        errors.push(Error::invalid(&path.child("maxReplicas"), max, detail));
    }
    let (target, path) = (&spec["scaleTargetRef"], path.child("scaleTargetRef"));
    for field in ["kind", "name"] {
        match target[field].str() {
            "" => errors.push(Error::required(&path.child(field), "")),
            text => invalid_each(errors, &path.child(field), text, metadata::path_segment(text)),
        }
    }
    if target["apiVersion"].str().is_empty() && target["kind"].str() != "ReplicationController" {
        errors.push(Error::invalid(&path.child("apiVersion"), "", "apiVersion must specify API group"));
    }
}

/// PodDisruptionBudget.
pub fn disruption_budget(errors: &mut ErrorList, pdb: &Value) {
    let (spec, path) = (&pdb["spec"], Path::new("spec"));
    let (min, max) = (&spec["minAvailable"], &spec["maxUnavailable"]);
    if !min.is_null() && !max.is_null() {
        // The value is the internal type, in Go's names.
        let value = object! {
            "MinAvailable" => min.clone(), "Selector" => spec["selector"].clone(), "MaxUnavailable" => max.clone(),
            "UnhealthyPodEvictionPolicy" => spec["unhealthyPodEvictionPolicy"].clone(),
        };
        let text = format!(
            "{{\"MinAvailable\":{},\"Selector\":{},\"MaxUnavailable\":{},\"UnhealthyPodEvictionPolicy\":{}}}",
            value["MinAvailable"], value["Selector"], value["MaxUnavailable"], value["UnhealthyPodEvictionPolicy"]
        );
        let mut error = Error::invalid(&path, value, "minAvailable and maxUnavailable cannot be both set");
        error.shown = Some(text);
        errors.push(error);
    }
    super::workload::int_or_percent(errors, min, &path.child("minAvailable"));
    super::workload::int_or_percent(errors, max, &path.child("maxUnavailable"));
    selector::label_selector(errors, &spec["selector"], &path.child("selector"));
}

/// ResourceQuota.
pub fn resource_quota(errors: &mut ErrorList, object: &Value) {
    quantity::quota(errors, &object["spec"]["hard"], &Path::new("spec").child("hard"));
}

/// PriorityClass.
pub fn priority_class(errors: &mut ErrorList, class: &Value) {
    const HIGHEST: i64 = 1_000_000_000;
    let name = class["metadata"]["name"].str();
    if name.starts_with("system-") {
        if !matches!(name, "system-cluster-critical" | "system-node-critical") {
            let detail = "priority class names with 'system-' prefix are reserved for system use only";
            errors.push(Error::forbidden(&Path::new("metadata").child("name"), detail));
        }
    } else if class["value"].int() > HIGHEST {
        let detail = format!("maximum allowed value of a user defined priority is {HIGHEST}");
        errors.push(Error::forbidden(&Path::new("value"), detail));
    }
}

/// LimitRange: names are resources, minimum is not above maximum.
pub fn limit_range(errors: &mut ErrorList, object: &Value) {
    for (i, item) in object["spec"]["limits"].items().iter().enumerate() {
        let path = Path::new("spec").child("limits").index(i);
        for (low, high) in
            [("min", "max"), ("default", "max"), ("defaultRequest", "max"), ("defaultRequest", "default")]
        {
            for (name, amount) in item[low].fields() {
                let Some(limit) = item[high].get(name) else { continue };
                if Quantity::of(amount) > Quantity::of(limit) {
                    let word = match low {
                        "min" => "min value",
                        "default" => "default value",
                        _ => "default request value",
                    };
                    let other = if high == "max" { "max value" } else { "default limit value" };
                    let detail = format!("{word} {} is greater than {other} {}", amount.str(), limit.str());
                    errors.push(Error::invalid(&path.child(low).key(name), amount.clone(), detail));
                }
            }
        }
    }
}

/// Node: taints, and numbers that may not be negative.
pub fn node(errors: &mut ErrorList, node: &Value) {
    super::scheduling::taints(errors, node["spec"]["taints"].items(), &Path::new("spec").child("taints"));
}

/// What a node may not change once it is set.
pub fn node_update(errors: &mut ErrorList, new: &Value, old: &Value) {
    let path = Path::new("spec");
    for (field, word) in [("podCIDRs", "podCIDR"), ("providerID", "providerID")] {
        if !old["spec"][field].is_empty() && old["spec"][field] != new["spec"][field] {
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
