//! One object that a command works on.

use crate::apimachinery::{Object, Value};
use crate::cli::mapper::Mapping;
use std::rc::Rc;

/// An object with where it came from and where it lives.
#[derive(Clone, Debug)]
pub struct Info {
    pub mapping: Rc<Mapping>,
    /// "" for what has none.
    pub namespace: String,
    pub name: String,
    /// As fetched or as read from a file; null where it is only named.
    pub object: Value,
    /// The file it was read from; "" where it came from the server.
    pub source: String,
}

impl Info {
    pub fn of_object(mapping: &Rc<Mapping>, object: Value) -> Self {
        Self {
            mapping: mapping.clone(),
            namespace: object.namespace().to_owned(),
            name: object.name().to_owned(),
            object,
            source: String::new(),
        }
    }

    pub fn named(mapping: &Rc<Mapping>, namespace: &str, name: &str) -> Self {
        Self {
            mapping: mapping.clone(),
            namespace: if mapping.namespaced { namespace.to_owned() } else { String::new() },
            name: name.to_owned(),
            object: Value::Null,
            source: String::new(),
        }
    }

    /// A whole list, as a Table comes.
    pub fn of_list(mapping: &Rc<Mapping>, namespace: &str, list: Value) -> Self {
        Self { object: list, ..Self::named(mapping, namespace, "") }
    }

    /// The URL of the object.
    pub fn url(&self) -> String {
        self.mapping.url(&self.namespace, &self.name)
    }

    /// The URL of its collection.
    pub fn collection_url(&self) -> String {
        self.mapping.url(&self.namespace, "")
    }

    /// Takes what the server answered.
    pub fn refresh(&mut self, object: Value) {
        if object.kind() != "Table" && object.kind() != "Status" && !object.name().is_empty() {
            self.name = object.name().to_owned();
            self.namespace = object.namespace().to_owned();
        }
        self.object = object;
    }

    /// `pod/web`, `deployment.apps/web`
    pub fn object_name(&self) -> String {
        format!("{}/{}", self.mapping.type_name(), self.name)
    }

    /// `pods/web`, `deployments.apps/web`
    pub fn resource_name(&self) -> String {
        format!("{}/{}", self.mapping.resource.resource, self.name)
    }
}

/// `pod/web`, `deployment.apps/web`, from the object itself.
pub fn name_for_object(object: &Value) -> String {
    let gvk = object.gvk();
    let kind = gvk.kind.to_lowercase();
    match gvk.group.as_str() {
        "" => format!("{kind}/{}", object.name()),
        group => format!("{kind}.{group}/{}", object.name()),
    }
}
