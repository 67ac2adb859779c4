//! `describe hpa`.

use super::common::{condition_table, created, head};
use super::writer::{Writer, plain};
use crate::apimachinery::{Time, Value};

pub fn describe(hpa: &Value, w: &mut Writer, _: Time) {
    let (spec, status) = (&hpa["spec"], &hpa["status"]);
    let target = &spec["scaleTargetRef"];
    head(w, hpa);
    created(w, hpa);
    w.field(0, "Reference", format!("{}/{}", target["kind"].str(), target["name"].str()));
    w.field(0, "Metrics", "( current / target )");
    for (i, m) in spec["metrics"].items().iter().enumerate() {
        metric(w, m, &status["currentMetrics"][i]);
    }
    w.field_or(0, "Min replicas", &spec["minReplicas"], "<unset>");
    w.field(0, "Max replicas", spec["maxReplicas"].int());
    if !spec["behavior"].is_null() {
        w.write(0, "Behavior:\n");
        behavior(w, "Scale Up", &spec["behavior"]["scaleUp"]);
        behavior(w, "Scale Down", &spec["behavior"]["scaleDown"]);
    }
    let (current, desired) = (status["currentReplicas"].int(), status["desiredReplicas"].int());
    w.field(0, &format!("{} pods", target["kind"].str()), format!("{current} current / {desired} desired"));
    if !status["conditions"].items().is_empty() {
        w.write(0, "Conditions:\n");
        let columns = [("Type", "type"), ("Status", "status"), ("Reason", "reason"), ("Message", "message")];
        condition_table(w, &status["conditions"], &columns);
    }
}

fn known(value: &Value) -> String {
    if value.is_null() { "<unknown>".to_owned() } else { plain(value) }
}

fn metric(w: &mut Writer, m: &Value, current: &Value) {
    let kind = m["type"].str();
    let field = match kind {
        "Resource" => "resource",
        "ContainerResource" => "containerResource",
        "Pods" => "pods",
        "Object" => "object",
        "External" => "external",
        _ => return w.write(1, format!("<unknown metric type {kind:?}>\n")),
    };
    let (of, now) = (&m[field], &current[field]["current"]);
    let (name, target) = (of.at("metric.name").str(), &of["target"]);
    let average = !target["averageValue"].is_null();
    let value = if average { "averageValue" } else { "value" };
    let pair = format!("{} / {}", known(&now[value]), known(&target[value]));
    let title = match kind {
        "Pods" => format!("{name:?} on pods"),
        "External" if average => format!("{name:?} (target average value)"),
        "External" => format!("{name:?} (target value)"),
        "Object" => {
            let object = &of["describedObject"];
            let which = if target["type"].str() == "AverageValue" { "average value" } else { "value" };
            format!("\"{name}\" on {}/{} (target {which})", object["kind"].str(), object["name"].str())
        }
        _ => return resource(w, kind, of, now),
    };
    w.field(1, &title, pair);
}

fn resource(w: &mut Writer, kind: &str, of: &Value, now: &Value) {
    let target = &of["target"];
    let container = match kind {
        "ContainerResource" => format!(" of container \"{}\"", of["container"].str()),
        _ => String::new(),
    };
    let title = format!("resource {}{container} on pods", of["name"].str());
    if !target["averageValue"].is_null() {
        return w.field(1, &title, format!("{} / {}", known(&now["averageValue"]), plain(&target["averageValue"])));
    }
    let current = match now["averageUtilization"].as_i64() {
        Some(percent) => format!("{percent}% ({})", known(&now["averageValue"])),
        None => "<unknown>".to_owned(),
    };
    let wanted = target["averageUtilization"].as_i64().map_or_else(|| "<auto>".to_owned(), |p| format!("{p}%"));
    w.field(1, &format!("{title}  (as a percentage of request)"), format!("{current} / {wanted}"));
}

fn behavior(w: &mut Writer, direction: &str, rules: &Value) {
    if rules.is_null() {
        return;
    }
    w.write(1, format!("{direction}:\n"));
    if let Some(seconds) = rules["stabilizationWindowSeconds"].as_i64() {
        w.write(2, format!("Stabilization Window: {seconds} seconds\n"));
    }
    if rules["policies"].items().is_empty() {
        return;
    }
    let select = if rules["selectPolicy"].is_null() { "Max" } else { rules["selectPolicy"].str() };
    w.write(2, format!("Select Policy: {select}\nPolicies:\n").replace("\nP", "\n    P"));
    for p in rules["policies"].items() {
        let (value, seconds) = (p["value"].int(), p["periodSeconds"].int());
        w.write(3, format!("- Type: {}\tValue: {value}\tPeriod: {seconds} seconds\n", p["type"].str()));
    }
}
