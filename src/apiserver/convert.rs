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
    out
}

#[cfg(test)]
mod tests {
    use super::*;

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
