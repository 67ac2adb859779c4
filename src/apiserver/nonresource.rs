//! Paths that are not resources: version, health, the index, OpenAPI. Models `apiserver/pkg/server/{routes,healthz}`.

use super::{ApiServer, discovery, openapi};
use crate::apimachinery::{Status, Value};
use crate::client::request::ReplyBody;
use crate::client::{Method, Reply, Request};

/// `/version`, as the real server of this version prints it.
const VERSION: &str = r#"{
  "major": "1",
  "minor": "36",
  "emulationMajor": "1",
  "emulationMinor": "36",
  "minCompatibilityMajor": "1",
  "minCompatibilityMinor": "35",
  "gitVersion": "v1.36.2",
  "gitCommit": "98b35193b2ac7a23a673325f5e9b830ecd5ba406",
  "gitTreeState": "clean",
  "buildDate": "2026-06-09T10:00:00Z",
  "goVersion": "go1.26.4",
  "compiler": "gc",
  "platform": "linux/amd64"
}"#;

/// The checks behind `/readyz`, in their order. `/healthz` and `/livez` have `etcd` where this has
/// `informer-sync`, and no `shutdown`.
const CHECKS: &str = include_str!("data/readyz.txt");

/// What the index names beside the groups and the health checks.
const INDEX: [&str; 13] = [
    "/.well-known/openid-configuration",
    "/api",
    "/apis",
    "/apis/",
    "/flagz",
    "/metrics",
    "/metrics/slis",
    "/openapi/v2",
    "/openapi/v3",
    "/openapi/v3/",
    "/openid/v1/jwks",
    "/statusz",
    "/version",
];

/// A text with a status code.
pub fn text(code: u16, text: impl Into<String>) -> Reply {
    Reply { code, warnings: Vec::new(), body: ReplyBody::Text(text.into()) }
}

/// What the server's multiplexer answers to a path that nobody serves.
pub fn page_not_found() -> Reply {
    text(404, "404 page not found\n")
}

#[inline(never)]
pub fn serve(server: &ApiServer, request: &Request) -> Result<Reply, Status> {
    let path = request.path.trim_end_matches('/');
    let parts: Vec<&str> = path.split('/').skip(1).collect();
    if request.method != Method::Get && !matches!(parts.first(), Some(&"healthz" | &"livez" | &"readyz")) {
        return Err(super::handlers::method_not_allowed());
    }
    let object = |value: Value| Ok(Reply::object(200, value));
    match parts.as_slice() {
        [] => object(index(server)),
        ["version"] => Ok(text(200, VERSION)),
        ["healthz" | "livez" | "readyz", check @ ..] => Ok(health(parts[0], check, request)),
        ["api"] => object(discovery::api(server, request.accept)),
        ["apis"] => object(discovery::apis(server, request.accept)),
        ["api", version] => discovery::resources(server, "", version).map_or(Err(Status::path_not_found()), object),
        ["apis", group] => discovery::group(server, group).map_or(Ok(page_not_found()), object),
        ["apis", group, version] => discovery::resources(server, group, version).map_or(Ok(page_not_found()), object),
        ["openapi", rest @ ..] => openapi::serve(server, rest).map_or(Ok(page_not_found()), object),
        ["metrics", ..] => Ok(text(404, "metrics are not simulated here\n")),
        _ => Ok(page_not_found()),
    }
}

fn health(endpoint: &str, check: &[&str], request: &Request) -> Reply {
    let checks: Vec<&str> = checks_of(endpoint);
    if !check.is_empty() {
        let name = check.join("/");
        return if checks.contains(&name.as_str()) { text(200, "ok") } else { page_not_found() };
    }
    if !request.query.iter().any(|(n, _)| n == "verbose") {
        return text(200, "ok");
    }
    let lines: String = checks.iter().map(|c| format!("[+]{c} ok\n")).collect();
    text(200, format!("{lines}{endpoint} check passed\n"))
}

fn checks_of(endpoint: &str) -> Vec<&'static str> {
    let all = CHECKS.lines().filter(|l| !l.is_empty());
    match endpoint {
        "readyz" => all.collect(),
        _ => all.filter(|c| *c != "shutdown").map(|c| if c == "informer-sync" { "etcd" } else { c }).collect(),
    }
}

/// The paths that the server knows, sorted.
fn index(server: &ApiServer) -> Value {
    let mut paths: Vec<String> = INDEX.iter().map(|p| (*p).to_owned()).collect();
    for info in server.catalog.all() {
        match info.group {
            "" => paths.push(format!("/api/{}", info.version)),
            group => paths.extend([format!("/apis/{group}"), format!("/apis/{group}/{}", info.version)]),
        }
    }
    for endpoint in ["healthz", "livez", "readyz"] {
        paths.push(format!("/{endpoint}"));
        if endpoint != "readyz" {
            paths.push(format!("/{endpoint}/loopback-serving-certificate"));
        }
        paths.extend(checks_of(endpoint).iter().map(|c| format!("/{endpoint}/{c}")));
    }
    paths.sort();
    paths.dedup();
    crate::object! { "paths" => paths.into_iter().collect::<Value>() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn readiness_lists_its_checks() {
        let verbose = Request::get("/readyz").query("verbose", "");
        let ReplyBody::Text(text) = health("readyz", &[], &verbose).body else { panic!("a text") };
        assert!(text.starts_with("[+]ping ok\n[+]log ok\n[+]informer-sync ok\n"), "{text}");
        assert!(text.ends_with("readyz check passed\n"), "{text}");
    }
}
