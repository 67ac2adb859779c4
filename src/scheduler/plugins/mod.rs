//! The plugins, in the order in which filters run. Models the default scheduler profile.

pub mod image_locality;
pub mod inter_pod_affinity;
pub mod node_affinity;
pub mod node_name;
pub mod node_ports;
pub mod node_resources;
pub mod node_unschedulable;
pub mod pod_topology_spread;
pub mod taint_toleration;
pub mod volume_binding;

use super::framework::Plugin;

pub const PLUGINS: &[&dyn Plugin] = &[
    &node_unschedulable::NodeUnschedulable,
    &node_name::NodeName,
    &taint_toleration::TaintToleration,
    &node_affinity::NodeAffinity,
    &node_ports::NodePorts,
    &node_resources::Fit,
    &volume_binding::VolumeBinding,
    &pod_topology_spread::PodTopologySpread,
    &inter_pod_affinity::InterPodAffinity,
    &node_resources::BalancedAllocation,
    &image_locality::ImageLocality,
];

/// The plugin with a name.
pub fn by_name(name: &str) -> Option<&'static dyn Plugin> {
    PLUGINS.iter().find(|p| p.name() == name).copied()
}
