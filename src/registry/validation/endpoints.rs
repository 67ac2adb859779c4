//! Endpoints and their slices. Models `ValidateEndpoints` and `pkg/apis/discovery/validation`.

use super::{invalid_each, one_of};
use crate::apimachinery::field::{Error, ErrorList, Path};
use crate::apimachinery::{Value, names};
use std::collections::BTreeSet;
use std::net::IpAddr;

/// An address that can be routed to. Models `ValidateEndpointIP`.
pub fn ordinary_ip(errors: &mut ErrorList, text: &str, path: &Path) {
    let Ok(ip) = text.parse::<IpAddr>() else { return };
    let local_link = match ip {
        IpAddr::V4(ip) => ip.is_link_local(),
        IpAddr::V6(ip) => ip.is_unicast_link_local(),
    };
    let local_multicast = match ip {
        IpAddr::V4(ip) => ip.octets()[..3] == [224, 0, 0],
        IpAddr::V6(ip) => ip.segments()[0] & 0xff0f == 0xff02,
    };
    for (is_special, detail) in [
        (ip.is_unspecified(), format!("may not be unspecified ({ip})")),
        (ip.is_loopback(), "may not be in the loopback range (127.0.0.0/8, ::1/128)".to_owned()),
        (local_link, "may not be in the link-local range (169.254.0.0/16, fe80::/10)".to_owned()),
        (local_multicast, "may not be in the link-local multicast range (224.0.0.0/24, ff02::/10)".to_owned()),
    ] {
        if is_special {
            errors.push(Error::invalid(path, text, detail));
        }
    }
}

/// Endpoints.
pub fn endpoints(errors: &mut ErrorList, object: &Value) {
    for (i, subset) in object["subsets"].items().iter().enumerate() {
        let path = Path::new("subsets").index(i);
        if subset["addresses"].is_empty() && subset["notReadyAddresses"].is_empty() {
            errors.push(Error::required(&path, "must specify `addresses` or `notReadyAddresses`"));
        }
        for list in ["addresses", "notReadyAddresses"] {
            for (j, address) in subset[list].items().iter().enumerate() {
                one_address(errors, address, &path.child(list).index(j));
            }
        }
        let ports = subset["ports"].items();
        for (j, port) in ports.iter().enumerate() {
            let path = path.child("ports").index(j);
            match port["name"].str() {
                "" if ports.len() > 1 => errors.push(Error::required(&path.child("name"), "")),
                "" => {}
                name => invalid_each(errors, &path.child("name"), name, names::is_dns1123_label(name)),
            }
            let number = port["port"].int();
            invalid_each(errors, &path.child("port"), number, names::is_port(number));
            one_of(errors, &path, port, "protocol", &["SCTP", "TCP", "UDP"]);
        }
    }
}

fn one_address(errors: &mut ErrorList, address: &Value, path: &Path) {
    let (ip, at) = (address["ip"].str(), path.child("ip"));
    let before = errors.len();
    super::ip(errors, ip, &at);
    if errors.len() == before {
        ordinary_ip(errors, ip, &at);
    }
    let host = address["hostname"].str();
    if !host.is_empty() {
        invalid_each(errors, &path.child("hostname"), host, names::is_dns1123_label(host));
    }
    if let Some(node) = address["nodeName"].as_str() {
        invalid_each(errors, &path.child("nodeName"), node, names::is_dns1123_subdomain(node));
    }
}

const ADDRESS_TYPES: [&str; 3] = ["FQDN", "IPv4", "IPv6"];

/// EndpointSlice.
pub fn slice(errors: &mut ErrorList, object: &Value) {
    one_of(errors, &Path::default(), object, "addressType", &ADDRESS_TYPES);
    let kind = object["addressType"].str();
    for (i, endpoint) in object["endpoints"].items().iter().enumerate() {
        let path = Path::new("endpoints").index(i);
        let (addresses, at) = (endpoint["addresses"].items(), path.child("addresses"));
        if addresses.is_empty() {
            errors.push(Error::required(&at, "must contain at least 1 address"));
        }
        for (j, address) in addresses.iter().enumerate() {
            slice_address(errors, address.str(), kind, &at.index(j));
        }
        if let Some(host) = endpoint["hostname"].as_str() {
            invalid_each(errors, &path.child("hostname"), host, names::is_dns1123_label(host));
        }
    }
    let mut seen = BTreeSet::new();
    for (i, port) in object["ports"].items().iter().enumerate() {
        let (path, name) = (Path::new("ports").index(i), port["name"].str());
        if !name.is_empty() {
            invalid_each(errors, &path.child("name"), name, names::is_dns1123_label(name));
        }
        if !seen.insert(name) {
            errors.push(Error::duplicate(&path.child("name"), name));
        }
        one_of(errors, &path, port, "protocol", &["SCTP", "TCP", "UDP"]);
    }
}

fn slice_address(errors: &mut ErrorList, address: &str, kind: &str, path: &Path) {
    let before = errors.len();
    match (kind, address.parse::<IpAddr>()) {
        ("FQDN", _) => return invalid_each(errors, path, address, names::is_dns1123_subdomain(address)),
        ("IPv4" | "IPv6", Err(_)) => super::ip(errors, address, path),
        ("IPv4", Ok(ip)) if !ip.is_ipv4() => errors.push(Error::invalid(path, address, "must be an IPv4 address")),
        ("IPv6", Ok(ip)) if !ip.is_ipv6() => errors.push(Error::invalid(path, address, "must be an IPv6 address")),
        _ => {}
    }
    if errors.len() == before {
        ordinary_ip(errors, address, path);
    }
}

/// What a slice may not change.
pub fn slice_update(errors: &mut ErrorList, new: &Value, old: &Value) {
    super::immutable(errors, &Path::new("addressType"), &new["addressType"], &old["addressType"]);
}
