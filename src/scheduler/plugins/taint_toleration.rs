//! A node with taints takes only pods that tolerate them.

use crate::apimachinery::Value;
use crate::client::{Delta, Resource};
use crate::scheduler::framework::{self, Cycle, Plugin, Refusal};
use crate::scheduler::node_info::NodeInfo;
use crate::scheduler::pod_info::PodInfo;

pub struct TaintToleration;

/// Models `v1.Toleration.ToleratesTaint`.
pub fn tolerates(toleration: &Value, taint: &Value) -> bool {
    let (effect, key) = (toleration["effect"].str(), toleration["key"].str());
    if !effect.is_empty() && effect != taint["effect"].str() {
        return false;
    }
    if !key.is_empty() && key != taint["key"].str() {
        return false;
    }
    match toleration["operator"].str() {
        "" | "Equal" => toleration["value"].str() == taint["value"].str(),
        "Exists" => true,
        operator @ ("Lt" | "Gt") => {
            let number = |v: &Value| v.str().parse::<i64>().ok();
            match (number(&taint["value"]), number(&toleration["value"])) {
                (Some(taint), Some(bound)) => {
                    (operator == "Lt" && taint < bound) || (operator == "Gt" && taint > bound)
                }
                _ => false,
            }
        }
        _ => false,
    }
}

/// The first taint with one of the effects that no toleration tolerates.
pub fn untolerated<'a>(taints: &'a Value, tolerations: &Value, effects: &[&str]) -> Option<&'a Value> {
    let matters = |taint: &&Value| effects.contains(&taint["effect"].str());
    taints.items().iter().filter(matters).find(|taint| !tolerations.items().iter().any(|t| tolerates(t, taint)))
}

const HARD: &[&str] = &["NoSchedule", "NoExecute"];

impl Plugin for TaintToleration {
    fn name(&self) -> &'static str {
        "TaintToleration"
    }

    fn filter(&self, pod: &PodInfo, node: &NodeInfo, _: &Cycle) -> Option<Refusal> {
        untolerated(&node.node["spec"]["taints"], &pod.pod["spec"]["tolerations"], HARD)?;
        Refusal::unresolvable("node(s) had untolerated taint(s)")
    }

    fn weight(&self) -> i64 {
        3
    }

    fn score(&self, pod: &PodInfo, node: &NodeInfo, _: &Cycle) -> i64 {
        let soft = node.node["spec"]["taints"].items().iter().filter(|t| t["effect"].str() == "PreferNoSchedule");
        let tolerations = pod.pod["spec"]["tolerations"].items();
        soft.filter(|taint| !tolerations.iter().any(|t| tolerates(t, taint))).count() as i64
    }

    fn normalize(&self, scores: &mut [i64]) {
        framework::normalize(scores, true);
    }

    fn helps(&self, pod: &PodInfo, delta: &Delta) -> bool {
        let tolerated = |node: &Option<Value>| {
            node.as_ref()
                .is_some_and(|n| untolerated(&n["spec"]["taints"], &pod.pod["spec"]["tolerations"], HARD).is_none())
        };
        delta.resource == Resource::Nodes && tolerated(&delta.new) && !tolerated(&delta.old)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::object;

    #[test]
    fn tolerations_match_by_key_operator_value_and_effect() {
        let taint = object! { "key" => "k", "value" => "v", "effect" => "NoSchedule" };
        let cases = [
            (object! { "operator" => "Exists" }, true),
            (object! { "key" => "k", "value" => "v" }, true),
            (object! { "key" => "k", "value" => "w" }, false),
            (object! { "key" => "k", "operator" => "Exists", "effect" => "NoExecute" }, false),
            (object! { "key" => "other", "operator" => "Exists" }, false),
        ];
        for (toleration, want) in cases {
            assert_eq!(tolerates(&toleration, &taint), want, "{toleration}");
        }
    }
}
