//! From client-side to server-side apply: what kubectl owned by updates becomes what it applied. Models
//! `client-go/util/csaupgrade` and the two `…IfNecessary` of `kubectl/pkg/cmd/apply/apply.go`.

use super::create::LAST_APPLIED;
use super::util::{self, WriteOptions};
use crate::apimachinery::{Object, Value};
use crate::cli::builder::Info;
use crate::cli::errors::Result;
use crate::cli::factory::Factory;
use crate::client::{PatchType, Request};
use crate::{list, object};

/// The manager of kubectl's server-side apply.
const SERVER_SIDE: &str = "kubectl";
/// The manager of kubectl's apply without the server.
const CLIENT_SIDE: &str = "kubectl-client-side-apply";
/// The manager that keeps the annotation for those who go back.
const ANNOTATION: &str = "kubectl-last-applied";
/// How often a patch is tried that meets another write.
const MOST_TRIES: usize = 5;

/// Brings the owners of an object that was just applied up to date; true where that changed something, so that it is to
/// be applied again. What fails is a warning: the object itself is applied.
pub async fn run(f: &Factory, info: &Info, applied: &Value, options: &WriteOptions) -> bool {
    let live = match keep_annotation(f, info, applied, options).await {
        Ok(live) => live,
        Err(e) => {
            f.err(&format!(
                "Warning: failed to migrate kubectl.kubernetes.io/last-applied-configuration for Server-Side Apply. \
                 This is non-fatal and will be retried next time you apply. Error: {}\n",
                e.text()
            ));
            return false;
        }
    };
    match upgrade(f, info, live, options).await {
        Ok(done) => done,
        Err(e) => {
            f.err(&format!(
                "Warning: server rejected managed fields migration to Server-Side Apply. This is non-fatal and will \
                 be retried next time you apply. Error: {}\n",
                e.text()
            ));
            false
        }
    }
}

fn entries(object: &Value) -> &[Value] {
    object.at("metadata.managedFields").items()
}

/// Applied or updated the annotation of apply.
fn owns_annotation(entry: &Value, operation: &str) -> bool {
    let key = format!("f:{LAST_APPLIED}");
    entry["operation"].str() == operation && entry["fieldsV1"]["f:metadata"]["f:annotations"].get(&key).is_some()
}

/// Lets a manager of its own apply the annotation, lest it goes with the fields of client-side apply. Another field
/// manager than kubectl's does without it.
async fn keep_annotation(f: &Factory, info: &Info, live: &Value, options: &WriteOptions) -> Result<Value> {
    let Some(text) = live.annotation(LAST_APPLIED) else { return Ok(live.clone()) };
    if options.field_manager != SERVER_SIDE || entries(live).iter().any(|e| owns_annotation(e, "Apply")) {
        return Ok(live.clone());
    }
    let mut metadata = object! { "name" => info.name.as_str(), "annotations" => object! { LAST_APPLIED => text } };
    if !info.namespace.is_empty() {
        metadata.set("namespace", info.namespace.as_str());
    }
    let body = object! { "apiVersion" => live.api_version(), "kind" => live.kind(), "metadata" => metadata };
    let options = WriteOptions { field_manager: ANNOTATION.to_owned(), ..options.clone() };
    f.send(options.apply(Request::patch(PatchType::Apply, info.url(), body))).await
}

/// Moves what client-side apply owned to the manager of server-side apply.
async fn upgrade(f: &Factory, info: &Info, mut live: Value, options: &WriteOptions) -> Result<bool> {
    for _ in 0..MOST_TRIES {
        let mut names = vec![CLIENT_SIDE.to_owned()];
        let owners = entries(&live).iter().filter(|e| owns_annotation(e, "Update"));
        names.extend(owners.map(|e| e["manager"].str().to_owned()));
        let Some(managed) = upgraded(entries(&live), &names, &options.field_manager) else { return Ok(false) };
        let version = live["metadata"]["resourceVersion"].clone();
        let replace = |path: &str, value: Value| object! { "op" => "replace", "path" => path, "value" => value };
        let body = list![replace("/metadata/managedFields", managed), replace("/metadata/resourceVersion", version)];
        match util::patch(f, info, PatchType::Json, body, "", options).await {
            Err(e) if e.is("Conflict") => live = f.send(Request::get(info.url())).await?,
            other => return other.map(|_| true),
        }
    }
    Ok(false)
}

/// The entries after the upgrade; None where nothing is to be moved.
fn upgraded(entries: &[Value], names: &[String], manager: &str) -> Option<Value> {
    let is_old = |e: &Value| {
        e["operation"].str() == "Update"
            && e["subresource"].str().is_empty()
            && names.iter().any(|n| n == e["manager"].str())
    };
    let is_new = |e: &Value| {
        e["operation"].str() == "Apply" && e["subresource"].str().is_empty() && e["manager"].str() == manager
    };
    let mut old = entries.iter().filter(|e| is_old(e));
    let target = entries.iter().find(|e| is_new(e)).or_else(|| old.clone().next())?;
    old.next()?;
    let mut joined = target.clone();
    joined.set("manager", manager);
    joined.set("operation", "Apply");
    for entry in entries.iter().filter(|e| is_old(e)) {
        union(joined.at_mut("fieldsV1"), &entry["fieldsV1"]);
    }
    let mut out = Vec::new();
    for entry in entries {
        if std::ptr::eq(entry, target) {
            out.push(joined.clone());
        } else if !is_old(entry) {
            out.push(entry.clone());
        }
    }
    Some(out.into_iter().collect())
}

/// Adds the fields of one `FieldsV1` to another. A member without children is `{}`, one with children has `.` beside them.
fn union(into: &mut Value, from: &Value) {
    for (key, child) in from.fields() {
        let slot = into.map_mut().entry(key);
        if slot.is_null() {
            *slot = child.clone();
        } else if slot.is_empty() != child.is_empty() {
            let (members, leaf) = if slot.is_empty() { (child.clone(), slot) } else { (slot.clone(), slot) };
            *leaf = members;
            leaf.map_mut().insert(".", Value::object());
        } else {
            union(slot, child);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn entry(manager: &str, operation: &str, fields: &str) -> Value {
        object! { "manager" => manager, "operation" => operation, "fieldsV1" => Value::from_json(fields).unwrap() }
    }

    /// As `csaupgrade` describes it: the old manager's fields join the new one's, or it becomes the new one.
    #[test]
    fn old_managers_become_one_that_applies() {
        let old = entry(CLIENT_SIDE, "Update", r#"{"f:data":{".":{},"f:a":{}}}"#);
        let other = entry("x", "Update", r#"{"f:data":{"f:c":{}}}"#);
        let names = [CLIENT_SIDE.to_owned()];
        let alone = upgraded(&[old.clone(), other.clone()], &names, "kubectl").unwrap();
        assert_eq!(alone.items()[0], entry("kubectl", "Apply", r#"{"f:data":{".":{},"f:a":{}}}"#));
        assert_eq!(alone.items().len(), 2);
        let new = entry("kubectl", "Apply", r#"{"f:data":{"f:b":{}}}"#);
        let joined = upgraded(&[new.clone(), old], &names, "kubectl").unwrap();
        assert_eq!(joined.items(), [entry("kubectl", "Apply", r#"{"f:data":{".":{},"f:a":{},"f:b":{}}}"#)]);
        assert_eq!(upgraded(&[new, other], &names, "kubectl"), None);
    }
}
