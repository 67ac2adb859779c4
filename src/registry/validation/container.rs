//! Containers of a pod. Models `validateContainers` and its like.

use super::mounts::{self, Volumes};
use super::{env, invalid_each, one_of, probe, quantity, security};
use crate::apimachinery::field::{Error, ErrorList, Path};
use crate::apimachinery::{Value, names};
use std::collections::BTreeSet;

const PROTOCOLS: [&str; 3] = ["SCTP", "TCP", "UDP"];
/// What an ephemeral container may not have, in the order of `core.Container`.
const EPHEMERAL_FORBIDDEN: [&str; 7] =
    ["ports", "resources", "resizePolicy", "livenessProbe", "readinessProbe", "startupProbe", "lifecycle"];
const PULL_POLICIES: [&str; 3] = ["Always", "IfNotPresent", "Never"];

/// What of their pod the rules of containers look at.
pub struct InPod<'a> {
    pub volumes: Volumes<'a>,
    pub spec: &'a Value,
}

/// `containers` of a pod.
pub fn validate(errors: &mut ErrorList, containers: &[Value], pod: &InPod, path: &Path) {
    if containers.is_empty() {
        return errors.push(Error::required(path, ""));
    }
    let mut seen = BTreeSet::new();
    for (i, container) in containers.iter().enumerate() {
        let path = path.index(i);
        common(errors, container, pod, &path);
        unique_name(errors, container, &mut seen, &path);
        probe::validate(errors, container, pod.spec, &path);
    }
    host_ports(errors, containers, path);
}

/// `initContainers` of a pod; their names may not be those of others.
pub fn validate_init(errors: &mut ErrorList, init: &[Value], regular: &[Value], pod: &InPod, path: &Path) {
    let all = path;
    let mut seen: BTreeSet<&str> = regular.iter().map(|c| c["name"].str()).collect();
    for (i, container) in init.iter().enumerate() {
        let path = path.index(i);
        common(errors, container, pod, &path);
        unique_name(errors, container, &mut seen, &path);
        let sidecar = match container["restartPolicy"].as_str() {
            None => false,
            Some("Always") => true,
            Some(other) => {
                errors.push(Error::not_supported(&path.child("restartPolicy"), other, &["Always"]));
                false
            }
        };
        if sidecar {
            probe::validate(errors, container, pod.spec, &path);
            host_ports_at(errors, container, all, i);
            continue;
        }
        for field in ["lifecycle", "livenessProbe", "readinessProbe", "startupProbe"] {
            if !container[field].is_null() {
                let detail = "may not be set for init containers without restartPolicy=Always";
                errors.push(Error::forbidden(&path.child(field), detail));
            }
        }
        host_ports_at(errors, container, all, i);
    }
}

/// `ephemeralContainers` of a pod.
pub fn validate_ephemeral(errors: &mut ErrorList, ephemeral: &[Value], others: &[&Value], pod: &InPod, path: &Path) {
    let mut seen: BTreeSet<&str> = others.iter().map(|c| c["name"].str()).collect();
    for (i, container) in ephemeral.iter().enumerate() {
        let path = path.index(i);
        common(errors, container, pod, &path);
        unique_name(errors, container, &mut seen, &path);
        for field in EPHEMERAL_FORBIDDEN {
            if !container[field].is_empty() {
                errors.push(Error::forbidden(&path.child(field), "cannot be set for an Ephemeral Container"));
            }
        }
        for (j, mount) in container["volumeMounts"].items().iter().enumerate() {
            for field in ["subPath", "subPathExpr"].iter().filter(|f| !mount[**f].is_empty()) {
                let path = path.child("volumeMounts").index(j).child(field);
                errors.push(Error::forbidden(&path, "cannot be set for an Ephemeral Container"));
            }
        }
        let target = container["targetContainerName"].str();
        if !target.is_empty() && !others.iter().any(|c| c["name"].str() == target) {
            errors.push(Error::not_found(&path.child("targetContainerName"), target));
        }
    }
}

fn unique_name<'a>(errors: &mut ErrorList, container: &'a Value, seen: &mut BTreeSet<&'a str>, path: &Path) {
    let name = container["name"].str();
    if !seen.insert(name) {
        errors.push(Error::duplicate(&path.child("name"), name));
    }
}

fn common(errors: &mut ErrorList, container: &Value, pod: &InPod, path: &Path) {
    match container["name"].str() {
        "" => errors.push(Error::required(&path.child("name"), "")),
        name => {
            let wrong = names::is_dns1123_label(name);
            if !wrong.is_empty() {
                invalid_each(errors, &path.child("name"), name, wrong);
            }
        }
    }
    if container["image"].str().is_empty() {
        errors.push(Error::required(&path.child("image"), ""));
    }
    one_of(errors, path, container, "terminationMessagePolicy", &["File", "FallbackToLogsOnError"]);
    ports(errors, container["ports"].items(), path);
    if !container["env"].is_empty() {
        env::validate(errors, container["env"].items(), &path.child("env"));
    }
    if !container["envFrom"].is_empty() {
        env::validate_from(errors, container["envFrom"].items(), &path.child("envFrom"));
    }
    mounts::validate(errors, container, &pod.volumes, path);
    one_of(errors, path, container, "imagePullPolicy", &PULL_POLICIES);
    if !container["resources"].is_empty() {
        quantity::requirements(errors, &container["resources"], &path.child("resources"));
    }
    resize_policy(errors, container, pod.spec, &path.child("resizePolicy"));
    let host_users = pod.spec["hostUsers"].as_bool() != Some(false);
    security::container(errors, &container["securityContext"], host_users, &path.child("securityContext"));
}

fn resize_policy(errors: &mut ErrorList, container: &Value, spec: &Value, path: &Path) {
    let mut seen = BTreeSet::new();
    for (i, policy) in container["resizePolicy"].items().iter().enumerate() {
        let (resource, restart) = (policy["resourceName"].str(), policy["restartPolicy"].str());
        if !seen.insert(resource) {
            errors.push(Error::duplicate(&path.index(i), resource));
        }
        match resource {
            "" => errors.push(Error::required(path, "")),
            "cpu" | "memory" => {}
            other => errors.push(Error::not_supported(path, other, &["cpu", "memory"])),
        }
        match restart {
            "" => errors.push(Error::required(path, "")),
            "NotRequired" | "RestartContainer" => {}
            other => errors.push(Error::not_supported(path, other, &["NotRequired", "RestartContainer"])),
        }
        if spec["restartPolicy"].str() == "Never" && restart != "NotRequired" {
            errors.push(Error::invalid(path, restart, "must be 'NotRequired' when `restartPolicy` is 'Never'"));
        }
    }
}

/// Images are not padded. Asked of pods, not of templates.
pub fn image_padding(errors: &mut ErrorList, containers: &[Value], path: &Path) {
    for (i, container) in containers.iter().enumerate() {
        let image = container["image"].str();
        if !image.is_empty() && image.trim() != image {
            let detail = "must not have leading or trailing whitespace";
            errors.push(Error::invalid(&path.index(i).child("image"), image, detail));
        }
    }
}

fn ports(errors: &mut ErrorList, ports: &[Value], path: &Path) {
    let mut seen = BTreeSet::new();
    for (i, port) in ports.iter().enumerate() {
        let path = path.child("ports").index(i);
        let name = port["name"].str();
        if !name.is_empty() {
            let wrong = names::is_port_name(name);
            if !wrong.is_empty() {
                invalid_each(errors, &path.child("name"), name, wrong);
            } else if !seen.insert(name) {
                errors.push(Error::duplicate(&path.child("name"), name));
            }
        }
        match port["containerPort"].int() {
            0 => errors.push(Error::required(&path.child("containerPort"), "")),
            number => invalid_each(errors, &path.child("containerPort"), number, names::is_port(number)),
        }
        let host = port["hostPort"].int();
        if host != 0 {
            invalid_each(errors, &path.child("hostPort"), host, names::is_port(host));
        }
        one_of(errors, &path, port, "protocol", &PROTOCOLS);
    }
}

fn host_ports(errors: &mut ErrorList, containers: &[Value], path: &Path) {
    let mut seen = BTreeSet::new();
    for (i, container) in containers.iter().enumerate() {
        host_ports_of(errors, container, &mut seen, &path.index(i));
    }
}

/// Init containers run one after the other: each has the ports of the node for itself.
fn host_ports_at(errors: &mut ErrorList, container: &Value, path: &Path, i: usize) {
    host_ports_of(errors, container, &mut BTreeSet::new(), &path.index(i));
}

fn host_ports_of(errors: &mut ErrorList, container: &Value, seen: &mut BTreeSet<String>, path: &Path) {
    for (j, port) in container["ports"].items().iter().enumerate() {
        let number = port["hostPort"].int();
        if number == 0 {
            continue;
        }
        let text = format!("{}/{}/{number}", port["protocol"].str(), port["hostIP"].str());
        if !seen.insert(text.clone()) {
            errors.push(Error::duplicate(&path.child("ports").index(j).child("hostPort"), text));
        }
    }
}
