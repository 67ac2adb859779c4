//! Pods by who keeps them: each deployment, set or job with its pods and their containers, so that what scaling multiplies is
//! seen. Pure.

use super::pod::PodView;
use crate::apimachinery::{Object, Value};
use crate::client::{Informers, Resource};
use std::collections::BTreeMap;
use std::rc::Rc;

/// What keeps pods, in the order of kubectl's `all`; whether `kubectl scale` takes it.
const KEEPERS: [(Resource, bool); 7] = [
    (Resource::Deployments, true),
    (Resource::StatefulSets, true),
    (Resource::ReplicaSets, true),
    (Resource::ReplicationControllers, true),
    (Resource::DaemonSets, false),
    (Resource::CronJobs, false),
    (Resource::Jobs, false),
];

/// An object that keeps pods, or a pod that nothing keeps.
#[derive(Clone, Debug, PartialEq)]
pub struct Workload {
    /// `Deployment`, …, `Pod`.
    pub kind: &'static str,
    pub namespace: String,
    pub name: String,
    /// How many replicas are wanted; None where nobody can say so with `kubectl scale`.
    pub replicas: Option<i64>,
    pub pods: Vec<Rc<PodView>>,
    /// Name of each container of its pods, and how many there are.
    pub containers: Vec<(String, usize)>,
}

impl Workload {
    fn new(kind: &'static str, object: &Value, scales: bool) -> Self {
        Self {
            kind,
            namespace: object.namespace().to_owned(),
            name: object.name().to_owned(),
            replicas: scales.then(|| object.at("spec.replicas").int()),
            pods: Vec::new(),
            containers: Vec::new(),
        }
    }

    /// The command that changes how many replicas it has; `current` is the namespace commands go to anyway.
    pub fn scale(&self, replicas: i64, current: &str) -> String {
        let namespace = if self.namespace == current { String::new() } else { format!(" -n {}", self.namespace) };
        format!("kubectl scale {} {} --replicas={replicas}{namespace}", self.kind.to_lowercase(), self.name)
    }
}

/// Groups pods by what keeps them. `shown` says whether a namespace is shown: keepers without pods stand there too.
pub fn workloads(pods: &[Rc<PodView>], informers: &Informers, shown: impl Fn(&str) -> bool) -> Vec<Workload> {
    let mut of_keeper: BTreeMap<&str, Vec<&Rc<PodView>>> = BTreeMap::new();
    let mut alone = Vec::new();
    for pod in pods {
        match informers.get(Resource::Pods, &pod.key()).and_then(|p| keeper(informers, p)) {
            Some(uid) => of_keeper.entry(uid).or_default().push(pod),
            None => alone.push(pod),
        }
    }
    let mut out = Vec::new();
    for (resource, scales) in KEEPERS {
        for object in informers.list_in(resource, "").filter(|o| shown(o.namespace()) && o.controller_of().is_none()) {
            let mut workload = Workload::new(resource.kind(), object, scales);
            workload.pods = of_keeper.remove(object.uid()).unwrap_or_default().into_iter().cloned().collect();
            out.push(workload);
        }
    }
    let kept_by_strangers = of_keeper.into_values().flatten();
    for pod in alone.into_iter().chain(kept_by_strangers) {
        let object = informers.get(Resource::Pods, &pod.key());
        let mut workload = Workload::new("Pod", object.unwrap_or(&Value::Null), false);
        workload.pods.push(pod.clone());
        out.push(workload);
    }
    for workload in &mut out {
        workload.containers = count(&workload.pods);
    }
    out
}

/// The uid of the topmost controller that is known: of a deployment's pod, the deployment.
fn keeper<'a>(informers: &'a Informers, pod: &'a Value) -> Option<&'a str> {
    let (mut object, mut uid) = (pod, None);
    // Owners do not go in circles; if they do, this is enough.
    for _ in 0..8 {
        let Some(owner) = object.controller_of() else { break };
        uid = Some(owner["uid"].str());
        let above = Resource::of_kind(owner["apiVersion"].str(), owner["kind"].str())
            .and_then(|r| informers.get(r, &format!("{}/{}", object.namespace(), owner["name"].str())));
        match above {
            Some(above) => object = above,
            None => break,
        }
    }
    uid
}

/// How many containers of each name there are, in the order in which they stand in the pods.
fn count(pods: &[Rc<PodView>]) -> Vec<(String, usize)> {
    let mut counts: Vec<(String, usize)> = Vec::new();
    for container in pods.iter().flat_map(|p| &p.containers).filter(|c| !c.init || c.sidecar) {
        match counts.iter_mut().find(|(name, _)| *name == container.name) {
            Some((_, n)) => *n += 1,
            None => counts.push((container.name.clone(), 1)),
        }
    }
    counts
}
