//! Kinds that are served in a version other than the one in which they are stored: events of `events.k8s.io` and
//! autoscalers of `autoscaling/v1`. Models `pkg/apis/{events/v1,autoscaling/v1}/conversion.go`.

use crate::apimachinery::Value;
use crate::registry::store::ResourceInfo;
use crate::{list, object};

/// Which way an object goes.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Way {
    Served,
    Stored,
}

/// Names of an event's fields: stored (core/v1), served (events.k8s.io/v1).
const EVENT: [(&str, &str); 6] = [
    ("involvedObject", "regarding"),
    ("message", "note"),
    ("source", "deprecatedSource"),
    ("firstTimestamp", "deprecatedFirstTimestamp"),
    ("lastTimestamp", "deprecatedLastTimestamp"),
    ("count", "deprecatedCount"),
];

/// True where a resource's objects are stored in another version.
pub fn differs(info: &ResourceInfo) -> bool {
    matches!((info.group, info.version), ("events.k8s.io", _) | ("autoscaling", "v1"))
}

/// A stored object in the version that a resource serves.
pub fn to_served(info: &ResourceInfo, object: &Value) -> Value {
    if !differs(info) { object.clone() } else { convert(info, object, Way::Served) }
}

/// An object of a resource's version as it is stored.
pub fn to_stored(info: &ResourceInfo, object: Value) -> Value {
    if !differs(info) { object } else { convert(info, &object, Way::Stored) }
}

fn convert(info: &ResourceInfo, object: &Value, way: Way) -> Value {
    if info.group == "events.k8s.io" { event(object, way) } else { autoscaler(object, way) }
}

fn event(object: &Value, way: Way) -> Value {
    let mut out = object.clone();
    out.set("apiVersion", if way == Way::Served { "events.k8s.io/v1" } else { "v1" });
    // The reporting component is spelled `reportingController` in the newer group.
    let reporting = [("reportingComponent", "reportingController")];
    for (stored, served) in EVENT.into_iter().chain(reporting) {
        let (from, to) = if way == Way::Served { (stored, served) } else { (served, stored) };
        if let Some(value) = out.map_mut().remove(from) {
            out.map_mut().insert(to, value);
        }
    }
    out
}

fn autoscaler(object: &Value, way: Way) -> Value {
    let mut out = object.clone();
    out.set("apiVersion", if way == Way::Served { "autoscaling/v1" } else { "autoscaling/v2" });
    let is_cpu = |m: &&Value| m.at("resource.name").str() == "cpu";
    if way == Way::Served {
        let percent = |list: &Value, field: &str| {
            let found = list.items().iter().find(is_cpu).map(|m| m["resource"][field]["averageUtilization"].clone());
            found.unwrap_or_default()
        };
        let target = percent(object.at("spec.metrics"), "target");
        let current = percent(object.at("status.currentMetrics"), "current");
        for (name, text) in kept(object) {
            out.set_in(&["metadata", "annotations", &format!("{ALPHA}{name}")], text);
        }
        for field in ["spec.metrics", "spec.behavior", "status.currentMetrics", "status.conditions"] {
            out.remove(field);
        }
        for (field, value) in
            [("spec.targetCPUUtilizationPercentage", target), ("status.currentCPUUtilizationPercentage", current)]
        {
            if !value.is_null() {
                out.set(field, value);
            }
        }
        return out;
    }
    if let Some(percent) = out.remove("spec.targetCPUUtilizationPercentage") {
        let target = object! { "type" => "Utilization", "averageUtilization" => percent };
        let resource = object! { "name" => "cpu", "target" => target };
        out.set("spec.metrics", list![object! { "type" => "Resource", "resource" => resource }]);
    }
    out.remove("status.currentCPUUtilizationPercentage");
    for name in ["conditions", "current-metrics", "metrics", "behavior"] {
        out.remove_in(&["metadata", "annotations", &format!("{ALPHA}{name}")]);
    }
    if out["metadata"]["annotations"].is_empty() {
        out.remove("metadata.annotations");
    }
    out
}

const ALPHA: &str = "autoscaling.alpha.kubernetes.io/";

/// The annotations in which version 1 keeps what it has no fields for, as Go writes its structures.
fn kept(object: &Value) -> Vec<(&'static str, String)> {
    let resource = |kind: &str, m: &Value| -> String {
        let source = &m["resource"];
        let mut out = format!("{{\"name\":{}", source["name"]);
        for (field, short) in [("averageUtilization", "AverageUtilization"), ("averageValue", "AverageValue")] {
            if !source[kind][field].is_null() {
                out.push_str(&format!(",\"{kind}{short}\":{}", source[kind][field]));
            }
        }
        out + "}"
    };
    let metric = |kind: &str, m: &Value| match m["resource"].is_null() {
        true => format!("{{\"type\":{}}}", m["type"]),
        false => format!("{{\"type\":{},\"resource\":{}}}", m["type"], resource(kind, m)),
    };
    let condition = |c: &Value| {
        let fields = ["type", "status", "lastTransitionTime", "reason", "message"];
        let given: Vec<String> =
            fields.iter().filter(|f| !c[**f].is_empty()).map(|f| format!("\"{f}\":{}", c[*f])).collect();
        format!("{{{}}}", given.join(","))
    };
    let by_cpu = |m: &Value| {
        let source = &m["resource"];
        source["name"].str() == "cpu" && !source["target"]["averageUtilization"].is_null()
    };
    let conditions: Vec<String> = object.at("status.conditions").items().iter().map(condition).collect();
    let current: Vec<String> =
        object.at("status.currentMetrics").items().iter().map(|m| metric("current", m)).collect();
    let metrics = object.at("spec.metrics").items().iter().filter(|m| !by_cpu(m));
    let metrics: Vec<String> = metrics.map(|m| metric("target", m)).collect();
    let lists = [("conditions", conditions), ("current-metrics", current), ("metrics", metrics)];
    let filled = lists.into_iter().filter(|(_, list)| !list.is_empty());
    filled.map(|(name, list)| (name, format!("[{}]", list.join(",")))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// As `pkg/apis/autoscaling/v1/conversion.go` writes them.
    #[test]
    fn version_1_keeps_the_rest_in_annotations() {
        let text = r#"{"metadata":{"name":"h"},"spec":{"metrics":[
            {"type":"Resource","resource":{"name":"cpu","target":{"type":"Utilization","averageUtilization":50}}},
            {"type":"Resource","resource":{"name":"memory","target":{"type":"AverageValue","averageValue":"1Mi"}}}]},
            "status":{"conditions":[{"type":"AbleToScale","status":"True","lastTransitionTime":"t","message":"m","reason":"r"}],
            "currentMetrics":[{"type":""}]}}"#;
        let served = autoscaler(&Value::from_json(text).unwrap(), Way::Served);
        let annotation = |name: &str| served["metadata"]["annotations"][&*format!("{ALPHA}{name}")].str();
        let want = r#"[{"type":"AbleToScale","status":"True","lastTransitionTime":"t","reason":"r","message":"m"}]"#;
        assert_eq!(annotation("conditions"), want);
        assert_eq!(annotation("current-metrics"), r#"[{"type":""}]"#);
        let want = r#"[{"type":"Resource","resource":{"name":"memory","targetAverageValue":"1Mi"}}]"#;
        assert_eq!(annotation("metrics"), want);
        assert_eq!(served["spec"].to_string(), r#"{"targetCPUUtilizationPercentage":50}"#);
        assert!(autoscaler(&served, Way::Stored)["metadata"].get("annotations").is_none());
    }

    #[test]
    fn an_event_reads_as_recorded_in_both_groups() {
        let stored = object! { "apiVersion" => "v1", "kind" => "Event", "message" => "m", "source" => object! {},
        "involvedObject" => object! { "kind" => "Pod" }, "reportingComponent" => "default-scheduler",
        "lastTimestamp" => Value::Null };
        let served = event(&stored, Way::Served);
        assert_eq!(
            served.to_string(),
            concat!(
                r#"{"apiVersion":"events.k8s.io/v1","deprecatedLastTimestamp":null,"deprecatedSource":{},"#,
                r#""kind":"Event","note":"m","regarding":{"kind":"Pod"},"reportingController":"default-scheduler"}"#
            )
        );
        assert_eq!(event(&served, Way::Stored), stored);
    }
}
