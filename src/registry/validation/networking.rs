//! Ingresses and network policies. Models `pkg/apis/networking/validation`.

use super::{invalid_each, one_of, selector};
use crate::apimachinery::field::{Error, ErrorList, Path};
use crate::apimachinery::{Value, names};

/// Ingress.
pub fn ingress(errors: &mut ErrorList, ingress: &Value) {
    let (spec, path) = (&ingress["spec"], Path::new("spec"));
    if spec["rules"].is_empty() && spec["defaultBackend"].is_null() {
        let detail = "either `defaultBackend` or `rules` must be specified";
        errors.push(Error::invalid(&path, spec["rules"].clone(), detail));
    }
    if !spec["defaultBackend"].is_null() {
        backend(errors, &spec["defaultBackend"], &path.child("defaultBackend"));
    }
    for (i, rule) in spec["rules"].items().iter().enumerate() {
        let path = path.child("rules").index(i);
        let host = rule["host"].str();
        if !host.is_empty() {
            let texts =
                if host.contains('*') { names::is_wildcard_subdomain(host) } else { names::is_dns1123_subdomain(host) };
            invalid_each(errors, &path.child("host"), host, texts);
        }
        if rule["http"].is_null() {
            continue;
        }
        let (paths, path) = (rule["http"]["paths"].items(), path.child("http").child("paths"));
        if paths.is_empty() {
            errors.push(Error::required(&path, ""));
        }
        for (j, entry) in paths.iter().enumerate() {
            http_path(errors, entry, &path.index(j));
        }
    }
    let class = spec["ingressClassName"].str();
    if !class.is_empty() {
        invalid_each(errors, &path.child("ingressClassName"), class, names::is_dns1123_subdomain(class));
    }
}

fn http_path(errors: &mut ErrorList, entry: &Value, path: &Path) {
    if entry["pathType"].is_null() {
        // Upstream stops at the missing type.
        return errors.push(Error::required(&path.child("pathType"), "pathType must be specified"));
    }
    let target = entry["path"].str();
    match entry["pathType"].str() {
        "Exact" | "Prefix" => {
            if !target.starts_with('/') {
                errors.push(Error::invalid(&path.child("path"), target, "must be an absolute path"));
            }
            for bad in ["//", "/./", "/../", "%2f", "%2F"].iter().filter(|b| target.contains(**b)) {
                errors.push(Error::invalid(&path.child("path"), target, format!("must not contain '{bad}'")));
            }
        }
        "ImplementationSpecific" if !target.is_empty() && !target.starts_with('/') => {
            errors.push(Error::invalid(&path.child("path"), target, "must be an absolute path"));
        }
        "ImplementationSpecific" => {}
        other => {
            let supported = ["Exact", "ImplementationSpecific", "Prefix"];
            errors.push(Error::not_supported(&path.child("pathType"), other, &supported));
        }
    }
    backend(errors, &entry["backend"], &path.child("backend"));
}

fn backend(errors: &mut ErrorList, backend: &Value, path: &Path) {
    let service = &backend["service"];
    if service.is_null() {
        if backend["resource"].is_null() {
            errors.push(Error::required(path, "resource or service backend is required"));
        }
        return;
    }
    let path = path.child("service");
    match service["name"].str() {
        "" => errors.push(Error::required(&path.child("name"), "")),
        name => invalid_each(errors, &path.child("name"), name, names::is_dns1035_label(name)),
    }
    let (name, number) = (service["port"]["name"].str(), service["port"]["number"].int());
    match (name, number) {
        ("", 0) => errors.push(Error::required(&path.child("port"), "port name or number is required")),
        ("", number) => invalid_each(errors, &path.child("port").child("number"), number, names::is_port(number)),
        (name, 0) => invalid_each(errors, &path.child("port").child("name"), name, names::is_port_name(name)),
        _ => errors.push(Error::invalid(&path.child("port"), "", "cannot set both port name & port number")),
    }
}

/// NetworkPolicy.
pub fn network_policy(errors: &mut ErrorList, policy: &Value) {
    let (spec, path) = (&policy["spec"], Path::new("spec"));
    selector::label_selector(errors, &spec["podSelector"], &path.child("podSelector"));
    for (rules, peers) in [("ingress", "from"), ("egress", "to")] {
        for (i, rule) in spec[rules].items().iter().enumerate() {
            let path = path.child(rules).index(i);
            for (j, port) in rule["ports"].items().iter().enumerate() {
                let path = path.child("ports").index(j);
                one_of(errors, &path, port, "protocol", &["SCTP", "TCP", "UDP"]);
                if !port["port"].is_null() {
                    super::port_or_name(errors, &path.child("port"), &port["port"]);
                }
            }
            for (j, peer) in rule[peers].items().iter().enumerate() {
                network_peer(errors, peer, &path.child(peers).index(j));
            }
        }
    }
    for (i, kind) in spec["policyTypes"].items().iter().enumerate() {
        if !["Ingress", "Egress"].contains(&kind.str()) {
            let supported = ["Egress", "Ingress"];
            errors.push(Error::not_supported(&path.child("policyTypes").index(i), kind.str(), &supported));
        }
    }
}

fn network_peer(errors: &mut ErrorList, peer: &Value, path: &Path) {
    let mut found = 0;
    for field in ["podSelector", "namespaceSelector"] {
        if !peer[field].is_null() {
            found += 1;
            selector::label_selector(errors, &peer[field], &path.child(field));
        }
    }
    if !peer["ipBlock"].is_null() {
        found += 1;
        let (block, path) = (&peer["ipBlock"], path.child("ipBlock"));
        match block["cidr"].str() {
            "" => errors.push(Error::required(&path.child("cidr"), "")),
            text => super::cidr(errors, text, &path.child("cidr")),
        }
        for (i, except) in block["except"].items().iter().enumerate() {
            super::cidr(errors, except.str(), &path.child("except").index(i));
        }
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
