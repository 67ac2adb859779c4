//! Pods and their specs. Models `ValidatePodSpec`, `ValidatePodTemplateSpec` and `ValidatePodUpdate`.

use super::{affinity, container, dns, invalid_each, metadata, one_of, scheduling, security, volume};
use crate::apimachinery::field::{Error, ErrorList, Path};
use crate::apimachinery::{Object, Value, names};

const DNS_POLICIES: [&str; 4] = ["ClusterFirstWithHostNet", "ClusterFirst", "Default", "None"];

/// A new pod.
pub fn validate(pod: &Value) -> ErrorList {
    let mut errors = metadata::validate(pod, true, names::is_dns1123_subdomain);
    deletion_cost(&mut errors, pod);
    let (spec, path) = (&pod["spec"], Path::new("spec"));
    validate_spec(&mut errors, spec, true, &path);
    if !spec["nodeName"].is_empty() && !spec["schedulingGates"].is_empty() {
        let detail = "cannot be set until all schedulingGates have been cleared";
        errors.push(Error::forbidden(&path.child("nodeName"), detail));
    }
    if !spec["ephemeralContainers"].is_empty() {
        errors.push(Error::forbidden(&path.child("ephemeralContainers"), "cannot be set on create"));
    }
    for list in ["containers", "initContainers"] {
        container::image_padding(&mut errors, spec[list].items(), &path.child(list));
    }
    errors
}

fn deletion_cost(errors: &mut ErrorList, pod: &Value) {
    const COST: &str = "controller.kubernetes.io/pod-deletion-cost";
    if let Some(cost) = pod.annotation(COST)
        && cost.parse::<i32>().is_err()
    {
        let path = Path::new("metadata").child("annotations").key(COST);
        errors.push(Error::invalid(&path, cost, "must be a 32bit integer"));
    }
}

/// The pod template of a workload.
pub fn validate_template(errors: &mut ErrorList, template: &Value, path: &Path) {
    metadata::labels(errors, &template["metadata"]["labels"], path, "labels");
    metadata::annotations(errors, &template["metadata"]["annotations"], path);
    validate_spec(errors, &template["spec"], false, &path.child("spec"));
    if !template["spec"]["ephemeralContainers"].is_empty() {
        let path = path.child("spec").child("ephemeralContainers");
        errors.push(Error::forbidden(&path, "ephemeral containers not allowed in pod template"));
    }
}

/// The spec of a pod, alone or in a template.
pub fn validate_spec(errors: &mut ErrorList, spec: &Value, alone: bool, path: &Path) {
    let volumes = volume::validate(errors, spec["volumes"].items(), &path.child("volumes"));
    let pod = container::InPod { volumes, spec };
    let containers = spec["containers"].items();
    container::validate(errors, containers, &pod, &path.child("containers"));
    let init = spec["initContainers"].items();
    container::validate_init(errors, init, containers, &pod, &path.child("initContainers"));
    let ephemeral = spec["ephemeralContainers"].items();
    if !ephemeral.is_empty() {
        let others: Vec<&Value> = containers.iter().chain(init).collect();
        container::validate_ephemeral(errors, ephemeral, &others, &pod, &path.child("ephemeralContainers"));
    }
    if spec["hostNetwork"].bool() {
        host_network(errors, containers, alone, &path.child("containers"));
    }
    one_of(errors, path, spec, "restartPolicy", &["Always", "OnFailure", "Never"]);
    one_of(errors, path, spec, "dnsPolicy", &DNS_POLICIES);
    metadata::labels(errors, &spec["nodeSelector"], path, "nodeSelector");
    security::pod(errors, spec, path);
    affinity::validate(errors, &spec["affinity"], &path.child("affinity"));
    dns::config(errors, spec, &path.child("dnsConfig"));
    for (i, gate) in spec["readinessGates"].items().iter().enumerate() {
        let (kind, path) = (gate["conditionType"].str(), path.child("readinessGates").index(i));
        invalid_each(errors, &path.child("conditionType"), kind, names::is_qualified_name(kind));
    }
    scheduling::gates(errors, spec["schedulingGates"].items(), &path.child("schedulingGates"));
    let spread = spec["topologySpreadConstraints"].items();
    scheduling::spread(errors, spread, &path.child("topologySpreadConstraints"));
    if spec["hostUsers"].as_bool() == Some(false) {
        for field in ["hostNetwork", "hostPID", "hostIPC"].into_iter().filter(|f| spec[*f].bool()) {
            errors.push(Error::forbidden(&path.child(field), "when `pod.Spec.HostUsers` is false"));
        }
    }
    names_in_spec(errors, spec, path);
    scheduling::tolerations(errors, spec["tolerations"].items(), &path.child("tolerations"));
    dns::host_aliases(errors, spec["hostAliases"].items(), &path.child("hostAliases"));
    for field in ["priorityClassName", "runtimeClassName"] {
        let class = spec[field].str();
        if !class.is_empty() {
            invalid_each(errors, &path.child(field), class, names::is_dns1123_subdomain(class));
        }
    }
    let policy = &spec["preemptionPolicy"];
    if !policy.is_null() {
        one_of(errors, path, spec, "preemptionPolicy", &["PreemptLowerPriority", "Never"]);
    }
    match spec["os"]["name"].str() {
        "linux" | "windows" => {}
        _ if spec["os"].is_null() => {}
        "" => errors.push(Error::required(&path.child("os").child("name"), "cannot be empty")),
        other => errors.push(Error::not_supported(&path.child("os").child("name"), other, &["linux", "windows"])),
    }
}

fn names_in_spec(errors: &mut ErrorList, spec: &Value, path: &Path) {
    for field in ["serviceAccountName", "nodeName"] {
        let name = spec[field].str();
        if !name.is_empty() {
            let wrong = names::is_dns1123_subdomain(name);
            if !wrong.is_empty() {
                invalid_each(errors, &path.child(field), name, wrong);
            }
        }
    }
    if let Some(seconds) = spec["activeDeadlineSeconds"].as_i64()
        && !(1..=i64::from(i32::MAX)).contains(&seconds)
    {
        let detail = "must be between 1 and 2147483647, inclusive";
        errors.push(Error::invalid(&path.child("activeDeadlineSeconds"), seconds, detail));
    }
    for field in ["hostname", "subdomain"] {
        let name = spec[field].str();
        if !name.is_empty() {
            invalid_each(errors, &path.child(field), name, names::is_dns1123_label(name));
        }
    }
}

fn host_network(errors: &mut ErrorList, containers: &[Value], alone: bool, path: &Path) {
    for (i, container) in containers.iter().enumerate() {
        for (j, port) in container["ports"].items().iter().enumerate() {
            if !alone && port["hostPort"].int() == 0 {
                continue;
            }
            if port["hostPort"] != port["containerPort"] {
                let path = path.index(i).child("ports").index(j).child("hostPort");
                let detail = "must match `containerPort` when `hostNetwork` is true";
                errors.push(Error::invalid(&path, port["hostPort"].clone(), detail));
            }
        }
    }
}

/// What may be changed through the main resource, as the error names it.
const UPDATABLE: &str = "`spec.containers[*].image`,`spec.initContainers[*].image`,`spec.activeDeadlineSeconds`,`spec.tolerations` (only additions to existing tolerations),`spec.terminationGracePeriodSeconds` (allow it to be set to 1 if it was previously negative)";

/// A pod that replaces another.
pub fn validate_update(new: &Value, old: &Value) -> ErrorList {
    let mut errors = metadata::validate_update(new, old);
    let path = Path::new("spec");
    if new["spec"].same(&old["spec"]) {
        return errors;
    }
    validate_spec(&mut errors, &new["spec"], true, &path);
    images_updated(&mut errors, &new["spec"], &path);
    for list in ["containers", "initContainers"] {
        if new["spec"][list].items().len() != old["spec"][list].items().len() {
            errors.push(Error::forbidden(&path.child(list), "pod updates may not add or remove containers"));
            return errors;
        }
    }
    deadline(&mut errors, &new["spec"], &old["spec"], &path);
    gates_only_removed(&mut errors, &new["spec"], &old["spec"], &path);
    tolerations_only_added(&mut errors, new, old, &path);
    let munged = munge(&new["spec"], &old["spec"]);
    if !munged.same(&old["spec"]) {
        let diff = super::super::core::pod_diff::diff(&old["spec"], &munged);
        let detail = format!("pod updates may not change fields other than {UPDATABLE}\n{diff}");
        errors.push(Error::forbidden(&path, detail));
    }
    errors
}

/// The images of the new spec; gates may only go.
fn images_updated(errors: &mut ErrorList, spec: &Value, path: &Path) {
    for list in ["containers", "initContainers"] {
        container::image_padding(errors, spec[list].items(), &path.child(list));
    }
}

fn gates_only_removed(errors: &mut ErrorList, new: &Value, old: &Value, path: &Path) {
    for (i, gate) in new["schedulingGates"].items().iter().enumerate() {
        if !old["schedulingGates"].items().iter().any(|g| g["name"] == gate["name"]) {
            let detail = format!("only deletion is allowed, but found new scheduling gate '{}'", gate["name"].str());
            errors.push(Error::forbidden(&path.child("schedulingGates").index(i).child("name"), detail));
        }
    }
}

fn deadline(errors: &mut ErrorList, new: &Value, old: &Value, path: &Path) {
    let path = path.child("activeDeadlineSeconds");
    match (old["activeDeadlineSeconds"].as_i64(), new["activeDeadlineSeconds"].as_i64()) {
        (Some(old), Some(new)) if new > old => {
            errors.push(Error::invalid(&path, new, "must be less than or equal to previous value"));
        }
        (Some(_), None) => {
            let detail = "must not update from a positive integer to nil value";
            errors.push(Error::invalid(&path, "null", detail));
        }
        _ => {}
    }
}

fn tolerations_only_added(errors: &mut ErrorList, new: &Value, old: &Value, path: &Path) {
    let plain = |t: &Value| {
        let mut t = t.clone();
        t.remove("tolerationSeconds");
        t
    };
    let kept: Vec<Value> = new["spec"]["tolerations"].items().iter().map(plain).collect();
    if old["spec"]["tolerations"].items().iter().any(|t| !kept.contains(&plain(t))) {
        let detail = "existing toleration can not be modified except its tolerationSeconds";
        errors.push(Error::forbidden(&path.child("tolerations"), detail));
    }
}

/// The new spec with everything that may change as it was.
fn munge(new: &Value, old: &Value) -> Value {
    let mut spec = new.clone();
    for list in ["containers", "initContainers"] {
        if spec[list].items().is_empty() {
            continue;
        }
        let images: Vec<Value> = old[list].items().iter().map(|c| c["image"].clone()).collect();
        for (container, image) in spec.map_mut().entry(list).list_mut().iter_mut().zip(images) {
            if container["image"] != image {
                container.map_mut().insert("image", image);
            }
        }
    }
    for field in ["activeDeadlineSeconds", "tolerations", "schedulingGates"] {
        restore(&mut spec, old, field);
    }
    if old["terminationGracePeriodSeconds"].int() < 0 && new["terminationGracePeriodSeconds"].int() == 1 {
        restore(&mut spec, old, "terminationGracePeriodSeconds");
    }
    // While gates hold it back, a pod may be aimed more narrowly.
    if !old["schedulingGates"].is_empty() {
        restore(&mut spec, old, "nodeSelector");
        restore(&mut spec, old, "affinity");
    }
    spec
}

fn restore(spec: &mut Value, old: &Value, field: &str) {
    match old.get(field) {
        Some(value) => spec.map_mut().insert(field, value.clone()),
        None => {
            spec.map_mut().remove(field);
        }
    }
}

/// The warning about a name that makes a bad host name.
pub fn name_warning(pod: &Value) -> Option<String> {
    let wrong = names::is_dns1123_label(pod.name());
    let advice =
        "this is used in the Pod's hostname, which can result in surprising behavior; a DNS label is recommended";
    (!wrong.is_empty()).then(|| format!("metadata.name: {advice}: [{}]", wrong.join(" ")))
}
