//! Deletes what lost its owner, and handles foreground and orphaning deletes. Models `pkg/controller/garbagecollector`.

use super::{Context, Controller};
use crate::apimachinery::{Object, Status, Time, Value};
use crate::client::{Delta, Informers, PatchType, Resource, WorkQueue};
use crate::object;

const ORPHAN: &str = "orphan";
const FOREGROUND: &str = "foregroundDeletion";

#[derive(Clone)]
pub struct GarbageCollector;

impl GarbageCollector {
    pub fn boxed() -> Box<dyn Controller> {
        Box::new(Self)
    }
}

/// Queue keys hold the resource: `Pods default/a`.
fn queue_key(resource: Resource, key: &str) -> String {
    format!("{} {key}", resource as usize)
}

fn read_key(key: &str) -> Option<(Resource, &str)> {
    let (resource, key) = key.split_once(' ')?;
    Some((Resource::all().nth(resource.parse().ok()?)?, key))
}

fn has_finalizer(object: &Value, name: &str) -> bool {
    object.finalizers().any(|f| f == name)
}

impl Controller for GarbageCollector {
    fn name(&self) -> &'static str {
        "garbage-collector-controller"
    }

    /// Everything in the informers' table may own or be owned.
    fn watches(&self) -> &'static [Resource] {
        &[]
    }

    fn enqueue(&mut self, delta: &Delta, informers: &Informers, queue: &mut WorkQueue, _: Time) {
        let object = delta.object();
        // Owners that ended, or that wait for their dependents.
        if delta.is_delete() {
            for (resource, dependent) in informers.owned_by(object.uid()) {
                queue.add(queue_key(resource, &dependent.key()));
            }
            for owner in object.owner_references().iter().filter(|r| r["blockOwnerDeletion"].bool()) {
                queue_owner(owner, object.namespace(), informers, queue);
            }
        } else if object.is_terminating() && (has_finalizer(object, ORPHAN) || has_finalizer(object, FOREGROUND)) {
            queue.add(queue_key(delta.resource, &delta.key));
        } else if !object.owner_references().is_empty() && (delta.is_add() || delta.changed("metadata.ownerReferences"))
        {
            queue.add(queue_key(delta.resource, &delta.key));
        }
    }

    fn reconcile(&mut self, key: &str, context: &mut Context) -> Result<(), Status> {
        let Some((resource, key)) = read_key(key) else { return Ok(()) };
        let Some(object) = context.get(resource, key).cloned() else { return Ok(()) };
        if object.is_terminating() {
            if has_finalizer(&object, ORPHAN) {
                return orphan_dependents(resource, &object, context);
            }
            if has_finalizer(&object, FOREGROUND) {
                return delete_in_foreground(resource, &object, context);
            }
            return Ok(());
        }
        attempt_to_delete(resource, &object, context)
    }
}

fn queue_owner(owner: &Value, namespace: &str, informers: &Informers, queue: &mut WorkQueue) {
    if let Some((resource, key)) = owner_key(owner, namespace) {
        if informers.get(resource, &key).is_some_and(|o| o.is_terminating()) {
            queue.add(queue_key(resource, &key));
        }
    }
}

fn owner_key(owner: &Value, namespace: &str) -> Option<(Resource, String)> {
    let resource = Resource::of_kind(owner["apiVersion"].str(), owner["kind"].str())?;
    let name = owner["name"].str();
    let key = if resource.is_namespaced() { format!("{namespace}/{name}") } else { name.to_owned() };
    Some((resource, key))
}

/// How an owner stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Owner {
    Solid,
    /// Gone.
    Dangling,
    /// Waits for its dependents to go first.
    Waiting,
}

fn look_up(owner: &Value, namespace: &str, context: &mut Context) -> Owner {
    // Of kinds outside the table nothing is known: they are taken to be there.
    let Some((resource, key)) = owner_key(owner, namespace) else { return Owner::Solid };
    let same = |found: &Value| found.uid() == owner["uid"].str();
    let cached = context.get(resource, &key).filter(|o| same(o)).cloned();
    // A cache may lag; what seems gone is asked for.
    let found = cached.or_else(|| context.door().get(resource, &key).ok().filter(|o| same(o)));
    match found {
        None => Owner::Dangling,
        Some(o) if o.is_terminating() && has_finalizer(&o, FOREGROUND) => Owner::Waiting,
        Some(_) => Owner::Solid,
    }
}

/// Deletes an object whose owners are all gone; of several owners, drops the references to those that are.
fn attempt_to_delete(resource: Resource, object: &Value, context: &mut Context) -> Result<(), Status> {
    let owners = object.owner_references();
    if owners.is_empty() {
        return Ok(());
    }
    let stands: Vec<Owner> = owners.iter().map(|o| look_up(o, object.namespace(), context)).collect();
    if stands.contains(&Owner::Solid) {
        let gone = owners.iter().zip(&stands).filter(|(_, s)| **s != Owner::Solid).map(|(o, _)| o["uid"].str());
        let gone: Vec<&str> = gone.collect();
        return if gone.is_empty() { Ok(()) } else { drop_references(resource, object, &gone, context) };
    }
    let waiting = stands.contains(&Owner::Waiting);
    let has_dependents = context.informers.owned_by(object.uid()).next().is_some();
    let policy = match () {
        _ if waiting && has_dependents => "Foreground",
        _ if has_finalizer(object, ORPHAN) => "Orphan",
        _ if has_finalizer(object, FOREGROUND) => "Foreground",
        _ => "Background",
    };
    delete(resource, object, policy, context)
}

fn delete(resource: Resource, object: &Value, policy: &str, context: &mut Context) -> Result<(), Status> {
    let options = object! {
        "apiVersion" => "v1", "kind" => "DeleteOptions", "propagationPolicy" => policy,
        "preconditions" => object! { "uid" => object.uid() },
    };
    match context.door().delete(resource, &object.key(), options) {
        Err(status) if status.code == 404 || status.code == 409 => Ok(()),
        other => other.map(|_| ()),
    }
}

fn drop_references(resource: Resource, object: &Value, uids: &[&str], context: &mut Context) -> Result<(), Status> {
    let kept: Vec<Value> =
        object.owner_references().iter().filter(|r| !uids.contains(&r["uid"].str())).cloned().collect();
    let references = if kept.is_empty() { Value::Null } else { Value::from(kept) };
    let metadata = object! { "ownerReferences" => references, "uid" => object.uid() };
    let patch = object! { "metadata" => metadata };
    match context.door().patch(resource, &object.key(), PatchType::Merge, patch) {
        Err(status) if status.code == 404 || status.code == 409 || status.code == 422 => Ok(()),
        other => other.map(|_| ()),
    }
}

/// Takes the owner out of its dependents, then lets it go.
fn orphan_dependents(resource: Resource, object: &Value, context: &mut Context) -> Result<(), Status> {
    let dependents: Vec<(Resource, Value)> =
        context.informers.owned_by(object.uid()).map(|(r, o)| (r, o.clone())).collect();
    for (kind, dependent) in dependents {
        drop_references(kind, &dependent, &[object.uid()], context)?;
    }
    remove_finalizer(resource, object, ORPHAN, context)
}

/// Deletes the dependents; the owner goes when none is left that blocks it.
fn delete_in_foreground(resource: Resource, object: &Value, context: &mut Context) -> Result<(), Status> {
    let dependents: Vec<(Resource, Value)> =
        context.informers.owned_by(object.uid()).map(|(r, o)| (r, o.clone())).collect();
    let blocks = |d: &Value| {
        d.owner_references().iter().any(|r| r["uid"].str() == object.uid() && r["blockOwnerDeletion"].bool())
    };
    let blocked = dependents.iter().any(|(_, d)| blocks(d));
    for (kind, dependent) in dependents.iter().filter(|(_, d)| !d.is_terminating()) {
        attempt_to_delete(*kind, dependent, context)?;
    }
    if blocked { Ok(()) } else { remove_finalizer(resource, object, FOREGROUND, context) }
}

fn remove_finalizer(resource: Resource, object: &Value, name: &str, context: &mut Context) -> Result<(), Status> {
    let kept: Vec<Value> = object.finalizers().filter(|f| *f != name).map(Value::from).collect();
    let finalizers = if kept.is_empty() { Value::Null } else { Value::from(kept) };
    let metadata = object! {
        "finalizers" => finalizers, "resourceVersion" => object.metadata()["resourceVersion"].clone(),
    };
    let patch = object! { "metadata" => metadata };
    match context.door().patch(resource, &object.key(), PatchType::Merge, patch) {
        Err(status) if status.code == 404 => Ok(()),
        other => other.map(|_| ()),
    }
}
