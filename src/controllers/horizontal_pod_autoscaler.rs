//! Scales between bounds. Nothing measures here, as in a cluster without metrics-server: the status says so. Models
//! `pkg/controller/podautoscaler`.

use super::disruption::go_selector;
use super::{Context, Controller};
use crate::apimachinery::labels::Selector;
use crate::apimachinery::time::{Duration, Time};
use crate::apimachinery::{Object, Status, Value};
use crate::client::recorder::{NORMAL, WARNING};
use crate::client::{Delta, Informers, Resource, WorkQueue};
use crate::object;

const PERIOD: Duration = Duration::from_secs(15);
/// What has a scale.
const SCALABLE: [Resource; 4] =
    [Resource::Deployments, Resource::ReplicaSets, Resource::StatefulSets, Resource::ReplicationControllers];

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
        let mut new = scaler.clone();
        let done = match target(&scaler, context.informers) {
            Ok((resource, scaled)) => {
                let text = "the HPA controller was able to get the target's current scale";
                set_condition(&mut new, ("AbleToScale", "True", "SucceededGetScale"), text, context.now);
                scale(&mut new, resource, scaled.clone(), context)
            }
            Err(why) => {
                context.event(&scaler, WARNING, "FailedGetScale", &why);
                let text = format!("the HPA controller was unable to get the target's current scale: {why}");
                set_condition(&mut new, ("AbleToScale", "False", "FailedGetScale"), &text, context.now);
                Ok(())
            }
        };
        for count in ["currentReplicas", "desiredReplicas"] {
            if new["status"][count].is_null() {
                new.set_in(&["status", count], 0);
            }
        }
        if !new["status"].same(&scaler["status"]) {
            context.door().update_status(Resource::HorizontalPodAutoscalers, new)?;
        }
        done
    }
}

/// What is scaled, or why it is not found.
fn target<'a>(scaler: &Value, informers: &'a Informers) -> Result<(Resource, &'a Value), String> {
    let target = &scaler["spec"]["scaleTargetRef"];
    let (version, kind, name) = (target["apiVersion"].str(), target["kind"].str(), target["name"].str());
    let Some(resource) = Resource::of_kind(version, kind) else {
        let group = version.split_once('/').map_or("", |(group, _)| group);
        return Err(format!("no matches for kind {kind:?} in group {group:?}"));
    };
    if !SCALABLE.contains(&resource) {
        return Err("the server could not find the requested resource".to_owned());
    }
    let found = informers.get(resource, &format!("{}/{name}", scaler.namespace()));
    Ok((resource, found.ok_or_else(|| format!("{} {name:?} not found", resource.gvr().group_resource()))?))
}

/// Brings the target between the bounds; within them the metrics decide. Models `reconcileAutoscaler`.
fn scale(new: &mut Value, resource: Resource, mut scaled: Value, context: &mut Context) -> Result<(), Status> {
    let now = context.now;
    let current = scaled.at("spec.replicas").int();
    let (least, most) = (new.at("spec.minReplicas").as_i64().unwrap_or(1), new.at("spec.maxReplicas").int());
    new.set("status.currentReplicas", current);
    let _ = new.remove("status.currentMetrics");
    if current == 0 && least != 0 {
        let text = "scaling is disabled since the replica count of the target is zero";
        set_condition(new, ("ScalingActive", "False", "ScalingDisabled"), text, now);
        new.set("status.desiredReplicas", 0);
        return Ok(());
    }
    let (desired, why) = match current {
        _ if current > most => (most, "Current number of replicas above Spec.MaxReplicas"),
        _ if current < least => (least, "Current number of replicas below Spec.MinReplicas"),
        _ => {
            measure(new, &scaled, context);
            return Ok(());
        }
    };
    scaled.set("spec.replicas", desired);
    if let Err(status) = context.door().update(resource, scaled) {
        let text = format!("New size: {desired}; reason: {why}; error: {}", status.message);
        context.event(new, WARNING, "FailedRescale", &text);
        let text = format!("the HPA controller was unable to update the target scale: {}", status.message);
        set_condition(new, ("AbleToScale", "False", "FailedUpdateScale"), &text, now);
        return Ok(());
    }
    let text = format!("the HPA controller was able to update the target scale to {desired}");
    set_condition(new, ("AbleToScale", "True", "SucceededRescale"), &text, now);
    context.event(new, NORMAL, "SuccessfulRescale", &format!("New size: {desired}; reason: {why}"));
    new.set("status.desiredReplicas", desired);
    new.set("status.lastScaleTime", now.rfc3339());
    Ok(())
}

/// Says why no metric can be had. Models `computeReplicasForMetrics`.
fn measure(new: &mut Value, scaled: &Value, context: &mut Context) {
    if let Some(why) = ambiguous(new, scaled, context.informers) {
        context.event(new, WARNING, "AmbiguousSelector", &why);
        set_condition(new, ("ScalingActive", "False", "AmbiguousSelector"), &why, context.now);
        return context.event(new, WARNING, "FailedComputeMetricsReplicas", &why);
    }
    let metrics: Vec<Failure> =
        new.at("spec.metrics").items().iter().map(|metric| failure(metric, new.namespace())).collect();
    for metric in &metrics {
        context.event(new, WARNING, metric.reason, &metric.why);
    }
    // Each metric keeps its place, though nothing is known of it.
    let blank: Value = metrics.iter().map(|_| object! { "type" => "" }).collect();
    new.set("status.currentMetrics", blank);
    let Some(first) = metrics.first() else { return };
    let text = format!("the HPA was unable to compute the replica count: {}", first.why);
    set_condition(new, ("ScalingActive", "False", first.reason), &text, context.now);
    let count = metrics.len();
    let text = format!("invalid metrics ({count} invalid out of {count}), first error is: {}", first.computed);
    context.event(new, WARNING, "FailedComputeMetricsReplicas", &text);
}

/// Why it is not clear who scales the pods, where several do. Others count once they were looked at.
fn ambiguous(scaler: &Value, scaled: &Value, informers: &Informers) -> Option<String> {
    let of = |scaled: &Value| match scaled["kind"].str() {
        "ReplicationController" => Ok(Selector::from_set(scaled.at("spec.selector"))),
        _ => Selector::from_label_selector(scaled.at("spec.selector")),
    };
    let selector = of(scaled).ok()?;
    let here = informers.list_in(Resource::Pods, scaler.namespace());
    let pods: Vec<&Value> = here.filter(|p| selector.matches(p.labels())).collect();
    let scales = |other: &&Value| {
        let known = other.uid() == scaler.uid() || !other["status"]["conditions"].is_empty();
        let theirs = target(other, informers).ok().and_then(|(_, scaled)| of(scaled).ok());
        known && theirs.is_some_and(|theirs| pods.iter().any(|p| theirs.matches(p.labels())))
    };
    let all = informers.list_in(Resource::HorizontalPodAutoscalers, scaler.namespace());
    let names: Vec<String> = all.filter(scales).map(Object::key).collect();
    let many = names.len() > 1;
    many.then(|| format!("pods by selector {selector} are controlled by multiple HPAs: [{}]", names.join(" ")))
}

/// Why a metric cannot be had: the event's reason and text, and the text in the sum of them.
struct Failure {
    reason: &'static str,
    why: String,
    computed: String,
}

/// Models `computeReplicasForMetric` where no server of metrics is there.
fn failure(metric: &Value, namespace: &str) -> Failure {
    const CUSTOM: &str = "unable to fetch metrics from custom metrics API: no custom metrics API \
                          (custom.metrics.k8s.io) registered";
    let made =
        |reason, what: String, why: String| Failure { reason, computed: format!("failed to get {what}: {why}"), why };
    let name = |source: &str| metric[source].at("metric.name").str().to_owned();
    let resource = |source: &Value| {
        let name = source["name"].str();
        let what = if source.at("target.averageValue").is_null() { "utilization" } else { "usage" };
        format!(
            "failed to get {name} {what}: unable to get metrics for resource {name}: unable to fetch metrics from resource \
             metrics API: the server could not find the requested resource (get pods.metrics.k8s.io)"
        )
    };
    match metric["type"].str() {
        "ContainerResource" => {
            let source = &metric["containerResource"];
            let what = format!("{} container metric value", source["container"].str());
            made("FailedGetContainerResourceMetric", what, resource(source))
        }
        "Pods" => {
            let why = format!("unable to get metric {}: {CUSTOM}", name("pods"));
            made("FailedGetPodsMetric", "pods metric value".to_owned(), why)
        }
        "Object" => {
            let about = &metric["object"]["describedObject"];
            let (kind, object) = (about["kind"].str(), about["name"].str());
            let why = format!("unable to get metric {}: {kind} on {namespace} {object}/{CUSTOM}", name("object"));
            made("FailedGetObjectMetric", "object metric value".to_owned(), why)
        }
        "External" => {
            let name = name("external");
            let selector = go_selector(metric["external"].at("metric.selector"));
            let why = format!(
                "unable to get external metric {namespace}/{name}/{selector}: unable to fetch metrics from external metrics \
                 API: the server could not find the requested resource (get {name}.external.metrics.k8s.io)"
            );
            made("FailedGetExternalMetric", format!("{name} external metric value"), why)
        }
        _ => {
            let source = &metric["resource"];
            let what = format!("{} resource metric value", source["name"].str());
            made("FailedGetResourceMetric", what, resource(source))
        }
    }
}

/// Sets a condition (type, status, reason); its transition time stays where its status does.
fn set_condition(scaler: &mut Value, (kind, is, reason): (&str, &str, &str), message: &str, now: Time) {
    let conditions = scaler.at_mut("status.conditions").list_mut();
    let index = conditions.iter().position(|c| c["type"].str() == kind).unwrap_or_else(|| {
        conditions.push(object! { "type" => kind });
        conditions.len() - 1
    });
    let Some(condition) = conditions.get_mut(index) else { return };
    if condition["status"].str() != is {
        condition.set("lastTransitionTime", now.rfc3339());
    }
    condition.set("status", is);
    condition.set("reason", reason);
    condition.set("message", message);
}
