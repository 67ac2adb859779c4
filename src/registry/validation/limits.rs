//! Quotas and limit ranges. Models `ValidateResourceQuota` and `ValidateLimitRange`.

use super::{invalid_each, quantity, selector};
use crate::apimachinery::field::{Error, ErrorList, Path};
use crate::apimachinery::quantity::Quantity;
use crate::apimachinery::{Value, names};
use std::collections::BTreeSet;

/// What can be counted of pods that a scope selects.
const OF_PODS: [&str; 7] = ["pods", "cpu", "memory", "limits.cpu", "limits.memory", "requests.cpu", "requests.memory"];
const SCOPES: [&str; 7] = [
    "Terminating",
    "NotTerminating",
    "BestEffort",
    "NotBestEffort",
    "PriorityClass",
    "CrossNamespacePodAffinity",
    "VolumeAttributesClass",
];

/// ResourceQuota.
pub fn resource_quota(errors: &mut ErrorList, object: &Value) {
    let (spec, path) = (&object["spec"], Path::new("spec"));
    quantity::quota(errors, &spec["hard"], &path.child("hard"));
    let (scopes, at) = (&spec["scopes"], path.child("scopes"));
    for scope in scopes.items() {
        if !SCOPES.contains(&scope.str()) {
            errors.push(Error::invalid(&at, scopes.clone(), "unsupported scope"));
        }
        for _ in unfit(spec, scope.str()) {
            errors.push(Error::invalid(&at, scopes.clone(), "unsupported scope applied to resource"));
        }
    }
    let has = |scope: &str| scopes.items().iter().any(|s| s.str() == scope);
    for (one, other) in [("BestEffort", "NotBestEffort"), ("Terminating", "NotTerminating")] {
        if has(one) && has(other) {
            errors.push(Error::invalid(&at, scopes.clone(), "conflicting scopes"));
        }
    }
    let at = path.child("scopeSelector").child("matchExpressions");
    for requirement in spec["scopeSelector"]["matchExpressions"].items() {
        scope_requirement(errors, spec, requirement, &at);
    }
}

/// The counted resources that a scope does not go with.
fn unfit<'a>(spec: &'a Value, scope: &str) -> Vec<&'a str> {
    let fits = |name: &str| match scope {
        "BestEffort" => name == "pods",
        "VolumeAttributesClass" => matches!(name, "persistentvolumeclaims" | "requests.storage"),
        _ => OF_PODS.contains(&name),
    };
    let known = SCOPES.contains(&scope);
    spec["hard"].fields().map(|(n, _)| n).filter(|n| quantity::is_quota_name(n) && !(known && fits(n))).collect()
}

fn scope_requirement(errors: &mut ErrorList, spec: &Value, requirement: &Value, path: &Path) {
    const EXIST: &str = "must be 'Exist' when scope is any of ResourceQuotaScopeTerminating, ResourceQuotaScopeNotTerminating, ResourceQuotaScopeBestEffort, ResourceQuotaScopeNotBestEffort or ResourceQuotaScopeCrossNamespacePodAffinity";
    let (scope, operator) = (requirement["scopeName"].str(), requirement["operator"].str());
    if !SCOPES.contains(&scope) {
        errors.push(Error::invalid(&path.child("scopeName"), scope, "unsupported scope"));
    }
    for _ in unfit(spec, scope) {
        errors.push(Error::invalid(path, spec["scopeSelector"].clone(), "unsupported scope applied to resource"));
    }
    let plain = !matches!(scope, "PriorityClass" | "VolumeAttributesClass") && SCOPES.contains(&scope);
    if plain && operator != "Exists" {
        errors.push(Error::invalid(&path.child("operator"), operator, EXIST));
    }
    let (values, at) = (&requirement["values"], path.child("values"));
    match operator {
        "In" | "NotIn" if values.is_empty() => {
            let detail = "must be at least one value when `operator` is 'In' or 'NotIn' for scope selector";
            errors.push(Error::required(&at, detail));
        }
        "Exists" | "DoesNotExist" if !values.is_empty() => {
            let detail = "must be no value when `operator` is 'Exist' or 'DoesNotExist' for scope selector";
            errors.push(Error::invalid(&at, values.clone(), detail));
        }
        "In" | "NotIn" | "Exists" | "DoesNotExist" => {}
        other => errors.push(Error::invalid(&path.child("operator"), other, "not a valid selector operator")),
    }
}

/// LimitRange.
pub fn limit_range(errors: &mut ErrorList, object: &Value) {
    let mut seen = BTreeSet::new();
    for (i, limit) in object["spec"]["limits"].items().iter().enumerate() {
        let path = Path::new("spec").child("limits").index(i);
        let kind = limit["type"].str();
        let texts = names::is_qualified_name(kind);
        if texts.is_empty() && !kind.contains('/') && !["Pod", "Container", "PersistentVolumeClaim"].contains(&kind) {
            let detail = "must be a standard limit type or fully qualified";
            errors.push(Error::invalid(&path.child("type"), kind, detail));
        }
        invalid_each(errors, &path.child("type"), kind, texts);
        if !seen.insert(kind) {
            errors.push(Error::duplicate(&path.child("type"), kind));
        }
        limit_names(errors, limit, kind, &path);
        let keys: BTreeSet<&str> = LISTS.iter().flat_map(|list| limit[*list].fields().map(|(name, _)| name)).collect();
        for name in keys {
            compare(errors, limit, name, &path);
            ratio(errors, limit, name, &path);
        }
    }
}

const LISTS: [&str; 5] = ["max", "min", "default", "defaultRequest", "maxLimitRequestRatio"];

fn limit_names(errors: &mut ErrorList, limit: &Value, kind: &str, path: &Path) {
    for list in LISTS {
        let at = path.child(list);
        if kind == "Pod" && list.starts_with("default") {
            if !limit[list].is_empty() {
                errors.push(Error::forbidden(&at, "may not be specified when `type` is 'Pod'"));
            }
            continue;
        }
        if list == "maxLimitRequestRatio"
            && kind == "PersistentVolumeClaim"
            && limit["min"]["storage"].is_null()
            && limit["max"]["storage"].is_null()
        {
            let detail = "either minimum or maximum storage value is required, but neither was provided";
            errors.push(Error::required(&path.child("limits"), detail));
        }
        for (name, _) in limit[list].fields() {
            match kind {
                "Pod" | "Container" => quantity::container_resource_name(errors, name, &at.key(name)),
                _ => quantity::resource_name(errors, name, &at.key(name)),
            }
        }
    }
}

/// Field, the lower value, the higher one, which of both is shown.
const ORDER: [(&str, &str, &str, &str); 6] = [
    ("min", "min", "max", "min"),
    ("defaultRequest", "min", "defaultRequest", "defaultRequest"),
    ("defaultRequest", "defaultRequest", "max", "defaultRequest"),
    ("defaultRequest", "defaultRequest", "default", "defaultRequest"),
    ("default", "min", "default", "min"),
    ("default", "default", "max", "max"),
];

fn compare(errors: &mut ErrorList, limit: &Value, name: &str, path: &Path) {
    let of = |list: &str| limit[list].get(name).map(Quantity::of);
    let pod_default = |list: &str| list.starts_with("default") && limit["type"].str() == "Pod";
    for (field, low, high, shown) in ORDER {
        let (Some(lower), Some(higher), Some(shown)) = (of(low), of(high), of(shown)) else { continue };
        if lower <= higher || pod_default(low) || pod_default(high) {
            continue;
        }
        let word = |list: &str| match list {
            "defaultRequest" => "default request value".to_owned(),
            "default" if field == "defaultRequest" => "default limit value".to_owned(),
            list => format!("{list} value"),
        };
        let detail = format!("{} {lower} is greater than {} {higher}", word(low), word(high));
        errors.push(Error::invalid(&path.child(field).key(name), shown.to_string(), detail));
    }
}

fn ratio(errors: &mut ErrorList, limit: &Value, name: &str, path: &Path) {
    let of = |list: &str| limit[list].get(name).map(Quantity::of);
    let Some(ratio) = of("maxLimitRequestRatio") else { return };
    let at = path.child("maxLimitRequestRatio").key(name);
    if ratio.as_f64() < 1.0 {
        errors.push(Error::invalid(&at, ratio.to_string(), format!("ratio {ratio} is less than 1")));
    }
    if let (Some(min), Some(max)) = (of("min"), of("max")) {
        let most = max.as_f64() / min.as_f64();
        if ratio.as_f64() > most {
            let detail = format!("ratio {ratio} is greater than max/min = {most:.6}");
            errors.push(Error::invalid(&at, ratio.to_string(), detail));
        }
    }
}

/// PodDisruptionBudget.
pub fn disruption_budget(errors: &mut ErrorList, pdb: &Value) {
    let (spec, path) = (&pdb["spec"], Path::new("spec"));
    let (min, max) = (&spec["minAvailable"], &spec["maxUnavailable"]);
    if !min.is_null() && !max.is_null() {
        // The value is the internal type, in Go's names.
        let text = format!(
            "{{\"MinAvailable\":{min},\"Selector\":{},\"MaxUnavailable\":{max},\"UnhealthyPodEvictionPolicy\":{}}}",
            spec["selector"], spec["unhealthyPodEvictionPolicy"]
        );
        let mut error = Error::invalid(&path, spec.clone(), "minAvailable and maxUnavailable cannot be both set");
        error.shown = Some(text);
        errors.push(error);
    }
    for (field, value) in [("minAvailable", min), ("maxUnavailable", max)] {
        super::workload::int_or_percent(errors, value, &path.child(field));
        super::workload::more_than_all(errors, value, &path.child(field));
    }
    selector::label_selector(errors, &spec["selector"], &path.child("selector"));
    let (policy, supported) = (&spec["unhealthyPodEvictionPolicy"], ["AlwaysAllow", "IfHealthyBudget"]);
    if !policy.is_null() && !supported.contains(&policy.str()) {
        errors.push(Error::not_supported(&path.child("unhealthyPodEvictionPolicy"), policy.str(), &supported));
    }
}
