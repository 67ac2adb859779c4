//! Controller revisions: what a daemon set's or stateful set's template was. Models `pkg/controller/history`.

use super::{Context, hash, pods};
use crate::apimachinery::labels::Selector;
use crate::apimachinery::{Object, Status, Value};
use crate::client::{PatchType, Resource};
use crate::{list, object};

/// The label that says of which revision a pod is.
pub const HASH_LABEL: &str = "controller-revision-hash";

/// The revisions of an owner, the oldest first; those that were left behind are adopted.
pub fn list(owner: &Value, context: &mut Context) -> Vec<Value> {
    let owned = context.informers.owned(Resource::ControllerRevisions, owner.uid());
    let mut revisions: Vec<Value> = owned.filter(|r| pods::is_controlled_by(r, owner)).cloned().collect();
    revisions.extend(adopt(owner, context));
    revisions.sort_by(|a, b| a["revision"].int().cmp(&b["revision"].int()).then_with(|| a.name().cmp(b.name())));
    revisions
}

/// Takes over revisions without a controller that the owner selects.
fn adopt(owner: &Value, context: &mut Context) -> Vec<Value> {
    let Ok(selector) = Selector::from_label_selector(&owner["spec"]["selector"]) else { return Vec::new() };
    let orphans: Vec<Value> = context
        .informers
        .list_in(Resource::ControllerRevisions, owner.namespace())
        .filter(|r| r.controller_of().is_none() && selector.matches(r.labels()) && !owner.is_terminating())
        .cloned()
        .collect();
    let mut adopted = Vec::new();
    for orphan in orphans {
        let metadata = object! { "ownerReferences" => list![pods::controller_ref(owner)], "uid" => orphan.uid() };
        let patch = object! { "metadata" => metadata };
        let key = orphan.key();
        adopted.extend(context.door().patch(Resource::ControllerRevisions, &key, PatchType::Strategic, patch));
    }
    adopted
}

/// What a revision holds: a patch that puts the template back.
fn data(owner: &Value) -> Value {
    let mut template = owner["spec"]["template"].clone();
    template.map_mut().insert("$patch", "replace");
    object! { "spec" => object! { "template" => template } }
}

/// The revision of the present template: made where there is none, numbered anew where an old one came back.
pub fn current(owner: &Value, revisions: &mut Vec<Value>, context: &mut Context) -> Result<Value, Status> {
    let data = data(owner);
    let next = revisions.last().map_or(0, |r| r["revision"].int()) + 1;
    if let Some(at) = revisions.iter().position(|r| r["data"].same(&data)) {
        if at + 1 == revisions.len() {
            return Ok(revisions.get(at).cloned().unwrap_or_default());
        }
        let mut back = revisions.remove(at);
        back.set("revision", next);
        let back = context.door().update(Resource::ControllerRevisions, back)?;
        revisions.push(back.clone());
        return Ok(back);
    }
    let collisions = owner.at("status.collisionCount").as_i64().filter(|n| *n > 0);
    let hash = match owner["kind"].str() {
        "DaemonSet" => hash::of_template(&owner["spec"]["template"], collisions),
        _ => hash::of_patch(&data, collisions.unwrap_or(0)),
    };
    let mut labels = owner.at("spec.template.metadata.labels").clone();
    labels.map_mut().insert(HASH_LABEL, hash.as_str());
    let mut annotations = owner.annotations().clone();
    if !annotations.is_null() {
        annotations.map_mut().remove("kubectl.kubernetes.io/last-applied-configuration");
    }
    let mut metadata = object! {
        "name" => format!("{}-{hash}", owner.name()), "namespace" => owner.namespace(), "labels" => labels,
        "ownerReferences" => list![pods::controller_ref(owner)],
    };
    if !annotations.is_empty() {
        metadata.map_mut().insert("annotations", annotations);
    }
    let revision = object! {
        "apiVersion" => "apps/v1", "kind" => "ControllerRevision", "metadata" => metadata, "data" => data,
        "revision" => next,
    };
    let made = context.door().create(Resource::ControllerRevisions, owner.namespace(), revision)?;
    revisions.push(made.clone());
    Ok(made)
}

/// The hash of a revision.
pub fn hash_of(revision: &Value) -> &str {
    revision.label(HASH_LABEL).unwrap_or("")
}

/// Deletes the oldest revisions beyond the owner's limit that no pod is of.
pub fn truncate(owner: &Value, revisions: &[Value], live: &[&str], context: &mut Context) {
    let limit = owner.at("spec.revisionHistoryLimit").as_i64().unwrap_or(10);
    let unused: Vec<&Value> =
        revisions.iter().filter(|r| !live.contains(&hash_of(r)) && !live.contains(&r.name())).collect();
    let surplus = unused.len().saturating_sub(usize::try_from(limit).unwrap_or(0));
    for revision in unused.into_iter().take(surplus) {
        let _ = context.door().delete(Resource::ControllerRevisions, &revision.key(), Value::Null);
    }
}

/// Takes a revision's template over into the owner's pods of that revision.
pub fn template_of(revision: &Value) -> Value {
    let mut template = revision["data"]["spec"]["template"].clone();
    if !template.is_null() {
        template.map_mut().remove("$patch");
    }
    template
}
