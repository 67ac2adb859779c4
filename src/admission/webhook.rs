//! Webhooks that cannot be called. Models `apiserver/pkg/admission/plugin/webhook`: which webhooks a write concerns, and
//! what becomes of it where their service is not there. The call itself is not simulated here: a webhook whose service has
//! endpoints agrees.

use super::{Attributes, Context, Operation, Plugin};
use crate::apimachinery::labels::Selector;
use crate::apimachinery::{Object, Status, Value};

const GROUP: &str = "admissionregistration.k8s.io";

pub struct Webhooks;

impl Plugin for Webhooks {
    fn admit(&self, attributes: &mut Attributes, context: &mut Context) -> Result<(), Status> {
        call_all("mutatingwebhookconfigurations", attributes, context)
    }

    fn validate(&self, attributes: &mut Attributes, context: &mut Context) -> Result<(), Status> {
        call_all("validatingwebhookconfigurations", attributes, context)
    }
}

fn call_all(kind: &str, attributes: &Attributes, context: &Context) -> Result<(), Status> {
    // No webhook can keep the cluster from being rid of it.
    if attributes.resource.group == GROUP {
        return Ok(());
    }
    for configuration in context.reader.list(GROUP, kind, "") {
        for webhook in configuration["webhooks"].items().iter().filter(|w| concerns(w, attributes, context)) {
            let Some(why) = unreachable(&webhook["clientConfig"]["service"], webhook, context) else { continue };
            if webhook["failurePolicy"].str() != "Ignore" {
                let name = webhook["name"].str();
                return Err(Status::internal(format!(
                    "failed calling webhook {name:?}: failed to call webhook: {why}"
                )));
            }
        }
    }
    Ok(())
}

fn concerns(webhook: &Value, attributes: &Attributes, context: &Context) -> bool {
    let rules = webhook["rules"].items();
    rules.iter().any(|rule| fits(rule, attributes))
        && webhook["matchConditions"].is_empty()
        && selects(&webhook["objectSelector"], &[&*attributes.object, attributes.old])
        && in_namespace(&webhook["namespaceSelector"], attributes, context)
}

/// Models `rules.Matcher`.
fn fits(rule: &Value, attributes: &Attributes) -> bool {
    let has =
        |field: &str, wanted: &str| rule[field].items().iter().any(|v| matches!(v.str(), "*") || v.str() == wanted);
    let operation = match attributes.operation {
        Operation::Create => "CREATE",
        Operation::Update => "UPDATE",
        Operation::Delete => "DELETE",
        Operation::Connect => "CONNECT",
    };
    let resource = attributes.resource;
    let named = rule["resources"].items().iter().any(|v| {
        let (name, sub) = v.str().split_once('/').unwrap_or((v.str(), ""));
        (name == "*" || name == resource.resource) && (sub == "*" || sub == attributes.subresource)
    });
    let scope = match rule["scope"].str() {
        "Namespaced" => resource.namespaced,
        "Cluster" => !resource.namespaced,
        _ => true,
    };
    scope
        && named
        && has("operations", operation)
        && has("apiGroups", resource.group)
        && has("apiVersions", resource.version)
}

/// True where the selector, if there is one, matches one of the objects.
fn selects(selector: &Value, objects: &[&Value]) -> bool {
    if selector.is_empty() {
        return true;
    }
    let Ok(selector) = Selector::from_label_selector(selector) else { return false };
    objects.iter().any(|o| !o.is_null() && selector.matches(o.labels()))
}

fn in_namespace(selector: &Value, attributes: &Attributes, context: &Context) -> bool {
    if selector.is_empty() {
        return true;
    }
    if attributes.resource.group.is_empty() && attributes.resource.resource == "namespaces" {
        return selects(selector, &[&*attributes.object, attributes.old]);
    }
    if attributes.namespace.is_empty() {
        return true;
    }
    let namespace = context.reader.get("", "namespaces", "", attributes.namespace).unwrap_or_default();
    selects(selector, &[&namespace])
}

/// Why the service of a webhook does not answer; None where it would, or where an address outside is named.
fn unreachable(service: &Value, webhook: &Value, context: &Context) -> Option<String> {
    if service.is_null() {
        return None;
    }
    let (name, namespace) = (service["name"].str(), service["namespace"].str());
    let why = if context.reader.get("", "services", namespace, name).is_none() {
        format!("service {name:?} not found")
    } else {
        let slices = context.reader.list("discovery.k8s.io", "endpointslices", namespace);
        let own = |s: &&Value| s.labels()["kubernetes.io/service-name"].str() == name;
        if slices.iter().filter(own).any(|s| !s["endpoints"].is_empty()) {
            return None;
        }
        format!("no endpoints available for service {name:?}")
    };
    let port = service["port"].as_i64().unwrap_or(443);
    let seconds = webhook["timeoutSeconds"].as_i64().unwrap_or(10);
    let path = service["path"].str();
    Some(format!("Post \"https://{name}.{namespace}.svc:{port}{path}?timeout={seconds}s\": {why}"))
}
