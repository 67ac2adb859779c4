//! `describe priorityclass`.

use super::common::flat;
use super::writer::Writer;
use crate::apimachinery::{Object, Time, Value};

pub fn describe(class: &Value, w: &mut Writer, _: Time) {
    w.field(0, "Name", class.name());
    w.field(0, "Value", class["value"].int());
    w.field(0, "GlobalDefault", class["globalDefault"].bool());
    w.field(0, "PreemptionPolicy", class["preemptionPolicy"].str());
    w.field(0, "Description", class["description"].str());
    w.field(0, "Annotations", flat(class.annotations()));
}
