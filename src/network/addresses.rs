//! The addresses of a node's pods, given out in turn as the `host-local` plugin does.

use std::collections::BTreeSet;
use std::net::Ipv4Addr;

/// A node's range, as far as it is taken.
#[derive(Clone, Debug)]
pub struct Addresses {
    last: u32,
    taken: BTreeSet<u32>,
}

impl Default for Addresses {
    fn default() -> Self {
        // The first is the network, the second its gateway.
        Self { last: 1, taken: BTreeSet::new() }
    }
}

impl Addresses {
    /// Takes the next free address of a range such as `10.244.0.0/24`; None where all are taken.
    pub fn take(&mut self, cidr: &str) -> Option<String> {
        let (network, bits) = cidr.split_once('/')?;
        let base = u32::from(network.parse::<Ipv4Addr>().ok()?);
        let size = 1u32.checked_shl(32u32.checked_sub(bits.parse().ok()?)?)?;
        for _ in 0..size {
            self.last = if self.last + 2 >= size { 2 } else { self.last + 1 };
            if self.taken.insert(self.last) {
                return Some(Ipv4Addr::from(base + self.last).to_string());
            }
        }
        None
    }

    /// Gives an address back.
    pub fn release(&mut self, ip: &str) {
        if let Ok(ip) = ip.parse::<Ipv4Addr>() {
            self.taken.remove(&(u32::from(ip) & 0xff));
        }
    }
}
