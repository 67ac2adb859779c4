//! What the API server knows of each kind: a strategy per kind over one generic store.
//! Models `pkg/registry` and `apiserver/pkg/registry/generic`.

pub mod apps;
pub mod batch;
mod common;
pub mod core;
mod networking;
mod others;
mod policy;
pub mod printing;
mod rbac;
mod simple;
mod storage;
pub mod store;
pub mod strategy;
#[cfg(test)]
mod tests;
pub mod validation;

pub use crate::admission::Reader;
pub use simple::Simple;
pub use strategy::{Column, Strategy};

/// Custom resources and whatever else has no rules of its own; the scope is not theirs to check.
struct Plain;
impl Strategy for Plain {
    fn prepare_for_create(&self, object: &mut crate::apimachinery::Value) {
        common::first_generation(object);
    }

    fn prepare_for_update(&self, new: &mut crate::apimachinery::Value, old: &crate::apimachinery::Value) {
        common::bump_generation(new, old, &["spec"]);
    }
}

/// The rules of a resource, whatever its version.
pub fn strategy_for(group: &str, resource: &str) -> &'static dyn Strategy {
    match group {
        "" => core::strategy_for(resource),
        "apps" => match resource {
            "daemonsets" => &apps::daemon_set::STRATEGY,
            "deployments" => &apps::deployment::STRATEGY,
            "replicasets" => &apps::replica_set::STRATEGY,
            "statefulsets" => &apps::stateful_set::STRATEGY,
            "controllerrevisions" => &apps::revision::STRATEGY,
            _ => &Plain,
        },
        "batch" => match resource {
            "jobs" => &batch::job::Job,
            "cronjobs" => &batch::cron_job::STRATEGY,
            _ => &Plain,
        },
        "networking.k8s.io" => match resource {
            "ingresses" => &networking::INGRESSES,
            "ingressclasses" => &networking::INGRESS_CLASSES,
            "networkpolicies" => &networking::POLICIES,
            "servicecidrs" => &networking::SERVICE_CIDRS,
            "ipaddresses" => &networking::ADDRESSES,
            _ => &Plain,
        },
        "rbac.authorization.k8s.io" => match resource {
            "roles" => &rbac::ROLES,
            "clusterroles" => &rbac::CLUSTER_ROLES,
            "rolebindings" => &rbac::ROLE_BINDINGS,
            "clusterrolebindings" => &rbac::CLUSTER_ROLE_BINDINGS,
            _ => &Plain,
        },
        "storage.k8s.io" => match resource {
            "storageclasses" => &storage::CLASSES,
            "csinodes" => &storage::NODES,
            "csidrivers" => &storage::DRIVERS,
            "csistoragecapacities" => &storage::CAPACITIES,
            "volumeattachments" => &storage::ATTACHMENTS,
            "volumeattributesclasses" => &storage::ATTRIBUTES_CLASSES,
            _ => &Plain,
        },
        _ => other(group, resource),
    }
}

fn other(group: &str, resource: &str) -> &'static dyn Strategy {
    match (group, resource) {
        ("events.k8s.io", "events") => &core::event::STRATEGY,
        ("discovery.k8s.io", "endpointslices") => &core::endpoints::SLICES,
        ("policy", "poddisruptionbudgets") => &policy::BUDGETS,
        ("autoscaling", "horizontalpodautoscalers") => &policy::AUTOSCALERS,
        ("scheduling.k8s.io", "priorityclasses") => &others::PRIORITY_CLASSES,
        ("coordination.k8s.io", "leases") => &others::LEASES,
        ("node.k8s.io", "runtimeclasses") => &others::RUNTIME_CLASSES,
        ("apiregistration.k8s.io", "apiservices") => &others::API_SERVICES,
        ("apiextensions.k8s.io", "customresourcedefinitions") => &others::DEFINITIONS,
        ("certificates.k8s.io", "certificatesigningrequests") => &others::SIGNING_REQUESTS,
        ("flowcontrol.apiserver.k8s.io", "flowschemas") => &others::FLOW_SCHEMAS,
        ("flowcontrol.apiserver.k8s.io", "prioritylevelconfigurations") => &others::PRIORITY_LEVELS,
        ("admissionregistration.k8s.io", "mutatingwebhookconfigurations" | "validatingwebhookconfigurations") => {
            &others::WEBHOOKS
        }
        ("admissionregistration.k8s.io", "validatingadmissionpolicies") => &others::VALIDATING_POLICIES,
        ("admissionregistration.k8s.io", "mutatingadmissionpolicies") => &others::MUTATING_POLICIES,
        ("admissionregistration.k8s.io", "validatingadmissionpolicybindings") => &others::VALIDATING_BINDINGS,
        ("admissionregistration.k8s.io", "mutatingadmissionpolicybindings") => &others::MUTATING_BINDINGS,
        ("admissionregistration.k8s.io", _) | ("resource.k8s.io", "deviceclasses") => &others::AGED,
        ("resource.k8s.io", "resourceclaims") => &others::RESOURCE_CLAIMS,
        ("resource.k8s.io", "resourceclaimtemplates") => &others::RESOURCE_CLAIM_TEMPLATES,
        ("resource.k8s.io", "resourceslices") => &others::RESOURCE_SLICES,
        _ => &Plain,
    }
}
