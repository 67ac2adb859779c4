//! A new node takes no pods until it is ready. Models `TaintNodesByCondition`.

use super::{Attributes, Context, Operation, Plugin};
use crate::apimachinery::Status;
use crate::object;

pub struct TaintNodesByCondition;

const KEY: &str = "node.kubernetes.io/not-ready";

impl Plugin for TaintNodesByCondition {
    fn admit(&self, attributes: &mut Attributes, _: &mut Context) -> Result<(), Status> {
        if !attributes.is(Operation::Create, "", "nodes") {
            return Ok(());
        }
        let taints = attributes.object["spec"]["taints"].items();
        if !taints.iter().any(|t| t["key"].str() == KEY && t["effect"].str() == "NoSchedule") {
            let taint = object! { "key" => KEY, "effect" => "NoSchedule" };
            attributes.object.path_mut(&["spec", "taints"]).list_mut().push(taint);
        }
        Ok(())
    }
}
