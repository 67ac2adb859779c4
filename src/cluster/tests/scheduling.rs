//! Room that is made for important pods, and budgets.

use super::*;

const PODS: &str = "/api/v1/namespaces/default/pods";
const BUDGETS: &str = "/apis/policy/v1/namespaces/default/poddisruptionbudgets";

/// A pod that asks for 2 of the 4 CPUs of a node.
fn half(name: &str, class: &str) -> String {
    format!(
        r#"{{"apiVersion":"v1","kind":"Pod","metadata":{{"name":"{name}","labels":{{"app":"{name}"}}}},"spec":{{
            "priorityClassName":"{class}","containers":[{{"name":"c","image":"busybox","command":["sleep","9999"],
            "resources":{{"requests":{{"cpu":"2"}}}}}}]}}}}"#
    )
}

fn class(cluster: &mut Cluster, name: &str, value: i64, policy: &str) {
    let class = format!(
        r#"{{"apiVersion":"scheduling.k8s.io/v1","kind":"PriorityClass","metadata":{{"name":"{name}"}},"value":{value},
            "preemptionPolicy":"{policy}"}}"#
    );
    create(cluster, &[("/apis/scheduling.k8s.io/v1/priorityclasses", &class)]);
}

fn message(pod: &Value) -> &str {
    pod.at("status.conditions")[0]["message"].str()
}

/// The texts are `default_preemption.go`'s.
#[test]
fn room_that_was_made_for_a_pod_is_kept_for_it() {
    let mut cluster = Cluster::boot(&ClusterSpec::bench(1, 1));
    class(&mut cluster, "high", 1000, "PreemptLowerPriority");
    class(&mut cluster, "low", 10, "Never");
    create(&mut cluster, &[(PODS, &half("a", "low")), (PODS, &half("b", "low"))]);
    look(&mut cluster, PODS, 20);
    create(&mut cluster, &[(PODS, &half("waits", "low"))]);
    let waits = look(&mut cluster, &format!("{PODS}/waits"), 5);
    let never = "0/1 nodes are available: 1 Insufficient cpu. no new claims to deallocate, preemption: not eligible due to \
                 preemptionPolicy=Never.";
    assert_eq!(message(&waits), never);
    create(&mut cluster, &[(PODS, &half("vip", "high"))]);
    // The victim takes its grace period; another pod that goes makes the pods in line be tried again.
    let vip = look(&mut cluster, &format!("{PODS}/vip"), 2);
    assert_eq!(vip.at("status.nominatedNodeName").str(), "node-1");
    let vip = look(&mut cluster, &format!("{PODS}/vip"), 50);
    assert_eq!(vip.at("status.phase").str(), "Running");
    assert!(vip.at("status.nominatedNodeName").is_null());
    let waits = look(&mut cluster, &format!("{PODS}/waits"), 1);
    assert_eq!((waits.at("status.phase").str(), message(&waits)), ("Pending", never));
    let preempted = events_of(&mut cluster, "Pod").into_iter().filter(|e| e.starts_with("Preempted")).count();
    assert_eq!(preempted, 1);
}

#[test]
fn pods_that_a_budget_protects_are_not_the_ones_to_go() {
    let mut cluster = Cluster::boot(&ClusterSpec::bench(1, 1));
    class(&mut cluster, "high", 1000, "PreemptLowerPriority");
    class(&mut cluster, "low", 10, "PreemptLowerPriority");
    create(&mut cluster, &[(PODS, &half("old", "low"))]);
    look(&mut cluster, PODS, 20);
    // The younger one would have to go, were it not for the budget.
    create(&mut cluster, &[(PODS, &half("young", "low"))]);
    let budget = r#"{"apiVersion":"policy/v1","kind":"PodDisruptionBudget","metadata":{"name":"y"},"spec":{"minAvailable":1,
        "selector":{"matchLabels":{"app":"young"}}}}"#;
    create(&mut cluster, &[(BUDGETS, budget)]);
    look(&mut cluster, PODS, 20);
    create(&mut cluster, &[(PODS, &half("vip", "high"))]);
    look(&mut cluster, PODS, 2);
    assert!(look(&mut cluster, &format!("{PODS}/young"), 1).deletion_timestamp().is_none());
    assert!(look(&mut cluster, &format!("{PODS}/old"), 1).deletion_timestamp().is_some());
}
