//! Nothing is made in a namespace that is missing or ending, and some namespaces stay.
//! Models `NamespaceLifecycle`.

use super::{Attributes, Context, Operation, Plugin};
use crate::apimachinery::{Status, Value};
use crate::{list, object};

pub struct NamespaceLifecycle;

const IMMORTAL: [&str; 3] = ["default", "kube-system", "kube-public"];

impl Plugin for NamespaceLifecycle {
    fn admit(&self, attributes: &mut Attributes, context: &mut Context) -> Result<(), Status> {
        let is_namespace = attributes.resource.group.is_empty() && attributes.resource.resource == "namespaces";
        if is_namespace {
            let refused = attributes.operation == Operation::Delete && IMMORTAL.contains(&attributes.name);
            return if refused { Err(attributes.forbidden("this namespace may not be deleted")) } else { Ok(()) };
        }
        if attributes.namespace.is_empty() || attributes.operation == Operation::Delete {
            return Ok(());
        }
        let Some(namespace) = context.reader.get("", "namespaces", "", attributes.namespace) else {
            return Err(Status::not_found("namespaces", attributes.namespace));
        };
        if attributes.operation != Operation::Create || namespace["status"]["phase"].str() != "Terminating" {
            return Ok(());
        }
        Err(terminating(attributes))
    }
}

fn terminating(attributes: &Attributes) -> Status {
    let name = attributes.namespace;
    let why = format!("unable to create new content in namespace {name} because it is being terminated");
    let mut status = attributes.forbidden(&why);
    let cause = object! {
        "reason" => "NamespaceTerminating", "message" => format!("namespace {name} is being terminated"),
        "field" => "metadata.namespace",
    };
    let causes: Value = list![cause];
    status.details.set("causes", causes);
    status
}
