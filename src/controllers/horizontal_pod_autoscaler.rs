//! Scales by metrics. Nothing measures here, as in a cluster without metrics-server: the status says so. Models
//! `pkg/controller/podautoscaler`.

use super::{Context, Controller};
use crate::apimachinery::time::{Duration, Time};
use crate::apimachinery::{Object, Status, Value};
use crate::client::{Delta, Informers, Resource, WorkQueue};
use crate::object;

const PERIOD: Duration = Duration::from_secs(15);

#[derive(Clone)]
pub struct HorizontalPodAutoscalers;

impl HorizontalPodAutoscalers {
    pub fn boxed() -> Box<dyn Controller> {
        Box::new(Self)
    }
}

impl Controller for HorizontalPodAutoscalers {
    fn name(&self) -> &'static str {
        "horizontal-pod-autoscaler"
    }

    fn watches(&self) -> &'static [Resource] {
        &[Resource::HorizontalPodAutoscalers]
    }

    fn enqueue(&mut self, delta: &Delta, _: &Informers, queue: &mut WorkQueue, now: Time) {
        if delta.is_add() {
            queue.add_at(&*delta.key, now + PERIOD);
        }
    }

    fn reconcile(&mut self, key: &str, context: &mut Context) -> Result<(), Status> {
        let Some(scaler) = context.get(Resource::HorizontalPodAutoscalers, key).cloned() else { return Ok(()) };
        context.queue.add_at(key, context.now + PERIOD);
        let target = &scaler["spec"]["scaleTargetRef"];
        let resource = Resource::of_kind(target["apiVersion"].str(), target["kind"].str());
        let key = format!("{}/{}", scaler.namespace(), target["name"].str());
        let Some(scaled) = resource.and_then(|r| context.get(r, &key)) else { return self.no_target(scaler, context) };
        let replicas = scaled.at("status.replicas").int();
        let resource = scaler.at("spec.metrics")[0].at("resource.name").str().to_owned();
        let why = format!(
            "unable to get metrics for resource {resource}: unable to fetch metrics from resource metrics API: the server \
             could not find the requested resource (get pods.metrics.k8s.io)"
        );
        context.event(
            &scaler,
            "Warning",
            "FailedGetResourceMetric",
            &format!("failed to get {resource} utilization: {why}"),
        );
        let computed = format!(
            "invalid metrics (1 invalid out of 1), first error is: failed to get {resource} resource metric value: failed to get {resource} utilization: {why}"
        );
        context.event(&scaler, "Warning", "FailedComputeMetricsReplicas", &computed);
        let message =
            format!("the HPA was unable to compute the replica count: failed to get {resource} utilization: {why}");
        let conditions = [
            (
                "AbleToScale",
                "True",
                "SucceededGetScale",
                "the HPA controller was able to get the target's current scale",
            ),
            ("ScalingActive", "False", "FailedGetResourceMetric", message.as_str()),
        ];
        write(scaler, replicas, &conditions, context)
    }
}

impl HorizontalPodAutoscalers {
    fn no_target(&self, scaler: Value, context: &mut Context) -> Result<(), Status> {
        let target = &scaler["spec"]["scaleTargetRef"];
        let plural =
            Resource::of_kind(target["apiVersion"].str(), target["kind"].str()).map(|r| r.gvr().group_resource());
        let message = match plural {
            Some(plural) => format!("{plural} {:?} not found", target["name"].str()),
            None => format!("no matches for kind {:?} in group {:?}", target["kind"].str(), target["apiVersion"].str()),
        };
        context.event(&scaler, "Warning", "FailedGetScale", &message);
        let message = format!("the HPA controller was unable to get the target's current scale: {message}");
        write(scaler, 0, &[("AbleToScale", "False", "FailedGetScale", message.as_str())], context)
    }
}

fn write(
    scaler: Value,
    replicas: i64,
    conditions: &[(&str, &str, &str, &str)],
    context: &mut Context,
) -> Result<(), Status> {
    let old = scaler["status"]["conditions"].clone();
    let conditions: Value = conditions
        .iter()
        .map(|(kind, status, reason, message)| {
            let same = old.items().iter().find(|c| c["type"].str() == *kind && c["status"].str() == *status);
            let since = same.map_or_else(|| Value::from(context.now.rfc3339()), |c| c["lastTransitionTime"].clone());
            object! {
                "type" => *kind, "status" => *status, "reason" => *reason, "message" => *message,
                "lastTransitionTime" => since,
            }
        })
        .collect();
    let mut new = scaler;
    new.set("status.conditions", conditions);
    new.set("status.currentReplicas", replicas);
    new.set("status.desiredReplicas", 0);
    context.door().update_status(Resource::HorizontalPodAutoscalers, new).map(|_| ())
}
