//! What an object counts for in a quota, and which quotas are about it. Models the evaluators of `pkg/quota/v1/evaluator/core`.

use super::qos::qos_class;
use super::volumes;
use crate::apimachinery::Value;
use crate::apimachinery::quantity::{Format, Quantity};
use std::collections::BTreeMap;

/// Amounts by the names that quotas use.
pub type Usage = BTreeMap<String, Quantity>;

/// What quotas count under plain names.
pub const COUNTED: [&str; 7] =
    ["configmaps", "persistentvolumeclaims", "pods", "replicationcontrollers", "resourcequotas", "secrets", "services"];
const CLASS: &str = ".storageclass.storage.k8s.io/";

fn count(n: usize) -> Quantity {
    Quantity::new(n as i64, Format::DecimalSi)
}

/// The resource and group of the objects that count for a name of a quota.
pub fn counted_by(name: &str) -> (&str, &str) {
    match name.strip_prefix("count/") {
        Some(counted) => counted.split_once('.').unwrap_or((counted, "")),
        None if name.starts_with("services.") => ("services", ""),
        None if name == "requests.storage" || name.contains(CLASS) => ("persistentvolumeclaims", ""),
        None => (COUNTED.iter().find(|resource| **resource == name).copied().unwrap_or("pods"), ""),
    }
}

/// What one object counts for. Pods that have ended count for nothing but `count/pods`.
pub fn usage(group: &str, resource: &str, object: &Value) -> Usage {
    let mut out = Usage::new();
    let counted = if group.is_empty() { resource.to_owned() } else { format!("{resource}.{group}") };
    out.insert(format!("count/{counted}"), count(1));
    if group.is_empty() && COUNTED.contains(&resource) && resource != "pods" {
        out.insert(resource.to_owned(), count(1));
    }
    match (group, resource) {
        ("", "pods") => pod_usage(&mut out, object),
        ("", "services") => service_usage(&mut out, object),
        ("", "persistentvolumeclaims") => claim_usage(&mut out, object),
        _ => {}
    }
    out
}

fn pod_usage(out: &mut Usage, pod: &Value) {
    if matches!(pod["status"]["phase"].str(), "Succeeded" | "Failed") {
        return;
    }
    out.insert("pods".into(), count(1));
    for list in ["requests", "limits"] {
        for (name, amount) in pod_total(pod, list) {
            out.insert(format!("{list}.{name}"), amount);
            if list == "requests" {
                out.insert(name, amount);
            }
        }
    }
}

/// What a pod takes of each resource in all (`list` is `requests` or `limits`): its containers and sidecars together, or one of
/// the containers that run before them, whichever is more, and its overhead.
pub fn pod_total(pod: &Value, list: &str) -> Usage {
    let spec = &pod["spec"];
    let of = |container: &Value| -> Usage {
        let amounts = container["resources"][list].fields();
        amounts.map(|(name, amount)| (name.to_owned(), Quantity::of(amount))).collect()
    };
    let mut total = Usage::new();
    for (name, amount) in spec["containers"].items().iter().flat_map(of) {
        *total.entry(name).or_insert(Quantity::ZERO) += amount;
    }
    // Init containers run one after the other, those that go on running beside all that follow.
    let (mut beside, mut most) = (Usage::new(), Usage::new());
    for container in spec["initContainers"].items() {
        let stays = container["restartPolicy"].str() == "Always";
        for (name, amount) in of(container) {
            let running = beside.entry(name.clone()).or_insert(Quantity::ZERO);
            let now = *running + amount;
            if stays {
                *running = now;
                *total.entry(name.clone()).or_insert(Quantity::ZERO) += amount;
            }
            let peak = most.entry(name).or_insert(Quantity::ZERO);
            *peak = if now > *peak { now } else { *peak };
        }
    }
    for (name, peak) in most {
        let sum = total.entry(name).or_insert(Quantity::ZERO);
        *sum = if peak > *sum { peak } else { *sum };
    }
    for (name, amount) in spec["overhead"].fields() {
        if let Some(sum) = total.get_mut(name) {
            *sum += Quantity::of(amount);
        }
    }
    total
}

fn claim_usage(out: &mut Usage, claim: &Value) {
    let size = Quantity::of(claim.at("spec.resources.requests.storage"));
    out.insert("requests.storage".into(), size);
    let class = volumes::class(claim);
    if !class.is_empty() {
        out.insert(format!("{class}{CLASS}requests.storage"), size);
        out.insert(format!("{class}{CLASS}persistentvolumeclaims"), count(1));
    }
}

fn service_usage(out: &mut Usage, service: &Value) {
    let spec = &service["spec"];
    let ports = count(spec["ports"].items().len());
    match spec["type"].str() {
        "NodePort" => {
            out.insert("services.nodeports".into(), ports);
        }
        "LoadBalancer" => {
            out.insert("services.loadbalancers".into(), count(1));
            if spec["allocateLoadBalancerNodePorts"].as_bool() != Some(false) {
                out.insert("services.nodeports".into(), ports);
            }
        }
        _ => {}
    }
}

/// Whether a quota with scopes is about this object.
pub fn in_scope(quota: &Value, object: &Value, resource: &str) -> bool {
    let spec = &quota["spec"];
    let (scopes, selected) = (spec["scopes"].items(), spec.at("scopeSelector.matchExpressions").items());
    if scopes.is_empty() && selected.is_empty() {
        return true;
    }
    resource == "pods"
        && scopes.iter().all(|scope| holds(scope.str(), "Exists", &[], object))
        && selected.iter().all(|s| holds(s["scopeName"].str(), s["operator"].str(), s["values"].items(), object))
}

/// Models `podMatchesScopeFunc`.
fn holds(scope: &str, operator: &str, values: &[Value], pod: &Value) -> bool {
    let spec = &pod["spec"];
    let best_effort = || qos_class(pod) == "BestEffort";
    let class = &spec["priorityClassName"];
    match (scope, operator) {
        ("Terminating", _) => !spec["activeDeadlineSeconds"].is_null(),
        ("NotTerminating", _) => spec["activeDeadlineSeconds"].is_null(),
        ("BestEffort", _) => best_effort(),
        ("NotBestEffort", _) => !best_effort(),
        ("PriorityClass", "In") => values.contains(class),
        ("PriorityClass", "NotIn") => !values.contains(class),
        ("PriorityClass", "DoesNotExist") => class.str().is_empty(),
        ("PriorityClass", _) => !class.str().is_empty(),
        ("CrossNamespacePodAffinity", _) => crosses_namespaces(&spec["affinity"]),
        _ => true,
    }
}

fn crosses_namespaces(affinity: &Value) -> bool {
    let crosses = |term: &Value| !term["namespaces"].is_empty() || !term["namespaceSelector"].is_null();
    ["podAffinity", "podAntiAffinity"].iter().any(|kind| {
        let required = affinity[*kind]["requiredDuringSchedulingIgnoredDuringExecution"].items();
        let preferred = affinity[*kind]["preferredDuringSchedulingIgnoredDuringExecution"].items();
        required.iter().any(crosses) || preferred.iter().any(|p| crosses(&p["podAffinityTerm"]))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn amounts(resource: &str, json: &str) -> String {
        let usage = usage("", resource, &Value::from_json(json).expect("JSON"));
        let amounts = usage.iter().filter(|(name, _)| !name.starts_with("count/"));
        amounts.map(|(name, amount)| format!("{name}={amount}")).collect::<Vec<_>>().join(",")
    }

    #[test]
    fn objects_count_as_the_evaluators_have_it() {
        let claim = r#"{"spec":{"storageClassName":"gold","resources":{"requests":{"storage":"2Gi"}}}}"#;
        assert_eq!(
            amounts("persistentvolumeclaims", claim),
            "gold.storageclass.storage.k8s.io/persistentvolumeclaims=1,gold.storageclass.storage.k8s.io/requests.storage=2Gi,\
             persistentvolumeclaims=1,requests.storage=2Gi"
        );
        let service = r#"{"spec":{"type":"NodePort","ports":[{"port":1},{"port":2}]}}"#;
        assert_eq!(amounts("services", service), "services=1,services.nodeports=2");
        // The largest init container counts where it is more than all others together; sidecars stay.
        let pod = r#"{"spec":{"initContainers":[{"resources":{"requests":{"cpu":"100m"}},"restartPolicy":"Always"},
            {"resources":{"requests":{"cpu":"1"}}}],"containers":[{"resources":{"requests":{"cpu":"200m"}}}]}}"#;
        assert_eq!(amounts("pods", pod), "cpu=1100m,pods=1,requests.cpu=1100m");
    }

    #[test]
    fn quotas_select_pods_by_priority_class() {
        let quota = |operator: &str| {
            let json = format!(
                r#"{{"spec":{{"scopeSelector":{{"matchExpressions":[{{"scopeName":"PriorityClass","operator":"{operator}",
                    "values":["high"]}}]}}}}}}"#
            );
            Value::from_json(&json).expect("JSON")
        };
        let pod =
            |class: &str| Value::from_json(&format!(r#"{{"spec":{{"priorityClassName":"{class}"}}}}"#)).expect("JSON");
        for (operator, class, want) in
            [("In", "high", true), ("In", "low", false), ("NotIn", "low", true), ("Exists", "x", true)]
        {
            assert_eq!(in_scope(&quota(operator), &pod(class), "pods"), want, "{operator} {class}");
        }
    }
}
