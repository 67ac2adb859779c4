//! Objects as rows. Models `metav1.Table` and `handlers/response.go`.

use super::handlers::Call;
use super::{convert, crd};
use crate::apimachinery::time::human_duration;
use crate::apimachinery::{Object, Time, Value};
use crate::registry::store::ResourceInfo;
use crate::registry::strategy::Column;
use crate::{list, object};

/// What each row carries besides its cells: the `includeObject` parameter.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Include {
    None,
    #[default]
    Metadata,
    Object,
}

/// Columns of a kind that has none of its own.
const DEFAULT: [Column; 2] = [
    Column { name: "Name", kind: "string", format: "name", priority: 0 },
    Column { name: "Created At", kind: "date", format: "", priority: 0 },
];

/// Columns of `Scale`.
const SCALE: [Column; 4] = [
    Column { name: "Name", kind: "string", format: "name", priority: 0 },
    Column { name: "Desired", kind: "integer", format: "", priority: 0 },
    Column { name: "Available", kind: "integer", format: "", priority: 0 },
    Column { name: "Age", kind: "string", format: "", priority: 0 },
];

impl Include {
    pub fn of(call: &Call) -> Self {
        match call.request.param("includeObject") {
            "None" => Self::None,
            "Object" => Self::Object,
            _ => Self::Metadata,
        }
    }
}

/// A table with the row of one object.
pub fn of_object(call: &Call, object: &Value, now: Time) -> Value {
    let rows = vec![row(call.resource, object, Include::of(call), now)];
    let metadata = object! { "resourceVersion" => object["metadata"]["resourceVersion"].clone() };
    table(call.resource, metadata, rows)
}

/// The table of a `Scale`.
pub fn of_scale(call: &Call, scale: &Value, now: Time) -> Value {
    let age = scale.creation_timestamp().map_or_else(|| "<unknown>".to_owned(), |t| human_duration(now.since(t)));
    let cells = list![scale.name(), scale.at("spec.replicas").int(), scale.at("status.replicas").int(), age];
    let rows = vec![object! { "cells" => cells, "object" => carried(scale, Include::of(call)) }];
    let metadata = object! { "resourceVersion" => scale["metadata"]["resourceVersion"].clone() };
    of(metadata, definitions(&SCALE), rows)
}

/// A table with the rows of a list's items and the list's metadata.
pub fn of_list(call: &Call, list: &Value, now: Time) -> Value {
    let include = Include::of(call);
    let mut items: Vec<&Value> = list["items"].items().iter().collect();
    if call.resource.stored_as == "flowschemas.flowcontrol.apiserver.k8s.io" {
        // The printer shows flow schemas in the order in which they match.
        items.sort_by_key(|o| o.at("spec.matchingPrecedence").int());
    }
    let rows = items.into_iter().map(|o| row(call.resource, o, include, now)).collect();
    table(call.resource, list["metadata"].clone(), rows)
}

/// The table of one watch event.
pub fn of_event(resource: &ResourceInfo, object: &Value, include: Include, now: Time) -> Value {
    let metadata = object! { "resourceVersion" => object["metadata"]["resourceVersion"].clone() };
    table(resource, metadata, vec![row(resource, object, include, now)])
}

fn table(resource: &ResourceInfo, metadata: Value, rows: Vec<Value>) -> Value {
    if !resource.definition.is_null() {
        return of(metadata, crd::columns(resource), rows);
    }
    of(metadata, definitions(resource.strategy.columns().unwrap_or(&DEFAULT)), rows)
}

fn definitions(columns: &[Column]) -> Value {
    let one = |c: &Column| {
        object! {
            "name" => c.name, "type" => c.kind, "format" => c.format, "description" => "", "priority" => c.priority,
        }
    };
    columns.iter().map(one).collect()
}

fn of(metadata: Value, definitions: Value, rows: Vec<Value>) -> Value {
    object! {
        "kind" => "Table", "apiVersion" => "meta.k8s.io/v1", "metadata" => metadata,
        "columnDefinitions" => definitions, "rows" => rows,
    }
}

fn row(resource: &ResourceInfo, object: &Value, include: Include, now: Time) -> Value {
    let cells = match resource.strategy.columns() {
        _ if !resource.definition.is_null() => crd::cells(resource, object, now),
        Some(_) if convert::differs(resource) => {
            resource.strategy.cells(&convert::to_stored(resource, object.clone()), now)
        }
        Some(_) => resource.strategy.cells(object, now),
        None => vec![object.name().into(), object["metadata"]["creationTimestamp"].clone()],
    };
    object! { "cells" => cells, "object" => carried(object, include) }
}

fn carried(object: &Value, include: Include) -> Value {
    match include {
        Include::None => Value::Null,
        Include::Object => object.clone(),
        Include::Metadata => object! {
            "kind" => "PartialObjectMetadata", "apiVersion" => "meta.k8s.io/v1",
            "metadata" => object["metadata"].clone(),
        },
    }
}
