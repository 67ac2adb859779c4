//! Addresses and node ports of services, given out when a service is written. Models
//! `pkg/registry/core/service/storage/alloc.go`, `ipallocator` and `portallocator`.
//!
//! What is in use is read from the stored services, so that there is no second state to keep.

use crate::apimachinery::field::{Error, Path};
use crate::apimachinery::{GroupVersionKind, Object, Status, Value};
use crate::sim::Rng;
use crate::storage::Store;
use crate::{list, object};
use std::collections::BTreeSet;

/// The service range, 10.96.0.0/16: its first address and how many there are.
const RANGE: (u32, u32) = (0x0a60_0000, 1 << 16);
/// Addresses below this offset are left to those who ask for one by name.
const STATIC_BAND: u32 = 256;
const NODE_PORTS: (i64, i64) = (30_000, 32_767);
/// How many draws are made before the first free one is taken.
const DRAWS: usize = 64;

/// Gives a new service what it needs.
pub fn allocate_create(store: &Store, rng: &mut Rng, service: &mut Value) -> Result<(), Status> {
    normalize_addresses(service, &Value::Null);
    allocate_address(store, rng, service, &Value::Null)?;
    allocate_ports(store, rng, service, &Value::Null)
}

/// Gives a changed service what it lacks now; what it had stays where it still needs it.
pub fn allocate_update(store: &Store, rng: &mut Rng, new: &mut Value, old: &Value) -> Result<(), Status> {
    keep_allocated(new, old);
    normalize_addresses(new, old);
    allocate_address(store, rng, new, old)?;
    allocate_ports(store, rng, new, old)
}

fn needs_address(service: &Value) -> bool {
    service.at("spec.type").str() != "ExternalName"
}

fn needs_ports(service: &Value) -> bool {
    match service.at("spec.type").str() {
        "NodePort" => true,
        "LoadBalancer" => service.at("spec.allocateLoadBalancerNodePorts").as_bool() != Some(false),
        _ => false,
    }
}

/// `clusterIP` and `clusterIPs[0]` are one; the one that changed decides. Models `normalizeClusterIPs`.
fn normalize_addresses(service: &mut Value, old: &Value) {
    let (one, many) = (service.at("spec.clusterIP").clone(), service.at("spec.clusterIPs").clone());
    if old.is_null() {
        if !one.str().is_empty() && many.items().is_empty() {
            service.set("spec.clusterIPs", list![one]);
        } else if one.str().is_empty() && !many.items().is_empty() {
            service.set("spec.clusterIP", many[0].clone());
        }
        return;
    }
    let (old_one, old_many) = (old.at("spec.clusterIP"), old.at("spec.clusterIPs"));
    if one != *old_one && many == *old_many {
        if one.str().is_empty() {
            service.remove("spec.clusterIPs");
        } else {
            service.set("spec.clusterIPs", list![one]);
        }
    }
}

/// Carries over what the update leaves out. Models `patchAllocatedValues`.
fn keep_allocated(new: &mut Value, old: &Value) {
    if needs_address(new) && needs_address(old) {
        for field in ["spec.clusterIP", "spec.clusterIPs"] {
            if new.at(field).is_empty() && !old.at(field).is_empty() {
                new.set(field, old.at(field).clone());
            }
        }
    }
    if !needs_ports(new) || !needs_ports(old) {
        return;
    }
    let same = |a: &Value, b: &Value| a["port"] == b["port"] && a["protocol"] == b["protocol"];
    let mut taken: BTreeSet<i64> = ports(new).map(|p| p["nodePort"].int()).collect();
    let mut kept = Vec::new();
    for (i, port) in ports(new).enumerate().filter(|(_, p)| p["nodePort"].int() == 0) {
        let before = ports(old).find(|o| same(o, port)).map_or(0, |o| o["nodePort"].int());
        if before != 0 && taken.insert(before) {
            kept.push((i, before));
        }
    }
    set_ports(new, kept);
}

fn ports(service: &Value) -> impl Iterator<Item = &Value> {
    service.at("spec.ports").items().iter()
}

fn set_ports(service: &mut Value, ports: Vec<(usize, i64)>) {
    if ports.is_empty() {
        return;
    }
    let list = service.at_mut("spec.ports").list_mut();
    for (i, port) in ports {
        if let Some(item) = list.get_mut(i) {
            item.set("nodePort", port);
        }
    }
}

fn invalid(service: &Value, path: &Path, value: Value, detail: impl Into<String>) -> Status {
    let gvk = GroupVersionKind::new("", "v1", "Service");
    Status::invalid(&gvk, service.name(), &vec![Error::invalid(path, value, detail)])
}

fn allocate_address(store: &Store, rng: &mut Rng, service: &mut Value, old: &Value) -> Result<(), Status> {
    if !needs_address(service) {
        return Ok(());
    }
    service.default_to("spec.ipFamilyPolicy", "SingleStack");
    service.default_to("spec.ipFamilies", list!["IPv4"]);
    let wanted = service.at("spec.clusterIP").str().to_owned();
    if wanted == "None" || (!wanted.is_empty() && wanted == old.at("spec.clusterIP").str()) {
        return Ok(());
    }
    // A changed address is refused by validation, not here.
    if !wanted.is_empty() && !old.at("spec.clusterIP").str().is_empty() {
        return Ok(());
    }
    let used: BTreeSet<String> = store
        .list("services", "")
        .flat_map(|(_, s)| s.at("spec.clusterIPs").items())
        .map(|ip| ip.str().to_owned())
        .collect();
    if !wanted.is_empty() {
        return match check_address(&wanted, &used) {
            Ok(()) => Ok(()),
            Err(why) => {
                let value = service.at("spec.clusterIPs").clone();
                let path = Path::new("spec").child("clusterIPs");
                Err(invalid(service, &path, value, format!("failed to allocate IP {wanted}: {why}")))
            }
        };
    }
    let free = |offset: u32| Some(text(RANGE.0 + offset)).filter(|ip| !used.contains(ip));
    let draw = (0..DRAWS)
        .find_map(|_| free(STATIC_BAND + rng.below(u64::from(RANGE.1 - STATIC_BAND - 1)) as u32))
        .or_else(|| (STATIC_BAND..RANGE.1 - 1).chain(1..STATIC_BAND).find_map(free));
    let Some(ip) = draw else { return Err(Status::internal("failed to allocate a serviceIP: range is full")) };
    service.set("spec.clusterIPs", list![ip.as_str()]);
    service.set("spec.clusterIP", ip);
    Ok(())
}

fn check_address(text: &str, used: &BTreeSet<String>) -> Result<(), &'static str> {
    // What is no address is told by validation.
    let Some(ip) = parse(text) else { return Ok(()) };
    let offset = ip.wrapping_sub(RANGE.0);
    if offset >= RANGE.1 {
        return Err("the provided network does not match the current range");
    }
    if offset == 0 || offset == RANGE.1 - 1 {
        return Err("provided IP is not in the valid range. The range of valid IPs is 10.96.0.0/16");
    }
    if used.contains(text) { Err("provided IP is already allocated") } else { Ok(()) }
}

fn parse(text: &str) -> Option<u32> {
    text.parse::<std::net::Ipv4Addr>().ok().map(u32::from)
}

fn text(ip: u32) -> String {
    std::net::Ipv4Addr::from(ip).to_string()
}

fn allocate_ports(store: &Store, rng: &mut Rng, service: &mut Value, old: &Value) -> Result<(), Status> {
    if !needs_ports(service) {
        return Ok(());
    }
    let own: BTreeSet<i64> = ports(old).map(|p| p["nodePort"].int()).collect();
    let others = store.list("services", "").filter(|(_, s)| old.is_null() || s.uid() != old.uid());
    let mut used: BTreeSet<i64> = others
        .flat_map(|(_, s)| ports(s).map(|p| p["nodePort"].int()).chain([s.at("spec.healthCheckNodePort").int()]))
        .collect();
    // One number may serve two protocols of one service.
    let mut here: BTreeSet<(i64, String)> = BTreeSet::new();
    for (i, port) in ports(service).enumerate() {
        let wanted = port["nodePort"].int();
        if wanted == 0 {
            continue;
        }
        let path = Path::new("spec").child("ports").index(i).child("nodePort");
        if !(NODE_PORTS.0..=NODE_PORTS.1).contains(&wanted) {
            let (from, to) = NODE_PORTS;
            let why = format!("provided port is not in the valid range. The range of valid ports is {from}-{to}");
            return Err(invalid(service, &path, wanted.into(), why));
        }
        let twice = !here.insert((wanted, port["protocol"].str().to_owned()));
        if (used.contains(&wanted) && !own.contains(&wanted)) || twice {
            return Err(invalid(service, &path, wanted.into(), "provided port is already allocated"));
        }
    }
    used.extend(here.iter().map(|(port, _)| *port));
    let mut given: Vec<(usize, i64)> = Vec::new();
    for (i, port) in ports(service).enumerate().filter(|(_, p)| p["nodePort"].int() == 0) {
        let twin = |(j, _): &&(usize, i64)| {
            let other = &service.at("spec.ports")[*j];
            other["port"] == port["port"] && other["protocol"] != port["protocol"]
        };
        let number = match given.iter().find(twin) {
            Some((_, number)) => *number,
            None => {
                draw_port(rng, &used).ok_or_else(|| Status::internal("failed to allocate a nodePort: range is full"))?
            }
        };
        used.insert(number);
        given.push((i, number));
    }
    set_ports(service, given);
    let wants_check = service.at("spec.type").str() == "LoadBalancer"
        && service.at("spec.externalTrafficPolicy").str() == "Local"
        && service.at("spec.healthCheckNodePort").int() == 0;
    if let Some(number) = wants_check.then(|| draw_port(rng, &used)).flatten() {
        service.set("spec.healthCheckNodePort", number);
    }
    Ok(())
}

fn draw_port(rng: &mut Rng, used: &BTreeSet<i64>) -> Option<i64> {
    let count = (NODE_PORTS.1 - NODE_PORTS.0 + 1).unsigned_abs();
    let mut draws = (0..DRAWS).map(|_| NODE_PORTS.0 + rng.below(count) as i64);
    draws.find(|p| !used.contains(p)).or_else(|| (NODE_PORTS.0..=NODE_PORTS.1).find(|p| !used.contains(p)))
}

/// Keeps the `IPAddress` objects in step with a written service; null stands for one that is not there.
pub fn record_addresses(store: &mut Store, rng: &mut Rng, created: &str, new: &Value, old: &Value) {
    const KIND: &str = "ipaddresses.networking.k8s.io";
    let addresses = |s: &Value| -> BTreeSet<String> {
        let list = s.at("spec.clusterIPs").items().iter();
        list.filter_map(Value::as_str).filter(|ip| parse(ip).is_some()).map(str::to_owned).collect()
    };
    let (is, was) = (addresses(new), addresses(old));
    for ip in was.difference(&is) {
        store.remove(KIND, ip);
    }
    for ip in is.difference(&was) {
        let mut labels = Value::object();
        labels.set_in(&["ipaddress.kubernetes.io/ip-family"], "IPv4");
        labels.set_in(&["ipaddress.kubernetes.io/managed-by"], "ipallocator.k8s.io");
        let parent = object! {
            "group" => "", "resource" => "services", "namespace" => new.namespace(), "name" => new.name(),
        };
        let metadata = object! {
            "name" => ip.as_str(), "uid" => rng.uuid(), "creationTimestamp" => created, "labels" => labels,
        };
        let address = object! {
            "kind" => "IPAddress", "apiVersion" => "networking.k8s.io/v1", "metadata" => metadata,
            "spec" => object! { "parentRef" => parent },
        };
        store.put(KIND, ip, address);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn service(name: &str, kind: &str, ip: &str, node_port: i64) -> Value {
        let mut s = object! {
            "metadata" => object! { "name" => name, "namespace" => "default", "uid" => name },
            "spec" => object! { "type" => kind, "ports" => list![object! { "port" => 80, "protocol" => "TCP" }] },
        };
        if !ip.is_empty() {
            s.set("spec.clusterIP", ip);
        }
        if node_port != 0 {
            s.set("spec.ports", list![object! { "port" => 80, "protocol" => "TCP", "nodePort" => node_port }]);
        }
        s
    }

    /// The second service of each pair is refused with the text of transcripts 202, 201 and 308.
    #[test]
    fn what_cannot_be_had_is_refused() {
        let cases = [
            (
                service("s3", "ClusterIP", "10.96.7.7", 0),
                r#"Service "s3" is invalid: spec.clusterIPs: Invalid value: ["10.96.7.7"]: failed to allocate IP 10.96.7.7: provided IP is already allocated"#,
            ),
            (
                service("s4", "ClusterIP", "1.2.3.4", 0),
                r#"Service "s4" is invalid: spec.clusterIPs: Invalid value: ["1.2.3.4"]: failed to allocate IP 1.2.3.4: the provided network does not match the current range"#,
            ),
            (
                service("s", "NodePort", "", 80),
                r#"Service "s" is invalid: spec.ports[0].nodePort: Invalid value: 80: provided port is not in the valid range. The range of valid ports is 30000-32767"#,
            ),
            (
                service("kubia-nodeport", "NodePort", "", 30123),
                r#"Service "kubia-nodeport" is invalid: spec.ports[0].nodePort: Invalid value: 30123: provided port is already allocated"#,
            ),
        ];
        let (mut store, mut rng) = (Store::default(), Rng::new(1));
        let mut first = service("first", "NodePort", "10.96.7.7", 30123);
        allocate_create(&store, &mut rng, &mut first).unwrap();
        store.put("services", "default/first", first);
        for (mut s, want) in cases {
            assert_eq!(allocate_create(&store, &mut rng, &mut s).unwrap_err().message, want);
        }
    }

    #[test]
    fn what_is_not_asked_for_is_given_and_kept() {
        let (store, mut rng) = (Store::default(), Rng::new(1));
        let mut made = service("s", "NodePort", "", 0);
        allocate_create(&store, &mut rng, &mut made).unwrap();
        let (ip, port) = (made.at("spec.clusterIP").str().to_owned(), made["spec"]["ports"][0]["nodePort"].int());
        assert!(ip.starts_with("10.96."), "{ip}");
        assert!((30_000..=32_767).contains(&port), "{port}");
        let mut again = service("s", "NodePort", "", 0);
        allocate_update(&store, &mut rng, &mut again, &made).unwrap();
        assert_eq!(again["spec"], made["spec"]);
        let mut headless = service("h", "ClusterIP", "None", 0);
        allocate_create(&store, &mut rng, &mut headless).unwrap();
        assert_eq!(headless.at("spec.clusterIPs"), &list!["None"]);
    }
}
