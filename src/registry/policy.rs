//! Disruption budgets and autoscalers. Models `pkg/registry/policy` and `pkg/registry/autoscaling`.

use crate::apimachinery::{Time, Value};
use crate::object;
use crate::registry::printing::{self, AGE, NAME, integer, text};
use crate::registry::simple::Simple;
use crate::registry::validation::{autoscaling, limits};

/// PodDisruptionBudgets.
pub static BUDGETS: Simple = Simple {
    generation: &["spec"],
    status: Some(|| {
        object! { "currentHealthy" => 0, "desiredHealthy" => 0, "disruptionsAllowed" => 0, "expectedPods" => 0 }
    }),
    check: limits::disruption_budget,
    columns: &[NAME, text("Min Available"), text("Max Unavailable"), integer("Allowed Disruptions"), AGE],
    cells: |o, now| {
        let shown = |field: &str| match &o["spec"][field] {
            Value::Null => "N/A".to_owned(),
            value => printing::plain(value),
        };
        vec![
            printing::name(o),
            shown("minAvailable").into(),
            shown("maxUnavailable").into(),
            o["status"]["disruptionsAllowed"].int().into(),
            printing::age(o, now),
        ]
    },
    unconditional_update: false,
    ..Simple::PLAIN
};

/// HorizontalPodAutoscalers.
pub static AUTOSCALERS: Simple = Simple {
    status: Some(|| object! { "currentMetrics" => Value::Null, "desiredReplicas" => 0 }),
    check: autoscaling::autoscaler,
    columns: &[NAME, text("Reference"), text("Targets"), text("MinPods"), text("MaxPods"), text("Replicas"), AGE],
    cells: autoscaler_cells,
    ..Simple::PLAIN
};

fn autoscaler_cells(hpa: &Value, now: Time) -> Vec<Value> {
    let (spec, status) = (&hpa["spec"], &hpa["status"]);
    let target = &spec["scaleTargetRef"];
    let min = spec["minReplicas"].as_i64().map_or_else(|| "<unset>".to_owned(), |n| n.to_string());
    vec![
        printing::name(hpa),
        format!("{}/{}", target["kind"].str(), target["name"].str()).into(),
        metrics(spec["metrics"].items(), status["currentMetrics"].items()).into(),
        min.into(),
        spec["maxReplicas"].int().into(),
        status["currentReplicas"].int().into(),
        printing::age(hpa, now),
    ]
}

/// What is measured and what is aimed at, two metrics at most. Models `formatHPAMetrics`.
fn metrics(specs: &[Value], current: &[Value]) -> String {
    if specs.is_empty() {
        return "<none>".to_owned();
    }
    let shown: Vec<String> = specs.iter().enumerate().map(|(i, s)| metric(s, current.get(i))).collect();
    match shown.len() {
        n if n > 2 => format!("{} + {} more...", shown.get(..2).unwrap_or(&[]).join(", "), n - 2),
        _ => shown.join(", "),
    }
}

fn metric(spec: &Value, current: Option<&Value>) -> String {
    let field = match spec["type"].str() {
        "Resource" => "resource",
        "ContainerResource" => "containerResource",
        "Pods" => "pods",
        "Object" => "object",
        "External" => "external",
        _ => return "<unknown type>".to_owned(),
    };
    let (wanted, is) = (&spec[field]["target"], current.map_or(&Value::Null, |c| &c[field]["current"]));
    let name = match spec[field]["name"].str() {
        "" => String::new(),
        name => format!("{name}: "),
    };
    let average = &wanted["averageUtilization"];
    if !average.is_null() {
        let now = is["averageUtilization"].as_i64().map_or_else(|| "<unknown>".to_owned(), |n| format!("{n}%"));
        return format!("{name}{now}/{}%", average.int());
    }
    let (key, suffix) = if wanted["averageValue"].is_null() { ("value", "") } else { ("averageValue", "") };
    let now = if is[key].is_null() { "<unknown>".to_owned() } else { printing::plain(&is[key]) };
    let avg = if key == "averageValue" && matches!(field, "object" | "external") { " (avg)" } else { suffix };
    format!("{name}{now}/{}{avg}", printing::plain(&wanted[key]))
}
