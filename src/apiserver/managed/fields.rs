//! Sets of fields: which paths of an object there are, and `FieldsV1`, the form in which they are kept. Models
//! `sigs.k8s.io/structured-merge-diff/v6/fieldpath`.

use crate::api::schema::{Field, Kind, ListType, Type};
use crate::apimachinery::{Map, Value};
use std::collections::BTreeMap;

/// A path: `f:spec`, `f:containers`, `k:{"name":"a"}`, …
pub type Path = Vec<String>;

/// The members of a set, each with its value where it is a leaf.
pub type Fields = BTreeMap<Path, Option<Value>>;

/// What nobody owns.
pub(super) const META: [&str; 9] = [
    "creationTimestamp",
    "deletionGracePeriodSeconds",
    "deletionTimestamp",
    "generation",
    "managedFields",
    "name",
    "namespace",
    "resourceVersion",
    "uid",
];
/// Structures that are never absent in Go, and so never brought by a write.
pub(super) const ALWAYS: [&str; 7] =
    ["jobTemplate", "metadata", "spec", "status", "strategy", "template", "updateStrategy"];

/// The fields that an applied configuration names: a map's entries count, the map itself does not. `schema` is None for
/// custom kinds.
pub fn of(object: &Value, schema: Option<&'static Type>) -> Fields {
    let mut out = Fields::new();
    let mut walk = Walk { out: &mut out };
    for (key, value) in object.fields() {
        match key {
            "apiVersion" | "kind" => {}
            "metadata" => {
                let kind = schema.and_then(|s| s.field("metadata")).and_then(|f| f.kind.definition());
                for (name, value) in value.fields().filter(|(name, _)| !META.contains(name)) {
                    walk.field(&["f:metadata".to_owned()], name, value, kind, kind.is_none());
                }
            }
            key => walk.field(&[], key, value, schema, schema.is_none()),
        }
    }
    out
}

struct Walk<'a> {
    out: &'a mut Fields,
}

/// Deeper than any real object.
const DEEPEST: usize = 64;

impl Walk<'_> {
    /// A field of a structure, or an entry of a map (`is_entry`).
    fn field(&mut self, under: &[String], name: &str, value: &Value, of: Option<&'static Type>, is_entry: bool) {
        let path = join(under, format!("f:{name}"));
        let field = of.and_then(|t| t.field(name));
        self.value(path, value, field.map(|f| &f.kind), field, is_entry);
    }

    fn value(
        &mut self,
        path: Path,
        value: &Value,
        kind: Option<&'static Kind>,
        field: Option<&'static Field>,
        is_entry: bool,
    ) {
        let definition = kind.and_then(Kind::definition);
        let is_struct = matches!(kind, Some(Kind::Ref(_)));
        let atomic = field.is_some_and(|f| f.atomic) || (is_struct && definition.is_some_and(|d| d.atomic));
        match value {
            Value::Map(map) if !map.is_empty() && !atomic && path.len() < DEEPEST => {
                if is_entry {
                    self.out.insert(path.clone(), None);
                }
                let granular = is_struct.then_some(definition).flatten();
                for (name, item) in map.iter() {
                    match (granular, kind) {
                        (Some(_), _) => self.field(&path, name, item, granular, false),
                        (None, Some(Kind::Map(inner))) => {
                            let path = join(&path, format!("f:{name}"));
                            self.value(path, item, Some(&**inner), None, true);
                        }
                        _ => self.field(&path, name, item, None, true),
                    }
                }
            }
            Value::List(items) if !items.is_empty() && path.len() < DEEPEST => match field.map(|f| &f.list_type) {
                Some(ListType::Map(keys)) => self.items(&path, items, keys, definition),
                Some(ListType::Set) => {
                    for item in items.iter() {
                        self.out.insert(join(&path, format!("v:{item}")), Some(item.clone()));
                    }
                }
                _ => drop(self.out.insert(path, Some(value.clone()))),
            },
            leaf => drop(self.out.insert(path, Some(leaf.clone()))),
        }
    }

    fn items(&mut self, path: &[String], items: &[Value], keys: &[&'static str], of: Option<&'static Type>) {
        for item in items {
            let path = join(path, item_key(item, keys, of));
            self.out.insert(path.clone(), None);
            for (name, value) in item.fields() {
                self.field(&path, name, value, of, of.is_none());
            }
        }
    }
}

/// `k:{"containerPort":80,"protocol":"TCP"}`: keys by name; one that is left out has its default.
pub(super) fn item_key(item: &Value, keys: &[&'static str], of: Option<&'static Type>) -> String {
    let mut sorted = keys.to_vec();
    sorted.sort_unstable();
    let mut map = Map::new();
    for key in sorted {
        let default = of.and_then(|t| t.field(key)).map_or("", |f| f.default);
        let value = match &item[key] {
            Value::Null if !default.is_empty() => Value::from_json(default).unwrap_or_default(),
            value => value.clone(),
        };
        if !value.is_null() {
            map.insert(key, value);
        }
    }
    format!("k:{}", Value::from(map))
}

fn join(path: &[String], last: String) -> Path {
    path.iter().cloned().chain(std::iter::once(last)).collect()
}

/// `FieldsV1`
pub fn encode<'a>(paths: impl Iterator<Item = &'a Path>) -> Value {
    let mut root = Value::object();
    for path in paths {
        let mut at = &mut root;
        for part in path {
            // What becomes a parent and was a member is one under `.`.
            at = at.map_mut().entry(part);
            if at.is_null() {
                *at = Value::object();
            }
        }
        at.map_mut().insert(".", Value::object());
    }
    tidy(&mut root, true);
    root
}

/// A member without children needs no `.`.
fn tidy(node: &mut Value, is_root: bool) {
    let map = node.map_mut();
    if !is_root && map.len() == 1 && map.contains_key(".") {
        map.remove(".");
        return;
    }
    for (key, child) in map.iter_mut() {
        if key != "." {
            tidy(child, false);
        }
    }
}

/// The paths of a `FieldsV1`.
pub fn decode(fields: &Value) -> Vec<Path> {
    let mut out = Vec::new();
    read(fields, &mut Vec::new(), &mut out);
    out
}

fn read(node: &Value, path: &mut Path, out: &mut Vec<Path>) {
    let is_leaf = node.fields().next().is_none();
    if !path.is_empty() && (is_leaf || node.get(".").is_some()) {
        out.push(path.clone());
    }
    if path.len() > DEEPEST {
        return;
    }
    for (key, child) in node.fields().filter(|(key, _)| *key != ".") {
        path.push(key.to_owned());
        read(child, path, out);
        path.pop();
    }
}

/// As conflicts name a path: `.spec.containers[name="a"].image`.
pub fn shown(path: &Path) -> String {
    let mut out = String::new();
    for part in path {
        match part.split_once(':') {
            Some(("f", name)) => out.push_str(&format!(".{name}")),
            Some(("k", keys)) => {
                let keys = Value::from_json(keys).unwrap_or_default();
                let pairs: Vec<String> = keys.fields().map(|(k, v)| format!("{k}={v}")).collect();
                out.push_str(&format!("[{}]", pairs.join(",")));
            }
            Some((_, value)) => out.push_str(&format!("[={value}]")),
            None => {}
        }
    }
    out
}

/// Takes a field away; what becomes empty stays.
pub fn remove(object: &mut Value, path: &[String]) {
    let Some((first, rest)) = path.split_first() else { return };
    match (first.split_once(':'), rest.is_empty()) {
        (Some(("f", name)), true) => drop(object.map_mut().remove(name)),
        (Some(("f", name)), false) => {
            if let Some(child) = object.map_mut().get_mut(name) {
                remove(child, rest);
            }
        }
        (Some((kind, text)), last) if object.as_list().is_some() => {
            let wanted = Value::from_json(text).unwrap_or_default();
            let is = |item: &Value| match kind {
                "k" => wanted.fields().all(|(key, value)| item[key].is_null() || item[key] == *value),
                _ => *item == wanted,
            };
            let list = object.list_mut();
            match last {
                true => list.retain(|item| !is(item)),
                false => list.iter_mut().filter(|item| is(item)).for_each(|item| remove(item, rest)),
            }
        }
        _ => {}
    }
}
