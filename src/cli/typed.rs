//! Objects as Go's structs have them: the order of fields, and the structs that Go writes though nothing is in them.
//! kubectl decodes into structs what it makes itself; what it only passes on is a map, sorted by name.

use crate::api::schema::{self, Type};
use crate::apimachinery::{Object, Value};

/// The definition of an object's kind.
pub fn kind_of(object: &Value) -> Option<&'static Type> {
    let gvk = object.gvk();
    schema::by_gvk(&gvk.group, &gvk.version, &gvk.kind)
}

/// How the value of a field is ordered: None as a map is, else as the struct, where that is known.
pub fn within(of: Option<&'static Type>, name: &str) -> Option<Option<&'static Type>> {
    let Some(of) = of else { return Some(None) };
    match &of.field(name)?.kind {
        schema::Kind::Map(_) => None,
        kind => kind.definition().map(Some),
    }
}

/// Where a field stands in a struct; fields that are not in the table come last but before `status`, by name.
pub fn position(of: Option<&'static Type>, field: &str) -> usize {
    let Some(of) = of else { return UNKNOWN.iter().position(|f| *f == field).unwrap_or(UNKNOWN.len() - 1) };
    if of.is_kind {
        if let Some(at) = HEAD.iter().position(|f| *f == field) {
            return at;
        }
    }
    let known = ORDER.iter().find(|(name, _)| *name == of.name).map_or(&[][..], |(_, fields)| fields);
    let at = known.iter().position(|f| *f == field).unwrap_or(match field {
        "status" => known.len() + 1,
        _ => known.len(),
    });
    HEAD.len() + at
}

const HEAD: [&str; 3] = ["kind", "apiVersion", "metadata"];

/// The order of what has no definition: a kubeconfig.
const UNKNOWN: [&str; 17] = [
    "kind",
    "apiVersion",
    "metadata",
    "name",
    "preferences",
    "clusters",
    "users",
    "contexts",
    "current-context",
    "cluster",
    "server",
    "user",
    "namespace",
    "username",
    "groups",
    "extra",
    "status",
];

/// Types with the order of their fields.
#[rustfmt::skip]
const ORDER: &[(&str, &[&str])] = &[
    ("ObjectMeta", &["name", "generateName", "namespace", "selfLink", "uid", "resourceVersion", "generation", "creationTimestamp", "deletionTimestamp", "deletionGracePeriodSeconds", "labels", "annotations", "ownerReferences", "finalizers", "managedFields"]),
    ("OwnerReference", &["apiVersion", "kind", "name", "uid", "controller", "blockOwnerDeletion"]),
    ("ManagedFieldsEntry", &["manager", "operation", "apiVersion", "time", "fieldsType", "fieldsV1", "subresource"]),
    ("LabelSelectorRequirement", &["key", "operator", "values"]),
    ("LabelSelector", &["matchLabels", "matchExpressions"]),
    ("Condition", &["type", "status", "observedGeneration", "lastTransitionTime", "reason", "message"]),
    ("ConfigMap", &["immutable", "data", "binaryData"]),
    ("Secret", &["immutable", "data", "stringData", "type"]),
    ("ServiceAccount", &["secrets", "imagePullSecrets", "automountServiceAccountToken"]),
    ("DeploymentSpec", &["replicas", "selector", "template", "strategy", "minReadySeconds", "revisionHistoryLimit", "paused", "progressDeadlineSeconds"]),
    ("DeploymentStrategy", &["type", "rollingUpdate"]),
    ("RollingUpdateDeployment", &["maxUnavailable", "maxSurge"]),
    ("DeploymentStatus", &["observedGeneration", "replicas", "updatedReplicas", "readyReplicas", "availableReplicas", "unavailableReplicas", "terminatingReplicas", "conditions", "collisionCount"]),
    ("DeploymentCondition", &["type", "status", "lastUpdateTime", "lastTransitionTime", "reason", "message"]),
    ("StatefulSetSpec", &["replicas", "selector", "template", "volumeClaimTemplates", "serviceName", "podManagementPolicy", "updateStrategy", "revisionHistoryLimit", "minReadySeconds", "persistentVolumeClaimRetentionPolicy", "ordinals"]),
    ("DaemonSetSpec", &["selector", "template", "updateStrategy", "minReadySeconds", "revisionHistoryLimit"]),
    ("ReplicaSetSpec", &["replicas", "minReadySeconds", "selector", "template"]),
    ("PodSpec", &["volumes", "initContainers", "containers", "ephemeralContainers", "restartPolicy", "terminationGracePeriodSeconds", "activeDeadlineSeconds", "dnsPolicy", "nodeSelector", "serviceAccountName", "serviceAccount", "automountServiceAccountToken", "nodeName", "hostNetwork", "hostPID", "hostIPC", "shareProcessNamespace", "securityContext", "imagePullSecrets", "hostname", "subdomain", "affinity", "schedulerName", "tolerations", "hostAliases", "priorityClassName", "priority", "dnsConfig", "readinessGates", "runtimeClassName", "enableServiceLinks", "preemptionPolicy", "overhead", "topologySpreadConstraints"]),
    ("Container", &["name", "image", "command", "args", "workingDir", "ports", "envFrom", "env", "resources", "resizePolicy", "restartPolicy", "volumeMounts", "volumeDevices", "livenessProbe", "readinessProbe", "startupProbe", "lifecycle", "terminationMessagePath", "terminationMessagePolicy", "imagePullPolicy", "securityContext", "stdin", "stdinOnce", "tty"]),
    ("ContainerPort", &["name", "hostPort", "containerPort", "protocol", "hostIP"]),
    ("EnvVar", &["name", "value", "valueFrom"]),
    ("EnvVarSource", &["fieldRef", "resourceFieldRef", "configMapKeyRef", "secretKeyRef"]),
    ("ConfigMapKeySelector", &["name", "key", "optional"]),
    ("SecretKeySelector", &["name", "key", "optional"]),
    ("ResourceRequirements", &["limits", "requests", "claims"]),
    ("VolumeMount", &["name", "readOnly", "recursiveReadOnly", "mountPath", "subPath", "mountPropagation", "subPathExpr"]),
    ("Volume", &["name"]),
    ("ProjectedVolumeSource", &["sources", "defaultMode"]),
    ("VolumeProjection", &["secret", "downwardAPI", "configMap", "serviceAccountToken"]),
    ("ConfigMapProjection", &["name", "items", "optional"]),
    ("SecretProjection", &["name", "items", "optional"]),
    ("KeyToPath", &["key", "path", "mode"]),
    ("DownwardAPIVolumeFile", &["path", "fieldRef", "resourceFieldRef", "mode"]),
    ("Toleration", &["key", "operator", "value", "effect", "tolerationSeconds"]),
    ("PodStatus", &["observedGeneration", "phase", "conditions", "message", "reason", "nominatedNodeName", "hostIP", "hostIPs", "podIP", "podIPs", "startTime", "initContainerStatuses", "containerStatuses", "qosClass"]),
    ("ServiceSpec", &["ports", "selector", "clusterIP", "clusterIPs", "type", "externalIPs", "sessionAffinity", "loadBalancerIP", "loadBalancerSourceRanges", "externalName", "externalTrafficPolicy", "healthCheckNodePort", "publishNotReadyAddresses", "sessionAffinityConfig", "ipFamilies", "ipFamilyPolicy", "allocateLoadBalancerNodePorts", "loadBalancerClass", "internalTrafficPolicy", "trafficDistribution"]),
    ("ServicePort", &["name", "protocol", "appProtocol", "port", "targetPort", "nodePort"]),
    ("ServiceStatus", &["loadBalancer", "conditions"]),
    ("JobSpec", &["parallelism", "completions", "activeDeadlineSeconds", "podFailurePolicy", "successPolicy", "backoffLimit", "backoffLimitPerIndex", "maxFailedIndexes", "selector", "manualSelector", "template", "ttlSecondsAfterFinished", "completionMode", "suspend", "podReplacementPolicy", "managedBy"]),
    ("CronJobSpec", &["schedule", "timeZone", "startingDeadlineSeconds", "concurrencyPolicy", "suspend", "jobTemplate", "successfulJobsHistoryLimit", "failedJobsHistoryLimit"]),
    ("PolicyRule", &["verbs", "apiGroups", "resources", "resourceNames", "nonResourceURLs"]),
    ("ClusterRole", &["rules", "aggregationRule"]),
    ("RoleBinding", &["subjects", "roleRef"]),
    ("ClusterRoleBinding", &["subjects", "roleRef"]),
    ("Subject", &["kind", "apiGroup", "name", "namespace"]),
    ("RoleRef", &["apiGroup", "kind", "name"]),
    ("IngressSpec", &["ingressClassName", "defaultBackend", "tls", "rules"]),
    ("IngressRule", &["host", "http"]),
    ("IngressTLS", &["hosts", "secretName"]),
    ("HTTPIngressPath", &["path", "pathType", "backend"]),
    ("IngressServiceBackend", &["name", "port"]),
    ("ServiceBackendPort", &["name", "number"]),
    ("PodDisruptionBudgetSpec", &["minAvailable", "selector", "maxUnavailable", "unhealthyPodEvictionPolicy"]),
    ("PodDisruptionBudgetStatus", &["observedGeneration", "disruptedPods", "disruptionsAllowed", "currentHealthy", "desiredHealthy", "expectedPods", "conditions"]),
    ("PriorityClass", &["value", "globalDefault", "description", "preemptionPolicy"]),
    ("ResourceQuotaSpec", &["hard", "scopes", "scopeSelector"]),
    ("ResourceQuotaStatus", &["hard", "used"]),
    ("NamespaceStatus", &["phase", "conditions"]),
    ("HorizontalPodAutoscalerSpec", &["scaleTargetRef", "minReplicas", "maxReplicas", "metrics", "behavior", "targetCPUUtilizationPercentage"]),
    ("CrossVersionObjectReference", &["kind", "name", "apiVersion"]),
    ("MetricSpec", &["type", "object", "pods", "resource", "containerResource", "external"]),
    ("ResourceMetricSource", &["name", "target"]),
    ("MetricTarget", &["type", "value", "averageValue", "averageUtilization"]),
    ("HorizontalPodAutoscalerStatus", &["observedGeneration", "lastScaleTime", "currentReplicas", "desiredReplicas", "currentMetrics", "conditions"]),
    ("TokenRequestSpec", &["audiences", "expirationSeconds", "boundObjectRef"]),
    ("TokenRequestStatus", &["token", "expirationTimestamp"]),
    ("UserInfo", &["username", "uid", "groups", "extra"]),
];

/// Fields that Go's structs hold by value, so that they are written even when nothing is set; with what they hold.
#[rustfmt::skip]
const BY_VALUE: &[(&str, &str, &str)] = &[
    ("Pod", "spec", "{}"), ("Pod", "status", "{}"),
    ("PodTemplateSpec", "metadata", "{}"), ("PodTemplateSpec", "spec", "{}"),
    ("Container", "resources", "{}"),
    ("Service", "spec", "{}"), ("Service", "status", r#"{"loadBalancer":{}}"#), ("ServicePort", "targetPort", "0"),
    ("ReplicationController", "spec", "{}"), ("ReplicationController", "status", r#"{"replicas":0}"#),
    ("Deployment", "spec", "{}"), ("Deployment", "status", "{}"),
    ("DeploymentSpec", "template", "{}"), ("DeploymentSpec", "strategy", "{}"),
    ("ReplicaSet", "spec", "{}"), ("ReplicaSet", "status", r#"{"replicas":0}"#), ("ReplicaSetSpec", "template", "{}"),
    ("StatefulSet", "spec", "{}"), ("StatefulSet", "status", r#"{"availableReplicas":0,"replicas":0}"#),
    ("StatefulSetSpec", "template", "{}"), ("StatefulSetSpec", "updateStrategy", "{}"),
    ("DaemonSet", "spec", "{}"),
    ("DaemonSet", "status", r#"{"currentNumberScheduled":0,"desiredNumberScheduled":0,"numberMisscheduled":0,"numberReady":0}"#),
    ("DaemonSetSpec", "template", "{}"), ("DaemonSetSpec", "updateStrategy", "{}"),
    ("Job", "spec", "{}"), ("Job", "status", "{}"), ("JobSpec", "template", "{}"),
    ("CronJob", "spec", "{}"), ("CronJob", "status", "{}"), ("CronJobSpec", "jobTemplate", "{}"),
    ("JobTemplateSpec", "metadata", "{}"), ("JobTemplateSpec", "spec", "{}"),
];

/// The object as it comes out of Go's structs.
pub fn fill(object: &Value) -> Value {
    let mut object = object.clone();
    if let Some(of) = kind_of(&object) {
        fill_in(&mut object, of);
    }
    object
}

fn fill_in(value: &mut Value, of: &'static Type) {
    if value.as_list().is_some() {
        value.list_mut().iter_mut().for_each(|item| fill_in(item, of));
        return;
    }
    if value.as_map().is_none() {
        return;
    }
    for (_, field, text) in BY_VALUE.iter().filter(|(name, ..)| *name == of.name) {
        value.default_to(field, Value::from_json(text).unwrap_or_default());
    }
    for (key, child) in value.map_mut().iter_mut() {
        if let Some(field) = of.field(key).filter(|f| !matches!(f.kind, schema::Kind::Map(_))) {
            if let Some(of) = field.kind.definition() {
                fill_in(child, of);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cli::json;

    /// As kubectl 1.33 prints `set image -f dep.yaml c=nginx:2 --local -o json`, but for `creationTimestamp: null`,
    /// which 1.36 has not.
    #[test]
    fn structs_are_filled_and_in_order() {
        let text = r#"{"apiVersion":"apps/v1","kind":"Deployment","metadata":{"name":"web"},"spec":{"selector":{"matchLabels":{"app":"web"}},"template":{"metadata":{"labels":{"app":"web"}},"spec":{"containers":[{"image":"nginx:2","name":"c"}]}}}}"#;
        let want = r#"{"kind":"Deployment","apiVersion":"apps/v1","metadata":{"name":"web"},"spec":{"selector":{"matchLabels":{"app":"web"}},"template":{"metadata":{"labels":{"app":"web"}},"spec":{"containers":[{"name":"c","image":"nginx:2","resources":{}}]}},"strategy":{}},"status":{}}"#;
        assert_eq!(json::compact_typed(&fill(&Value::from_json(text).unwrap())), want);
    }

    #[test]
    fn the_table_names_types_and_fields_that_there_are() {
        let all = |name: &str| {
            let packages = [
                "api.core.v1",
                "api.apps.v1",
                "api.batch.v1",
                "api.rbac.v1",
                "api.networking.v1",
                "api.policy.v1",
                "api.scheduling.v1",
                "api.autoscaling.v2",
                "api.autoscaling.v1",
                "api.authentication.v1",
                "apimachinery.pkg.apis.meta.v1",
            ];
            packages.iter().filter_map(|p| schema::by_name(&format!("io.k8s.{p}.{name}"))).collect::<Vec<_>>()
        };
        for (name, fields) in ORDER {
            for field in *fields {
                let known = all(name).iter().any(|t| t.field(field).is_some());
                assert!(known || matches!(*field, "selfLink" | "resize"), "{name}.{field}");
            }
        }
        for (name, field, _) in BY_VALUE {
            assert!(all(name).iter().any(|t| t.field(field).is_some()), "{name}.{field}");
        }
    }
}
