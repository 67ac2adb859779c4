//! The generic store: what happens to an object of any kind between the handlers and etcd.
//! Models `apiserver/pkg/registry/generic/registry/store.go` and `registry/rest/{create,update,delete}.go`.

mod create;
mod delete;
mod meta;
mod resource;
mod service;
#[cfg(test)]
mod tests;
mod update;

pub use delete::{DeleteOptions, Deleted, Propagation, orphans_by_default};
pub use resource::ResourceInfo;

use crate::admission::Reader;
use crate::apimachinery::{Status, Time, Value};
use crate::sim::Rng;
use crate::storage;
use crate::storage::store::key_of;

/// Validating admission, which the handlers bring along. Models `rest.ValidateObjectFunc`.
pub trait Validator {
    /// `new` is null on delete, `old` on create.
    fn validate(&mut self, store: &storage::Store, rng: &mut Rng, new: &mut Value, old: &Value) -> Result<(), Status>;
}

/// No admission.
pub struct AlwaysAdmit;

impl Validator for AlwaysAdmit {
    fn validate(&mut self, _: &storage::Store, _: &mut Rng, _: &mut Value, _: &Value) -> Result<(), Status> {
        Ok(())
    }
}

/// One request's view of the store.
pub struct Registry<'a> {
    pub store: &'a mut storage::Store,
    pub rng: &'a mut Rng,
    pub now: Time,
    /// Do everything but write.
    pub dry_run: bool,
    pub admission: &'a mut dyn Validator,
    /// `metadata.managedFields` after this write; None leaves what is there.
    pub managed: Option<Value>,
    /// Texts for `Warning` headers, gathered on the way.
    pub warnings: Vec<String>,
}

/// Which of an object's parts an update may change.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Part {
    /// Everything but status: the resource itself.
    Main,
    /// Status: the `/status` subresource.
    Status,
    /// What the handler of the subresource itself has limited: `/binding`, `/ephemeralcontainers`, `/finalize`.
    Subresource,
}

impl Registry<'_> {
    /// The object as stored, or NotFound.
    pub fn get(&self, info: &ResourceInfo, namespace: &str, name: &str) -> Result<Value, Status> {
        self.store
            .get(&info.stored_as, &key_of(namespace, name))
            .cloned()
            .ok_or_else(|| Status::not_found(&info.group_resource, name))
    }

    /// Writes the object, unless this is a dry run. Returns it as stored.
    fn put(&mut self, info: &ResourceInfo, object: Value) -> Value {
        if self.dry_run {
            return object;
        }
        let key = key_of(object["metadata"]["namespace"].str(), object["metadata"]["name"].str());
        if info.stored_as == "services" {
            let old = self.store.get("services", &key).cloned().unwrap_or_default();
            service::record_addresses(self.store, self.rng, &self.now.rfc3339(), &object, &old);
        }
        self.store.put(&info.stored_as, &key, object)
    }

    fn remove(&mut self, info: &ResourceInfo, object: &Value) -> Option<Value> {
        if self.dry_run {
            return Some(object.clone());
        }
        let key = key_of(object["metadata"]["namespace"].str(), object["metadata"]["name"].str());
        if info.stored_as == "services" {
            service::record_addresses(self.store, self.rng, "", &Value::Null, object);
        }
        self.store.remove(&info.stored_as, &key)
    }
}

impl Reader for storage::Store {
    fn get(&self, group: &str, resource: &str, namespace: &str, name: &str) -> Option<Value> {
        let key = key_of(namespace, name);
        match group {
            "" => self.get(resource, &key).cloned(),
            _ => self.get(&[resource, group].join("."), &key).cloned(),
        }
    }

    fn list(&self, group: &str, resource: &str, namespace: &str) -> Vec<Value> {
        let resource = if group.is_empty() { resource.to_owned() } else { [resource, group].join(".") };
        self.list(&resource, namespace).map(|(_, v)| v.clone()).collect()
    }
}
