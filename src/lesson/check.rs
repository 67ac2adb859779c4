//! Whether a check holds: asked of the API server, the audit log and the kubeconfig.

use super::audit::Audit;
use super::model::{Check, Condition, Count, Logged, Objects};
use super::path::reach;
use crate::apimachinery::Value;
use crate::client::request::ReplyBody;
use crate::client::{Api, Reply, Request, StreamChunk, StreamId};

/// What a check may look at.
pub struct World<'a> {
    pub api: &'a mut dyn Api,
    /// What kubectl asked since the step began.
    pub audit: &'a Audit,
    /// The laptop's kubeconfig, as a value.
    pub kubeconfig: &'a Value,
}

/// How many polls a log may take.
const MOST_POLLS: usize = 64;
/// The agent by which the audit log knows to leave these requests out.
const AGENT: &str = "lesson";

/// Returns whether the check holds. The error is a mistake in the lesson (an unknown resource, a malformed path), not the reader's.
pub fn holds(check: &Check, world: &mut World<'_>) -> Result<bool, String> {
    match check {
        Check::Exists(objects) => Ok(count(objects, world)? > 0),
        Check::Absent(objects) => Ok(count(objects, world)? == 0),
        Check::Count(Count { of, equals, at_least, at_most }) => {
            let n = count(of, world)?;
            Ok(equals.is_none_or(|x| n == x) && at_least.is_none_or(|x| n >= x) && at_most.is_none_or(|x| n <= x))
        }
        Check::Logged(logged) => Ok(log(logged, world.api).contains(&logged.contains)),
        Check::Context(context) => Ok(current_namespace(world.kubeconfig) == context.namespace),
        Check::Requested(pattern) => Ok(world.audit.has(pattern)),
        Check::All(checks) => checks.iter().try_fold(true, |all, c| Ok(all && holds(c, world)?)),
        Check::Any(checks) => checks.iter().try_fold(false, |any, c| Ok(any || holds(c, world)?)),
        Check::Not(check) => Ok(!holds(check, world)?),
    }
}

/// The namespace of the kubeconfig's current context; `default` where it names none.
pub fn current_namespace(kubeconfig: &Value) -> &str {
    let current = kubeconfig["current-context"].str();
    let context = kubeconfig["contexts"].items().iter().find(|c| c["name"].str() == current);
    context.and_then(|c| c.at("context.namespace").as_str()).filter(|ns| !ns.is_empty()).unwrap_or("default")
}

/// The API's path of a collection: `pods` is of the core group, `apps/v1/deployments` names its own.
pub fn collection_path(resource: &str, namespace: &str) -> String {
    let (prefix, plural) = match resource.rsplit_once('/') {
        Some((group_version, plural)) => (format!("/apis/{group_version}"), plural),
        None => ("/api/v1".to_owned(), resource),
    };
    if namespace.is_empty() {
        format!("{prefix}/{plural}")
    } else {
        format!("{prefix}/namespaces/{namespace}/{plural}")
    }
}

fn count(objects: &Objects, world: &mut World<'_>) -> Result<usize, String> {
    let mut n = 0;
    for object in fetch(objects, world.api)? {
        let mut all = true;
        for condition in &objects.conditions {
            all &= fits(condition, &object)?;
        }
        n += usize::from(all);
    }
    Ok(n)
}

/// The objects meant, before their conditions. A missing object is none; a missing resource is an error.
fn fetch(objects: &Objects, api: &mut dyn Api) -> Result<Vec<Value>, String> {
    let mut path = collection_path(&objects.resource, &objects.namespace);
    let by_name = !objects.name.is_empty() && objects.selector.is_empty();
    if by_name {
        path = format!("{path}/{}", objects.name);
    }
    let mut request = Request::get(path.as_str()).user_agent(AGENT);
    if !objects.selector.is_empty() {
        request = request.query("labelSelector", objects.selector.as_str());
    }
    match api.handle(request).into_result() {
        Ok(object) if by_name => Ok(vec![object]),
        Ok(list) => {
            let named = |o: &&Value| objects.name.is_empty() || o.at("metadata.name").str() == objects.name;
            Ok(list["items"].items().iter().filter(named).cloned().collect())
        }
        Err(status) if by_name && status.code == 404 && status.details["name"].str() == objects.name => Ok(Vec::new()),
        Err(status) => Err(format!("{path}: {}", status.message)),
    }
}

fn fits(condition: &Condition, object: &Value) -> Result<bool, String> {
    let Condition { path, equals, one_of, contains, at_least, present } = condition;
    let found = reach(object, path).ok_or_else(|| format!("malformed path {path:?}"))?;
    let there = found.iter().any(|v| !v.is_null());
    if present.is_some_and(|want| want != there) {
        return Ok(false);
    }
    let fits_one = |v: &Value| {
        equals.as_ref().is_none_or(|want| want == v)
            && one_of.as_ref().is_none_or(|all| all.contains(v))
            && contains.as_ref().is_none_or(|text| v.str().contains(text.as_str()))
            && at_least.is_none_or(|n| v.as_i64().is_some_and(|i| i >= n))
    };
    let asks_value = equals.is_some() || one_of.is_some() || contains.is_some() || at_least.is_some();
    Ok(!asks_value || found.into_iter().any(fits_one))
}

/// The container's log so far; "" where there is none to read.
fn log(logged: &Logged, api: &mut dyn Api) -> String {
    let path = format!("{}/{}/log", collection_path("pods", &logged.namespace), logged.name);
    let mut request = Request::get(path).user_agent(AGENT);
    if !logged.container.is_empty() {
        request = request.query("container", logged.container.as_str());
    }
    match api.handle(request) {
        Reply { body: ReplyBody::Text(text), .. } => text,
        Reply { body: ReplyBody::Stream(id), .. } => drain(id, api),
        _ => String::new(),
    }
}

fn drain(id: StreamId, api: &mut dyn Api) -> String {
    let mut bytes = Vec::new();
    for _ in 0..MOST_POLLS {
        let poll = api.poll_stream(id);
        let quiet = poll.chunks.is_empty();
        for chunk in poll.chunks {
            if let StreamChunk::Stdout(data) | StreamChunk::Data(data) = chunk {
                bytes.extend_from_slice(&data);
            }
        }
        if poll.closed || quiet {
            break;
        }
    }
    api.close_stream(id);
    String::from_utf8_lossy(&bytes).into_owned()
}

#[cfg(test)]
pub mod tests {
    use super::*;
    use crate::apimachinery::Status;
    use crate::client::request::{StreamPoll, WatchId, WatchPoll};
    use std::collections::BTreeMap;

    /// An API server that answers GETs from a map of paths.
    #[derive(Default)]
    pub struct Shelf(pub BTreeMap<String, Value>);

    impl Api for Shelf {
        fn handle(&mut self, request: Request) -> Reply {
            match self.0.get(&request.path) {
                Some(Value::Str(text)) => {
                    Reply { code: 200, warnings: vec![], body: ReplyBody::Text(text.to_string()) }
                }
                Some(value) => Reply::object(200, value.clone()),
                None if request.path.contains("/pods/") => {
                    Status::not_found("pods", request.path.rsplit('/').next().unwrap_or("")).into()
                }
                None => Status::path_not_found().into(),
            }
        }
        fn poll_watch(&mut self, _: WatchId) -> WatchPoll {
            WatchPoll::default()
        }
        fn close_watch(&mut self, _: WatchId) {}
        fn poll_stream(&mut self, _: StreamId) -> StreamPoll {
            StreamPoll::default()
        }
        fn write_stream(&mut self, _: StreamId, _: Option<&[u8]>) {}
        fn close_stream(&mut self, _: StreamId) {}
    }

    fn shelf() -> Shelf {
        let web = r#"{"metadata":{"name":"web","labels":{"app":"shop"}},"status":{"phase":"Running","n":2}}"#;
        let pods = format!(r#"{{"items":[{web},{{"metadata":{{"name":"db"}}}}]}}"#);
        let entries = [
            ("/api/v1/namespaces/default/pods", pods.as_str()),
            ("/api/v1/namespaces/default/pods/web", web),
            ("/api/v1/namespaces/default/pods/web/log", r#""started\nReceived request\n""#),
        ];
        Shelf(entries.into_iter().map(|(k, v)| (k.to_owned(), Value::from_json(v).unwrap())).collect())
    }

    #[test]
    fn checks_hold_of_what_the_server_answers() {
        let pod = |more: &str| format!(r#"{{"resource":"pods","namespace":"default"{more}}}"#);
        let config = r#"{"current-context":"a","contexts":[{"name":"a","context":{"namespace":"x"}}]}"#;
        let config = Value::from_json(config).unwrap();
        let audit = Audit::default();
        for (json, want) in [
            (format!(r#"{{"exists":{}}}"#, pod(r#","name":"web""#)), true),
            (format!(r#"{{"exists":{}}}"#, pod(r#","name":"wob""#)), false),
            (format!(r#"{{"absent":{}}}"#, pod(r#","name":"wob""#)), true),
            (format!(r#"{{"count":{{"of":{},"equals":2}}}}"#, pod("")), true),
            (format!(r#"{{"count":{{"of":{},"atLeast":3}}}}"#, pod("")), false),
            (format!(r#"{{"exists":{}}}"#, pod(r#","where":[{"path":"status.phase","equals":"Running"}]"#)), true),
            (format!(r#"{{"exists":{}}}"#, pod(r#","where":[{"path":"status.n","atLeast":3}]"#)), false),
            // Two conditions hold of the same object or not at all.
            (
                format!(
                    r#"{{"exists":{}}}"#,
                    pod(
                        r#","where":[{"path":"metadata.name","equals":"db"},{"path":"metadata.labels","present":true}]"#
                    )
                ),
                false,
            ),
            (r#"{"logged":{"namespace":"default","name":"web","contains":"Received"}}"#.into(), true),
            (r#"{"logged":{"namespace":"default","name":"db","contains":"Received"}}"#.into(), false),
            (r#"{"context":{"namespace":"x"}}"#.into(), true),
            (r#"{"not":{"context":{"namespace":"x"}}}"#.into(), false),
            (r#"{"requested":{"resource":"pods"}}"#.into(), false),
        ] {
            let check: Check = serde_json::from_str(&json).unwrap();
            let mut api = shelf();
            let got = holds(&check, &mut World { api: &mut api, audit: &audit, kubeconfig: &config });
            assert_eq!(got, Ok(want), "{json}");
        }
    }

    #[test]
    fn a_mistake_in_the_lesson_is_an_error_and_not_a_false() {
        let audit = Audit::default();
        for json in [
            r#"{"absent":{"resource":"pod","namespace":"default"}}"#,
            r#"{"exists":{"resource":"pods","namespace":"default","where":[{"path":"a..b","present":true}]}}"#,
        ] {
            let check: Check = serde_json::from_str(json).unwrap();
            let mut api = shelf();
            assert!(
                holds(&check, &mut World { api: &mut api, audit: &audit, kubeconfig: &Value::Null }).is_err(),
                "{json}"
            );
        }
    }

    #[test]
    fn a_kubeconfig_without_a_namespace_means_default() {
        assert_eq!(current_namespace(&Value::Null), "default");
    }
}
