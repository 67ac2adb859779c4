//! Containers of a pod. Models `validateContainers` and its like.

use super::{env, invalid_each, one_of, probe, quantity};
use crate::apimachinery::field::{Error, ErrorList, Path};
use crate::apimachinery::{Value, names};
use std::collections::{BTreeMap, BTreeSet};

const PROTOCOLS: [&str; 3] = ["SCTP", "TCP", "UDP"];
const PULL_POLICIES: [&str; 3] = ["Always", "IfNotPresent", "Never"];

/// `containers` of a pod.
pub fn validate(errors: &mut ErrorList, containers: &[Value], volumes: &BTreeSet<&str>, path: &Path) {
    if containers.is_empty() {
        return errors.push(Error::required(path, ""));
    }
    let mut seen = BTreeSet::new();
    for (i, container) in containers.iter().enumerate() {
        let path = path.index(i);
        common(errors, container, volumes, &path);
        unique_name(errors, container, &mut seen, &path);
        probe::validate(errors, container, &path);
    }
    host_ports(errors, containers, path);
}

/// `initContainers` of a pod; their names may not be those of others.
pub fn validate_init(errors: &mut ErrorList, init: &[Value], regular: &[Value], volumes: &BTreeSet<&str>, path: &Path) {
    let mut seen: BTreeSet<&str> = regular.iter().map(|c| c["name"].str()).collect();
    for (i, container) in init.iter().enumerate() {
        let path = path.index(i);
        common(errors, container, volumes, &path);
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
            probe::validate(errors, container, &path);
            continue;
        }
        for field in ["lifecycle", "livenessProbe", "readinessProbe", "startupProbe"] {
            if !container[field].is_null() {
                let detail = "may not be set for init containers without restartPolicy=Always";
                errors.push(Error::forbidden(&path.child(field), detail));
            }
        }
    }
}

/// `ephemeralContainers` of a pod.
pub fn validate_ephemeral(
    errors: &mut ErrorList,
    ephemeral: &[Value],
    others: &[&Value],
    volumes: &BTreeSet<&str>,
    path: &Path,
) {
    let mut seen: BTreeSet<&str> = others.iter().map(|c| c["name"].str()).collect();
    for (i, container) in ephemeral.iter().enumerate() {
        let path = path.index(i);
        common(errors, container, volumes, &path);
        unique_name(errors, container, &mut seen, &path);
        for field in ["ports", "livenessProbe", "readinessProbe", "startupProbe", "lifecycle"] {
            if !container[field].is_empty() {
                errors.push(Error::forbidden(&path.child(field), "cannot be set for an Ephemeral Container"));
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

fn common(errors: &mut ErrorList, container: &Value, volumes: &BTreeSet<&str>, path: &Path) {
    match container["name"].str() {
        "" => errors.push(Error::required(&path.child("name"), "")),
        name => {
            let wrong = names::is_dns1123_label(name);
            if !wrong.is_empty() {
                invalid_each(errors, &path.child("name"), name, wrong);
            }
        }
    }
    match container["image"].str() {
        "" => errors.push(Error::required(&path.child("image"), "")),
        image if image.trim() != image => {
            let detail = "must not have leading or trailing whitespace";
            errors.push(Error::invalid(&path.child("image"), image, detail));
        }
        _ => {}
    }
    one_of(errors, path, container, "terminationMessagePolicy", &["File", "FallbackToLogsOnError"]);
    ports(errors, container["ports"].items(), path);
    if !container["env"].is_empty() {
        env::validate(errors, container["env"].items(), &path.child("env"));
    }
    if !container["envFrom"].is_empty() {
        env::validate_from(errors, container["envFrom"].items(), &path.child("envFrom"));
    }
    mounts(errors, container, volumes, path);
    one_of(errors, path, container, "imagePullPolicy", &PULL_POLICIES);
    if !container["resources"].is_empty() {
        quantity::requirements(errors, &container["resources"], &path.child("resources"));
    }
    security_context(errors, &container["securityContext"], &path.child("securityContext"));
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
        for (j, port) in container["ports"].items().iter().enumerate() {
            let number = port["hostPort"].int();
            if number == 0 {
                continue;
            }
            let text = format!("{}/{}/{number}", port["protocol"].str(), port["hostIP"].str());
            if !seen.insert(text.clone()) {
                let path = path.index(i).child("ports").index(j).child("hostPort");
                errors.push(Error::duplicate(&path, text));
            }
        }
    }
}

fn mounts(errors: &mut ErrorList, container: &Value, volumes: &BTreeSet<&str>, path: &Path) {
    let mut seen = BTreeSet::new();
    for (i, mount) in container["volumeMounts"].items().iter().enumerate() {
        let at = |field: &str| path.child("volumeMounts").index(i).child(field);
        let (name, target) = (mount["name"].str(), mount["mountPath"].str());
        if name.is_empty() {
            errors.push(Error::required(&at("name"), ""));
        }
        if !volumes.contains(name) {
            errors.push(Error::not_found(&at("name"), name));
        }
        if target.is_empty() {
            errors.push(Error::required(&at("mountPath"), ""));
        }
        if !seen.insert(target) {
            errors.push(Error::invalid(&at("mountPath"), target, "must be unique"));
        }
        for field in ["subPath", "subPathExpr"] {
            let sub = mount[field].str();
            if sub.starts_with('/') {
                errors.push(Error::invalid(&at(field), sub, "must be a relative path"));
            }
            if sub.split('/').any(|part| part == "..") {
                errors.push(Error::invalid(&at(field), sub, "must not contain '..'"));
            }
        }
        if !mount["subPath"].is_empty() && !mount["subPathExpr"].is_empty() {
            let detail = "subPathExpr and subPath are mutually exclusive";
            errors.push(Error::invalid(&at("subPathExpr"), mount["subPathExpr"].clone(), detail));
        }
    }
}

fn security_context(errors: &mut ErrorList, context: &Value, path: &Path) {
    for field in ["runAsUser", "runAsGroup"] {
        let id = context[field].int();
        if !(0..=i64::from(i32::MAX)).contains(&id) {
            let detail = "must be between 0 and 2147483647, inclusive";
            errors.push(Error::invalid(&path.child(field), id, detail));
        }
    }
    if context["privileged"].bool() && context["allowPrivilegeEscalation"].as_bool() == Some(false) {
        let detail = "cannot set `allowPrivilegeEscalation` to false and `privileged` to true";
        errors.push(Error::invalid(path, context.clone(), detail));
    }
}

/// Warnings about ports and variables that are named twice. Models `warningsForPodSpecAndMeta`.
pub fn warnings(containers: &[Value], path: &str, out: &mut Vec<String>) {
    for (i, container) in containers.iter().enumerate() {
        let mut ports: BTreeMap<_, usize> = BTreeMap::new();
        for (j, port) in container["ports"].items().iter().enumerate() {
            let number = |field: &str| port[field].int();
            let key = (number("containerPort"), port["protocol"].str(), number("hostPort"), port["hostIP"].str());
            let here = format!("{path}[{i}].ports");
            match ports.get(&key) {
                Some(first) => {
                    out.push(format!("{here}[{j}]: duplicate port definition with {here}[{first}]"));
                }
                None => {
                    ports.insert(key, j);
                }
            }
        }
        let mut seen = BTreeSet::new();
        for (j, variable) in container["env"].items().iter().enumerate() {
            let name = variable["name"].str();
            if !seen.insert(name) && !variable["value"].str().contains(&format!("$({name})")) {
                let place = format!("{path}[{i}].env[{j}]");
                out.push(format!(
                    "{place}: hides previous definition of {name:?}, which may be dropped when using apply"
                ));
            }
        }
        quantity::warnings(&container["resources"], &format!("{path}[{i}]"), out);
    }
}
