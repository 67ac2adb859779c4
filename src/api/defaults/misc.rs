//! Kinds with a handful of defaults each.

use super::{each, fill, within};
use crate::apimachinery::{Map, Value};
use crate::{list, object};

const RBAC: &str = "rbac.authorization.k8s.io";

/// Kinds that are not here have no defaults.
pub fn apply(group: &str, kind: &str, object: &mut Value) {
    let map = object.map_mut();
    match (group, kind) {
        ("", "Namespace") => {
            let name = map.get("metadata").map_or(Value::Null, |m| m["name"].clone());
            // A generated name is not known yet; the strategy adds the label then.
            if !name.is_empty() {
                map.entry("metadata").map_mut().entry("labels").map_mut().insert("kubernetes.io/metadata.name", name);
            }
        }
        ("", "Secret") => fill(map, "type", "Opaque"),
        ("", "PersistentVolume") => {
            let spec = map.entry("spec").map_mut();
            fill(spec, "persistentVolumeReclaimPolicy", "Retain");
            fill(spec, "volumeMode", "Filesystem");
            within(spec, "hostPath", |v| fill(v, "type", ""));
            fill(map.entry("status").map_mut(), "phase", "Pending");
        }
        ("", "PersistentVolumeClaim") => {
            let spec = map.entry("spec").map_mut();
            fill(spec, "volumeMode", "Filesystem");
            fill(spec, "resources", Value::object());
            fill(map.entry("status").map_mut(), "phase", "Pending");
        }
        ("", "LimitRange") => within(map, "spec", |spec| each(spec, "limits", limit_range_item)),
        ("", "Node") => node(map),
        ("autoscaling", "HorizontalPodAutoscaler") => autoscaler(map),
        ("networking.k8s.io", "NetworkPolicy") => network_policy(map),
        ("storage.k8s.io", "StorageClass") => {
            fill(map, "reclaimPolicy", "Delete");
            fill(map, "volumeBindingMode", "Immediate");
        }
        // Required and without `omitempty`: an empty list reads back as null.
        ("storage.k8s.io", "CSINode") => fill(map.entry("spec").map_mut(), "drivers", Value::Null),
        ("storage.k8s.io", "CSIDriver") => csi_driver(map.entry("spec").map_mut()),
        ("scheduling.k8s.io", "PriorityClass") => fill(map, "preemptionPolicy", "PreemptLowerPriority"),
        (RBAC, "RoleBinding" | "ClusterRoleBinding") => binding(map),
        ("admissionregistration.k8s.io", "MutatingWebhookConfiguration") => each(map, "webhooks", |w| {
            webhook(w);
            fill(w, "reinvocationPolicy", "Never");
        }),
        ("admissionregistration.k8s.io", "ValidatingWebhookConfiguration") => each(map, "webhooks", webhook),
        ("admissionregistration.k8s.io", "ValidatingAdmissionPolicy" | "MutatingAdmissionPolicy") => {
            within(map, "spec", |spec| {
                fill(spec, "failurePolicy", "Fail");
                within(spec, "matchConstraints", match_resources);
            });
        }
        ("admissionregistration.k8s.io", "ValidatingAdmissionPolicyBinding" | "MutatingAdmissionPolicyBinding") => {
            within(map, "spec", |spec| within(spec, "matchResources", match_resources))
        }
        ("networking.k8s.io", "IngressClass") => within(map, "spec", |spec| {
            within(spec, "parameters", |p| fill(p, "scope", "Cluster"));
        }),
        ("apiextensions.k8s.io", "CustomResourceDefinition") => definition(map),
        _ => {}
    }
}

/// What a container may use at most is what it gets, and what it gets is what it asks for.
fn limit_range_item(item: &mut Map) {
    if item.get("type").map(Value::str) != Some("Container") {
        return;
    }
    for (to, from) in [("default", "max"), ("defaultRequest", "default"), ("defaultRequest", "min")] {
        let amounts = item.get(from).cloned().unwrap_or_default();
        if amounts.fields().next().is_some() {
            let target = item.entry(to).map_mut();
            for (name, amount) in amounts.fields() {
                fill(target, name, amount.clone());
            }
        }
    }
}

fn node(map: &mut Map) {
    within(map, "status", |status| {
        if let Some(capacity) = status.get("capacity").cloned()
            && status.get("allocatable").is_none_or(Value::is_empty)
        {
            status.insert("allocatable", capacity);
        }
    });
}

fn autoscaler(map: &mut Map) {
    let spec = map.entry("spec").map_mut();
    fill(spec, "minReplicas", 1);
    within(spec, "behavior", behavior);
    if spec.get("metrics").is_none_or(Value::is_empty) && !spec.contains_key("targetCPUUtilizationPercentage") {
        let mut metric = Value::object();
        metric.set("type", "Resource");
        metric.set("resource.name", "cpu");
        metric.set("resource.target.type", "Utilization");
        metric.set("resource.target.averageUtilization", 80);
        spec.insert("metrics", list![metric]);
    }
}

/// Once one of the rules of scaling is given, all of them are. Models `GenerateHPAScaleUpRules` and its like.
fn behavior(behavior: &mut Map) {
    let policy = |kind: &str, value: i64| object! { "type" => kind, "value" => value, "periodSeconds" => 15 };
    let up = behavior.entry("scaleUp").map_mut();
    fill(up, "stabilizationWindowSeconds", 0);
    fill(up, "selectPolicy", "Max");
    fill(up, "policies", list![policy("Pods", 4), policy("Percent", 100)]);
    let down = behavior.entry("scaleDown").map_mut();
    fill(down, "selectPolicy", "Max");
    fill(down, "policies", list![policy("Percent", 100)]);
}

fn match_resources(resources: &mut Map) {
    fill(resources, "matchPolicy", "Equivalent");
    fill(resources, "namespaceSelector", Value::object());
    fill(resources, "objectSelector", Value::object());
    for rules in ["resourceRules", "excludeResourceRules"] {
        each(resources, rules, |rule| fill(rule, "scope", "*"));
    }
}

fn network_policy(map: &mut Map) {
    within(map, "spec", |spec| {
        for rules in ["ingress", "egress"] {
            each(spec, rules, |rule| each(rule, "ports", |port| fill(port, "protocol", "TCP")));
        }
        if spec.get("policyTypes").is_none_or(Value::is_empty) {
            let egress = spec.get("egress").is_some_and(|e| !e.is_empty());
            spec.insert("policyTypes", if egress { list!["Ingress", "Egress"] } else { list!["Ingress"] });
        }
        fill(spec, "podSelector", Value::object());
    });
}

fn csi_driver(spec: &mut Map) {
    fill(spec, "attachRequired", true);
    fill(spec, "fsGroupPolicy", "ReadWriteOnceWithFSType");
    for key in ["podInfoOnMount", "requiresRepublish", "seLinuxMount", "storageCapacity"] {
        fill(spec, key, false);
    }
    fill(spec, "volumeLifecycleModes", list!["Persistent"]);
}

fn binding(map: &mut Map) {
    within(map, "roleRef", |role| fill(role, "apiGroup", RBAC));
    each(map, "subjects", |subject| {
        if matches!(subject.get("kind").map(Value::str), Some("User" | "Group")) {
            fill(subject, "apiGroup", RBAC);
        }
    });
}

fn webhook(webhook: &mut Map) {
    fill(webhook, "failurePolicy", "Fail");
    fill(webhook, "matchPolicy", "Equivalent");
    fill(webhook, "namespaceSelector", Value::object());
    fill(webhook, "objectSelector", Value::object());
    fill(webhook, "timeoutSeconds", 10);
    each(webhook, "rules", |rule| fill(rule, "scope", "*"));
    within(webhook, "clientConfig", |c| within(c, "service", |s| fill(s, "port", 443)));
}

fn definition(map: &mut Map) {
    let spec = map.entry("spec").map_mut();
    if !spec.contains_key("conversion") {
        let mut none = Value::object();
        none.set("strategy", "None");
        spec.insert("conversion", none);
    }
    within(spec, "names", |names| {
        let kind = names.get("kind").map_or("", Value::str).to_owned();
        fill(names, "singular", kind.to_lowercase());
        fill(names, "listKind", format!("{kind}List"));
    });
}
