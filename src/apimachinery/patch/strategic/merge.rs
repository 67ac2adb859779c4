//! Merging a patch into a document, or into another patch.

use super::order::{self, position, same_key};
use super::{DELETE_FROM, Error, PATCH, PatchField, RETAIN_KEYS, SET_ORDER, Schema, field};
use crate::apimachinery::{Map, Value};

/// What the left side is.
#[derive(Clone, Copy)]
pub struct Options {
    /// The left side is an object, in which directives are carried out; else it is a patch, to which they are added.
    carry_out: bool,
}

impl Options {
    pub const APPLY: Options = Options { carry_out: true };
    pub const JOIN: Options = Options { carry_out: false };
}

fn format_error(what: &str) -> Error {
    Error::Format(format!("invalid patch format of {what}"))
}

/// Merges a map of a patch. Models `mergeMap`.
pub fn map(original: &Value, patch: &Value, schema: Option<&dyn Schema>, options: Options) -> Result<Value, Error> {
    let mut changes: Map = patch.as_map().cloned().unwrap_or_default();
    match changes.get(PATCH).map(Value::str) {
        None => {}
        Some("replace") => {
            changes.remove(PATCH);
            return Ok(changes.into());
        }
        Some("delete") => return Ok(Value::object()),
        Some(other) => return Err(Error::Other(format!("unknown patch type found: {other}"))),
    }
    let mut out = if original.as_map().is_some() { original.clone() } else { Value::object() };
    retain_keys(&mut out, &mut changes, options)?;
    set_order(&mut out, &mut changes, schema, options)?;
    for (key, change) in changes.iter() {
        let (name, deletes) = match key.strip_prefix(DELETE_FROM) {
            Some(_) if !options.carry_out => {
                out.map_mut().insert(key, change.clone());
                continue;
            }
            Some(name) => (name, true),
            None => (key, false),
        };
        if change.is_null() && out.get(name).is_some() {
            out.map_mut().remove(name);
        }
        if change.is_null() && options.carry_out {
            continue;
        }
        let new = match (out.get(name), change) {
            (None, _) if deletes => continue,
            (None, _) if options.carry_out => without_directives(change),
            (None, _) => change.clone(),
            (Some(old @ Value::Map(_)), Value::Map(_)) => {
                let rules = field(schema, name)?;
                if rules.has("replace") { change.clone() } else { map(old, change, rules.schema(), options)? }
            }
            (Some(Value::List(old)), Value::List(new)) => {
                list(old, new, &field(schema, name)?, deletes, options)?.into()
            }
            (Some(_), _) if deletes => continue,
            (Some(_), _) => change.clone(),
        };
        if !out[name].same(&new) || out.get(name).is_none() {
            out.map_mut().insert(name, new);
        }
    }
    Ok(out)
}

/// A value that is new to the object: nulls and directives have nothing to act on.
fn without_directives(value: &Value) -> Value {
    match value {
        Value::Map(m) => {
            let mut out = Map::new();
            for (key, v) in m.iter() {
                let directive = key == PATCH
                    || key == RETAIN_KEYS
                    || key.starts_with("$setElementOrder/")
                    || key.starts_with(DELETE_FROM);
                if !v.is_null() && !directive {
                    out.insert(key, without_directives(v));
                }
            }
            out.into()
        }
        Value::List(l) => {
            let kept = l.iter().filter(|item| item[PATCH].is_null() || item[PATCH].str() == "merge");
            kept.map(without_directives).collect()
        }
        other => other.clone(),
    }
}

/// Carries out or passes on `$retainKeys`.
fn retain_keys(out: &mut Value, changes: &mut Map, options: Options) -> Result<(), Error> {
    let Some(keys) = changes.remove(RETAIN_KEYS) else { return Ok(()) };
    if !options.carry_out {
        match out.get(RETAIN_KEYS) {
            Some(own) if *own != keys => return Err(format_error("retainKeys")),
            _ => out.map_mut().insert(RETAIN_KEYS, keys),
        }
        return Ok(());
    }
    let retained: Vec<&str> = keys.items().iter().map(Value::str).collect();
    let foreign = changes.iter().any(|(k, v)| !v.is_null() && !k.starts_with('$') && !retained.contains(&k));
    if keys.as_list().is_none() || foreign {
        return Err(format_error("retainKeys"));
    }
    out.map_mut().retain(|key, _| retained.contains(&key));
    Ok(())
}

/// Carries out `$setElementOrder/…` with the lists that it orders. Models `mergePatchIntoOriginal`.
fn set_order(out: &mut Value, changes: &mut Map, schema: Option<&dyn Schema>, options: Options) -> Result<(), Error> {
    let names: Vec<String> = changes.keys().filter_map(|k| k.strip_prefix(SET_ORDER)).map(str::to_owned).collect();
    for name in names {
        let key = format!("{SET_ORDER}{name}");
        let Some(Value::List(order)) = changes.remove(&key) else { return Err(format_error("setElementOrder list")) };
        if !options.carry_out {
            match out.get(&key) {
                Some(own) if *own != Value::List(order.clone()) => return Err(format_error("setElementOrder list")),
                _ => out.map_mut().insert(key.as_str(), Value::List(order.clone())),
            }
        }
        let rules = field(schema, &name)?;
        let (old, new) = (out.get(&name).cloned(), changes.get(&name).cloned());
        // A list that is deleted (null) is left to the main loop.
        let (Some(Value::List(_)) | None, Some(Value::List(_)) | None) = (&old, &new) else { continue };
        let merged = match (&old, &new) {
            (None, None) => continue,
            (Some(old), None) => old.items().to_vec(),
            (None, Some(new)) if options.carry_out => without_directives(new).items().to_vec(),
            (None, Some(new)) => new.items().to_vec(),
            (Some(old), Some(new)) => list(old.items(), new.items(), &rules, false, options)?,
        };
        changes.remove(&name);
        let before = old.unwrap_or_default();
        let ordered = order::arrange(merged, &order, before.items(), rules.merge_key);
        out.map_mut().insert(name.as_str(), Value::from(ordered));
    }
    Ok(())
}

/// Merges a list of a patch. Models `mergeSlice`.
fn list(
    old: &[Value],
    new: &[Value],
    rules: &PatchField,
    deletes: bool,
    options: Options,
) -> Result<Vec<Value>, Error> {
    if !rules.has("merge") && !deletes {
        return Ok(new.to_vec());
    }
    if old.iter().chain(new).any(|v| v.as_list().is_some()) {
        return Err(Error::Unprocessable("lists of lists are not supported".into()));
    }
    let maps = old.iter().chain(new).any(|v| v.as_map().is_some());
    if !maps && deletes {
        return Ok(old.iter().filter(|v| !new.contains(v)).cloned().collect());
    }
    let merged = if maps {
        if rules.merge_key.is_empty() {
            return Err(Error::Other("cannot merge lists without merge key for type".into()));
        }
        maps_by_key(old, new, rules, options)?
    } else {
        let mut both: Vec<Value> = Vec::new();
        for v in old.iter().chain(new) {
            if !both.contains(v) {
                both.push(v.clone());
            }
        }
        both
    };
    Ok(order::arrange(merged, new, old, if maps { rules.merge_key } else { "" }))
}

fn maps_by_key(old: &[Value], new: &[Value], rules: &PatchField, options: Options) -> Result<Vec<Value>, Error> {
    let key = rules.merge_key;
    let mut out = old.to_vec();
    if options.carry_out && new.iter().any(|v| v[PATCH].str() == "replace") {
        out.clear();
    }
    for item in new {
        let no_key = || Error::Unprocessable(format!("map: {item} does not contain declared merge key: {key}"));
        match item[PATCH].str() {
            "replace" => continue,
            "delete" if options.carry_out => {
                if item[key].is_null() {
                    return Err(no_key());
                }
                out.retain(|v| !same_key(v, item, key));
                continue;
            }
            _ => {}
        }
        if item[key].is_null() {
            return Err(no_key());
        }
        match position(&out, item, key) {
            Some(at) => {
                if let Some(slot) = out.get_mut(at) {
                    *slot = map(slot, item, rules.schema(), options)?;
                }
            }
            None if options.carry_out => out.push(without_directives(item)),
            None => out.push(item.clone()),
        }
    }
    Ok(out)
}
