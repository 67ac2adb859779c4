//! What a kustomization changes in every object: namespace, names, labels, annotations, images, replicas.

use super::Resource;
use crate::apimachinery::{Object, Value};

const CLUSTER_SCOPED: [&str; 20] = [
    "APIService",
    "CSIDriver",
    "CSINode",
    "CertificateSigningRequest",
    "ClusterRole",
    "ClusterRoleBinding",
    "ComponentStatus",
    "CustomResourceDefinition",
    "FlowSchema",
    "IngressClass",
    "MutatingWebhookConfiguration",
    "Namespace",
    "Node",
    "PersistentVolume",
    "PriorityClass",
    "PriorityLevelConfiguration",
    "RuntimeClass",
    "StorageClass",
    "ValidatingWebhookConfiguration",
    "VolumeAttachment",
];

pub fn run(spec: &Value, resources: &mut [Resource]) {
    for resource in resources {
        let object = &mut resource.object;
        set_namespace(object, spec["namespace"].str());
        rename(object, spec["namePrefix"].str(), spec["nameSuffix"].str());
        label(object, &spec["commonLabels"], true, true);
        for labels in spec["labels"].items() {
            let selectors = labels["includeSelectors"].bool();
            label(object, &labels["pairs"], selectors, selectors || labels["includeTemplates"].bool());
        }
        annotate(object, &spec["commonAnnotations"]);
        spec["images"].items().iter().for_each(|image| set_image(object, image, 0));
        for replicas in spec["replicas"].items().iter().filter(|r| r["name"].str() == resource.original) {
            if matches!(object.kind(), "Deployment" | "ReplicaSet" | "StatefulSet" | "ReplicationController") {
                object.set("spec.replicas", replicas["count"].clone());
            }
        }
    }
}

fn set_namespace(object: &mut Value, namespace: &str) {
    if namespace.is_empty() {
        return;
    }
    if object.kind() == "Namespace" {
        object.set("metadata.name", namespace);
    } else if !CLUSTER_SCOPED.contains(&object.kind()) {
        object.set("metadata.namespace", namespace);
    }
    if matches!(object.kind(), "RoleBinding" | "ClusterRoleBinding") && !object["subjects"].is_null() {
        for subject in object.at_mut("subjects").list_mut() {
            if subject["kind"].str() == "ServiceAccount" && subject["name"].str() == "default" {
                subject.set("namespace", namespace);
            }
        }
    }
}

fn rename(object: &mut Value, prefix: &str, suffix: &str) {
    let keeps = matches!(object.kind(), "Namespace" | "CustomResourceDefinition" | "APIService");
    if !keeps && !(prefix.is_empty() && suffix.is_empty()) {
        let name = format!("{prefix}{}{suffix}", object.name());
        object.set("metadata.name", name);
    }
}

/// The template of a kind that has one, as a path.
fn template(kind: &str) -> &'static [&'static str] {
    match kind {
        "Deployment" | "ReplicaSet" | "DaemonSet" | "StatefulSet" | "ReplicationController" | "Job" => {
            &["spec", "template"]
        }
        "CronJob" => &["spec", "jobTemplate", "spec", "template"],
        _ => &[],
    }
}

fn label(object: &mut Value, labels: &Value, selectors: bool, templates: bool) {
    let kind = object.kind().to_owned();
    let mut put = |path: &[&str]| {
        for (key, value) in labels.fields() {
            let full: Vec<&str> = path.iter().copied().chain(std::iter::once(key)).collect();
            object.set_in(&full, value.clone());
        }
    };
    put(&["metadata", "labels"]);
    let within = template(&kind);
    if templates && !within.is_empty() {
        put(&[within, &["metadata", "labels"]].concat());
        if kind == "CronJob" {
            put(&["spec", "jobTemplate", "metadata", "labels"]);
        }
    }
    if !selectors {
        return;
    }
    match kind.as_str() {
        "Service" | "ReplicationController" => put(&["spec", "selector"]),
        "Deployment" | "ReplicaSet" | "DaemonSet" | "StatefulSet" => put(&["spec", "selector", "matchLabels"]),
        "NetworkPolicy" if !object.at("spec.podSelector.matchLabels").is_null() => {
            labels.fields().for_each(|(k, v)| object.set_in(&["spec", "podSelector", "matchLabels", k], v.clone()));
        }
        "PodDisruptionBudget" if !object.at("spec.selector.matchLabels").is_null() => {
            labels.fields().for_each(|(k, v)| object.set_in(&["spec", "selector", "matchLabels", k], v.clone()));
        }
        _ => {}
    }
}

fn annotate(object: &mut Value, annotations: &Value) {
    let within = template(object.kind());
    for (key, value) in annotations.fields() {
        object.set_in(&["metadata", "annotations", key], value.clone());
        if !within.is_empty() {
            let path: Vec<&str> = within.iter().copied().chain(["metadata", "annotations", key]).collect();
            object.set_in(&path, value.clone());
        }
    }
}

/// Changes images by name in whatever lists of containers there are.
fn set_image(value: &mut Value, image: &Value, depth: usize) {
    if depth > 64 {
        return;
    }
    match value {
        Value::List(_) => value.list_mut().iter_mut().for_each(|item| set_image(item, image, depth + 1)),
        Value::Map(_) => {
            for (key, item) in value.map_mut().iter_mut() {
                if matches!(key, "containers" | "initContainers") && item.as_list().is_some() {
                    for container in item.list_mut() {
                        if let Some(new) = changed(container["image"].str(), image) {
                            container.set("image", new);
                        }
                    }
                } else {
                    set_image(item, image, depth + 1);
                }
            }
        }
        _ => {}
    }
}

/// The new name of an image that is meant; None for others.
fn changed(old: &str, image: &Value) -> Option<String> {
    let (name, rest) = match (old.find('@'), old.rfind(':')) {
        (Some(at), _) => old.split_at(at),
        (None, Some(at)) if !old.get(at..)?.contains('/') => old.split_at(at),
        _ => (old, ""),
    };
    if name != image["name"].str() {
        return None;
    }
    let text = |field: &str| match &image[field] {
        Value::Null => String::new(),
        Value::Str(s) => s.to_string(),
        other => other.to_string(),
    };
    let (new, tag, digest) = (text("newName"), text("newTag"), text("digest"));
    let name = if new.is_empty() { name.to_owned() } else { new };
    Some(match (tag.as_str(), digest.as_str()) {
        ("", "") => name + rest,
        (tag, "") => format!("{name}:{tag}"),
        ("", digest) => format!("{name}@{digest}"),
        (tag, digest) => format!("{name}:{tag}@{digest}"),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::object;

    #[test]
    fn images_change_by_name() {
        let image = object! { "name" => "nginx", "newTag" => "1.27" };
        assert_eq!(changed("nginx", &image).as_deref(), Some("nginx:1.27"));
        assert_eq!(changed("nginx:1.26@sha256:0", &image), None);
        assert_eq!(changed("nginx:1.26", &image).as_deref(), Some("nginx:1.27"));
        assert_eq!(changed("reg:5000/nginx", &image), None);
        let image = object! { "name" => "nginx", "newName" => "my/nginx" };
        assert_eq!(changed("nginx:1.26", &image).as_deref(), Some("my/nginx:1.26"));
    }
}
