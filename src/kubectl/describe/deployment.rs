//! `describe deployment`.

use super::common::{conditions, created, int_or_string, labels_and_annotations, names};
use super::describer::Describer;
use super::template;
use super::writer::Writer;
use crate::apimachinery::labels::Selector;
use crate::apimachinery::{Object, Value};
use crate::cli::errors::Result;
use crate::kubectl::deployments;

pub async fn describe(d: &Describer<'_>, o: &Value, w: &mut Writer) -> Result {
    let selector = Selector::from_label_selector(o.at("spec.selector"))?;
    let sets = d.list_in("/apis/apps/v1", "replicasets", o.namespace(), &selector.to_string(), "").await;
    let (spec, status) = (&o["spec"], &o["status"]);
    names(w, o);
    created(w, o);
    labels_and_annotations(w, o);
    w.field(0, "Selector", &selector);
    let n = |field: &str| status[field].int();
    w.field(
        0,
        "Replicas",
        format!(
            "{} desired | {} updated | {} total | {} available | {} unavailable",
            spec["replicas"].int(),
            n("updatedReplicas"),
            n("replicas"),
            n("availableReplicas"),
            n("unavailableReplicas")
        ),
    );
    w.field(0, "StrategyType", spec["strategy"]["type"].str());
    w.field(0, "MinReadySeconds", spec["minReadySeconds"].int());
    let rolling = &spec["strategy"]["rollingUpdate"];
    if !rolling.is_null() {
        let (unavailable, surge) = (int_or_string(&rolling["maxUnavailable"]), int_or_string(&rolling["maxSurge"]));
        w.field(0, "RollingUpdateStrategy", format!("{unavailable} max unavailable, {surge} max surge"));
    }
    template::describe(w, &spec["template"]);
    conditions(w, o);
    if let Ok(sets) = sets {
        let owned = deployments::owned(o, sets);
        let new = deployments::new_replica_set(o, &owned);
        let is_new = |rs: &&Value| new.is_some_and(|n| n.uid() == rs.uid());
        let old: Vec<&Value> = owned.iter().filter(|rs| !is_new(rs)).collect();
        if !owned.is_empty() {
            w.field(0, "OldReplicaSets", replica_sets(&old));
            w.field(0, "NewReplicaSet", replica_sets(&new.into_iter().collect::<Vec<_>>()));
        }
    }
    Ok(())
}

fn replica_sets(sets: &[&Value]) -> String {
    let text = |rs: &&Value| {
        let (created, wanted) = (rs.at("status.replicas").int(), rs.at("spec.replicas").int());
        format!("{} ({created}/{wanted} replicas created)", rs.name())
    };
    if sets.is_empty() { "<none>".to_owned() } else { sets.iter().map(text).collect::<Vec<_>>().join(", ") }
}
