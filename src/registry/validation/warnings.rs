//! What is allowed in pods and yet likely wrong. Models `pkg/api/pod/warnings.go`.

use crate::apimachinery::quantity::Quantity;
use crate::apimachinery::{Object, Value, names};
use std::collections::{BTreeMap, BTreeSet};

/// Labels of nodes that have newer names.
const OLD_LABELS: [(&str, &str); 5] = [
    ("beta.kubernetes.io/arch", "deprecated since v1.14; use \"kubernetes.io/arch\" instead"),
    ("beta.kubernetes.io/os", "deprecated since v1.14; use \"kubernetes.io/os\" instead"),
    (
        "failure-domain.beta.kubernetes.io/region",
        "deprecated since v1.17; use \"topology.kubernetes.io/region\" instead",
    ),
    ("failure-domain.beta.kubernetes.io/zone", "deprecated since v1.17; use \"topology.kubernetes.io/zone\" instead"),
    ("beta.kubernetes.io/instance-type", "deprecated since v1.17; use \"node.kubernetes.io/instance-type\" instead"),
];
const OLD_ANNOTATIONS: [(&str, &str); 4] = [
    (
        "scheduler.alpha.kubernetes.io/critical-pod",
        "non-functional in v1.16+; use the \"priorityClassName\" field instead",
    ),
    ("security.alpha.kubernetes.io/sysctls", "non-functional in v1.11+; use the \"sysctls\" field instead"),
    ("security.alpha.kubernetes.io/unsafe-sysctls", "non-functional in v1.11+; use the \"sysctls\" field instead"),
    ("seccomp.security.alpha.kubernetes.io/pod", "non-functional in v1.27+; use the \"seccompProfile\" field instead"),
];
const OLD_VOLUMES: [(&str, &str); 9] = [
    ("photonPersistentDisk", "deprecated in v1.11, non-functional in v1.16+"),
    ("gitRepo", "deprecated in v1.11, and disabled by default in v1.33+"),
    ("scaleIO", "deprecated in v1.16, non-functional in v1.22+"),
    ("flocker", "deprecated in v1.22, non-functional in v1.25+"),
    ("storageos", "deprecated in v1.22, non-functional in v1.25+"),
    ("quobyte", "deprecated in v1.22, non-functional in v1.25+"),
    ("glusterfs", "deprecated in v1.25, non-functional in v1.26+"),
    ("cephfs", "deprecated in v1.28, non-functional in v1.31+"),
    ("rbd", "deprecated in v1.28, non-functional in v1.31+"),
];
const NO_SELECTOR: &str = "a null labelSelector results in matching no pod";
const REQUIRED: &str = "requiredDuringSchedulingIgnoredDuringExecution";
const PREFERRED: &str = "preferredDuringSchedulingIgnoredDuringExecution";

fn old_label(key: &str) -> Option<&'static str> {
    OLD_LABELS.iter().find(|(old, _)| *old == key).map(|(_, advice)| *advice)
}

/// Warnings about a pod or a template. `prefix` is "" for a pod, `spec.template.` for a template.
pub fn pod(pod: &Value, prefix: &str) -> Vec<String> {
    let (spec, mut out) = (&pod["spec"], Vec::new());
    let at = format!("{prefix}spec");
    for (key, _) in spec["nodeSelector"].fields() {
        out.extend(old_label(key).map(|advice| format!("{at}.nodeSelector[{key}]: {advice}")));
    }
    if !spec["affinity"]["nodeAffinity"].is_null() {
        node_affinity(&spec["affinity"]["nodeAffinity"], &format!("{at}.affinity.nodeAffinity"), &mut out);
    }
    for (i, constraint) in spec["topologySpreadConstraints"].items().iter().enumerate() {
        let (key, at) = (constraint["topologyKey"].str(), format!("{at}.topologySpreadConstraints[{i}]"));
        out.extend(old_label(key).map(|advice| format!("{at}.topologyKey: {key} is {advice}")));
        if constraint["labelSelector"].is_null() {
            out.push(format!("{at}.labelSelector: {NO_SELECTOR}"));
        }
    }
    for (key, advice) in OLD_ANNOTATIONS {
        if pod.annotation(key).is_some() {
            out.push(format!("{prefix}metadata.annotations[{key}]: {advice}"));
        }
    }
    for (i, volume) in spec["volumes"].items().iter().enumerate() {
        let old = OLD_VOLUMES.iter().filter(|(kind, _)| !volume[*kind].is_null());
        out.extend(old.map(|(kind, advice)| format!("{at}.volumes[{i}].{kind}: {advice}")));
    }
    repeated(spec["hostAliases"].items(), "ip", &format!("{at}.hostAliases"), &mut out);
    let secrets = spec["imagePullSecrets"].items();
    repeated(secrets, "name", &format!("{at}.imagePullSecrets"), &mut out);
    for (i, _) in secrets.iter().enumerate().filter(|(_, s)| s["name"].is_empty()) {
        out.push(format!("{at}.imagePullSecrets[{i}].name: invalid empty name \"\""));
    }
    containers(spec, &at, &mut out);
    if spec["terminationGracePeriodSeconds"].int() < 0 {
        let advice = "must be >= 0; negative values are invalid and will be treated as 1";
        out.push(format!("{at}.terminationGracePeriodSeconds: {advice}"));
    }
    for kind in ["podAffinity", "podAntiAffinity"] {
        pod_affinity(&spec["affinity"][kind], &format!("{at}.affinity.{kind}"), &mut out);
    }
    out
}

fn node_affinity(affinity: &Value, at: &str, out: &mut Vec<String>) {
    let mut term = |term: &Value, at: String| {
        for (i, expression) in term["matchExpressions"].items().iter().enumerate() {
            let key = expression["key"].str();
            out.extend(old_label(key).map(|advice| format!("{at}.matchExpressions[{i}].key: {key} is {advice}")));
        }
    };
    for (i, required) in affinity[REQUIRED]["nodeSelectorTerms"].items().iter().enumerate() {
        term(required, format!("{at}.{REQUIRED}.nodeSelectorTerms[{i}]"));
    }
    for (i, preferred) in affinity[PREFERRED].items().iter().enumerate() {
        term(&preferred["preference"], format!("{at}.{PREFERRED}[{i}].preference"));
    }
}

fn pod_affinity(affinity: &Value, at: &str, out: &mut Vec<String>) {
    for (i, term) in affinity[REQUIRED].items().iter().enumerate() {
        if term["labelSelector"].is_null() {
            out.push(format!("{at}.{REQUIRED}[{i}].labelSelector: {NO_SELECTOR}"));
        }
    }
    for (i, term) in affinity[PREFERRED].items().iter().enumerate() {
        if term["podAffinityTerm"]["labelSelector"].is_null() {
            out.push(format!("{at}.{PREFERRED}[{i}].podAffinityTerm.labelSelector: {NO_SELECTOR}"));
        }
    }
}

fn repeated(items: &[Value], field: &str, at: &str, out: &mut Vec<String>) {
    let mut seen = BTreeSet::new();
    for (i, item) in items.iter().enumerate() {
        let value = item[field].str();
        if !seen.insert(value) {
            out.push(format!("{at}[{i}].{field}: duplicate {field} {value:?}"));
        }
    }
}

fn containers(spec: &Value, at: &str, out: &mut Vec<String>) {
    let lists = ["initContainers", "containers"];
    let all = || {
        lists
            .into_iter()
            .flat_map(|list| spec[list].items().iter().enumerate().map(move |(i, c)| (format!("{at}.{list}[{i}]"), c)))
    };
    for (at, container) in all().filter(|(_, c)| !c["env"].is_empty() || !c["resources"].is_empty()) {
        amounts(&container["resources"], &at, out);
        variables(container["env"].items(), &at, out);
    }
    let mut seen: BTreeMap<(i64, &str), Vec<(String, &Value)>> = BTreeMap::new();
    for (at, container) in all() {
        for (i, port) in container["ports"].items().iter().enumerate() {
            let at = format!("{at}.ports[{i}]");
            let others = seen.entry((port["containerPort"].int(), port["protocol"].str())).or_default();
            out.extend(others.iter().filter_map(|(other, it)| {
                overlap(port, it).map(|word| format!("{at}: {word} port definition with {other}"))
            }));
            others.push((at, port));
        }
    }
}

/// How two definitions of one port stand to each other, where that is bad.
fn overlap(port: &Value, other: &Value) -> Option<&'static str> {
    let (number, others) = (port["hostPort"].int(), other["hostPort"].int());
    let (ip, other_ip) = (port["hostIP"].str(), other["hostIP"].str());
    if number == others && ip == other_ip {
        Some("duplicate")
    } else if number == 0 || others == 0 {
        Some("overlapping")
    } else {
        (number == others && ip.is_empty() != other_ip.is_empty()).then_some("dangerously ambiguous")
    }
}

fn variables(env: &[Value], at: &str, out: &mut Vec<String>) {
    let mut seen = BTreeSet::new();
    for (i, variable) in env.iter().enumerate() {
        let (name, value) = (variable["name"].str(), variable["value"].str());
        let own = format!("$({name})");
        let extends = variable["valueFrom"].is_null() && value.contains(&own) && value != own;
        if !seen.insert(name) && !extends {
            out.push(format!(
                "{at}.env[{i}]: hides previous definition of {name:?}, which may be dropped when using apply"
            ));
        }
    }
}

/// Amounts that make no sense.
fn amounts(resources: &Value, at: &str, out: &mut Vec<String>) {
    for list in ["limits", "requests"] {
        for (name, value) in resources[list].fields() {
            if matches!(name, "memory" | "ephemeral-storage") && !Quantity::of(value).is_whole() {
                let text = value.str();
                out.push(format!(
                    "{at}.resources.{list}[{name}]: fractional byte value {text:?} is invalid, must be an integer"
                ));
            }
        }
    }
}

/// Warnings about a workload: its name becomes a part of names of pods, its template is a pod.
pub fn workload(object: &Value) -> Vec<String> {
    let wrong = names::is_dns1123_label(object.name());
    let advice =
        "this is used in Pod names and hostnames, which can result in surprising behavior; a DNS label is recommended";
    let mut out = Vec::new();
    if !wrong.is_empty() {
        out.push(format!("metadata.name: {advice}: [{}]", wrong.join(" ")));
    }
    out.extend(pod(&object["spec"]["template"], "spec.template."));
    out
}

/// What is left of the warnings of a new object when it replaces another: those about its spec, where that changed.
pub fn again(mut warnings: Vec<String>, object: &Value, old: Option<&Value>) -> Vec<String> {
    if let Some(old) = old {
        let changed = !object["spec"].same(&old["spec"]);
        warnings.retain(|text| changed && text.starts_with("spec."));
    }
    warnings
}
