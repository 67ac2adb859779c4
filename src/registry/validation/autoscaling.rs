//! HorizontalPodAutoscalers. Models `pkg/apis/autoscaling/validation`.

use super::{invalid_each, metadata};
use crate::apimachinery::Value;
use crate::apimachinery::field::{Error, ErrorList, Path};
use crate::apimachinery::quantity::Quantity;

/// HorizontalPodAutoscaler.
pub fn autoscaler(errors: &mut ErrorList, hpa: &Value) {
    let (spec, path) = (&hpa["spec"], Path::new("spec"));
    let (min, max) = (spec["minReplicas"].as_i64(), spec["maxReplicas"].int());
    if min.is_some_and(|m| m < 1) {
        errors.push(Error::invalid(&path.child("minReplicas"), min, "must be greater than or equal to 1"));
    }
    if max < 1 {
        errors.push(Error::invalid(&path.child("maxReplicas"), max, "must be greater than 0"));
    }
    if min.is_some_and(|m| max < m) {
        let detail = "must be greater than or equal to `minReplicas`";
        errors.push(Error::invalid(&path.child("maxReplicas"), max, detail));
    }
    let target = &spec["scaleTargetRef"];
    reference(errors, target, &path.child("scaleTargetRef"));
    if target["apiVersion"].str().is_empty() && target["kind"].str() != "ReplicationController" {
        let at = path.child("scaleTargetRef").child("apiVersion");
        errors.push(Error::invalid(&at, "", "apiVersion must specify API group"));
    }
    for (i, metric) in spec["metrics"].items().iter().enumerate() {
        metric_spec(errors, metric, &path.child("metrics").index(i));
    }
    for direction in ["scaleUp", "scaleDown"] {
        let rules = &spec["behavior"][direction];
        if !rules.is_null() {
            scaling_rules(errors, rules, &path.child("behavior").child(direction));
        }
    }
}

fn reference(errors: &mut ErrorList, target: &Value, path: &Path) {
    for field in ["kind", "name"] {
        match target[field].str() {
            "" => errors.push(Error::required(&path.child(field), "")),
            text => invalid_each(errors, &path.child(field), text, metadata::path_segment(text)),
        }
    }
}

const TYPES: [&str; 5] = ["ContainerResource", "External", "Object", "Pods", "Resource"];
/// In the order in which the sources are looked at.
const SOURCES: [(&str, &str); 5] = [
    ("Object", "object"),
    ("External", "external"),
    ("Pods", "pods"),
    ("Resource", "resource"),
    ("ContainerResource", "containerResource"),
];

fn metric_spec(errors: &mut ErrorList, metric: &Value, path: &Path) {
    let kind = metric["type"].str();
    if kind.is_empty() {
        errors.push(Error::required(&path.child("type"), "must specify a metric source type"));
    }
    if !TYPES.contains(&kind) {
        errors.push(Error::not_supported(&path.child("type"), kind, &TYPES));
    }
    let given: Vec<&str> = SOURCES.iter().map(|(_, field)| *field).filter(|f| !metric[*f].is_null()).collect();
    if let Some(field) = given.first() {
        source(errors, field, &metric[*field], &path.child(field));
    }
    let Some((_, expected)) = SOURCES.iter().find(|(k, _)| *k == kind) else { return };
    if metric[*expected].is_null() {
        let detail = "must populate information for the given metric source";
        errors.push(Error::required(&path.child(expected), detail));
    }
    if given.len() != 1 {
        for field in given.iter().filter(|f| *f != expected) {
            errors.push(Error::forbidden(&path.child(field), "must populate the given metric source only"));
        }
    }
}

fn source(errors: &mut ErrorList, kind: &str, source: &Value, path: &Path) {
    let (target, at) = (&source["target"], path.child("target"));
    let (value, average) = (&target["value"], &target["averageValue"]);
    match kind {
        "resource" | "containerResource" => {
            if source["name"].is_empty() {
                errors.push(Error::required(&path.child("name"), "must specify a resource name"));
            }
            if kind == "containerResource" && source["container"].is_empty() {
                errors.push(Error::required(&path.child("container"), "must specify a container"));
            }
            metric_target(errors, target, &at);
            let share = &target["averageUtilization"];
            if share.is_null() && average.is_null() {
                let detail = "must set either a target raw value or a target utilization";
                errors.push(Error::required(&at.child("averageUtilization"), detail));
            }
            if !share.is_null() && !average.is_null() {
                let detail = "may not set both a target raw value and a target utilization";
                errors.push(Error::forbidden(&at.child("averageValue"), detail));
            }
        }
        "object" => {
            reference(errors, &source["describedObject"], &path.child("describedObject"));
            metric_name(errors, source, path);
            metric_target(errors, target, &at);
            if value.is_null() && average.is_null() {
                let detail = "must set either a target value or averageValue";
                errors.push(Error::required(&at.child("averageValue"), detail));
            }
        }
        "external" => {
            metric_name(errors, source, path);
            metric_target(errors, target, &at);
            if value.is_null() && average.is_null() {
                let detail = "must set either a target value for metric or a per-pod target";
                errors.push(Error::required(&at.child("averageValue"), detail));
            }
            if !value.is_null() && !average.is_null() {
                let detail = "may not set both a target value for metric and a per-pod target";
                errors.push(Error::forbidden(&at.child("value"), detail));
            }
        }
        _ => {
            metric_name(errors, source, path);
            metric_target(errors, target, &at);
            if average.is_null() || Quantity::of(average).sign() <= 0 {
                let detail = "must specify a positive target averageValue";
                errors.push(Error::required(&at.child("averageValue"), detail));
            }
        }
    }
}

fn metric_name(errors: &mut ErrorList, source: &Value, path: &Path) {
    let at = path.child("metric").child("name");
    match source["metric"]["name"].str() {
        "" => errors.push(Error::required(&at, "must specify a metric name")),
        name => invalid_each(errors, &at, name, metadata::path_segment(name)),
    }
}

fn metric_target(errors: &mut ErrorList, target: &Value, path: &Path) {
    let kind = target["type"].str();
    if kind.is_empty() {
        errors.push(Error::required(&path.child("type"), "must specify a metric target type"));
    }
    if !["Utilization", "Value", "AverageValue"].contains(&kind) {
        let detail = "must be either Utilization, Value, or AverageValue";
        errors.push(Error::invalid(&path.child("type"), kind, detail));
    }
    for field in ["value", "averageValue"] {
        let amount = &target[field];
        if !amount.is_null() && Quantity::of(amount).sign() <= 0 {
            errors.push(Error::invalid(&path.child(field), amount.clone(), "must be positive"));
        }
    }
    if target["averageUtilization"].as_i64().is_some_and(|n| n < 1) {
        let share = target["averageUtilization"].clone();
        errors.push(Error::invalid(&path.child("averageUtilization"), share, "must be greater than 0"));
    }
}

fn scaling_rules(errors: &mut ErrorList, rules: &Value, path: &Path) {
    let window = rules["stabilizationWindowSeconds"].int();
    let at = path.child("stabilizationWindowSeconds");
    if window < 0 {
        errors.push(Error::invalid(&at, window, "must be greater than or equal to zero"));
    }
    if window > 3600 {
        errors.push(Error::invalid(&at, window, "must be less than or equal to 3600"));
    }
    let (choice, supported) = (&rules["selectPolicy"], ["Disabled", "Max", "Min"]);
    if !choice.is_null() && !supported.contains(&choice.str()) {
        errors.push(Error::not_supported(&path.child("selectPolicy"), choice.str(), &supported));
    }
    let (policies, path) = (rules["policies"].items(), path.child("policies"));
    if policies.is_empty() {
        errors.push(Error::required(&path, "must specify at least one Policy"));
    }
    for (i, policy) in policies.iter().enumerate() {
        let at = |field: &str| path.index(i).child(field);
        let kind = policy["type"].str();
        if !["Percent", "Pods"].contains(&kind) {
            errors.push(Error::not_supported(&at("type"), kind, &["Percent", "Pods"]));
        }
        for field in ["value", "periodSeconds"] {
            let number = policy[field].int();
            if number <= 0 {
                errors.push(Error::invalid(&at(field), number, "must be greater than zero"));
            }
        }
        let period = policy["periodSeconds"].int();
        if period > 1800 {
            errors.push(Error::invalid(&at("periodSeconds"), period, "must be less than or equal to 1800"));
        }
    }
}
