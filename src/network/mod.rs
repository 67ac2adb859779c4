//! The cluster's network: addresses, names, services, and connections between the machines of pods. Models what CNI,
//! CoreDNS and kube-proxy do together. It knows pods by uid and reaches their machines through [`Machines`] only.

pub mod addresses;
pub mod dns;
mod fabric;
mod service;
#[cfg(test)]
mod tests;

pub use addresses::Addresses;
pub use fabric::{Caller, Machines, Network};

use std::rc::Rc;

/// A pod's uid.
pub type PodUid = Rc<str>;
