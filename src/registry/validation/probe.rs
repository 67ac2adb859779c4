//! Probes and lifecycle handlers. Models `validateProbe` and `validateHandler`.

use super::{non_negative, port_or_name, required};
use crate::apimachinery::Value;
use crate::apimachinery::field::{Error, ErrorList, Path};

const HEADER: &str = "a valid HTTP header must consist of alphanumeric characters or '-' (e.g. 'X-Header-Name', regex used for validation is '[-A-Za-z0-9]+')";

/// All probes and handlers of a container.
pub fn validate(errors: &mut ErrorList, container: &Value, spec: &Value, path: &Path) {
    let lifecycle = &container["lifecycle"];
    for name in ["postStart", "preStop"] {
        if !lifecycle[name].is_null() {
            handler(errors, &lifecycle[name], spec, &path.child("lifecycle").child(name));
        }
    }
    for name in ["livenessProbe", "readinessProbe", "startupProbe"] {
        let value = &container[name];
        if value.is_null() {
            continue;
        }
        let path = path.child(name);
        probe(errors, value, spec, &path);
        let grace = &value["terminationGracePeriodSeconds"];
        if name == "readinessProbe" {
            if !grace.is_null() {
                let detail = "must not be set for readinessProbes";
                errors.push(Error::invalid(&path.child("terminationGracePeriodSeconds"), grace.clone(), detail));
            }
        } else if value["successThreshold"].int() != 1 {
            let threshold = value["successThreshold"].clone();
            errors.push(Error::invalid(&path.child("successThreshold"), threshold, "must be 1"));
        }
    }
}

fn probe(errors: &mut ErrorList, probe: &Value, spec: &Value, path: &Path) {
    handler(errors, probe, spec, path);
    for field in ["initialDelaySeconds", "timeoutSeconds", "periodSeconds", "successThreshold", "failureThreshold"] {
        non_negative(errors, path, probe, field);
    }
    let grace = &probe["terminationGracePeriodSeconds"];
    if grace.as_i64().is_some_and(|g| g <= 0) {
        errors.push(Error::invalid(
            &path.child("terminationGracePeriodSeconds"),
            grace.clone(),
            "must be greater than 0",
        ));
    }
}

fn handler(errors: &mut ErrorList, handler: &Value, spec: &Value, path: &Path) {
    let mut found = 0;
    for kind in ["exec", "httpGet", "tcpSocket", "grpc", "sleep"] {
        if handler[kind].is_null() {
            continue;
        }
        found += 1;
        if found > 1 {
            errors.push(Error::forbidden(&path.child(kind), "may not specify more than 1 handler type"));
            continue;
        }
        one(errors, kind, &handler[kind], spec, &path.child(kind));
    }
    if found == 0 {
        errors.push(Error::required(path, "must specify a handler type"));
    }
}

fn one(errors: &mut ErrorList, kind: &str, value: &Value, spec: &Value, path: &Path) {
    match kind {
        "exec" if value["command"].items().is_empty() => errors.push(Error::required(&path.child("command"), "")),
        "httpGet" => {
            required(errors, path, value, "path");
            port_or_name(errors, &path.child("port"), &value["port"]);
            let scheme = value["scheme"].str();
            if !["HTTP", "HTTPS"].contains(&scheme) {
                errors.push(Error::not_supported(&path.child("scheme"), scheme, &["HTTP", "HTTPS"]));
            }
            for header in value["httpHeaders"].items() {
                let name = header["name"].str();
                if name.is_empty() || !name.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-') {
                    errors.push(Error::invalid(&path.child("httpHeaders"), name, HEADER));
                }
            }
        }
        "sleep" => {
            let (seconds, grace) = (value["seconds"].int(), spec["terminationGracePeriodSeconds"].int());
            if seconds < 0 || seconds > grace {
                let detail = format!("must be non-negative and less than terminationGracePeriodSeconds ({grace})");
                errors.push(Error::invalid(path, seconds, detail));
            }
        }
        "tcpSocket" => port_or_name(errors, &path.child("port"), &value["port"]),
        "grpc" => port_or_name(errors, &path.child("port"), &Value::Int(value["port"].int())),
        _ => {}
    }
}
