//! Services: virtual addresses and the ports of nodes, and the endpoints behind them. Models kube-proxy.

use crate::apimachinery::{Object, Value};
use crate::client::{Informers, Resource};
use crate::sh::NetError;
use crate::sim::Rng;

/// The service with a virtual address.
pub fn with_ip<'a>(ip: &str, informers: &'a Informers) -> Option<&'a Value> {
    let has = |s: &&Value| s.at("spec.clusterIPs").items().iter().any(|a| a.str() == ip);
    informers.list_in(Resource::Services, "").find(has)
}

/// The service with a node port.
pub fn with_node_port(port: u16, informers: &Informers) -> Option<&Value> {
    let has = |s: &&Value| s.at("spec.ports").items().iter().any(|p| p["nodePort"].int() == i64::from(port));
    informers.list_in(Resource::Services, "").find(has)
}

/// One of a service's ready endpoints, chosen at random as kube-proxy does. `field` is `port` or `nodePort`.
pub fn endpoint(
    service: &Value,
    field: &str,
    port: u16,
    informers: &Informers,
    rng: &mut Rng,
) -> Result<(String, u16), NetError> {
    let mut ports = service.at("spec.ports").items().iter();
    let name = ports.find(|p| p[field].int() == i64::from(port)).ok_or(NetError::Dropped)?["name"].str();
    let targets = endpoints(service, name, informers);
    let at = usize::try_from(rng.below(targets.len() as u64)).unwrap_or(0);
    targets.get(at).cloned().ok_or(NetError::Refused)
}

/// Addresses of a service's ready endpoints, with their hostnames.
pub fn addresses(service: &Value, informers: &Informers) -> impl Iterator<Item = (String, String)> {
    slices(service, informers).flat_map(|slice| {
        let ready = slice["endpoints"].items().iter().filter(|e| e.at("conditions.ready").bool());
        ready.flat_map(|e| e["addresses"].items().iter().map(|a| (a.str().to_owned(), e["hostname"].str().to_owned())))
    })
}

/// Addresses and target ports behind one port of a service.
fn endpoints(service: &Value, port: &str, informers: &Informers) -> Vec<(String, u16)> {
    let mut out = Vec::new();
    for slice in slices(service, informers) {
        let target = slice["ports"].items().iter().find(|p| p["name"].str() == port);
        let Some(target) = target.and_then(|p| u16::try_from(p["port"].int()).ok()) else { continue };
        for endpoint in slice["endpoints"].items().iter().filter(|e| e.at("conditions.ready").bool()) {
            out.extend(endpoint["addresses"].items().iter().map(|a| (a.str().to_owned(), target)));
        }
    }
    out
}

fn slices<'a>(service: &Value, informers: &'a Informers) -> impl Iterator<Item = &'a Value> {
    let name = service.name().to_owned();
    informers
        .list_in(Resource::EndpointSlices, service.namespace())
        .filter(move |slice| slice.label("kubernetes.io/service-name") == Some(name.as_str()))
}
