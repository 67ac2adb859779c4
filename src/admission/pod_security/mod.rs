//! What pods of a namespace may ask for, by its labels. Models `plugin/pkg/admission/security/podsecurity` and
//! `k8s.io/pod-security-admission/admission`.

mod baseline;
mod checks;
mod policy;
mod restricted;
#[cfg(test)]
mod tests;

use super::{Attributes, Context, Operation, Plugin};
use crate::apimachinery::field::ErrorList;
use crate::apimachinery::{GroupVersionKind, Object, Status, Value};
use checks::{Finding, Pod, evaluate};
use policy::{Level, Policy, Standard};
use std::collections::BTreeMap;

/// Refuses, warns about and audits pods by their namespace's labels. Models `plugin/pkg/admission/security/podsecurity`.
pub struct PodSecurity;

/// Where the kinds that make pods keep the pod's template.
const TEMPLATES: [(&str, &str); 8] = [
    ("replicationcontrollers", "spec.template"),
    ("podtemplates", "template"),
    ("replicasets", "spec.template"),
    ("deployments", "spec.template"),
    ("statefulsets", "spec.template"),
    ("daemonsets", "spec.template"),
    ("jobs", "spec.template"),
    ("cronjobs", "spec.jobTemplate.spec.template"),
];

/// Subresources of pods that do not write a pod's spec.
const IGNORED: [&str; 8] = ["exec", "attach", "binding", "eviction", "log", "portforward", "proxy", "status"];

impl Plugin for PodSecurity {
    fn validate(&self, attributes: &mut Attributes, context: &mut Context) -> Result<(), Status> {
        if !matches!(attributes.operation, Operation::Create | Operation::Update) {
            return Ok(());
        }
        match (attributes.resource.group, attributes.resource.resource) {
            ("", "namespaces") => namespace(attributes, context),
            ("", "pods") => pod(attributes, context),
            ("" | "apps" | "batch", resource) => {
                let template = TEMPLATES.iter().find(|(name, _)| *name == resource);
                if let Some((_, path)) = template.filter(|_| attributes.subresource.is_empty()) {
                    let (policy, _) = policy_of(attributes, context);
                    warn(attributes, &policy, &attributes.object.at(path).clone());
                }
                Ok(())
            }
            _ => Ok(()),
        }
    }
}

fn policy_of(attributes: &Attributes, context: &Context) -> (Policy, ErrorList) {
    let namespace = context.reader.get("", "namespaces", "", attributes.namespace).unwrap_or_default();
    Policy::parse(namespace.labels())
}

fn pod(attributes: &mut Attributes, context: &Context) -> Result<(), Status> {
    if IGNORED.contains(&attributes.subresource) {
        return Ok(());
    }
    let (policy, _) = policy_of(attributes, context);
    if policy.enforce.level == Level::Privileged && policy.warn.level == Level::Privileged {
        return Ok(());
    }
    if attributes.operation == Operation::Update && !is_significant(attributes.object, attributes.old) {
        return Ok(());
    }
    let object = attributes.object.clone();
    let found = evaluate(policy.enforce, &Pod::of(&object));
    if !found.is_empty() {
        let why = format!("violates PodSecurity \"{}\": {}", policy.enforce, details(&found));
        return Err(attributes.forbidden(&why));
    }
    warn(attributes, &policy, &object);
    Ok(())
}

/// Adds what the namespace only warns of.
fn warn(attributes: &mut Attributes, policy: &Policy, pod: &Value) {
    if pod.is_null() {
        return;
    }
    let found = evaluate(policy.warn, &Pod::of(pod));
    if !found.is_empty() {
        attributes.warnings.push(format!("would violate PodSecurity \"{}\": {}", policy.warn, details(&found)));
    }
}

/// `reason (detail), reason (detail)`
fn details(found: &[Finding]) -> String {
    let one = |f: &Finding| if f.detail.is_empty() { f.reason.clone() } else { format!("{} ({})", f.reason, f.detail) };
    found.iter().map(one).collect::<Vec<_>>().join(", ")
}

/// Updates that change neither images nor the set of containers are not looked at.
fn is_significant(new: &Value, old: &Value) -> bool {
    ["containers", "initContainers"].iter().any(|list| {
        let (new, old) = (new["spec"][*list].items(), old["spec"][*list].items());
        new.len() != old.len() || new.iter().zip(old).any(|(n, o)| n["image"] != o["image"])
    }) || new["spec"]["ephemeralContainers"].items().iter().any(|c| {
        let old = old["spec"]["ephemeralContainers"].items().iter().find(|o| o["name"] == c["name"]);
        old.is_none_or(|o| o["image"] != c["image"])
    })
}

/// Labels must be well-formed; pods that are there already are warned of.
fn namespace(attributes: &mut Attributes, context: &Context) -> Result<(), Status> {
    if !attributes.subresource.is_empty() {
        return Ok(());
    }
    let (new, errors) = Policy::parse(attributes.object.labels());
    let (old, old_errors) = Policy::parse(attributes.old.labels());
    let create = attributes.operation == Operation::Create;
    if !errors.is_empty() && (create || errors != old_errors) {
        let kind = GroupVersionKind::new("", "v1", "Namespace");
        return Err(Status::invalid(&kind, attributes.name, &errors));
    }
    let relaxed = new.enforce.version == old.enforce.version && new.enforce.level <= old.enforce.level;
    if create || new.enforce == old.enforce || new.enforce.level == Level::Privileged || relaxed {
        return Ok(());
    }
    let pods = context.reader.list("", "pods", attributes.name);
    attributes.warnings.extend(existing(&pods, attributes.name, new.enforce));
    Ok(())
}

/// The pods that break a standard, those with the same reasons together.
fn existing(pods: &[Value], namespace: &str, standard: Standard) -> Vec<String> {
    let mut by_reasons: BTreeMap<String, Vec<&str>> = BTreeMap::new();
    for pod in pods {
        let found = evaluate(standard, &Pod::of(pod));
        if !found.is_empty() {
            let reasons = found.iter().map(|f| f.reason.as_str()).collect::<Vec<_>>().join(", ");
            by_reasons.entry(reasons).or_default().push(pod.name());
        }
    }
    if by_reasons.is_empty() {
        return Vec::new();
    }
    let mut rows: Vec<String> = by_reasons
        .iter()
        .map(|(reasons, names)| {
            let first = names.iter().min().copied().unwrap_or_default();
            match names.len() {
                1 => format!("{first}: {reasons}"),
                2 => format!("{first} (and 1 other pod): {reasons}"),
                n => format!("{first} (and {} other pods): {reasons}", n - 1),
            }
        })
        .collect();
    rows.sort();
    rows.insert(
        0,
        format!("existing pods in namespace {namespace:?} violate the new PodSecurity enforce level \"{standard}\""),
    );
    rows
}
