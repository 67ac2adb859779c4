//! What a controller is, and what it may use while it reconciles.

use crate::apimachinery::{Status, Time, Value};
use crate::client::recorder::Ref;
use crate::client::{Api, Delta, Door, EventRecorder, Informers, Resource, WorkQueue};
use crate::sim::Rng;

/// A control loop. It keeps no copy of the cluster: what it needs it reads from the informers.
pub trait Controller: CloneController {
    /// The event source and the name in errors: `deployment-controller`.
    fn name(&self) -> &'static str;
    /// Whose changes it is told of; empty means all.
    fn watches(&self) -> &'static [Resource];
    /// Adds the keys that a change concerns.
    fn enqueue(&mut self, delta: &Delta, informers: &Informers, queue: &mut WorkQueue, now: Time);
    /// Brings one key to its desired state. An error is tried again with back-off.
    fn reconcile(&mut self, key: &str, context: &mut Context) -> Result<(), Status>;
}

/// Lets boxed controllers be cloned with the cluster.
pub trait CloneController {
    fn clone_box(&self) -> Box<dyn Controller>;
}

impl<T: Controller + Clone + 'static> CloneController for T {
    fn clone_box(&self) -> Box<dyn Controller> {
        Box::new(self.clone())
    }
}

impl Clone for Box<dyn Controller> {
    fn clone(&self) -> Self {
        (**self).clone_box()
    }
}

/// The world of one reconcile.
pub struct Context<'a> {
    pub informers: &'a Informers,
    pub api: &'a mut dyn Api,
    pub now: Time,
    pub rng: &'a mut Rng,
    pub events: &'a mut EventRecorder,
    pub queue: &'a mut WorkQueue,
}

impl<'a> Context<'a> {
    /// The cached object with a key.
    pub fn get(&self, resource: Resource, key: &str) -> Option<&'a Value> {
        self.informers.get(resource, key)
    }

    /// The API server, asked in the controller's name.
    pub fn door(&mut self) -> Door<'_> {
        Door { api: &mut *self.api, agent: "kube-controller-manager" }
    }

    /// Records an event about an object. `kind` is `Normal` or `Warning`.
    pub fn event(&mut self, object: &Value, kind: &'static str, reason: &str, message: &str) {
        self.events.event(self.api, self.now, &Ref::of(object), (kind, reason, ""), message);
    }
}
