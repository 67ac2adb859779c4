//! A namespace must exist to be written into, and must not be ending. Models the admission plugin
//! `NamespaceLifecycle`, which comes before all others.

use super::{ApiServer, Call};
use crate::apimachinery::{Object, Status};
use crate::{list, object};

/// Namespaces that may not be deleted.
const IMMORTAL: [&str; 3] = ["default", "kube-system", "kube-public"];

impl ApiServer {
    pub(super) fn check_namespace(&self, call: &Call, name: &str) -> Result<(), Status> {
        let namespace = call.info.namespace;
        if namespace.is_empty() || !call.resource.namespaced {
            return Ok(());
        }
        let Some(found) = self.store.get("namespaces", namespace) else {
            return Err(Status::not_found("namespaces", namespace));
        };
        if !found.is_terminating() {
            return Ok(());
        }
        let why = format!("unable to create new content in namespace {namespace} because it is being terminated");
        let mut status = Status::forbidden(&call.resource.group_resource, name, &why);
        let cause = object! {
            "reason" => "NamespaceTerminating", "message" => format!("namespace {namespace} is being terminated"),
            "field" => "metadata.namespace",
        };
        status.details.map_mut().insert("causes", list![cause]);
        Err(status)
    }

    pub(super) fn check_immortal(&self, call: &Call, name: &str) -> Result<(), Status> {
        if call.resource.stored_as == "namespaces" && IMMORTAL.contains(&name) {
            return Err(Status::forbidden("namespaces", name, "this namespace may not be deleted"));
        }
        Ok(())
    }
}
