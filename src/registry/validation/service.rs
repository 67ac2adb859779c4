//! Services, endpoints. Models `ValidateService`.

use super::{endpoints, invalid_each, metadata, one_of, port_or_name};
use crate::apimachinery::field::{Error, ErrorList, Path};
use crate::apimachinery::{Value, names};
use std::collections::BTreeSet;

const TYPES: [&str; 4] = ["ClusterIP", "ExternalName", "LoadBalancer", "NodePort"];

const DISTRIBUTIONS: [&str; 3] = ["PreferClose", "PreferSameNode", "PreferSameZone"];

/// True for a service without an address of its own.
pub fn is_headless(service: &Value) -> bool {
    service["spec"]["clusterIP"].str() == "None"
}

/// A new service. Addresses were allocated before.
pub fn validate(service: &Value) -> ErrorList {
    let mut errors = metadata::validate(service, true, names::is_dns1123_label);
    validate_spec(&mut errors, service);
    errors
}

fn validate_spec(errors: &mut ErrorList, service: &Value) {
    let (spec, path) = (&service["spec"], Path::new("spec"));
    let (kind, ports) = (spec["type"].str(), spec["ports"].items());
    if ports.is_empty() && !is_headless(service) && kind != "ExternalName" {
        errors.push(Error::required(&path.child("ports"), ""));
    }
    match kind {
        "LoadBalancer" | "NodePort" if is_headless(service) => {
            let detail = format!("may not be set to 'None' for {kind} services");
            errors.push(Error::invalid(&path.child("clusterIPs").index(0), "None", detail));
        }
        "ExternalName" => external_name(errors, spec, &path),
        _ => {}
    }
    let mut seen = BTreeSet::new();
    for (i, port) in ports.iter().enumerate() {
        one_port(errors, port, ports.len() > 1, &mut seen, &path.child("ports").index(i));
    }
    metadata::labels(errors, &spec["selector"], &path, "selector");
    affinity(errors, spec, &path);
    if kind != "ExternalName" {
        cluster_ips(errors, spec, &path);
    }
    for (i, ip) in spec["externalIPs"].items().iter().enumerate() {
        let path = path.child("externalIPs").index(i);
        let before = errors.len();
        super::ip(errors, ip.str(), &path);
        if errors.len() == before {
            endpoints::ordinary_ip(errors, ip.str(), &path);
        }
    }
    one_of(errors, &path, spec, "type", &TYPES);
    node_ports(errors, spec, &path);
    duplicates(errors, ports, &path.child("ports"));
    load_balancer(errors, spec, &path);
    policies(errors, spec, &path);
}

fn external_name(errors: &mut ErrorList, spec: &Value, path: &Path) {
    for field in ["clusterIPs", "ipFamilies", "ipFamilyPolicy"].into_iter().filter(|f| !spec[*f].is_empty()) {
        errors.push(Error::forbidden(&path.child(field), "may not be set for ExternalName services"));
    }
    let name = spec["externalName"].str();
    let name = name.strip_suffix('.').unwrap_or(name);
    if name.is_empty() {
        errors.push(Error::required(&path.child("externalName"), ""));
    } else {
        invalid_each(errors, &path.child("externalName"), name, names::is_dns1123_subdomain(name));
    }
}

fn affinity(errors: &mut ErrorList, spec: &Value, path: &Path) {
    one_of(errors, path, spec, "sessionAffinity", &["ClientIP", "None"]);
    let (config, path) = (&spec["sessionAffinityConfig"], path.child("sessionAffinityConfig"));
    match spec["sessionAffinity"].str() {
        "ClientIP" => {
            let needed = "when session affinity type is ClientIP";
            let at = path.child("clientIP").child("timeoutSeconds");
            if config.is_null() {
                errors.push(Error::required(&path, needed));
            } else if config["clientIP"].is_null() {
                errors.push(Error::required(&path.child("clientIP"), needed));
            } else if config["clientIP"]["timeoutSeconds"].is_null() {
                errors.push(Error::required(&at, needed));
            } else {
                let seconds = config["clientIP"]["timeoutSeconds"].int();
                if !(1..=86_400).contains(&seconds) {
                    errors.push(Error::invalid(&at, seconds, "must be greater than 0 and less than 86400"));
                }
            }
        }
        "None" if !config.is_null() => {
            errors.push(Error::forbidden(&path, "must not be set when session affinity is None"));
        }
        _ => {}
    }
}

/// Addresses and their families. Models `ValidateServiceClusterIPsRelatedFields`.
fn cluster_ips(errors: &mut ErrorList, spec: &Value, path: &Path) {
    let mut seen = BTreeSet::new();
    for (i, family) in spec["ipFamilies"].items().iter().enumerate() {
        let at = path.child("ipFamilies").index(i);
        if !["IPv4", "IPv6"].contains(&family.str()) {
            errors.push(Error::not_supported(&at, family.str(), &["IPv4", "IPv6"]));
        }
        if !seen.insert(family.str()) {
            errors.push(Error::duplicate(&at, family.str()));
        }
    }
    let (policy, supported) = (&spec["ipFamilyPolicy"], ["PreferDualStack", "RequireDualStack", "SingleStack"]);
    if !policy.is_null() && !supported.contains(&policy.str()) {
        errors.push(Error::not_supported(&path.child("ipFamilyPolicy"), policy.str(), &supported));
    }
    let (ips, at) = (&spec["clusterIPs"], path.child("clusterIPs"));
    for (i, ip) in ips.items().iter().enumerate() {
        if i == 0 && ip.str() == "None" {
            if ips.items().len() > 1 {
                errors.push(Error::invalid(&at, ips.clone(), "'None' must be the first and only value"));
            }
        } else {
            super::ip(errors, ip.str(), &at.index(i));
        }
    }
    if ips.items().len() > 2 {
        errors.push(Error::invalid(&at, ips.clone(), "may only hold up to 2 values"));
    }
}

fn one_port<'a>(errors: &mut ErrorList, port: &'a Value, named: bool, seen: &mut BTreeSet<&'a str>, path: &Path) {
    match port["name"].str() {
        "" if named => errors.push(Error::required(&path.child("name"), "")),
        "" => {}
        name => {
            invalid_each(errors, &path.child("name"), name, names::is_dns1123_label(name));
            if !seen.insert(name) {
                errors.push(Error::duplicate(&path.child("name"), name));
            }
        }
    }
    let number = port["port"].int();
    invalid_each(errors, &path.child("port"), number, names::is_port(number));
    one_of(errors, path, port, "protocol", &["SCTP", "TCP", "UDP"]);
    port_or_name(errors, &path.child("targetPort"), &port["targetPort"]);
    if let Some(protocol) = port["appProtocol"].as_str() {
        invalid_each(errors, &path.child("appProtocol"), protocol, names::is_qualified_name(protocol));
    }
}

fn node_ports(errors: &mut ErrorList, spec: &Value, path: &Path) {
    let ports = spec["ports"].items().iter().enumerate().filter(|(_, p)| p["nodePort"].int() != 0);
    let at = |i: usize| path.child("ports").index(i).child("nodePort");
    for (i, _) in ports.clone().filter(|_| spec["type"].str() == "ClusterIP") {
        errors.push(Error::forbidden(&at(i), "may not be used when `type` is 'ClusterIP'"));
    }
    let mut seen = BTreeSet::new();
    for (i, port) in ports {
        let number = port["nodePort"].int();
        if !seen.insert((port["protocol"].str(), number)) {
            errors.push(Error::duplicate(&at(i), number));
        }
    }
}

fn duplicates(errors: &mut ErrorList, ports: &[Value], path: &Path) {
    let mut seen = BTreeSet::new();
    for (i, port) in ports.iter().enumerate() {
        let (protocol, number) = (port["protocol"].str(), port["port"].int());
        if !seen.insert((protocol, number)) {
            // The value is the internal type, in Go's names and order.
            let text = format!(
                r#"{{"Name":"","Protocol":"{protocol}","AppProtocol":null,"Port":{number},"TargetPort":0,"NodePort":0}}"#
            );
            let mut error = Error::duplicate(&path.index(i), port.clone());
            error.shown = Some(text);
            errors.push(error);
        }
    }
}

fn load_balancer(errors: &mut ErrorList, spec: &Value, path: &Path) {
    let is_balanced = spec["type"].str() == "LoadBalancer";
    let only = "may only be used when `type` is 'LoadBalancer'";
    let (ranges, at) = (spec["loadBalancerSourceRanges"].items(), path.child("LoadBalancerSourceRanges"));
    if !ranges.is_empty() && !is_balanced {
        errors.push(Error::forbidden(&at, only));
    }
    for (i, range) in ranges.iter().enumerate() {
        super::cidr(errors, range.str().trim(), &at.index(i));
    }
    let (allocate, at) = (&spec["allocateLoadBalancerNodePorts"], path.child("allocateLoadBalancerNodePorts"));
    if is_balanced && allocate.is_null() {
        errors.push(Error::required(&at, ""));
    }
    if !is_balanced && !allocate.is_null() {
        errors.push(Error::forbidden(&at, only));
    }
    if let Some(class) = spec["loadBalancerClass"].as_str() {
        let at = path.child("loadBalancerClass");
        if is_balanced {
            invalid_each(errors, &at, class, names::is_qualified_name(class));
        } else {
            errors.push(Error::forbidden(&at, only));
        }
    }
}

fn policies(errors: &mut ErrorList, spec: &Value, path: &Path) {
    let external = &spec["externalTrafficPolicy"];
    let is_external = matches!(spec["type"].str(), "NodePort" | "LoadBalancer") || !spec["externalIPs"].is_empty();
    if !is_external {
        if !external.is_empty() {
            let detail = "may only be set for externally-accessible services";
            errors.push(Error::invalid(&path.child("externalTrafficPolicy"), external.clone(), detail));
        }
    } else if matches!(spec["type"].str(), "NodePort" | "LoadBalancer") || !external.is_empty() {
        one_of(errors, path, spec, "externalTrafficPolicy", &["Cluster", "Local"]);
    }
    let health = spec["healthCheckNodePort"].int();
    if health != 0 && !(spec["type"].str() == "LoadBalancer" && external.str() == "Local") {
        let detail = "may only be set when `type` is 'LoadBalancer' and `externalTrafficPolicy` is 'Local'";
        errors.push(Error::invalid(&path.child("healthCheckNodePort"), health, detail));
    }
    if !spec["internalTrafficPolicy"].is_null() {
        one_of(errors, path, spec, "internalTrafficPolicy", &["Cluster", "Local"]);
    }
    let (distribution, supported) = (&spec["trafficDistribution"], DISTRIBUTIONS);
    if !distribution.is_null() && !supported.contains(&distribution.str()) {
        errors.push(Error::not_supported(&path.child("trafficDistribution"), distribution.str(), &supported));
    }
}

/// A service that replaces another.
pub fn validate_update(new: &Value, old: &Value) -> ErrorList {
    let mut errors = metadata::validate_update(new, old);
    let (spec, before) = (&new["spec"], &old["spec"]);
    let path = Path::new("spec");
    let keeps = |s: &Value| s["type"].str() != "ExternalName";
    if keeps(spec) && keeps(before) {
        let (had, has, at) = (before["clusterIPs"].items(), &spec["clusterIPs"], path.child("clusterIPs"));
        if had.len() > has.items().len() && has.items().is_empty() {
            let detail = "primary clusterIP can not be unset";
            errors.push(Error::invalid(&at.index(0), has.clone(), detail));
        } else {
            for (i, (had, has_now)) in had.iter().zip(has.items()).enumerate() {
                if had != has_now {
                    errors.push(Error::invalid(&at.index(i), has.clone(), "may not change once set"));
                }
            }
        }
    }
    let (had, has) = (&before["loadBalancerClass"], &spec["loadBalancerClass"]);
    let is_balanced = |s: &Value| s["type"].str() == "LoadBalancer";
    if is_balanced(spec) && is_balanced(before) && had != has {
        let mut error = Error::invalid(&path.child("loadBalancerClass"), has.clone(), "may not change once set");
        error.shown = has.is_null().then(|| "null".to_owned());
        errors.push(error);
    }
    validate_spec(&mut errors, new);
    errors
}
