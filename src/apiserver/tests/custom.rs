//! Kinds that users define: scale, server-side apply. Models what `apiextensions-apiserver` does with them.

use super::{MAPS, ask, config_map, err, ok, server, url};
use crate::apimachinery::Value;
use crate::apiserver::ApiServer;
use crate::client::{PatchType, Request};
use crate::object;

const DEFINITION: &str = r#"{"apiVersion":"apiextensions.k8s.io/v1","kind":"CustomResourceDefinition",
    "metadata":{"name":"books.example.com"},"spec":{"group":"example.com","scope":"Namespaced",
    "names":{"plural":"books","kind":"Book"},"versions":[{"name":"v1","served":true,"storage":true,
    "subresources":{"scale":{"specReplicasPath":".spec.copies","statusReplicasPath":".status.copies"}},
    "schema":{"openAPIV3Schema":{"type":"object","properties":{"spec":{"type":"object","properties":{
    "copies":{"type":"integer","maximum":10},
    "tags":{"type":"array","items":{"type":"string"},"x-kubernetes-list-type":"set"},
    "authors":{"type":"array","x-kubernetes-list-type":"map","x-kubernetes-list-map-keys":["name"],"items":{"type":"object",
    "required":["name"],"properties":{"name":{"type":"string"},"year":{"type":"integer"}}}}}}}}}}]}}"#;
const BOOK: &str = "/apis/example.com/v1/namespaces/default/books/b";

fn json(text: &str) -> Value {
    Value::from_json(text).unwrap()
}

fn with_books() -> ApiServer {
    let mut s = server();
    ok(&mut s, Request::post("/apis/apiextensions.k8s.io/v1/customresourcedefinitions", json(DEFINITION)));
    s
}

fn applied(s: &mut ApiServer, manager: &str, spec: &str) -> Value {
    let body = format!(r#"{{"apiVersion":"example.com/v1","kind":"Book","metadata":{{"name":"b"}},"spec":{spec}}}"#);
    ok(s, Request::patch(PatchType::Apply, BOOK, json(&body)).query("fieldManager", manager))
}

#[test]
fn scale_reads_and_writes_where_the_definition_says() {
    let mut s = with_books();
    applied(&mut s, "a", r#"{"tags":["x"]}"#);
    let scale = format!("{BOOK}/scale");
    let unset = err(&mut s, Request::get(scale.clone()));
    assert_eq!(unset.message, r#"Internal error occurred: the spec replicas field ".spec.copies" does not exist"#);
    let to = |n: i64| object! { "spec" => object! { "replicas" => n } };
    let scaled = ok(&mut s, Request::patch(PatchType::Merge, scale.clone(), to(3)));
    assert_eq!(scaled["spec"].to_string(), r#"{"replicas":3}"#);
    assert_eq!(ok(&mut s, Request::get(BOOK))["spec"].to_string(), r#"{"copies":3,"tags":["x"]}"#);
    let refused = err(&mut s, Request::patch(PatchType::Merge, scale, to(30)));
    assert!(refused.message.contains("spec.copies in body should be less than or equal to 10"), "{}", refused.message);
}

#[test]
fn lists_of_custom_kinds_merge_by_what_their_schema_says() {
    let mut s = with_books();
    applied(&mut s, "a", r#"{"tags":["x"],"authors":[{"name":"m","year":1}]}"#);
    let both = applied(&mut s, "b", r#"{"tags":["y"],"authors":[{"name":"i","year":2}]}"#);
    let spec = &both["spec"];
    assert_eq!((spec["tags"].items().len(), spec["authors"].items().len()), (2, 2), "{spec}");
    let entry = both.at("metadata.managedFields").items().iter().find(|e| e["manager"].str() == "b").unwrap();
    let want =
        r#"{"f:spec":{"f:authors":{"k:{\"name\":\"i\"}":{".":{},"f:name":{},"f:year":{}}},"f:tags":{"v:\"y\"":{}}}}"#;
    assert_eq!(entry["fieldsV1"], json(want));
    let less = applied(&mut s, "b", r#"{"tags":["y"]}"#);
    assert_eq!(less.at("spec.authors").to_string(), r#"[{"name":"m","year":1}]"#);
}

/// What is read into a Go type is of that type.
#[test]
fn a_patch_changes_no_kind() {
    let mut s = server();
    ok(&mut s, Request::post(MAPS, config_map("c")));
    let patch = |kind| Request::patch(kind, url("c"), object! { "kind" => "Pod" });
    let same = ok(&mut s, patch(PatchType::Strategic));
    assert_eq!((same["kind"].str(), same["apiVersion"].str()), ("ConfigMap", "v1"));
    let refused = ask(&mut s, patch(PatchType::Merge)).into_result().unwrap_err();
    assert!(
        refused.message.ends_with("converting (v1.Pod) to (core.ConfigMap): unknown conversion"),
        "{}",
        refused.message
    );
}
