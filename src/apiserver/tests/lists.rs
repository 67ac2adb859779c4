//! Lists, collections and tables.

use super::{MAPS, config_map, err, ok, server};
use crate::apimachinery::{Object, Value};
use crate::client::{Accept, Request};

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
