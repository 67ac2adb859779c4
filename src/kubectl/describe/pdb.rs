//! `describe pdb`.

use super::common::{int_or_string, names, selector};
use super::writer::Writer;
use crate::apimachinery::{Time, Value};

/// What the status counts, by title.
const COUNTS: [(&str, &str); 4] = [
    ("Allowed disruptions", "disruptionsAllowed"),
    ("Current", "currentHealthy"),
    ("Desired", "desiredHealthy"),
    ("Total", "expectedPods"),
];

pub fn describe(pdb: &Value, w: &mut Writer, _: Time) {
    let spec = &pdb["spec"];
    names(w, pdb);
    if !spec["minAvailable"].is_null() {
        w.field(0, "Min available", int_or_string(&spec["minAvailable"]));
    } else if !spec["maxUnavailable"].is_null() {
        w.field(0, "Max unavailable", int_or_string(&spec["maxUnavailable"]));
    }
    let pods = if spec["selector"].is_null() { "<unset>".to_owned() } else { selector(&spec["selector"]) };
    w.field(0, "Selector", pods);
    w.write(0, "Status:\n");
    COUNTS.iter().for_each(|(title, field)| w.field(2, title, pdb["status"][*field].int()));
}
