//! `describe pvc`, and the claims of templates.

use super::common::{condition_table, labels_and_annotations, multiline, names, phase};
use super::describer::Describer;
use super::persistent_volume::{access_modes, class, finalizers};
use super::writer::{Writer, plain};
use crate::apimachinery::{Object, Value};
use crate::cli::errors::Result;

pub async fn describe(d: &Describer<'_>, pvc: &Value, w: &mut Writer) -> Result {
    let pods = d.list("pods", pvc.namespace(), "", "").await?;
    names(w, pvc);
    w.field(0, "StorageClass", class(pvc));
    w.field(0, "Status", phase(pvc, d.now));
    w.field(0, "Volume", pvc.at("spec.volumeName").str());
    labels_and_annotations(w, pvc);
    w.field(0, "Finalizers", finalizers(pvc));
    capacity(w, 0, pvc);
    multiline(w, "Used By", users(pvc, &pods));
    if !pvc.at("status.conditions").items().is_empty() {
        w.write(0, "Conditions:\n");
        condition_table(w, pvc.at("status.conditions"), CONDITION_COLUMNS);
    }
    Ok(())
}

const CONDITION_COLUMNS: &[(&str, &str)] = &[
    ("Type", "type"),
    ("Status", "status"),
    ("LastProbeTime", "lastProbeTime"),
    ("LastTransitionTime", "lastTransitionTime"),
    ("Reason", "reason"),
    ("Message", "message"),
];

/// The pods that mount the claim, and the pod that owns it.
fn users(pvc: &Value, pods: &[Value]) -> Vec<String> {
    let mounts = |p: &Value| {
        p.at("spec.volumes").items().iter().any(|v| v.at("persistentVolumeClaim.claimName").str() == pvc.name())
    };
    let owns = |p: &Value| pvc.owner_references().iter().any(|r| r["kind"].str() == "Pod" && r["uid"].str() == p.uid());
    let mut names: Vec<String> = pods.iter().filter(|p| mounts(p) || owns(p)).map(|p| p.name().to_owned()).collect();
    names.sort();
    names
}

fn capacity(w: &mut Writer, level: usize, pvc: &Value) {
    let bound = !pvc.at("spec.volumeName").str().is_empty();
    let (size, modes) = match bound {
        true => (pvc.at("status.capacity.storage"), access_modes(pvc.at("status.accessModes"))),
        false => (&Value::Null, String::new()),
    };
    let size = match size {
        Value::Null if bound => "0".to_owned(),
        Value::Null => String::new(),
        size => plain(size),
    };
    w.field(level, "Capacity", size);
    w.field(level, "Access Modes", modes);
    w.optional(level, "VolumeMode", pvc.at("spec.volumeMode"));
    let source = pvc.at("spec.dataSource");
    if !source.is_null() {
        w.write(level, "DataSource:\n");
        w.optional(level + 1, "APIGroup", &source["apiGroup"]);
        w.field(level + 1, "Kind", source["kind"].str());
        w.field(level + 1, "Name", source["name"].str());
    }
}

/// The claim that an ephemeral volume is made from.
pub fn template(w: &mut Writer, level: usize, template: &Value) {
    if template.is_null() {
        return;
    }
    w.field(level, "StorageClass", class(template));
    w.field(level, "Volume", template.at("spec.volumeName").str());
    let indent = "  ".repeat(level);
    super::common::labels(w, &format!("{indent}Labels"), template.labels());
    super::common::annotations(w, &format!("{indent}Annotations"), template.annotations());
    capacity(w, level, template);
}

/// The claims of a stateful set.
pub fn templates(w: &mut Writer, templates: &Value) {
    if templates.items().is_empty() {
        return w.field(0, "Volume Claims", "<none>");
    }
    w.write(0, "Volume Claims:\n");
    for pvc in templates.items() {
        w.field(1, "Name", pvc.name());
        w.field(1, "StorageClass", class(pvc));
        let pairs = |map: &Value| map.fields().map(|(k, v)| format!("{k}={}", v.str())).collect::<Vec<_>>();
        indented(w, "  Labels", pairs(pvc.labels()));
        indented(w, "  Annotations", pairs(pvc.annotations()));
        w.field_or(1, "Capacity", pvc.at("spec.resources.requests.storage"), "<default>");
        w.field(1, "Access Modes", plain(pvc.at("spec.accessModes")));
    }
}

/// Like `multiline`, with two blanks before the later lines too.
fn indented(w: &mut Writer, title: &str, lines: Vec<String>) {
    let mut lines = lines.into_iter();
    w.field(0, title, lines.next().unwrap_or_else(|| "<none>".to_owned()));
    lines.for_each(|line| w.write(0, format!("  \t{line}\n")));
}
