//! Who owns which field: `metadata.managedFields` and the conflicts of server-side apply. Models
//! `apimachinery/pkg/util/managedfields` and `structured-merge-diff`.
//!
//! A writer is named by the request's field manager, or else by its user agent.

mod diff;
mod fields;
mod typed;

use super::crd;
use super::handlers::Call;
use crate::api::schema;
use crate::apimachinery::{Object, Status, Time, Value};
use crate::object;
use crate::registry::store::Part;
use fields::{Fields, Path};
use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};

/// One manager with what it owns.
#[derive(Clone, PartialEq)]
struct Entry {
    manager: String,
    applies: bool,
    subresource: String,
    api_version: String,
    time: String,
    paths: BTreeSet<Path>,
}

fn read(object: &Value) -> Vec<Entry> {
    let text = |v: &Value| v.str().to_owned();
    let entry = |e: &Value| Entry {
        manager: text(&e["manager"]),
        applies: e["operation"].str() == "Apply",
        subresource: text(&e["subresource"]),
        api_version: text(&e["apiVersion"]),
        time: text(&e["time"]),
        paths: fields::decode(&e["fieldsV1"]).into_iter().collect(),
    };
    object.at("metadata.managedFields").items().iter().map(entry).collect()
}

/// The list as it is stored: who applies comes first, then by time and name.
fn write(mut entries: Vec<Entry>) -> Value {
    entries.retain(|e| !e.paths.is_empty());
    entries.sort_by(|a, b| {
        b.applies.cmp(&a.applies).then_with(|| a.time.cmp(&b.time)).then_with(|| a.manager.cmp(&b.manager))
    });
    let one = |e: Entry| {
        let mut out = object! {
            "apiVersion" => e.api_version, "fieldsType" => "FieldsV1", "fieldsV1" => fields::encode(e.paths.iter()),
            "manager" => e.manager, "operation" => if e.applies { "Apply" } else { "Update" },
        };
        for (field, value) in [("subresource", e.subresource), ("time", e.time)] {
            if !value.is_empty() {
                out.set(field, value);
            }
        }
        out
    };
    entries.into_iter().map(one).collect()
}

/// Who writes: the field manager that a request names, or its user agent; None where it names neither.
fn manager(call: &Call) -> Option<String> {
    match call.request.param("fieldManager") {
        "" if call.request.user_agent.is_empty() => None,
        "" => Some(call.request.user_agent.to_string()),
        name => Some(name.to_owned()),
    }
}

fn schema_of(call: &Call) -> Option<&'static schema::Type> {
    call.resource.schema
}

fn gathered(call: &Call, object: &Value) -> Fields {
    fields::of(object, schema_of(call))
}

/// The list after a write other than an apply; None where it is not kept. `old` is null on create.
pub fn after_write(call: &Call, old: &Value, new: &Value, part: Part, now: Time) -> Option<Value> {
    let manager = manager(call)?;
    // A write may set the list itself; one that leaves it out keeps it.
    let stands = if new.at("metadata.managedFields").is_null() { old } else { new };
    let before = stands.at("metadata.managedFields");
    let mut diff = diff::of(old, new, schema_of(call), part);
    if diff.changed.is_null() && diff.gone.is_null() {
        return Some(before.clone());
    }
    if old.is_null() {
        share(&call.resource.stored_as, &mut diff.changed);
    }
    let sub = call.info.subresource;
    let own = |e: &Value| {
        e["operation"].str() == "Update"
            && e["manager"].str() == manager
            && e["subresource"].str() == sub
            && e["apiVersion"].str() == call.resource.api_version
    };
    let mut entries = Vec::new();
    let mut mine = None;
    for entry in before.items() {
        let mut fields = entry["fieldsV1"].clone();
        let is_own = mine.is_none() && own(entry);
        let mut left = diff.gone.is_null() || diff::subtract(&mut fields, &diff.gone, true);
        if !is_own {
            left = left && (diff.changed.is_null() || diff::subtract(&mut fields, &diff.changed, false));
        }
        if is_own || (left && !fields.is_empty()) {
            let mut entry = entry.clone();
            entry.set("fieldsV1", fields);
            if is_own { mine = Some(entry) } else { entries.push(entry) }
        }
    }
    let mut mine = mine.unwrap_or_else(|| {
        let mut entry = object! {
            "apiVersion" => call.resource.api_version.as_str(), "fieldsType" => "FieldsV1",
            "manager" => manager.as_str(), "operation" => "Update",
        };
        if !sub.is_empty() {
            entry.set("subresource", sub);
        }
        entry
    });
    diff::merge(mine.map_mut().entry("fieldsV1"), &diff.changed);
    if !mine["fieldsV1"].is_empty() {
        mine.set("time", now.rfc3339());
        entries.push(mine);
    }
    let applies = |e: &Value| e["operation"].str() == "Apply";
    entries.sort_by(|a, b| {
        let by = |e: &Value| (e["time"].clone(), e["manager"].clone());
        let ((at, an), (bt, bn)) = (by(a), by(b));
        applies(b).cmp(&applies(a)).then_with(|| at.str().cmp(bt.str())).then_with(|| an.str().cmp(bn.str()))
    });
    Some(entries.into_iter().collect())
}

/// Objects of one kind are mostly made alike (pods of a replica set, events): equal sets become one in memory.
fn share(kind: &str, set: &mut Value) {
    thread_local!(static LAST: RefCell<BTreeMap<String, Value>> = const { RefCell::new(BTreeMap::new()) });
    LAST.with_borrow_mut(|last| match last.get_mut(kind) {
        Some(before) if before == set => *set = before.clone(),
        Some(before) => *before = set.clone(),
        None => drop(last.insert(kind.to_owned(), set.clone())),
    });
}

/// The list of a workload after a write through its `/scale`: the replica count goes to a new entry without a time,
/// and whoever wrote it as a part of the workload loses it, changed or not; who set it by apply or through `/scale`
/// keeps it until it changes. None where it is not kept. Models `ScaleHandler`.
pub fn after_scale(call: &Call, old: &Value, path: &str, changed: bool) -> Option<Value> {
    let replicas: Path = path.split('.').map(|part| format!("f:{part}")).collect();
    let (manager, mut entries, mut moved) = (manager(call)?, read(old), Vec::new());
    let own = |manager: String, subresource: &str| Entry {
        manager,
        applies: false,
        subresource: subresource.to_owned(),
        api_version: call.resource.api_version.clone(),
        time: String::new(),
        paths: BTreeSet::from([replicas.clone()]),
    };
    for entry in entries.iter_mut().filter(|e| changed || !e.applies) {
        if entry.paths.remove(&replicas) && !changed {
            moved.push(own(entry.manager.clone(), &entry.subresource));
        }
    }
    if changed {
        moved.push(own(manager, "scale"));
    }
    entries.extend(moved);
    Some(write(entries))
}

/// The annotation in which client-side apply keeps what it applied.
const LAST_APPLIED: &str = "kubectl.kubernetes.io/last-applied-configuration";
/// The manager of kubectl's server-side apply: what its client-side apply set, it may take over.
const KUBECTL: &str = "kubectl";

/// The fields that client-side apply set and nobody changed since. Models `lastAppliedManager`.
fn last_applied(call: &Call, old: &Value, live: &Fields) -> BTreeSet<Path> {
    let kept = old.annotation(LAST_APPLIED).and_then(|text| Value::from_json(text).ok());
    let fields = kept.map(|config| gathered(call, &config)).unwrap_or_default();
    fields.into_iter().filter(|(path, value)| live.get(path) == Some(value)).map(|(path, _)| path).collect()
}

/// Keeps the annotation of client-side apply up to date, where there is one, so that who goes back loses nothing.
/// Models `lastAppliedUpdater`.
pub fn keep_last_applied(call: &Call, old: &Value, config: &Value, object: &mut Value) {
    if call.request.param("fieldManager") != KUBECTL || old.annotation(LAST_APPLIED).is_none() {
        return;
    }
    let mut config = config.clone();
    config.remove_in(&["metadata", "annotations", LAST_APPLIED]);
    object.set_in(&["metadata", "annotations", LAST_APPLIED], format!("{config}\n"));
}

/// What a server-side apply makes of an object that is there.
pub struct Applied {
    /// Fields that the manager gave up and nobody else owns.
    removed: Vec<Path>,
    /// `metadata.managedFields` afterwards.
    pub managed: Value,
}

impl Applied {
    pub fn remove_from(&self, object: &mut Value) {
        self.removed.iter().for_each(|path| fields::remove(object, path));
    }
}

/// Refuses a configuration that does not fit its kind. Of custom kinds only unknown fields are looked for.
pub fn check_config(call: &Call, config: &Value) -> Result<(), Status> {
    if !config.at("metadata.managedFields").is_empty() {
        return Err(Status::bad_request("metadata.managedFields must be nil"));
    }
    let gvk = &call.resource.gvk;
    if !call.resource.definition.is_null() {
        let unknown = crd::undeclared(call.resource, config);
        return typed::verdict(gvk, config, unknown.iter().map(|f| format!(".{f}: {}", typed::UNDECLARED)).collect());
    }
    schema_of(call).map_or(Ok(()), |schema| typed::check(gvk, config, schema))
}

/// Looks for conflicts and says what changes hands. `old` is null where the object is made.
pub fn apply(call: &Call, old: &Value, config: &Value, now: Time) -> Result<Applied, Status> {
    let manager = call.request.param("fieldManager").to_owned();
    let wanted = gathered(call, config);
    let live = gathered(call, old);
    let mut entries = read(old);
    let mine = |e: &Entry| e.applies && e.manager == manager && e.subresource == call.info.subresource;
    let differs = |path: &Path| wanted.get(path).is_some_and(|v| v.is_some() && live.get(path) != Some(v));
    let mut conflicts: Vec<(String, Path)> = Vec::new();
    for entry in entries.iter().filter(|e| !mine(e)) {
        conflicts.extend(entry.paths.iter().filter(|p| differs(p)).map(|p| (entry.shown(), p.clone())));
    }
    if call.request.param("force") != "true" {
        if manager == KUBECTL {
            let own = last_applied(call, old, &live);
            conflicts.retain(|(_, path)| !own.contains(path));
        }
        if !conflicts.is_empty() {
            return Err(conflict(conflicts));
        }
    }
    let paths: BTreeSet<Path> = wanted.keys().cloned().collect();
    let before: BTreeSet<Path> = entries.iter().find(|e| mine(e)).map(|e| e.paths.clone()).unwrap_or_default();
    for entry in entries.iter_mut().filter(|e| !mine(e)) {
        entry.paths.retain(|path| !differs(path));
    }
    // Owned is too what holds something owned.
    let holds =
        |set: &BTreeSet<Path>, path: &Path| set.range(path.clone()..).next().is_some_and(|p| p.starts_with(path));
    let owned = |path: &Path| holds(&paths, path) || entries.iter().any(|e| !mine(e) && holds(&e.paths, path));
    let removed: Vec<Path> = before.iter().filter(|p| !owned(p)).cloned().collect();
    // Who changes no value gets no time.
    let changes = old.is_null() || !removed.is_empty() || wanted.keys().any(differs);
    match entries.iter_mut().find(|e| mine(e)) {
        Some(entry) => {
            entry.paths = paths;
            if changes {
                entry.time = now.rfc3339();
            }
        }
        None => entries.push(Entry {
            manager,
            applies: true,
            subresource: call.info.subresource.to_owned(),
            api_version: call.resource.api_version.clone(),
            time: if changes { now.rfc3339() } else { String::new() },
            paths,
        }),
    }
    Ok(Applied { removed, managed: write(entries) })
}

impl Entry {
    /// As conflicts name a manager.
    fn shown(&self) -> String {
        let mut out = format!("{:?}", self.manager);
        if !self.subresource.is_empty() {
            out.push_str(&format!(" with subresource {:?}", self.subresource));
        }
        if !self.applies {
            out.push_str(&format!(" using {}", self.api_version));
        }
        out
    }
}

fn conflict(mut conflicts: Vec<(String, Path)>) -> Status {
    conflicts.sort();
    let text = match conflicts.as_slice() {
        [(manager, path)] => format!("conflict with {manager}: {}", fields::shown(path)),
        several => {
            let mut lines: Vec<String> = Vec::new();
            let mut last = "";
            for (manager, path) in several {
                if last != manager {
                    lines.push(format!("conflicts with {manager}:"));
                    last = manager;
                }
                lines.push(format!("- {}", fields::shown(path)));
            }
            lines.join("\n")
        }
    };
    let word = if conflicts.len() == 1 { "conflict" } else { "conflicts" };
    let causes: Vec<Value> = conflicts
        .iter()
        .map(|(manager, path)| {
            let message = format!("conflict with {manager}");
            object! { "reason" => "FieldManagerConflict", "message" => message, "field" => fields::shown(path) }
        })
        .collect();
    let message = format!("Apply failed with {} {word}: {text}", conflicts.len());
    Status { details: object! { "causes" => causes }, ..Status::new(409, "Conflict", message) }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The shapes recorded in 304-apply-patch and 305-get-output.
    #[test]
    fn fields_are_kept_as_recorded() {
        let json = |text: &str| Value::from_json(text).unwrap();
        let map = json(r#"{"kind":"ConfigMap","metadata":{"name":"cm"},"data":{"a":"1","b":"2"}}"#);
        let schema = schema::by_gvk("", "v1", "ConfigMap");
        let written = |object, schema| diff::of(&Value::Null, object, schema, Part::Main).changed;
        let applied = fields::encode(fields::of(&map, schema).keys());
        assert_eq!(applied, json(r#"{"f:data":{"f:a":{},"f:b":{}}}"#));
        assert_eq!(written(&map, schema), json(r#"{"f:data":{".":{},"f:a":{},"f:b":{}}}"#));
        let pod = json(
            r#"{"kind":"Pod","metadata":{"labels":{"app":"x"}},"spec":{"containers":[{"name":"c1","image":"i",
            "resources":{"requests":{"cpu":"1"}}}],"securityContext":{}}}"#,
        );
        let schema = schema::by_gvk("", "v1", "Pod");
        let want = json(
            r#"{"f:metadata":{"f:labels":{".":{},"f:app":{}}},"f:spec":{"f:containers":{"k:{\"name\":\"c1\"}":{".":{},
            "f:image":{},"f:name":{},"f:resources":{".":{},"f:requests":{".":{},"f:cpu":{}}}}},"f:securityContext":{}}}"#,
        );
        let found = written(&pod, schema);
        assert_eq!(found, want);
        let again: BTreeSet<Path> = fields::decode(&found).into_iter().collect();
        assert_eq!(fields::encode(again.iter()), want);
        let path = again.iter().find(|p| p.last().is_some_and(|l| l == "f:image")).unwrap();
        assert_eq!(fields::shown(path), ".spec.containers[name=\"c1\"].image");
        let mut changed = pod.clone();
        fields::remove(&mut changed, path);
        assert!(changed.at("spec.containers")[0]["image"].is_null());
    }
}
