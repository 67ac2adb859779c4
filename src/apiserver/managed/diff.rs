//! What a write changed, as sets of fields in the form they are kept in (`FieldsV1`): both versions are walked at once,
//! and what they share is passed over, so that the many small writes of a cluster's own parts cost little. Models the
//! comparison and the set operations of `structured-merge-diff`.

use super::fields::{ALWAYS, META, item_key};
use crate::api::schema::{Field, Kind, ListType, Type};
use crate::apimachinery::{Map, Value};
use crate::registry::store::Part;

/// Fields that a write brought or changed, and fields that it took away; null where there are none.
#[derive(Debug, Default, PartialEq)]
pub struct Diff {
    pub changed: Value,
    pub gone: Value,
}

/// Deeper than any real object.
const DEEPEST: usize = 64;

/// Compares two versions of an object in what may be written through a part of it. `old` is null on create; `schema` is
/// None for custom kinds.
pub fn of(old: &Value, new: &Value, schema: Option<&'static Type>, part: Part) -> Diff {
    let may = |key: &str| match (key, part) {
        ("apiVersion" | "kind", _) => false,
        ("status", _) => part != Part::Main,
        ("metadata", _) => true,
        _ => part != Part::Status,
    };
    let mut out = Level::default();
    for (key, value) in new.fields().filter(|(key, _)| may(key)) {
        if key == "metadata" {
            let kind = schema.and_then(|s| s.field("metadata")).and_then(|f| f.kind.definition());
            let own = |v: &Value| {
                let mut map = v.as_map().cloned().unwrap_or_default();
                map.retain(|name, _| !META.contains(&name));
                Value::from(map)
            };
            let diff = structure(&own(&old["metadata"]), &own(value), At { of: kind, depth: 1, in_items: false });
            out.put("f:metadata", diff);
        } else {
            out.field(key, old.get(key), value, At { of: schema, depth: 0, in_items: false });
        }
    }
    for (key, _) in old.fields().filter(|(key, _)| may(key) && new.get(key).is_none()) {
        out.gone.insert(format!("f:{key}"), Value::object());
    }
    out.done()
}

/// Where in an object a structure is.
#[derive(Clone, Copy)]
struct At {
    of: Option<&'static Type>,
    depth: usize,
    /// Below an item of a list: there structures are pointers or made with their item.
    in_items: bool,
}

/// What is found at one level.
#[derive(Default)]
struct Level {
    changed: Map,
    gone: Map,
}

impl Level {
    fn put(&mut self, key: &str, diff: Diff) {
        if !diff.changed.is_null() {
            self.changed.insert(key, diff.changed);
        }
        if !diff.gone.is_null() {
            self.gone.insert(key, diff.gone);
        }
    }

    fn field(&mut self, name: &str, old: Option<&Value>, new: &Value, at: At) {
        if old.is_some_and(|old| old.same(new)) {
            return;
        }
        let field = at.of.and_then(|t| t.field(name));
        let is_entry = at.of.is_none_or(Type::is_custom);
        let always = ALWAYS.contains(&name) && !at.in_items;
        let below = At { depth: at.depth + 1, ..at };
        self.put(&format!("f:{name}"), value(old, new, (field.map(|f| &f.kind), field), is_entry || !always, below));
    }

    fn done(self) -> Diff {
        let or_null = |map: Map| if map.is_empty() { Value::Null } else { map.into() };
        Diff { changed: or_null(self.changed), gone: or_null(self.gone) }
    }
}

/// The fields of a structure (or of something without a schema).
fn structure(old: &Value, new: &Value, at: At) -> Diff {
    let mut out = Level::default();
    for (name, item) in new.fields() {
        out.field(name, old.get(name), item, at);
    }
    for (name, _) in old.fields().filter(|(name, _)| new.get(name).is_none()) {
        out.gone.insert(format!("f:{name}"), Value::object());
    }
    out.done()
}

/// A value that differs. `brought`: a map or structure that was not there counts itself.
fn value(
    old: Option<&Value>,
    new: &Value,
    (kind, field): (Option<&'static Kind>, Option<&'static Field>),
    brought: bool,
    at: At,
) -> Diff {
    let definition = kind.and_then(Kind::definition);
    let is_struct = matches!(kind, Some(Kind::Ref(_)));
    let atomic = field.is_some_and(|f| f.atomic) || (is_struct && definition.is_some_and(|d| d.atomic));
    let before = old.unwrap_or(&Value::Null);
    let mut diff = match new {
        _ if at.depth >= DEEPEST || atomic => return leaf(),
        Value::Map(map) if !map.is_empty() => match kind {
            Some(Kind::Map(inner)) => entries(before, new, inner, at),
            _ => structure(before, new, At { of: definition.filter(|_| is_struct), ..at }),
        },
        Value::List(items) if !items.is_empty() => match field.map(|f| &f.list_type) {
            Some(ListType::Map(keys)) => list(before, items, keys, At { of: definition, ..at }),
            Some(ListType::Set) => set(before, items),
            _ => return leaf(),
        },
        _ => return leaf(),
    };
    let is_new = before.is_empty() && !matches!(before, Value::Map(_));
    let required = matches!(new, Value::List(_)) && field.is_some_and(|f| f.required);
    if is_new && brought && !required && !diff.changed.is_null() {
        diff.changed.map_mut().insert(".", Value::object());
    }
    diff
}

fn leaf() -> Diff {
    Diff { changed: Value::object(), gone: Value::Null }
}

/// The entries of a map from string.
fn entries(old: &Value, new: &Value, inner: &'static Kind, at: At) -> Diff {
    let mut out = Level::default();
    for (name, item) in new.fields().filter(|(name, item)| !old.get(name).is_some_and(|o| o.same(item))) {
        let below = At { depth: at.depth + 1, ..at };
        out.put(&format!("f:{name}"), value(old.get(name), item, (Some(inner), None), true, below));
    }
    for (name, _) in old.fields().filter(|(name, _)| new.get(name).is_none()) {
        out.gone.insert(format!("f:{name}"), Value::object());
    }
    out.done()
}

/// The items of a list whose items have names.
fn list(old: &Value, new: &[Value], keys: &[&'static str], at: At) -> Diff {
    let named = |item: &Value| item_key(item, keys, at.of);
    let before: Vec<(String, &Value)> = old.items().iter().map(|item| (named(item), item)).collect();
    let mut out = Level::default();
    let mut kept = Vec::new();
    for item in new {
        let key = named(item);
        let was = before.iter().find(|(k, _)| *k == key).map(|(_, item)| *item);
        if was.is_none_or(|was| !was.same(item)) {
            let below = At { depth: at.depth + 1, in_items: true, ..at };
            let atomic = at.of.is_some_and(|t| t.atomic);
            let mut diff = if atomic { leaf() } else { structure(was.unwrap_or(&Value::Null), item, below) };
            if was.is_none() && !atomic {
                diff.changed.map_mut().insert(".", Value::object());
            }
            out.put(&key, diff);
        }
        kept.push(key);
    }
    for (key, _) in before.iter().filter(|(key, _)| !kept.contains(key)) {
        out.gone.insert(key, Value::object());
    }
    out.done()
}

fn set(old: &Value, new: &[Value]) -> Diff {
    let mut out = Level::default();
    for item in new.iter().filter(|item| !old.items().contains(item)) {
        out.changed.insert(format!("v:{item}"), Value::object());
    }
    for item in old.items().iter().filter(|item| !new.contains(item)) {
        out.gone.insert(format!("v:{item}"), Value::object());
    }
    out.done()
}

fn is_member(node: &Value) -> bool {
    node.as_map().is_some_and(|map| map.is_empty() || map.contains_key("."))
}

/// Adds the members of one set to another.
pub fn merge(into: &mut Value, add: &Value) {
    if into.same(add) {
        return;
    }
    if into.is_null() {
        *into = add.clone();
        return;
    }
    let was_member = is_member(into);
    for (key, child) in add.fields().filter(|(key, _)| *key != ".") {
        let here = into.get(key);
        if here.is_some_and(|here| covers(here, child)) {
            continue;
        }
        merge(into.map_mut().entry(key), child);
    }
    let has_children = into.fields().any(|(key, _)| key != ".");
    if (was_member || is_member(add)) && has_children {
        into.map_mut().insert(".", Value::object());
    }
}

/// True where all members of `small` are in `set` already: most writes change what their writer owns.
fn covers(set: &Value, small: &Value) -> bool {
    (!is_member(small) || is_member(set))
        && small
            .fields()
            .filter(|(key, _)| *key != ".")
            .all(|(key, child)| set.get(key).is_some_and(|s| covers(s, child)))
}

/// Takes members away from a set. With `whole`, what ends in `what` goes with all that is below it. False where nothing
/// of the set is left.
pub fn subtract(set: &mut Value, what: &Value, whole: bool) -> bool {
    let touched = what.fields().any(|(key, _)| set.get(key).is_some());
    if touched {
        for (key, child) in what.fields() {
            let Some(node) = set.get(key) else { continue };
            let ends = key == "." || child.is_empty();
            let stays = if ends && (whole || key == "." || node.is_empty()) {
                false
            } else if ends {
                set.map_mut().entry(key).map_mut().remove(".");
                true
            } else {
                let was_leaf = node.is_empty();
                was_leaf || subtract(set.map_mut().entry(key), child, whole)
            };
            if !stays {
                let was_member = is_member(set);
                set.map_mut().remove(key);
                // A member whose last child went is one still.
                if was_member && key != "." && set.is_empty() {
                    return true;
                }
            }
        }
        if set.as_map().is_some_and(|map| map.len() == 1 && map.contains_key(".")) {
            *set = Value::object();
            return true;
        }
    }
    !set.is_empty() || !touched
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::api::schema;

    fn json(text: &str) -> Value {
        Value::from_json(text).unwrap()
    }

    /// The kubelet's share of a pod, as 307-get-lists recorded it (shortened).
    #[test]
    fn a_status_write_names_what_it_changed() {
        let pod = schema::by_gvk("", "v1", "Pod");
        let old = json(
            r#"{"metadata":{"name":"a"},"spec":{"nodeName":"n"},"status":{"phase":"Pending","qosClass":"BestEffort",
            "conditions":[{"type":"PodScheduled","status":"True","lastProbeTime":null,"lastTransitionTime":"t"}]}}"#,
        );
        let new = json(
            r#"{"metadata":{"name":"a"},"spec":{"nodeName":"n"},"status":{"phase":"Running","qosClass":"BestEffort",
            "conditions":[{"type":"Ready","status":"True"},
              {"type":"PodScheduled","status":"True","lastProbeTime":null,"lastTransitionTime":"t","observedGeneration":1}],
            "containerStatuses":[{"name":"c"}],"podIPs":[{"ip":"10.0.0.1"}],"resources":{}}}"#,
        );
        let want = json(
            r#"{"f:status":{"f:conditions":{"k:{\"type\":\"Ready\"}":{".":{},"f:status":{},"f:type":{}},
            "k:{\"type\":\"PodScheduled\"}":{"f:observedGeneration":{}}},"f:containerStatuses":{},"f:phase":{},
            "f:podIPs":{".":{},"k:{\"ip\":\"10.0.0.1\"}":{".":{},"f:ip":{}}},"f:resources":{}}}"#,
        );
        assert_eq!(of(&old, &new, pod, Part::Status), Diff { changed: want, gone: Value::Null });
        let diff = of(&new, &old, pod, Part::Status);
        let gone = json(
            r#"{"f:status":{"f:conditions":{"k:{\"type\":\"Ready\"}":{},"k:{\"type\":\"PodScheduled\"}":{"f:observedGeneration":{}}},
            "f:containerStatuses":{},"f:podIPs":{},"f:resources":{}}}"#,
        );
        assert_eq!(diff, Diff { changed: json(r#"{"f:status":{"f:phase":{}}}"#), gone });
        assert_eq!(of(&new, &new, pod, Part::Status), Diff::default());
    }

    #[test]
    fn sets_are_joined_and_taken_apart() {
        let cases = [
            (r#"{"a":{}}"#, r#"{"a":{"b":{}}}"#, r#"{"a":{".":{},"b":{}}}"#),
            (r#"{"a":{"b":{}}}"#, r#"{"a":{}}"#, r#"{"a":{".":{},"b":{}}}"#),
            (r#"{"a":{"b":{}}}"#, r#"{"a":{"c":{}}}"#, r#"{"a":{"b":{},"c":{}}}"#),
        ];
        for (into, add, want) in cases {
            let mut into = json(into);
            merge(&mut into, &json(add));
            assert_eq!(into, json(want));
        }
        let cases = [
            (r#"{"a":{".":{},"b":{}}}"#, r#"{"a":{"b":{}}}"#, true, r#"{"a":{}}"#),
            (r#"{"a":{"b":{},"c":{}}}"#, r#"{"a":{"b":{}}}"#, true, r#"{"a":{"c":{}}}"#),
            (r#"{"a":{"b":{}},"x":{}}"#, r#"{"a":{"b":{}}}"#, true, r#"{"x":{}}"#),
            (r#"{"a":{".":{},"b":{}}}"#, r#"{"a":{}}"#, false, r#"{"a":{"b":{}}}"#),
            (r#"{"a":{".":{},"b":{}},"c":{}}"#, r#"{"a":{}}"#, true, r#"{"c":{}}"#),
        ];
        for (set, what, whole, want) in cases {
            let mut set = json(set);
            subtract(&mut set, &json(what), whole);
            assert_eq!(set, json(want), "{what}");
        }
    }
}
