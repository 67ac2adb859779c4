//! Admission: one file per plugin, one table. Models `k8s.io/apiserver/pkg/admission` and `plugin/pkg/admission`.

use crate::api::Resource;
use crate::apimachinery::{Status, Time, Value};
use crate::sim::Rng;

mod default_ingress_class;
mod default_tolerations;
mod limit_ranger;
mod namespace_lifecycle;
mod pod_security;
mod priority;
mod reader;
mod resource_quota;
mod runtime_class;
mod service_account;
mod storage;
mod taint_nodes;
#[cfg(test)]
mod tests;
mod webhook;

pub use reader::Reader;

/// What is being done to the object.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Operation {
    Create,
    Update,
    Delete,
    Connect,
}

/// One write, as the plugins see it. Models `admission.Attributes`.
pub struct Attributes<'a> {
    pub operation: Operation,
    pub resource: &'static Resource,
    /// "" for the main resource.
    pub subresource: &'a str,
    /// "" for what has none.
    pub namespace: &'a str,
    /// "" where the name is still to be generated.
    pub name: &'a str,
    /// Null on delete and connect.
    pub object: &'a mut Value,
    /// Null on create.
    pub old: &'a Value,
    /// Texts for `Warning` headers, in order.
    pub warnings: &'a mut Vec<String>,
}

/// What plugins may use besides the object.
pub struct Context<'a> {
    pub reader: &'a dyn Reader,
    pub now: Time,
    pub rng: &'a mut Rng,
}

/// One admission plugin. Each does nothing where it does not care.
trait Plugin {
    /// May change the object.
    fn admit(&self, _attributes: &mut Attributes, _context: &mut Context) -> Result<(), Status> {
        Ok(())
    }

    /// May only refuse.
    fn validate(&self, _attributes: &mut Attributes, _context: &mut Context) -> Result<(), Status> {
        Ok(())
    }
}

/// The plugins that are on by default and do something here, in the server's order.
const PLUGINS: [&dyn Plugin; 14] = [
    &namespace_lifecycle::NamespaceLifecycle,
    &limit_ranger::LimitRanger,
    &service_account::ServiceAccount,
    &taint_nodes::TaintNodesByCondition,
    &pod_security::PodSecurity,
    &priority::Priority,
    &default_tolerations::DefaultTolerationSeconds,
    &storage::ClaimResize,
    &storage::DefaultStorageClass,
    &storage::InUseProtection,
    &runtime_class::RuntimeClass,
    &default_ingress_class::DefaultIngressClass,
    &webhook::Webhooks,
    &resource_quota::ResourceQuota,
];

/// Mutating admission. Call before the generic store's create or update.
pub fn admit(attributes: &mut Attributes, context: &mut Context) -> Result<(), Status> {
    PLUGINS.iter().try_for_each(|p| p.admit(attributes, context))
}

/// Validating admission. Call after validation by the strategy.
pub fn validate(attributes: &mut Attributes, context: &mut Context) -> Result<(), Status> {
    PLUGINS.iter().try_for_each(|p| p.validate(attributes, context))
}

impl Attributes<'_> {
    /// True for this operation on the resource itself.
    fn is(&self, operation: Operation, group: &str, resource: &str) -> bool {
        self.operation == operation
            && self.resource.resource == resource
            && self.resource.group == group
            && self.subresource.is_empty()
    }

    fn creates_pod(&self) -> bool {
        self.is(Operation::Create, "", "pods")
    }

    /// The refusal of a plugin. Models `admission.NewForbidden`.
    fn forbidden(&self, why: &str) -> Status {
        let metadata = &self.object["metadata"];
        let name = [self.name, metadata["name"].str(), metadata["generateName"].str()];
        let name = name.into_iter().find(|n| !n.is_empty()).unwrap_or("Unknown");
        Status::forbidden(&self.resource.group_resource(), name, why)
    }
}
