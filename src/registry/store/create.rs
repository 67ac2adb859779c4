//! Creating. Models `Store.create` and `rest.BeforeCreate`.

use super::{Registry, ResourceInfo, service};
use crate::apimachinery::{Status, Value};
use crate::storage::store::key_of;

/// The longest a generated name may be, and how many of its characters are random.
const MAX_NAME: usize = 63;
const SUFFIX: usize = 5;

impl Registry<'_> {
    /// Completes, validates and stores a new object. Its namespace is already set.
    pub fn create(&mut self, info: &ResourceInfo, mut object: Value) -> Result<Value, Status> {
        self.fill_system_fields(&mut object);
        if info.stored_as == "services" {
            service::allocate_create(self.store, self.rng, &mut object)?;
        }
        info.strategy.begin_create(&mut object, self.store, self.rng)?;
        info.strategy.prepare_for_create(&mut object);
        let errors = info.strategy.validate(&object);
        if !errors.is_empty() {
            return Err(Status::invalid(&info.gvk, object["metadata"]["name"].str(), &errors));
        }
        self.warnings.extend(info.strategy.warnings(&object, None));
        info.strategy.canonicalize(&mut object);
        self.admission.validate(self.store, self.rng, &mut object, &Value::Null)?;
        let (namespace, name) = (object["metadata"]["namespace"].str(), object["metadata"]["name"].str());
        if self.store.get(&info.stored_as, &key_of(namespace, name)).is_some() {
            return Err(Status::already_exists(&info.group_resource, name));
        }
        Ok(self.put(info, object))
    }

    /// Uid, creation time and generated name; clears what only the server sets. Models
    /// `rest.FillObjectMetaSystemFields`.
    fn fill_system_fields(&mut self, object: &mut Value) {
        let metadata = object.path_mut(&["metadata"]).map_mut();
        for name in ["deletionTimestamp", "deletionGracePeriodSeconds", "selfLink", "managedFields", "resourceVersion"]
        {
            metadata.remove(name);
        }
        if let Some(managed) = self.managed.take().filter(|m| !m.items().is_empty()) {
            metadata.insert("managedFields", managed);
        }
        metadata.insert("creationTimestamp", self.now.rfc3339());
        metadata.insert("uid", self.rng.uuid());
        let unnamed = metadata.get("name").is_none_or(|n| n.str().is_empty());
        let base = metadata.get("generateName").map_or("", |g| g.str());
        if unnamed && !base.is_empty() {
            let end = (0..=base.len().min(MAX_NAME - SUFFIX)).rev().find(|i| base.is_char_boundary(*i)).unwrap_or(0);
            let name = [base.get(..end).unwrap_or(""), &self.rng.suffix(SUFFIX)].concat();
            metadata.insert("name", name);
        }
    }
}
