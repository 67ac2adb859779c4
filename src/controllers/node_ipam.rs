//! Gives each node a range of pod addresses, and the annotation of the TTL controller. Models
//! `pkg/controller/nodeipam` and `pkg/controller/ttl`.

use super::{Context, Controller};
use crate::apimachinery::{Object, Status, Time, Value};
use crate::client::{Delta, Informers, Resource, WorkQueue};
use crate::list;
use std::collections::BTreeSet;

/// Ranges are 10.244.N.0/24, and go on at 10.245.
const FIRST: (u32, u32) = (10, 244);
const MAX_RANGES: u32 = 2_048;
const TTL: &str = "node.alpha.kubernetes.io/ttl";

#[derive(Clone)]
pub struct NodeIpam;

impl NodeIpam {
    pub fn boxed() -> Box<dyn Controller> {
        Box::new(Self)
    }
}

fn range(n: u32) -> String {
    format!("{}.{}.{}.0/24", FIRST.0, FIRST.1 + n / 256, n % 256)
}

impl Controller for NodeIpam {
    fn name(&self) -> &'static str {
        "node-ipam-controller"
    }

    fn watches(&self) -> &'static [Resource] {
        &[Resource::Nodes]
    }

    fn enqueue(&mut self, delta: &Delta, _: &Informers, queue: &mut WorkQueue, _: Time) {
        if !delta.is_delete() {
            queue.add(&*delta.key);
        }
    }

    fn reconcile(&mut self, key: &str, context: &mut Context) -> Result<(), Status> {
        let Some(node) = context.get(Resource::Nodes, key) else { return Ok(()) };
        let has_range = !node.at("spec.podCIDR").str().is_empty();
        if has_range && node.annotation(TTL).is_some() {
            return Ok(());
        }
        // Read from the server: nodes that came in the same moment were given theirs a moment ago.
        let mut node = context.door().get(Resource::Nodes, key)?;
        if !has_range {
            let mut taken = BTreeSet::new();
            for name in context.informers.list_in(Resource::Nodes, "").map(|n| n.name().to_owned()).collect::<Vec<_>>()
            {
                if let Ok(other) = context.door().get(Resource::Nodes, &name) {
                    taken.insert(other.at("spec.podCIDR").str().to_owned());
                }
            }
            let free = (0..MAX_RANGES).map(range).find(|r| !taken.contains(r));
            let Some(free) = free else {
                return Err(Status::internal(
                    "CIDR allocation failed; there are no remaining CIDRs left to allocate in the accepted range",
                ));
            };
            node.set("spec.podCIDR", free.as_str());
            node.set("spec.podCIDRs", list![free]);
        }
        node.set_in(&["metadata", "annotations", TTL], "0");
        context.door().update(Resource::Nodes, node).map(|_: Value| ())
    }
}
