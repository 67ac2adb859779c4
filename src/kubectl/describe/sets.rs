//! `describe ds` and `describe sts`.

use super::common::{created, flat, int_or_string, labels_and_annotations, names};
use super::describer::{Describer, counted};
use super::persistent_volume_claim;
use super::template;
use super::writer::Writer;
use crate::apimachinery::Value;
use crate::apimachinery::labels::Selector;
use crate::cli::errors::Result;

/// What a daemon set counts, by title.
const COUNTS: [(&str, &str); 5] = [
    ("Desired Number of Nodes Scheduled", "desiredNumberScheduled"),
    ("Current Number of Nodes Scheduled", "currentNumberScheduled"),
    ("Number of Nodes Scheduled with Up-to-date Pods", "updatedNumberScheduled"),
    ("Number of Nodes Scheduled with Available Pods", "numberAvailable"),
    ("Number of Nodes Misscheduled", "numberMisscheduled"),
];

pub async fn describe_daemon_set(d: &Describer<'_>, ds: &Value, w: &mut Writer) -> Result {
    let selector = Selector::from_label_selector(ds.at("spec.selector"))?;
    let counts = d.pod_counts(ds, &selector).await?;
    names(w, ds);
    w.field(0, "Selector", &selector);
    w.field(0, "Node-Selector", flat(ds.at("spec.template.spec.nodeSelector")));
    labels_and_annotations(w, ds);
    for (title, field) in COUNTS {
        w.write(0, format!("{title}: {}\n", ds["status"][field].int()));
    }
    w.field(0, "Pods Status", counted(counts));
    template::describe(w, ds.at("spec.template"));
    Ok(())
}

pub async fn describe_stateful_set(d: &Describer<'_>, sts: &Value, w: &mut Writer) -> Result {
    let selector = Selector::from_label_selector(sts.at("spec.selector"))?;
    let counts = d.pod_counts(sts, &selector).await?;
    names(w, sts);
    created(w, sts);
    w.field(0, "Selector", &selector);
    labels_and_annotations(w, sts);
    let (desired, total) = (sts.at("spec.replicas").int(), sts.at("status.replicas").int());
    w.field(0, "Replicas", format!("{desired} desired | {total} total"));
    w.field(0, "Update Strategy", sts.at("spec.updateStrategy.type").str());
    let rolling = sts.at("spec.updateStrategy.rollingUpdate");
    if let Some(partition) = rolling["partition"].as_i64() {
        w.field(1, "Partition", partition);
        if !rolling["maxUnavailable"].is_null() {
            w.field(1, "MaxUnavailable", int_or_string(&rolling["maxUnavailable"]));
        }
    }
    w.field(0, "Pods Status", counted(counts));
    template::describe(w, sts.at("spec.template"));
    persistent_volume_claim::templates(w, sts.at("spec.volumeClaimTemplates"));
    Ok(())
}
