//! Objects by resource, namespace and name, with one revision for all. Models etcd behind `storage.Interface`.
//!
//! Maps are shared and copied on write, so that a clone of the store (a snapshot) costs one reference per resource.

use super::event::{Event, EventKind};
use super::hash::EventHash;
use crate::apimachinery::Value;
use std::collections::{BTreeMap, VecDeque};
use std::rc::Rc;

/// How many events of one resource are kept for watches that lag behind, at most.
const HISTORY: usize = 16_384;

/// The events from that revision on are no longer kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Gone {
    /// The oldest revision from which a watch can still start.
    pub oldest: u64,
}

/// The objects of one resource in the order of etcd's keys, and their recent changes.
#[derive(Clone, Debug, Default)]
struct Table {
    objects: Rc<BTreeMap<Rc<str>, Value>>,
    log: Rc<VecDeque<Event>>,
    /// How many events have left the log; the number of the first that is in it.
    dropped: u64,
    /// Events up to this revision have left the log.
    compacted: u64,
}

/// The whole state of the cluster.
#[derive(Clone, Debug, Default)]
pub struct Store {
    tables: BTreeMap<Rc<str>, Table>,
    revision: u64,
    hash: EventHash,
}

/// `namespace/name`, or `name` where there is no namespace.
pub fn key_of(namespace: &str, name: &str) -> String {
    if namespace.is_empty() { name.to_owned() } else { [namespace, name].join("/") }
}

impl Store {
    /// The revision of the last write.
    pub fn revision(&self) -> u64 {
        self.revision
    }

    /// Starts the hash over events; see [`Store::event_hash`].
    pub fn enable_hash(&mut self) {
        self.hash.enable();
    }

    /// The running hash over all events since it was enabled.
    pub fn event_hash(&self) -> Option<u64> {
        self.hash.value()
    }

    /// `resource` is `pods` or `deployments.apps`; `key` is `namespace/name` or `name`.
    pub fn get(&self, resource: &str, key: &str) -> Option<&Value> {
        self.tables.get(resource)?.objects.get(key)
    }

    /// All objects of a resource, or of one namespace where that is not "", in the order of their keys.
    pub fn list<'a>(
        &'a self,
        resource: &str,
        namespace: &'a str,
    ) -> impl Iterator<Item = (&'a str, &'a Value)> + use<'a> {
        let objects = self.tables.get(resource).map(|t| &*t.objects);
        let from: Rc<str> = if namespace.is_empty() { Rc::from("") } else { Rc::from([namespace, "/"].concat()) };
        objects
            .into_iter()
            .flat_map(move |o| o.range(from.clone()..))
            .take_while(move |(k, _)| in_namespace(k, namespace))
            .map(|(k, v)| (&**k, v))
    }

    /// Like [`Store::list`], from the first key after `after`.
    pub fn list_after<'a>(
        &'a self,
        resource: &str,
        namespace: &'a str,
        after: &str,
    ) -> impl Iterator<Item = (&'a str, &'a Value)> + use<'a> {
        use std::ops::Bound;
        let objects = self.tables.get(resource).map(|t| &*t.objects);
        let from: Rc<str> = Rc::from(after);
        objects
            .into_iter()
            .flat_map(move |o| o.range((Bound::Excluded(from.clone()), Bound::Unbounded)))
            .take_while(move |(k, _)| in_namespace(k, namespace))
            .map(|(k, v)| (&**k, v))
    }

    /// How many objects of a resource there are.
    pub fn count(&self, resource: &str) -> usize {
        self.tables.get(resource).map_or(0, |t| t.objects.len())
    }

    /// Writes an object, new or changed, under the next revision, which becomes its `resourceVersion`. Returns it
    /// as stored.
    pub fn put(&mut self, resource: &str, key: &str, mut object: Value) -> Value {
        self.revision += 1;
        set_revision(&mut object, self.revision);
        let table = table_mut(&mut self.tables, resource);
        let objects = Rc::make_mut(&mut table.objects);
        let key: Rc<str> = match objects.get_key_value(key) {
            Some((key, _)) => key.clone(),
            None => Rc::from(key),
        };
        let old = objects.insert(key.clone(), object.clone()).unwrap_or_default();
        let kind = if old.is_null() { EventKind::Added } else { EventKind::Modified };
        let event = Event { revision: self.revision, kind, key, object: object.clone(), old };
        self.hash.add(&event);
        table.record(event);
        object
    }

    /// Removes an object under the next revision. Returns its last state with that revision; None where there is
    /// no such object.
    pub fn remove(&mut self, resource: &str, key: &str) -> Option<Value> {
        let table = self.tables.get_mut(resource)?;
        let (key, old) = Rc::make_mut(&mut table.objects).remove_entry(key)?;
        self.revision += 1;
        let mut object = old.clone();
        set_revision(&mut object, self.revision);
        let event = Event { revision: self.revision, kind: EventKind::Deleted, key, object: object.clone(), old };
        self.hash.add(&event);
        table.record(event);
        Some(object)
    }

    /// The cursor of a watch that starts now.
    pub fn cursor(&self, resource: &str) -> u64 {
        self.tables.get(resource).map_or(0, |t| t.dropped + t.log.len() as u64)
    }

    /// The cursor of a watch that has seen everything up to `revision`.
    pub fn cursor_after(&self, resource: &str, revision: u64) -> Result<u64, Gone> {
        let Some(table) = self.tables.get(resource) else { return Ok(0) };
        if revision < table.compacted {
            return Err(Gone { oldest: table.compacted });
        }
        Ok(table.dropped + table.log.partition_point(|e| e.revision <= revision) as u64)
    }

    /// The events of a resource from a cursor on.
    pub fn events_from(&self, resource: &str, cursor: u64) -> Result<impl Iterator<Item = &Event>, Gone> {
        let table = self.tables.get(resource);
        let skip = match table {
            Some(t) if cursor < t.dropped => return Err(Gone { oldest: t.compacted }),
            Some(t) => usize::try_from(cursor - t.dropped).unwrap_or(usize::MAX).min(t.log.len()),
            None => 0,
        };
        Ok(table.into_iter().flat_map(move |t| t.log.range(skip..)))
    }

    /// Forgets the events up to a revision, as etcd's compaction does.
    pub fn compact(&mut self, revision: u64) {
        for table in self.tables.values_mut() {
            let n = table.log.partition_point(|e| e.revision <= revision);
            table.forget(n);
            table.compacted = table.compacted.max(revision);
        }
    }
}

impl Table {
    fn record(&mut self, event: Event) {
        Rc::make_mut(&mut self.log).push_back(event);
        if self.log.len() > HISTORY {
            self.forget(1);
        }
    }

    /// Drops the oldest `n` events.
    fn forget(&mut self, n: usize) {
        if n == 0 {
            return;
        }
        let gone = Rc::make_mut(&mut self.log).drain(..n).next_back();
        self.dropped += n as u64;
        self.compacted = self.compacted.max(gone.map_or(0, |e| e.revision));
    }
}

fn table_mut<'a>(tables: &'a mut BTreeMap<Rc<str>, Table>, resource: &str) -> &'a mut Table {
    if !tables.contains_key(resource) {
        tables.insert(Rc::from(resource), Table::default());
    }
    match tables.get_mut(resource) {
        Some(table) => table,
        None => unreachable!("inserted above"),
    }
}

fn set_revision(object: &mut Value, revision: u64) {
    object.path_mut(&["metadata"]).map_mut().insert("resourceVersion", revision.to_string());
}

fn in_namespace(key: &str, namespace: &str) -> bool {
    namespace.is_empty() || key.strip_prefix(namespace).is_some_and(|rest| rest.starts_with('/'))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::object;

    fn pod(name: &str, x: i64) -> Value {
        object! { "kind" => "Pod", "metadata" => object! { "name" => name }, "x" => x }
    }

    fn seen(store: &Store, cursor: u64) -> Vec<String> {
        let events = store.events_from("pods", cursor).unwrap();
        events.map(|e| format!("{} {} {}", e.revision, e.kind.as_str(), e.key)).collect()
    }

    #[test]
    fn keys_are_ordered_as_in_etcd_and_a_namespace_is_a_range() {
        let mut store = Store::default();
        for key in ["a/x", "a-b/x", "b/y", "a/w"] {
            store.put("pods", key, pod("x", 0));
        }
        let keys = |ns| store.list("pods", ns).map(|(k, _)| k.to_owned()).collect::<Vec<_>>();
        assert_eq!(keys(""), ["a-b/x", "a/w", "a/x", "b/y"]);
        assert_eq!(keys("a"), ["a/w", "a/x"]);
        assert_eq!(store.list_after("pods", "a", "a/w").count(), 1);
    }

    #[test]
    fn a_watch_reads_from_its_cursor_and_finds_out_when_it_is_too_late() {
        let mut store = Store::default();
        store.put("pods", "a/x", pod("x", 1));
        store.put("services", "a/x", pod("x", 1));
        let now = store.cursor("pods");
        store.put("pods", "a/x", pod("x", 2));
        store.remove("pods", "a/x");
        assert_eq!(seen(&store, now), ["3 MODIFIED a/x", "4 DELETED a/x"]);
        assert_eq!(store.cursor_after("pods", 1), Ok(1));
        store.compact(3);
        assert_eq!(store.cursor_after("pods", 2), Err(Gone { oldest: 3 }));
        assert_eq!(seen(&store, store.cursor_after("pods", 3).unwrap()), ["4 DELETED a/x"]);
        assert!(store.events_from("pods", now).is_err());
    }

    #[test]
    fn a_clone_is_a_snapshot() {
        let mut store = Store::default();
        store.put("pods", "a/x", pod("x", 1));
        let snapshot = store.clone();
        store.put("pods", "a/x", pod("x", 2));
        store.put("pods", "a/y", pod("y", 2));
        assert_eq!(snapshot.get("pods", "a/x").unwrap()["x"].int(), 1);
        assert_eq!((snapshot.count("pods"), snapshot.revision(), store.count("pods")), (1, 1, 2));
    }

    #[test]
    fn the_hash_tells_two_histories_apart() {
        let run = |x| {
            let mut store = Store::default();
            store.enable_hash();
            store.put("pods", "a/x", pod("x", x));
            store.event_hash()
        };
        assert_eq!(run(1), run(1));
        assert_ne!(run(1), run(2));
    }
}
