//! Connections between the machines of pods: who has which address, and which connection leads where.

use super::{PodUid, service};
use crate::apimachinery::{Object, Value};
use crate::client::{Informers, Resource};
use crate::sh::{ConnId, Kernel, NetError, Read, Socket};
use crate::sim::Rng;
use std::collections::{BTreeMap, BTreeSet};

/// The machines of all pods, as the network reaches them.
pub trait Machines {
    /// Connects to the container of a pod that listens on a port: its id and the connection there. `peer` is the
    /// caller's address. None where no container listens; `Unreachable` where there is no such pod.
    fn accept(&mut self, pod: &PodUid, port: u16, peer: &str) -> Result<(String, ConnId), NetError>;
    /// The machine of a running container.
    fn machine(&mut self, pod: &PodUid, container: &str) -> Option<&mut Kernel>;
}

/// Who opens a connection.
#[derive(Clone, Copy, Debug)]
pub struct Caller<'a> {
    pub pod: &'a PodUid,
    pub ip: &'a str,
}

/// One end of a connection between two containers.
#[derive(Clone, Debug)]
struct Peer {
    /// The pod that connected: it wants to know when the other end has answered.
    client: PodUid,
    pod: PodUid,
    /// The container's id.
    container: String,
    conn: ConnId,
}

/// The network between pods.
#[derive(Clone, Debug, Default)]
pub struct Network {
    sockets: BTreeMap<Socket, Peer>,
    last: Socket,
    /// Which pods have an address: several share one on the network of their node only.
    by_ip: BTreeMap<String, BTreeSet<PodUid>>,
    /// Pods that got something to do from another pod.
    pub woken: BTreeSet<PodUid>,
    /// Who connected to whom since somebody last asked: the picture shows it.
    pub spoken: Vec<(PodUid, PodUid)>,
}

/// Connections that are remembered for the picture.
const MOST_SPOKEN: usize = 64;

impl Network {
    /// A pod has an address now.
    pub fn join(&mut self, pod: &PodUid, ip: &str) {
        self.by_ip.entry(ip.to_owned()).or_default().insert(pod.clone());
    }

    /// A pod gives its address back.
    pub fn leave(&mut self, pod: &PodUid, ip: &str) {
        if let Some(pods) = self.by_ip.get_mut(ip) {
            pods.remove(pod);
            if pods.is_empty() {
                self.by_ip.remove(ip);
            }
        }
    }

    /// A pod did something: who is connected to it may have got an answer.
    pub fn acted(&mut self, pod: &PodUid) {
        let clients = self.sockets.values().filter(|p| p.pod == *pod && p.client != *pod);
        self.woken.extend(clients.map(|p| p.client.clone()));
    }

    /// Opens a connection to an address: a service's, a pod's or a node's.
    pub fn connect(
        &mut self,
        caller: Caller<'_>,
        (ip, port): (&str, u16),
        informers: &Informers,
        rng: &mut Rng,
        machines: &mut dyn Machines,
    ) -> Result<Socket, NetError> {
        let (ip, port) = match service::with_ip(ip, informers) {
            Some(service) => service::endpoint(service, "port", port, informers, rng)?,
            None => (ip.to_owned(), port),
        };
        if ip == caller.ip || ip.starts_with("127.") || ip == "::1" {
            return self.connect_pod(caller, caller.pod, port, machines);
        }
        let reached = self.connect_ip(caller, &ip, port, machines);
        match node_with_ip(&ip, informers) {
            Some(node) if reached.is_err() => {
                let target = node_port(node, port, informers, rng)?;
                match target {
                    Target::Pod(pod, port) => self.connect_pod(caller, &pod, port, machines),
                    Target::Address(ip, port) => self.connect_ip(caller, &ip, port, machines),
                }
            }
            _ => reached,
        }
    }

    /// Connects to whichever pod with the address listens.
    fn connect_ip(
        &mut self,
        caller: Caller<'_>,
        ip: &str,
        port: u16,
        machines: &mut dyn Machines,
    ) -> Result<Socket, NetError> {
        let mut result = Err(NetError::Unreachable);
        for pod in self.by_ip.get(ip).cloned().unwrap_or_default() {
            result = self.connect_pod(caller, &pod, port, machines);
            if result.is_ok() {
                break;
            }
        }
        result
    }

    fn connect_pod(
        &mut self,
        caller: Caller<'_>,
        pod: &PodUid,
        port: u16,
        machines: &mut dyn Machines,
    ) -> Result<Socket, NetError> {
        let (container, conn) = machines.accept(pod, port, caller.ip)?;
        self.last += 1;
        self.sockets.insert(self.last, Peer { client: caller.pod.clone(), pod: pod.clone(), container, conn });
        self.woken.insert(pod.clone());
        if pod != caller.pod && self.spoken.len() < MOST_SPOKEN {
            self.spoken.push((caller.pod.clone(), pod.clone()));
        }
        Ok(self.last)
    }

    fn peer<'m>(&mut self, socket: Socket, machines: &'m mut dyn Machines) -> Option<(&'m mut Kernel, ConnId)> {
        let peer = self.sockets.get(&socket)?;
        self.woken.insert(peer.pod.clone());
        Some((machines.machine(&peer.pod, &peer.container)?, peer.conn))
    }

    /// What the other end has sent.
    pub fn read(&mut self, socket: Socket, machines: &mut dyn Machines) -> Read {
        self.peer(socket, machines).map_or(Read::End, |(kernel, conn)| kernel.conn_read(conn))
    }

    /// Sends to the other end.
    pub fn write(&mut self, socket: Socket, data: &[u8], machines: &mut dyn Machines) {
        if let Some((kernel, conn)) = self.peer(socket, machines) {
            kernel.conn_write(conn, data);
        }
    }

    /// Ends a connection.
    pub fn close(&mut self, socket: Socket, machines: &mut dyn Machines) {
        if let Some((kernel, conn)) = self.peer(socket, machines) {
            kernel.conn_close(conn);
        }
        self.sockets.remove(&socket);
    }
}

/// Where a port of a node leads.
enum Target {
    Pod(PodUid, u16),
    Address(String, u16),
}

fn node_with_ip<'a>(ip: &str, informers: &'a Informers) -> Option<&'a Value> {
    let has = |node: &&Value| node.at("status.addresses").items().iter().any(|a| a["address"].str() == ip);
    informers.list_in(Resource::Nodes, "").find(has)
}

/// A port of a node: a pod's host port, or a service's node port.
fn node_port(node: &Value, port: u16, informers: &Informers, rng: &mut Rng) -> Result<Target, NetError> {
    let host_port = informers.pods_on(node.name()).find_map(|pod| {
        let mut ports = pod["spec"]["containers"].items().iter().flat_map(|c| c["ports"].items());
        let taken = ports.find(|p| p["hostPort"].int() == i64::from(port))?;
        Some(Target::Pod(PodUid::from(pod.uid()), u16::try_from(taken["containerPort"].int()).ok()?))
    });
    if let Some(target) = host_port {
        return Ok(target);
    }
    let service = service::with_node_port(port, informers).ok_or(NetError::Refused)?;
    let (ip, port) = service::endpoint(service, "nodePort", port, informers, rng)?;
    Ok(Target::Address(ip, port))
}
