//! The names of services and of the pods behind them. Models CoreDNS's `kubernetes` plugin and the search list of a
//! pod's `/etc/resolv.conf`.

use super::service::addresses;
use crate::apimachinery::{Object, Value};
use crate::client::{Informers, Resource};

/// The name that cluster addresses end in.
const DOMAIN: &str = "cluster.local";

/// The addresses of a name, asked by a pod of `namespace`: `web`, `web.ns`, `web.ns.svc`, `web.ns.svc.cluster.local`, or a
/// pod's `host.web.ns.svc…` or `10-244-0-5.ns.pod.cluster.local`. None where there is no such name.
pub fn resolve(host: &str, namespace: &str, informers: &Informers) -> Option<Vec<String>> {
    let host = host.trim_end_matches('.');
    if let Some(ip) = pod_address(host, informers) {
        return Some(vec![ip]);
    }
    let name = host.strip_suffix(DOMAIN).map_or(host, |h| h.trim_end_matches('.'));
    let name = name.strip_suffix(".svc").unwrap_or(name);
    let parts: Vec<&str> = name.split('.').collect();
    match parts.as_slice() {
        [name] => service(namespace, name, informers),
        [name, other] => service(other, name, informers).or_else(|| pod(namespace, other, name, informers)),
        [host, name, namespace] => pod(namespace, name, host, informers),
        _ => None,
    }
}

/// The address in `10-244-0-5.ns.pod.cluster.local`: any address has a name, be there a pod or not (`pods insecure`).
fn pod_address(host: &str, informers: &Informers) -> Option<String> {
    let name = host.strip_suffix(DOMAIN).map_or(host, |h| h.trim_end_matches('.'));
    let (address, namespace) = name.strip_suffix(".pod")?.split_once('.')?;
    informers.get(Resource::Namespaces, namespace)?;
    let ip = address.replace('-', ".");
    ip.parse::<std::net::Ipv4Addr>().is_ok().then_some(ip)
}

/// The names of an address: the service's whose it is, or those of the endpoints that have a host name.
pub fn reverse(ip: &str, informers: &Informers) -> Vec<String> {
    let full = |service: &Value| format!("{}.{}.svc.{DOMAIN}", service.name(), service.namespace());
    let services = || informers.list_in(Resource::Services, "");
    if let Some(service) = services().find(|s| s.at("spec.clusterIP").str() == ip) {
        return vec![full(service)];
    }
    let named = |service: &Value| {
        let here = addresses(service, informers).filter(|(address, host)| address == ip && !host.is_empty());
        here.map(|(_, host)| format!("{host}.{}", full(service))).collect::<Vec<_>>()
    };
    let mut names: Vec<String> = services().flat_map(named).collect();
    names.sort();
    names.dedup();
    names
}

fn service(namespace: &str, name: &str, informers: &Informers) -> Option<Vec<String>> {
    let service = informers.get(Resource::Services, &format!("{namespace}/{name}"))?;
    match service.at("spec.clusterIP").str() {
        "None" => {
            let mut ips: Vec<String> = addresses(service, informers).map(|(ip, _)| ip).collect();
            ips.sort();
            ips.dedup();
            (!ips.is_empty()).then_some(ips)
        }
        "" => None,
        ip => Some(vec![ip.to_owned()]),
    }
}

/// A pod that a headless service gives a name: its `hostname`.
fn pod(namespace: &str, service: &str, host: &str, informers: &Informers) -> Option<Vec<String>> {
    let service = informers.get(Resource::Services, &format!("{namespace}/{service}"))?;
    let found = addresses(service, informers).find(|(_, name)| name == host)?;
    Some(vec![found.0])
}
