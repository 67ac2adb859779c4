//! Subresources: bindings, scale, evictions.

use super::{PODS, err, ok, server, server_for_pods};
use crate::apimachinery::{Object, Value};
use crate::client::{PatchType, Request};
use crate::{list, object};

pub(super) fn pod(name: &str) -> Value {
    let container = object! { "name" => "c", "image" => "nginx" };
    object! { "apiVersion" => "v1", "kind" => "Pod", "metadata" => object! { "name" => name },
    "spec" => object! { "containers" => list![container] } }
}

#[test]
fn a_pod_is_bound_once() {
    let mut s = server_for_pods();
    ok(&mut s, Request::post(PODS, pod("p")));
    let binding = |node: &str| {
        object! { "apiVersion" => "v1", "kind" => "Binding", "metadata" => object! { "name" => "p" },
        "target" => object! { "kind" => "Node", "name" => node } }
    };
    let path = format!("{PODS}/p/binding");
    let done = ok(&mut s, Request::post(path.as_str(), binding("node-2")));
    assert_eq!((done["status"].str(), done["code"].int()), ("Success", 201));
    let bound = ok(&mut s, Request::get(format!("{PODS}/p")));
    assert_eq!(bound.at("spec.nodeName").str(), "node-2");
    assert_eq!(bound["status"]["conditions"][0]["type"].str(), "PodScheduled");
    let status = err(&mut s, Request::post(path.as_str(), binding("node-1")));
    assert_eq!(
        status.message,
        r#"Operation cannot be fulfilled on pods/binding "p": pod p is already assigned to node "node-2""#
    );
    assert_eq!(status.details, object! { "name" => "p", "kind" => "pods/binding" });
}

#[test]
fn scale_is_read_and_written() {
    let mut s = server();
    let template =
        object! { "metadata" => object! { "labels" => object! { "a" => "b" } }, "spec" => pod("x")["spec"].clone() };
    let spec = object! { "replicas" => 1, "selector" => object! { "matchLabels" => object! { "a" => "b" } },
    "template" => template };
    let d = object! { "metadata" => object! { "name" => "d" }, "spec" => spec };
    let made = ok(&mut s, Request::post("/apis/apps/v1/namespaces/default/deployments", d));
    let path = "/apis/apps/v1/namespaces/default/deployments/d/scale";
    let scale = ok(&mut s, Request::get(path));
    assert_eq!((scale["kind"].str(), scale["apiVersion"].str()), ("Scale", "autoscaling/v1"));
    assert_eq!(scale["spec"], object! { "replicas" => 1 });
    assert_eq!(scale["status"], object! { "replicas" => 0, "selector" => "a=b" });
    assert_eq!(scale.uid(), made.uid());
    let wanted = object! { "apiVersion" => "autoscaling/v1", "kind" => "Scale",
    "metadata" => object! { "name" => "d", "namespace" => "default" }, "spec" => object! { "replicas" => 2 } };
    assert_eq!(ok(&mut s, Request::put(path, wanted))["spec"], object! { "replicas" => 2 });
    let patch = object! { "spec" => object! { "replicas" => 3 } };
    ok(&mut s, Request::patch(PatchType::Merge, path, patch));
    let stored = ok(&mut s, Request::get("/apis/apps/v1/namespaces/default/deployments/d"));
    assert_eq!(stored.at("spec.replicas").int(), 3);
}

#[test]
fn evictions_heed_budgets() {
    let mut s = server_for_pods();
    let mut p = pod("p");
    p.set("metadata.labels.app", "web");
    ok(&mut s, Request::post(PODS, p));
    let mut running = ok(&mut s, Request::get(format!("{PODS}/p")));
    running.set("status.phase", "Running");
    running.set("status.conditions", list![object! { "type" => "Ready", "status" => "True" }]);
    ok(&mut s, Request::put(format!("{PODS}/p/status"), running));
    let selector = object! { "matchLabels" => object! { "app" => "web" } };
    let budget = object! { "metadata" => object! { "name" => "b" },
    "spec" => object! { "minAvailable" => 1, "selector" => selector } };
    ok(&mut s, Request::post("/apis/policy/v1/namespaces/default/poddisruptionbudgets", budget));
    let mut budget = ok(&mut s, Request::get("/apis/policy/v1/namespaces/default/poddisruptionbudgets/b"));
    budget.set(
        "status",
        object! { "observedGeneration" => 1, "currentHealthy" => 1, "desiredHealthy" => 1,
        "expectedPods" => 1, "disruptionsAllowed" => 0 },
    );
    ok(&mut s, Request::put("/apis/policy/v1/namespaces/default/poddisruptionbudgets/b/status", budget));
    let eviction =
        object! { "apiVersion" => "policy/v1", "kind" => "Eviction", "metadata" => object! { "name" => "p" } };
    let refused = err(&mut s, Request::post(format!("{PODS}/p/eviction"), eviction.clone()));
    assert_eq!(
        (refused.code, refused.message.as_str()),
        (429, "Cannot evict pod as it would violate the pod's disruption budget.")
    );
    ok(&mut s, Request::delete("/apis/policy/v1/namespaces/default/poddisruptionbudgets/b", Value::Null));
    assert_eq!(ok(&mut s, Request::post(format!("{PODS}/p/eviction"), eviction))["status"].str(), "Success");
}

/// A patch of `/scale` that changes nothing is a change all the same: the replica count leaves the entry of who wrote it
/// with the workload. As recorded in 304-apply-patch, where kubectl says `patched`.
#[test]
fn scale_takes_the_replica_count_from_who_owned_it() {
    let mut s = server();
    let spec = object! { "replicas" => 2, "selector" => object! { "matchLabels" => object! { "a" => "b" } },
    "template" => object! { "metadata" => object! { "labels" => object! { "a" => "b" } }, "spec" => pod("x")["spec"].clone() } };
    let d = object! { "metadata" => object! { "name" => "d" }, "spec" => spec };
    let path = "/apis/apps/v1/namespaces/default/deployments";
    ok(&mut s, Request::post(path, d).query("fieldManager", "kubectl-create"));
    let mut scaled = |replicas: i64| {
        let patch = object! { "spec" => object! { "replicas" => replicas } };
        let request = Request::patch(PatchType::Merge, format!("{path}/d/scale"), patch);
        let version = ok(&mut s, request.query("fieldManager", "k"))["metadata"]["resourceVersion"].clone();
        let managed = ok(&mut s, Request::get(format!("{path}/d"))).at("metadata.managedFields").clone();
        let replicas = object! { "f:spec" => object! { "f:replicas" => Value::object() } };
        let owner = managed.items().iter().find(|e| e["fieldsV1"] == replicas).unwrap().clone();
        assert!(owner["time"].is_null());
        (version, owner["manager"].str().to_owned(), owner["subresource"].str().to_owned())
    };
    let first = scaled(2);
    assert_eq!((first.1.as_str(), first.2.as_str()), ("kubectl-create", ""));
    assert_eq!(scaled(2), first);
    let changed = scaled(3);
    assert_eq!((changed.1.as_str(), changed.2.as_str()), ("k", "scale"));
}
