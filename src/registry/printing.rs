//! What the printers of several kinds share. Models `pkg/printers/internalversion`.

use super::strategy::Column;
use crate::apimachinery::time::human_duration;
use crate::apimachinery::{Object, Time, Value};

/// The first column of every table.
pub const NAME: Column = Column { name: "Name", kind: "string", format: "name", priority: 0 };
/// How long ago the object was made.
pub const AGE: Column = text("Age");
/// When the object was made.
pub const CREATED_AT: Column = Column { name: "Created At", kind: "date", format: "", priority: 0 };

/// A column of text.
pub const fn text(name: &'static str) -> Column {
    Column { name, kind: "string", format: "", priority: 0 }
}

/// A column of whole numbers.
pub const fn integer(name: &'static str) -> Column {
    Column { name, kind: "integer", format: "", priority: 0 }
}

/// A column that `-o wide` adds.
pub const fn wide(name: &'static str) -> Column {
    Column { name, kind: "string", format: "", priority: 1 }
}

/// Time since a moment in RFC 3339; `<unknown>` where it is none.
pub fn since(text: &Value, now: Time) -> Value {
    match Time::parse_rfc3339(text.str()) {
        Some(t) => human_duration(now.since(t)).into(),
        None => "<unknown>".into(),
    }
}

/// The cell of [`AGE`].
pub fn age(object: &Value, now: Time) -> Value {
    since(&object["metadata"]["creationTimestamp"], now)
}

/// The cell of [`NAME`].
pub fn name(object: &Value) -> Value {
    object["metadata"]["name"].clone()
}

/// The cell of [`CREATED_AT`].
pub fn created_at(object: &Value) -> Value {
    object["metadata"]["creationTimestamp"].clone()
}

/// The text, or `<none>` where there is none.
pub fn or_none(value: &Value) -> Value {
    if value.str().is_empty() { "<none>".into() } else { value.clone() }
}

/// The text, or `<unset>` where there is none.
pub fn or_unset(value: &Value) -> Value {
    if value.is_null() { "<unset>".into() } else { value.clone() }
}

/// A number or a percentage as text.
pub fn plain(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

/// Names and images of a template's containers, for `-o wide`.
pub fn containers(pod_spec: &Value) -> (Value, Value) {
    let join = |field: &str| {
        pod_spec["containers"].items().iter().map(|c| c[field].str()).collect::<Vec<_>>().join(",").into()
    };
    (join("name"), join("image"))
}

/// At most three items, and how many more there are.
pub fn list_with_more(items: &[String]) -> String {
    match items.len() {
        0 => "<unset>".to_owned(),
        n @ 1..=3 => items.get(..n).unwrap_or(&[]).join(","),
        n => format!("{} + {} more...", items.get(..3).unwrap_or(&[]).join(","), n - 3),
    }
}

/// `True`, `False`, or `<unset>`.
pub fn bool_text(value: &Value) -> Value {
    match value.as_bool() {
        None => "<unset>",
        Some(true) => "True",
        Some(false) => "False",
    }
    .into()
}

/// Access modes in short: `RWO,ROX`.
pub fn access_modes(modes: &Value) -> String {
    const SHORT: [(&str, &str); 4] =
        [("ReadWriteOnce", "RWO"), ("ReadOnlyMany", "ROX"), ("ReadWriteMany", "RWX"), ("ReadWriteOncePod", "RWOP")];
    let has = |long: &str| modes.items().iter().any(|m| m.str() == long);
    SHORT.iter().filter(|(long, _)| has(long)).map(|(_, short)| *short).collect::<Vec<_>>().join(",")
}

/// The phase, or `Terminating` for what is being deleted.
pub fn phase(object: &Value) -> Value {
    if object.is_terminating() { "Terminating".into() } else { object["status"]["phase"].clone() }
}
