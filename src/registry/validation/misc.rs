//! Kinds with a handful of rules each.

use super::{affinity, invalid_each, metadata, non_negative, one_of, quantity, required, selector};
use crate::apimachinery::field::{Error, ErrorList, Path};
use crate::apimachinery::{Value, names};
use crate::object;

const MAX_DATA: usize = 1024 * 1024;
const ACCESS_MODES: [&str; 4] = ["ReadOnlyMany", "ReadWriteMany", "ReadWriteOnce", "ReadWriteOncePod"];

/// Keys and size of a ConfigMap or Secret.
pub fn data(errors: &mut ErrorList, object: &Value, fields: &[&str]) {
    let mut total = 0;
    for field in fields {
        for (key, value) in object[*field].fields() {
            let wrong = names::is_config_key(key);
            if !wrong.is_empty() {
                invalid_each(errors, &Path::new(field).key(key), key, wrong);
            }
            total += value.str().len();
        }
    }
    if total > MAX_DATA {
        errors.push(Error::too_long(&Path::new(""), MAX_DATA));
    }
}

/// What may not change once `immutable` is set.
pub fn immutable_data(new: &Value, old: &Value, fields: &[&str]) -> ErrorList {
    let mut errors = metadata::validate_update(new, old);
    if old["immutable"].bool() {
        let detail = "field is immutable when `immutable` is set";
        if !new["immutable"].bool() {
            errors.push(Error::forbidden(&Path::new("immutable"), detail));
        }
        for field in fields.iter().filter(|f| new[**f] != old[**f]) {
            errors.push(Error::forbidden(&Path::new(field), detail));
        }
    }
    errors
}

/// What a Secret of a known type must hold.
pub fn secret(errors: &mut ErrorList, secret: &Value) {
    let needs = |errors: &mut ErrorList, key: &str| {
        if secret["data"].get(key).is_none() {
            errors.push(Error::required(&Path::new("data").key(key), ""));
        }
    };
    match secret["type"].str() {
        "kubernetes.io/dockerconfigjson" => needs(errors, ".dockerconfigjson"),
        "kubernetes.io/dockercfg" => needs(errors, ".dockercfg"),
        "kubernetes.io/ssh-auth" => needs(errors, "ssh-privatekey"),
        "kubernetes.io/tls" => {
            needs(errors, "tls.crt");
            needs(errors, "tls.key");
        }
        "kubernetes.io/service-account-token" => {
            let path = Path::new("metadata").child("annotations").key("kubernetes.io/service-account.name");
            if secret["metadata"]["annotations"]["kubernetes.io/service-account.name"].str().is_empty() {
                errors.push(Error::required(&path, ""));
            }
        }
        _ => {}
    }
}

/// Role and ClusterRole. Rules about URLs are of cluster roles only.
pub fn role(errors: &mut ErrorList, role: &Value, namespaced: bool) {
    for (i, rule) in role["rules"].items().iter().enumerate() {
        let path = Path::new("rules").index(i);
        if rule["verbs"].is_empty() {
            errors.push(Error::required(&path.child("verbs"), "verbs must contain at least one value"));
        }
        if !rule["nonResourceURLs"].is_empty() {
            if namespaced {
                let detail = "namespaced rules cannot apply to non-resource URLs";
                errors.push(Error::invalid(&path.child("nonResourceURLs"), rule["nonResourceURLs"].clone(), detail));
            }
            if !rule["apiGroups"].is_empty() || !rule["resources"].is_empty() {
                let detail = "rules cannot apply to both regular resources and non-resource URLs";
                errors.push(Error::invalid(&path.child("nonResourceURLs"), rule["nonResourceURLs"].clone(), detail));
            }
            continue;
        }
        if rule["apiGroups"].is_empty() {
            let detail = "resource rules must supply at least one api group";
            errors.push(Error::required(&path.child("apiGroups"), detail));
        }
        if rule["resources"].is_empty() {
            let detail = "resource rules must supply at least one resource";
            errors.push(Error::required(&path.child("resources"), detail));
        }
    }
}

/// RoleBinding and ClusterRoleBinding.
pub fn role_binding(errors: &mut ErrorList, binding: &Value, kinds: &[&str]) {
    let (role, path) = (&binding["roleRef"], Path::new("roleRef"));
    if role["apiGroup"].str() != "rbac.authorization.k8s.io" {
        let group = role["apiGroup"].str();
        errors.push(Error::not_supported(&path.child("apiGroup"), group, &["rbac.authorization.k8s.io"]));
    }
    if !kinds.contains(&role["kind"].str()) {
        errors.push(Error::not_supported(&path.child("kind"), role["kind"].str(), kinds));
    }
    match role["name"].str() {
        "" => errors.push(Error::required(&path.child("name"), "")),
        name => invalid_each(errors, &path.child("name"), name, metadata::path_segment(name)),
    }
    for (i, subject) in binding["subjects"].items().iter().enumerate() {
        let path = Path::new("subjects").index(i);
        required(errors, &path, subject, "name");
        match subject["kind"].str() {
            "ServiceAccount" => {
                let name = subject["name"].str();
                if !name.is_empty() {
                    invalid_each(errors, &path.child("name"), name, names::is_dns1123_subdomain(name));
                }
                if subject["namespace"].is_empty() {
                    errors.push(Error::required(&path.child("namespace"), ""));
                }
            }
            "User" | "Group" => {}
            other => {
                let supported = ["ServiceAccount", "User", "Group"];
                errors.push(Error::not_supported(&path.child("kind"), other, &supported));
            }
        }
    }
}

/// Ingress.
pub fn ingress(errors: &mut ErrorList, ingress: &Value) {
    let (spec, path) = (&ingress["spec"], Path::new("spec"));
    if spec["rules"].is_empty() && spec["defaultBackend"].is_null() {
        let detail = "either `defaultBackend` or `rules` must be specified";
        errors.push(Error::invalid(&path, spec["rules"].clone(), detail));
    }
    if !spec["defaultBackend"].is_null() {
        backend(errors, &spec["defaultBackend"], &path.child("defaultBackend"));
    }
    for (i, rule) in spec["rules"].items().iter().enumerate() {
        let path = path.child("rules").index(i);
        let host = rule["host"].str();
        if !host.is_empty() {
            let texts =
                if host.contains('*') { names::is_wildcard_subdomain(host) } else { names::is_dns1123_subdomain(host) };
            invalid_each(errors, &path.child("host"), host, texts);
        }
        if rule["http"].is_null() {
            continue;
        }
        let (paths, path) = (rule["http"]["paths"].items(), path.child("http").child("paths"));
        if paths.is_empty() {
            errors.push(Error::required(&path, ""));
        }
        for (j, entry) in paths.iter().enumerate() {
            http_path(errors, entry, &path.index(j));
        }
    }
    let class = spec["ingressClassName"].str();
    if !class.is_empty() {
        invalid_each(errors, &path.child("ingressClassName"), class, names::is_dns1123_subdomain(class));
    }
}

fn http_path(errors: &mut ErrorList, entry: &Value, path: &Path) {
    if entry["pathType"].is_null() {
        // Upstream stops at the missing type.
        return errors.push(Error::required(&path.child("pathType"), "pathType must be specified"));
    }
    let target = entry["path"].str();
    match entry["pathType"].str() {
        "Exact" | "Prefix" => {
            if !target.starts_with('/') {
                errors.push(Error::invalid(&path.child("path"), target, "must be an absolute path"));
            }
            for bad in ["//", "/./", "/../", "%2f", "%2F"].iter().filter(|b| target.contains(**b)) {
                errors.push(Error::invalid(&path.child("path"), target, format!("must not contain '{bad}'")));
            }
        }
        "ImplementationSpecific" if !target.is_empty() && !target.starts_with('/') => {
            errors.push(Error::invalid(&path.child("path"), target, "must be an absolute path"));
        }
        "ImplementationSpecific" => {}
        other => {
            let supported = ["Exact", "ImplementationSpecific", "Prefix"];
            errors.push(Error::not_supported(&path.child("pathType"), other, &supported));
        }
    }
    backend(errors, &entry["backend"], &path.child("backend"));
}

fn backend(errors: &mut ErrorList, backend: &Value, path: &Path) {
    let service = &backend["service"];
    if service.is_null() {
        if backend["resource"].is_null() {
            errors.push(Error::required(path, "resource or service backend is required"));
        }
        return;
    }
    let path = path.child("service");
    match service["name"].str() {
        "" => errors.push(Error::required(&path.child("name"), "")),
        name => invalid_each(errors, &path.child("name"), name, names::is_dns1035_label(name)),
    }
    let (name, number) = (service["port"]["name"].str(), service["port"]["number"].int());
    match (name, number) {
        ("", 0) => errors.push(Error::required(&path.child("port"), "port name or number is required")),
        ("", number) => invalid_each(errors, &path.child("port").child("number"), number, names::is_port(number)),
        (name, 0) => invalid_each(errors, &path.child("port").child("name"), name, names::is_port_name(name)),
        _ => errors.push(Error::invalid(&path.child("port"), "", "cannot set both port name & port number")),
    }
}

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

/// PersistentVolumeClaim, or the template of one.
pub fn claim_spec(errors: &mut ErrorList, spec: &Value, path: &Path) {
    if spec["accessModes"].is_empty() {
        errors.push(Error::required(&path.child("accessModes"), "at least 1 access mode is required"));
    }
    selector::label_selector(errors, &spec["selector"], &path.child("selector"));
    access_modes(errors, spec, path);
    let storage = &spec["resources"]["requests"]["storage"];
    let at = path.child("resources").key("storage");
    if storage.is_null() {
        errors.push(Error::required(&at, ""));
    } else if crate::apimachinery::quantity::Quantity::of(storage).sign() <= 0 {
        errors.push(Error::invalid(&at, storage.clone(), "must be greater than zero"));
    }
}

fn access_modes(errors: &mut ErrorList, spec: &Value, path: &Path) {
    for mode in spec["accessModes"].items() {
        if !ACCESS_MODES.contains(&mode.str()) {
            errors.push(Error::not_supported(&path.child("accessModes"), mode.str(), &ACCESS_MODES));
        }
    }
}

/// PersistentVolume.
pub fn volume(errors: &mut ErrorList, volume: &Value) {
    let (spec, path) = (&volume["spec"], Path::new("spec"));
    if spec["accessModes"].is_empty() {
        errors.push(Error::required(&path.child("accessModes"), ""));
    }
    access_modes(errors, spec, &path);
    if spec["capacity"].is_empty() {
        errors.push(Error::required(&path.child("capacity"), ""));
    }
    one_of(errors, &path, spec, "persistentVolumeReclaimPolicy", &["Delete", "Recycle", "Retain"]);
    if !spec["nodeAffinity"]["required"].is_null() {
        affinity::node_selector(
            errors,
            &spec["nodeAffinity"]["required"],
            &path.child("nodeAffinity").child("required"),
        );
    }
    const KNOWN: [&str; 12] = [
        "hostPath",
        "nfs",
        "csi",
        "local",
        "gcePersistentDisk",
        "awsElasticBlockStore",
        "iscsi",
        "fc",
        "cephfs",
        "rbd",
        "glusterfs",
        "azureDisk",
    ];
    if !KNOWN.iter().any(|k| !spec[*k].is_null()) {
        errors.push(Error::required(&path, "must specify a volume type"));
    }
}

/// ResourceQuota.
pub fn resource_quota(errors: &mut ErrorList, object: &Value) {
    quantity::quota(errors, &object["spec"]["hard"], &Path::new("spec").child("hard"));
}

/// StorageClass.
pub fn storage_class(errors: &mut ErrorList, class: &Value) {
    if class["provisioner"].str().is_empty() {
        errors.push(Error::required(&Path::new("provisioner"), ""));
    }
    let root = Path::default();
    one_of(errors, &root, class, "reclaimPolicy", &["Delete", "Retain"]);
    one_of(errors, &root, class, "volumeBindingMode", &["Immediate", "WaitForFirstConsumer"]);
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
    use crate::apimachinery::quantity::Quantity;
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

/// NetworkPolicy.
pub fn network_policy(errors: &mut ErrorList, policy: &Value) {
    let (spec, path) = (&policy["spec"], Path::new("spec"));
    selector::label_selector(errors, &spec["podSelector"], &path.child("podSelector"));
    for (rules, peers) in [("ingress", "from"), ("egress", "to")] {
        for (i, rule) in spec[rules].items().iter().enumerate() {
            let path = path.child(rules).index(i);
            for (j, port) in rule["ports"].items().iter().enumerate() {
                let path = path.child("ports").index(j);
                one_of(errors, &path, port, "protocol", &["SCTP", "TCP", "UDP"]);
                if !port["port"].is_null() {
                    super::port_or_name(errors, &path.child("port"), &port["port"]);
                }
            }
            for (j, peer) in rule[peers].items().iter().enumerate() {
                network_peer(errors, peer, &path.child(peers).index(j));
            }
        }
    }
    for (i, kind) in spec["policyTypes"].items().iter().enumerate() {
        if !["Ingress", "Egress"].contains(&kind.str()) {
            let supported = ["Egress", "Ingress"];
            errors.push(Error::not_supported(&path.child("policyTypes").index(i), kind.str(), &supported));
        }
    }
}

fn network_peer(errors: &mut ErrorList, peer: &Value, path: &Path) {
    let mut found = 0;
    for field in ["podSelector", "namespaceSelector"] {
        if !peer[field].is_null() {
            found += 1;
            selector::label_selector(errors, &peer[field], &path.child(field));
        }
    }
    if !peer["ipBlock"].is_null() {
        found += 1;
        let (block, path) = (&peer["ipBlock"], path.child("ipBlock"));
        match block["cidr"].str() {
            "" => errors.push(Error::required(&path.child("cidr"), "")),
            text => super::cidr(errors, text, &path.child("cidr")),
        }
        for (i, except) in block["except"].items().iter().enumerate() {
            super::cidr(errors, except.str(), &path.child("except").index(i));
        }
    }
    match found {
        0 => errors.push(Error::required(path, "must specify a peer")),
        1 => {}
        _ if !peer["ipBlock"].is_null() => {
            let detail = "may not specify both ipBlock and another peer";
            errors.push(Error::forbidden(path, detail));
        }
        _ => {}
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
