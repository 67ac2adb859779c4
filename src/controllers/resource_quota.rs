//! Counts what a namespace uses of its quotas. Models `pkg/controller/resourcequota`.

use super::{Context, Controller};
use crate::api::quota::{counted_by, in_scope, usage};
use crate::apimachinery::quantity::Quantity;
use crate::apimachinery::{Object, Status, Time, Value};
use crate::client::{Delta, Informers, Resource, WorkQueue};

#[derive(Clone)]
pub struct ResourceQuotas;

impl ResourceQuotas {
    pub fn boxed() -> Box<dyn Controller> {
        Box::new(Self)
    }
}

impl Controller for ResourceQuotas {
    fn name(&self) -> &'static str {
        "resourcequota-controller"
    }

    fn watches(&self) -> &'static [Resource] {
        &[
            Resource::ResourceQuotas,
            Resource::Pods,
            Resource::ConfigMaps,
            Resource::PersistentVolumeClaims,
            Resource::ReplicationControllers,
            Resource::Secrets,
            Resource::Services,
            Resource::Deployments,
            Resource::ReplicaSets,
            Resource::StatefulSets,
            Resource::Jobs,
            Resource::CronJobs,
        ]
    }

    fn enqueue(&mut self, delta: &Delta, informers: &Informers, queue: &mut WorkQueue, _: Time) {
        let object = delta.object();
        if delta.resource == Resource::ResourceQuotas {
            queue.add(&*delta.key);
        } else if delta.is_add() || delta.is_delete() || delta.changed("status.phase") {
            for quota in informers.list_in(Resource::ResourceQuotas, object.namespace()) {
                queue.add(quota.key());
            }
        }
    }

    fn reconcile(&mut self, key: &str, context: &mut Context) -> Result<(), Status> {
        let Some(quota) = context.get(Resource::ResourceQuotas, key).cloned() else { return Ok(()) };
        let hard = quota["spec"]["hard"].clone();
        let mut used = Value::object();
        for (name, _) in hard.fields() {
            if let Some(total) = amount(&quota, name, context.informers) {
                used.map_mut().insert(name, total.to_string());
            }
        }
        if quota["status"]["hard"].same(&hard) && quota["status"]["used"].same(&used) {
            return Ok(());
        }
        let mut new = quota;
        new.set("status.hard", hard);
        new.set("status.used", used);
        context.door().update_status(Resource::ResourceQuotas, new).map(|_| ())
    }
}

/// None for what is not watched here.
fn amount(quota: &Value, name: &str, informers: &Informers) -> Option<Quantity> {
    let (plural, group) = counted_by(name);
    let resource = Resource::all().find(|r| r.plural() == plural && r.group() == group)?;
    let objects = informers.list_in(resource, quota.namespace()).filter(|o| in_scope(quota, group, plural, o));
    let amounts = objects.filter_map(|o| usage(group, plural, o).get(name).copied());
    Some(amounts.fold(Quantity::ZERO, |sum, amount| sum + amount))
}
