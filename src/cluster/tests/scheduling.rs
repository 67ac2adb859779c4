//! Room that is made for important pods, budgets, and autoscalers.

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

/// The texts are `disruption.go`'s.
#[test]
fn a_budget_tells_of_pods_it_cannot_count() {
    let mut cluster = Cluster::boot(&ClusterSpec::plain(1));
    let budget = |name: &str, field: &str| {
        format!(
            r#"{{"apiVersion":"policy/v1","kind":"PodDisruptionBudget","metadata":{{"name":"{name}"}},"spec":{{{field},
                "selector":{{"matchLabels":{{"app":"{name}"}}}}}}}}"#
        )
    };
    let job = r#"{"apiVersion":"batch/v1","kind":"Job","metadata":{"name":"j"},"spec":{"template":{"metadata":{"labels":{
        "app":"job"}},"spec":{"restartPolicy":"Never","containers":[{"name":"c","image":"busybox","command":["sleep","999"]}]
        }}}}"#;
    create(&mut cluster, &[(PODS, &half("lone", "")), ("/apis/batch/v1/namespaces/default/jobs", job)]);
    look(&mut cluster, PODS, 20);
    let field = r#""maxUnavailable":1"#;
    create(&mut cluster, &[(BUDGETS, &budget("none", field))]);
    look(&mut cluster, PODS, 5);
    create(&mut cluster, &[(BUDGETS, &budget("lone", field))]);
    look(&mut cluster, PODS, 5);
    create(&mut cluster, &[(BUDGETS, &budget("job", field))]);
    look(&mut cluster, PODS, 5);
    let condition = look(&mut cluster, &format!("{BUDGETS}/job"), 0).at("status.conditions")[0].clone();
    let why = "jobs.batch does not implement the scale subresource";
    assert_eq!((condition["reason"].str(), condition["message"].str()), ("SyncFailed", why));
    let mut events = events_of(&mut cluster, "PodDisruptionBudget");
    events.sort();
    let unmanaged = "UnmanagedPods: Pods selected by this PodDisruptionBudget (selector: &LabelSelector{MatchLabels:map[\
                     string]string{app: lone,},MatchExpressions:[]LabelSelectorRequirement{},}) were found to be unmanaged. \
                     As a result, the status of the PDB cannot be calculated correctly, which may result in undefined \
                     behavior. To account for these pods please set \".spec.minAvailable\" field of the PDB to an integer \
                     value.";
    let failed = format!("CalculateExpectedPodCountFailed: Failed to calculate the number of expected pods: {why}");
    assert_eq!(events, [failed.as_str(), "NoPods: No matching pods found", unmanaged]);
}

#[test]
fn a_budget_may_always_allow_unhealthy_pods_to_go() {
    let mut cluster = Cluster::boot(&ClusterSpec::plain(1));
    let pod = r#"{"apiVersion":"v1","kind":"Pod","metadata":{"name":"p","labels":{"a":"b"}},"spec":{"containers":[{"name":"c",
        "image":"busybox","command":["sleep","999"],"readinessProbe":{"exec":{"command":["false"]}}}]}}"#;
    let budget = r#"{"apiVersion":"policy/v1","kind":"PodDisruptionBudget","metadata":{"name":"b"},"spec":{"minAvailable":1,
        "selector":{"matchLabels":{"a":"b"}}}}"#;
    create(&mut cluster, &[(PODS, pod), (BUDGETS, budget)]);
    look(&mut cluster, PODS, 20);
    let mut evict = || {
        let eviction = r#"{"apiVersion":"policy/v1","kind":"Eviction","metadata":{"name":"p"}}"#;
        let eviction = Value::from_json(eviction).expect("JSON");
        let code = cluster.handle(Request::post(format!("{PODS}/p/eviction"), eviction)).code;
        let patch = Value::from_json(r#"{"spec":{"unhealthyPodEvictionPolicy":"AlwaysAllow"}}"#).expect("JSON");
        cluster.handle(Request::patch(crate::client::PatchType::Merge, format!("{BUDGETS}/b"), patch));
        code
    };
    assert_eq!((evict(), evict()), (429, 201));
}

/// The texts are `horizontal.go`'s; the list of autoscalers as seen in real clusters.
#[test]
fn an_autoscaler_keeps_its_bounds_without_metrics() {
    let mut cluster = Cluster::boot(&ClusterSpec::plain(1));
    let (sets, scalers) = (
        "/apis/apps/v1/namespaces/default/deployments",
        "/apis/autoscaling/v2/namespaces/default/horizontalpodautoscalers",
    );
    let deployment = r#"{"apiVersion":"apps/v1","kind":"Deployment","metadata":{"name":"web"},"spec":{"selector":{"matchLabels":{
        "app":"web"}},"template":{"metadata":{"labels":{"app":"web"}},"spec":{"containers":[{"name":"c","image":"nginx"}]}}}}"#;
    let scaler = |name: &str, least: i64| {
        format!(
            r#"{{"apiVersion":"autoscaling/v2","kind":"HorizontalPodAutoscaler","metadata":{{"name":"{name}"}},"spec":{{
                "scaleTargetRef":{{"apiVersion":"apps/v1","kind":"Deployment","name":"web"}},"minReplicas":{least},
                "maxReplicas":4,"metrics":[{{"type":"Resource","resource":{{"name":"cpu","target":{{"type":"Utilization",
                "averageUtilization":50}}}}}},{{"type":"Resource","resource":{{"name":"memory","target":{{"type":
                "AverageValue","averageValue":"100Mi"}}}}}}]}}}}"#
        )
    };
    create(&mut cluster, &[(sets, deployment), (scalers, &scaler("a", 2))]);
    let status = look(&mut cluster, &format!("{scalers}/a"), 16)["status"].clone();
    let condition = &status["conditions"][0];
    assert_eq!((condition["type"].str(), condition["reason"].str()), ("AbleToScale", "SucceededRescale"));
    assert_eq!((status["currentReplicas"].int(), status["desiredReplicas"].int()), (1, 2));
    assert_eq!(look(&mut cluster, &format!("{sets}/web"), 0).at("spec.replicas").int(), 2);
    look(&mut cluster, PODS, 15);
    let api = "unable to fetch metrics from resource metrics API: the server could not find the requested resource (get \
               pods.metrics.k8s.io)";
    let cpu = format!("failed to get cpu utilization: unable to get metrics for resource cpu: {api}");
    let memory = format!("failed to get memory usage: unable to get metrics for resource memory: {api}");
    assert_eq!(
        events_of(&mut cluster, "HorizontalPodAutoscaler").into_iter().collect::<std::collections::BTreeSet<_>>(),
        [
            "SuccessfulRescale: New size: 2; reason: Current number of replicas below Spec.MinReplicas".to_owned(),
            format!("FailedGetResourceMetric: {cpu}"),
            format!("FailedGetResourceMetric: {memory}"),
            format!(
                "FailedComputeMetricsReplicas: invalid metrics (2 invalid out of 2), first error is: failed to get cpu \
                 resource metric value: {cpu}"
            ),
        ]
        .into()
    );
    let measured = look(&mut cluster, &format!("{scalers}/a"), 0).at("status.currentMetrics").clone();
    assert_eq!(measured.items().iter().map(|m| m["type"].str()).collect::<Vec<_>>(), ["", ""]);
    create(&mut cluster, &[(scalers, &scaler("b", 1))]);
    let condition = look(&mut cluster, &format!("{scalers}/b"), 16).at("status.conditions")[1].clone();
    let many = "pods by selector app=web are controlled by multiple HPAs: [default/a default/b]";
    assert_eq!((condition["reason"].str(), condition["message"].str()), ("AmbiguousSelector", many));
}
