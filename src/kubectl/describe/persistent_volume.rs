//! `describe pv`.

use super::common::{labels_and_annotations, phase};
use super::volumes;
use super::writer::{Writer, plain};
use crate::apimachinery::{Object, Time, Value};

const CLASS: &str = "volume.beta.kubernetes.io/storage-class";

/// The class of a volume or a claim; the old annotation counts first.
pub fn class(o: &Value) -> &str {
    o.annotation(CLASS).unwrap_or_else(|| o.at("spec.storageClassName").str())
}

/// `RWO,ROX`
pub fn access_modes(modes: &Value) -> String {
    const SHORT: [(&str, &str); 4] =
        [("ReadWriteOnce", "RWO"), ("ReadOnlyMany", "ROX"), ("ReadWriteMany", "RWX"), ("ReadWriteOncePod", "RWOP")];
    let has = |mode: &str| modes.items().iter().any(|m| m.str() == mode);
    SHORT.iter().filter(|(mode, _)| has(mode)).map(|(_, short)| *short).collect::<Vec<_>>().join(",")
}

/// `[a b]`, `[]` where there are none.
pub fn finalizers(o: &Value) -> String {
    format!("[{}]", o.finalizers().collect::<Vec<_>>().join(" "))
}

pub fn describe(pv: &Value, w: &mut Writer, now: Time) {
    let spec = &pv["spec"];
    w.field(0, "Name", pv.name());
    labels_and_annotations(w, pv);
    w.field(0, "Finalizers", finalizers(pv));
    w.field(0, "StorageClass", class(pv));
    w.field(0, "Status", phase(pv, now));
    let claim = &spec["claimRef"];
    let claim =
        if claim.is_null() { String::new() } else { format!("{}/{}", claim["namespace"].str(), claim["name"].str()) };
    w.field(0, "Claim", claim);
    w.field(0, "Reclaim Policy", spec["persistentVolumeReclaimPolicy"].str());
    w.field(0, "Access Modes", access_modes(&spec["accessModes"]));
    w.optional(0, "VolumeMode", &spec["volumeMode"]);
    let capacity = &spec["capacity"]["storage"];
    w.field(0, "Capacity", if capacity.is_null() { "0".to_owned() } else { plain(capacity) });
    node_affinity(w, spec.at("nodeAffinity.required"));
    w.field(0, "Message", pv.at("status.message").str());
    w.write(0, "Source:\n");
    volumes::source(w, spec);
}

fn node_affinity(w: &mut Writer, required: &Value) {
    if required.is_null() {
        return w.field(0, "Node Affinity", "<none>");
    }
    w.field(0, "Node Affinity", "");
    let terms = required["nodeSelectorTerms"].items();
    w.field(1, "Required Terms", if terms.is_empty() { "<none>" } else { "" });
    for (i, term) in terms.iter().enumerate() {
        requirements(w, &format!("Term {i}"), &term["matchExpressions"]);
    }
}

/// `key in [a, b]` below each other.
fn requirements(w: &mut Writer, title: &str, list: &Value) {
    w.write(2, format!("{title}:\t"));
    if list.items().is_empty() {
        return w.write(0, "<none>\n");
    }
    for (i, r) in list.items().iter().enumerate() {
        if i > 0 {
            w.write(2, "\t");
        }
        let mut text = format!("{} {}", r["key"].str(), r["operator"].str().to_lowercase());
        if !r["values"].items().is_empty() {
            text += &format!(" [{}]", super::writer::joined(&r["values"], ", "));
        }
        w.write(0, text + "\n");
    }
}
