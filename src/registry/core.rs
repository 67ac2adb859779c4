//! The core group. Models `pkg/registry/core`.

pub mod config_map;
pub mod endpoints;
pub mod event;
pub mod namespace;
pub mod node;
pub mod persistent_volume;
pub mod pod;
pub mod pod_diff;
pub mod quota;
pub mod replication_controller;
pub mod secret;
pub mod service;
pub mod small;

use crate::registry::Strategy;

/// The strategy of a resource of the core group.
pub fn strategy_for(resource: &str) -> &'static dyn Strategy {
    match resource {
        "pods" => &pod::Pod,
        "namespaces" => &namespace::Namespace,
        "services" => &service::Service,
        "nodes" => &node::STRATEGY,
        "events" => &event::STRATEGY,
        "endpoints" => &endpoints::ENDPOINTS,
        "configmaps" => &config_map::STRATEGY,
        "secrets" => &secret::STRATEGY,
        "replicationcontrollers" => &replication_controller::STRATEGY,
        "resourcequotas" => &quota::STRATEGY,
        "persistentvolumes" => &persistent_volume::VOLUMES,
        "persistentvolumeclaims" => &persistent_volume::CLAIMS,
        "serviceaccounts" => &small::SERVICE_ACCOUNTS,
        "limitranges" => &small::LIMIT_RANGES,
        "podtemplates" => &small::POD_TEMPLATES,
        "componentstatuses" => &small::COMPONENT_STATUSES,
        _ => &small::SERVICE_ACCOUNTS,
    }
}
