//! Objects are created, read, updated, deleted.

use super::{MAPS, ask, config_map, err, ok, server, url};
use crate::apimachinery::{Object, Value};
use crate::client::{PatchType, Request};
use crate::{list, object};

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
