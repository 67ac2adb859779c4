//! Whole clusters: snapshots, and the lives of pods.

mod jobs;
mod kubelet;
mod scheduling;
mod storage;
mod workloads;

use super::*;
use crate::apimachinery::{Object, Value};
use crate::object;

fn run_pod(cluster: &mut Cluster) {
    let pod = object! {
        "apiVersion" => "v1", "kind" => "Pod", "metadata" => object! { "name" => "web" },
        "spec" => object! { "containers" => crate::list![object! { "name" => "web", "image" => "nginx" }] },
    };
    let reply = cluster.handle(Request::post("/api/v1/namespaces/default/pods", pod));
    assert_eq!(reply.code, 201);
}

fn phase(cluster: &mut Cluster) -> String {
    let pod = cluster.handle(Request::get("/api/v1/namespaces/default/pods/web")).into_result();
    pod.map(|p| p.at("status.phase").str().to_owned()).unwrap_or_default()
}

#[test]
fn a_clone_is_a_snapshot() {
    let mut cluster = Cluster::boot_hashed(&ClusterSpec::plain(1));
    run_pod(&mut cluster);
    let (start, mut copy) = (cluster.now(), cluster.clone());
    let end = start + Duration::from_secs(30);
    copy.run_until(end).expect("comes to rest");
    assert_eq!((copy.now(), cluster.now()), (end, start), "the original's time stands");
    assert_eq!((phase(&mut copy).as_str(), phase(&mut cluster).as_str()), ("Running", "Pending"));
    cluster.run_until(end).expect("comes to rest");
    let hash = |c: &Cluster| c.api().store().event_hash();
    assert_eq!(hash(&cluster), hash(&copy), "both take the same course");
}

#[test]
fn a_debug_container_joins_a_running_pod_and_ends_once() {
    let mut cluster = Cluster::boot(&ClusterSpec::plain(1));
    run_pod(&mut cluster);
    let second = Duration::from_secs(1);
    cluster.run_until(cluster.now() + second * 10).expect("comes to rest");
    let url = "/api/v1/namespaces/default/pods/web";
    let mut pod = cluster.handle(Request::get(url)).into_result().expect("a pod");
    let debugger = object! {
        "name" => "d", "image" => "busybox", "command" => crate::list!["sh", "-c", "sleep 5; exit 3"],
    };
    pod.set("spec.ephemeralContainers", crate::list![debugger]);
    let path = format!("{url}/ephemeralcontainers");
    assert_eq!(cluster.handle(Request::put(path, pod)).code, 200);
    let mut look = |seconds: u32| {
        cluster.run_until(cluster.now() + second * seconds).expect("comes to rest");
        let pod = cluster.handle(Request::get(url)).into_result().expect("a pod");
        let status = pod.at("status.ephemeralContainerStatuses")[0].clone();
        (pod.at("status.phase").str().to_owned(), status)
    };
    let (phase, status) = look(3);
    assert_eq!((phase.as_str(), status.at("state.running").is_null()), ("Running", false));
    assert_eq!((status["ready"].bool(), status.get("started")), (false, None));
    let (phase, status) = look(60);
    let ended = (status.at("state.terminated.exitCode").int(), status["restartCount"].int());
    assert_eq!((phase.as_str(), ended), ("Running", (3, 0)));
}

/// The events about a pod, in order: reason and message.
fn events(cluster: &mut Cluster) -> Vec<String> {
    let list = cluster.handle(Request::get("/api/v1/namespaces/default/events")).into_result().expect("a list");
    let of_kubelet = |e: &&Value| e.at("source.component").str() == "kubelet";
    let line = |e: &Value| format!("{}: {}", e["reason"].str(), e["message"].str());
    list["items"].items().iter().filter(of_kubelet).map(line).collect()
}

/// Runs a pod with this spec for a while: the pod then.
fn live(cluster: &mut Cluster, spec: &str, seconds: u64) -> Value {
    let spec = Value::from_json(spec).expect("JSON");
    let pod = object! {
        "apiVersion" => "v1", "kind" => "Pod", "metadata" => object! { "name" => "web" }, "spec" => spec,
    };
    assert_eq!(cluster.handle(Request::post("/api/v1/namespaces/default/pods", pod)).code, 201);
    cluster.run_until(cluster.now() + Duration::from_secs(seconds)).expect("comes to rest");
    cluster.handle(Request::get("/api/v1/namespaces/default/pods/web")).into_result().expect("a pod")
}

#[test]
fn a_failed_post_start_hook_ends_its_container() {
    let mut cluster = Cluster::boot(&ClusterSpec::plain(1));
    let spec = r#"{"restartPolicy":"Never","terminationGracePeriodSeconds":2,"containers":[{"name":"c","image":"busybox",
        "command":["sleep","3600"],"lifecycle":{"postStart":{"exec":{"command":["sh","-c","exit 4"]}}}}]}"#;
    let pod = live(&mut cluster, spec, 30);
    assert_eq!(pod.at("status.phase").str(), "Failed");
    let events = events(&mut cluster);
    let last: Vec<&str> = events.iter().rev().take(2).map(String::as_str).collect();
    assert_eq!(last, ["Killing: FailedPostStartHook", "FailedPostStartHook: PostStartHook failed"]);
}

#[test]
fn a_post_start_hook_holds_up_the_start() {
    let mut cluster = Cluster::boot(&ClusterSpec::plain(1));
    let spec = r#"{"containers":[{"name":"c","image":"busybox","command":["sleep","3600"],
        "lifecycle":{"postStart":{"exec":{"command":["sleep","10"]}}}}]}"#;
    let pod = live(&mut cluster, spec, 8);
    assert_eq!(pod.at("status.phase").str(), "Pending");
    cluster.run_until(cluster.now() + Duration::from_secs(8)).expect("comes to rest");
    assert_eq!(phase(&mut cluster), "Running");
}

#[test]
fn sidecars_do_not_keep_a_pod() {
    let mut cluster = Cluster::boot(&ClusterSpec::plain(1));
    let spec = r#"{"restartPolicy":"Never","initContainers":[{"name":"s","image":"busybox","restartPolicy":"Always",
        "command":["sh","-c","trap 'exit 0' TERM; while true; do sleep 1; done"]}],
        "containers":[{"name":"c","image":"busybox","command":["sleep","3"]}]}"#;
    let pod = live(&mut cluster, spec, 30);
    assert_eq!(pod.at("status.phase").str(), "Succeeded");
    assert_eq!(pod.at("status.initContainerStatuses")[0].at("state.terminated.exitCode").as_i64(), Some(0));
    assert!(events(&mut cluster).contains(&"Killing: Stopping container s".to_owned()));
}

#[test]
fn a_container_over_its_memory_limit_is_killed() {
    let mut cluster = Cluster::boot(&ClusterSpec::plain(1));
    let spec = r#"{"restartPolicy":"Never","containers":[{"name":"c","image":"polinux/stress",
        "command":["stress","--vm","1","--vm-bytes","250M"],"resources":{"limits":{"memory":"100Mi"}}}]}"#;
    let pod = live(&mut cluster, spec, 20);
    let ended = &pod.at("status.containerStatuses")[0]["state"]["terminated"];
    assert_eq!((ended["reason"].str(), ended["exitCode"].int()), ("OOMKilled", 137));
}

#[test]
fn a_job_whose_end_is_decided_makes_no_more_pods() {
    let mut cluster = Cluster::boot(&ClusterSpec::plain(1));
    let job = r#"{"apiVersion":"batch/v1","kind":"Job","metadata":{"name":"retry"},"spec":{"backoffLimit":1,"template":{
        "spec":{"restartPolicy":"OnFailure","containers":[{"name":"c","image":"busybox","command":["sh","-c","exit 2"]}]}}}}"#;
    let job = Value::from_json(job).expect("JSON");
    assert_eq!(cluster.handle(Request::post("/apis/batch/v1/namespaces/default/jobs", job)).code, 201);
    cluster.run_until(cluster.now() + Duration::from_secs(60)).expect("comes to rest");
    let list = cluster.handle(Request::get("/api/v1/namespaces/default/events")).into_result().expect("a list");
    let of_job = |e: &&Value| e.at("involvedObject.kind").str() == "Job";
    let reasons: Vec<&str> = list["items"].items().iter().filter(of_job).map(|e| e["reason"].str()).collect();
    assert_eq!(reasons, ["SuccessfulCreate", "SuccessfulDelete", "BackoffLimitExceeded"]);
}

/// Creates objects that are given as JSON, each under its path.
fn create(cluster: &mut Cluster, objects: &[(&str, &str)]) {
    for (path, json) in objects {
        let object = Value::from_json(json).expect("JSON");
        assert_eq!(cluster.handle(Request::post(*path, object)).code, 201, "{path}: {json}");
    }
}

/// Lets time pass and reads what is there then.
fn look(cluster: &mut Cluster, path: &str, seconds: u64) -> Value {
    cluster.run_until(cluster.now() + Duration::from_secs(seconds)).expect("comes to rest");
    cluster.handle(Request::get(path)).into_result().unwrap_or_default()
}

/// The events about objects of a kind, in order: reason and message.
fn events_of(cluster: &mut Cluster, kind: &str) -> Vec<String> {
    let list = look(cluster, "/api/v1/events", 0);
    let about = |e: &&Value| e.at("involvedObject.kind").str() == kind;
    let line = |e: &Value| format!("{}: {}", e["reason"].str(), e["message"].str());
    list["items"].items().iter().filter(about).map(line).collect()
}
