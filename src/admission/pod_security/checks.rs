//! The checks of a standard, and what they share. Models `k8s.io/pod-security-admission/policy`.

use super::policy::{Level, Standard};
use super::{baseline, restricted};
use crate::apimachinery::Value;
use std::collections::BTreeSet;

/// Something that a standard forbids.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    pub reason: String,
    pub detail: String,
}

impl Finding {
    pub fn new(reason: impl Into<String>, detail: impl Into<String>) -> Option<Self> {
        Some(Self { reason: reason.into(), detail: detail.into() })
    }
}

/// A pod or a pod's template.
pub struct Pod<'a> {
    pub annotations: &'a Value,
    pub spec: &'a Value,
}

/// One rule of a level.
pub struct Check {
    /// The first minor version that has it.
    pub since: u32,
    /// The rule of the baseline that this one replaces.
    pub replaces: &'static str,
    pub id: &'static str,
    pub run: fn(&Pod) -> Option<Finding>,
}

/// The newest minor version that changed a rule: later ones are as this one.
const NEWEST: u32 = 36;

/// Holds a pod against a standard; both tables are in the order in which findings are told.
pub fn evaluate(standard: Standard, pod: &Pod) -> Vec<Finding> {
    let minor = standard.version.unwrap_or(NEWEST).min(NEWEST);
    let applies = |c: &&Check| c.since <= minor;
    let strict: Vec<&Check> = match standard.level {
        Level::Privileged => return Vec::new(),
        Level::Baseline => Vec::new(),
        Level::Restricted => restricted::CHECKS.iter().filter(applies).collect(),
    };
    let kept = baseline::CHECKS.iter().filter(applies).filter(|c| !strict.iter().any(|s| s.replaces == c.id));
    kept.chain(strict.iter().copied()).filter_map(|c| (c.run)(pod)).collect()
}

impl<'a> Pod<'a> {
    /// Of a pod, or of a template.
    pub fn of(object: &'a Value) -> Self {
        Self { annotations: &object["metadata"]["annotations"], spec: &object["spec"] }
    }

    /// Every container: init, regular, ephemeral.
    pub fn containers(&self) -> impl Iterator<Item = &'a Value> + '_ {
        ["initContainers", "containers", "ephemeralContainers"].into_iter().flat_map(|l| self.spec[l].items())
    }

    /// The names of the containers for which something holds.
    pub fn named(&self, mut holds: impl FnMut(&Value) -> bool) -> Vec<&'a str> {
        self.containers().filter(|c| holds(c)).map(|c| c["name"].str()).collect()
    }

    /// The pod's own security context, which its containers inherit.
    pub fn context(&self) -> &'a Value {
        &self.spec["securityContext"]
    }

    /// Windows pods are excused from what Linux alone has.
    pub fn is_windows(&self) -> bool {
        self.spec["os"]["name"].str() == "windows"
    }

    /// Pods with user namespaces of their own may do more.
    pub fn has_own_users(&self) -> bool {
        self.spec["hostUsers"].as_bool() == Some(false)
    }

    /// `pod`, `container "a"`, or both: who set something that may not be set.
    pub fn setters(&self, pod: bool, containers: &[&str]) -> String {
        let mut out = Vec::new();
        if pod {
            out.push("pod".to_owned());
        }
        if !containers.is_empty() {
            out.push(these("container", containers));
        }
        out.join(" and ")
    }
}

/// `one` or `many`.
pub fn plural<'a>(one: &'a str, many: &'a str, count: usize) -> &'a str {
    if count == 1 { one } else { many }
}

/// `"a", "b"`
pub fn quoted<T: AsRef<str>>(names: impl IntoIterator<Item = T>) -> String {
    names.into_iter().map(|n| format!("{:?}", n.as_ref())).collect::<Vec<_>>().join(", ")
}

/// `container "a"`, `containers "a", "b"`
pub fn these(word: &str, names: &[&str]) -> String {
    format!("{word}{} {}", if names.len() == 1 { "" } else { "s" }, quoted(names))
}

/// What the pod and its containers say at a path of their security contexts, where it is not allowed: whether the pod
/// does, which containers do, and the values.
pub fn bad_values<'a>(
    pod: &Pod<'a>,
    path: &str,
    allowed: impl Fn(&str) -> bool,
) -> (bool, Vec<&'a str>, BTreeSet<&'a str>) {
    let mut values = BTreeSet::new();
    let mut bad = |context: &'a Value| match context.at(path) {
        Value::Null => false,
        value if allowed(value.str()) => false,
        value => {
            values.insert(value.str());
            true
        }
    };
    let of_pod = bad(pod.context());
    let containers = pod.containers().filter(|c| bad(&c["securityContext"])).map(|c| c["name"].str()).collect();
    (of_pod, containers, values)
}
