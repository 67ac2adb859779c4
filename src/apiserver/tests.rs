//! The server as its clients see it: bodies and texts from recorded requests (`701-raw-api`) and transcripts.

use super::proxy::NoNodes;
use super::{ApiServer, Config};
use crate::apimachinery::{Object, Status, Time, Value};
use crate::client::request::{ReplyBody, WatchPoll};
use crate::client::{Accept, PatchType, Reply, Request};
use crate::sim::{Clock, Rng};
use crate::{list, object};

/// A server as it starts.
fn server() -> ApiServer {
    let clock = Clock::new(Time::parse_rfc3339("2026-11-23T12:00:00Z").unwrap());
    ApiServer::new(clock, Rng::new(1), Config::default())
}

/// A server in whose default namespace pods can be made: the account is there that a controller would make.
fn server_for_pods() -> ApiServer {
    let mut s = server();
    let account = object! { "metadata" => object! { "name" => "default" } };
    ok(&mut s, Request::post("/api/v1/namespaces/default/serviceaccounts", account));
    s
}

fn ask(server: &mut ApiServer, request: Request) -> Reply {
    server.handle(request, &mut NoNodes)
}

fn ok(server: &mut ApiServer, request: Request) -> Value {
    ask(server, request).into_result().unwrap()
}

fn err(server: &mut ApiServer, request: Request) -> Status {
    ask(server, request).into_result().unwrap_err()
}

fn watch(server: &mut ApiServer, request: Request) -> u64 {
    match ask(server, request.query("watch", "true")).body {
        ReplyBody::Watch(id) => id,
        other => panic!("{other:?}"),
    }
}

fn seen(poll: &WatchPoll) -> Vec<String> {
    poll.events.iter().map(|e| format!("{} {}", e.kind, e.object.name())).collect()
}

const MAPS: &str = "/api/v1/namespaces/default/configmaps";

fn config_map(name: &str) -> Value {
    object! { "apiVersion" => "v1", "kind" => "ConfigMap", "metadata" => object! { "name" => name },
    "data" => object! { "a" => "1" } }
}

fn url(name: &str) -> String {
    format!("{MAPS}/{name}")
}

#[test]
fn objects_are_created_once_and_read_back() {
    let mut s = server();
    let before = s.store().revision();
    let made = ok(&mut s, Request::post(MAPS, config_map("c")));
    assert_eq!((made.name(), made.namespace(), made.resource_version()), ("c", "default", before + 1));
    assert_eq!(made["metadata"]["creationTimestamp"].str(), "2026-11-23T12:00:00Z");
    assert_eq!(ok(&mut s, Request::get(url("c"))), made);
    let again = err(&mut s, Request::post(MAPS, config_map("c")));
    assert_eq!((again.code, again.message.as_str()), (409, r#"configmaps "c" already exists"#));
    assert_eq!(again.details, object! { "name" => "c", "kind" => "configmaps" });
    let generated = object! { "metadata" => object! { "generateName" => "x-" } };
    let name = ok(&mut s, Request::post(MAPS, generated))["metadata"]["name"].str().to_owned();
    assert!(name.starts_with("x-") && name.len() == 7, "{name}");
}

#[test]
fn an_update_without_change_keeps_the_revision_and_a_stale_one_conflicts() {
    let mut s = server();
    let made = ok(&mut s, Request::post(MAPS, config_map("c")));
    assert_eq!(ok(&mut s, Request::put(url("c"), config_map("c"))), made);
    let mut changed = made.clone();
    changed.set("data.a", "2");
    let stored = ok(&mut s, Request::put(url("c"), changed.clone()));
    assert_eq!(stored.resource_version(), made.resource_version() + 1);
    changed.set("data.a", "3");
    assert_eq!(
        err(&mut s, Request::put(url("c"), changed)).message,
        "Operation cannot be fulfilled on configmaps \"c\": the object has been modified; please apply your changes to \
         the latest version and try again"
    );
    assert_eq!(
        err(&mut s, Request::put(url("d"), config_map("c"))).message,
        "the name of the object (c) does not match the name on the URL (d)"
    );
}

#[test]
fn lists_are_limited_selected_and_continued() {
    let mut s = server();
    for name in ["a", "b", "c"] {
        ok(&mut s, Request::post(MAPS, config_map(name)));
    }
    let first = ok(&mut s, Request::get(MAPS).query("limit", "2"));
    assert_eq!((first["items"].items().len(), first.at("metadata.remainingItemCount").int()), (2, 1));
    assert_eq!(first["kind"].str(), "ConfigMapList");
    let token = first.at("metadata.continue").str();
    let rest = ok(&mut s, Request::get(MAPS).query("limit", "2").query("continue", token));
    assert_eq!(rest["items"][0].name(), "c");
    assert!(rest.at("metadata.continue").is_null());
    let one = ok(&mut s, Request::get(MAPS).query("fieldSelector", "metadata.name=b"));
    assert_eq!(one["items"].items().len(), 1);
    let cases = [
        ("limit", "abc", "strconv.ParseInt: parsing \"abc\": invalid syntax"),
        ("labelSelector", "a b", "unable to parse requirement: found 'b', expected: in, notin, =, ==, !=, gt, lt"),
    ];
    for (name, value, want) in cases {
        assert_eq!(err(&mut s, Request::get(MAPS).query(name, value)).message, want);
    }
    let large = err(&mut s, Request::get(MAPS).query("resourceVersion", "99999999"));
    let want = format!("Timeout: Too large resource version: 99999999, current: {}", s.store().revision());
    assert_eq!((large.code, large.message), (504, want));
}

#[test]
fn a_watch_sees_what_is_there_then_what_changes() {
    let mut s = server();
    let now = ok(&mut s, Request::post(MAPS, config_map("a")))["metadata"]["resourceVersion"].str().to_owned();
    let all = watch(&mut s, Request::get(MAPS));
    let from = watch(&mut s, Request::get(MAPS).query("resourceVersion", now.as_str()));
    let labelled =
        watch(&mut s, Request::get(MAPS).query("resourceVersion", now.as_str()).query("labelSelector", "x=y"));
    let label = |v: Value| object! { "metadata" => object! { "labels" => object! { "x" => v } } };
    ok(&mut s, Request::patch(PatchType::Merge, url("a"), label("y".into())));
    ok(&mut s, Request::patch(PatchType::Merge, url("a"), label(Value::Null)));
    ok(&mut s, Request::delete(url("a"), Value::Null));
    assert_eq!(seen(&s.poll_watch(all)), ["ADDED a", "MODIFIED a", "MODIFIED a", "DELETED a"]);
    assert_eq!(seen(&s.poll_watch(from)), ["MODIFIED a", "MODIFIED a", "DELETED a"]);
    assert_eq!(seen(&s.poll_watch(labelled)), ["ADDED a", "DELETED a"]);
    assert_eq!(s.poll_watch(all), WatchPoll::default());
}

#[test]
fn initial_events_end_with_a_bookmark_and_old_revisions_are_gone() {
    let mut s = server();
    ok(&mut s, Request::post(MAPS, config_map("a")));
    let request = Request::get(MAPS).query("sendInitialEvents", "true").query("allowWatchBookmarks", "true");
    let id = watch(&mut s, request);
    let poll = s.poll_watch(id);
    assert_eq!(seen(&poll), ["ADDED a", "BOOKMARK "]);
    assert_eq!(poll.events[1].object["metadata"]["annotations"]["k8s.io/initial-events-end"].str(), "true");
    let now = s.store().revision();
    s.store_mut().compact(now);
    let id = watch(&mut s, Request::get(MAPS).query("resourceVersion", "1"));
    let poll = s.poll_watch(id);
    assert!(poll.closed);
    assert_eq!(poll.events[0].object["message"].str(), format!("too old resource version: 1 ({now})"));
    assert_eq!(poll.events[0].object["code"].int(), 410);
    assert_eq!(s.poll_watch(id).events[0].object["reason"].str(), "Expired");
}

#[test]
fn deletion_honours_preconditions_and_answers_a_status() {
    let mut s = server();
    let uid = ok(&mut s, Request::post(MAPS, config_map("c"))).uid().to_owned();
    let wrong = object! { "preconditions" => object! { "uid" => "wrong" } };
    let status = err(&mut s, Request::delete(url("c"), wrong));
    assert_eq!(
        status.message,
        format!(
            "Operation cannot be fulfilled on ConfigMap \"c\": the UID in the precondition (wrong) does not match the \
             UID in record ({uid}). The object might have been deleted and then recreated"
        )
    );
    assert_eq!(status.details, object! { "name" => "c", "kind" => "ConfigMap" });
    let gone = ok(&mut s, Request::delete(url("c"), Value::Null));
    assert_eq!(gone["status"].str(), "Success");
    assert_eq!(gone["details"], object! { "name" => "c", "kind" => "configmaps", "uid" => uid });
    assert_eq!(err(&mut s, Request::get(url("c"))).message, r#"configmaps "c" not found"#);
}

#[test]
fn finalizers_hold_a_deleted_object() {
    let mut s = server();
    let mut map = config_map("c");
    map.set("metadata.finalizers", list!["example.com/x"]);
    ok(&mut s, Request::post(MAPS, map));
    let held = ok(&mut s, Request::delete(url("c"), Value::Null));
    assert_eq!(held["metadata"]["deletionTimestamp"].str(), "2026-11-23T12:00:00Z");
    assert_eq!(held["metadata"]["deletionGracePeriodSeconds"], Value::Int(0));
    let free = object! { "metadata" => object! { "finalizers" => Value::Null } };
    ok(&mut s, Request::patch(PatchType::Merge, url("c"), free));
    assert_eq!(err(&mut s, Request::get(url("c"))).code, 404);
}

#[test]
fn collections_are_deleted_by_selector() {
    let mut s = server();
    for name in ["a", "b"] {
        ok(&mut s, Request::post(MAPS, config_map(name)));
    }
    let none = ok(&mut s, Request::delete(MAPS, Value::Null).query("labelSelector", "x=y"));
    assert_eq!(none["items"].items().len(), 0);
    let all = ok(&mut s, Request::delete(MAPS, Value::Null));
    assert_eq!((all["kind"].str(), all["items"].items().len()), ("ConfigMapList", 2));
    assert_eq!(s.store().list("configmaps", "default").count(), 0);
}

#[test]
fn a_dry_run_writes_nothing() {
    let mut s = server();
    let before = s.store().revision();
    let made = ok(&mut s, Request::post(MAPS, config_map("x")).query("dryRun", "All"));
    assert_eq!(made.name(), "x");
    assert_eq!((s.store().list("configmaps", "default").count(), s.store().revision()), (0, before));
    assert_eq!(
        err(&mut s, Request::post(MAPS, config_map("x")).query("dryRun", "Foo")).message,
        r#"CreateOptions.meta.k8s.io "" is invalid: dryRun: Unsupported value: ["Foo"]: supported values: "All""#
    );
}

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
fn tables_carry_rows_with_metadata() {
    let mut s = server();
    ok(&mut s, Request::post(MAPS, config_map("a")));
    let table = ok(&mut s, Request::get(MAPS).accept(Accept::Table));
    assert_eq!((table["kind"].str(), table["apiVersion"].str()), ("Table", "meta.k8s.io/v1"));
    assert_eq!(table["columnDefinitions"][0]["name"].str(), "Name");
    let row = &table["rows"][0];
    assert_eq!(row["cells"][0].str(), "a");
    assert_eq!((row["object"]["kind"].str(), row["object"].name()), ("PartialObjectMetadata", "a"));
    let bare = ok(&mut s, Request::get(MAPS).accept(Accept::Table).query("includeObject", "None"));
    assert!(bare["rows"][0]["object"].is_null());
}

#[test]
fn unknown_paths_and_methods_are_told_apart() {
    let mut s = server();
    let nothing = "the server could not find the requested resource";
    for path in ["/api/v1/nosuch", "/api/v2", "/api/v1/namespaces/default/configmaps/c/nosuch"] {
        let status = err(&mut s, Request::get(path));
        assert_eq!((status.code, status.message.as_str(), status.details), (404, nothing, Value::object()), "{path}");
    }
    for path in ["/nosuch", "/apis/nosuch", "/apis/nosuch/v1/things"] {
        let reply = ask(&mut s, Request::get(path));
        assert_eq!((reply.code, reply.body), (404, ReplyBody::Text("404 page not found\n".to_owned())), "{path}");
    }
    let status = err(&mut s, Request::post("/api/v1/namespaces/default/configmaps/c", config_map("c")));
    assert_eq!((status.code, status.reason), (405, "MethodNotAllowed"));
    let groups = ok(&mut s, Request::get("/apis"));
    assert_eq!(groups["groups"][0]["name"].str(), "apiregistration.k8s.io");
    let core = ok(&mut s, Request::get("/api/v1"));
    assert_eq!(core["resources"][0]["name"].str(), "bindings");
    let all = ok(&mut s, Request::get("/apis").accept(Accept::Discovery));
    assert_eq!(all["items"][1]["versions"][0]["resources"][2]["subresources"][0]["subresource"].str(), "scale");
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

const PODS: &str = "/api/v1/namespaces/default/pods";

fn pod(name: &str) -> Value {
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

#[test]
fn server_side_apply_creates_and_merges_and_needs_a_manager() {
    let mut s = server();
    let body = object! { "apiVersion" => "v1", "kind" => "ConfigMap", "metadata" => object! { "name" => "ssa" },
    "data" => object! { "q" => "r" } };
    let apply = |body: Value| Request::patch(PatchType::Apply, url("ssa"), body);
    assert_eq!(
        err(&mut s, apply(body.clone())).message,
        "PatchOptions.meta.k8s.io \"\" is invalid: fieldManager: Required value: is required for apply patch"
    );
    assert_eq!(ask(&mut s, apply(body.clone()).query("fieldManager", "x")).code, 201);
    let mut more = body;
    more.set("data", object! { "s" => "t" });
    let merged = ok(&mut s, apply(more.clone()).query("fieldManager", "y"));
    assert_eq!(merged["data"], object! { "q" => "r", "s" => "t" });
    // What a manager gives up and nobody else owns goes.
    let merged = ok(&mut s, apply(more.clone()).query("fieldManager", "x"));
    assert_eq!(merged["data"], object! { "s" => "t" });
    // As recorded in 203-err-more.
    more.set("data", object! { "s" => "u" });
    let refused = err(&mut s, apply(more.clone()).query("fieldManager", "z"));
    assert_eq!(
        (refused.code, refused.message.as_str()),
        (409, "Apply failed with 2 conflicts: conflicts with \"x\":\n- .data.s\nconflicts with \"y\":\n- .data.s")
    );
    more.remove("data");
    more.set("data", object! { "q" => "new" });
    ok(&mut s, apply(more.clone()).query("fieldManager", "z"));
    more.set("data", object! { "q" => "other" });
    let refused = err(&mut s, apply(more.clone()).query("fieldManager", "x"));
    assert_eq!(refused.message, "Apply failed with 1 conflict: conflict with \"z\": .data.q");
    let forced = ok(&mut s, apply(more).query("fieldManager", "x").query("force", "true"));
    assert_eq!(forced.at("data.q").str(), "other");
}

/// `cargo test --profile fast --lib apiserver::tests::speed -- --ignored --nocapture`
#[test]
#[ignore = "a measurement"]
#[allow(clippy::disallowed_types)]
fn speed() {
    let mut s = server_for_pods();
    let id = watch(&mut s, Request::get(PODS));
    let start = std::time::Instant::now();
    let paths: Vec<String> = (0..1000).map(|i| format!("{PODS}/p{i}")).collect();
    for i in 0..1000 {
        ok(&mut s, Request::post(PODS, pod(&format!("p{i}"))));
    }
    let created = start.elapsed();
    for round in 0..10 {
        for path in &paths {
            let mut p = ok(&mut s, Request::get(path.as_str()));
            p.set("status.phase", "Running");
            p.set("status.podIP", format!("10.0.0.{round}"));
            ok(&mut s, Request::put(format!("{path}/status"), p));
        }
        s.poll_watch(id);
    }
    let all = start.elapsed();
    println!("1,000 creates {created:?}; 10,000 gets and status updates {:?}", all - created);
}

#[test]
fn a_custom_kind_is_served_while_its_definition_is() {
    let mut s = server();
    // From transcript 601.
    let definition = r#"{"apiVersion":"apiextensions.k8s.io/v1","kind":"CustomResourceDefinition",
        "metadata":{"name":"crontabs.stable.example.com"},"spec":{"group":"stable.example.com","scope":"Namespaced",
        "names":{"plural":"crontabs","singular":"crontab","kind":"CronTab","shortNames":["ct"]},
        "versions":[{"name":"v1","served":true,"storage":true,"schema":{"openAPIV3Schema":{"type":"object",
        "properties":{"spec":{"type":"object","required":["image"],"properties":{"cronSpec":{"type":"string"},
        "image":{"type":"string"},"replicas":{"type":"integer","minimum":1}}}}}},
        "additionalPrinterColumns":[{"name":"Spec","type":"string","jsonPath":".spec.cronSpec"},
        {"name":"Replicas","type":"integer","jsonPath":".spec.replicas"},
        {"name":"Age","type":"date","jsonPath":".metadata.creationTimestamp"}]}]}}"#;
    let path = "/apis/stable.example.com/v1/namespaces/default/crontabs";
    let definitions = "/apis/apiextensions.k8s.io/v1/customresourcedefinitions";
    let tab = |spec: &str| {
        Value::from_json(&format!(
            r#"{{"apiVersion":"stable.example.com/v1","kind":"CronTab","metadata":{{"name":"my-ct"}},"spec":{spec}}}"#
        ))
        .unwrap()
    };
    ok(&mut s, Request::post(definitions, Value::from_json(definition).unwrap()));
    let made = ok(&mut s, Request::post(path, tab(r#"{"cronSpec":"* * * * */5","image":"img"}"#)));
    assert_eq!(made.generation(), 1);
    let strict =
        Request::post(path, tab(r#"{"cronSpec":5,"replicas":0,"foo":"bar"}"#)).query("fieldValidation", "Strict");
    assert_eq!(
        err(&mut s, strict).message,
        "CronTab in version \"v1\" cannot be handled as a CronTab: strict decoding error: unknown field \"spec.foo\""
    );
    let object = format!("{path}/my-ct");
    let patch = object! { "spec" => object! { "replicas" => 3 } };
    assert_eq!(ok(&mut s, Request::patch(PatchType::Merge, object.as_str(), patch.clone())).generation(), 2);
    assert_eq!(err(&mut s, Request::patch(PatchType::Strategic, object.as_str(), patch)).code, 415);
    let table = ok(&mut s, Request::get(path).accept(Accept::Table));
    assert_eq!(table["rows"][0]["cells"], list!["my-ct", "* * * * */5", 3, "0s"]);
    let core = ok(&mut s, Request::get("/apis/stable.example.com/v1"));
    assert_eq!(core["resources"][0]["shortNames"], list!["ct"]);
    ok(&mut s, Request::delete(format!("{definitions}/crontabs.stable.example.com"), Value::Null));
    assert_eq!(ask(&mut s, Request::get(path)).code, 404);
    assert_eq!(s.store().count("crontabs.stable.example.com"), 0);
}

#[test]
fn openapi_tells_what_clients_look_for() {
    let mut s = server();
    let index = ok(&mut s, Request::get("/openapi/v3"));
    assert!(index["paths"]["apis/apps/v1"]["serverRelativeURL"].str().starts_with("/openapi/v3/apis/apps/v1?hash="));
    let core = ok(&mut s, Request::get("/openapi/v3/api/v1"));
    let pod = &core["components"]["schemas"]["io.k8s.api.core.v1.Pod"];
    assert_eq!(pod["x-kubernetes-group-version-kind"][0]["kind"].str(), "Pod");
    let spec = &core["components"]["schemas"]["io.k8s.api.core.v1.PodSpec"];
    assert_eq!(spec["required"], list!["containers"]);
    assert_eq!(spec["properties"]["containers"]["x-kubernetes-patch-merge-key"].str(), "name");
    let patch = &core["paths"]["/api/v1/namespaces/{namespace}/pods/{name}"]["patch"];
    assert!(patch["parameters"].items().iter().any(|p| p["name"].str() == "fieldValidation"));
    assert_eq!(ask(&mut s, Request::get("/openapi/v3/apis/nosuch/v1")).code, 404);
}

#[test]
fn a_watch_ends_when_its_time_is_over() {
    let mut s = server();
    let id = watch(&mut s, Request::get(MAPS).query("timeoutSeconds", "2"));
    assert!(!s.poll_watch(id).closed);
    let end = s.next_timer().unwrap();
    assert_eq!(end.rfc3339(), "2026-11-23T12:00:02Z");
    s.clock.advance_to(end);
    s.tick();
    assert_eq!(s.next_timer(), None);
    assert!(s.poll_watch(id).closed);
}
