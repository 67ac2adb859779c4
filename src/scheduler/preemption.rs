//! Finds pods of lower priority whose end would make room. Models `framework/preemption` and its default plugin.

use super::fit_error::FitError;
use super::framework::{Cycle, Nodes};
use super::nominator::Nominator;
use super::plugins::PLUGINS;
use super::pod_info::PodInfo;
use crate::apimachinery::labels::Selector;
use crate::apimachinery::{Object, Value};
use crate::client::{Informers, Resource};
use std::cmp::Reverse;
use std::collections::BTreeMap;

/// A node and the pods that would have to go.
pub struct Candidate {
    pub node: String,
    pub victims: Vec<Value>,
    /// How many of the victims a budget protects.
    violations: usize,
}

/// What came of the search for room.
pub enum Outcome {
    /// The best node to make room on.
    Found(Candidate),
    /// The pod may not make room, and why.
    NotEligible(&'static str),
    /// No node can be helped; what was said of each node it was tried on.
    Nowhere(BTreeMap<String, Vec<String>>),
}

/// What a search sees.
pub struct Search<'a> {
    pub nodes: &'a Nodes,
    pub nominator: &'a Nominator,
    pub informers: &'a Informers,
}

impl Search<'_> {
    /// The best node to make room on. Models `Evaluator.Preempt`.
    pub fn run(&self, pod: &PodInfo, error: &FitError) -> Outcome {
        if let Some(why) = self.not_eligible(pod, error) {
            return Outcome::NotEligible(why);
        }
        let (mut candidates, mut said) = (Vec::new(), BTreeMap::new());
        for (name, _) in error.verdicts.iter().filter(|(_, verdict)| verdict.refusal.resolvable) {
            match self.victims(pod, name) {
                Ok(candidate) => candidates.push(candidate),
                Err(why) => drop(said.insert(name.clone(), why)),
            }
        }
        match candidates.into_iter().min_by_key(cost) {
            Some(best) => Outcome::Found(best),
            None => Outcome::Nowhere(said),
        }
    }

    /// Why the pod may not make room. Models `PodEligibleToPreemptOthers`.
    fn not_eligible(&self, pod: &PodInfo, error: &FitError) -> Option<&'static str> {
        if pod.pod.at("spec.preemptionPolicy").str() == "Never" {
            return Some("not eligible due to preemptionPolicy=Never.");
        }
        let name = self.nominator.node_of(&pod.pod.key())?;
        if error.verdicts.get(name).is_some_and(|v| !v.refusal.resolvable) {
            return None;
        }
        let goes = |p: &PodInfo| p.priority < pod.priority && is_preempted(&p.pod);
        let waits = self.nodes.get(name)?.pods.values().any(goes);
        waits.then_some("not eligible due to a terminating pod on the nominated node.")
    }

    /// The fewest pods of a node whose end makes room, or why there are none. Models `SelectVictimsOnNode`.
    fn victims(&self, pod: &PodInfo, name: &str) -> Result<Candidate, Vec<String>> {
        let none = || vec!["No preemption victims found for incoming pod".to_owned()];
        let mut nodes = self.nodes.clone();
        let node = nodes.get_mut(name).ok_or_else(none)?;
        let mut lower: Vec<PodInfo> = node.pods.values().filter(|p| p.priority < pod.priority).cloned().collect();
        if lower.is_empty() {
            return Err(none());
        }
        for victim in &lower {
            node.remove(&victim.pod.key());
        }
        if let Some(why) = self.refused(pod, name, &nodes) {
            return Err(why);
        }
        // The important and the old are reprieved first, and before them those that a budget protects.
        lower.sort_by(|a, b| b.priority.cmp(&a.priority).then_with(|| started(&a.pod).cmp(started(&b.pod))));
        let (protected, others) = self.by_budgets(lower);
        let (mut victims, mut violations) = (Vec::new(), 0);
        let count = protected.len();
        for (index, victim) in protected.into_iter().chain(others).enumerate() {
            let key = victim.pod.key();
            let value = victim.pod.clone();
            if let Some(node) = nodes.get_mut(name) {
                node.add(&key, victim);
            }
            if self.refused(pod, name, &nodes).is_some() {
                if let Some(node) = nodes.get_mut(name) {
                    node.remove(&key);
                }
                violations += usize::from(index < count);
                victims.push(value);
            }
        }
        if victims.is_empty() {
            return Err(vec![format!("expected at least one victim pod on node \"{name}\"")]);
        }
        Ok(Candidate { node: name.to_owned(), victims, violations })
    }

    /// Parts the pods whose end would break a budget from the others. Models `filterPodsWithPDBViolation`.
    fn by_budgets(&self, pods: Vec<PodInfo>) -> (Vec<PodInfo>, Vec<PodInfo>) {
        let mut left: BTreeMap<String, i64> = BTreeMap::new();
        pods.into_iter().partition(|pod| {
            let mut violated = false;
            for budget in self.informers.list_in(Resource::PodDisruptionBudgets, pod.pod.namespace()) {
                let Ok(selector) = Selector::from_label_selector(&budget["spec"]["selector"]) else { continue };
                let labels = pod.pod.labels();
                let matches = !labels.is_empty() && !selector.is_empty() && selector.matches(labels);
                if !matches || !budget["status"]["disruptedPods"][pod.pod.name()].is_null() {
                    continue;
                }
                let allowed = budget.at("status.disruptionsAllowed").int();
                let left = left.entry(budget.key()).or_insert(allowed);
                *left -= 1;
                violated |= *left < 0;
            }
            violated
        })
    }

    /// Why the pod does not fit on the node; None where it does.
    fn refused(&self, pod: &PodInfo, name: &str, nodes: &Nodes) -> Option<Vec<String>> {
        let mut cycle = Cycle { nodes, informers: self.informers, state: Default::default() };
        for plugin in PLUGINS {
            if let Some(why) = plugin.pre_filter(pod, &mut cycle) {
                return Some(vec![why]);
            }
        }
        let node = nodes.get(name)?;
        self.nominator.refuse(pod, node, &cycle).map(|verdict| verdict.refusal.reasons)
    }
}

fn started(pod: &Value) -> &str {
    pod.at("status.startTime").str()
}

/// True for pods that are ending because they were preempted. Models `podTerminatingByPreemption`.
fn is_preempted(pod: &Value) -> bool {
    let conditions = pod["status"]["conditions"].items();
    let target = conditions.iter().find(|c| c["type"].str() == "DisruptionTarget");
    pod.is_terminating()
        && target.is_some_and(|c| c["status"].str() == "True" && c["reason"].str() == "PreemptionByScheduler")
}

/// What a candidate costs: budgets broken, the highest priority, their sum, their number; and of those where the most
/// important victims started late. Models `pickOneNodeForPreemption`.
fn cost(candidate: &Candidate) -> (usize, i64, i64, usize, Reverse<String>) {
    let priority = |v: &Value| v.at("spec.priority").int();
    let highest = candidate.victims.iter().map(priority).max().unwrap_or(i64::MIN);
    // Each is raised above zero, so that more pods of negative priority cost more.
    let sum = candidate.victims.iter().map(|v| priority(v) + i64::from(i32::MAX) + 1).sum();
    let earliest = candidate.victims.iter().filter(|v| priority(v) == highest).map(started).min().unwrap_or("");
    (candidate.violations, highest, sum, candidate.victims.len(), Reverse(earliest.to_owned()))
}
