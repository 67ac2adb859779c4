//! The cluster picture between moments: takes in the objects of now, keeps what did not change, lays the stage out.
//! What the session owns; `stage` does the geometry.

use super::memory::Memory;
use super::pod::{Phase, PodView};
use super::stage::{Frame, Lod, NodeView, Stage, stage};
use crate::apimachinery::quantity::Quantity;
use crate::apimachinery::time::Duration;
use crate::apimachinery::{Object, Time, Value};
use std::collections::BTreeMap;
use std::rc::Rc;

/// Namespaces of the system: their pods are drawn only when the filter asks for them.
const SYSTEM: [&str; 3] = ["kube-system", "kube-public", "kube-node-lease"];

/// How long a part of the control plane is shown at work.
const ACTIVE: Duration = Duration::from_millis(400);

/// A namespace of the filter bar.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NamespaceView {
    pub name: String,
    pub hue: usize,
    pub pods: usize,
    /// The kubeconfig's current one.
    pub current: bool,
    /// The filter shows this one alone.
    pub shown: bool,
}

/// The objects of a moment.
pub struct Moment<'a> {
    pub pods: &'a [Value],
    pub nodes: &'a [Value],
    pub namespaces: &'a [Value],
    /// The kubeconfig's namespace.
    pub current: &'a str,
    /// Virtual time, for countdowns.
    pub now: Time,
    /// The reader's time, for ghosts and what is new. Only differences count.
    pub wall: Time,
}

/// The picture's state.
#[derive(Clone, Debug)]
pub struct Picture {
    memory: Memory,
    /// By uid: the resource version it was read at, and what was read.
    cache: BTreeMap<String, (String, Rc<PodView>)>,
    pods: Vec<Rc<PodView>>,
    nodes: Vec<Rc<NodeView>>,
    namespaces: Rc<Vec<NamespaceView>>,
    frame: Frame,
    filter: Option<String>,
    stage: Rc<Stage>,
    /// When each part of the control plane was last seen at work, in the reader's time.
    worked: BTreeMap<&'static str, Time>,
    wall: Time,
}

impl Picture {
    /// An empty picture without a size. `marks` are the names of API server, scheduler and controllers.
    pub fn new(marks: [&'static str; 3]) -> Self {
        Self {
            memory: Memory::default(),
            cache: BTreeMap::new(),
            pods: Vec::new(),
            nodes: Vec::new(),
            namespaces: Rc::default(),
            frame: Frame { width: 0.0, height: 0.0, labels: false, before: Lod::Card, zoom: 0, marks },
            filter: None,
            stage: Rc::default(),
            worked: BTreeMap::new(),
            wall: Time::default(),
        }
    }

    pub fn stage(&self) -> &Rc<Stage> {
        &self.stage
    }

    pub fn namespaces(&self) -> &Rc<Vec<NamespaceView>> {
        &self.namespaces
    }

    /// The pods as last taken in, hidden ones left out.
    pub fn pods(&self) -> &[Rc<PodView>] {
        &self.pods
    }

    pub fn labels(&self) -> bool {
        self.frame.labels
    }

    /// The hue of a namespace.
    pub fn hue(&mut self, namespace: &str) -> usize {
        self.memory.hue(namespace)
    }

    /// Whether the pods of a namespace are drawn.
    pub fn shows(&self, namespace: &str) -> bool {
        shows(self.filter.as_deref(), namespace)
    }

    /// Forgets everything drawn: another cluster follows.
    pub fn forget(&mut self) {
        self.memory = Memory::default();
        self.cache.clear();
    }

    /// True while something shown ends by itself within seconds (a ghost, news): `observe` has to be called again.
    pub fn restless(&self) -> bool {
        self.memory.restless() || !self.active().is_empty()
    }

    /// True while a countdown or a ring moves with the cluster's clock: `observe` has to be called every second.
    pub fn ticks(&self) -> bool {
        self.pods.iter().any(|p| ticks(p.phase))
    }

    /// A part of the control plane works: `client`, `apiserver`, `scheduler`, `controllers`.
    pub fn touch(&mut self, part: &'static str) {
        self.worked.insert(part, self.wall);
    }

    /// The parts of the control plane that were just at work.
    pub fn active(&self) -> Vec<&'static str> {
        let recent = |at: &Time| self.wall >= *at && self.wall.since(*at) < ACTIVE;
        self.worked.iter().filter(|(_, at)| recent(at)).map(|(part, _)| *part).collect()
    }

    /// Who worked is seen by what changed: a new pod with an owner, a pod that got its node.
    fn notice(&mut self, pod: &Value, before: Option<&PodView>) {
        let begun = !self.worked.is_empty();
        match before {
            None if begun && pod.controller_of().is_some() => self.touch("controllers"),
            Some(before) if before.node.is_empty() && !pod.at("spec.nodeName").is_empty() => self.touch("scheduler"),
            _ => {}
        }
    }

    /// The stage's size in CSS pixels.
    pub fn resize(&mut self, width: f64, height: f64) {
        (self.frame.width, self.frame.height) = (width, height);
        self.draw();
    }

    pub fn set_labels(&mut self, on: bool) {
        self.frame.labels = on;
        self.draw();
    }

    /// Steps finer (+) or coarser (-); 0 fits the picture again.
    pub fn zoom(&mut self, steps: i32) {
        self.frame.zoom = if steps == 0 { 0 } else { (self.frame.zoom + steps).clamp(-3, 3) };
        self.draw();
    }

    pub fn set_marks(&mut self, marks: [&'static str; 3]) {
        self.frame.marks = marks;
        self.draw();
    }

    /// Shows one namespace alone; None shows all but the system's.
    pub fn set_filter(&mut self, namespace: Option<String>) {
        self.filter = namespace;
        let filter = self.filter.clone();
        self.memory.forget(|ns| shows(filter.as_deref(), ns));
    }

    /// Takes in the objects of this moment and lays them out.
    pub fn observe(&mut self, moment: &Moment<'_>) {
        self.wall = moment.wall;
        let shown: Vec<&Value> = moment.pods.iter().filter(|p| shows(self.filter.as_deref(), p.namespace())).collect();
        let mut cache = BTreeMap::new();
        let mut pods = Vec::with_capacity(moment.pods.len());
        for pod in shown {
            let version = pod["metadata"]["resourceVersion"].str();
            let view = self.see(pod, version, moment.now);
            cache.insert(pod.uid().to_owned(), (version.to_owned(), view.clone()));
            pods.push(view);
        }
        self.cache = cache;
        self.pods = pods;
        self.memory.update(&self.pods, moment.wall);
        self.nodes = self.read_nodes(moment);
        self.namespaces = self.read_namespaces(moment);
        self.draw();
    }

    /// The view of a pod: the one there was where nothing has changed.
    #[inline(never)]
    fn see(&mut self, pod: &Value, version: &str, now: Time) -> Rc<PodView> {
        let known = self.cache.remove(pod.uid());
        self.notice(pod, known.as_ref().map(|(_, view)| &**view));
        match known {
            Some((at, view)) if at == version && !ticks(view.phase) => view,
            Some((_, view)) => keep(view, PodView::new(pod, now)),
            None => Rc::new(PodView::new(pod, now)),
        }
    }

    /// Says of each node why the scheduler refused the selected pod there: `(node, reason)`; the rest is cleared.
    #[inline(never)]
    pub fn set_verdicts(&mut self, verdicts: &[(String, String)]) {
        for node in &mut self.nodes {
            let said = verdicts.iter().find(|(name, _)| *name == node.name).map_or("", |(_, why)| why.as_str());
            if node.verdict != said {
                Rc::make_mut(node).verdict = said.to_owned();
            }
        }
        self.draw();
    }

    fn read_nodes(&self, moment: &Moment<'_>) -> Vec<Rc<NodeView>> {
        let mut used: BTreeMap<&str, i64> = BTreeMap::new();
        for pod in moment.pods.iter().filter(|p| !matches!(p.at("status.phase").str(), "Succeeded" | "Failed")) {
            *used.entry(pod.at("spec.nodeName").str()).or_default() += cpu_of(pod);
        }
        let read = moment.nodes.iter().map(|node| {
            let before = self.nodes.iter().find(|n| n.name == node.name());
            let verdict = before.map_or_else(String::new, |n| n.verdict.clone());
            let view = node_view(node, used.get(node.name()).copied().unwrap_or(0), verdict);
            match before {
                Some(before) if **before == view => before.clone(),
                _ => Rc::new(view),
            }
        });
        read.collect()
    }

    fn read_namespaces(&mut self, moment: &Moment<'_>) -> Rc<Vec<NamespaceView>> {
        let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
        for pod in moment.pods {
            *counts.entry(pod.namespace()).or_default() += 1;
        }
        // In the order of their making, so that hues and buttons stay where they are.
        let mut order: Vec<&Value> = moment.namespaces.iter().collect();
        order.sort_by_key(|n| (SYSTEM.contains(&n.name()), n.name() != "default", n.creation_timestamp()));
        let mut views = Vec::new();
        for namespace in order {
            let name = namespace.name();
            let pods = counts.get(name).copied().unwrap_or(0);
            let (current, shown) = (name == moment.current, self.filter.as_deref() == Some(name));
            if pods > 0 || current || shown || !SYSTEM.contains(&name) {
                views.push(NamespaceView { name: name.into(), hue: self.memory.hue(name), pods, current, shown });
            }
        }
        if *self.namespaces == views { self.namespaces.clone() } else { Rc::new(views) }
    }

    fn draw(&mut self) {
        let next = if self.frame.width < 120.0 {
            Stage::default() // hidden
        } else {
            // Zoomed in, the stage is wider than its window, which scrolls.
            let wider = 1.5f64.powi(self.frame.zoom.max(0));
            let frame = Frame { width: self.frame.width * wider, ..self.frame.clone() };
            stage(&self.nodes, &self.pods, &mut self.memory, &frame)
        };
        self.frame.before = next.lod;
        if *self.stage != next {
            self.stage = Rc::new(next);
        }
    }
}

fn shows(filter: Option<&str>, namespace: &str) -> bool {
    match filter {
        Some(only) => namespace == only,
        None => !SYSTEM.contains(&namespace),
    }
}

/// Phases whose ring or countdown moves with the clock.
fn ticks(phase: Phase) -> bool {
    use Phase::*;
    matches!(phase, Terminating | CrashLoopBackOff | Error | ErrImagePull | ImagePullBackOff | ContainerCreating)
}

fn keep(before: Rc<PodView>, now: PodView) -> Rc<PodView> {
    if *before == now { before } else { Rc::new(now) }
}

/// CPU that a pod asks for, in thousandths.
fn cpu_of(pod: &Value) -> i64 {
    let of = |c: &Value| Quantity::of(c.at("resources.requests.cpu")).milli_value();
    pod.at("spec.containers").items().iter().map(of).sum()
}

/// The labels that a person gave a node; those that every node has would only stand in their way.
fn own_labels(node: &Value) -> Vec<(String, String)> {
    let own = node.labels().fields().filter(|(key, _)| !key.contains("kubernetes.io/"));
    own.map(|(k, v)| (k.to_owned(), v.str().to_owned())).collect()
}

fn node_view(node: &Value, used: i64, verdict: String) -> NodeView {
    let conditions = node.at("status.conditions").items();
    let is = |kind: &str| conditions.iter().any(|c| c["type"].str() == kind && c["status"].str() == "True");
    let all = Quantity::of(node.at("status.allocatable.cpu")).milli_value().max(1);
    NodeView {
        name: node.name().into(),
        ready: is("Ready"),
        cordoned: node.at("spec.unschedulable").bool(),
        pressure: ["MemoryPressure", "DiskPressure", "PIDPressure"].into_iter().any(is),
        cpu: (used.saturating_mul(100) / all).clamp(0, 100) as u8,
        labels: own_labels(node),
        verdict,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{list, object};

    fn pod(name: &str, namespace: &str, node: &str) -> Value {
        object! {
            "metadata" => object! { "uid" => format!("{namespace}-{name}"), "name" => name, "namespace" => namespace, "resourceVersion" => "1" },
            "spec" => object! { "nodeName" => node, "containers" => list![object! { "name" => "c",
                "resources" => object! { "requests" => object! { "cpu" => "500m" } } }] },
        }
    }

    fn named(name: &str) -> Value {
        object! { "metadata" => object! { "name" => name } }
    }

    fn node() -> Value {
        let ready = object! { "type" => "Ready", "status" => "True" };
        object! { "metadata" => object! { "name" => "n" },
        "status" => object! { "allocatable" => object! { "cpu" => "2" }, "conditions" => list![ready] } }
    }

    fn see(picture: &mut Picture, pods: &[Value], wall: i64) {
        let (nodes, namespaces) = ([node()], [named("default"), named("kube-system"), named("web")]);
        let (now, wall) = (Time(0), Time::from_secs(wall));
        picture.observe(&Moment { pods, nodes: &nodes, namespaces: &namespaces, current: "web", now, wall });
    }

    fn picture() -> Picture {
        let mut picture = Picture::new(["API server", "Scheduler", "Controllers"]);
        picture.resize(1_000.0, 500.0);
        picture
    }

    #[test]
    fn the_systems_pods_are_hidden_until_asked_for_and_leave_no_ghosts() {
        let mut p = picture();
        let pods = [pod("dns", "kube-system", "n"), pod("a", "default", "n")];
        see(&mut p, &pods, 0);
        assert_eq!(p.stage().pods.len(), 1);
        let names: Vec<_> = p.namespaces().iter().map(|n| (n.name.as_str(), n.pods, n.current)).collect();
        assert_eq!(names, [("default", 1, false), ("web", 0, true), ("kube-system", 1, false)]);
        p.set_filter(Some("kube-system".into()));
        see(&mut p, &pods, 1);
        assert_eq!((p.stage().pods.len(), p.stage().ghosts.len()), (1, 0));
        assert_eq!(p.stage().pods[0].pod.name, "dns");
    }

    #[test]
    fn what_did_not_change_keeps_its_pointer() {
        let mut p = picture();
        let pods = [pod("a", "default", "")];
        see(&mut p, &pods, 0);
        let (stage, view) = (p.stage().clone(), p.pods()[0].clone());
        see(&mut p, &pods, 1);
        assert!(Rc::ptr_eq(&stage, p.stage()) && Rc::ptr_eq(&view, &p.pods()[0]));
        let mut changed = pods.clone();
        changed[0].set("metadata.resourceVersion", "2");
        changed[0].set("metadata.labels", object! { "a" => "b" });
        see(&mut p, &changed, 2);
        assert!(!Rc::ptr_eq(&view, &p.pods()[0]));
    }

    #[test]
    fn a_pod_that_gets_its_node_shows_the_scheduler_at_work() {
        let mut p = picture();
        see(&mut p, &[pod("a", "default", "")], 0);
        let mut bound = pod("a", "default", "n");
        bound.set("metadata.resourceVersion", "2");
        see(&mut p, &[bound.clone()], 1);
        assert_eq!(p.active(), ["scheduler"]);
        assert!(p.restless());
        see(&mut p, &[bound], 5);
        assert!(p.active().is_empty() && !p.restless());
    }

    #[test]
    fn a_node_counts_what_its_pods_ask_for() {
        let mut p = picture();
        see(&mut p, &[pod("a", "default", "n"), pod("b", "kube-system", "n")], 0);
        assert_eq!(p.stage().nodes[0].node.cpu, 50);
    }
}
