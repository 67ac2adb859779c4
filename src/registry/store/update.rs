//! Updating. Models `Store.Update` and `rest.BeforeUpdate`.

use super::{Part, Registry, ResourceInfo, meta, service};
use crate::apimachinery::{Object, Status, Value, field};
use crate::storage::store::key_of;

impl Registry<'_> {
    /// Replaces the object by `new` where the rules allow. Returns it as stored, and true where it was created.
    pub fn update(
        &mut self,
        info: &ResourceInfo,
        namespace: &str,
        name: &str,
        mut new: Value,
        part: Part,
    ) -> Result<(Value, bool), Status> {
        let Some(old) = self.store.get(&info.stored_as, &key_of(namespace, name)).cloned() else {
            if part == Part::Main && info.strategy.allow_create_on_update() {
                return Ok((self.create(info, new)?, true));
            }
            return Err(Status::not_found(&info.group_resource, name));
        };
        check_version(info, name, &new, &old)?;
        // Subresources know themselves whether what they change is a new generation.
        let generation = new["metadata"]["generation"].clone();
        meta::keep_system_fields(&mut new, &old);
        if let Some(managed) = self.managed.take().filter(|m| !m.items().is_empty()) {
            new.set("metadata.managedFields", managed);
        }
        if part == Part::Subresource && generation.int() > old["metadata"]["generation"].int() {
            new.set("metadata.generation", generation);
        }
        match part {
            Part::Main => {
                if info.stored_as == "services" {
                    service::allocate_update(self.store, self.rng, &mut new, &old)?;
                }
                info.strategy.begin_update(&mut new, &old, self.store, self.rng)?;
                info.strategy.prepare_for_update(&mut new, &old);
            }
            Part::Status => info.strategy.prepare_for_status_update(&mut new, &old),
            Part::Subresource => {}
        }
        let mut errors = match part {
            Part::Main => info.strategy.validate_update(&new, &old),
            Part::Status => info.strategy.validate_status_update(&new, &old),
            Part::Subresource => Vec::new(),
        };
        for error in meta::validate_update(&new, &old) {
            if !errors.contains(&error) {
                errors.push(error);
            }
        }
        if !errors.is_empty() {
            return Err(Status::invalid(&info.gvk, name, &errors));
        }
        self.warnings.extend(info.strategy.warnings(&new, Some(&old)));
        info.strategy.canonicalize(&mut new);
        self.admission.validate(self.store, self.rng, &mut new, &old)?;
        if let Some(gone) = self.delete_during_update(info, &new) {
            return Ok((gone, false));
        }
        new.set_in(&["metadata", "resourceVersion"], old["metadata"]["resourceVersion"].clone());
        if new == old {
            return Ok((old, false));
        }
        Ok((self.put(info, new), false))
    }

    /// The last finalizer is gone: the update is the deletion. Models `ShouldDeleteDuringUpdate`.
    fn delete_during_update(&mut self, info: &ResourceInfo, new: &Value) -> Option<Value> {
        let metadata = new.metadata();
        let waits = !metadata["finalizers"].items().is_empty()
            || metadata["deletionGracePeriodSeconds"].int() != 0
            || (info.stored_as == "namespaces" && !new["spec"]["finalizers"].items().is_empty());
        if !new.is_terminating() || waits {
            return None;
        }
        let mut gone = self.remove(info, new)?;
        let revision = gone["metadata"]["resourceVersion"].clone();
        gone = new.clone();
        gone.set_in(&["metadata", "resourceVersion"], revision);
        Some(gone)
    }
}

/// The optimistic lock, and the uid that the caller may have named.
fn check_version(info: &ResourceInfo, name: &str, new: &Value, old: &Value) -> Result<(), Status> {
    let (uid, old_uid) = (new.uid(), old.uid());
    if !uid.is_empty() && uid != old_uid {
        let key = meta::etcd_key(info, old);
        let why = format!(
            "StorageError: invalid object, Code: 4, Key: {key}, ResourceVersion: 0, AdditionalErrorMsg: \
             Precondition failed: UID in precondition: {uid}, UID in object meta: {old_uid}"
        );
        return Err(Status::conflict(&info.group_resource, name, &why));
    }
    let version = new["metadata"]["resourceVersion"].str();
    if version.is_empty() || version == "0" {
        if info.strategy.allow_unconditional_update() {
            return Ok(());
        }
        let path = field::Path::new("metadata").child("resourceVersion");
        let error = field::Error::invalid(&path, 0i64, "must be specified for an update");
        return Err(Status::invalid(&info.gvk, name, &vec![error]));
    }
    if version.parse::<u64>().is_err() {
        let path = field::Path::new("metadata").child("resourceVersion");
        let detail = format!("strconv.ParseUint: parsing {version:?}: invalid syntax");
        return Err(Status::invalid(&info.gvk, name, &vec![field::Error::invalid(&path, version, detail)]));
    }
    if version != old["metadata"]["resourceVersion"].str() {
        return Err(Status::modified(&info.group_resource, name));
    }
    Ok(())
}
