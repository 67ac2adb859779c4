//! What many descriptions share: labels, annotations, tolerations, taints, times. Models the helpers of
//! `kubectl/pkg/describe/describe.go`.

use super::writer::{Writer, plain};
use crate::apimachinery::time::human_duration;
use crate::apimachinery::{Object, Time, Value};

/// Longer annotations are cut.
const MAX_ANNOTATION: usize = 140;
const LAST_APPLIED: &str = "kubectl.kubernetes.io/last-applied-configuration";

/// Name and namespace, then labels and annotations: how most descriptions begin.
pub fn head(w: &mut Writer, o: &Value) {
    names(w, o);
    labels_and_annotations(w, o);
}

pub fn names(w: &mut Writer, o: &Value) {
    w.field(0, "Name", o.name());
    w.field(0, "Namespace", o.namespace());
}

pub fn labels_and_annotations(w: &mut Writer, o: &Value) {
    labels(w, "Labels", o.labels());
    annotations(w, "Annotations", o.annotations());
}

/// Lines below each other, the first behind the title.
pub fn multiline(w: &mut Writer, title: &str, lines: impl IntoIterator<Item = String>) {
    let mut lines = lines.into_iter();
    match lines.next() {
        None => w.field(0, title, "<none>"),
        Some(first) => {
            w.field(0, title, first);
            lines.for_each(|line| w.write(0, format!("\t{line}\n")));
        }
    }
}

pub fn labels(w: &mut Writer, title: &str, labels: &Value) {
    multiline(w, title, labels.fields().map(|(k, v)| format!("{k}={}", v.str())));
}

pub fn annotations(w: &mut Writer, title: &str, annotations: &Value) {
    multiline(
        w,
        title,
        annotations.fields().filter(|(k, _)| *k != LAST_APPLIED).flat_map(|(k, v)| annotation(k, v.str())),
    );
}

fn annotation(key: &str, value: &str) -> Vec<String> {
    let value = value.strip_suffix('\n').unwrap_or(value);
    if key.len() + value.len() + 2 <= MAX_ANNOTATION && !value.contains('\n') {
        return vec![format!("{key}: {value}")];
    }
    let cut = |s: &str| format!("  {}", shorten(s, MAX_ANNOTATION - 2));
    std::iter::once(format!("{key}:")).chain(value.split('\n').map(cut)).collect()
}

/// The first `max` bytes, never half a character.
pub fn shorten(text: &str, max: usize) -> String {
    if text.len() <= max {
        return text.to_owned();
    }
    let end = (0..=max).rev().find(|i| text.is_char_boundary(*i)).unwrap_or(0);
    format!("{}...", text.get(..end).unwrap_or(""))
}

/// Sorted by key.
pub fn tolerations(w: &mut Writer, title: &str, tolerations: &Value) {
    let mut sorted: Vec<&Value> = tolerations.items().iter().collect();
    sorted.sort_by_key(|t| t["key"].str());
    multiline(w, title, sorted.into_iter().map(toleration));
}

fn toleration(t: &Value) -> String {
    let (key, value, effect) = (t["key"].str(), t["value"].str(), t["effect"].str());
    let mut text = key.to_owned();
    if !value.is_empty() {
        text += &format!("={value}");
    }
    if !effect.is_empty() {
        text += &format!(":{effect}");
    }
    if t["operator"].str() == "Exists" && value.is_empty() {
        // The one that tolerates everything has nothing before it.
        text += if key.is_empty() && effect.is_empty() { "op=Exists" } else { " op=Exists" };
    }
    if let Some(seconds) = t["tolerationSeconds"].as_i64() {
        text += &format!(" for {seconds}s");
    }
    text
}

/// `key=value:Effect`, sorted by effect and key. Models `Taint.ToString`.
pub fn taints(w: &mut Writer, title: &str, taints: &Value) {
    let mut sorted: Vec<&Value> = taints.items().iter().collect();
    sorted.sort_by_key(|t| format!("{},{}", t["effect"].str(), t["key"].str()));
    multiline(w, title, sorted.into_iter().map(taint));
}

fn taint(t: &Value) -> String {
    let (key, value, effect) = (t["key"].str(), t["value"].str(), t["effect"].str());
    match (value, effect) {
        (_, "") if value.is_empty() => key.to_owned(),
        (_, "") => format!("{key}={value}:"),
        ("", _) => format!("{key}:{effect}"),
        _ => format!("{key}={value}:{effect}"),
    }
}

/// `Deployment/web`, where a controller owns the object.
pub fn controlled_by(w: &mut Writer, o: &Value) {
    if let Some(owner) = o.controller_of() {
        w.field(0, "Controlled By", format!("{}/{}", owner["kind"].str(), owner["name"].str()));
    }
}

/// `Mon, 23 Nov 2026 12:20:34 +0000`; Go's zero time where there is none.
pub fn date(time: &Value) -> String {
    Time::parse_rfc3339(time.str()).map_or_else(|| "Mon, 01 Jan 0001 00:00:00 +0000".to_owned(), Time::rfc1123z)
}

pub fn created(w: &mut Writer, o: &Value) {
    w.field(0, "CreationTimestamp", date(&o.metadata()["creationTimestamp"]));
}

/// `6s`, or `<unknown>`.
pub fn since(time: &Value, now: Time) -> String {
    Time::parse_rfc3339(time.str()).map_or_else(|| "<unknown>".to_owned(), |t| human_duration(now.since(t)))
}

/// `True` or `False`
pub fn title_bool(value: &Value) -> &'static str {
    if value.bool() { "True" } else { "False" }
}

/// `True`, `False` or `<unset>`
pub fn title_bool_or_unset(value: &Value) -> &'static str {
    if value.is_null() { "<unset>" } else { title_bool(value) }
}

/// `a=b,c=d` or `<none>`
pub fn flat(labels: &Value) -> String {
    crate::apimachinery::labels::format_labels(labels)
}

/// A label selector on one line, `<none>` where it selects everything.
pub fn selector(selector: &Value) -> String {
    crate::apimachinery::labels::format_label_selector(selector)
}

/// Conditions with their reasons, as workloads have them.
pub fn conditions(w: &mut Writer, o: &Value) {
    let conditions = o.at("status.conditions").items();
    if conditions.is_empty() {
        return;
    }
    w.write(0, "Conditions:\n");
    w.row(1, &["Type", "Status", "Reason"]);
    w.row(1, &["----", "------", "------"]);
    for c in conditions {
        w.row(1, &[&format!("{} ", c["type"].str()), c["status"].str(), c["reason"].str()]);
    }
}

/// A table of conditions with these columns, by field name.
pub fn condition_table(w: &mut Writer, conditions: &Value, columns: &[(&str, &str)]) {
    let titles: Vec<&str> = columns.iter().map(|(title, _)| *title).collect();
    let lines: Vec<String> = titles.iter().map(|t| "-".repeat(t.len())).collect();
    w.row(1, &titles);
    w.row(1, &lines.iter().map(String::as_str).collect::<Vec<_>>());
    for c in conditions.items() {
        let cell = |(_, field): &(&str, &str)| {
            if field.ends_with("Time") { date(&c[*field]) } else { c[*field].str().to_owned() }
        };
        let cells: Vec<String> = columns.iter().map(cell).collect();
        w.row(1, &cells.iter().map(String::as_str).collect::<Vec<_>>());
    }
}

/// Columns of conditions in namespaces and service CIDRs.
pub const CONDITION_COLUMNS: &[(&str, &str)] = &[
    ("Type", "type"),
    ("Status", "status"),
    ("LastTransitionTime", "lastTransitionTime"),
    ("Reason", "reason"),
    ("Message", "message"),
];

/// `Terminating (lasts 3s)` for what is being deleted, else the phase.
pub fn phase(o: &Value, now: Time) -> String {
    if o.is_terminating() {
        return format!("Terminating (lasts {})", since(&o.metadata()["deletionTimestamp"], now));
    }
    o.at("status.phase").str().to_owned()
}

/// `25%` or `1`: an IntOrString.
pub fn int_or_string(value: &Value) -> String {
    if value.is_null() { "<nil>".to_owned() } else { plain(value) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{list, object};

    #[test]
    fn tolerations_and_taints_read_as_kubectl_prints_them() {
        let mut w = Writer::default();
        let all = object! { "operator" => "Exists" };
        let some = object! { "key" => "a", "operator" => "Equal", "value" => "b", "effect" => "NoSchedule" };
        let seconds =
            object! { "key" => "c", "operator" => "Exists", "effect" => "NoExecute", "tolerationSeconds" => 300 };
        tolerations(&mut w, "Tolerations", &list![seconds, some, all]);
        taints(&mut w, "Taints", &list![object! { "key" => "k", "effect" => "NoSchedule" }]);
        assert_eq!(
            w.finish(),
            "Tolerations:  op=Exists\n              a=b:NoSchedule\n              c:NoExecute op=Exists for 300s\nTaints:       k:NoSchedule\n"
        );
    }

    #[test]
    fn long_annotations_are_cut_between_characters() {
        let lines = annotation("k", &"é".repeat(100));
        assert_eq!(lines[0], "k:");
        assert_eq!(lines[1], format!("  {}...", "é".repeat(69)));
    }
}
