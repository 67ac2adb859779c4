//! What a cluster holds before anyone asks for anything. Models the API server's post-start hooks:
//! `system-namespaces-controller`, `bootstrap-controller` (service `kubernetes`), `rbac/bootstrap-roles`,
//! `scheduling/bootstrap-system-priority-classes`, and flow control.

use super::ApiServer;
use crate::api::resources;
use crate::apimachinery::time::Duration;
use crate::apimachinery::{Object, Time, Value};
use crate::storage::store::key_of;
use crate::{list, object};

mod rbac;

/// Namespaces that are there, and come back.
const NAMESPACES: [&str; 4] = ["kube-system", "kube-public", "kube-node-lease", "default"];

/// How often service `kubernetes` and its endpoints are looked after.
pub const RECONCILE: Duration = Duration::from_secs(10);

const FLOW_CONTROL: &str = include_str!("data/flowcontrol.txt");

impl ApiServer {
    /// Writes what every cluster starts with, at the present moment.
    pub(super) fn bootstrap(&mut self) {
        let now = self.now();
        for name in NAMESPACES {
            self.seed(now, namespace(name));
        }
        for object in rbac::objects() {
            self.seed(now, object);
        }
        self.seed(now, priority_class("system-cluster-critical", 2_000_000_000, CLUSTER_CRITICAL));
        self.seed(now, priority_class("system-node-critical", 2_000_001_000, NODE_CRITICAL));
        for object in flow_control() {
            self.seed(now, object);
        }
        for object in api_services(now) {
            self.seed(now, object);
        }
        self.seed(now, service_cidr(now));
        for name in CONTROLLERS.split_whitespace() {
            let metadata = object! { "name" => name, "namespace" => "kube-system" };
            self.seed(now, object! { "kind" => "ServiceAccount", "apiVersion" => "v1", "metadata" => metadata });
        }
        for object in config_maps(now) {
            self.seed(now, object);
        }
        self.reconcile_kubernetes(now);
    }

    /// Stores an object if there is none of its name, with uid and creation time.
    fn seed(&mut self, now: Time, mut object: Value) {
        let gvk = object.gvk();
        let Some(info) = self.catalog.by_kind(&gvk.group, &gvk.version, &gvk.kind).cloned() else { return };
        let key = key_of(object.namespace(), object.name());
        if self.store.get(&info.stored_as, &key).is_some() {
            return;
        }
        object.set("metadata.uid", self.rng.uuid());
        object.set("metadata.creationTimestamp", now.rfc3339());
        self.store.put(&info.stored_as, &key, object);
    }

    /// Puts back what must always be there: service `kubernetes`, its endpoints, the system's namespaces.
    pub(super) fn reconcile_kubernetes(&mut self, now: Time) {
        for name in NAMESPACES {
            self.seed(now, namespace(name));
        }
        let (address, port) = (self.config.advertise_address.clone(), i64::from(self.config.port));
        self.seed(now, service(port));
        self.seed(now, ip_address());
        self.seed(now, endpoints(&address, port));
        self.seed(now, endpoint_slice(&address, port));
    }

    /// True where something is gone that [`ApiServer::reconcile_kubernetes`] puts back.
    pub(super) fn lacks_kubernetes(&self) -> bool {
        let there = |resource: &str| self.store.get(resource, "default/kubernetes").is_some();
        !(there("services") && there("endpoints") && there("endpointslices.discovery.k8s.io"))
            || NAMESPACES.iter().any(|n| self.store.get("namespaces", n).is_none())
    }
}

/// Service accounts under which the controller manager's controllers run.
const CONTROLLERS: &str = "attachdetach-controller bootstrap-signer certificate-controller \
    clusterrole-aggregation-controller cronjob-controller daemon-set-controller deployment-controller \
    device-taint-eviction-controller disruption-controller endpoint-controller endpointslice-controller \
    endpointslicemirroring-controller ephemeral-volume-controller expand-controller generic-garbage-collector \
    horizontal-pod-autoscaler job-controller legacy-service-account-token-cleaner namespace-controller node-controller \
    persistent-volume-binder pod-garbage-collector pv-protection-controller pvc-protection-controller \
    replicaset-controller replication-controller resource-claim-controller resourcequota-controller \
    root-ca-cert-publisher service-account-controller service-cidrs-controller statefulset-controller token-cleaner \
    ttl-after-finished-controller ttl-controller validatingadmissionpolicy-status-controller \
    volumeattributesclass-protection-controller";

/// How the server authenticates clients of aggregated servers, and since when old tokens are tracked.
fn config_maps(now: Time) -> Vec<Value> {
    let made = |name: &str, data: Value| {
        let metadata = object! { "name" => name, "namespace" => "kube-system" };
        object! { "kind" => "ConfigMap", "apiVersion" => "v1", "metadata" => metadata, "data" => data }
    };
    let mut authentication = Value::object();
    for (key, text) in [
        ("client-ca-file", ""),
        ("requestheader-allowed-names", "[\"front-proxy-client\"]"),
        ("requestheader-client-ca-file", ""),
        ("requestheader-extra-headers-prefix", "[\"X-Remote-Extra-\"]"),
        ("requestheader-group-headers", "[\"X-Remote-Group\"]"),
        ("requestheader-username-headers", "[\"X-Remote-User\"]"),
    ] {
        authentication.set_in(&[key], text);
    }
    let day = now.rfc3339().chars().take(10).collect::<String>();
    vec![
        made("extension-apiserver-authentication", authentication),
        made("kube-apiserver-legacy-service-account-token-tracking", object! { "since" => day }),
    ]
}

const CLUSTER_CRITICAL: &str =
    "Used for system critical pods that must run in the cluster, but can be moved to another node if necessary.";
const NODE_CRITICAL: &str = "Used for system critical pods that must not be moved from their current node.";

fn meta(name: &str) -> Value {
    object! { "name" => name }
}

fn namespace(name: &str) -> Value {
    let mut metadata = meta(name);
    metadata.set_in(&["labels", "kubernetes.io/metadata.name"], name);
    object! {
        "kind" => "Namespace", "apiVersion" => "v1", "metadata" => metadata,
        "spec" => object! { "finalizers" => list!["kubernetes"] }, "status" => object! { "phase" => "Active" },
    }
}

fn priority_class(name: &str, value: i64, description: &str) -> Value {
    let mut metadata = meta(name);
    metadata.set("generation", 1);
    object! {
        "kind" => "PriorityClass", "apiVersion" => "scheduling.k8s.io/v1", "metadata" => metadata,
        "value" => value, "description" => description, "preemptionPolicy" => "PreemptLowerPriority",
    }
}

fn service_cidr(now: Time) -> Value {
    let ready = object! {
        "type" => "Ready", "status" => "True", "reason" => "", "message" => "Kubernetes Service CIDR is ready",
        "lastTransitionTime" => now.rfc3339(),
    };
    let mut metadata = meta("kubernetes");
    metadata.set("finalizers", list!["networking.k8s.io/service-cidr-finalizer"]);
    object! {
        "kind" => "ServiceCIDR", "apiVersion" => "networking.k8s.io/v1", "metadata" => metadata,
        "spec" => object! { "cidrs" => list!["10.96.0.0/16"] },
        "status" => object! { "conditions" => list![ready] },
    }
}

fn service(port: i64) -> Value {
    let labels = object! { "component" => "apiserver", "provider" => "kubernetes" };
    let https = object! { "name" => "https", "port" => 443, "protocol" => "TCP", "targetPort" => port };
    object! {
        "kind" => "Service", "apiVersion" => "v1",
        "metadata" => object! { "name" => "kubernetes", "namespace" => "default", "labels" => labels },
        "spec" => object! {
            "clusterIP" => "10.96.0.1", "clusterIPs" => list!["10.96.0.1"], "internalTrafficPolicy" => "Cluster",
            "ipFamilies" => list!["IPv4"], "ipFamilyPolicy" => "SingleStack", "ports" => list![https],
            "sessionAffinity" => "None", "type" => "ClusterIP",
        },
        "status" => object! { "loadBalancer" => object! {} },
    }
}

fn ip_address() -> Value {
    let mut metadata = meta("10.96.0.1");
    metadata.set_in(&["labels", "ipaddress.kubernetes.io/ip-family"], "IPv4");
    metadata.set_in(&["labels", "ipaddress.kubernetes.io/managed-by"], "ipallocator.k8s.io");
    let parent = object! { "group" => "", "resource" => "services", "namespace" => "default", "name" => "kubernetes" };
    object! {
        "kind" => "IPAddress", "apiVersion" => "networking.k8s.io/v1", "metadata" => metadata,
        "spec" => object! { "parentRef" => parent },
    }
}

fn endpoints(address: &str, port: i64) -> Value {
    let mut metadata = object! { "name" => "kubernetes", "namespace" => "default" };
    metadata.set_in(&["labels", "endpointslice.kubernetes.io/skip-mirror"], "true");
    let subset = object! {
        "addresses" => list![object! { "ip" => address }],
        "ports" => list![object! { "name" => "https", "port" => port, "protocol" => "TCP" }],
    };
    object! { "kind" => "Endpoints", "apiVersion" => "v1", "metadata" => metadata, "subsets" => list![subset] }
}

fn endpoint_slice(address: &str, port: i64) -> Value {
    let mut metadata = object! { "name" => "kubernetes", "namespace" => "default", "generation" => 1 };
    metadata.set_in(&["labels", "kubernetes.io/service-name"], "kubernetes");
    let endpoint = object! { "addresses" => list![address], "conditions" => object! { "ready" => true } };
    object! {
        "kind" => "EndpointSlice", "apiVersion" => "discovery.k8s.io/v1", "metadata" => metadata,
        "addressType" => "IPv4", "endpoints" => list![endpoint],
        "ports" => list![object! { "name" => "https", "port" => port, "protocol" => "TCP" }],
    }
}

/// One for each group and version: they are what `kubectl get apiservices` lists.
fn api_services(now: Time) -> Vec<Value> {
    let mut services = Vec::new();
    // The group of API services serves itself and is not listed.
    let groups: Vec<_> = resources::groups().into_iter().filter(|g| g.name != "apiregistration.k8s.io").collect();
    for (i, group) in groups.iter().enumerate() {
        for (j, version) in group.versions.iter().enumerate() {
            let mut metadata = meta(&format!("{version}.{}", group.name));
            metadata.set_in(&["labels", "kube-aggregator.kubernetes.io/automanaged"], "onstart");
            let priority = 18_000 - 100 * i64::try_from(i).unwrap_or(0);
            let mut spec = object! {
                "version" => *version, "groupPriorityMinimum" => priority,
                "versionPriority" => 15 - i64::try_from(j).unwrap_or(0),
            };
            if !group.name.is_empty() {
                spec.set("group", group.name);
            }
            let available = object! {
                "type" => "Available", "status" => "True", "reason" => "Local",
                "message" => "Local APIServices are always available", "lastTransitionTime" => now.rfc3339(),
            };
            services.push(object! {
                "kind" => "APIService", "apiVersion" => "apiregistration.k8s.io/v1", "metadata" => metadata,
                "spec" => spec, "status" => object! { "conditions" => list![available] },
            });
        }
    }
    services
}

fn flow_control() -> Vec<Value> {
    let mut objects = Vec::new();
    for line in FLOW_CONTROL.lines() {
        let words: Vec<&str> = line.split_whitespace().collect();
        let number = |text: &str| text.parse::<i64>().ok();
        match words.as_slice() {
            ["level", name, kind, shares, queues, hand, length] => {
                objects.push(priority_level(
                    name,
                    kind,
                    number(shares),
                    [number(queues), number(hand), number(length)],
                ));
            }
            ["schema", name, level, precedence, by] => {
                objects.push(flow_schema(name, level, number(precedence).unwrap_or(0), by));
            }
            _ => {}
        }
    }
    objects
}

fn autoupdated(name: &str) -> Value {
    let mut metadata = meta(name);
    metadata.set_in(&["annotations", "apf.kubernetes.io/autoupdate-spec"], "true");
    metadata.set("generation", 1);
    metadata
}

fn priority_level(name: &str, kind: &str, shares: Option<i64>, queuing: [Option<i64>; 3]) -> Value {
    let spec = if kind == "Exempt" {
        object! { "type" => kind, "exempt" => object! { "lendablePercent" => 0, "nominalConcurrencyShares" => 0 } }
    } else {
        let response = match queuing {
            [Some(queues), Some(hand), Some(length)] => object! {
                "type" => "Queue",
                "queuing" => object! { "queues" => queues, "handSize" => hand, "queueLengthLimit" => length },
            },
            _ => object! { "type" => "Reject" },
        };
        let limited = object! {
            "nominalConcurrencyShares" => shares, "lendablePercent" => 0, "limitResponse" => response,
        };
        object! { "type" => kind, "limited" => limited }
    };
    object! {
        "kind" => "PriorityLevelConfiguration", "apiVersion" => "flowcontrol.apiserver.k8s.io/v1",
        "metadata" => autoupdated(name), "spec" => spec, "status" => object! {},
    }
}

fn flow_schema(name: &str, level: &str, precedence: i64, by: &str) -> Value {
    let mut spec = object! {
        "matchingPrecedence" => precedence, "priorityLevelConfiguration" => object! { "name" => level },
    };
    if by != "-" {
        spec.set("distinguisherMethod.type", by);
    }
    let found = object! { "type" => "Dangling", "status" => "False", "reason" => "Found" };
    object! {
        "kind" => "FlowSchema", "apiVersion" => "flowcontrol.apiserver.k8s.io/v1", "metadata" => autoupdated(name),
        "spec" => spec, "status" => object! { "conditions" => list![found] },
    }
}
