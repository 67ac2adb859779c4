//! Ingresses and their classes. Models `pkg/apis/networking/validation`.

use super::invalid_each;
use crate::apimachinery::field::{Error, ErrorList, Path};
use crate::apimachinery::{Object, Value, names};

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
        ingress_rule(errors, rule, &path.child("rules").index(i));
    }
    for (i, tls) in spec["tls"].items().iter().enumerate() {
        let path = path.child("tls").index(i);
        for (j, host) in tls["hosts"].items().iter().enumerate() {
            invalid_each(errors, &path.child("hosts").index(j), host.str(), host_name(host.str()));
        }
        let secret = tls["secretName"].str();
        if !secret.is_empty() {
            invalid_each(errors, &path.child("secretName"), secret, names::is_dns1123_subdomain(secret));
        }
    }
    let class = spec["ingressClassName"].str();
    if !class.is_empty() {
        invalid_each(errors, &path.child("ingressClassName"), class, names::is_dns1123_subdomain(class));
    }
    const OLD: &str = "kubernetes.io/ingress.class";
    if let Some(old) = ingress.annotation(OLD)
        && !class.is_empty()
        && old != class
    {
        let detail = "must match `ingressClassName` when both are specified";
        errors.push(Error::invalid(&Path::new("annotations").child(OLD), old, detail));
    }
}

fn host_name(host: &str) -> Vec<String> {
    if host.contains('*') { names::is_wildcard_subdomain(host) } else { names::is_dns1123_subdomain(host) }
}

fn ingress_rule(errors: &mut ErrorList, rule: &Value, path: &Path) {
    let host = rule["host"].str();
    if !host.is_empty() {
        if host.parse::<std::net::IpAddr>().is_ok() {
            errors.push(Error::invalid(&path.child("host"), host, "must be a DNS name, not an IP address"));
        }
        invalid_each(errors, &path.child("host"), host, host_name(host));
    }
    if rule["http"].is_null() {
        return;
    }
    let (paths, path) = (rule["http"]["paths"].items(), path.child("http").child("paths"));
    if paths.is_empty() {
        errors.push(Error::required(&path, ""));
    }
    for (j, entry) in paths.iter().enumerate() {
        http_path(errors, entry, &path.index(j));
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
            for bad in ["/..", "/."].iter().filter(|b| target.ends_with(**b)) {
                errors.push(Error::invalid(&path.child("path"), target, format!("cannot end with '{bad}'")));
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
    let (service, resource) = (&backend["service"], &backend["resource"]);
    match (service.is_null(), resource.is_null()) {
        (false, false) => errors.push(Error::invalid(path, "", "cannot set both resource and service backends")),
        (true, true) => errors.push(Error::invalid(path, "", "resource or service backend is required")),
        (true, false) => resource_backend(errors, resource, &path.child("resource")),
        (false, true) => service_backend(errors, service, path),
    }
}

fn resource_backend(errors: &mut ErrorList, resource: &Value, path: &Path) {
    let group = resource["apiGroup"].str();
    if !group.is_empty() {
        invalid_each(errors, &path.child("apiGroup"), group, names::is_dns1123_subdomain(group));
    }
    for (field, detail) in [("kind", "kind is required"), ("name", "name is required")] {
        if resource[field].is_empty() {
            errors.push(Error::required(&path.child(field), detail));
        }
    }
}

fn service_backend(errors: &mut ErrorList, service: &Value, backend: &Path) {
    let path = backend.child("service");
    match service["name"].str() {
        "" => errors.push(Error::required(&path.child("name"), "")),
        name => invalid_each(errors, &path.child("name"), name, names::is_dns1123_label(name)),
    }
    let (name, number) = (service["port"]["name"].str(), service["port"]["number"].int());
    match (name, number) {
        ("", 0) => errors.push(Error::required(backend, "port name or number is required")),
        ("", number) => invalid_each(errors, &path.child("port").child("number"), number, names::is_port(number)),
        (name, 0) => invalid_each(errors, &path.child("port").child("name"), name, names::is_port_name(name)),
        _ => errors.push(Error::invalid(backend, "", "cannot set both port name & port number")),
    }
}

/// IngressClass.
pub fn ingress_class(errors: &mut ErrorList, class: &Value) {
    let (spec, path) = (&class["spec"], Path::new("spec"));
    let (controller, at) = (spec["controller"].str(), path.child("controller"));
    if controller.len() > 250 {
        errors.push(Error::too_long(&at, 250));
    }
    match controller.split_once('/') {
        _ if controller.is_empty() => errors.push(Error::required(&at, "")),
        Some((host, rest)) if !host.is_empty() && !rest.is_empty() => {
            invalid_each(errors, &at, host, names::is_dns1123_subdomain(host));
        }
        _ => {
            let detail = "must be a domain-prefixed path (such as \"acme.io/foo\")";
            errors.push(Error::invalid(&at, controller, detail));
        }
    }
    let (parameters, path) = (&spec["parameters"], path.child("parameters"));
    if parameters.is_null() {
        return;
    }
    resource_backend(errors, parameters, &path);
    let (scope, namespace) = (&parameters["scope"], &parameters["namespace"]);
    match scope.str() {
        "" if scope.is_null() => errors.push(Error::required(&path.child("scope"), "")),
        "Cluster" | "Namespace" => {}
        other => errors.push(Error::not_supported(&path.child("scope"), other, &["Cluster", "Namespace"])),
    }
    let at = path.child("namespace");
    if scope.str() == "Namespace" && namespace.is_empty() {
        errors.push(Error::required(&at, "`parameters.scope` is set to 'Namespace'"));
    }
    if scope.str() == "Cluster" && !namespace.is_null() {
        errors.push(Error::forbidden(&at, "`parameters.scope` is set to 'Cluster'"));
    }
}

/// What an IngressClass may not change.
pub fn ingress_class_update(errors: &mut ErrorList, new: &Value, old: &Value) {
    let (new, old) = (&new["spec"]["controller"], &old["spec"]["controller"]);
    super::immutable(errors, &Path::new("spec").child("controller"), new, old);
}
