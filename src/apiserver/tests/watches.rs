//! Watches: what is there, what changes, when they end.

use super::{MAPS, config_map, ok, seen, server, url, watch};
use crate::apimachinery::Value;
use crate::client::request::WatchPoll;
use crate::client::{PatchType, Request};
use crate::object;

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
