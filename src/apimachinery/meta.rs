//! Object metadata, read from values. Models `apimachinery/pkg/apis/meta/v1` (`ObjectMeta`, `OwnerReference`).

use super::gvk::{GroupVersion, GroupVersionKind};
use super::time::Time;
use super::value::Value;

/// Reads the metadata of an API object. Missing fields read as Go's zero values.
pub trait Object {
    fn value(&self) -> &Value;

    fn metadata(&self) -> &Value {
        &self.value()["metadata"]
    }
    fn kind(&self) -> &str {
        self.value()["kind"].str()
    }
    fn api_version(&self) -> &str {
        self.value()["apiVersion"].str()
    }
    fn gvk(&self) -> GroupVersionKind {
        GroupVersion::parse(self.api_version()).unwrap_or_default().with_kind(self.kind())
    }
    fn name(&self) -> &str {
        self.metadata()["name"].str()
    }
    fn namespace(&self) -> &str {
        self.metadata()["namespace"].str()
    }
    fn uid(&self) -> &str {
        self.metadata()["uid"].str()
    }
    fn generation(&self) -> i64 {
        self.metadata()["generation"].int()
    }
    /// The revision of the last write; 0 where there is none.
    fn resource_version(&self) -> u64 {
        self.metadata()["resourceVersion"].str().parse().unwrap_or(0)
    }
    fn label(&self, key: &str) -> Option<&str> {
        self.metadata()["labels"][key].as_str()
    }
    fn labels(&self) -> &Value {
        &self.metadata()["labels"]
    }
    fn annotation(&self, key: &str) -> Option<&str> {
        self.metadata()["annotations"][key].as_str()
    }
    fn annotations(&self) -> &Value {
        &self.metadata()["annotations"]
    }
    fn finalizers(&self) -> impl Iterator<Item = &str> {
        self.metadata()["finalizers"].items().iter().filter_map(Value::as_str)
    }
    fn owner_references(&self) -> &[Value] {
        self.metadata()["ownerReferences"].items()
    }
    /// The owner reference whose `controller` is true. Models `metav1.GetControllerOf`.
    fn controller_of(&self) -> Option<&Value> {
        self.owner_references().iter().find(|r| r["controller"].bool())
    }
    fn creation_timestamp(&self) -> Option<Time> {
        Time::parse_rfc3339(self.metadata()["creationTimestamp"].str())
    }
    fn deletion_timestamp(&self) -> Option<Time> {
        Time::parse_rfc3339(self.metadata()["deletionTimestamp"].str())
    }
    fn is_terminating(&self) -> bool {
        !self.metadata()["deletionTimestamp"].is_null()
    }
    /// `namespace/name`, or `name` for what has no namespace: the key of caches and work queues.
    fn key(&self) -> String {
        match self.namespace() {
            "" => self.name().to_owned(),
            ns => format!("{ns}/{}", self.name()),
        }
    }
}

impl Object for Value {
    fn value(&self) -> &Value {
        self
    }
}

/// Splits a cache key into namespace ("" where there is none) and name.
pub fn split_key(key: &str) -> (&str, &str) {
    key.split_once('/').unwrap_or(("", key))
}
