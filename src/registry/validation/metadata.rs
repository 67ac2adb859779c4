//! `metadata` of every object. Models `apimachinery/pkg/api/validation` (`ValidateObjectMeta`).

use super::invalid_each;
use crate::apimachinery::field::{Error, ErrorList, Path};
use crate::apimachinery::{Object, Value, names};

/// Says what is wrong with a name.
pub type NameRule = fn(&str) -> Vec<String>;

const TOTAL_ANNOTATIONS: usize = 256 * 1024;
const STANDARD_FINALIZERS: [&str; 3] = ["kubernetes", "orphan", "foregroundDeletion"];

/// A name that may be a part of a path and nothing more is asked of (RBAC).
pub fn path_segment(name: &str) -> Vec<String> {
    match name {
        "." | ".." => vec![format!("may not be '{name}'")],
        _ => {
            let bad = ["/", "%"].into_iter().filter(|c| name.contains(c));
            bad.map(|c| format!("may not contain '{c}'")).collect()
        }
    }
}

/// Metadata of a new object.
pub fn validate(object: &Value, namespaced: bool, rule: NameRule) -> ErrorList {
    let (metadata, path, mut errors) = (object.metadata(), Path::new("metadata"), ErrorList::new());
    let generate = metadata["generateName"].str();
    if !generate.is_empty() {
        invalid_each(&mut errors, &path.child("generateName"), generate, rule(&names::mask_trailing_dash(generate)));
    }
    match object.name() {
        "" => errors.push(Error::required(&path.child("name"), "name or generateName is required")),
        name => {
            let wrong = rule(name);
            if !wrong.is_empty() {
                invalid_each(&mut errors, &path.child("name"), name, wrong);
            }
        }
    }
    match (namespaced, object.namespace()) {
        (true, "") => errors.push(Error::required(&path.child("namespace"), "")),
        (true, ns) => {
            let wrong = names::is_dns1123_label(ns);
            if !wrong.is_empty() {
                invalid_each(&mut errors, &path.child("namespace"), ns, wrong);
            }
        }
        (false, "") => {}
        (false, _) => errors.push(Error::forbidden(&path.child("namespace"), "not allowed on this type")),
    }
    common(&mut errors, metadata, &path);
    errors
}

/// What is checked on create and on update.
fn common(errors: &mut ErrorList, metadata: &Value, path: &Path) {
    super::non_negative(errors, path, metadata, "generation");
    labels(errors, &metadata["labels"], path, "labels");
    annotations(errors, &metadata["annotations"], path);
    owner_references(errors, metadata["ownerReferences"].items(), path);
    for finalizer in metadata["finalizers"].items() {
        let path = path.child("finalizers");
        let name = finalizer.str();
        invalid_each(errors, &path, name, names::is_qualified_name(name));
        if !name.contains('/') && !STANDARD_FINALIZERS.contains(&name) {
            let detail = "name is neither a standard finalizer name nor is it fully qualified";
            errors.push(Error::invalid(&path, name, detail));
        }
    }
}

/// A set of labels, or a node selector. Keys come before their values.
pub fn labels(errors: &mut ErrorList, labels: &Value, path: &Path, field: &str) {
    for (key, value) in labels.fields() {
        let wrong = names::is_label_key(key);
        if !wrong.is_empty() {
            invalid_each(errors, &path.child(field), key, wrong);
        }
        let wrong = names::is_label_value(value.str());
        if !wrong.is_empty() {
            invalid_each(errors, &path.child(field), value.str(), wrong);
        }
    }
}

/// Annotations: keys like those of labels, any values, up to 256 KiB in all.
pub fn annotations(errors: &mut ErrorList, annotations: &Value, path: &Path) {
    let mut total = 0;
    for (key, value) in annotations.fields() {
        total += key.len() + value.str().len();
        // Nearly every key does without the tables of Unicode.
        let lower = if key.is_ascii() { key.to_ascii_lowercase() } else { key.to_lowercase() };
        let wrong = names::is_label_key(&lower);
        if !wrong.is_empty() {
            invalid_each(errors, &path.child("annotations"), key, wrong);
        }
    }
    if total > TOTAL_ANNOTATIONS {
        errors.push(Error::too_long(&path.child("annotations"), TOTAL_ANNOTATIONS));
    }
}

fn owner_references(errors: &mut ErrorList, owners: &[Value], path: &Path) {
    let mut controller: Option<&Value> = None;
    for owner in owners {
        let path = path.child("ownerReferences");
        for (field, what) in [("apiVersion", "version must not be empty"), ("kind", "kind must not be empty")] {
            let bare = owner[field].str();
            if bare.is_empty() {
                errors.push(Error::invalid(&path.child(field), bare, what));
            }
        }
        for (field, what) in [("name", "name must not be empty"), ("uid", "uid must not be empty")] {
            if owner[field].str().is_empty() {
                errors.push(Error::invalid(&path.child(field), "", what));
            }
        }
        if owner["controller"].bool() {
            if let Some(other) = controller {
                let name = |o: &Value| format!("{}/{}", o["kind"].str(), o["name"].str());
                let detail = format!(
                    "Only one reference can have Controller set to true. Found \"true\" in references for {} and {}",
                    name(other),
                    name(owner)
                );
                errors.push(Error::invalid(&path, owners.iter().collect::<Value>(), detail));
            }
            controller = Some(owner);
        }
    }
}

/// Metadata of an object that replaces `old`. Models `ValidateObjectMetaUpdate`.
pub fn validate_update(new: &Value, old: &Value) -> ErrorList {
    let (path, mut errors) = (Path::new("metadata"), ErrorList::new());
    let (new, old) = (new.metadata(), old.metadata());
    for field in ["name", "namespace", "uid", "creationTimestamp", "deletionTimestamp", "deletionGracePeriodSeconds"] {
        if !new[field].same(&old[field]) {
            super::immutable(&mut errors, &path.child(field), &new[field], &old[field]);
        }
    }
    common(&mut errors, new, &path);
    errors
}

/// Warnings that every kind has. Models `rest.WarnInvalid…` in `BeforeCreate`.
pub fn warnings(object: &Value) -> Vec<String> {
    let loose = object.finalizers().filter(|f| !f.contains('/') && !STANDARD_FINALIZERS.contains(f));
    let advice = "prefer a domain-qualified finalizer name including a path (/) to avoid accidental conflicts with other finalizer writers";
    loose.map(|f| format!("metadata.finalizers: {f:?}: {advice}")).collect()
}
