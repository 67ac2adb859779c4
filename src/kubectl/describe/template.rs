//! The pod template of a controller. Models `DescribePodTemplate`.

use super::common::{annotations, labels, selector, tolerations};
use super::containers::Containers;
use super::volumes;
use super::writer::Writer;
use crate::apimachinery::{Object, Value};

pub fn describe(w: &mut Writer, template: &Value) {
    let spec = &template["spec"];
    w.write(0, "Pod Template:\n");
    labels(w, "  Labels", template.labels());
    if template.annotations().fields().next().is_some() {
        annotations(w, "  Annotations", template.annotations());
    }
    w.optional(1, "Service Account", &spec["serviceAccountName"]);
    for (title, list) in [("Init Containers", "initContainers"), ("Containers", "containers")] {
        if list == "containers" || !spec[list].items().is_empty() {
            let of = Containers { title, list: &spec[list], statuses: &Value::Null, pod: None, indent: "  " };
            of.describe(w);
        }
    }
    volumes::describe(w, &spec["volumes"], "  ");
    spread(w, &spec["topologySpreadConstraints"], "  ");
    w.optional(1, "Priority Class Name", &spec["priorityClassName"]);
    labels(w, "  Node-Selectors", &spec["nodeSelector"]);
    tolerations(w, "  Tolerations", &spec["tolerations"]);
}

/// How pods spread over the nodes, by topology key.
pub fn spread(w: &mut Writer, constraints: &Value, indent: &str) {
    let mut sorted: Vec<&Value> = constraints.items().iter().collect();
    if sorted.is_empty() {
        return;
    }
    sorted.sort_by_key(|c| c["topologyKey"].str());
    w.write(0, format!("{indent}Topology Spread Constraints:\t"));
    for (i, c) in sorted.into_iter().enumerate() {
        if i > 0 {
            w.write(0, format!("{indent}\t"));
        }
        let (key, otherwise) = (c["topologyKey"].str(), c["whenUnsatisfiable"].str());
        let mut line = format!("{key}:{otherwise} when max skew {} is exceeded", c["maxSkew"].int());
        if !c["labelSelector"].is_null() {
            line += &format!(" for selector {}", selector(&c["labelSelector"]));
        }
        w.write(0, line + "\n");
    }
}
