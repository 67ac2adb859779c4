//! What containers get by default and at most in a namespace. Models `LimitRanger`.

use super::{Attributes, Context, Operation, Plugin};
use crate::api::quota;
use crate::apimachinery::quantity::{Format, Quantity};
use crate::apimachinery::{Map, Status, Value};

pub struct LimitRanger;

const ANNOTATION: &str = "kubernetes.io/limit-ranger";

impl Plugin for LimitRanger {
    fn admit(&self, attributes: &mut Attributes, context: &mut Context) -> Result<(), Status> {
        if !attributes.creates_pod() {
            return Ok(());
        }
        let mut notes = Vec::new();
        for range in context.reader.list("", "limitranges", attributes.namespace) {
            set_defaults(attributes.object, &range, &mut notes);
        }
        if !notes.is_empty() {
            let text = format!("LimitRanger plugin set: {}", notes.join("; "));
            attributes.object.set_in(&["metadata", "annotations", ANNOTATION], text);
        }
        Ok(())
    }

    fn validate(&self, attributes: &mut Attributes, context: &mut Context) -> Result<(), Status> {
        let claim = attributes.is(Operation::Create, "", "persistentvolumeclaims");
        if !attributes.creates_pod() && !claim {
            return Ok(());
        }
        for range in context.reader.list("", "limitranges", attributes.namespace) {
            let mut wrong = Vec::new();
            for item in range["spec"]["limits"].items() {
                match (item["type"].str(), claim) {
                    ("Container", false) => containers(attributes.object, item, &mut wrong),
                    ("Pod", false) => pod_total(attributes.object, item, &mut wrong),
                    ("PersistentVolumeClaim", true) => {
                        let requests = &attributes.object["spec"]["resources"]["requests"];
                        bounds("PersistentVolumeClaim", item, requests, &Value::Null, &mut wrong);
                    }
                    _ => {}
                }
            }
            match wrong.as_slice() {
                [] => {}
                [one] => return Err(attributes.forbidden(one)),
                many => return Err(attributes.forbidden(&format!("[{}]", many.join(", ")))),
            }
        }
        Ok(())
    }
}

/// Fills in requests and limits that a container lacks, and notes which.
fn set_defaults(pod: &mut Value, range: &Value, notes: &mut Vec<String>) {
    let items = range["spec"]["limits"].items();
    let Some(item) = items.iter().find(|i| i["type"].str() == "Container") else { return };
    for (list, prefix) in [("containers", "container"), ("initContainers", "init container")] {
        if pod["spec"][list].is_empty() {
            continue;
        }
        for container in pod.path_mut(&["spec", list]).list_mut() {
            let name = container["name"].str().to_owned();
            let resources = container.path_mut(&["resources"]).map_mut();
            for (field, word, defaults) in
                [("requests", "request", &item["defaultRequest"]), ("limits", "limit", &item["default"])]
            {
                let set = fill(resources, field, defaults);
                if !set.is_empty() {
                    notes.push(format!("{} {word} for {prefix} {name}", set.join(", ")));
                }
            }
        }
    }
}

/// Returns the names of what was missing.
fn fill<'a>(resources: &mut Map, field: &str, defaults: &'a Value) -> Vec<&'a str> {
    let own = resources.get(field).cloned().unwrap_or_default();
    let missing: Vec<(&str, &Value)> = defaults.fields().filter(|(name, _)| own.get(name).is_none()).collect();
    for (name, amount) in &missing {
        resources.entry(field).map_mut().insert(*name, (*amount).clone());
    }
    missing.into_iter().map(|(name, _)| name).collect()
}

fn containers(pod: &Value, item: &Value, wrong: &mut Vec<String>) {
    for list in ["containers", "initContainers"] {
        for container in pod["spec"][list].items() {
            let resources = &container["resources"];
            bounds("Container", item, &resources["requests"], &resources["limits"], wrong);
        }
    }
}

fn pod_total(pod: &Value, item: &Value, wrong: &mut Vec<String>) {
    let total = |list: &str| -> Value {
        let total = quota::pod_total(pod, list).into_iter();
        total.map(|(name, amount)| (name, Value::from(amount.to_string()))).collect::<Map>().into()
    };
    bounds("Pod", item, &total("requests"), &total("limits"), wrong);
}

/// Minimum, maximum and ratio of what one thing asks for.
fn bounds(kind: &str, item: &Value, requests: &Value, limits: &Value, wrong: &mut Vec<String>) {
    let amount = |list: &Value, name: &str| list.get(name).map(Quantity::of);
    for (name, bound) in item["min"].fields() {
        let (bound, request, limit) = (Quantity::of(bound), amount(requests, name), amount(limits, name));
        let head = format!("minimum {name} usage per {kind} is {bound}");
        match (request, limit) {
            (None, _) => wrong.push(format!("{head}.  No request is specified")),
            (Some(request), _) if request < bound => wrong.push(format!("{head}, but request is {request}")),
            (_, Some(limit)) if limit < bound => wrong.push(format!("{head}, but limit is {limit}")),
            _ => {}
        }
    }
    for (name, bound) in item["max"].fields() {
        let (bound, request, limit) = (Quantity::of(bound), amount(requests, name), amount(limits, name));
        let head = format!("maximum {name} usage per {kind} is {bound}");
        if kind == "PersistentVolumeClaim" {
            match request {
                None => wrong.push(format!("{head}.  No request is specified")),
                Some(request) if request > bound => wrong.push(format!("{head}, but request is {request}")),
                Some(_) => {}
            }
            continue;
        }
        match (request, limit) {
            // Claims have requests only.
            (Some(request), None) if kind == "PersistentVolumeClaim" => {
                if request > bound {
                    wrong.push(format!("{head}, but request is {request}"));
                }
            }
            (_, None) => wrong.push(format!("{head}.  No limit is specified")),
            (_, Some(limit)) if limit > bound => wrong.push(format!("{head}, but limit is {limit}")),
            (Some(request), _) if request > bound => wrong.push(format!("{head}, but request is {request}")),
            _ => {}
        }
    }
    for (name, bound) in item["maxLimitRequestRatio"].fields() {
        let (bound, request, limit) = (Quantity::of(bound), amount(requests, name), amount(limits, name));
        let head = format!("{name} max limit to request ratio per {kind} is {bound}");
        match (request.filter(|r| !r.is_zero()), limit.filter(|l| !l.is_zero())) {
            (None, _) => wrong.push(format!("{head}, but no request is specified or request is 0")),
            (_, None) => wrong.push(format!("{head}, but no limit is specified or limit is 0")),
            (Some(request), Some(limit)) => {
                let ratio = limit.as_f64() / request.as_f64();
                if ratio > Quantity::new(bound.value(), Format::DecimalSi).as_f64() {
                    wrong.push(format!("{head}, but provided ratio is {ratio:.6}"));
                }
            }
        }
    }
}
