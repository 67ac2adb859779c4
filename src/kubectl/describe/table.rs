//! The table of describers. Models `describerMap`.

use super::describer::Describer;
use super::writer::Writer;
use super::{
    config, cronjob, deployment, endpoints, endpointslice, hpa, ingress, job, limits, namespace, networking,
    networkpolicy, node, pdb, persistent_volume, persistent_volume_claim, pod, priorityclass, rbac, replicas, service,
    service_account, sets, signing_request, storage,
};
use crate::apimachinery::{Time, Value};
use crate::cli::errors::Result;
use std::future::Future;
use std::pin::Pin;

/// A description under way that asks the server for more.
pub type Describing<'a> = Pin<Box<dyn Future<Output = Result> + 'a>>;

/// How the part above the events is written.
#[derive(Clone, Copy)]
pub enum Body {
    /// From the object alone.
    Alone(fn(&Value, &mut Writer, Time)),
    /// With what belongs to it.
    Related(for<'a> fn(&'a Describer<'a>, &'a Value, &'a mut Writer) -> Describing<'a>),
}

/// One kind.
#[derive(Clone, Copy)]
pub struct Row {
    group: &'static str,
    kind: &'static str,
    pub has_events: bool,
    pub body: Body,
}

macro_rules! related {
    ($describe:path) => {{
        fn start<'a>(d: &'a Describer<'a>, o: &'a Value, w: &'a mut Writer) -> Describing<'a> {
            Box::pin($describe(d, o, w))
        }
        Body::Related(start)
    }};
}

const fn spoken(group: &'static str, kind: &'static str, body: Body) -> Row {
    Row { group, kind, has_events: true, body }
}

const fn silent(group: &'static str, kind: &'static str, body: Body) -> Row {
    Row { group, kind, has_events: false, body }
}

static TABLE: &[Row] = &[
    spoken("", "Pod", Body::Alone(pod::describe)),
    spoken("", "Node", related!(node::describe)),
    silent("", "Namespace", related!(namespace::describe)),
    spoken("", "Service", related!(service::describe)),
    spoken("", "ReplicationController", related!(replicas::describe_rc)),
    spoken("apps", "ReplicaSet", related!(replicas::describe_rs)),
    spoken("apps", "Deployment", related!(deployment::describe)),
    spoken("apps", "DaemonSet", related!(sets::describe_daemon_set)),
    spoken("apps", "StatefulSet", related!(sets::describe_stateful_set)),
    spoken("batch", "Job", Body::Alone(job::describe)),
    spoken("batch", "CronJob", Body::Alone(cronjob::describe)),
    spoken("", "ConfigMap", Body::Alone(config::describe_config_map)),
    silent("", "Secret", Body::Alone(config::describe_secret)),
    spoken("", "ServiceAccount", Body::Alone(service_account::describe)),
    spoken("", "Endpoints", Body::Alone(endpoints::describe)),
    spoken("discovery.k8s.io", "EndpointSlice", Body::Alone(endpointslice::describe)),
    spoken("", "PersistentVolume", Body::Alone(persistent_volume::describe)),
    spoken("", "PersistentVolumeClaim", related!(persistent_volume_claim::describe)),
    spoken("autoscaling", "HorizontalPodAutoscaler", Body::Alone(hpa::describe)),
    spoken("networking.k8s.io", "Ingress", related!(ingress::describe)),
    spoken("networking.k8s.io", "IngressClass", Body::Alone(networking::describe_ingress_class)),
    spoken("networking.k8s.io", "ServiceCIDR", Body::Alone(networking::describe_service_cidr)),
    spoken("networking.k8s.io", "IPAddress", Body::Alone(networking::describe_ip_address)),
    silent("networking.k8s.io", "NetworkPolicy", Body::Alone(networkpolicy::describe)),
    silent("", "ResourceQuota", Body::Alone(limits::describe_quota)),
    silent("", "LimitRange", Body::Alone(limits::describe_limit_range)),
    spoken("policy", "PodDisruptionBudget", Body::Alone(pdb::describe)),
    silent("rbac.authorization.k8s.io", "Role", Body::Alone(rbac::describe_role)),
    silent("rbac.authorization.k8s.io", "ClusterRole", Body::Alone(rbac::describe_role)),
    silent("rbac.authorization.k8s.io", "RoleBinding", Body::Alone(rbac::describe_binding)),
    silent("rbac.authorization.k8s.io", "ClusterRoleBinding", Body::Alone(rbac::describe_binding)),
    spoken("storage.k8s.io", "StorageClass", Body::Alone(storage::describe_class)),
    spoken("storage.k8s.io", "VolumeAttributesClass", Body::Alone(storage::describe_attributes_class)),
    spoken("storage.k8s.io", "CSINode", Body::Alone(storage::describe_csi_node)),
    spoken("certificates.k8s.io", "CertificateSigningRequest", Body::Alone(signing_request::describe)),
    spoken("scheduling.k8s.io", "PriorityClass", Body::Alone(priorityclass::describe)),
];

/// The describer of a kind; None where the generic one describes it.
pub fn row(group: &str, kind: &str) -> Option<&'static Row> {
    TABLE.iter().find(|r| r.kind == kind && r.group == group)
}
