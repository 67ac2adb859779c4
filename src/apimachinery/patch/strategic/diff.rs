//! The patch between two objects.

use super::order::{position, same_key, sort};
use super::{DELETE_FROM, Error, PATCH, PatchField, RETAIN_KEYS, SET_ORDER, Schema, field};
use crate::apimachinery::{Map, Value};
use crate::object;

/// Which part of the difference is wanted.
#[derive(Clone, Copy)]
pub struct Options {
    changes: bool,
    deletions: bool,
    retain_keys: bool,
}

impl Options {
    pub const ALL: Options = Options { changes: true, deletions: true, retain_keys: false };
    pub const CHANGES: Options = Options { changes: true, deletions: false, retain_keys: false };
    pub const DELETIONS: Options = Options { changes: false, deletions: true, retain_keys: false };
}

/// Models `diffMaps`.
pub fn maps(old: &Value, new: &Value, schema: Option<&dyn Schema>, options: Options) -> Result<Value, Error> {
    let mut patch = Map::new();
    for (key, value) in new.fields() {
        match (old.get(key), value) {
            (Some(before), value) if before.same(value) => {}
            (Some(before @ Value::Map(_)), Value::Map(_)) => {
                let rules = field(schema, key)?;
                if rules.has("replace") {
                    if options.changes {
                        patch.insert(key, value.clone());
                    }
                    continue;
                }
                let inner = Options { retain_keys: rules.has("retainKeys"), ..options };
                let inner = maps(before, value, rules.schema(), inner)?;
                if !inner.is_empty() {
                    patch.insert(key, inner);
                }
            }
            (Some(Value::List(before)), Value::List(after)) => {
                let rules = field(schema, key)?;
                if rules.has("merge") {
                    lists(&mut patch, key, before, after, &rules, options)?;
                } else if options.changes {
                    patch.insert(key, value.clone());
                }
            }
            _ if options.changes => patch.insert(key, value.clone()),
            _ => {}
        }
    }
    if options.deletions {
        for key in old.fields().map(|(key, _)| key).filter(|key| new.get(key).is_none()) {
            patch.insert(key, Value::Null);
        }
    }
    let kept: Vec<&str> = new.fields().filter(|(_, v)| !v.is_null()).map(|(k, _)| k).collect();
    let clears = old.fields().any(|(key, v)| !v.is_null() && new.get(key).is_none());
    if options.retain_keys && !kept.is_empty() && (!patch.is_empty() || clears) {
        patch.insert(RETAIN_KEYS, kept.into_iter().collect::<Value>());
    }
    Ok(patch.into())
}

/// Models `handleSliceDiff` and `diffLists` for lists that merge.
fn lists(
    patch: &mut Map,
    key: &str,
    old: &[Value],
    new: &[Value],
    rules: &PatchField,
    options: Options,
) -> Result<(), Error> {
    if old.is_empty() {
        if !new.is_empty() && options.changes {
            patch.insert(key, new.iter().collect::<Value>());
        }
        return Ok(());
    }
    let is_list = |v: &Value| v.as_list().is_some();
    if old.iter().chain(new).any(is_list) {
        return Err(Error::Unprocessable("lists of lists are not supported".into()));
    }
    if old.iter().chain(new).any(|v| v.as_map().is_some()) {
        return lists_of_maps(patch, key, old, new, rules, options);
    }
    let added: Vec<Value> = new.iter().filter(|v| options.changes && !old.contains(v)).cloned().collect();
    let mut deleted: Vec<Value> = old.iter().filter(|v| options.deletions && !new.contains(v)).cloned().collect();
    deleted.sort_by_key(ToString::to_string);
    deleted.dedup();
    if !deleted.is_empty() || (options.changes && old != new) {
        patch.insert(format!("{SET_ORDER}{key}"), new.iter().collect::<Value>());
    }
    if !added.is_empty() {
        patch.insert(key, Value::from(added));
    }
    if !deleted.is_empty() {
        patch.insert(format!("{DELETE_FROM}{key}"), Value::from(deleted));
    }
    Ok(())
}

fn lists_of_maps(
    patch: &mut Map,
    key: &str,
    old: &[Value],
    new: &[Value],
    rules: &PatchField,
    options: Options,
) -> Result<(), Error> {
    let merge_key = rules.merge_key;
    if let Some(item) = old.iter().chain(new).find(|v| v[merge_key].is_null()) {
        return Err(Error::Unprocessable(format!("map: {item} does not contain declared merge key: {merge_key}")));
    }
    let inner = Options { retain_keys: rules.has("retainKeys"), ..options };
    let mut items = Vec::new();
    for item in new {
        match position(old, item, merge_key).and_then(|at| old.get(at)) {
            Some(before) => {
                let mut changed = maps(before, item, rules.schema(), inner)?;
                if !changed.is_empty() {
                    changed.map_mut().insert(merge_key, item[merge_key].clone());
                    items.push(changed);
                }
            }
            None if options.changes => items.push(item.clone()),
            None => {}
        }
    }
    let mut items = sort(items, new, merge_key);
    if options.deletions {
        let mut gone: Vec<&Value> = old.iter().filter(|v| position(new, v, merge_key).is_none()).collect();
        gone.sort_by_key(|v| v[merge_key].to_string());
        items.extend(gone.into_iter().map(|v| object! { PATCH => "delete", merge_key => v[merge_key].clone() }));
    }
    let reordered = options.changes && !same_order(old, new, merge_key);
    if reordered || !items.is_empty() {
        let order: Value = new.iter().map(|v| object! { merge_key => v[merge_key].clone() }).collect();
        if !order.is_empty() {
            patch.insert(format!("{SET_ORDER}{key}"), order);
        }
    }
    if !items.is_empty() {
        patch.insert(key, Value::from(items));
    }
    Ok(())
}

/// True where the items that both have come in the same order. Models `isOrderSame`.
fn same_order(old: &[Value], new: &[Value], merge_key: &str) -> bool {
    old.len() == new.len() && old.iter().zip(new).all(|(a, b)| same_key(a, b, merge_key))
}
