//! `describe storageclass`, `describe volumeattributesclass`, `describe csinode`.

use super::common::{created, flat, labels_and_annotations, title_bool_or_unset};
use super::writer::{Writer, joined, plain};
use crate::apimachinery::{Object, Time, Value};

const DEFAULT: [&str; 2] =
    ["storageclass.kubernetes.io/is-default-class", "storageclass.beta.kubernetes.io/is-default-class"];

pub fn describe_class(class: &Value, w: &mut Writer, _: Time) {
    w.field(0, "Name", class.name());
    let default = DEFAULT.iter().any(|a| class.annotation(a) == Some("true"));
    w.field(0, "IsDefaultClass", if default { "Yes" } else { "No" });
    w.field(0, "Annotations", flat(class.annotations()));
    w.field(0, "Provisioner", class["provisioner"].str());
    w.field(0, "Parameters", flat(&class["parameters"]));
    w.field(0, "AllowVolumeExpansion", title_bool_or_unset(&class["allowVolumeExpansion"]));
    match class["mountOptions"].items() {
        [] => w.field(0, "MountOptions", "<none>"),
        options => {
            w.write(0, "MountOptions:\n");
            options.iter().for_each(|o| w.write(1, format!("{}\n", o.str())));
        }
    }
    w.optional(0, "ReclaimPolicy", &class["reclaimPolicy"]);
    w.optional(0, "VolumeBindingMode", &class["volumeBindingMode"]);
    if !class["allowedTopologies"].is_null() {
        topologies(w, class["allowedTopologies"].items());
    }
}

fn topologies(w: &mut Writer, terms: &[Value]) {
    w.field(0, "AllowedTopologies", if terms.is_empty() { "<none>" } else { "" });
    for (i, term) in terms.iter().enumerate() {
        w.write(1, format!("Term {i}:\t"));
        let requirements = term["matchLabelExpressions"].items();
        if requirements.is_empty() {
            w.write(0, "<none>\n");
        }
        for (j, r) in requirements.iter().enumerate() {
            if j > 0 {
                w.write(1, "\t");
            }
            w.write(0, format!("{} in [{}]\n", r["key"].str(), joined(&r["values"], ", ")));
        }
    }
}

pub fn describe_attributes_class(class: &Value, w: &mut Writer, _: Time) {
    w.field(0, "Name", class.name());
    w.field(0, "Annotations", flat(class.annotations()));
    w.field(0, "DriverName", class["driverName"].str());
    w.field(0, "Parameters", flat(&class["parameters"]));
}

pub fn describe_csi_node(node: &Value, w: &mut Writer, _: Time) {
    w.field(0, "Name", node.name());
    labels_and_annotations(w, node);
    created(w, node);
    w.write(0, "Spec:\n");
    if node.at("spec.drivers").items().is_empty() {
        return;
    }
    w.write(1, "Drivers:\n");
    for driver in node.at("spec.drivers").items() {
        w.write(2, format!("{}:\n", driver["name"].str()));
        w.field(3, "Node ID", driver["nodeID"].str());
        if let Some(count) = driver.at("allocatable.count").as_i64() {
            w.write(3, "Allocatables:\n");
            w.field(4, "Count", count);
        }
        if !driver["topologyKeys"].is_null() {
            w.field(3, "Topology Keys", plain(&driver["topologyKeys"]));
        }
    }
}
