//! Jobs: when they end, and what becomes of their pods.

use super::*;

/// Makes a job with this spec, its container named `c`, and lets time pass: the job then.
fn live_job(cluster: &mut Cluster, spec: &str, command: &str, seconds: u64) -> Value {
    let mut spec = Value::from_json(spec).expect("JSON");
    let container = object! { "name" => "c", "image" => "busybox", "command" => crate::list!["sh", "-c", command] };
    spec.set("template.spec", object! { "restartPolicy" => "Never", "containers" => crate::list![container] });
    let job = object! {
        "apiVersion" => "batch/v1", "kind" => "Job", "metadata" => object! { "name" => "j" }, "spec" => spec,
    };
    let reply = cluster.handle(Request::post("/apis/batch/v1/namespaces/default/jobs", job));
    assert_eq!(reply.code, 201);
    look_at_job(cluster, seconds)
}

fn look_at_job(cluster: &mut Cluster, seconds: u64) -> Value {
    cluster.run_until(cluster.now() + Duration::from_secs(seconds)).expect("comes to rest");
    cluster.handle(Request::get("/apis/batch/v1/namespaces/default/jobs/j")).into_result().expect("a job")
}

/// The conditions of an object: type, reason, message.
fn conditions(object: &Value) -> Vec<(&str, &str, &str)> {
    let conditions = object.at("status.conditions").items().iter();
    conditions.map(|c| (c["type"].str(), c["reason"].str(), c["message"].str())).collect()
}

#[test]
fn a_pod_failure_policy_ends_its_job() {
    let mut cluster = Cluster::boot(&ClusterSpec::plain(1));
    let spec = r#"{"podFailurePolicy":{"rules":[{"action":"Ignore","onExitCodes":{"operator":"In","values":[3]}},
        {"action":"FailJob","onExitCodes":{"containerName":"c","operator":"In","values":[42]}}]}}"#;
    let job = live_job(&mut cluster, spec, "exit 42", 20);
    let (kind, reason, message) = conditions(&job).last().copied().expect("a condition");
    assert_eq!((kind, reason, job.at("status.failed").int()), ("Failed", "PodFailurePolicy", 1));
    // Texts as pod_failure_policy.go has them.
    assert!(message.starts_with("Container c for pod default/j-"), "{message}");
    assert!(message.ends_with(" failed with exit code 42 matching FailJob rule at index 1"), "{message}");
}

#[test]
fn indexes_fail_one_by_one() {
    let mut cluster = Cluster::boot(&ClusterSpec::plain(1));
    let spec = r#"{"completions":3,"parallelism":3,"completionMode":"Indexed","backoffLimitPerIndex":1}"#;
    let job = live_job(&mut cluster, spec, "test $JOB_COMPLETION_INDEX != 1", 40);
    let last = conditions(&job).last().copied();
    assert_eq!(last, Some(("Failed", "FailedIndexes", "Job has failed indexes")));
    let status = &job["status"];
    assert_eq!((status["completedIndexes"].str(), status["failedIndexes"].str()), ("0,2", "1"));
    assert_eq!((status["failed"].int(), status["succeeded"].int()), (2, 2));
}

#[test]
fn a_success_policy_ends_its_job_early() {
    let mut cluster = Cluster::boot(&ClusterSpec::plain(1));
    let spec = r#"{"completions":3,"parallelism":3,"completionMode":"Indexed",
        "successPolicy":{"rules":[{"succeededIndexes":"0,2","succeededCount":1}]}}"#;
    let job = live_job(&mut cluster, spec, "test $JOB_COMPLETION_INDEX = 2 || sleep 1000", 60);
    let ended = [
        ("SuccessCriteriaMet", "SuccessPolicy", "Matched rules at index 0"),
        ("Complete", "SuccessPolicy", "Matched rules at index 0"),
    ];
    assert_eq!(conditions(&job), ended);
    assert_eq!((job.at("status.succeeded").int(), job.at("status.failed").int()), (1, 0));
}

#[test]
fn a_deleted_pod_of_a_job_counts_as_failed_and_is_replaced_after_the_delay() {
    let mut cluster = Cluster::boot(&ClusterSpec::plain(1));
    live_job(&mut cluster, "{}", "sleep 1000", 10);
    let pods = "/api/v1/namespaces/default/pods";
    let list = cluster.handle(Request::get(pods)).into_result().expect("a list");
    let name = list["items"][0].name().to_owned();
    cluster.handle(Request::delete(format!("{pods}/{name}"), Value::Null));
    let job = look_at_job(&mut cluster, 5);
    assert_eq!((job.at("status.failed").int(), job.at("status.active").int()), (1, 0));
    let job = look_at_job(&mut cluster, 10);
    assert_eq!((job.at("status.failed").int(), job.at("status.active").int()), (1, 1));
}

#[test]
fn pods_of_a_suspended_job_do_not_count_as_failed() {
    let mut cluster = Cluster::boot(&ClusterSpec::plain(1));
    live_job(&mut cluster, "{}", "sleep 1000", 10);
    let patch = object! { "spec" => object! { "suspend" => true } };
    let url = "/apis/batch/v1/namespaces/default/jobs/j";
    let request = Request::patch(crate::client::PatchType::Merge, url, patch);
    assert_eq!(cluster.handle(request).code, 200);
    let job = look_at_job(&mut cluster, 60);
    assert_eq!((job.at("status.failed").int(), job.at("status.active").int()), (0, 0));
    assert_eq!(conditions(&job), [("Suspended", "JobSuspended", "Job suspended")]);
}
