//! The resources that controllers, scheduler and kubelets watch, as a table.

use crate::apimachinery::GroupVersionResource;

/// A resource of the informers' table.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Resource {
    Namespaces,
    Nodes,
    Leases,
    ConfigMaps,
    Secrets,
    ServiceAccounts,
    Pods,
    ReplicationControllers,
    Services,
    Endpoints,
    EndpointSlices,
    PersistentVolumes,
    PersistentVolumeClaims,
    ResourceQuotas,
    ControllerRevisions,
    ReplicaSets,
    Deployments,
    DaemonSets,
    StatefulSets,
    Jobs,
    CronJobs,
    HorizontalPodAutoscalers,
    PodDisruptionBudgets,
    StorageClasses,
    CertificateSigningRequests,
}

use Resource::*;

/// What a row of the table says: API group, version, plural name, kind, whether it has namespaces.
type Row = (Resource, &'static str, &'static str, &'static str, &'static str, bool);

#[rustfmt::skip]
const TABLE: &[Row] = &[
    (Namespaces,               "",                    "v1", "namespaces",               "Namespace",               false),
    (Nodes,                    "",                    "v1", "nodes",                    "Node",                    false),
    (Leases,                   "coordination.k8s.io", "v1", "leases",                   "Lease",                   true),
    (ConfigMaps,               "",                    "v1", "configmaps",               "ConfigMap",               true),
    (Secrets,                  "",                    "v1", "secrets",                  "Secret",                  true),
    (ServiceAccounts,          "",                    "v1", "serviceaccounts",          "ServiceAccount",          true),
    (Pods,                     "",                    "v1", "pods",                     "Pod",                     true),
    (ReplicationControllers,   "",                    "v1", "replicationcontrollers",   "ReplicationController",   true),
    (Services,                 "",                    "v1", "services",                 "Service",                 true),
    (Endpoints,                "",                    "v1", "endpoints",                "Endpoints",               true),
    (EndpointSlices,           "discovery.k8s.io",    "v1", "endpointslices",           "EndpointSlice",           true),
    (PersistentVolumes,        "",                    "v1", "persistentvolumes",        "PersistentVolume",        false),
    (PersistentVolumeClaims,   "",                    "v1", "persistentvolumeclaims",   "PersistentVolumeClaim",   true),
    (ResourceQuotas,           "",                    "v1", "resourcequotas",           "ResourceQuota",           true),
    (ControllerRevisions,      "apps",                "v1", "controllerrevisions",      "ControllerRevision",      true),
    (ReplicaSets,              "apps",                "v1", "replicasets",              "ReplicaSet",              true),
    (Deployments,              "apps",                "v1", "deployments",              "Deployment",              true),
    (DaemonSets,               "apps",                "v1", "daemonsets",               "DaemonSet",               true),
    (StatefulSets,             "apps",                "v1", "statefulsets",             "StatefulSet",             true),
    (Jobs,                     "batch",               "v1", "jobs",                     "Job",                     true),
    (CronJobs,                 "batch",               "v1", "cronjobs",                 "CronJob",                 true),
    (HorizontalPodAutoscalers, "autoscaling",         "v2", "horizontalpodautoscalers", "HorizontalPodAutoscaler", true),
    (PodDisruptionBudgets,     "policy",              "v1", "poddisruptionbudgets",     "PodDisruptionBudget",     true),
    (StorageClasses,           "storage.k8s.io",      "v1", "storageclasses",           "StorageClass",            false),
    (CertificateSigningRequests, "certificates.k8s.io", "v1", "certificatesigningrequests", "CertificateSigningRequest", false),
];

impl Resource {
    /// Every resource of the table, in its order.
    pub fn all() -> impl Iterator<Item = Resource> {
        TABLE.iter().map(|row| row.0)
    }

    fn row(self) -> &'static Row {
        &TABLE[self as usize]
    }

    pub fn group(self) -> &'static str {
        self.row().1
    }

    pub fn version(self) -> &'static str {
        self.row().2
    }

    /// The plural name: `pods`.
    pub fn plural(self) -> &'static str {
        self.row().3
    }

    pub fn kind(self) -> &'static str {
        self.row().4
    }

    pub fn is_namespaced(self) -> bool {
        self.row().5
    }

    /// `v1`, `apps/v1`.
    pub fn api_version(self) -> String {
        match self.group() {
            "" => self.version().to_owned(),
            group => format!("{group}/{}", self.version()),
        }
    }

    pub fn gvr(self) -> GroupVersionResource {
        GroupVersionResource::new(self.group(), self.version(), self.plural())
    }

    /// The URL path of the collection, or of the object where `name` is not "".
    pub fn url(self, namespace: &str, name: &str) -> String {
        self.gvr().url(namespace, name)
    }

    /// The URL path of the object with a cache key (`namespace/name` or `name`).
    pub fn url_of(self, key: &str) -> String {
        let (namespace, name) = crate::apimachinery::meta::split_key(key);
        self.url(namespace, name)
    }

    /// The resource of a kind; the version does not matter.
    pub fn of_kind(api_version: &str, kind: &str) -> Option<Resource> {
        let group = api_version.split_once('/').map_or("", |(group, _)| group);
        TABLE.iter().find(|row| row.1 == group && row.4 == kind).map(|row| row.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_is_in_the_order_of_the_enum() {
        for (at, resource) in Resource::all().enumerate() {
            assert_eq!(resource as usize, at, "{resource:?}");
        }
        assert_eq!(Deployments.url_of("default/web"), "/apis/apps/v1/namespaces/default/deployments/web");
        assert_eq!(Resource::of_kind("apps/v1", "ReplicaSet"), Some(ReplicaSets));
        assert_eq!(Resource::of_kind("v1", "ReplicaSet"), None);
    }
}
