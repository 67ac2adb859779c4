//! Why no node takes a pod, and the message counted from it. Models `framework.FitError`.

use super::framework::Refusal;
use std::collections::{BTreeMap, BTreeSet};

/// What one filter said of one node.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Verdict {
    pub plugin: &'static str,
    pub refusal: Refusal,
}

/// What was said of each node, or of the pod on all nodes.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct FitError {
    /// All nodes there are.
    pub nodes: usize,
    /// By node name.
    pub verdicts: BTreeMap<String, Verdict>,
    /// The plugin that refused the pod before any node was looked at, and why.
    pub pre_filter: Option<(&'static str, String)>,
}

impl FitError {
    /// Plugins that refused the pod somewhere.
    pub fn plugins(&self) -> BTreeSet<&'static str> {
        let before = self.pre_filter.iter().map(|(plugin, _)| *plugin);
        self.verdicts.values().map(|v| v.plugin).chain(before).collect()
    }

    /// `0/3 nodes are available: 1 …, 2 ….`, with what preemption said after it (None where it found a place).
    pub fn message(&self, preemption: Option<&str>) -> String {
        if self.nodes == 0 {
            return "no nodes available to schedule pods".to_owned();
        }
        let mut out = format!("0/{} nodes are available", self.nodes);
        if let Some((_, why)) = &self.pre_filter {
            out += &format!(": {why}.");
        } else {
            let reasons = self.verdicts.values().flat_map(|v| &v.refusal.reasons);
            out += &histogram(reasons.map(String::as_str));
        }
        if let Some(preemption) = preemption {
            out += &format!(" {preemption}");
        }
        out
    }

    /// What preemption says where it helps on none of the nodes: `said` of those it was tried on.
    pub fn preemption_failed(&self, said: &BTreeMap<String, Vec<String>>) -> String {
        let other = ["Preemption is not helpful for scheduling".to_owned()];
        let texts = self.verdicts.keys().flat_map(|name| said.get(name).map_or(&other[..], Vec::as_slice));
        self.preemption_says(&format!("0/{} nodes are available{}", self.nodes, histogram(texts.map(String::as_str))))
    }

    /// What the plugins say after the filters, where preemption says `text`.
    pub fn preemption_says(&self, text: &str) -> String {
        match self.pre_filter {
            Some(_) => "not found".to_owned(),
            None => format!("no new claims to deallocate, preemption: {text}"),
        }
    }
}

/// `: 1 a, 2 b.`, in the order of the texts; "" where there are none.
fn histogram<'a>(reasons: impl Iterator<Item = &'a str>) -> String {
    let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
    for reason in reasons {
        *counts.entry(reason).or_default() += 1;
    }
    let mut texts: Vec<String> = counts.into_iter().map(|(reason, count)| format!("{count} {reason}")).collect();
    texts.sort();
    if texts.is_empty() { String::new() } else { format!(": {}.", texts.join(", ")) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn verdict(plugin: &'static str, reason: &str, resolvable: bool) -> Verdict {
        Verdict { plugin, refusal: Refusal { reasons: vec![reason.to_owned()], resolvable } }
    }

    /// From 505-pods-misc.
    #[test]
    fn the_message_counts_reasons_in_their_order() {
        let error = FitError {
            nodes: 3,
            verdicts: [
                ("node-1", verdict("NodeAffinity", "node(s) didn't match Pod's node affinity/selector", false)),
                ("node-2", verdict("TaintToleration", "node(s) had untolerated taint(s)", false)),
                ("node-3", verdict("InterPodAffinity", "node(s) didn't match pod anti-affinity rules", true)),
            ]
            .map(|(n, v)| (n.to_owned(), v))
            .into(),
            pre_filter: None,
        };
        let said = [("node-3".to_owned(), vec!["No preemption victims found for incoming pod".to_owned()])].into();
        assert_eq!(
            error.message(Some(&error.preemption_failed(&said))),
            "0/3 nodes are available: 1 node(s) didn't match Pod's node affinity/selector, 1 node(s) didn't match pod \
             anti-affinity rules, 1 node(s) had untolerated taint(s). no new claims to deallocate, preemption: 0/3 nodes \
             are available: 1 No preemption victims found for incoming pod, 2 Preemption is not helpful for scheduling."
        );
        let unbound = "pod has unbound immediate PersistentVolumeClaims".to_owned();
        let error = FitError { nodes: 3, pre_filter: Some(("VolumeBinding", unbound)), ..FitError::default() };
        assert_eq!(
            error.message(Some(&error.preemption_failed(&BTreeMap::new()))),
            "0/3 nodes are available: pod has unbound immediate PersistentVolumeClaims. not found"
        );
    }
}
