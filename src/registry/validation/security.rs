//! Security contexts of pods and containers. Models `ValidateSecurityContext` and `validatePodSpecSecurityContext`.

use super::invalid_each;
use super::mounts::descending_path;
use crate::apimachinery::Value;
use crate::apimachinery::field::{Error, ErrorList, Path};
use std::collections::BTreeSet;

const PROFILES: [&str; 3] = ["Localhost", "RuntimeDefault", "Unconfined"];
const SYSCTL: &str = r"must have at most 253 characters and match regex ^([a-z0-9]([-_a-z0-9]*[a-z0-9])?[\./])*[a-z0-9]([-_a-z0-9]*[a-z0-9])?$";
/// The fields of the internal type, in its order.
const FIELDS: [&str; 12] = [
    "Capabilities",
    "Privileged",
    "SELinuxOptions",
    "WindowsOptions",
    "RunAsUser",
    "RunAsGroup",
    "RunAsNonRoot",
    "ReadOnlyRootFilesystem",
    "AllowPrivilegeEscalation",
    "ProcMount",
    "SeccompProfile",
    "AppArmorProfile",
];

/// `securityContext` of a container; `host_users` is false where the pod has users of its own.
pub fn container(errors: &mut ErrorList, context: &Value, host_users: bool, path: &Path) {
    if context.is_null() {
        return;
    }
    ids(errors, context, &["runAsUser", "runAsGroup"], path);
    let mount = &context["procMount"];
    if !mount.is_null() {
        let at = path.child("procMount");
        if !["Default", "Unmasked"].contains(&mount.str()) {
            errors.push(Error::not_supported(&at, mount.str(), &["Default", "Unmasked"]));
        }
        if host_users && mount.str() == "Unmasked" {
            errors.push(Error::invalid(&at, mount.clone(), "`hostUsers` must be false to use `Unmasked`"));
        }
    }
    profile(errors, context, "seccompProfile", "seccomp", path);
    if context["allowPrivilegeEscalation"].as_bool() == Some(false) {
        let mut escalates = |detail: &str| {
            let mut error = Error::invalid(path, context.clone(), detail);
            error.shown = Some(internal(context));
            errors.push(error);
        };
        if context["privileged"].bool() {
            escalates("cannot set `allowPrivilegeEscalation` to false and `privileged` to true");
        }
        if context.at("capabilities.add").items().iter().any(|c| c.str() == "CAP_SYS_ADMIN") {
            escalates("cannot set `allowPrivilegeEscalation` to false and `capabilities.Add` CAP_SYS_ADMIN");
        }
    }
    profile(errors, context, "appArmorProfile", "AppArmor", path);
}

/// A context as its Go type prints: field names in upper case, all of them there.
fn internal(context: &Value) -> String {
    let lower = |name: &str| match name {
        "SELinuxOptions" => "seLinuxOptions".to_owned(),
        name => name[..1].to_lowercase() + &name[1..],
    };
    let upper = |value: &Value, fields: &[&str]| {
        let all: Vec<String> = fields.iter().map(|f| format!("\"{f}\":{}", value[lower(f).as_str()])).collect();
        format!("{{{}}}", all.join(","))
    };
    let all: Vec<String> = FIELDS
        .iter()
        .map(|name| {
            let value = &context[lower(name).as_str()];
            let shown = match *name {
                _ if value.is_null() => "null".to_owned(),
                "Capabilities" => upper(value, &["Add", "Drop"]),
                "SeccompProfile" | "AppArmorProfile" => upper(value, &["Type", "LocalhostProfile"]),
                _ => value.to_string(),
            };
            format!("\"{name}\":{shown}")
        })
        .collect();
    format!("{{{}}}", all.join(","))
}

fn ids(errors: &mut ErrorList, context: &Value, fields: &[&str], path: &Path) {
    for field in fields {
        id(errors, &context[*field], &path.child(field));
    }
}

fn id(errors: &mut ErrorList, value: &Value, path: &Path) {
    if !(0..=i64::from(i32::MAX)).contains(&value.int()) {
        errors.push(Error::invalid(path, value.clone(), "must be between 0 and 2147483647, inclusive"));
    }
}

/// A seccomp or AppArmor profile: its file is named where it is a local one.
fn profile(errors: &mut ErrorList, context: &Value, field: &str, word: &str, path: &Path) {
    let (profile, path) = (&context[field], path.child(field));
    if profile.is_null() {
        return;
    }
    let (file, at) = (&profile["localhostProfile"], path.child("localhostProfile"));
    match profile["type"].str() {
        "" => errors.push(Error::required(&path.child("type"), format!("type is required when {field} is set"))),
        "Localhost" if file.is_null() => {
            errors.push(Error::required(&at, format!("must be set when {word} type is Localhost")));
        }
        "Localhost" if word == "seccomp" => descending_path(errors, file.str(), &at),
        "Localhost" => {}
        "RuntimeDefault" | "Unconfined" => {
            if !file.is_null() {
                let detail = format!("can only be set when {word} type is Localhost");
                errors.push(Error::invalid(&at, file.clone(), detail));
            }
        }
        other => errors.push(Error::not_supported(&path.child("type"), other, &PROFILES)),
    }
}

/// `securityContext` of a pod, and what stands beside it that upstream keeps in it.
pub fn pod(errors: &mut ErrorList, spec: &Value, path: &Path) {
    let (context, path) = (&spec["securityContext"], path.child("securityContext"));
    ids(errors, context, &["fsGroup", "runAsUser", "runAsGroup"], &path);
    for (i, group) in context["supplementalGroups"].items().iter().enumerate() {
        id(errors, group, &path.child("supplementalGroups").index(i));
    }
    if spec["shareProcessNamespace"].bool() && spec["hostPID"].bool() {
        let detail = "ShareProcessNamespace and HostPID cannot both be enabled";
        errors.push(Error::invalid(&path.child("shareProcessNamespace"), true, detail));
    }
    sysctls(errors, spec, &path.child("sysctls"));
    for (field, supported) in [
        ("fsGroupChangePolicy", ["Always", "OnRootMismatch"]),
        ("supplementalGroupsPolicy", ["Merge", "Strict"]),
        ("seLinuxChangePolicy", ["MountOption", "Recursive"]),
    ] {
        let value = &context[field];
        if !value.is_null() && !supported.contains(&value.str()) {
            errors.push(Error::not_supported(&path.child(field), value.str(), &supported));
        }
    }
    profile(errors, context, "seccompProfile", "seccomp", &path);
    profile(errors, context, "appArmorProfile", "AppArmor", &path);
}

fn sysctls(errors: &mut ErrorList, spec: &Value, path: &Path) {
    let mut seen = BTreeSet::new();
    for (i, sysctl) in spec["securityContext"]["sysctls"].items().iter().enumerate() {
        let (name, path) = (sysctl["name"].str(), path.index(i).child("name"));
        if name.is_empty() {
            errors.push(Error::required(&path, ""));
        } else if !is_sysctl(name) {
            invalid_each(errors, &path, name, vec![SYSCTL.to_owned()]);
        } else if !seen.insert(name) {
            errors.push(Error::duplicate(&path, name));
        }
        let dotted = name.replace('/', ".");
        let of_ipc = dotted.starts_with("kernel.shm") || dotted.starts_with("kernel.msg") || dotted == "kernel.sem";
        let shared = [
            (spec["hostNetwork"].bool() && dotted.starts_with("net."), "hostNetwork"),
            (spec["hostIPC"].bool() && (of_ipc || dotted.starts_with("fs.mqueue.")), "hostIPC"),
        ];
        for (_, field) in shared.iter().filter(|(is_shared, _)| *is_shared) {
            errors.push(Error::invalid(&path, name, format!("may not be specified when '{field}' is true")));
        }
    }
}

fn is_sysctl(name: &str) -> bool {
    let inner = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || matches!(c, '-' | '_');
    let edge = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit();
    name.len() <= 253
        && name.split(['.', '/']).all(|part| part.starts_with(edge) && part.ends_with(edge) && part.chars().all(inner))
}
