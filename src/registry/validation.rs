//! Rules by field path, in the order and the words of the server. Models `pkg/apis/*/validation`.

pub mod affinity;
pub mod autoscaling;
pub mod container;
pub mod cron_job;
pub mod data;
pub mod dns;
pub mod endpoints;
pub mod env;
pub mod job;
pub mod limits;
pub mod metadata;
pub mod misc;
pub mod mounts;
pub mod network_policy;
pub mod networking;
pub mod pod;
pub mod policies;
pub mod probe;
pub mod projected;
pub mod quantity;
pub mod rbac;
pub mod scheduling;
pub mod security;
pub mod selector;
pub mod service;
pub mod storage;
#[cfg(test)]
mod tests;
pub mod volume;
pub mod warnings;
pub mod workload;

use crate::apimachinery::field::{Error, ErrorList, Path};
use crate::apimachinery::{Value, names};

/// Adds an Invalid for each text.
pub fn invalid_each(errors: &mut ErrorList, path: &Path, value: impl Into<Value>, texts: Vec<String>) {
    if texts.is_empty() {
        return;
    }
    let value = value.into();
    for text in texts {
        errors.push(Error::invalid(path, value.clone(), text));
    }
}

/// An integer that may not be negative; missing is fine.
pub fn non_negative(errors: &mut ErrorList, path: &Path, owner: &Value, field: &str) {
    let value = &owner[field];
    if value.int() < 0 {
        errors.push(Error::invalid(&path.child(field), value.clone(), "must be greater than or equal to 0"));
    }
}

/// A string that must be one of `supported`, in the order in which the message names them. Missing is `Required`.
pub fn one_of(errors: &mut ErrorList, path: &Path, owner: &Value, field: &str, supported: &[&str]) {
    match owner[field].str() {
        "" => errors.push(Error::required(&path.child(field), "")),
        value if supported.contains(&value) => {}
        value => errors.push(Error::not_supported(&path.child(field), value, supported)),
    }
}

/// Like [`one_of`], where missing is fine.
pub fn one_of_if_set(errors: &mut ErrorList, path: &Path, owner: &Value, field: &str, supported: &[&str]) {
    if !owner[field].is_null() {
        one_of(errors, path, owner, field, supported);
    }
}

/// A string that must be there.
pub fn required(errors: &mut ErrorList, path: &Path, owner: &Value, field: &str) {
    if owner[field].str().is_empty() {
        errors.push(Error::required(&path.child(field), ""));
    }
}

/// A port by number, or by the name of a container's port.
pub fn port_or_name(errors: &mut ErrorList, path: &Path, port: &Value) {
    match port {
        Value::Str(name) => invalid_each(errors, path, &**name, names::is_port_name(name)),
        other => invalid_each(errors, path, other.int(), names::is_port(other.int())),
    }
}

/// An address in the usual notation.
pub fn ip(errors: &mut ErrorList, text: &str, path: &Path) {
    if text.parse::<std::net::IpAddr>().is_err() {
        errors.push(Error::invalid(path, text, "must be a valid IP address, (e.g. 10.9.8.7 or 2001:db8::ffff)"));
    }
}

/// A network: an address, a slash, a number of bits.
pub fn cidr(errors: &mut ErrorList, text: &str, path: &Path) {
    let fits = text.split_once('/').is_some_and(|(ip, bits)| {
        let bits = bits.parse::<u8>().ok().filter(|_| bits.bytes().all(|b| b.is_ascii_digit()));
        match ip.parse() {
            Ok(std::net::IpAddr::V4(_)) => bits.is_some_and(|b| b <= 32),
            Ok(std::net::IpAddr::V6(_)) => bits.is_some_and(|b| b <= 128),
            Err(_) => false,
        }
    });
    if !fits {
        errors.push(Error::invalid(path, text, "must be a valid CIDR value, (e.g. 10.9.8.0/24 or 2001:db8::/64)"));
    }
}

/// A struct as Go prints an internal type: without JSON names, its fields in order, what is missing null. Each field
/// comes with its name in JSON.
pub fn go_struct(value: &Value, fields: &[(&str, &str)]) -> String {
    let fields: Vec<String> = fields.iter().map(|(go, json)| format!("\"{go}\":{}", value[*json])).collect();
    format!("{{{}}}", fields.join(","))
}

/// An update strategy as Go prints it; `rolling` are the fields of its rolling update.
pub fn go_strategy(strategy: &Value, rolling: &[(&str, &str)]) -> String {
    let update = &strategy["rollingUpdate"];
    let update = if update.is_null() { "null".to_owned() } else { go_struct(update, rolling) };
    format!("{{\"Type\":{},\"RollingUpdate\":{update}}}", strategy["type"])
}

/// What an update may not change.
pub fn immutable(errors: &mut ErrorList, path: &Path, new: &Value, old: &Value) {
    if !new.same(old) {
        let mut error = Error::invalid(path, new.clone(), "field is immutable");
        // Go prints a nil pointer in quotes, a nil list or map without, and a text that is missing as an empty one.
        error.shown = match (new, old) {
            (Value::Null, Value::Str(_)) => Some("\"\"".to_owned()),
            (Value::Null, Value::List(_)) => None,
            (Value::Null, _) => Some("\"null\"".to_owned()),
            _ => None,
        };
        errors.push(error);
    }
}
