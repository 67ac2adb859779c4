//! `describe rs` and `describe rc`.

use super::common::{conditions, controlled_by, flat, labels_and_annotations, names, selector};
use super::describer::{Describer, counted};
use super::template;
use super::writer::Writer;
use crate::apimachinery::Value;
use crate::apimachinery::labels::Selector;
use crate::cli::errors::Result;

pub async fn describe_rc(d: &Describer<'_>, rc: &Value, w: &mut Writer) -> Result {
    let counts = d.pod_counts(rc, &Selector::from_set(rc.at("spec.selector"))).await?;
    names(w, rc);
    w.field(0, "Selector", flat(rc.at("spec.selector")));
    labels_and_annotations(w, rc);
    body(w, rc, counted(counts));
    Ok(())
}

pub async fn describe_rs(d: &Describer<'_>, rs: &Value, w: &mut Writer) -> Result {
    let pods = Selector::from_label_selector(rs.at("spec.selector"))?;
    let counts = match d.pod_counts(rs, &pods).await {
        Ok(counts) => counted(counts),
        Err(e) => format!("error in fetching pods: {}", e.text()),
    };
    names(w, rs);
    w.field(0, "Selector", selector(rs.at("spec.selector")));
    labels_and_annotations(w, rs);
    controlled_by(w, rs);
    body(w, rs, counts);
    Ok(())
}

fn body(w: &mut Writer, o: &Value, counts: String) {
    let (current, desired) = (o.at("status.replicas").int(), o.at("spec.replicas").int());
    w.field(0, "Replicas", format!("{current} current / {desired} desired"));
    w.field(0, "Pods Status", counts);
    template::describe(w, o.at("spec.template"));
    conditions(w, o);
}
