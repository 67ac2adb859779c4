//! The resources that are served now: those built in, and those that CustomResourceDefinitions add.

use crate::api::{Resource, resources};
use crate::registry::store::ResourceInfo;
use crate::registry::strategy_for;
use std::collections::BTreeMap;
use std::rc::Rc;

/// Resources by plural name, group and version.
#[derive(Clone)]
pub struct Catalog {
    by_plural: BTreeMap<String, Vec<Rc<ResourceInfo>>>,
    /// In the order of discovery.
    all: Vec<Rc<ResourceInfo>>,
}

impl Catalog {
    /// The resources that every server has.
    pub fn built_in() -> Self {
        let mut catalog = Self { by_plural: BTreeMap::new(), all: Vec::new() };
        for resource in resources::all() {
            catalog.add(ResourceInfo::new(resource, strategy_for(resource.group, resource.resource)));
        }
        catalog
    }

    pub fn add(&mut self, info: ResourceInfo) {
        let info = Rc::new(info);
        self.by_plural.entry(info.resource.resource.to_owned()).or_default().push(info.clone());
        self.all.push(info);
    }

    /// Takes out what a predicate names (the resources of a CustomResourceDefinition).
    pub fn remove(&mut self, gone: impl Fn(&Resource) -> bool) {
        self.all.retain(|i| !gone(i));
        for list in self.by_plural.values_mut() {
            list.retain(|i| !gone(i));
        }
    }

    pub fn find(&self, group: &str, version: &str, plural: &str) -> Option<&Rc<ResourceInfo>> {
        self.by_plural.get(plural)?.iter().find(|i| i.group == group && i.version == version)
    }

    /// The resource of a kind in some version of a group.
    pub fn by_kind(&self, group: &str, version: &str, kind: &str) -> Option<&Rc<ResourceInfo>> {
        self.all.iter().find(|i| i.group == group && i.version == version && i.kind == kind)
    }

    /// All resources, in the order of discovery.
    pub fn all(&self) -> &[Rc<ResourceInfo>] {
        &self.all
    }

    pub fn has_version(&self, group: &str, version: &str) -> bool {
        self.all.iter().any(|i| i.group == group && i.version == version)
    }

    pub fn has_group(&self, group: &str) -> bool {
        self.all.iter().any(|i| i.group == group)
    }
}
