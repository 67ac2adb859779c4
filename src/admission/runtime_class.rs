//! A pod's runtime class must exist. Models `RuntimeClass`.

use super::{Attributes, Context, Plugin};
use crate::apimachinery::Status;

pub struct RuntimeClass;

impl Plugin for RuntimeClass {
    fn admit(&self, attributes: &mut Attributes, context: &mut Context) -> Result<(), Status> {
        if !attributes.creates_pod() {
            return Ok(());
        }
        let name = attributes.object["spec"]["runtimeClassName"].str();
        if name.is_empty() {
            return Ok(());
        }
        let Some(class) = context.reader.get("node.k8s.io", "runtimeclasses", "", name) else {
            return Err(attributes.forbidden(&format!("pod rejected: RuntimeClass {name:?} not found")));
        };
        let overhead = &class["overhead"]["podFixed"];
        if !overhead.is_empty() && attributes.object["spec"]["overhead"].is_empty() {
            attributes.object.set("spec.overhead", overhead.clone());
        }
        Ok(())
    }
}
