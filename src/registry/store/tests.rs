//! The generic store with a strategy of its own: grace, finalizers, locks.

use super::*;
use crate::apimachinery::Object;
use crate::object;
use crate::registry::strategy::Strategy;

/// Thirty seconds of grace unless told otherwise; every write must name its resource version.
struct Graceful;

impl Strategy for Graceful {
    fn prepare_for_create(&self, object: &mut Value) {
        object.set("metadata.generation", 1);
    }
    fn grace_period(&self, _: &Value, requested: Option<i64>) -> Option<i64> {
        Some(requested.unwrap_or(30))
    }
    fn allow_unconditional_update(&self) -> bool {
        false
    }
}

struct Bench {
    store: storage::Store,
    rng: Rng,
    now: Time,
    info: ResourceInfo,
}

impl Bench {
    fn new() -> Self {
        let resource = crate::api::resources::by_gvr("", "v1", "pods").unwrap();
        let now = Time::parse_rfc3339("2026-11-23T12:00:00Z").unwrap();
        Self { store: storage::Store::default(), rng: Rng::new(1), now, info: ResourceInfo::new(resource, &Graceful) }
    }

    fn run<T>(&mut self, f: impl FnOnce(&mut Registry, &ResourceInfo) -> T) -> T {
        let mut registry = Registry {
            store: &mut self.store,
            rng: &mut self.rng,
            now: self.now,
            dry_run: false,
            admission: &mut AlwaysAdmit,
            managed: None,
            warnings: Vec::new(),
        };
        f(&mut registry, &self.info)
    }

    fn create(&mut self, name: &str) -> Value {
        let object = object! { "kind" => "Pod", "apiVersion" => "v1",
        "metadata" => object! { "name" => name, "namespace" => "a" } };
        self.run(|r, info| r.create(info, object)).unwrap()
    }

    fn delete(&mut self, name: &str, options: DeleteOptions) -> Result<Deleted, Status> {
        self.run(|r, info| r.delete(info, "a", name, &options))
    }

    fn update(&mut self, object: Value) -> Result<(Value, bool), Status> {
        let name = object.name().to_owned();
        self.run(|r, info| r.update(info, "a", &name, object, Part::Main))
    }
}

fn grace(seconds: i64) -> DeleteOptions {
    DeleteOptions { grace_period: Some(seconds), ..DeleteOptions::default() }
}

fn marks(object: &Value) -> (String, i64, i64) {
    let m = object.metadata();
    (m["deletionTimestamp"].str().to_owned(), m["deletionGracePeriodSeconds"].int(), m["generation"].int())
}

#[test]
fn grace_may_only_be_shortened() {
    let mut b = Bench::new();
    b.create("p");
    let first = b.delete("p", DeleteOptions::default()).unwrap();
    assert!(!first.gone);
    assert_eq!(marks(&first.object), ("2026-11-23T12:00:30Z".into(), 30, 2));
    assert_eq!(b.delete("p", grace(60)).unwrap().object, first.object);
    let shorter = b.delete("p", grace(5)).unwrap();
    assert_eq!(marks(&shorter.object), ("2026-11-23T12:00:05Z".into(), 5, 2));
    assert!(b.delete("p", grace(0)).unwrap().gone);
    assert_eq!(b.delete("p", grace(0)).unwrap_err().message, r#"pods "p" not found"#);
}

#[test]
fn propagation_is_a_finalizer() {
    let mut b = Bench::new();
    for (policy, want) in [(Propagation::Foreground, "foregroundDeletion"), (Propagation::Orphan, "orphan")] {
        b.create(want);
        let options = DeleteOptions { propagation: Some(policy), ..grace(0) };
        let held = b.delete(want, options).unwrap();
        assert_eq!((held.gone, held.object.finalizers().collect::<Vec<_>>()), (false, vec![want]));
        let mut free = held.object;
        free.set("metadata.finalizers", Value::Null);
        b.update(free).unwrap();
        assert_eq!(b.store.count("pods"), 0);
    }
}

#[test]
fn updates_are_locked_and_keep_what_is_the_servers() {
    let mut b = Bench::new();
    let made = b.create("p");
    let mut blind = made.clone();
    blind.remove("metadata.resourceVersion");
    assert_eq!(
        b.update(blind).unwrap_err().message,
        r#"Pod "p" is invalid: metadata.resourceVersion: Invalid value: 0: must be specified for an update"#
    );
    let mut other = made.clone();
    other.set("metadata.uid", "another");
    assert!(b.update(other).unwrap_err().message.contains("Precondition failed: UID in precondition: another"));
    let mut forged = made.clone();
    forged.set("metadata.creationTimestamp", "2000-01-01T00:00:00Z");
    forged.set("metadata.generation", 9);
    forged.set("metadata.deletionTimestamp", "2000-01-01T00:00:00Z");
    assert_eq!(b.update(forged).unwrap().0, made);
    b.delete("p", DeleteOptions::default()).unwrap();
    let mut late = b.store.get("pods", "a/p").unwrap().clone();
    late.set("metadata.finalizers", crate::list!["x.io/y"]);
    assert_eq!(
        b.update(late).unwrap_err().message,
        r#"Pod "p" is invalid: metadata.finalizers: Forbidden: no new finalizers can be added if the object is being deleted, found new finalizers []string{"x.io/y"}"#
    );
}

#[test]
fn a_finalizer_outlives_the_grace_period() {
    let mut b = Bench::new();
    let mut held = b.create("p");
    held.set("metadata.finalizers", crate::list!["x.io/y"]);
    b.update(held).unwrap();
    let deleted = b.delete("p", grace(0)).unwrap();
    assert!(!deleted.gone);
    assert_eq!(marks(&deleted.object), ("2026-11-23T12:00:00Z".into(), 0, 2));
}
