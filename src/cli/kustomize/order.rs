//! The order of `kubectl kustomize`. Models `kustomize/api/internal/builtins/SortOrderTransformer`.

use crate::apimachinery::{Object, Value};

const FIRST: [&str; 22] = [
    "Namespace",
    "ResourceQuota",
    "StorageClass",
    "CustomResourceDefinition",
    "ServiceAccount",
    "PodSecurityPolicy",
    "Role",
    "ClusterRole",
    "RoleBinding",
    "ClusterRoleBinding",
    "ConfigMap",
    "Secret",
    "Endpoints",
    "Service",
    "LimitRange",
    "PriorityClass",
    "PersistentVolume",
    "PersistentVolumeClaim",
    "Deployment",
    "StatefulSet",
    "CronJob",
    "PodDisruptionBudget",
];
const LAST: [&str; 2] = ["MutatingWebhookConfiguration", "ValidatingWebhookConfiguration"];

/// Puts what others need first.
pub fn legacy_order(objects: &mut [Value]) {
    objects.sort_by_cached_key(|o| {
        let gvk = o.gvk();
        let first = FIRST.iter().position(|k| *k == gvk.kind);
        let last = LAST.contains(&gvk.kind.as_str());
        let rank = first.unwrap_or(if last { FIRST.len() + 1 } else { FIRST.len() });
        (rank, gvk.group, gvk.version, gvk.kind, o.namespace().to_owned(), o.name().to_owned())
    });
}
