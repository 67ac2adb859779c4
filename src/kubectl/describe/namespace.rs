//! `describe namespace`, with its quotas and limit ranges.

use super::common::{CONDITION_COLUMNS, condition_table, labels_and_annotations};
use super::describer::Describer;
use super::limits;
use super::writer::Writer;
use crate::apimachinery::{Object, Value};
use crate::cli::errors::Result;

pub async fn describe(d: &Describer<'_>, ns: &Value, w: &mut Writer) -> Result {
    let quotas = d.list("resourcequotas", ns.name(), "", "").await?;
    let ranges = d.list("limitranges", ns.name(), "", "").await?;
    w.field(0, "Name", ns.name());
    labels_and_annotations(w, ns);
    w.field(0, "Status", ns.at("status.phase").str());
    if !ns.at("status.conditions").items().is_empty() {
        w.write(0, "Conditions:\n");
        condition_table(w, ns.at("status.conditions"), CONDITION_COLUMNS);
    }
    w.write(0, "\n");
    describe_quotas(w, quotas);
    w.write(0, "\n");
    describe_ranges(w, &ranges);
    Ok(())
}

fn describe_quotas(w: &mut Writer, mut quotas: Vec<Value>) {
    if quotas.is_empty() {
        return w.write(0, "No resource quota.\n");
    }
    quotas.sort_by(|a, b| a.name().cmp(b.name()));
    w.write(0, "Resource Quotas\n");
    for quota in &quotas {
        w.field(1, "Name", quota.name());
        limits::scopes(w, quota, 1, "* ");
        w.row(1, &["Resource", "Used", "Hard"]);
        w.row(1, &["--------", "---", "---"]);
        limits::used(w, 1, quota);
    }
}

fn describe_ranges(w: &mut Writer, ranges: &[Value]) {
    if ranges.is_empty() {
        return w.write(0, "No LimitRange resource.\n");
    }
    w.write(0, "Resource Limits\n");
    limits::range_titles(w, " ");
    ranges.iter().for_each(|range| limits::range_rows(w, range, " "));
}
