//! The rules of the baseline, sorted by id. Models `pod-security-admission/policy/check_*.go`.

use super::checks::{Check, Finding, Pod, bad_values, plural, quoted, these};
use crate::apimachinery::Value;
use std::collections::BTreeSet;

/// In the order in which they are told.
pub const CHECKS: [Check; 12] = [
    check(0, "appArmorProfile", app_armor),
    check(0, "capabilities_baseline", capabilities),
    check(0, "hostNamespaces", host_namespaces),
    check(0, "hostPathVolumes", host_paths),
    check(0, "hostPorts", host_ports),
    check(34, "hostProbesAndHostLifecycle", handler_hosts),
    check(0, "privileged", privileged),
    check(0, "procMount", proc_mount),
    check(0, "seLinuxOptions", selinux),
    check(19, "seccompProfile_baseline", seccomp),
    check(0, "sysctls", sysctls),
    check(0, "windowsHostProcess", host_process),
];

const fn check(since: u32, id: &'static str, run: fn(&Pod) -> Option<Finding>) -> Check {
    Check { since, replaces: "", id, run }
}

const CAPABILITIES: [&str; 13] = [
    "AUDIT_WRITE",
    "CHOWN",
    "DAC_OVERRIDE",
    "FOWNER",
    "FSETID",
    "KILL",
    "MKNOD",
    "NET_BIND_SERVICE",
    "SETFCAP",
    "SETGID",
    "SETPCAP",
    "SETUID",
    "SYS_CHROOT",
];
const SYSCTLS: [&str; 12] = [
    "kernel.shm_rmid_forced",
    "net.ipv4.ip_local_port_range",
    "net.ipv4.ip_local_reserved_ports",
    "net.ipv4.ip_unprivileged_port_start",
    "net.ipv4.ping_group_range",
    "net.ipv4.tcp_fin_timeout",
    "net.ipv4.tcp_keepalive_intvl",
    "net.ipv4.tcp_keepalive_probes",
    "net.ipv4.tcp_keepalive_time",
    "net.ipv4.tcp_rmem",
    "net.ipv4.tcp_syncookies",
    "net.ipv4.tcp_wmem",
];
const SELINUX_TYPES: [&str; 5] = ["", "container_t", "container_init_t", "container_kvm_t", "container_engine_t"];
const APP_ARMOR: &str = "container.apparmor.security.beta.kubernetes.io/";

fn app_armor(pod: &Pod) -> Option<Finding> {
    let allowed = |kind: &str| matches!(kind, "RuntimeDefault" | "Localhost");
    let (by_pod, containers, values) = bad_values(pod, "appArmorProfile.type", allowed);
    let annotated: Vec<String> = pod
        .annotations
        .fields()
        .filter(|(key, _)| key.starts_with(APP_ARMOR))
        .map(|(key, value)| (key, value.str()))
        .filter(|(_, v)| !v.is_empty() && *v != "runtime/default" && !v.starts_with("localhost/"))
        .map(|(key, value)| format!("{key}={value:?}"))
        .collect();
    let mut setters = vec![pod.setters(by_pod, &containers)];
    setters.retain(|s| !s.is_empty());
    if !annotated.is_empty() {
        setters.push(plural("annotation", "annotations", annotated.len()).to_owned());
    }
    if setters.is_empty() {
        return None;
    }
    let all: Vec<&str> = values.into_iter().chain(annotated.iter().map(String::as_str)).collect();
    Finding::new(
        plural("forbidden AppArmor profile", "forbidden AppArmor profiles", all.len()),
        format!("{} must not set AppArmor profile type to {}", setters.join(" and "), quoted(all)),
    )
}

fn capabilities(pod: &Pod) -> Option<Finding> {
    let mut added: BTreeSet<String> = BTreeSet::new();
    let names = pod.named(|c| {
        let extra = c.at("securityContext.capabilities.add").items().iter().map(Value::str);
        let extra: Vec<&str> = extra.filter(|c| !CAPABILITIES.contains(c)).collect();
        added.extend(extra.iter().map(|c| (*c).to_owned()));
        !extra.is_empty()
    });
    if names.is_empty() {
        return None;
    }
    let who = these("container", &names);
    let what = format!("{who} must not include {} in securityContext.capabilities.add", quoted(added));
    Finding::new("non-default capabilities", what)
}

fn host_namespaces(pod: &Pod) -> Option<Finding> {
    let shared = ["hostIPC", "hostNetwork", "hostPID"].into_iter().filter(|f| pod.spec[*f].bool());
    let shared: Vec<String> = shared.map(|f| format!("{f}=true")).collect();
    if shared.is_empty() { None } else { Finding::new("host namespaces", shared.join(", ")) }
}

fn host_paths(pod: &Pod) -> Option<Finding> {
    let volumes = pod.spec["volumes"].items().iter().filter(|v| !v["hostPath"].is_null());
    let names: Vec<&str> = volumes.map(|v| v["name"].str()).collect();
    if names.is_empty() { None } else { Finding::new("hostPath volumes", these("volume", &names)) }
}

fn host_ports(pod: &Pod) -> Option<Finding> {
    let mut taken: BTreeSet<String> = BTreeSet::new();
    let names = pod.named(|c| {
        let ports: Vec<i64> = c["ports"].items().iter().map(|p| p["hostPort"].int()).filter(|p| *p != 0).collect();
        taken.extend(ports.iter().map(i64::to_string));
        !ports.is_empty()
    });
    if names.is_empty() {
        return None;
    }
    let (use_, word) = (plural("uses", "use", names.len()), plural("hostPort", "hostPorts", taken.len()));
    let ports = taken.into_iter().collect::<Vec<_>>().join(", ");
    Finding::new("hostPort", format!("{} {use_} {word} {ports}", these("container", &names)))
}

fn handler_hosts(pod: &Pod) -> Option<Finding> {
    const HANDLERS: [&str; 5] =
        ["livenessProbe", "readinessProbe", "startupProbe", "lifecycle.postStart", "lifecycle.preStop"];
    let mut hosts: BTreeSet<String> = BTreeSet::new();
    let mut names = pod.named(|c| {
        let handlers = HANDLERS.iter().flat_map(|h| ["httpGet", "tcpSocket"].map(|kind| c.at(h)[kind]["host"].str()));
        let named: Vec<&str> = handlers.filter(|h| !h.is_empty()).collect();
        hosts.extend(named.iter().map(|h| (*h).to_owned()));
        !named.is_empty()
    });
    if names.is_empty() {
        return None;
    }
    names.sort_unstable();
    names.dedup();
    let use_ = plural("uses", "use", names.len());
    let word = plural("probe or lifecycle host", "probe or lifecycle hosts", hosts.len());
    let what = format!("{} {use_} {word} {}", these("container", &names), quoted(hosts));
    Finding::new("probe or lifecycle host", what)
}

fn privileged(pod: &Pod) -> Option<Finding> {
    let names = pod.named(|c| c.at("securityContext.privileged").bool());
    if names.is_empty() {
        return None;
    }
    let what = format!("{} must not set securityContext.privileged=true", these("container", &names));
    Finding::new("privileged", what)
}

fn proc_mount(pod: &Pod) -> Option<Finding> {
    let (_, names, kinds) = bad_values(pod, "procMount", |kind| kind == "Default");
    if names.is_empty() || pod.has_own_users() {
        return None;
    }
    let who = these("container", &names);
    Finding::new("procMount", format!("{who} must not set securityContext.procMount to {}", quoted(kinds)))
}

fn selinux(pod: &Pod) -> Option<Finding> {
    let (mut user, mut role) = (false, false);
    let mut types: BTreeSet<String> = BTreeSet::new();
    let mut bad = |context: &Value| {
        let options = &context["seLinuxOptions"];
        let kind = options["type"].str();
        if !SELINUX_TYPES.contains(&kind) {
            types.insert(kind.to_owned());
        }
        user |= !options["user"].is_empty();
        role |= !options["role"].is_empty();
        !SELINUX_TYPES.contains(&kind) || !options["user"].is_empty() || !options["role"].is_empty()
    };
    let by_pod = bad(pod.context());
    let names = pod.named(|c| bad(&c["securityContext"]));
    if !by_pod && names.is_empty() {
        return None;
    }
    let mut what = Vec::new();
    if !types.is_empty() {
        what.push(format!("{} {}", plural("type", "types", types.len()), quoted(types)));
    }
    if user {
        what.push("user may not be set".to_owned());
    }
    if role {
        what.push("role may not be set".to_owned());
    }
    let who = pod.setters(by_pod, &names);
    Finding::new("seLinuxOptions", format!("{who} set forbidden securityContext.seLinuxOptions: {}", what.join("; ")))
}

/// What both levels allow.
pub fn is_safe_seccomp(kind: &str) -> bool {
    matches!(kind, "RuntimeDefault" | "Localhost")
}

/// What is set and not allowed, at either level.
pub fn seccomp(pod: &Pod) -> Option<Finding> {
    let (by_pod, names, kinds) = bad_values(pod, "seccompProfile.type", is_safe_seccomp);
    if !by_pod && names.is_empty() {
        return None;
    }
    let who = pod.setters(by_pod, &names);
    let what = format!("{who} must not set securityContext.seccompProfile.type to {}", quoted(kinds));
    Finding::new("seccompProfile", what)
}

fn sysctls(pod: &Pod) -> Option<Finding> {
    let set = pod.context()["sysctls"].items().iter().map(|s| s["name"].str());
    let forbidden: Vec<&str> = set.filter(|s| !SYSCTLS.contains(s)).collect();
    if forbidden.is_empty() { None } else { Finding::new("forbidden sysctls", forbidden.join(", ")) }
}

fn host_process(pod: &Pod) -> Option<Finding> {
    let set = |context: &Value| context.at("windowsOptions.hostProcess").bool();
    let (by_pod, names) = (set(pod.context()), pod.named(|c| set(&c["securityContext"])));
    if !by_pod && names.is_empty() {
        return None;
    }
    let who = pod.setters(by_pod, &names);
    Finding::new("hostProcess", format!("{who} must not set securityContext.windowsOptions.hostProcess=true"))
}
