//! The server as its clients see it: bodies and texts from recorded requests (`701-raw-api`) and transcripts.

use super::proxy::NoNodes;
use super::{ApiServer, Config};
use crate::apimachinery::{Object, Status, Time, Value};
use crate::client::request::{ReplyBody, WatchPoll};
use crate::client::{Accept, PatchType, Reply, Request};
use crate::sim::{Clock, Rng};
use crate::{list, object};

/// A server with namespace `default` and nothing else.
fn server() -> ApiServer {
    let clock = Clock::new(Time::parse_rfc3339("2026-11-23T12:00:00Z").unwrap());
    let mut server = ApiServer::new(clock, Rng::new(1), Config::default());
    let namespace = object! { "kind" => "Namespace", "apiVersion" => "v1",
    "metadata" => object! { "name" => "default" }, "spec" => object! { "finalizers" => list!["kubernetes"] } };
    server.store_mut().put("namespaces", "default", namespace);
    server
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
    let made = ok(&mut s, Request::post(MAPS, config_map("c")));
    assert_eq!((made.name(), made.namespace(), made.resource_version()), ("c", "default", 2));
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
    assert_eq!(stored.resource_version(), 3);
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
    assert_eq!(
        (large.code, large.message.as_str()),
        (504, "Timeout: Too large resource version: 99999999, current: 4")
    );
}

#[test]
fn a_watch_sees_what_is_there_then_what_changes() {
    let mut s = server();
    ok(&mut s, Request::post(MAPS, config_map("a")));
    let all = watch(&mut s, Request::get(MAPS));
    let from = watch(&mut s, Request::get(MAPS).query("resourceVersion", "2"));
    let labelled = watch(&mut s, Request::get(MAPS).query("resourceVersion", "2").query("labelSelector", "x=y"));
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
    s.store_mut().compact(2);
    let id = watch(&mut s, Request::get(MAPS).query("resourceVersion", "1"));
    let poll = s.poll_watch(id);
    assert!(poll.closed);
    assert_eq!(poll.events[0].object["message"].str(), "too old resource version: 1 (2)");
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
    assert_eq!(s.store().count("configmaps"), 0);
}

#[test]
fn a_dry_run_writes_nothing() {
    let mut s = server();
    let before = s.store().revision();
    let made = ok(&mut s, Request::post(MAPS, config_map("x")).query("dryRun", "All"));
    assert_eq!(made.name(), "x");
    assert_eq!((s.store().count("configmaps"), s.store().revision()), (0, before));
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
