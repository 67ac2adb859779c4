//! What failed pods mean for their job, and when enough indexes succeeded. Models `pod_failure_policy.go` and
//! `success_policy.go`.

use super::indexes;
use crate::apimachinery::{Object, Value};
use std::collections::BTreeSet;

/// What a rule of `spec.podFailurePolicy` says of a failed pod.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Action {
    /// No rule matched, or one that only counts.
    Count,
    Ignore,
    FailIndex,
    /// The message of the job's condition.
    FailJob(String),
}

/// The first rule that matches decides. Models `matchPodFailurePolicy`.
pub fn of_failed_pod(job: &Value, pod: &Value) -> Action {
    for (at, rule) in job.at("spec.podFailurePolicy.rules").items().iter().enumerate() {
        let Some(what) = matched(rule, pod) else { continue };
        return match rule["action"].str() {
            "Ignore" => Action::Ignore,
            "FailIndex" => Action::FailIndex,
            "FailJob" => Action::FailJob(format!("{what} matching FailJob rule at index {at}")),
            _ => Action::Count,
        };
    }
    Action::Count
}

/// What of a pod a rule matches, in words.
fn matched(rule: &Value, pod: &Value) -> Option<String> {
    let codes = &rule["onExitCodes"];
    if !codes.is_null() {
        let status = exit_code(codes, pod)?;
        let (name, key, code) = (status["name"].str(), pod.key(), status.at("state.terminated.exitCode").int());
        return Some(format!("Container {name} for pod {key} failed with exit code {code}"));
    }
    let patterns = rule["onPodConditions"].items();
    let holds = |c: &&Value| patterns.iter().any(|p| p["type"] == c["type"] && p["status"] == c["status"]);
    let condition = pod.at("status.conditions").items().iter().find(holds)?;
    Some(format!("Pod {} has condition {}", pod.key(), condition["type"].str()))
}

/// The status of a container that ended with one of the codes that are asked for.
fn exit_code<'a>(wanted: &Value, pod: &'a Value) -> Option<&'a Value> {
    let lists = ["containerStatuses", "initContainerStatuses"];
    let mut statuses = lists.iter().flat_map(|list| pod["status"][*list].items());
    statuses.find(|status| {
        let named = wanted["containerName"].str();
        let code = &status["state"]["terminated"]["exitCode"];
        let listed = wanted["values"].items().contains(code);
        (named.is_empty() || named == status["name"].str())
            && code.as_i64().is_some_and(|code| code != 0)
            && listed == (wanted["operator"].str() == "In")
    })
}

/// The message where a rule of `spec.successPolicy` is met.
pub fn success(job: &Value, succeeded: &BTreeSet<i64>) -> Option<String> {
    if succeeded.is_empty() {
        return None;
    }
    let met = |rule: &Value| {
        let count = rule["succeededCount"].as_i64();
        match rule["succeededIndexes"].as_str() {
            Some(text) => {
                let wanted = indexes::parse(text);
                let there = indexes::count(&wanted.intersection(succeeded).copied().collect());
                !wanted.is_empty() && (there == indexes::count(&wanted) || count.is_some_and(|n| there >= n))
            }
            None => count.is_some_and(|n| indexes::count(succeeded) >= n),
        }
    };
    let at = job.at("spec.successPolicy.rules").items().iter().position(met)?;
    Some(format!("Matched rules at index {at}"))
}
