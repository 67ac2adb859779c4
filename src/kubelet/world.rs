//! What a container's machine sees of the world: its pod's ports and volumes, and the network.

use super::pod::{Instance, Pod, Uid};
use crate::apimachinery::{Object, Value};
use crate::client::Informers;
use crate::network::{self, Caller, Machines, Network};
use crate::sh::{ConnId, Env, Files, Kernel, NetError, PortInUse, Read, Socket};
use crate::sim::Rng;
use std::collections::{BTreeMap, BTreeSet};

/// Pods by uid; boxed, since they are taken out while they are worked on.
pub type Pods = BTreeMap<Uid, Box<Pod>>;

/// All pods while one of them is taken out.
pub struct Neighbours<'a> {
    pub uid: &'a Uid,
    /// The containers of the pod that is taken out.
    pub siblings: &'a mut Vec<Instance>,
    pub others: &'a mut Pods,
}

impl Neighbours<'_> {
    fn containers(&mut self, uid: &Uid) -> Option<&mut Vec<Instance>> {
        if uid == self.uid {
            return Some(self.siblings);
        }
        self.others.get_mut(uid).map(|pod| &mut pod.instances)
    }
}

impl Machines for Neighbours<'_> {
    fn accept(&mut self, pod: &Uid, port: u16, peer: &str) -> Result<(String, ConnId), NetError> {
        let containers = self.containers(pod).ok_or(NetError::Unreachable)?;
        let found = containers.iter_mut().find_map(|container| {
            let conn = container.kernel.as_mut()?.connect(port, peer)?;
            Some((container.id.clone(), conn))
        });
        found.ok_or(NetError::Refused)
    }

    fn machine(&mut self, pod: &Uid, container: &str) -> Option<&mut Kernel> {
        self.containers(pod)?.iter_mut().find(|c| c.id == container)?.kernel.as_mut()
    }
}

/// The world of one container while its machine is stepped.
pub struct World<'a> {
    pub pods: Neighbours<'a>,
    pub object: &'a Value,
    pub ip: &'a str,
    pub volumes: &'a mut BTreeMap<String, Files>,
    /// Volumes that outlive the pod, by what they are mounted from.
    pub shared: &'a mut BTreeMap<String, Files>,
    pub ports: &'a mut BTreeSet<u16>,
    pub network: &'a mut Network,
    pub informers: &'a Informers,
    pub rng: &'a mut Rng,
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
        network::dns::resolve(host, self.object.namespace(), self.informers).ok_or(NetError::UnknownHost)
    }

    fn reverse(&mut self, ip: &str) -> Vec<String> {
        network::dns::reverse(ip, self.informers)
    }

    fn connect(&mut self, ip: &str, port: u16) -> Result<Socket, NetError> {
        let caller = Caller { pod: self.pods.uid, ip: self.ip };
        self.network.connect(caller, (ip, port), self.informers, self.rng, &mut self.pods)
    }

    fn read(&mut self, socket: Socket) -> Read {
        self.network.read(socket, &mut self.pods)
    }

    fn write(&mut self, socket: Socket, data: &[u8]) {
        self.network.write(socket, data, &mut self.pods);
    }

    fn close(&mut self, socket: Socket) {
        self.network.close(socket, &mut self.pods);
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
