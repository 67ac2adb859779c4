//! One served resource: what discovery tells of it and what the handlers and the generic store need.

use crate::api::Resource;
use crate::api::schema::{self, Type};
use crate::apimachinery::{GroupVersionKind, Value};
use crate::registry::strategy::Strategy;
use std::ops::Deref;

/// A resource in one version of its group, with what is derived from it once.
#[derive(Clone)]
pub struct ResourceInfo {
    /// Names, verbs, subresources.
    pub resource: &'static Resource,
    pub gvk: GroupVersionKind,
    /// `apps/v1`
    pub api_version: String,
    /// `deployments.apps`: as errors name it.
    pub group_resource: String,
    /// The resource under which the objects are stored: the same, but `events` for `events.events.k8s.io`.
    pub stored_as: String,
    pub strategy: &'static dyn Strategy,
    /// The CustomResourceDefinition; null for what is built in.
    pub definition: Value,
    /// The fields of the objects.
    pub schema: Option<&'static Type>,
}

impl Deref for ResourceInfo {
    type Target = Resource;
    fn deref(&self) -> &Resource {
        self.resource
    }
}

impl ResourceInfo {
    pub fn new(resource: &'static Resource, strategy: &'static dyn Strategy) -> Self {
        let gvk = GroupVersionKind::new(resource.group, resource.version, resource.kind);
        let group_resource = match resource.group {
            "" => resource.resource.to_owned(),
            group => format!("{}.{group}", resource.resource),
        };
        let stored_as = match group_resource.as_str() {
            "events.events.k8s.io" => "events".to_owned(),
            _ => group_resource.clone(),
        };
        Self {
            resource,
            api_version: gvk.api_version(),
            schema: schema::by_gvk(&gvk.group, &gvk.version, &gvk.kind),
            gvk,
            group_resource,
            stored_as,
            strategy,
            definition: Value::Null,
        }
    }

    pub fn serves(&self, verb: &str) -> bool {
        self.verbs.contains(&verb)
    }

    pub fn subresource(&self, name: &str) -> Option<&crate::api::resources::Subresource> {
        self.subresources.iter().find(|s| s.name == name)
    }
}
