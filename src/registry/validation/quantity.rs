//! Requests, limits and other lists of resources. Models `ValidateResourceRequirements`.

use super::invalid_each;
use crate::apimachinery::field::{Error, ErrorList, Path};
use crate::apimachinery::quantity::Quantity;
use crate::apimachinery::{Value, names};

const STANDARD: [&str; 27] = [
    "cpu",
    "memory",
    "ephemeral-storage",
    "requests.cpu",
    "requests.memory",
    "requests.ephemeral-storage",
    "limits.cpu",
    "limits.memory",
    "limits.ephemeral-storage",
    "pods",
    "resourcequotas",
    "services",
    "replicationcontrollers",
    "secrets",
    "persistentvolumeclaims",
    "storage",
    "configmaps",
    "services.nodeports",
    "services.loadbalancers",
    "requests.storage",
    "count/pods",
    "count/services",
    "count/secrets",
    "count/configmaps",
    "services.clusterips",
    "hugepages-2Mi",
    "hugepages-1Gi",
];
/// What is counted in whole numbers. Models `integerResources`.
const COUNTED: [&str; 9] = [
    "pods",
    "resourcequotas",
    "services",
    "replicationcontrollers",
    "secrets",
    "configmaps",
    "persistentvolumeclaims",
    "services.nodeports",
    "services.loadbalancers",
];
const CONTAINER: [&str; 3] = ["cpu", "memory", "ephemeral-storage"];

/// True for a name without a domain, or in that of Kubernetes.
fn is_native(name: &str) -> bool {
    !name.contains('/') || name.contains("kubernetes.io/")
}

/// True for what nodes may not promise twice (devices, huge pages).
pub fn is_overcommit_allowed(name: &str) -> bool {
    is_native(name) && !name.starts_with("hugepages-")
}

/// A resource: standard, or of some domain.
pub fn resource_name(errors: &mut ErrorList, name: &str, path: &Path) {
    let wrong = names::is_qualified_name(name);
    if !wrong.is_empty() {
        return invalid_each(errors, path, name, wrong);
    }
    if !name.contains('/') && !STANDARD.contains(&name) && !name.contains("hugepages-") {
        errors.push(Error::invalid(path, name, "must be a standard resource type or fully qualified"));
    }
}

/// A resource that containers can ask for.
pub fn container_resource_name(errors: &mut ErrorList, name: &str, path: &Path) {
    resource_name(errors, name, path);
    if !name.contains('/') {
        if !CONTAINER.contains(&name) && !name.starts_with("hugepages-") {
            errors.push(Error::invalid(path, name, "must be a standard resource for containers"));
        }
    } else if !is_native(name) && name.starts_with("requests.") {
        errors.push(Error::invalid(path, name, "doesn't follow extended resource name standard"));
    }
}

/// An amount: not negative, and whole where the resource is counted.
pub fn amount(errors: &mut ErrorList, name: &str, value: &Value, path: &Path) {
    let quantity = Quantity::of(value);
    if quantity.sign() < 0 {
        errors.push(Error::invalid(path, quantity.to_string(), "must be greater than or equal to 0"));
    }
    let counted = !is_native(name) || COUNTED.contains(&name);
    if counted && !quantity.is_whole() {
        errors.push(Error::invalid(path, quantity.to_string(), "must be an integer"));
    }
}

/// `resources` of a container.
pub fn requirements(errors: &mut ErrorList, resources: &Value, path: &Path) {
    let (limits, requests) = (&resources["limits"], &resources["requests"]);
    let asks = |name: &str| limits.get(name).is_some() || requests.get(name).is_some();
    let huge = [limits, requests].iter().any(|list| list.fields().any(|(n, _)| n.starts_with("hugepages-")));
    for (name, value) in limits.fields() {
        let path = path.child("limits").key(name);
        container_resource_name(errors, name, &path);
        amount(errors, name, value, &path);
    }
    for (name, value) in requests.fields() {
        let here = path.child("requests").key(name);
        container_resource_name(errors, name, &here);
        amount(errors, name, value, &here);
        let (request, limit) = (Quantity::of(value), limits.get(name).map(Quantity::of));
        let Some(limit) = limit else {
            if !is_overcommit_allowed(name) {
                let detail = "Limit must be set for non overcommitable resources";
                errors.push(Error::required(&path.child("limits"), detail));
            }
            continue;
        };
        let word = if request != limit && request.partial_cmp(&limit).is_some() && !is_overcommit_allowed(name) {
            "equal to"
        } else if request > limit {
            "less than or equal to"
        } else {
            continue;
        };
        let detail = format!("must be {word} {name} limit of {limit}");
        errors.push(Error::invalid(&path.child("requests"), request.to_string(), detail));
    }
    if huge && !asks("cpu") && !asks("memory") {
        errors.push(Error::forbidden(path, "HugePages require cpu or memory"));
    }
}

/// True for what a quota can count without a domain. Models `IsStandardQuotaResourceName`.
pub fn is_quota_name(name: &str) -> bool {
    STANDARD.contains(&name) && name != "storage" && !name.starts_with("hugepages-")
        || name.starts_with("requests.hugepages-")
}

/// `hard` of a quota: names and amounts.
pub fn quota(errors: &mut ErrorList, list: &Value, path: &Path) {
    for (name, value) in list.fields() {
        let path = path.key(name);
        resource_name(errors, name, &path);
        if !name.contains('/') && !is_quota_name(name) {
            errors.push(Error::invalid(&path, name, "must be a standard resource for quota"));
        }
        amount(errors, name, value, &path);
    }
}
