//! Counts what a namespace uses of its quotas. Models `pkg/controller/resourcequota`.

use super::{Context, Controller, pods};
use crate::api::qos::qos_class;
use crate::apimachinery::quantity::{Format, Quantity};
use crate::apimachinery::{Object, Status, Time, Value};
use crate::client::{Delta, Informers, Resource, WorkQueue};

#[derive(Clone)]
pub struct ResourceQuotas;

impl ResourceQuotas {
    pub fn boxed() -> Box<dyn Controller> {
        Box::new(Self)
    }
}

/// What is counted under the plain names.
const COUNTED: &[(&str, Resource)] = &[
    ("configmaps", Resource::ConfigMaps),
    ("persistentvolumeclaims", Resource::PersistentVolumeClaims),
    ("replicationcontrollers", Resource::ReplicationControllers),
    ("resourcequotas", Resource::ResourceQuotas),
    ("secrets", Resource::Secrets),
    ("services", Resource::Services),
];

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
            if let Some(amount) = usage(&quota, name, context.informers) {
                used.map_mut().insert(name, amount.to_string());
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

fn usage(quota: &Value, name: &str, informers: &Informers) -> Option<Quantity> {
    let namespace = quota.namespace();
    let number = |n: usize| Some(Quantity::new(n as i64, Format::DecimalSi));
    if let Some((_, resource)) = COUNTED.iter().find(|(n, _)| *n == name) {
        return number(informers.list_in(*resource, namespace).count());
    }
    if let Some(counted) = name.strip_prefix("count/") {
        let (plural, group) = counted.split_once('.').unwrap_or((counted, ""));
        let resource = Resource::all().find(|r| r.plural() == plural && r.group() == group)?;
        return number(informers.list_in(resource, namespace).count());
    }
    let services = |kind: &str| {
        informers.list_in(Resource::Services, namespace).filter(|s| s.at("spec.type").str() == kind).count()
    };
    match name {
        "services.nodeports" => return number(services("NodePort") + services("LoadBalancer")),
        "services.loadbalancers" => return number(services("LoadBalancer")),
        _ => {}
    }
    let alive = informers.list_in(Resource::Pods, namespace).filter(|p| !pods::is_terminal(p) && in_scope(quota, p));
    if name == "pods" {
        return number(alive.count());
    }
    let (list, resource) = match name.split_once('.') {
        Some((list @ ("requests" | "limits"), resource)) => (list, resource),
        _ => ("requests", name),
    };
    let amounts = alive.flat_map(|p| p["spec"]["containers"].items()).map(|c| &c["resources"][list][resource]);
    let amounts: Vec<Quantity> = amounts.filter(|q| !q.is_null()).map(Quantity::of).collect();
    let millis: i64 = amounts.iter().map(|q| q.milli_value()).sum();
    let format = amounts.first().map_or(Format::DecimalSi, |q| q.format);
    Some(if millis % 1_000 == 0 { Quantity::new(millis / 1_000, format) } else { Quantity::milli(millis) })
}

/// True where a pod is among those that a quota with scopes counts.
fn in_scope(quota: &Value, pod: &Value) -> bool {
    quota["spec"]["scopes"].items().iter().all(|scope| match scope.str() {
        "BestEffort" => qos_class(pod) == "BestEffort",
        "NotBestEffort" => qos_class(pod) != "BestEffort",
        "Terminating" => pod.at("spec.activeDeadlineSeconds").as_i64().is_some(),
        "NotTerminating" => pod.at("spec.activeDeadlineSeconds").as_i64().is_none(),
        _ => true,
    })
}
