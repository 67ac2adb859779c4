//! The rules that the restricted level adds, sorted by id. Models `pod-security-admission/policy/check_*.go`.

use super::baseline::{is_safe_seccomp, seccomp};
use super::checks::{Check, Finding, Pod, plural, quoted, these};
use crate::apimachinery::Value;
use std::collections::BTreeSet;

/// In the order in which they are told.
pub const CHECKS: [Check; 6] = [
    Check { since: 8, replaces: "", id: "allowPrivilegeEscalation", run: escalation },
    Check { since: 22, replaces: "capabilities_baseline", id: "capabilities_restricted", run: capabilities },
    Check { since: 0, replaces: "hostPathVolumes", id: "restrictedVolumes", run: volumes },
    Check { since: 0, replaces: "", id: "runAsNonRoot", run: non_root },
    Check { since: 23, replaces: "", id: "runAsUser", run: user },
    Check { since: 19, replaces: "seccompProfile_baseline", id: "seccompProfile_restricted", run: seccomp_set },
];

const VOLUMES: [&str; 9] = [
    "configMap",
    "csi",
    "downwardAPI",
    "emptyDir",
    "ephemeral",
    "image",
    "persistentVolumeClaim",
    "projected",
    "secret",
];

fn escalation(pod: &Pod) -> Option<Finding> {
    let names = pod.named(|c| c.at("securityContext.allowPrivilegeEscalation").as_bool() != Some(false));
    if names.is_empty() || pod.is_windows() {
        return None;
    }
    let what = format!("{} must set securityContext.allowPrivilegeEscalation=false", these("container", &names));
    Finding::new("allowPrivilegeEscalation != false", what)
}

fn capabilities(pod: &Pod) -> Option<Finding> {
    if pod.is_windows() {
        return None;
    }
    let keeps = pod.named(|c| {
        let dropped = c.at("securityContext.capabilities.drop").items();
        !dropped.iter().any(|c| c.str() == "ALL")
    });
    let mut added: BTreeSet<String> = BTreeSet::new();
    let adds = pod.named(|c| {
        let all = c.at("securityContext.capabilities.add").items().iter().map(Value::str);
        let extra: Vec<&str> = all.filter(|c| *c != "NET_BIND_SERVICE").collect();
        added.extend(extra.iter().map(|c| (*c).to_owned()));
        !extra.is_empty()
    });
    let mut details = Vec::new();
    if !keeps.is_empty() {
        details.push(format!("{} must set securityContext.capabilities.drop=[\"ALL\"]", these("container", &keeps)));
    }
    if !adds.is_empty() {
        let who = these("container", &adds);
        details.push(format!("{who} must not include {} in securityContext.capabilities.add", quoted(added)));
    }
    if details.is_empty() { None } else { Finding::new("unrestricted capabilities", details.join("; ")) }
}

fn volumes(pod: &Pod) -> Option<Finding> {
    let (mut names, mut kinds) = (Vec::new(), BTreeSet::new());
    for volume in pod.spec["volumes"].items() {
        let mut sources = volume.fields().map(|(field, _)| field).filter(|f| *f != "name");
        let Some(kind) = sources.next() else { continue };
        if !VOLUMES.contains(&kind) {
            names.push(volume["name"].str());
            kinds.insert(kind);
        }
    }
    if names.is_empty() {
        return None;
    }
    let use_ = plural("uses", "use", names.len());
    let word = plural("restricted volume type", "restricted volume types", kinds.len());
    let what = format!("{} {use_} {word} {}", these("volume", &names), quoted(kinds));
    Finding::new("restricted volume types", what)
}

fn non_root(pod: &Pod) -> Option<Finding> {
    const REASON: &str = "runAsNonRoot != true";
    if pod.has_own_users() {
        return None;
    }
    let of_pod = pod.context()["runAsNonRoot"].as_bool();
    let own = |c: &Value| c.at("securityContext.runAsNonRoot").as_bool();
    let as_root = pod.named(|c| own(c) == Some(false));
    if of_pod == Some(false) || !as_root.is_empty() {
        let who = pod.setters(of_pod == Some(false), &as_root);
        return Finding::new(REASON, format!("{who} must not set securityContext.runAsNonRoot=false"));
    }
    let silent = pod.named(|c| own(c).is_none() && of_pod != Some(true));
    if silent.is_empty() {
        return None;
    }
    let who = these("container", &silent);
    Finding::new(REASON, format!("pod or {who} must set securityContext.runAsNonRoot=true"))
}

fn user(pod: &Pod) -> Option<Finding> {
    let is_root = |context: &Value| context["runAsUser"].as_i64() == Some(0);
    let (by_pod, names) = (is_root(pod.context()), pod.named(|c| is_root(&c["securityContext"])));
    if (!by_pod && names.is_empty()) || pod.has_own_users() {
        return None;
    }
    Finding::new("runAsUser=0", format!("{} must not set runAsUser=0", pod.setters(by_pod, &names)))
}

fn seccomp_set(pod: &Pod) -> Option<Finding> {
    if pod.is_windows() {
        return None;
    }
    if let Some(bad) = seccomp(pod) {
        return Some(bad);
    }
    let of_pod = is_safe_seccomp(pod.context().at("seccompProfile.type").str());
    let silent = pod.named(|c| c.at("securityContext.seccompProfile").is_null() && !of_pod);
    if silent.is_empty() {
        return None;
    }
    let who = these("container", &silent);
    let what =
        format!("pod or {who} must set securityContext.seccompProfile.type to \"RuntimeDefault\" or \"Localhost\"");
    Finding::new("seccompProfile", what)
}
