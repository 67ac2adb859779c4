//! What the cluster starts with, and who may do what in it.

use super::pods::pod;
use super::{MAPS, config_map, err, ok, server, url, watch};
use crate::apimachinery::{Object, Value};
use crate::apiserver::ApiServer;
use crate::client::Request;
use crate::sim::Clock;
use crate::{list, object};

#[test]
fn a_clone_goes_its_own_way() {
    let mut s = server();
    ok(&mut s, Request::post(MAPS, config_map("a")));
    let mut copy = s.clone();
    ok(&mut s, Request::delete(url("a"), Value::Null));
    assert_eq!(ok(&mut copy, Request::get(url("a"))).name(), "a");
    let clock = Clock::new(copy.now());
    copy.begin_epoch(1, clock);
    let id = watch(&mut copy, Request::get(MAPS));
    assert!(id > 1 << 32);
}

#[test]
fn the_cluster_starts_with_what_the_real_one_has() {
    let mut s = server();
    let names = |s: &mut ApiServer, path: &str| -> Vec<String> {
        ok(s, Request::get(path))["items"].items().iter().map(|o| o.name().to_owned()).collect()
    };
    assert_eq!(names(&mut s, "/api/v1/namespaces"), ["default", "kube-node-lease", "kube-public", "kube-system"]);
    assert_eq!(names(&mut s, "/api/v1/services"), ["kubernetes"]);
    assert_eq!(names(&mut s, "/apis/networking.k8s.io/v1/ipaddresses"), ["10.96.0.1"]);
    assert_eq!(names(&mut s, "/apis/flowcontrol.apiserver.k8s.io/v1/flowschemas").len(), 11);
    // The first nineteen lines of `kubectl get clusterroles | head -20`.
    let roles = names(&mut s, "/apis/rbac.authorization.k8s.io/v1/clusterroles");
    let recorded = "admin cluster-admin edit system:aggregate-to-admin system:aggregate-to-edit \
        system:aggregate-to-view system:auth-delegator system:basic-user \
        system:certificates.k8s.io:certificatesigningrequests:nodeclient \
        system:certificates.k8s.io:certificatesigningrequests:selfnodeclient \
        system:certificates.k8s.io:kube-apiserver-client-approver \
        system:certificates.k8s.io:kube-apiserver-client-kubelet-approver \
        system:certificates.k8s.io:kubelet-serving-approver system:certificates.k8s.io:legacy-unknown-approver \
        system:controller:attachdetach-controller system:controller:certificate-controller \
        system:controller:clusterrole-aggregation-controller system:controller:cronjob-controller \
        system:controller:daemon-set-controller";
    assert_eq!(roles[..19].join(" "), recorded.split_whitespace().collect::<Vec<_>>().join(" "));
    let view = ok(&mut s, Request::get("/apis/rbac.authorization.k8s.io/v1/clusterroles/view"));
    assert_eq!(view["rules"].items().len(), 12);
    assert_eq!(view["rules"][3]["apiGroups"], list!["", "events.k8s.io"]);
}

#[test]
fn service_kubernetes_comes_back() {
    let mut s = server();
    ok(&mut s, Request::delete("/api/v1/namespaces/default/services/kubernetes", Value::Null));
    let due = s.next_timer().unwrap();
    assert_eq!(err(&mut s, Request::get("/api/v1/namespaces/default/services/kubernetes")).code, 404);
    s.clock.advance_to(due);
    s.tick();
    let service = ok(&mut s, Request::get("/api/v1/namespaces/default/services/kubernetes"));
    assert_eq!(service.at("spec.clusterIP").str(), "10.96.0.1");
    assert_eq!(s.next_timer(), None);
}

#[test]
fn who_is_impersonated_may_do_what_roles_allow() {
    let mut s = server();
    let bob = |request: Request| Request { as_user: "bob".to_owned(), ..request };
    let cases = [
        (
            Request::get("/api/v1/namespaces/default/pods"),
            r#"pods is forbidden: User "bob" cannot list resource "pods" in API group "" in the namespace "default""#,
        ),
        (
            Request::get("/api/v1/nodes"),
            r#"nodes is forbidden: User "bob" cannot list resource "nodes" in API group "" at the cluster scope"#,
        ),
        (
            Request::delete("/api/v1/namespaces/default/pods/web", Value::Null),
            r#"pods "web" is forbidden: User "bob" cannot delete resource "pods" in API group "" in the namespace "default""#,
        ),
    ];
    for (request, want) in cases {
        let status = err(&mut s, bob(request));
        assert_eq!((status.code, status.message.as_str()), (403, want));
    }
    let binding = object! {
        "metadata" => object! { "name" => "b" },
        "roleRef" => object! { "apiGroup" => "rbac.authorization.k8s.io", "kind" => "ClusterRole", "name" => "view" },
        "subjects" => list![object! { "apiGroup" => "rbac.authorization.k8s.io", "kind" => "User", "name" => "bob" }],
    };
    ok(&mut s, Request::post("/apis/rbac.authorization.k8s.io/v1/namespaces/default/rolebindings", binding));
    ok(&mut s, bob(Request::get("/api/v1/namespaces/default/pods")));
    assert_eq!(err(&mut s, bob(Request::get("/api/v1/namespaces/default/secrets"))).code, 403);
    assert_eq!(err(&mut s, bob(Request::get("/api/v1/namespaces/kube-system/pods"))).code, 403);
    let may = |verb: &str| {
        let wanted = object! { "verb" => verb, "resource" => "pods", "namespace" => "default" };
        object! { "spec" => object! { "resourceAttributes" => wanted } }
    };
    for (verb, want) in [("list", true), ("delete", false)] {
        let ask = Request::post("/apis/authorization.k8s.io/v1/selfsubjectaccessreviews", may(verb));
        assert_eq!(ok(&mut s, bob(ask)).at("status.allowed"), &Value::Bool(want));
    }
    let who = ok(&mut s, Request::post("/apis/authentication.k8s.io/v1/selfsubjectreviews", Value::object()));
    assert_eq!(who.at("status.userInfo.username").str(), "kubernetes-admin");
    assert_eq!(who.at("status.userInfo.groups"), &list!["system:masters", "system:authenticated"]);
}

#[test]
fn a_namespace_ends_when_its_finalizers_do() {
    let mut s = server();
    let made = ok(&mut s, Request::post("/api/v1/namespaces", object! { "metadata" => object! { "name" => "n" } }));
    assert_eq!(made.name(), "n");
    let mut whole = made.clone();
    whole.set("spec.finalizers", list!["kubernetes"]);
    s.store_mut().put("namespaces", "n", whole);
    let ending = ok(&mut s, Request::delete("/api/v1/namespaces/n", Value::Null));
    assert_eq!(ending.at("status.phase").str(), "Terminating");
    assert!(ending.is_terminating() && ending.at("metadata.deletionGracePeriodSeconds").is_null());
    assert_eq!(
        err(&mut s, Request::post("/api/v1/namespaces/n/pods", pod("late"))).message,
        "pods \"late\" is forbidden: unable to create new content in namespace n because it is being terminated"
    );
    let mut done = ending.clone();
    done.set("spec.finalizers", Value::Null);
    ok(&mut s, Request::put("/api/v1/namespaces/n/finalize", done));
    assert_eq!(err(&mut s, Request::get("/api/v1/namespaces/n")).message, r#"namespaces "n" not found"#);
    assert_eq!(
        err(&mut s, Request::post("/api/v1/namespaces/n/pods", pod("late"))).message,
        r#"namespaces "n" not found"#
    );
    assert_eq!(
        err(&mut s, Request::delete("/api/v1/namespaces/default", Value::Null)).message,
        r#"namespaces "default" is forbidden: this namespace may not be deleted"#
    );
}
