//! Stateful sets and daemon sets over time.

use super::*;

const SETS: &str = "/apis/apps/v1/namespaces/default/statefulsets";
const CLAIMS: &str = "/api/v1/namespaces/default/persistentvolumeclaims";
const PODS: &str = "/api/v1/namespaces/default/pods";

fn patch(cluster: &mut Cluster, path: &str, json: &str) {
    let patch = Value::from_json(json).expect("JSON");
    assert_eq!(cluster.handle(Request::patch(crate::client::PatchType::Merge, path, patch)).code, 200);
}

fn names(list: &Value) -> Vec<&str> {
    list["items"].items().iter().map(Object::name).collect()
}

#[test]
fn claims_go_with_the_pods_and_the_set_where_it_says_so() {
    let mut cluster = Cluster::boot(&ClusterSpec::plain(1));
    let volume = |n: usize| {
        format!(
            r#"{{"apiVersion":"v1","kind":"PersistentVolume","metadata":{{"name":"v{n}"}},"spec":{{"capacity":{{"storage":
                "1Gi"}},"accessModes":["ReadWriteOnce"],"hostPath":{{"path":"/mnt/{n}"}}}}}}"#
        )
    };
    let set = r#"{"apiVersion":"apps/v1","kind":"StatefulSet","metadata":{"name":"w"},"spec":{"serviceName":"w","replicas":2,
        "persistentVolumeClaimRetentionPolicy":{"whenDeleted":"Delete","whenScaled":"Delete"},"selector":{"matchLabels":{
        "a":"b"}},"template":{"metadata":{"labels":{"a":"b"}},"spec":{"containers":[{"name":"c","image":"nginx"}]}},
        "volumeClaimTemplates":[{"metadata":{"name":"d"},"spec":{"accessModes":["ReadWriteOnce"],"resources":{"requests":{
        "storage":"1Gi"}}}}]}}"#;
    let volumes = [volume(0), volume(1)];
    create(&mut cluster, &[("/api/v1/persistentvolumes", &volumes[0]), ("/api/v1/persistentvolumes", &volumes[1])]);
    create(&mut cluster, &[(SETS, set)]);
    let claims = look(&mut cluster, CLAIMS, 20);
    assert_eq!(names(&claims), ["d-w-0", "d-w-1"]);
    let bound: Vec<&str> = claims["items"].items().iter().map(|c| c.at("spec.volumeName").str()).collect();
    assert_eq!(bound, ["v0", "v1"], "each its own volume");
    let owner = &claims["items"][0].at("metadata.ownerReferences")[0];
    assert_eq!((owner["kind"].str(), owner["controller"].bool()), ("StatefulSet", true));
    patch(&mut cluster, &format!("{SETS}/w"), r#"{"spec":{"replicas":1}}"#);
    let claims = look(&mut cluster, CLAIMS, 40);
    assert_eq!(names(&claims), ["d-w-0"]);
    cluster.handle(Request::delete(format!("{SETS}/w"), Value::Null));
    let claims = look(&mut cluster, CLAIMS, 40);
    assert_eq!(names(&claims), Vec::<&str>::new());
}

#[test]
fn a_surging_daemon_set_starts_new_pods_before_old_ones_end() {
    let mut cluster = Cluster::boot(&ClusterSpec::plain(1));
    let sets = "/apis/apps/v1/namespaces/default/daemonsets";
    let set = r#"{"apiVersion":"apps/v1","kind":"DaemonSet","metadata":{"name":"d"},"spec":{"selector":{"matchLabels":{
        "a":"b"}},"updateStrategy":{"rollingUpdate":{"maxSurge":1,"maxUnavailable":0}},"template":{"metadata":{"labels":{
        "a":"b"}},"spec":{"containers":[{"name":"c","image":"busybox:1.36","command":["sleep","9999"]}]}}}}"#;
    create(&mut cluster, &[(sets, set)]);
    look(&mut cluster, PODS, 20);
    let image = r#"{"spec":{"template":{"spec":{"containers":[{"name":"c","image":"busybox:1.35","command":["sleep","9"]}]}}}}"#;
    patch(&mut cluster, &format!("{sets}/d"), image);
    let pods = look(&mut cluster, PODS, 1);
    assert_eq!(names(&pods).len(), 4);
    let set = look(&mut cluster, &format!("{sets}/d"), 100);
    assert_eq!(set.at("status.updatedNumberScheduled").int(), 3);
    let events = events_of(&mut cluster, "DaemonSet");
    let count = |what: &str| events.iter().filter(|e| e.starts_with(what)).count();
    assert_eq!((count("SuccessfulCreate"), count("SuccessfulDelete")), (6, 3));
}

#[test]
fn nodes_are_told_of_when_they_are_cordoned_and_when_they_come_and_go() {
    let mut cluster = Cluster::boot(&ClusterSpec::plain(1));
    let nodes = "/api/v1/nodes";
    patch(&mut cluster, &format!("{nodes}/node-1"), r#"{"spec":{"unschedulable":true}}"#);
    create(&mut cluster, &[(nodes, r#"{"apiVersion":"v1","kind":"Node","metadata":{"name":"mine"}}"#)]);
    let mine = look(&mut cluster, &format!("{nodes}/mine"), 65);
    let ready = &mine.at("status.conditions")[0];
    assert_eq!((ready["status"].str(), ready["reason"].str()), ("Unknown", "NodeStatusNeverUpdated"));
    cluster.handle(Request::delete(format!("{nodes}/mine"), Value::Null));
    look(&mut cluster, nodes, 6);
    let mut events = events_of(&mut cluster, "Node");
    events.sort();
    assert_eq!(
        events,
        [
            "NodeNotSchedulable: Node node-1 status is now: NodeNotSchedulable",
            "RegisteredNode: Node mine event: Registered Node mine in Controller",
            "RemovingNode: Node mine event: Removing Node mine from Controller",
        ]
    );
}

#[test]
fn an_endpoint_that_is_not_ready_does_not_serve() {
    let mut cluster = Cluster::boot(&ClusterSpec::plain(1));
    let pod = r#"{"apiVersion":"v1","kind":"Pod","metadata":{"name":"p","labels":{"a":"b"}},"spec":{"containers":[{"name":"c",
        "image":"nginx","readinessProbe":{"exec":{"command":["false"]}}}]}}"#;
    let service = r#"{"apiVersion":"v1","kind":"Service","metadata":{"name":"s"},"spec":{"selector":{"a":"b"},
        "ports":[{"port":80}]}}"#;
    create(&mut cluster, &[(PODS, pod), ("/api/v1/namespaces/default/services", service)]);
    let slices = look(&mut cluster, "/apis/discovery.k8s.io/v1/namespaces/default/endpointslices", 6);
    let slice = slices["items"].items().iter().find(|s| s.name().starts_with("s-")).expect("a slice");
    let conditions = &slice["endpoints"][0]["conditions"];
    assert_eq!(conditions["serving"].as_bool(), Some(false));
}

fn stateful(strategy: &str) -> String {
    format!(
        r#"{{"apiVersion":"apps/v1","kind":"StatefulSet","metadata":{{"name":"w"}},"spec":{{"serviceName":"w","replicas":2,
            "updateStrategy":{strategy},"selector":{{"matchLabels":{{"a":"b"}}}},"template":{{"metadata":{{"labels":{{"a":"b"}}}},
            "spec":{{"containers":[{{"name":"c","image":"nginx:1.25"}}]}}}}}}}}"#
    )
}

fn images(list: &Value) -> Vec<&str> {
    list["items"].items().iter().map(|p| p.at("spec.containers")[0]["image"].str()).collect()
}

#[test]
fn pods_that_somebody_deletes_are_made_of_the_new_revision() {
    // newVersionedStatefulSetPod: only below the partition the old one is kept.
    let mut cluster = Cluster::boot(&ClusterSpec::plain(1));
    create(&mut cluster, &[(SETS, &stateful(r#"{"type":"OnDelete"}"#))]);
    look(&mut cluster, PODS, 20);
    let image = r#"{"spec":{"template":{"spec":{"containers":[{"name":"c","image":"nginx:1.26"}]}}}}"#;
    patch(&mut cluster, &format!("{SETS}/w"), image);
    let pods = look(&mut cluster, PODS, 5);
    assert_eq!(images(&pods), ["nginx:1.25", "nginx:1.25"]);
    cluster.handle(Request::delete(format!("{PODS}/w-0"), Value::Null));
    let pods = look(&mut cluster, PODS, 20);
    assert_eq!(images(&pods), ["nginx:1.26", "nginx:1.25"]);
}

#[test]
fn a_stateful_set_takes_over_what_its_predecessor_left() {
    let mut cluster = Cluster::boot(&ClusterSpec::plain(1));
    create(&mut cluster, &[(SETS, &stateful("{}"))]);
    look(&mut cluster, PODS, 20);
    let orphan = object! { "apiVersion" => "v1", "kind" => "DeleteOptions", "propagationPolicy" => "Orphan" };
    cluster.handle(Request::delete(format!("{SETS}/w"), orphan));
    look(&mut cluster, PODS, 5);
    create(&mut cluster, &[(SETS, &stateful("{}"))]);
    let set = look(&mut cluster, &format!("{SETS}/w"), 5);
    assert_eq!((set.at("status.readyReplicas").int(), set.at("status.updatedReplicas").int()), (2, 2));
}

#[test]
fn a_pod_that_its_node_rejects_says_nothing_of_its_containers() {
    let mut cluster = Cluster::boot(&ClusterSpec::plain(1));
    let pod = r#"{"apiVersion":"v1","kind":"Pod","metadata":{"name":"p"},"spec":{"nodeName":"node-1","containers":[{"name":"c",
        "image":"nginx","resources":{"requests":{"cpu":"10"}}}]}}"#;
    create(&mut cluster, &[(PODS, pod)]);
    let pod = look(&mut cluster, &format!("{PODS}/p"), 5);
    assert_eq!((pod.at("status.phase").str(), pod.at("status.reason").str()), ("Failed", "OutOfcpu"));
    assert!(pod.at("status.containerStatuses").is_null());
}

#[test]
fn pods_stay_under_a_taint_as_long_as_they_tolerate_it() {
    let mut cluster = Cluster::boot(&ClusterSpec::plain(1));
    let pod = r#"{"apiVersion":"v1","kind":"Pod","metadata":{"name":"p"},"spec":{"nodeName":"node-1","tolerations":[{"key":"k",
        "operator":"Exists","effect":"NoExecute","tolerationSeconds":30}],"containers":[{"name":"c","image":"nginx"}]}}"#;
    create(&mut cluster, &[(PODS, pod)]);
    let node = "/api/v1/nodes/node-1";
    let taint = r#"{"spec":{"taints":[{"key":"k","value":"v","effect":"NoExecute"}]}}"#;
    patch(&mut cluster, node, taint);
    look(&mut cluster, PODS, 20);
    patch(&mut cluster, node, r#"{"spec":{"taints":null}}"#);
    look(&mut cluster, PODS, 20);
    patch(&mut cluster, node, taint);
    assert!(look(&mut cluster, &format!("{PODS}/p"), 29).deletion_timestamp().is_none());
    look(&mut cluster, PODS, 40);
    let events: Vec<String> =
        events_of(&mut cluster, "Pod").into_iter().filter(|e| e.starts_with("TaintManagerEviction")).collect();
    // taint_eviction.go.
    assert_eq!(
        events,
        [
            "TaintManagerEviction: Cancelling deletion of Pod default/p",
            "TaintManagerEviction: Marking for deletion Pod default/p"
        ]
    );
}
