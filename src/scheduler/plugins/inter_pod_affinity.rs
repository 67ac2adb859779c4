//! Pods that want to be near others, or away from them. Models `plugins/interpodaffinity`.

use crate::apimachinery::labels::Selector;
use crate::apimachinery::{Object, Value};
use crate::client::{Delta, Informers, Resource};
use crate::scheduler::framework::{Cycle, MAX_SCORE, Plugin, Refusal};
use crate::scheduler::node_info::NodeInfo;
use crate::scheduler::pod_info::PodInfo;
use std::collections::{BTreeMap, BTreeSet};

pub struct InterPodAffinity;

const REQUIRED: &str = "requiredDuringSchedulingIgnoredDuringExecution";
const PREFERRED: &str = "preferredDuringSchedulingIgnoredDuringExecution";

/// A topology domain: label key and value.
type Domain = (String, String);

/// What was worked out for the pod that is being scheduled.
#[derive(Clone, Debug, Default)]
pub struct AffinityState {
    /// For each required affinity term, the domains with a matching pod.
    wanted: Vec<(String, BTreeSet<Domain>)>,
    /// True where the pod itself fulfils all its affinity terms (the first of a group may start anywhere).
    first: bool,
    /// Domains that the pod's own anti-affinity rules out.
    unwanted: BTreeSet<Domain>,
    /// Domains where pods are that do not want this one near.
    refused: BTreeSet<Domain>,
    /// Preferences: weights by domain.
    weights: BTreeMap<Domain, i64>,
}

/// Who a term speaks of.
struct Term<'a> {
    selector: Selector,
    namespaces: Vec<&'a str>,
    namespace_selector: Option<Selector>,
    key: &'a str,
}

impl<'a> Term<'a> {
    fn read(term: &'a Value, owner: &'a Value) -> Self {
        let named: Vec<&str> = term["namespaces"].items().iter().filter_map(Value::as_str).collect();
        let selected = !term["namespaceSelector"].is_null();
        Self {
            selector: Selector::from_label_selector(&term["labelSelector"]).unwrap_or_default(),
            namespaces: if named.is_empty() && !selected { vec![owner.namespace()] } else { named },
            namespace_selector: selected
                .then(|| Selector::from_label_selector(&term["namespaceSelector"]).unwrap_or_default()),
            key: term["topologyKey"].str(),
        }
    }

    fn matches(&self, pod: &Value, informers: &Informers) -> bool {
        let here = self.namespaces.contains(&pod.namespace())
            || self.namespace_selector.as_ref().is_some_and(|selector| {
                let namespace = informers.get(Resource::Namespaces, pod.namespace());
                namespace.is_some_and(|ns| selector.matches(ns.labels()))
            });
        here && self.selector.matches(pod.labels())
    }

    fn domain(&self, node: &Value) -> Option<Domain> {
        Some((self.key.to_owned(), node.label(self.key)?.to_owned()))
    }
}

fn terms<'a>(pod: &'a Value, kind: &str) -> Vec<Term<'a>> {
    let list = &pod["spec"]["affinity"][kind][REQUIRED];
    list.items().iter().map(|term| Term::read(term, pod)).collect()
}

impl AffinityState {
    fn new(pod: &PodInfo, cycle: &Cycle) -> Self {
        let (near, away) = (terms(&pod.pod, "podAffinity"), terms(&pod.pod, "podAntiAffinity"));
        let mut state = Self {
            wanted: near.iter().map(|t| (t.key.to_owned(), BTreeSet::new())).collect(),
            first: near.iter().all(|t| t.matches(&pod.pod, cycle.informers)),
            ..Self::default()
        };
        for node in cycle.nodes.values() {
            for there in node.pods.values().map(|p| &p.pod) {
                for (term, (_, domains)) in near.iter().zip(&mut state.wanted) {
                    if term.matches(there, cycle.informers) {
                        domains.extend(term.domain(&node.node));
                    }
                }
                for term in away.iter().filter(|t| t.matches(there, cycle.informers)) {
                    state.unwanted.extend(term.domain(&node.node));
                }
                if node.with_anti_affinity > 0 {
                    for term in terms(there, "podAntiAffinity") {
                        if term.matches(&pod.pod, cycle.informers) {
                            state.refused.extend(term.domain(&node.node));
                        }
                    }
                }
                state.add_preferences(&pod.pod, there, &node.node, cycle.informers);
            }
        }
        state
    }

    fn add_preferences(&mut self, pod: &Value, there: &Value, node: &Value, informers: &Informers) {
        for (kind, sign) in [("podAffinity", 1), ("podAntiAffinity", -1)] {
            for preference in pod["spec"]["affinity"][kind][PREFERRED].items() {
                let term = Term::read(&preference["podAffinityTerm"], pod);
                if term.matches(there, informers) {
                    if let Some(domain) = term.domain(node) {
                        *self.weights.entry(domain).or_default() += sign * preference["weight"].int();
                    }
                }
            }
        }
    }
}

impl Plugin for InterPodAffinity {
    fn name(&self) -> &'static str {
        "InterPodAffinity"
    }

    fn pre_filter(&self, pod: &PodInfo, cycle: &mut Cycle) -> Option<String> {
        let affinity = &pod.pod["spec"]["affinity"];
        let own = !affinity["podAffinity"].is_null() || !affinity["podAntiAffinity"].is_null();
        if own || cycle.nodes.values().any(|n| n.with_anti_affinity > 0) {
            cycle.state.affinity = Some(AffinityState::new(pod, cycle));
        }
        None
    }

    fn filter(&self, _: &PodInfo, node: &NodeInfo, cycle: &Cycle) -> Option<Refusal> {
        let state = cycle.state.affinity.as_ref()?;
        let here = |key: &str| Some((key.to_owned(), node.node.label(key)?.to_owned()));
        let in_any = |domains: &BTreeSet<Domain>| {
            domains.iter().any(|(key, value)| node.node.label(key) == Some(value.as_str()))
        };
        let nobody = state.wanted.iter().all(|(_, domains)| domains.is_empty());
        for (key, domains) in &state.wanted {
            let near = here(key).is_some_and(|domain| domains.contains(&domain));
            let starts = nobody && state.first && here(key).is_some();
            if !near && !starts {
                return Refusal::unresolvable("node(s) didn't match pod affinity rules");
            }
        }
        if in_any(&state.unwanted) {
            return Refusal::unschedulable("node(s) didn't match pod anti-affinity rules");
        }
        if in_any(&state.refused) {
            return Refusal::unschedulable("node(s) didn't satisfy existing pods anti-affinity rules");
        }
        None
    }

    fn weight(&self) -> i64 {
        2
    }

    fn score(&self, _: &PodInfo, node: &NodeInfo, cycle: &Cycle) -> i64 {
        let Some(state) = &cycle.state.affinity else { return 0 };
        let here = |(key, value): &&Domain| node.node.label(key) == Some(value.as_str());
        state.weights.iter().filter(|(domain, _)| here(domain)).map(|(_, weight)| weight).sum()
    }

    fn normalize(&self, scores: &mut [i64]) {
        let (min, max) = (scores.iter().copied().min().unwrap_or(0), scores.iter().copied().max().unwrap_or(0));
        for score in scores {
            *score = if max > min { MAX_SCORE * (*score - min) / (max - min) } else { 0 };
        }
    }

    fn helps(&self, _: &PodInfo, delta: &Delta) -> bool {
        match delta.resource {
            Resource::Nodes => delta.is_add() || delta.changed("metadata.labels") || delta.changed("spec.taints"),
            Resource::Pods => delta.is_delete() || delta.is_add() || delta.changed("metadata.labels"),
            _ => false,
        }
    }
}
