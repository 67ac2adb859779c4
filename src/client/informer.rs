//! Caches of what the API server stores, fed by list and watch. Models client-go's shared informers and indexers.

use super::request::{ReplyBody, Request, WatchEvent, WatchId};
use super::{Api, Resource};
use crate::apimachinery::{Object, Value};
use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;

/// A cache key: `namespace/name`, or `name` for what has no namespace.
pub type Key = Rc<str>;

/// One change of a cache. `old` is None for what is new, `new` is None for what is gone.
#[derive(Clone, Debug)]
pub struct Delta {
    pub resource: Resource,
    pub key: Key,
    pub old: Option<Value>,
    pub new: Option<Value>,
}

impl Delta {
    /// The object after the change, or before it where it is gone.
    pub fn object(&self) -> &Value {
        const NONE: &Value = &Value::Null;
        self.new.as_ref().or(self.old.as_ref()).unwrap_or(NONE)
    }

    pub fn is_add(&self) -> bool {
        self.old.is_none()
    }

    pub fn is_delete(&self) -> bool {
        self.new.is_none()
    }

    /// True where the value at a dotted path differs between before and after.
    pub fn changed(&self, path: &str) -> bool {
        const NONE: &Value = &Value::Null;
        let old = self.old.as_ref().map_or(NONE, |v| v.at(path));
        let new = self.new.as_ref().map_or(NONE, |v| v.at(path));
        !old.same(new)
    }
}

/// The cache of one resource.
#[derive(Clone, Debug, Default)]
struct Cache {
    objects: Rc<BTreeMap<Key, Value>>,
    watch: Option<WatchId>,
}

/// All caches, with indices. Cloning shares the objects.
#[derive(Clone, Debug, Default)]
pub struct Informers {
    caches: BTreeMap<Resource, Cache>,
    pods_by_node: BTreeMap<Rc<str>, BTreeSet<Key>>,
    by_owner: BTreeMap<Rc<str>, BTreeSet<(Resource, Key)>>,
}

/// The uids that an object is found by: its owners', and "" where none of them is its controller.
fn owners(references: &Value) -> impl Iterator<Item = &str> {
    let orphan = !references.items().iter().any(|r| r["controller"].bool());
    references.items().iter().map(|r| r["uid"].str()).chain(orphan.then_some(""))
}

/// How often one call may relist a resource before it gives up until the next.
const RELISTS: usize = 3;

impl Informers {
    /// Brings every cache up to date and says what changed, by resource in the order of the table.
    pub fn sync(&mut self, api: &mut dyn Api) -> Vec<Delta> {
        let mut deltas = Vec::new();
        for resource in Resource::all() {
            for _ in 0..RELISTS {
                if self.sync_one(resource, api, &mut deltas) {
                    break;
                }
            }
        }
        deltas
    }

    /// False where the watch ended and the resource has to be listed again.
    fn sync_one(&mut self, resource: Resource, api: &mut dyn Api, deltas: &mut Vec<Delta>) -> bool {
        let Some(watch) = self.caches.entry(resource).or_default().watch else {
            return self.list(resource, api, deltas);
        };
        let poll = api.poll_watch(watch);
        let mut failed = poll.closed;
        for event in poll.events {
            failed |= !self.apply(resource, event, deltas);
        }
        if failed {
            api.close_watch(watch);
            self.caches.entry(resource).or_default().watch = None;
        }
        !failed
    }

    /// Lists a resource, reports the difference to what was cached, and watches from there.
    fn list(&mut self, resource: Resource, api: &mut dyn Api, deltas: &mut Vec<Delta>) -> bool {
        let Ok(list) = api.handle(Request::get(resource.url("", ""))).into_result() else { return true };
        let (kind, api_version) = (Value::from(resource.kind()), Value::from(resource.api_version()));
        let mut gone: BTreeSet<Key> = self.keys(resource).cloned().collect();
        for item in list["items"].items() {
            let mut item = item.clone();
            // Items of a list carry no type of their own.
            item.default_to("kind", kind.clone());
            item.default_to("apiVersion", api_version.clone());
            gone.remove(item.key().as_str());
            self.put(resource, item, deltas);
        }
        for key in gone {
            self.take(resource, &key, deltas);
        }
        let version = list.at("metadata.resourceVersion").str().to_owned();
        let watch = Request::get(resource.url("", "")).query("watch", "true").query("resourceVersion", version);
        if let ReplyBody::Watch(id) = api.handle(watch).body {
            self.caches.entry(resource).or_default().watch = Some(id);
        }
        true
    }

    fn apply(&mut self, resource: Resource, event: WatchEvent, deltas: &mut Vec<Delta>) -> bool {
        match event.kind {
            "ADDED" | "MODIFIED" => self.put(resource, event.object, deltas),
            "DELETED" => self.take(resource, &event.object.key(), deltas),
            "ERROR" => return false,
            _ => {}
        }
        true
    }

    fn put(&mut self, resource: Resource, object: Value, deltas: &mut Vec<Delta>) {
        let key: Key = Rc::from(object.key());
        let cache = self.caches.entry(resource).or_default();
        let old = Rc::make_mut(&mut cache.objects).insert(key.clone(), object.clone());
        if let Some(old) = &old {
            if old.resource_version() == object.resource_version() && old.uid() == object.uid() {
                return;
            }
        }
        self.reindex(resource, &key, old.as_ref(), Some(&object));
        deltas.push(Delta { resource, key, old, new: Some(object) });
    }

    fn take(&mut self, resource: Resource, key: &str, deltas: &mut Vec<Delta>) {
        let cache = self.caches.entry(resource).or_default();
        let Some((key, old)) = Rc::make_mut(&mut cache.objects).remove_entry(key) else { return };
        self.reindex(resource, &key, Some(&old), None);
        deltas.push(Delta { resource, key, old: Some(old), new: None });
    }

    fn reindex(&mut self, resource: Resource, key: &Key, old: Option<&Value>, new: Option<&Value>) {
        if resource == Resource::Pods {
            let node = |pod: Option<&Value>| pod.map_or("", |p| p["spec"]["nodeName"].str()).to_owned();
            let (was, is) = (node(old), node(new));
            if was != is || old.is_none() {
                if let Some(set) = self.pods_by_node.get_mut(was.as_str()) {
                    set.remove(key);
                }
                if new.is_some() {
                    self.pods_by_node.entry(Rc::from(is)).or_default().insert(key.clone());
                }
            }
            if new.is_none() {
                if let Some(set) = self.pods_by_node.get_mut(was.as_str()) {
                    set.remove(key);
                }
            }
        }
        let refs = |v: Option<&Value>| v.map_or(Value::Null, |v| v["metadata"]["ownerReferences"].clone());
        let (was, is) = (refs(old), refs(new));
        if was.same(&is) && old.is_some() && new.is_some() {
            return;
        }
        for uid in owners(&was) {
            if let Some(set) = self.by_owner.get_mut(uid) {
                set.remove(&(resource, key.clone()));
                if set.is_empty() {
                    self.by_owner.remove(uid);
                }
            }
        }
        for uid in owners(&is).filter(|_| new.is_some()) {
            self.by_owner.entry(Rc::from(uid)).or_default().insert((resource, key.clone()));
        }
    }

    fn keys(&self, resource: Resource) -> impl Iterator<Item = &Key> {
        self.caches.get(&resource).into_iter().flat_map(|c| c.objects.keys())
    }

    /// The cached object with a key.
    pub fn get(&self, resource: Resource, key: &str) -> Option<&Value> {
        self.caches.get(&resource)?.objects.get(key)
    }

    /// The cached objects of a namespace, or all of them where `namespace` is "", by key.
    pub fn list_in<'a>(&'a self, resource: Resource, namespace: &str) -> impl Iterator<Item = &'a Value> {
        let prefix = if namespace.is_empty() { String::new() } else { format!("{namespace}/") };
        self.caches
            .get(&resource)
            .into_iter()
            .flat_map(move |c| {
                let from: Key = Rc::from(prefix.as_str());
                let prefix = prefix.clone();
                c.objects.range(from..).take_while(move |(key, _)| key.starts_with(&prefix))
            })
            .map(|(_, object)| object)
    }

    /// The pods bound to a node ("" for those not yet bound), by key.
    pub fn pods_on<'a>(&'a self, node: &str) -> impl Iterator<Item = &'a Value> {
        self.pods_by_node.get(node).into_iter().flatten().filter_map(|key| self.get(Resource::Pods, key))
    }

    /// Everything with an owner reference to a uid.
    pub fn owned_by<'a>(&'a self, uid: &str) -> impl Iterator<Item = (Resource, &'a Value)> {
        let owned = self.by_owner.get(uid).into_iter().flatten();
        owned.filter_map(|(resource, key)| self.get(*resource, key).map(|object| (*resource, object)))
    }

    /// The objects of one resource and namespace that no controller owns.
    pub fn orphans<'a>(&'a self, resource: Resource, namespace: &str) -> impl Iterator<Item = &'a Value> {
        let namespace = namespace.to_owned();
        self.owned(resource, "").filter(move |object| object.namespace() == namespace)
    }

    /// The objects of one resource with an owner reference to a uid.
    pub fn owned<'a>(&'a self, resource: Resource, uid: &str) -> impl Iterator<Item = &'a Value> {
        self.owned_by(uid).filter(move |(r, _)| *r == resource).map(|(_, object)| object)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::object;

    fn pod(name: &str, node: &str, version: u32) -> Value {
        object! {
            "metadata" => object! {
                "name" => name, "namespace" => "default", "resourceVersion" => version.to_string(),
                "ownerReferences" => crate::list![object! { "uid" => "u1" }],
            },
            "spec" => object! { "nodeName" => node },
        }
    }

    #[test]
    fn indices_follow_the_objects() {
        let (mut informers, mut deltas) = (Informers::default(), Vec::new());
        informers.put(Resource::Pods, pod("a", "", 1), &mut deltas);
        informers.put(Resource::Pods, pod("b", "n1", 2), &mut deltas);
        informers.put(Resource::Pods, pod("a", "n1", 3), &mut deltas);
        assert_eq!(informers.pods_on("n1").count(), 2);
        assert_eq!(informers.pods_on("").count(), 0);
        assert_eq!(informers.owned_by("u1").count(), 2);
        assert!(deltas[2].changed("spec.nodeName") && !deltas[2].changed("metadata.name"));
        informers.take(Resource::Pods, "default/a", &mut deltas);
        assert_eq!(informers.pods_on("n1").count(), 1);
        assert_eq!(informers.list_in(Resource::Pods, "default").count(), 1);
        assert_eq!(informers.list_in(Resource::Pods, "def").count(), 0);
    }
}
