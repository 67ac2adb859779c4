//! A node: what it registers and reports, its images and its addresses. Models `kubelet_node_status.go`, `nodestatus`
//! and `nodelease`.

use super::NodeSpec;
use super::images::Resolved;
use super::pod::Backoff;
use crate::apimachinery::time::{Duration, Time};
use crate::apimachinery::{Object, Value};
use crate::client::recorder::{Ref, Style};
use crate::client::{Api, Door, EventRecorder, Informers, Request, Resource};
use crate::network::Addresses;
use crate::sim::Rng;
use crate::{list, object};
use std::collections::BTreeMap;

/// How often the lease is renewed, how often changes of the status are looked for, and how often the status is sent
/// though nothing changed.
const LEASE_EVERY: Duration = Duration::from_secs(10);
const STATUS_EVERY: Duration = Duration::from_secs(10);
const REPORT_EVERY: Duration = Duration::from_secs(300);
/// From creation of the node to its first Ready.
const READY_AFTER: Duration = Duration::from_millis(800);

/// One node's own state.
#[derive(Clone)]
pub struct Node {
    pub spec: NodeSpec,
    pub events: EventRecorder,
    pub rng: Rng,
    /// How late it hears of its pods.
    pub lateness: Rng,
    /// Images on this machine, by full name.
    pub images: BTreeMap<String, Resolved>,
    /// Delays before pulling again, by pod uid and image.
    pub pull_backoff: BTreeMap<String, (Backoff, String)>,
    /// The addresses of its pods.
    pub addresses: Addresses,
    born: Time,
    registered: bool,
    ready: bool,
    next_lease: Time,
    next_status: Time,
    last_report: Time,
    reported_images: usize,
    /// Whether the node took pods when that was last looked at.
    unschedulable: bool,
}

impl Node {
    /// `order` spreads the nodes' ticks, so that not all of them act at one moment.
    pub fn new(spec: NodeSpec, order: u32, rng: &Rng) -> Self {
        let rng = rng.fork(&spec.name);
        Self {
            events: EventRecorder::new("kubelet", &spec.name, Style::Counted, spec.agent()),
            images: BTreeMap::new(),
            pull_backoff: BTreeMap::new(),
            addresses: Addresses::default(),
            lateness: rng.fork("lateness"),
            born: Time(i64::from(order) * 170_000_000),
            registered: false,
            ready: false,
            next_lease: Time::default(),
            next_status: Time::default(),
            last_report: Time::default(),
            reported_images: 0,
            unschedulable: false,
            spec,
            rng,
        }
    }

    pub fn name(&self) -> &str {
        &self.spec.name
    }

    /// The first look at all of the runtime at or after a moment (`GenericPLEG.Relist`). A worker learns of it `lag` later
    /// than the first one.
    pub fn relist_at(&self, t: Time, lag: Duration) -> Time {
        const PERIOD: i64 = 1_000_000_000;
        let offset = self.born.0.saturating_add(lag.as_nanos() as i64);
        let past = t.0.saturating_sub(offset).rem_euclid(PERIOD);
        Time(if past == 0 { t.0 } else { t.0 + PERIOD - past })
    }

    /// The next turn of the kubelet's loop, which takes up once a second what workers put off (`syncLoopIteration`).
    pub fn tick_after(&self, t: Time) -> Time {
        const SECOND: i64 = 1_000_000_000;
        let past = t.0.saturating_sub(self.born.0).rem_euclid(SECOND);
        Time(t.0 + SECOND - past)
    }

    pub fn allocatable(&self) -> Value {
        object! {
            "cpu" => self.spec.cpu.to_string(), "ephemeral-storage" => self.spec.ephemeral_storage.as_str(),
            "hugepages-1Gi" => "0", "hugepages-2Mi" => "0", "memory" => self.spec.memory.as_str(),
            "pods" => self.spec.pods.to_string(),
        }
    }

    /// Registers the node, renews its lease and reports its status, as they are due. True where the node was changed
    /// by more than a heartbeat.
    pub fn tick(&mut self, informers: &Informers, api: &mut dyn Api, now: Time) -> bool {
        if !self.registered {
            self.register(api, now);
            return true;
        }
        if now >= self.next_lease {
            self.renew_lease(api, now);
            self.next_lease = now + LEASE_EVERY;
        }
        if now < self.next_status {
            return false;
        }
        self.next_status = now + STATUS_EVERY;
        self.tell_schedulable(informers, api, now);
        let changed = !self.ready || self.reported_images != self.images.len();
        if !changed && now.since(self.last_report) < REPORT_EVERY {
            return false;
        }
        let Some(node) = informers.get(Resource::Nodes, self.name()).cloned() else {
            // Somebody deleted the node: it registers again.
            self.registered = false;
            return false;
        };
        self.ready = true;
        self.report(node, api, now);
        changed
    }

    /// Records that the node was cordoned or uncordoned. Models `recordNodeSchedulableEvent`.
    fn tell_schedulable(&mut self, informers: &Informers, api: &mut dyn Api, now: Time) {
        let Some(node) = informers.get(Resource::Nodes, self.name()) else { return };
        let unschedulable = node.at("spec.unschedulable").bool();
        if unschedulable == self.unschedulable {
            return;
        }
        self.unschedulable = unschedulable;
        let reason = if unschedulable { "NodeNotSchedulable" } else { "NodeSchedulable" };
        let message = format!("Node {} status is now: {reason}", node.name());
        self.events.event(api, now, &Ref::of(node), ("Normal", reason, ""), &message);
    }

    pub fn next_timer(&self) -> Option<Time> {
        self.registered.then(|| self.next_lease.min(self.next_status))
    }

    fn door<'a>(&self, api: &'a mut dyn Api) -> Door<'a> {
        Door { api, agent: self.spec.agent() }
    }

    fn register(&mut self, api: &mut dyn Api, now: Time) {
        self.registered = true;
        self.ready = false;
        self.next_status = now + READY_AFTER;
        self.next_lease = now;
        let name = self.name().to_owned();
        let mut labels = object! {
            "beta.kubernetes.io/arch" => "amd64", "beta.kubernetes.io/os" => "linux", "kubernetes.io/arch" => "amd64",
            "kubernetes.io/hostname" => name.as_str(), "kubernetes.io/os" => "linux",
        };
        for (key, value) in &self.spec.labels {
            labels.map_mut().insert(key.as_str(), value.as_str());
        }
        let mut node = object! {
            "apiVersion" => "v1", "kind" => "Node",
            "metadata" => object! { "name" => name.as_str(), "labels" => labels }, "spec" => object! {},
        };
        if !self.spec.provider_id.is_empty() {
            node.set("spec.providerID", self.spec.provider_id.as_str());
        }
        let taints: Vec<Value> = self.spec.taints.iter().map(|t| taint(t)).collect();
        if !taints.is_empty() {
            node.set("spec.taints", taints);
        }
        node.set("status", self.status(&Value::Null, now));
        if let Ok(made) = self.door(api).create(Resource::Nodes, "", node) {
            register_drivers(&made, api);
        }
    }

    fn report(&mut self, mut node: Value, api: &mut dyn Api, now: Time) {
        let status = self.status(&node["status"], now);
        node.set("status", status);
        self.last_report = now;
        self.reported_images = self.images.len();
        let mut door = self.door(api);
        if door.update_status(Resource::Nodes, node).is_err_and(|e| e.reason == "Conflict") {
            if let Ok(mut fresh) = door.get(Resource::Nodes, self.name()) {
                let status = self.status(&fresh["status"], now);
                fresh.set("status", status);
                let _ = self.door(api).update_status(Resource::Nodes, fresh);
            }
        }
    }

    fn status(&self, old: &Value, now: Time) -> Value {
        let mut status = if old.is_null() {
            object! {}
        } else {
            old.clone()
        };
        let allocatable = self.allocatable();
        status.set("capacity", allocatable.clone());
        status.set("allocatable", allocatable);
        let addresses = [("InternalIP", self.spec.ip.as_str()), ("Hostname", self.name())];
        let addresses = addresses.map(|(kind, address)| object! { "type" => kind, "address" => address });
        status.set("addresses", addresses.into_iter().collect::<Value>());
        status.set("daemonEndpoints.kubeletEndpoint.Port", i64::from(self.spec.port));
        status.set("nodeInfo", self.node_info());
        status.set("features", object! { "supplementalGroupsPolicy" => true });
        status.set("runtimeHandlers", ["", "runc"].into_iter().map(runtime_handler).collect::<Value>());
        status.set("declaredFeatures", DECLARED.iter().copied().collect::<Value>());
        status.set("conditions", self.conditions(&old["conditions"], now));
        if !self.images.is_empty() {
            status.set("images", self.image_list());
        }
        status
    }

    fn node_info(&self) -> Value {
        object! {
            "architecture" => "amd64", "bootID" => self.spec.boot_id.as_str(),
            "containerRuntimeVersion" => "containerd://2.2.1", "kernelVersion" => "6.1.0-44-amd64",
            "kubeProxyVersion" => "", "kubeletVersion" => "v1.36.2", "machineID" => self.spec.machine_id.as_str(),
            "operatingSystem" => "linux", "osImage" => "Debian GNU/Linux 12 (bookworm)",
            "systemUUID" => self.spec.system_uuid.as_str(),
        }
    }

    fn conditions(&self, old: &Value, now: Time) -> Value {
        let ready = match self.ready {
            true => ("Ready", "True", "KubeletReady", "kubelet is posting ready status"),
            false => ("Ready", "False", "KubeletNotReady", "container runtime status check may not have completed yet"),
        };
        let all = PRESSURES.iter().copied().chain([ready]);
        all.map(|(kind, status, reason, message)| {
            let same = old.items().iter().find(|c| c["type"].str() == kind && c["status"].str() == status);
            let since = same.map_or(Value::from(now.rfc3339()), |c| c["lastTransitionTime"].clone());
            object! {
                "type" => kind, "status" => status, "reason" => reason, "message" => message,
                "lastHeartbeatTime" => now.rfc3339(), "lastTransitionTime" => since,
            }
        })
        .collect()
    }

    /// The largest images first, at most 50.
    fn image_list(&self) -> Value {
        let mut images: Vec<&Resolved> = self.images.values().collect();
        images.sort_by(|a, b| b.size().cmp(&a.size()).then_with(|| a.full_name().cmp(&b.full_name())));
        let entry = |image: &&Resolved| {
            object! {
                "names" => list![image.image_id(), image.full_name()],
                "sizeBytes" => i64::try_from(image.size()).unwrap_or(i64::MAX),
            }
        };
        images.iter().take(50).map(entry).collect()
    }

    fn renew_lease(&mut self, api: &mut dyn Api, now: Time) {
        let (name, renewed) = (self.name().to_owned(), now.rfc3339_micro());
        let key = format!("kube-node-lease/{name}");
        let mut door = self.door(api);
        if let Ok(mut lease) = door.get(Resource::Leases, &key) {
            lease.set("spec.renewTime", renewed);
            let _ = door.update(Resource::Leases, lease);
            return;
        }
        let Ok(node) = door.get(Resource::Nodes, &name) else { return };
        let owner = object! {
            "apiVersion" => "v1", "kind" => "Node", "name" => name.as_str(), "uid" => node.uid(),
        };
        let lease = object! {
            "apiVersion" => "coordination.k8s.io/v1", "kind" => "Lease",
            "metadata" => object! {
                "name" => name.as_str(), "namespace" => "kube-node-lease", "ownerReferences" => list![owner],
            },
            "spec" => object! {
                "holderIdentity" => name.as_str(), "leaseDurationSeconds" => 40, "renewTime" => renewed,
            },
        };
        let _ = door.create(Resource::Leases, "kube-node-lease", lease);
    }
}

/// What a kubelet of this version says it can do.
const DECLARED: &[&str] = &[
    "ExtendWebSocketsToKubelet",
    "InPlacePodLevelResourcesVerticalScaling",
    "InPlacePodVerticalScalingInitContainers",
    "RestartAllContainersOnContainerExits",
];

/// Type, status, reason, message.
const PRESSURES: &[(&str, &str, &str, &str)] = &[
    ("MemoryPressure", "False", "KubeletHasSufficientMemory", "kubelet has sufficient memory available"),
    ("DiskPressure", "False", "KubeletHasNoDiskPressure", "kubelet has no disk pressure"),
    ("PIDPressure", "False", "KubeletHasSufficientPID", "kubelet has sufficient PID available"),
];

fn runtime_handler(name: &str) -> Value {
    object! {
        "name" => name, "features" => object! { "recursiveReadOnlyMounts" => true, "userNamespaces" => true },
    }
}

/// In-tree plugins whose volumes are handed to CSI drivers.
const MIGRATED: &str = "kubernetes.io/aws-ebs,kubernetes.io/azure-disk,kubernetes.io/azure-file,kubernetes.io/cinder,\
    kubernetes.io/gce-pd,kubernetes.io/portworx-volume,kubernetes.io/vsphere-volume";

/// The node's list of CSI drivers, which stays empty here. Models `nodeinfomanager`.
fn register_drivers(node: &Value, api: &mut dyn Api) {
    let owner = object! { "apiVersion" => "v1", "kind" => "Node", "name" => node.name(), "uid" => node.uid() };
    let list = object! {
        "apiVersion" => "storage.k8s.io/v1", "kind" => "CSINode",
        "metadata" => object! {
            "name" => node.name(), "ownerReferences" => list![owner],
            "annotations" => object! { "storage.alpha.kubernetes.io/migrated-plugins" => MIGRATED },
        },
        "spec" => object! { "drivers" => Value::Null },
    };
    let _ = api.handle(Request::post("/apis/storage.k8s.io/v1/csinodes", list));
}

/// Reads `key=value:Effect` or `key:Effect`.
fn taint(text: &str) -> Value {
    let (key, effect) = text.rsplit_once(':').unwrap_or((text, "NoSchedule"));
    match key.split_once('=') {
        Some((key, value)) => object! { "key" => key, "value" => value, "effect" => effect },
        None => object! { "key" => key, "effect" => effect },
    }
}
