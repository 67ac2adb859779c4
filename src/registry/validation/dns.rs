//! How a pod resolves names. Models `validatePodDNSConfig` and `ValidateHostAliases`.

use super::invalid_each;
use crate::apimachinery::field::{Error, ErrorList, Path};
use crate::apimachinery::{Value, names};

/// `dnsConfig` beside its `dnsPolicy`.
pub fn config(errors: &mut ErrorList, spec: &Value, path: &Path) {
    let config = &spec["dnsConfig"];
    let servers = config["nameservers"].items();
    if spec["dnsPolicy"].str() == "None" {
        if config.is_null() {
            let detail = "must provide `dnsConfig` when `dnsPolicy` is None";
            return errors.push(Error::required(path, detail));
        }
        if servers.is_empty() {
            let detail = "must provide at least one DNS nameserver when `dnsPolicy` is None";
            return errors.push(Error::required(&path.child("nameservers"), detail));
        }
    }
    if servers.len() > 3 {
        let value = config["nameservers"].clone();
        errors.push(Error::invalid(&path.child("nameservers"), value, "must not have more than 3 nameservers"));
    }
    for (i, server) in servers.iter().enumerate() {
        super::ip(errors, server.str(), &path.child("nameservers").index(i));
    }
    let (searches, at) = (config["searches"].items(), path.child("searches"));
    if searches.len() > 32 {
        errors.push(Error::invalid(&at, config["searches"].clone(), "must not have more than 32 search paths"));
    }
    for (i, search) in searches.iter().enumerate() {
        let name = search.str();
        let bare = name.strip_suffix('.').unwrap_or(name).replace('_', "x");
        if name != "." {
            invalid_each(errors, &at.index(i), name, names::is_dns1123_subdomain(&bare));
        }
    }
    for (i, option) in config["options"].items().iter().enumerate() {
        if option["name"].is_empty() {
            errors.push(Error::required(&path.child("options").index(i), "must not be empty"));
        }
    }
}

/// `hostAliases`
pub fn host_aliases(errors: &mut ErrorList, aliases: &[Value], path: &Path) {
    for (i, alias) in aliases.iter().enumerate() {
        super::ip(errors, alias["ip"].str(), &path.index(i).child("ip"));
        for (j, name) in alias["hostnames"].items().iter().enumerate() {
            let at = path.index(i).child("hostnames").index(j);
            invalid_each(errors, &at, name.str(), names::is_dns1123_subdomain(name.str()));
        }
    }
}
