//! Services, endpoints. Models `ValidateService`.

use super::{invalid_each, metadata, one_of, port_or_name};
use crate::apimachinery::field::{Error, ErrorList, Path};
use crate::apimachinery::{Value, names};
use std::collections::BTreeSet;

const TYPES: [&str; 4] = ["ClusterIP", "ExternalName", "LoadBalancer", "NodePort"];

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
    one_of(errors, &path, spec, "sessionAffinity", &["ClientIP", "None"]);
    for (field, list) in [("clusterIPs", &spec["clusterIPs"]), ("externalIPs", &spec["externalIPs"])] {
        for (i, ip) in list.items().iter().enumerate().filter(|(_, ip)| ip.str() != "None") {
            super::ip(errors, ip.str(), &path.child(field).index(i));
        }
    }
    one_of(errors, &path, spec, "type", &TYPES);
    node_ports(errors, spec, &path);
    duplicates(errors, ports, &path.child("ports"));
    policies(errors, spec, &path);
}

fn external_name(errors: &mut ErrorList, spec: &Value, path: &Path) {
    if !spec["clusterIPs"].is_empty() {
        let detail = "may not be set for ExternalName services";
        errors.push(Error::forbidden(&path.child("clusterIPs"), detail));
    }
    let name = spec["externalName"].str().trim_end_matches('.');
    if name.is_empty() {
        errors.push(Error::required(&path.child("externalName"), ""));
    } else {
        invalid_each(errors, &path.child("externalName"), name, names::is_dns1123_subdomain(name));
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
}

fn node_ports(errors: &mut ErrorList, spec: &Value, path: &Path) {
    let mut seen = BTreeSet::new();
    for (i, port) in spec["ports"].items().iter().enumerate() {
        let (number, path) = (port["nodePort"].int(), path.child("ports").index(i).child("nodePort"));
        if number == 0 {
            continue;
        }
        if spec["type"].str() == "ClusterIP" {
            errors.push(Error::forbidden(&path, "may not be used when `type` is 'ClusterIP'"));
        }
        if !seen.insert((port["protocol"].str(), number)) {
            errors.push(Error::duplicate(&path, number));
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

fn policies(errors: &mut ErrorList, spec: &Value, path: &Path) {
    let external = &spec["externalTrafficPolicy"];
    if matches!(spec["type"].str(), "NodePort" | "LoadBalancer") {
        one_of(errors, path, spec, "externalTrafficPolicy", &["Cluster", "Local"]);
    } else if !external.is_null() && spec["externalIPs"].is_empty() {
        let detail = "may only be set for externally-accessible services";
        errors.push(Error::invalid(&path.child("externalTrafficPolicy"), external.clone(), detail));
    }
    if !spec["internalTrafficPolicy"].is_null() {
        one_of(errors, path, spec, "internalTrafficPolicy", &["Cluster", "Local"]);
    }
    if spec["sessionAffinity"].str() == "ClientIP" {
        let seconds = spec.at("sessionAffinityConfig.clientIP.timeoutSeconds").int();
        if !(1..=86_400).contains(&seconds) {
            let path = path.child("sessionAffinityConfig").child("clientIP").child("timeoutSeconds");
            errors.push(Error::invalid(&path, seconds, "must be greater than 0 and less than or equal to 86400"));
        }
    }
}

/// A service that replaces another.
pub fn validate_update(new: &Value, old: &Value) -> ErrorList {
    let mut errors = metadata::validate_update(new, old);
    let (spec, before) = (&new["spec"], &old["spec"]);
    let path = Path::new("spec");
    let keeps = |s: &Value| s["type"].str() != "ExternalName";
    let had = &before["clusterIPs"];
    if keeps(spec) && keeps(before) && !had.is_empty() && had[0] != spec["clusterIPs"][0] {
        let value = spec["clusterIPs"].clone();
        let detail = "may not change once set";
        errors.push(Error::invalid(&path.child("clusterIPs").index(0), value, detail));
    }
    validate_spec(&mut errors, new);
    errors
}
