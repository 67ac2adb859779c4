//! What objects count for in quotas. Models `pkg/quota/v1/evaluator/core`.

use super::qos::qos_class;
use crate::apimachinery::Value;
use crate::apimachinery::quantity::{Format, Quantity};
use std::collections::BTreeMap;

/// Amounts by the names that quotas use.
pub type Usage = BTreeMap<String, Quantity>;

/// What is counted under its plain name.
const COUNTED: [&str; 7] =
    ["pods", "services", "configmaps", "secrets", "replicationcontrollers", "resourcequotas", "persistentvolumeclaims"];
/// How quotas name what claims of one storage class take.
const CLASS: &str = ".storageclass.storage.k8s.io/";

/// The resource and the group of the objects that a name in a quota is about.
pub fn counted_by(name: &str) -> (&str, &str) {
    if let Some(counted) = name.strip_prefix("count/") {
        return counted.split_once('.').unwrap_or((counted, ""));
    }
    let resource = match name {
        n if n.starts_with("services") => "services",
        n if n == "requests.storage" || n.contains(CLASS) => "persistentvolumeclaims",
        n => COUNTED.into_iter().find(|r| *r == n).unwrap_or("pods"),
    };
    (resource, "")
}

fn count(n: usize) -> Quantity {
    Quantity::new(i64::try_from(n).unwrap_or(i64::MAX), Format::DecimalSi)
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
        ("", "pods") => pod(&mut out, object),
        ("", "services") => service(&mut out, object),
        ("", "persistentvolumeclaims") => claim(&mut out, &object["spec"]),
        _ => {}
    }
    out
}

fn pod(out: &mut Usage, pod: &Value) {
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

/// What a pod takes: its containers and sidecars together, or one of the containers that run before, whichever is more.
pub fn pod_total(pod: &Value, list: &str) -> Usage {
    let amounts = |container: &Value| -> Vec<(String, Quantity)> {
        let amounts = container["resources"][list].fields();
        amounts.map(|(name, amount)| (name.to_owned(), Quantity::of(amount))).collect()
    };
    let (mut together, mut before) = (Usage::new(), Usage::new());
    let raise = |usage: &mut Usage, name: String, amount: Quantity| {
        let most = usage.entry(name).or_insert(amount);
        *most = if amount > *most { amount } else { *most };
    };
    for container in pod["spec"]["initContainers"].items() {
        for (name, amount) in amounts(container) {
            if container["restartPolicy"].str() == "Always" {
                *together.entry(name).or_insert(Quantity::ZERO) += amount;
            } else {
                let beside = together.get(&name).copied().unwrap_or(Quantity::ZERO);
                raise(&mut before, name, beside + amount);
            }
        }
    }
    for (name, amount) in pod["spec"]["containers"].items().iter().flat_map(amounts) {
        *together.entry(name).or_insert(Quantity::ZERO) += amount;
    }
    before.into_iter().for_each(|(name, amount)| raise(&mut together, name, amount));
    together
}

fn service(out: &mut Usage, service: &Value) {
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

fn claim(out: &mut Usage, spec: &Value) {
    let size = Quantity::of(spec.at("resources.requests.storage"));
    out.insert("requests.storage".into(), size);
    let class = spec["storageClassName"].str();
    if !class.is_empty() {
        out.insert(format!("{class}{CLASS}requests.storage"), size);
        out.insert(format!("{class}{CLASS}persistentvolumeclaims"), count(1));
    }
}

/// Whether a quota, by its scopes, is about this object.
pub fn in_scope(quota: &Value, group: &str, resource: &str, object: &Value) -> bool {
    let scopes = quota["spec"]["scopes"].items();
    let selectors = quota.at("spec.scopeSelector.matchExpressions").items();
    if scopes.is_empty() && selectors.is_empty() {
        return true;
    }
    (group, resource) == ("", "pods")
        && scopes.iter().all(|scope| pod_matches(scope.str(), "Exists", &[], object))
        && selectors.iter().all(|s| pod_matches(s["scopeName"].str(), s["operator"].str(), s["values"].items(), object))
}

fn pod_matches(scope: &str, operator: &str, values: &[Value], pod: &Value) -> bool {
    let spec = &pod["spec"];
    let best_effort = || qos_class(pod) == "BestEffort";
    match scope {
        "Terminating" => !spec["activeDeadlineSeconds"].is_null(),
        "NotTerminating" => spec["activeDeadlineSeconds"].is_null(),
        "BestEffort" => best_effort(),
        "NotBestEffort" => !best_effort(),
        "PriorityClass" => {
            let class = spec["priorityClassName"].str();
            let named = values.iter().any(|v| v.str() == class);
            match operator {
                "In" => named,
                "NotIn" => !named,
                "DoesNotExist" => class.is_empty(),
                _ => !class.is_empty(),
            }
        }
        "CrossNamespacePodAffinity" => ["podAffinity", "podAntiAffinity"].iter().any(|kind| {
            let affinity = &spec["affinity"][*kind];
            let required = affinity["requiredDuringSchedulingIgnoredDuringExecution"].items().iter();
            let preferred = affinity["preferredDuringSchedulingIgnoredDuringExecution"].items().iter();
            let mut terms = required.chain(preferred.map(|p| &p["podAffinityTerm"]));
            terms.any(|t| !t["namespaces"].is_empty() || !t["namespaceSelector"].is_null())
        }),
        _ => true,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn v(json: &str) -> Value {
        Value::from_json(json).unwrap()
    }

    /// As the documentation's quotas per PriorityClass have it.
    #[test]
    fn quotas_select_pods_by_their_class() {
        let quota = |operator: &str| {
            v(&format!(
                r#"{{"spec":{{"scopeSelector":{{"matchExpressions":[{{"operator":"{operator}","scopeName":"PriorityClass","values":["high"]}}]}}}}}}"#
            ))
        };
        let pod = |class: &str| v(&format!(r#"{{"spec":{{"priorityClassName":"{class}"}}}}"#));
        let about = |operator: &str, class: &str| in_scope(&quota(operator), "", "pods", &pod(class));
        assert!(about("In", "high") && !about("In", "low") && about("NotIn", "low") && about("Exists", "low"));
        assert!(!in_scope(&quota("In"), "", "services", &Value::object()));
    }

    #[test]
    fn claims_and_init_containers_count() {
        let claim = v(r#"{"spec":{"storageClassName":"gold","resources":{"requests":{"storage":"2Gi"}}}}"#);
        let used = usage("", "persistentvolumeclaims", &claim);
        for name in ["requests.storage", "gold.storageclass.storage.k8s.io/requests.storage"] {
            assert_eq!(used[name].to_string(), "2Gi", "{name}");
            assert_eq!(counted_by(name), ("persistentvolumeclaims", ""));
        }
        let pod = v(
            r#"{"spec":{"initContainers":[{"resources":{"requests":{"cpu":"2"}}}],"containers":[{"resources":{"requests":{"cpu":"500m","memory":"1Mi"}}}]}}"#,
        );
        let used = usage("", "pods", &pod);
        assert_eq!((used["requests.cpu"].to_string(), used["memory"].to_string()), ("2".into(), "1Mi".into()));
    }
}
