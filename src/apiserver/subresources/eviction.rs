//! `/eviction`: deletes a pod if its disruption budget allows. Models `pkg/registry/core/pod/storage/eviction.go`.

use super::binding::{set_condition, success};
use crate::apimachinery::labels::Selector;
use crate::apimachinery::{Object, Status, Value};
use crate::apiserver::ApiServer;
use crate::apiserver::handlers::{Call, body};
use crate::apiserver::options::{WriteOptions, delete_options};
use crate::client::{Body, Reply, Request};
use crate::object;
use crate::registry::store::Part;
use crate::{list, storage::Store};

const BUDGETS: &str = "poddisruptionbudgets.policy";

impl ApiServer {
    pub(super) fn serve_eviction(&mut self, call: &Call) -> Result<Reply, Status> {
        let eviction = body(call.request, "Eviction")?;
        let dry_run = WriteOptions::parse(call.request, "CreateOptions")?.dry_run;
        if !eviction.name().is_empty() && eviction.name() != call.info.name {
            return Err(Status::bad_request("name in URL does not match name in Eviction object"));
        }
        let pod = self.fetch(call)?;
        let deletion = Request { body: Body::Value(eviction["deleteOptions"].clone()), ..call.request.clone() };
        let (options, asked_dry) = delete_options(&Request { query: Vec::new(), ..deletion })?;
        let dry_run = dry_run || asked_dry;
        let done = matches!(pod.at("status.phase").str(), "Succeeded" | "Failed" | "Pending") || pod.is_terminating();
        if !done {
            if let Some(budget) = budget_of(&self.store, &pod)? {
                let changed = spend(budget, &pod, self.now())?;
                if !dry_run {
                    let key = changed.key();
                    self.store.put(BUDGETS, &key, changed);
                }
            }
            self.mark_evicted(call, pod, dry_run)?;
        }
        let mut warnings = Vec::new();
        self.delete_one(call, call.info.name, &options, dry_run, &mut warnings)?;
        Ok(Reply { warnings, ..Reply::object(201, success(201)) })
    }

    fn mark_evicted(&mut self, call: &Call, mut pod: Value, dry_run: bool) -> Result<(), Status> {
        set_condition(
            &mut pod,
            object! {
                "type" => "DisruptionTarget", "status" => "True", "lastProbeTime" => Value::Null,
                "lastTransitionTime" => self.now().rfc3339(), "reason" => "EvictionByEvictionAPI",
                "message" => "Eviction API: evicting",
            },
        );
        let (namespace, name) = (call.info.namespace, call.info.name);
        self.with_registry(call, dry_run, &mut Vec::new(), |registry| {
            registry.update(call.resource, namespace, name, pod, Part::Subresource)
        })?;
        Ok(())
    }
}

/// The budget that covers a pod, if one does.
fn budget_of(store: &Store, pod: &Value) -> Result<Option<Value>, Status> {
    let covers = |budget: &Value| {
        let selector = budget.at("spec.selector");
        !selector.is_null() && Selector::from_label_selector(selector).is_ok_and(|s| s.matches(pod.labels()))
    };
    let mut budgets = store.list(BUDGETS, pod.namespace()).map(|(_, b)| b).filter(|b| covers(b));
    let first = budgets.next().cloned();
    if budgets.next().is_some() {
        return Err(Status::internal(
            "This pod has more than one PodDisruptionBudget, which the eviction subresource does not support.",
        ));
    }
    Ok(first)
}

/// Takes one disruption from the budget, or says why that cannot be. An unready pod costs nothing while enough
/// others are healthy, or always where the budget says so.
fn spend(mut budget: Value, pod: &Value, now: crate::apimachinery::Time) -> Result<Value, Status> {
    let name = budget.name().to_owned();
    let status = budget["status"].clone();
    let ready =
        pod.at("status.conditions").items().iter().any(|c| c["type"].str() == "Ready" && c["status"].str() == "True");
    let (current, desired) = (status["currentHealthy"].int(), status["desiredHealthy"].int());
    let always = budget.at("spec.unhealthyPodEvictionPolicy").str() == "AlwaysAllow";
    if !ready && (always || (current >= desired && desired > 0)) {
        return Ok(budget);
    }
    if status["observedGeneration"].int() < budget.generation() {
        return Err(too_many(format!("The disruption budget {name} is still being processed by the server.")));
    }
    let allowed = status["disruptionsAllowed"].int();
    if allowed <= 0 {
        let why = format!("The disruption budget {name} needs {desired} healthy pods and has {current} currently");
        return Err(too_many(why));
    }
    budget.set("status.disruptionsAllowed", allowed - 1);
    budget.set_in(&["status", "disruptedPods", pod.name()], now.rfc3339());
    Ok(budget)
}

fn too_many(cause: String) -> Status {
    let message = "Cannot evict pod as it would violate the pod's disruption budget.";
    let details = object! { "causes" => list![object! { "reason" => "DisruptionBudget", "message" => cause }] };
    Status { details, ..Status::new(429, "TooManyRequests", message) }
}
