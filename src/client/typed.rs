//! Verbs over the door for those who know their resource. Models client-go's typed clients.

use super::request::{PatchType, Request};
use super::{Api, Resource};
use crate::apimachinery::{Object, Status, Value};

/// The API server, asked in the name of one component.
pub struct Door<'a> {
    pub api: &'a mut dyn Api,
    /// As `managedFields` would name it: `kube-controller-manager`.
    pub agent: &'static str,
}

impl Door<'_> {
    fn send(&mut self, request: Request) -> Result<Value, Status> {
        self.api.handle(request.user_agent(self.agent)).into_result()
    }

    /// Reads from the server, not from a cache.
    pub fn get(&mut self, resource: Resource, key: &str) -> Result<Value, Status> {
        self.send(Request::get(resource.url_of(key)))
    }

    pub fn create(&mut self, resource: Resource, namespace: &str, object: Value) -> Result<Value, Status> {
        self.send(Request::post(resource.url(namespace, ""), object))
    }

    pub fn update(&mut self, resource: Resource, object: Value) -> Result<Value, Status> {
        self.send(Request::put(resource.url(object.namespace(), object.name()), object))
    }

    pub fn update_status(&mut self, resource: Resource, object: Value) -> Result<Value, Status> {
        self.send(Request::put(resource.url(object.namespace(), object.name()) + "/status", object))
    }

    pub fn patch(&mut self, resource: Resource, key: &str, kind: PatchType, body: Value) -> Result<Value, Status> {
        self.send(Request::patch(kind, resource.url_of(key), body))
    }

    pub fn patch_status(&mut self, resource: Resource, key: &str, body: Value) -> Result<Value, Status> {
        self.send(Request::patch(PatchType::Strategic, resource.url_of(key) + "/status", body))
    }

    /// `options` is a `DeleteOptions` object, or null.
    pub fn delete(&mut self, resource: Resource, key: &str, options: Value) -> Result<Value, Status> {
        self.send(Request::delete(resource.url_of(key), options))
    }

    /// POSTs to a subresource: `binding`, `eviction`.
    pub fn post(&mut self, resource: Resource, key: &str, sub: &str, body: Value) -> Result<Value, Status> {
        self.send(Request::post(resource.url_of(key) + "/" + sub, body))
    }
}
