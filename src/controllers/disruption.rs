//! How many pods of a budget may be evicted. Models `pkg/controller/disruption`.

use super::{Context, Controller, pods};
use crate::apimachinery::intstr::scaled;
use crate::apimachinery::labels::Selector;
use crate::apimachinery::{Object, Status, Time, Value};
use crate::client::recorder::{NORMAL, WARNING};
use crate::client::{Delta, Informers, Resource, WorkQueue};
use crate::{list, object};
use std::collections::BTreeMap;

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
        &[Resource::PodDisruptionBudgets, Resource::Pods]
    }

    fn enqueue(&mut self, delta: &Delta, informers: &Informers, queue: &mut WorkQueue, _: Time) {
        if delta.resource == Resource::PodDisruptionBudgets {
            return queue.add(&*delta.key);
        }
        let pod = delta.object();
        for budget in informers.list_in(Resource::PodDisruptionBudgets, pod.namespace()) {
            let selector = Selector::from_label_selector(&budget["spec"]["selector"]);
            if !pod.labels().is_empty() && selector.is_ok_and(|s| s.matches(pod.labels())) {
                queue.add(budget.key());
            }
        }
    }

    fn reconcile(&mut self, key: &str, context: &mut Context) -> Result<(), Status> {
        let Some(budget) = context.get(Resource::PodDisruptionBudgets, key).cloned() else { return Ok(()) };
        let Ok(selector) = Selector::from_label_selector(&budget["spec"]["selector"]) else { return Ok(()) };
        let pods = context.informers.list_in(Resource::Pods, budget.namespace());
        let selected: Vec<&Value> = pods.filter(|p| selector.matches(p.labels())).collect();
        if selected.is_empty() {
            context.event(&budget, NORMAL, "NoPods", "No matching pods found");
        }
        let wanted = match wanted(&budget, &selected, context.informers) {
            Ok(wanted) => wanted,
            Err(why) => {
                let message = format!("Failed to calculate the number of expected pods: {why}");
                context.event(&budget, WARNING, "CalculateExpectedPodCountFailed", &message);
                return fail_safe(budget, &why, context);
            }
        };
        if wanted.unmanaged {
            context.event(&budget, WARNING, "UnmanagedPods", &unmanaged(&budget));
        }
        let (expected, desired) = (wanted.expected, wanted.desired);
        let healthy = selected.iter().filter(|p| pods::is_ready(p) && !p.is_terminating()).count() as i64;
        let allowed = if expected > 0 { (healthy - desired).max(0) } else { 0 };
        let (is, reason) = match allowed > 0 {
            true => ("True", "SufficientPods"),
            false => ("False", "InsufficientPods"),
        };
        let old = &budget["status"];
        let status = object! {
            "conditions" => list![condition(&budget, is, reason, "", budget.generation(), context.now)],
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

/// The condition `DisruptionAllowed`; its transition time stays where its status does.
fn condition(budget: &Value, is: &str, reason: &str, message: &str, generation: i64, now: Time) -> Value {
    let same = budget.at("status.conditions").items().iter().find(|c| c["status"].str() == is);
    let since = same.map_or_else(|| Value::from(now.rfc3339()), |c| c["lastTransitionTime"].clone());
    object! {
        "type" => "DisruptionAllowed", "status" => is, "reason" => reason, "message" => message,
        "lastTransitionTime" => since, "observedGeneration" => generation,
    }
}

/// Allows no disruption while it is not known how many pods there should be. Models `failSafe`.
fn fail_safe(mut budget: Value, why: &str, context: &mut Context) -> Result<(), Status> {
    let generation = budget.at("status.observedGeneration").int();
    let condition = condition(&budget, "False", "SyncFailed", why, generation, context.now);
    let mut status = budget["status"].clone();
    for count in ["currentHealthy", "desiredHealthy", "expectedPods"] {
        if status[count].is_null() {
            status.set(count, 0);
        }
    }
    status.set("disruptionsAllowed", 0);
    status.set("conditions", list![condition]);
    if budget["status"].same(&status) {
        return Ok(());
    }
    budget.set("status", status);
    context.door().update_status(Resource::PodDisruptionBudgets, budget).map(|_| ())
}

/// What is said where pods without a controller are counted by controllers.
fn unmanaged(budget: &Value) -> String {
    format!(
        "Pods selected by this PodDisruptionBudget (selector: {}) were found to be unmanaged. As a result, the status of \
         the PDB cannot be calculated correctly, which may result in undefined behavior. To account for these pods please \
         set \".spec.minAvailable\" field of the PDB to an integer value.",
        go_selector(&budget["spec"]["selector"])
    )
}

/// A selector as Go prints it: `&LabelSelector{MatchLabels:map[string]string{app: web,},MatchExpressions:[]…{},}`.
pub fn go_selector(selector: &Value) -> String {
    if selector.is_null() {
        return "nil".to_owned();
    }
    let labels: String = selector["matchLabels"].fields().map(|(k, v)| format!("{k}: {},", v.str())).collect();
    let expression = |e: &Value| {
        let values: Vec<&str> = e["values"].items().iter().map(Value::str).collect();
        let (key, operator) = (e["key"].str(), e["operator"].str());
        format!("LabelSelectorRequirement{{Key:{key},Operator:{operator},Values:[{}],}},", values.join(" "))
    };
    let expressions: String = selector["matchExpressions"].items().iter().map(expression).collect();
    format!(
        "&LabelSelector{{MatchLabels:map[string]string{{{labels}}},MatchExpressions:[]LabelSelectorRequirement{{{expressions}}},}}"
    )
}

/// How many pods there should be, and how many of them have to be healthy.
#[derive(Default)]
struct Wanted {
    expected: i64,
    desired: i64,
    /// Pods have no controller, where controllers are counted.
    unmanaged: bool,
}

/// Models `getExpectedPodCount`.
fn wanted(budget: &Value, selected: &[&Value], informers: &Informers) -> Result<Wanted, String> {
    let (least, most) = (&budget["spec"]["minAvailable"], &budget["spec"]["maxUnavailable"]);
    if let Some(desired) = least.as_i64().filter(|_| most.is_null()) {
        return Ok(Wanted { expected: selected.len() as i64, desired, unmanaged: false });
    }
    if most.is_null() && least.is_null() {
        return Ok(Wanted::default());
    }
    let (expected, unmanaged) = expected_by_controllers(selected, informers)?;
    let desired = match most.is_null() {
        true => scaled(least, expected, true),
        false => (expected - scaled(most, expected, true)).max(0),
    };
    Ok(Wanted { expected, desired, unmanaged })
}

/// The sizes of the controllers of the pods, and whether there are pods without one. Models `getExpectedScale`.
fn expected_by_controllers(selected: &[&Value], informers: &Informers) -> Result<(i64, bool), String> {
    let (mut scales, mut unmanaged) = (BTreeMap::new(), false);
    for pod in selected {
        let Some(owner) = pod.controller_of() else {
            unmanaged = true;
            continue;
        };
        let resource = Resource::of_kind(owner["apiVersion"].str(), owner["kind"].str());
        if let Some(resource @ (Resource::DaemonSets | Resource::Jobs)) = resource {
            return Err(format!("{}.{} does not implement the scale subresource", resource.plural(), resource.group()));
        }
        let Some(controller) = find(owner, pod.namespace(), informers) else {
            return Err(format!("found no controllers for pod \"{}\"", pod.name()));
        };
        // The pods of all of a deployment's replica sets are its own.
        let above = controller.controller_of().filter(|o| o["kind"].str() == "Deployment");
        let controller = above.and_then(|o| find(o, pod.namespace(), informers)).unwrap_or(controller);
        scales.insert(controller.uid().to_owned(), controller.at("spec.replicas").int());
    }
    Ok((scales.values().sum(), unmanaged))
}

/// The object that an owner reference names.
fn find<'a>(owner: &Value, namespace: &str, informers: &'a Informers) -> Option<&'a Value> {
    let resource = Resource::of_kind(owner["apiVersion"].str(), owner["kind"].str())?;
    let found = informers.get(resource, &format!("{namespace}/{}", owner["name"].str()))?;
    (found.uid() == owner["uid"].str()).then_some(found)
}
