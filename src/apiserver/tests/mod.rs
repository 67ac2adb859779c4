//! The server as its clients see it: bodies and texts from recorded requests (`701-raw-api`) and transcripts.

mod cluster;
mod custom;
mod discovery;
mod lists;
mod objects;
mod pods;
mod watches;

use super::proxy::NoNodes;
use super::{ApiServer, Config};
use crate::apimachinery::{Object, Status, Time, Value};
use crate::client::request::{ReplyBody, WatchPoll};
use crate::client::{Reply, Request};
use crate::object;
use crate::sim::{Clock, Rng};
use pods::pod;

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

const PODS: &str = "/api/v1/namespaces/default/pods";

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
