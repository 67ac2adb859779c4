//! The names of services and of the pods behind them. Models CoreDNS's `kubernetes` plugin and the search list of a
//! pod's `/etc/resolv.conf`.

use super::service::addresses;
use crate::client::{Informers, Resource};

/// The name that cluster addresses end in.
const DOMAIN: &str = "cluster.local";

/// The addresses of a name, asked by a pod of `namespace`: `web`, `web.ns`, `web.ns.svc`, `web.ns.svc.cluster.local`, or a
/// pod's `host.web.ns.svc…`. None where there is no such name.
pub fn resolve(host: &str, namespace: &str, informers: &Informers) -> Option<Vec<String>> {
    let host = host.trim_end_matches('.');
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
