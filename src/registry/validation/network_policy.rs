//! Network policies. Models `ValidateNetworkPolicySpec`.

use super::{invalid_each, selector};
use crate::apimachinery::field::{Error, ErrorList, Path};
use crate::apimachinery::{Value, names};
use std::net::IpAddr;

const PROTOCOLS: [&str; 3] = ["TCP", "UDP", "SCTP"];
const TYPES: [&str; 2] = ["Ingress", "Egress"];

/// NetworkPolicy.
pub fn network_policy(errors: &mut ErrorList, policy: &Value) {
    let (spec, path) = (&policy["spec"], Path::new("spec"));
    selector::label_selector(errors, &spec["podSelector"], &path.child("podSelector"));
    for (rules, peers) in [("ingress", "from"), ("egress", "to")] {
        for (i, rule) in spec[rules].items().iter().enumerate() {
            let path = path.child(rules).index(i);
            for (j, port) in rule["ports"].items().iter().enumerate() {
                one_port(errors, port, &path.child("ports").index(j));
            }
            for (j, peer) in rule[peers].items().iter().enumerate() {
                one_peer(errors, peer, &path.child(peers).index(j));
            }
        }
    }
    let (types, at) = (&spec["policyTypes"], path.child("policyTypes"));
    if types.items().len() > TYPES.len() {
        return errors.push(Error::invalid(&at, types.clone(), "may not specify more than two policyTypes"));
    }
    for (i, kind) in types.items().iter().enumerate().filter(|(_, k)| !TYPES.contains(&k.str())) {
        errors.push(Error::not_supported(&at.index(i), kind.str(), &TYPES));
    }
}

fn one_port(errors: &mut ErrorList, port: &Value, path: &Path) {
    let protocol = &port["protocol"];
    if !protocol.is_null() && !PROTOCOLS.contains(&protocol.str()) {
        errors.push(Error::not_supported(&path.child("protocol"), protocol.str(), &PROTOCOLS));
    }
    let (number, last, at) = (&port["port"], port["endPort"].as_i64(), path.child("endPort"));
    match number {
        Value::Null => {
            if let Some(last) = last {
                errors.push(Error::invalid(&at, last, "may not be specified when `port` is not specified"));
            }
        }
        Value::Str(name) => {
            if let Some(last) = last {
                errors.push(Error::invalid(&at, last, "may not be specified when `port` is non-numeric"));
            }
            invalid_each(errors, &path.child("port"), &**name, names::is_port_name(name));
        }
        number => {
            let first = number.int();
            invalid_each(errors, &path.child("port"), first, names::is_port(first));
            if let Some(last) = last {
                if last < first {
                    errors.push(Error::invalid(&at, first, "must be greater than or equal to `port`"));
                }
                invalid_each(errors, &at, last, names::is_port(last));
            }
        }
    }
}

fn one_peer(errors: &mut ErrorList, peer: &Value, path: &Path) {
    let mut found = 0;
    for field in ["podSelector", "namespaceSelector"] {
        if !peer[field].is_null() {
            found += 1;
            selector::label_selector(errors, &peer[field], &path.child(field));
        }
    }
    if !peer["ipBlock"].is_null() {
        found += 1;
        ip_block(errors, &peer["ipBlock"], &path.child("ipBlock"));
    }
    match found {
        0 => errors.push(Error::required(path, "must specify a peer")),
        1 => {}
        _ if !peer["ipBlock"].is_null() => {
            let detail = "may not specify both ipBlock and another peer";
            errors.push(Error::forbidden(path, detail));
        }
        _ => {}
    }
}

fn ip_block(errors: &mut ErrorList, block: &Value, path: &Path) {
    let (cidr, before) = (block["cidr"].str(), errors.len());
    match cidr {
        "" => errors.push(Error::required(&path.child("cidr"), "")),
        text => super::cidr(errors, text, &path.child("cidr")),
    }
    if errors.len() > before {
        return;
    }
    for (i, except) in block["except"].items().iter().enumerate() {
        let (text, at, before) = (except.str(), path.child("except").index(i), errors.len());
        super::cidr(errors, text, &at);
        if errors.len() == before && !is_strict_subset(text, cidr) {
            errors.push(Error::invalid(&at, text, "must be a strict subset of `cidr`"));
        }
    }
}

fn is_strict_subset(inner: &str, outer: &str) -> bool {
    let parse = |text: &str| {
        let (ip, bits) = text.split_once('/')?;
        let (ip, bits): (IpAddr, u32) = (ip.parse().ok()?, bits.parse().ok()?);
        Some(match ip {
            IpAddr::V4(ip) => (4, u128::from(u32::from(ip)) << 96, bits),
            IpAddr::V6(ip) => (6, u128::from(ip), bits),
        })
    };
    let (Some(inner), Some(outer)) = (parse(inner), parse(outer)) else { return false };
    let mask = u128::MAX.checked_shl(128 - outer.2).unwrap_or(0);
    inner.0 == outer.0 && inner.2 > outer.2 && inner.1 & mask == outer.1 & mask
}
