//! What a container's machine sees of the world: its pod's ports and volumes, other pods, services and names.

use super::pod::{Instance, Pod, Uid};
use crate::apimachinery::{Object, Value};
use crate::client::{Informers, Resource};
use crate::sh::{ConnId, Env, Files, NetError, PortInUse, Read, Socket};
use crate::sim::Rng;
use std::collections::{BTreeMap, BTreeSet};

/// Pods by uid; boxed, since they are taken out while they are worked on.
pub type Pods = BTreeMap<Uid, Box<Pod>>;

/// One end of a connection between two containers.
#[derive(Clone, Debug)]
struct Peer {
    /// The pod that connected: it wants to know when the other end has answered.
    client: Uid,
    pod: Uid,
    /// The container's id.
    container: String,
    conn: ConnId,
}

/// The network between pods.
#[derive(Clone, Debug, Default)]
pub struct Network {
    sockets: BTreeMap<Socket, Peer>,
    last: Socket,
    /// Which pods have an address.
    pub by_ip: BTreeMap<String, BTreeSet<Uid>>,
    /// Pods that got something to do from another pod.
    pub woken: BTreeSet<Uid>,
    /// Who connected to whom since somebody last asked: the picture shows it.
    pub spoken: Vec<(Uid, Uid)>,
}

/// Connections that are remembered for the picture.
const MOST_SPOKEN: usize = 64;

/// The name that cluster addresses end in.
const DOMAIN: &str = "cluster.local";

/// The world of one container while its machine is stepped.
pub struct World<'a> {
    pub uid: &'a Uid,
    pub object: &'a Value,
    pub ip: &'a str,
    pub siblings: &'a mut Vec<Instance>,
    pub volumes: &'a mut BTreeMap<String, Files>,
    /// Volumes that outlive the pod, by what they are mounted from.
    pub shared: &'a mut BTreeMap<String, Files>,
    pub ports: &'a mut BTreeSet<u16>,
    pub others: &'a mut Pods,
    pub network: &'a mut Network,
    pub informers: &'a Informers,
    pub rng: &'a mut Rng,
}

impl Network {
    /// A pod did something: who is connected to it may have got an answer.
    pub fn acted(&mut self, uid: &Uid) {
        let clients = self.sockets.values().filter(|p| p.pod == *uid && p.client != *uid);
        self.woken.extend(clients.map(|p| p.client.clone()));
    }
}

impl World<'_> {
    fn containers(&mut self, uid: &Uid) -> Option<&mut Vec<Instance>> {
        if uid == self.uid {
            return Some(self.siblings);
        }
        self.others.get_mut(uid).map(|pod| &mut pod.instances)
    }

    /// Connects to a container of a pod that listens.
    fn connect_pod(&mut self, uid: &Uid, port: u16) -> Result<Socket, NetError> {
        let peer = self.ip.to_owned();
        let containers = self.containers(uid).ok_or(NetError::Unreachable)?;
        let found = containers.iter_mut().find_map(|container| {
            let conn = container.kernel.as_mut()?.connect(port, &peer)?;
            Some((container.id.clone(), conn))
        });
        let (container, conn) = found.ok_or(NetError::Refused)?;
        let network = &mut self.network;
        network.last += 1;
        let client = self.uid.clone();
        network.sockets.insert(network.last, Peer { client, pod: uid.clone(), container, conn });
        network.woken.insert(uid.clone());
        if uid != self.uid && network.spoken.len() < MOST_SPOKEN {
            network.spoken.push((self.uid.clone(), uid.clone()));
        }
        Ok(network.last)
    }

    fn kernel_of(&mut self, socket: Socket) -> Option<(&mut crate::sh::Kernel, ConnId)> {
        let peer = self.network.sockets.get(&socket)?.clone();
        self.network.woken.insert(peer.pod.clone());
        let container = self.containers(&peer.pod)?.iter_mut().find(|c| c.id == peer.container)?;
        Some((container.kernel.as_mut()?, peer.conn))
    }

    fn connect_ip(&mut self, ip: &str, port: u16) -> Result<Socket, NetError> {
        let own = ip == self.ip || ip.starts_with("127.") || ip == "::1";
        if own {
            let uid = self.uid.clone();
            return self.connect_pod(&uid, port);
        }
        if let Some(pods) = self.network.by_ip.get(ip).cloned() {
            // Several pods have one address only on the host's network.
            let mut result = Err(NetError::Refused);
            for uid in pods {
                result = self.connect_pod(&uid, port);
                if result.is_ok() {
                    return result;
                }
            }
            if self.node_with_ip(ip).is_none() {
                return result;
            }
        }
        if self.node_with_ip(ip).is_some() { self.connect_node(ip, port) } else { Err(NetError::Unreachable) }
    }

    fn node_with_ip(&self, ip: &str) -> Option<&Value> {
        let has = |node: &&Value| node.at("status.addresses").items().iter().any(|a| a["address"].str() == ip);
        self.informers.list_in(Resource::Nodes, "").find(has)
    }

    /// A port of a node: a pod's host port, or a service's node port.
    fn connect_node(&mut self, ip: &str, port: u16) -> Result<Socket, NetError> {
        let node = self.node_with_ip(ip).map(|n| n.name().to_owned()).unwrap_or_default();
        let host_port = self.informers.pods_on(&node).find_map(|pod| {
            let mut ports = pod["spec"]["containers"].items().iter().flat_map(|c| c["ports"].items());
            let taken = ports.find(|p| p["hostPort"].int() == i64::from(port))?;
            Some((Uid::from(pod.uid()), u16::try_from(taken["containerPort"].int()).ok()?))
        });
        if let Some((uid, port)) = host_port {
            return self.connect_pod(&uid, port);
        }
        let service = self
            .informers
            .list_in(Resource::Services, "")
            .find(|service| service.at("spec.ports").items().iter().any(|p| p["nodePort"].int() == i64::from(port)));
        match service.cloned() {
            Some(service) => self.connect_service(&service, |p| p["nodePort"].int() == i64::from(port)),
            None => Err(NetError::Refused),
        }
    }

    /// One of a service's ready endpoints, chosen at random as kube-proxy does.
    fn connect_service(&mut self, service: &Value, is_port: impl Fn(&Value) -> bool) -> Result<Socket, NetError> {
        let ports = service.at("spec.ports").items();
        let name = ports.iter().find(|p| is_port(p)).ok_or(NetError::Dropped)?["name"].str();
        let targets = endpoints(service, name, self.informers);
        let Some((ip, port)) = pick(&targets, self.rng).cloned() else { return Err(NetError::Refused) };
        self.connect_ip(&ip, port)
    }

    fn service_with_ip(&self, ip: &str) -> Option<Value> {
        let has = |s: &&Value| s.at("spec.clusterIPs").items().iter().any(|a| a.str() == ip);
        self.informers.list_in(Resource::Services, "").find(has).cloned()
    }

    /// `web`, `web.ns`, `web.ns.svc`, `web.ns.svc.cluster.local`, or a pod's `host.web.ns.svc…`.
    fn resolve_name(&self, host: &str) -> Option<Vec<String>> {
        let host = host.trim_end_matches('.');
        let own = self.object.namespace();
        let name = host.strip_suffix(DOMAIN).map_or(host, |h| h.trim_end_matches('.'));
        let name = name.strip_suffix(".svc").unwrap_or(name);
        let parts: Vec<&str> = name.split('.').collect();
        match parts.as_slice() {
            [service] => self.resolve_service(own, service),
            [service, namespace] => {
                self.resolve_service(namespace, service).or_else(|| self.resolve_pod(own, namespace, service))
            }
            [pod, service, namespace] => self.resolve_pod(namespace, service, pod),
            _ => None,
        }
    }

    fn resolve_service(&self, namespace: &str, name: &str) -> Option<Vec<String>> {
        let service = self.informers.get(Resource::Services, &format!("{namespace}/{name}"))?;
        match service.at("spec.clusterIP").str() {
            "None" => {
                let mut ips: Vec<String> = addresses(service, self.informers).map(|(ip, _)| ip).collect();
                ips.sort();
                ips.dedup();
                (!ips.is_empty()).then_some(ips)
            }
            "" => None,
            ip => Some(vec![ip.to_owned()]),
        }
    }

    fn resolve_pod(&self, namespace: &str, service: &str, host: &str) -> Option<Vec<String>> {
        let service = self.informers.get(Resource::Services, &format!("{namespace}/{service}"))?;
        let found = addresses(service, self.informers).find(|(_, name)| name == host)?;
        Some(vec![found.0])
    }
}

/// Addresses of a service's ready endpoints, with their hostnames.
fn addresses(service: &Value, informers: &Informers) -> impl Iterator<Item = (String, String)> {
    slices(service, informers).flat_map(|slice| {
        let ready = slice["endpoints"].items().iter().filter(|e| e.at("conditions.ready").bool());
        ready.flat_map(|e| e["addresses"].items().iter().map(|a| (a.str().to_owned(), e["hostname"].str().to_owned())))
    })
}

fn slices<'a>(service: &Value, informers: &'a Informers) -> impl Iterator<Item = &'a Value> {
    let name = service.name().to_owned();
    informers
        .list_in(Resource::EndpointSlices, service.namespace())
        .filter(move |slice| slice.label("kubernetes.io/service-name") == Some(name.as_str()))
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

fn pick<'a, T>(items: &'a [T], rng: &mut Rng) -> Option<&'a T> {
    let at = usize::try_from(rng.below(items.len() as u64)).ok()?;
    items.get(at)
}

impl Env for World<'_> {
    fn bind(&mut self, port: u16) -> Result<(), PortInUse> {
        if self.ports.insert(port) { Ok(()) } else { Err(PortInUse) }
    }

    fn release(&mut self, port: u16) {
        self.ports.remove(&port);
    }

    fn resolve(&mut self, host: &str) -> Result<Vec<String>, NetError> {
        if host.parse::<std::net::IpAddr>().is_ok() {
            return Ok(vec![host.to_owned()]);
        }
        if host == "localhost" {
            return Ok(vec!["127.0.0.1".to_owned()]);
        }
        if host == super::env::hostname(self.object) {
            return Ok(vec![self.ip.to_owned()]);
        }
        self.resolve_name(host).ok_or(NetError::UnknownHost)
    }

    fn connect(&mut self, ip: &str, port: u16) -> Result<Socket, NetError> {
        match self.service_with_ip(ip) {
            Some(service) => self.connect_service(&service, |p| p["port"].int() == i64::from(port)),
            None => self.connect_ip(ip, port),
        }
    }

    fn read(&mut self, socket: Socket) -> Read {
        match self.kernel_of(socket) {
            Some((kernel, conn)) => kernel.conn_read(conn),
            None => Read::End,
        }
    }

    fn write(&mut self, socket: Socket, data: &[u8]) {
        if let Some((kernel, conn)) = self.kernel_of(socket) {
            kernel.conn_write(conn, data);
        }
    }

    fn close(&mut self, socket: Socket) {
        if let Some((kernel, conn)) = self.kernel_of(socket) {
            kernel.conn_close(conn);
        }
        self.network.sockets.remove(&socket);
    }

    fn volume(&mut self, name: &str) -> Option<&mut Files> {
        match name.strip_prefix("shared:") {
            Some(source) => Some(self.shared.entry(source.to_owned()).or_default()),
            None => self.volumes.get_mut(name),
        }
    }

    fn random(&mut self) -> u64 {
        self.rng.next_u64()
    }
}
