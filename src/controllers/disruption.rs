//! How many pods of a budget may be evicted. Models `pkg/controller/disruption`.

use super::{Context, Controller, pods};
use crate::apimachinery::labels::Selector;
use crate::apimachinery::{Object, Status, Time, Value};
use crate::client::{Delta, Informers, Resource, WorkQueue};
use crate::{list, object};

#[derive(Clone)]
pub struct Disruption;

impl Disruption {
    pub fn boxed() -> Box<dyn Controller> {
        Box::new(Self)
    }
}

impl Controller for Disruption {
    fn name(&self) -> &'static str {
        "controllermanager"
    }

    fn watches(&self) -> &'static [Resource] {
        &[Resource::PodDisruptionBudgets, Resource::Pods, Resource::ReplicaSets, Resource::Deployments]
    }

    fn enqueue(&mut self, delta: &Delta, informers: &Informers, queue: &mut WorkQueue, _: Time) {
        let object = delta.object();
        match delta.resource {
            Resource::PodDisruptionBudgets => queue.add(&*delta.key),
            Resource::Pods => {
                for budget in informers.list_in(Resource::PodDisruptionBudgets, object.namespace()) {
                    queue.add(budget.key());
                }
            }
            _ if delta.changed("spec.replicas") => {
                for budget in informers.list_in(Resource::PodDisruptionBudgets, object.namespace()) {
                    queue.add(budget.key());
                }
            }
            _ => {}
        }
    }

    fn reconcile(&mut self, key: &str, context: &mut Context) -> Result<(), Status> {
        let Some(budget) = context.get(Resource::PodDisruptionBudgets, key).cloned() else { return Ok(()) };
        let Ok(selector) = Selector::from_label_selector(&budget["spec"]["selector"]) else { return Ok(()) };
        let pods = context.informers.list_in(Resource::Pods, budget.namespace());
        let selected: Vec<&Value> = pods.filter(|p| selector.matches(p.labels()) && !pods::is_terminal(p)).collect();
        let (expected, desired) = wanted(&budget, &selected, context.informers);
        let healthy = selected.iter().filter(|p| pods::is_ready(p) && !p.is_terminating()).count() as i64;
        let allowed = if expected > 0 { (healthy - desired).max(0) } else { 0 };
        let condition = match allowed > 0 {
            true => ("True", "SufficientPods"),
            false => ("False", "InsufficientPods"),
        };
        let old = &budget["status"];
        let same = old["conditions"].items().iter().find(|c| c["status"].str() == condition.0);
        let since = same.map_or_else(|| Value::from(context.now.rfc3339()), |c| c["lastTransitionTime"].clone());
        let status = object! {
            "conditions" => list![object! {
                "type" => "DisruptionAllowed", "status" => condition.0, "reason" => condition.1, "message" => "",
                "lastTransitionTime" => since, "observedGeneration" => budget.generation(),
            }],
            "currentHealthy" => healthy, "desiredHealthy" => desired, "disruptionsAllowed" => allowed,
            "expectedPods" => expected, "observedGeneration" => budget.generation(),
        };
        if old.same(&status) {
            return Ok(());
        }
        let mut new = budget;
        new.set("status", status);
        context.door().update_status(Resource::PodDisruptionBudgets, new).map(|_| ())
    }
}

/// How many pods there should be, and how many of them have to be healthy.
fn wanted(budget: &Value, selected: &[&Value], informers: &Informers) -> (i64, i64) {
    let (least, most) = (&budget["spec"]["minAvailable"], &budget["spec"]["maxUnavailable"]);
    let scaled = |value: &Value, total: i64| {
        value.as_i64().unwrap_or_else(|| {
            let percent: i64 = value.str().trim_end_matches('%').parse().unwrap_or(0);
            (percent.saturating_mul(total) + 99).div_euclid(100)
        })
    };
    if let Some(number) = least.as_i64() {
        return (selected.len() as i64, number);
    }
    let expected = expected_by_controllers(selected, informers);
    if !most.is_null() {
        return (expected, (expected - scaled(most, expected)).max(0));
    }
    (expected, scaled(least, expected))
}

/// The sizes of the controllers of the pods.
fn expected_by_controllers(selected: &[&Value], informers: &Informers) -> i64 {
    let (mut seen, mut total) = (Vec::new(), 0);
    for pod in selected {
        let Some(owner) = pod.controller_of() else { continue };
        if seen.contains(&owner["uid"]) {
            continue;
        }
        seen.push(owner["uid"].clone());
        let resource = Resource::of_kind(owner["apiVersion"].str(), owner["kind"].str());
        let key = format!("{}/{}", pod.namespace(), owner["name"].str());
        total += resource.and_then(|r| informers.get(r, &key)).map_or(0, |o| o.at("spec.replicas").int());
    }
    total
}
