//! Events. Models `pkg/registry/core/event/strategy.go`.

use crate::apimachinery::{Time, Value};
use crate::registry::printing::{self, text, wide};
use crate::registry::simple::Simple;
use crate::registry::strategy::Column;

/// The strategy of events.
pub static STRATEGY: Simple = Simple {
    columns: &[
        text("Last Seen"),
        text("Type"),
        text("Reason"),
        text("Object"),
        wide("Subobject"),
        wide("Source"),
        text("Message"),
        wide("First Seen"),
        wide("Count"),
        Column { priority: 1, ..printing::NAME },
    ],
    cells,
    create_on_update: true,
    selectable,
    ..Simple::PLAIN
};

fn cells(event: &Value, now: Time) -> Vec<Value> {
    let (involved, source) = (&event["involvedObject"], &event["source"]);
    let or = |value: &'static str, fallback: &'static str| {
        if event[value].is_null() { event[fallback].clone() } else { event[value].clone() }
    };
    let first = printing::since(&or("firstTimestamp", "eventTime"), now);
    let mut last =
        if event["lastTimestamp"].is_null() { first.clone() } else { printing::since(&event["lastTimestamp"], now) };
    let mut count = event["count"].int().max(1);
    if !event["series"].is_null() {
        last = printing::since(&event["series"]["lastObservedTime"], now);
        count = event["series"]["count"].int();
    }
    let kind = involved["kind"].str().to_lowercase();
    let object = match involved["name"].str() {
        "" => kind,
        name => format!("{kind}/{name}"),
    };
    let pick = |a: &Value, b: &Value| if a.str().is_empty() { b.str().to_owned() } else { a.str().to_owned() };
    let component = pick(&source["component"], &event["reportingComponent"]);
    let host = pick(&source["host"], &event["reportingInstance"]);
    vec![
        last,
        event["type"].clone(),
        event["reason"].clone(),
        object.into(),
        involved["fieldPath"].str().into(),
        if host.is_empty() { component } else { format!("{component}, {host}") }.into(),
        event["message"].str().trim().into(),
        first,
        count.into(),
        printing::name(event),
    ]
}

fn selectable(event: &Value) -> Vec<(&'static str, String)> {
    let involved = |field: &str| event["involvedObject"][field].str().to_owned();
    let text = |v: &Value| v.str().to_owned();
    let source = match event["source"]["component"].str() {
        "" => event["reportingComponent"].str(),
        component => component,
    };
    vec![
        ("involvedObject.kind", involved("kind")),
        ("involvedObject.namespace", involved("namespace")),
        ("involvedObject.name", involved("name")),
        ("involvedObject.uid", involved("uid")),
        ("involvedObject.apiVersion", involved("apiVersion")),
        ("involvedObject.resourceVersion", involved("resourceVersion")),
        ("involvedObject.fieldPath", involved("fieldPath")),
        ("reason", text(&event["reason"])),
        ("reportingComponent", text(&event["reportingComponent"])),
        ("source", source.to_owned()),
        ("type", text(&event["type"])),
    ]
}
