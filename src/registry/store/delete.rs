//! Deleting: preconditions, grace, finalizers. Models `Store.Delete` and `rest.BeforeDelete`.

use super::{Registry, ResourceInfo};
use crate::apimachinery::time::Duration;
use crate::apimachinery::{Object, Status, Time, Value};
use crate::object;

const ORPHAN: &str = "orphan";
const FOREGROUND: &str = "foregroundDeletion";

/// What becomes of dependents.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Propagation {
    Orphan,
    Background,
    Foreground,
}

/// `metav1.DeleteOptions`, read and checked.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct DeleteOptions {
    pub grace_period: Option<i64>,
    pub propagation: Option<Propagation>,
    /// The deprecated `orphanDependents` was false: a pending deletion is answered by 202.
    pub not_orphaned: bool,
    /// "" where there is no such precondition.
    pub uid: String,
    pub resource_version: String,
}

/// What a deletion came to.
#[derive(Clone, Debug, PartialEq)]
pub struct Deleted {
    /// The object as it is, or as it last was.
    pub object: Value,
    /// It is gone; false where a grace period or finalizers hold it.
    pub gone: bool,
}

/// What `BeforeDelete` found.
enum Grace {
    /// The kind has no grace, or none is left: goes at once unless finalizers hold it.
    None,
    /// A deletion is already under way and this one does not shorten it.
    Pending,
    /// The object was marked; it stays for so many seconds.
    Marked(i64),
}

impl Registry<'_> {
    pub fn delete(
        &mut self,
        info: &ResourceInfo,
        namespace: &str,
        name: &str,
        options: &DeleteOptions,
    ) -> Result<Deleted, Status> {
        let old = self.get(info, namespace, name)?;
        check_preconditions(info, &old, options)?;
        self.admission.validate(self.store, self.rng, &mut Value::Null, &old)?;
        if info.stored_as.as_str() == "namespaces" && !old.is_terminating() {
            return Ok(Deleted { object: self.mark_namespace(info, old), gone: false });
        }
        if info.stored_as.as_str() == "namespaces" && !old["spec"]["finalizers"].items().is_empty() {
            return Ok(Deleted { object: old, gone: false });
        }
        let mut object = old.clone();
        let grace = self.before_delete(info, &mut object, options);
        if matches!(grace, Grace::Pending) {
            return Ok(Deleted { object: old, gone: false });
        }
        if let Some(finalizers) = finalizers_for(info, &object, options) {
            if finalizers.is_empty() {
                object.remove("metadata.finalizers");
            } else {
                object.set("metadata.finalizers", finalizers.into_iter().collect::<Value>());
            }
        }
        let held = object.finalizers().next().is_some();
        match grace {
            Grace::Marked(seconds) if seconds > 0 || held => {
                Ok(Deleted { object: self.put_changed(info, object, &old), gone: false })
            }
            Grace::None if held => {
                mark(&mut object, self.now, Some(0));
                Ok(Deleted { object: self.put_changed(info, object, &old), gone: false })
            }
            _ => {
                // A kind with grace is marked first even where none is left: watchers see both.
                if matches!(grace, Grace::Marked(_)) && object != old {
                    object = self.put(info, object);
                }
                let gone = self.remove(info, &object).ok_or_else(|| Status::not_found(&info.group_resource, name))?;
                object.set_in(&["metadata", "resourceVersion"], gone["metadata"]["resourceVersion"].clone());
                Ok(Deleted { object, gone: true })
            }
        }
    }

    fn put_changed(&mut self, info: &ResourceInfo, object: Value, old: &Value) -> Value {
        if object == *old { object } else { self.put(info, object) }
    }

    fn before_delete(&self, info: &ResourceInfo, object: &mut Value, options: &DeleteOptions) -> Grace {
        // A negative period means one second.
        let requested = options.grace_period.map(|s| if s < 0 { 1 } else { s });
        let graceful = info.strategy.grace_period(object, requested);
        if object.is_terminating() {
            let Some(current) = object["metadata"]["deletionGracePeriodSeconds"].as_i64() else { return Grace::None };
            if graceful.is_none() && info.stored_as.as_str() != "pods" {
                return Grace::None;
            }
            return match requested {
                Some(period) if period < current => {
                    shorten(object, current, period);
                    Grace::Marked(period)
                }
                _ => Grace::Pending,
            };
        }
        let Some(seconds) = graceful else { return Grace::None };
        mark(object, self.now + Duration::from_secs(seconds.max(0).unsigned_abs()), Some(seconds));
        Grace::Marked(seconds)
    }

    /// A namespace is marked, and goes when its finalizers are done. Models `core/namespace/storage`.
    fn mark_namespace(&mut self, info: &ResourceInfo, old: Value) -> Value {
        let mut object = old;
        object.set("metadata.deletionTimestamp", self.now.rfc3339());
        object.set("status.phase", "Terminating");
        self.put(info, object)
    }
}

/// Sets the deletion time, and the generation that tells of it, once.
fn mark(object: &mut Value, at: Time, grace: Option<i64>) {
    let first = !object.is_terminating();
    let generation = object.generation();
    let metadata = object.path_mut(&["metadata"]).map_mut();
    if first {
        metadata.insert("deletionTimestamp", at.rfc3339());
        if generation > 0 {
            metadata.insert("generation", generation + 1);
        }
    }
    metadata.insert("deletionGracePeriodSeconds", Value::from(grace));
}

fn shorten(object: &mut Value, current: i64, period: i64) {
    let cut = Duration::from_secs(current.saturating_sub(period).max(0).unsigned_abs());
    if let Some(at) = object.deletion_timestamp() {
        object.set("metadata.deletionTimestamp", (at - cut).rfc3339());
    }
    object.set("metadata.deletionGracePeriodSeconds", period);
}

fn check_preconditions(info: &ResourceInfo, old: &Value, options: &DeleteOptions) -> Result<(), Status> {
    let kind = if info.group.is_empty() { info.kind.to_owned() } else { format!("{}.{}", info.kind, info.group) };
    let fails = |wanted: &str, found: &str| !wanted.is_empty() && wanted != found;
    let version = old["metadata"]["resourceVersion"].str();
    if fails(&options.uid, old.uid()) {
        let why = format!(
            "the UID in the precondition ({}) does not match the UID in record ({}). The object might have been \
             deleted and then recreated",
            options.uid,
            old.uid()
        );
        return Err(Status::conflict(&kind, old.name(), &why));
    }
    if fails(&options.resource_version, version) {
        let why = format!(
            "the ResourceVersion in the precondition ({}) does not match the ResourceVersion in record ({version}). \
             The object might have been modified",
            options.resource_version
        );
        return Err(Status::conflict(&kind, old.name(), &why));
    }
    Ok(())
}

/// The finalizers that the propagation policy asks for; None where they stay as they are. Models
/// `deletionFinalizersForGarbageCollection`.
fn finalizers_for(info: &ResourceInfo, object: &Value, options: &DeleteOptions) -> Option<Vec<Value>> {
    let has = |name: &str| object.finalizers().any(|f| f == name);
    let policy = match options.propagation {
        Some(policy) => policy,
        None if has(ORPHAN) => Propagation::Orphan,
        None if has(FOREGROUND) => Propagation::Foreground,
        None if orphans_by_default(info) => Propagation::Orphan,
        None => Propagation::Background,
    };
    let wanted = match policy {
        Propagation::Orphan => Some(ORPHAN),
        Propagation::Foreground => Some(FOREGROUND),
        Propagation::Background => None,
    };
    if has(ORPHAN) == (wanted == Some(ORPHAN)) && has(FOREGROUND) == (wanted == Some(FOREGROUND)) {
        return None;
    }
    let kept = object.finalizers().filter(|f| *f != ORPHAN && *f != FOREGROUND);
    Some(kept.chain(wanted).map(Value::from).collect())
}

/// Jobs and replication controllers leave their pods behind unless told otherwise.
pub fn orphans_by_default(info: &ResourceInfo) -> bool {
    matches!(info.stored_as.as_str(), "jobs.batch" | "replicationcontrollers")
}

impl Deleted {
    /// The `Status` by which most kinds answer a deletion that is done.
    pub fn status(info: &ResourceInfo, object: &Value) -> Value {
        let mut details = object! { "name" => object.name(), "kind" => info.resource.resource, "uid" => object.uid() };
        if !info.group.is_empty() {
            details.set("group", info.group);
        }
        object! {
            "kind" => "Status", "apiVersion" => "v1", "metadata" => object! {}, "status" => "Success",
            "details" => details,
        }
    }
}
