//! Services and what stands behind them.

use super::{each, fill, within};
use crate::apimachinery::Value;

/// Addresses are allocated later, by the service's strategy.
pub fn service(object: &mut Value) {
    let map = object.map_mut();
    let spec = map.entry("spec").map_mut();
    fill(spec, "sessionAffinity", "None");
    fill(spec, "type", "ClusterIP");
    each(spec, "ports", |port| {
        fill(port, "protocol", "TCP");
        let target = port.get("targetPort").cloned().unwrap_or_default();
        if target.is_empty() {
            let number = port.get("port").cloned().unwrap_or(Value::Int(0));
            port.insert("targetPort", number);
        }
    });
    match spec.get("sessionAffinity").map(Value::str) {
        Some("None") => {
            spec.remove("sessionAffinityConfig");
        }
        Some("ClientIP") => {
            let config = spec.entry("sessionAffinityConfig");
            config.default_to("clientIP.timeoutSeconds", 10_800);
        }
        _ => {}
    }
    let kind = spec.get("type").map_or("", Value::str).to_owned();
    if matches!(kind.as_str(), "NodePort" | "LoadBalancer") {
        fill(spec, "externalTrafficPolicy", "Cluster");
    }
    if matches!(kind.as_str(), "ClusterIP" | "NodePort" | "LoadBalancer") {
        fill(spec, "internalTrafficPolicy", "Cluster");
    }
    if kind == "LoadBalancer" {
        fill(spec, "allocateLoadBalancerNodePorts", true);
    }
    within(map, "status", |status| {
        within(status, "loadBalancer", |lb| {
            each(lb, "ingress", |ingress| {
                if ingress.contains_key("ip") {
                    fill(ingress, "ipMode", "VIP");
                }
            });
        });
    });
}

pub fn endpoints(object: &mut Value) {
    each(object.map_mut(), "subsets", |subset| each(subset, "ports", |port| fill(port, "protocol", "TCP")));
}

pub fn endpoint_slice(object: &mut Value) {
    let map = object.map_mut();
    fill(map, "endpoints", Value::Null);
    each(map, "ports", |port| {
        fill(port, "name", "");
        fill(port, "protocol", "TCP");
    });
}
