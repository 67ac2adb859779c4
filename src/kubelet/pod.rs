//! A pod as its kubelet knows it: sandbox, containers, volumes, and where its worker stands.

use super::images::Resolved;
use super::log::Log;
use super::prober::Probe;
use super::resize::Resize;
use super::worker::Worker;
use crate::apimachinery::{Object, Time, Value};
use crate::sh::{Files, Kernel, Pid};
use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;

/// A pod's uid, by which kubelets know pods.
pub type Uid = crate::network::PodUid;

/// What the pod's containers share: an address and a hostname.
#[derive(Clone, Debug)]
pub struct Sandbox {
    pub id: String,
    pub ip: String,
    pub ready: bool,
}

/// How a container stands in the runtime.
#[derive(Clone, Debug, PartialEq)]
pub enum State {
    Created,
    Running,
    Exited(Exit),
}

/// How a container ended.
#[derive(Clone, Debug, PartialEq)]
pub struct Exit {
    pub code: i32,
    pub reason: &'static str,
    pub message: String,
    pub at: Time,
}

/// One container of the runtime. A restart makes a new one.
#[derive(Clone)]
pub struct Instance {
    /// The name in the pod's spec.
    pub name: String,
    pub id: String,
    /// How often the container was started before.
    pub attempt: i64,
    /// None where it never started.
    pub started: Option<Time>,
    pub state: State,
    pub image: Resolved,
    /// Gone when the container has ended, and while the kernel is being stepped.
    pub kernel: Option<Kernel>,
    pub main: Pid,
    pub log: Log,
    /// Requests and limits that the runtime holds it to.
    pub resources: Value,
}

impl Instance {
    pub fn is_running(&self) -> bool {
        self.state == State::Running
    }

    pub fn exit(&self) -> Option<&Exit> {
        match &self.state {
            State::Exited(exit) => Some(exit),
            _ => None,
        }
    }
}

/// Why a container does not start, as its status tells: reason and message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Waiting {
    pub reason: &'static str,
    pub message: String,
}

/// A delay that doubles. Models `flowcontrol.Backoff`.
#[derive(Clone, Copy, Debug)]
pub struct Backoff {
    pub delay: std::time::Duration,
    pub updated: Time,
}

/// A pod on its node.
#[derive(Clone)]
pub struct Pod {
    pub object: Value,
    pub uid: Uid,
    pub node: Rc<str>,
    /// False when the API server has forgotten it.
    pub exists: bool,
    pub sandbox: Option<Sandbox>,
    /// Oldest first.
    pub instances: Vec<Instance>,
    pub volumes: BTreeMap<String, Files>,
    /// Versions of what the volumes were made from, to see when they are stale.
    pub volume_sources: BTreeMap<String, String>,
    /// Ports taken in the sandbox.
    pub ports: BTreeSet<u16>,
    pub worker: Worker,
    /// Why containers wait, by name.
    pub reasons: BTreeMap<String, Waiting>,
    /// Delays before restarts, by container name.
    pub restarts: BTreeMap<String, Backoff>,
    pub probes: Vec<Probe>,
    pub resize: Resize,
    /// The status as it was last sent.
    pub sent: Value,
    pub start: Time,
    /// Set where the pod failed as a whole: phase reason and message.
    pub failure: Option<(&'static str, String)>,
    /// The node does not take it: nothing is known of its containers.
    pub is_rejected: bool,
}

impl Pod {
    pub fn new(object: Value, node: Rc<str>, now: Time) -> Self {
        let start = Time::parse_rfc3339(object.at("status.startTime").str()).unwrap_or(now);
        Self {
            uid: Rc::from(object.uid()),
            sent: object["status"].clone(),
            object,
            node,
            exists: true,
            sandbox: None,
            instances: Vec::new(),
            volumes: BTreeMap::new(),
            volume_sources: BTreeMap::new(),
            ports: BTreeSet::new(),
            worker: Worker::default(),
            reasons: BTreeMap::new(),
            restarts: BTreeMap::new(),
            probes: Vec::new(),
            resize: Resize::default(),
            start,
            failure: None,
            is_rejected: false,
        }
    }

    pub fn spec(&self) -> &Value {
        &self.object["spec"]
    }

    /// The newest container of a name.
    pub fn latest(&self, name: &str) -> Option<&Instance> {
        self.instances.iter().rev().find(|i| i.name == name)
    }

    /// The container before the newest.
    pub fn previous(&self, name: &str) -> Option<&Instance> {
        self.instances.iter().rev().filter(|i| i.name == name).nth(1)
    }

    pub fn by_id_mut(&mut self, id: &str) -> Option<&mut Instance> {
        self.instances.iter_mut().find(|i| i.id == id)
    }

    pub fn is_host_network(&self) -> bool {
        self.spec()["hostNetwork"].bool()
    }

    pub fn ip(&self) -> &str {
        self.sandbox.as_ref().map_or("", |s| s.ip.as_str())
    }

    pub fn sandbox_ready(&self) -> bool {
        self.sandbox.as_ref().is_some_and(|s| s.ready)
    }

    /// The container of a name in the spec, and whether it is an init container; null where there is none.
    pub fn container_spec(&self, name: &str) -> (&Value, bool) {
        const NONE: &Value = &Value::Null;
        let list = self.list_of(name);
        let found = self.spec()[list].items().iter().find(|c| c["name"].str() == name);
        (found.unwrap_or(NONE), list == "initContainers")
    }

    /// The list of the spec that a container is in.
    fn list_of(&self, name: &str) -> &'static str {
        let holds = |list: &&&str| self.spec()[**list].items().iter().any(|c| c["name"].str() == name);
        ["initContainers", "ephemeralContainers"].iter().find(holds).copied().unwrap_or("containers")
    }

    /// `spec.containers{web}`: what events about a container are about.
    pub fn field_path(&self, name: &str) -> String {
        format!("spec.{}{{{name}}}", self.list_of(name))
    }

    /// As the kubelet names pods in messages: `web_default(uid)`.
    pub fn full_name(&self) -> String {
        format!("{}_{}({})", self.object.name(), self.object.namespace(), self.uid)
    }

    pub fn restart_policy(&self) -> &str {
        self.spec()["restartPolicy"].str()
    }
}

/// True for an init container that keeps running beside the others.
pub fn is_sidecar(container: &Value) -> bool {
    container["restartPolicy"].str() == "Always"
}
