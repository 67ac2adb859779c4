//! `describe quota` and `describe limitrange`.

use super::common::names;
use super::writer::{Writer, plain};
use crate::apimachinery::{Time, Value};
use std::collections::BTreeSet;

pub fn describe_quota(quota: &Value, w: &mut Writer, _: Time) {
    names(w, quota);
    scopes(w, quota, 0, " * ");
    w.row(0, &["Resource", "Used", "Hard"]);
    w.row(0, &["--------", "----", "----"]);
    used(w, 0, quota);
}

/// What a scope takes in.
const SCOPES: [(&str, &str); 4] = [
    (
        "Terminating",
        "Matches all pods that have an active deadline. These pods have a limited lifespan on a node before being actively terminated by the system.",
    ),
    (
        "NotTerminating",
        "Matches all pods that do not have an active deadline. These pods usually include long running pods whose container command is not expected to terminate.",
    ),
    (
        "BestEffort",
        "Matches all pods that do not have resource requirements set. These pods have a best effort quality of service.",
    ),
    (
        "NotBestEffort",
        "Matches all pods that have at least one resource requirement set. These pods have a burstable or guaranteed quality of service.",
    ),
];

/// The scopes of a quota, each explained behind a bullet.
pub fn scopes(w: &mut Writer, quota: &Value, level: usize, bullet: &str) {
    let mut scopes: Vec<&str> = quota.at("spec.scopes").items().iter().map(Value::str).collect();
    if scopes.is_empty() {
        return;
    }
    scopes.sort_unstable();
    w.field(level, "Scopes", scopes.join(", "));
    for scope in scopes {
        if let Some((_, text)) = SCOPES.iter().find(|(name, _)| *name == scope) {
            w.write(level, format!("{bullet}{text}\n"));
        }
    }
}

/// A row for each resource of a quota.
pub fn used(w: &mut Writer, level: usize, quota: &Value) {
    for (name, hard) in quota.at("status.hard").fields() {
        let used = match &quota.at("status.used")[name] {
            Value::Null => "0".to_owned(),
            used => plain(used),
        };
        w.row(level, &[name, &used, &plain(hard)]);
    }
}

pub fn describe_limit_range(range: &Value, w: &mut Writer, _: Time) {
    names(w, range);
    range_titles(w, "");
    range_rows(w, range, "");
}

const RANGE_TITLES: [&str; 7] =
    ["Type", "Resource", "Min", "Max", "Default Request", "Default Limit", "Max Limit/Request Ratio"];
const RANGE_FIELDS: [&str; 5] = ["min", "max", "defaultRequest", "default", "maxLimitRequestRatio"];

pub fn range_titles(w: &mut Writer, indent: &str) {
    let lines: Vec<String> = RANGE_TITLES.iter().map(|t| "-".repeat(t.len())).collect();
    w.write(0, format!("{indent}{}\n", RANGE_TITLES.join("\t")));
    w.write(0, format!("{indent}{}\n", lines.join("\t")));
}

/// A row for each type and resource; `-` where nothing is said.
pub fn range_rows(w: &mut Writer, range: &Value, indent: &str) {
    for item in range.at("spec.limits").items() {
        let resources: BTreeSet<&str> =
            RANGE_FIELDS.iter().flat_map(|f| item[*f].fields().map(|(name, _)| name)).collect();
        for name in resources {
            let cell = |f: &&str| if item[*f][name].is_null() { "-".to_owned() } else { plain(&item[*f][name]) };
            let cells: Vec<String> = RANGE_FIELDS.iter().map(cell).collect();
            w.write(0, format!("{indent}{}\t{name}\t{}\n", item["type"].str(), cells.join("\t")));
        }
    }
}
