//! What a machine needs from the world around it: the pod's network, the cluster's names, its volumes.

use super::files::Files;

/// A connection to another machine, named by the world.
pub type Socket = u64;

/// Why a connection or a name lookup failed. The tools word it (`curl: (7) …`).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NetError {
    /// No such name (NXDOMAIN).
    UnknownHost,
    /// Nobody listens there.
    Refused,
    /// No route, or a Service without endpoints: an ICMP error comes back.
    Unreachable,
    /// Packets vanish; the caller waits until its own timeout.
    Dropped,
}

/// Another process of the pod (or of the laptop) listens on this port.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PortInUse;

/// What a read finds; nothing here blocks.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Read {
    Data(Vec<u8>),
    Wait,
    End,
}

/// The world of one machine while it is stepped.
pub trait Env {
    /// Takes a port in the network namespace that the containers of a pod share.
    fn bind(&mut self, port: u16) -> Result<(), PortInUse>;
    fn release(&mut self, port: u16);
    /// The addresses of a name, or an address itself: `web`, `web.ns.svc.cluster.local`, `10.96.0.10`.
    fn resolve(&mut self, host: &str) -> Result<Vec<String>, NetError>;
    /// The names of an address.
    fn reverse(&mut self, _ip: &str) -> Vec<String> {
        Vec::new()
    }
    /// Opens a connection to an address. The machine has looked at its own listeners for loopback before.
    fn connect(&mut self, ip: &str, port: u16) -> Result<Socket, NetError>;
    fn read(&mut self, socket: Socket) -> Read;
    fn write(&mut self, socket: Socket, data: &[u8]);
    fn close(&mut self, socket: Socket);
    /// A volume that is mounted in this machine, by the name in [`super::kernel::Mount`].
    fn volume(&mut self, name: &str) -> Option<&mut Files>;
    /// Chance, for `$RANDOM` and the like.
    fn random(&mut self) -> u64;
}

/// A world with nothing in it: one machine alone.
#[derive(Clone, Debug, Default)]
pub struct Alone {
    draws: u64,
}

impl Env for Alone {
    fn bind(&mut self, _: u16) -> Result<(), PortInUse> {
        Ok(())
    }
    fn release(&mut self, _: u16) {}
    fn resolve(&mut self, host: &str) -> Result<Vec<String>, NetError> {
        match host.parse::<std::net::IpAddr>() {
            Ok(_) => Ok(vec![host.to_owned()]),
            Err(_) => Err(NetError::UnknownHost),
        }
    }
    fn connect(&mut self, host: &str, _: u16) -> Result<Socket, NetError> {
        // Its own listeners were asked before; of other machines it knows nothing.
        let own = host == "localhost" || host.parse::<std::net::IpAddr>().is_ok_and(|ip| ip.is_loopback());
        Err(if own { NetError::Refused } else { NetError::Unreachable })
    }
    fn read(&mut self, _: Socket) -> Read {
        Read::End
    }
    fn write(&mut self, _: Socket, _: &[u8]) {}
    fn close(&mut self, _: Socket) {}
    fn volume(&mut self, _: &str) -> Option<&mut Files> {
        None
    }
    fn random(&mut self) -> u64 {
        self.draws += 1;
        self.draws.wrapping_mul(0x9e37_79b9_7f4a_7c15)
    }
}
