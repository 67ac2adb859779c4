//! `key=value` and `key-` arguments, which label, annotate, taint and set env take. Models
//! `cmdutil.GetResourcesAndPairs`.

use crate::apimachinery::Value;
use crate::cli::errors::{Error, Result};

/// Splits arguments into those that name resources and those that are pairs. `what` is `label`, `annotation`, …
pub fn split(args: &[String], what: &str) -> Result<(Vec<String>, Vec<String>)> {
    let (mut resources, mut pairs) = (Vec::new(), Vec::new());
    for arg in args {
        let is_pair = (arg.contains('=') && !arg.starts_with('=')) || (arg.ends_with('-') && arg != "-");
        match (pairs.is_empty(), is_pair) {
            (_, true) => pairs.push(arg.clone()),
            (true, false) => resources.push(arg.clone()),
            (false, false) => {
                return Err(Error::Msg(format!("all resources must be specified before {what} changes: {arg}")));
            }
        }
    }
    Ok((resources, pairs))
}

/// What to set and what to remove.
#[derive(Clone, Debug, Default)]
pub struct Changes {
    pub set: Vec<(String, String)>,
    pub remove: Vec<String>,
}

impl Changes {
    pub fn is_empty(&self) -> bool {
        self.set.is_empty() && self.remove.is_empty()
    }

    /// Notes a value; of two for one key the later counts.
    pub fn put(&mut self, key: &str, value: &str) {
        self.set.retain(|(k, _)| k != key);
        self.set.push((key.to_owned(), value.to_owned()));
    }

    /// Keys that are both set and removed.
    pub fn both(&self) -> Vec<String> {
        self.remove.iter().filter(|r| self.set.iter().any(|(k, _)| k == *r)).cloned().collect()
    }

    /// The keys of a map that have another value already, as `'a' already has a value (b)`.
    pub fn overwrites(&self, map: &Value) -> Vec<String> {
        let taken = |(k, v): &&(String, String)| map[k.as_str()].as_str().is_some_and(|old| old != v);
        let text = |(k, _): &(String, String)| format!("'{k}' already has a value ({})", map[k.as_str()].str());
        let mut set: Vec<&(String, String)> = self.set.iter().filter(taken).collect();
        set.sort();
        set.into_iter().map(text).collect()
    }

    /// Changes a map of an object (`labels`, `annotations`); a map that becomes empty goes.
    pub fn apply(&self, object: &mut Value, field: &str) {
        let path = ["metadata", field];
        for (key, value) in &self.set {
            object.set_in(&[path[0], path[1], key], value.as_str());
        }
        for key in &self.remove {
            object.remove_in(&[path[0], path[1], key]);
        }
        if object.path(&path).as_map().is_some_and(|m| m.is_empty()) {
            object.remove_in(&path);
        }
    }
}
