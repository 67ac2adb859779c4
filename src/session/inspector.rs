//! What the inspector shows of one object: facts from the caches, YAML, log tail and events through the door.

use super::action::{InspectorTab, Selection};
use super::screen::{Fact, InspectorView, Note};
use crate::apimachinery::time::human_duration;
use crate::apimachinery::{Object, Time, Value, yaml};
use crate::client::request::ReplyBody;
use crate::client::{Api, Informers, Request, Resource, StreamChunk};
use crate::i18n::Texts;
use crate::view::inside::Inside;
use crate::view::picture::Picture;
use crate::view::pod::{Phase, PodView};
use std::rc::Rc;

/// How many lines of a log are shown.
const TAIL: &str = "200";

/// Reads the selected object; None when it is gone.
pub fn inspect(
    selection: &Selection,
    tab: InspectorTab,
    informers: &Informers,
    picture: &mut Picture,
    api: &mut dyn Api,
    now: Time,
    texts: &Texts,
) -> Option<InspectorView> {
    let (resource, key, kind) = match selection {
        Selection::Pod { namespace, name } => (Resource::Pods, format!("{namespace}/{name}"), "Pod"),
        Selection::Node { name } => (Resource::Nodes, name.clone(), "Node"),
    };
    let object = informers.get(resource, &key)?.clone();
    let pairs = |v: &Value| v.fields().map(|(k, v)| (k.to_owned(), v.str().to_owned())).collect();
    let pod = picture.pods().iter().find(|p| p.namespace == object.namespace() && p.name == object.name()).cloned();
    let namespace = Some(object.namespace()).filter(|ns| !ns.is_empty());
    Some(InspectorView {
        selection: selection.clone(),
        tab,
        kind,
        title: object.name().into(),
        namespace: namespace.map(|ns| (ns.to_owned(), picture.hue(ns))),
        phase: pod.as_ref().map(|p| p.phase),
        facts: match selection {
            Selection::Pod { .. } => pod_facts(&object, now, texts),
            Selection::Node { .. } => node_facts(&object, informers, now, texts),
        },
        advice: pod.as_deref().and_then(|p| advice(p, texts)),
        labels: pairs(object.labels()),
        annotations: pairs(object.annotations()),
        inside: matches!(selection, Selection::Pod { .. }).then(|| Rc::new(Inside::new(&object))),
        yaml: if tab == InspectorTab::Yaml { yaml::to_string(&shown(&object)) } else { String::new() },
        logs: if matches!(tab, InspectorTab::Overview | InspectorTab::Logs) {
            logs(&object, api)
        } else {
            String::new()
        },
        events: if matches!(tab, InspectorTab::Overview | InspectorTab::Events) {
            events(&object, api, now)
        } else {
            Vec::new()
        },
        pod,
    })
}

/// What to do about a pod that does not come up.
fn advice(pod: &PodView, texts: &Texts) -> Option<Note> {
    let namespace = if pod.namespace == "default" { String::new() } else { format!(" -n {}", pod.namespace) };
    let (text, command) = match pod.phase {
        Phase::ErrImagePull | Phase::ImagePullBackOff => {
            let failed = pod.containers.iter().find(|c| c.state == "waiting")?;
            ((texts.notes.unknown_image)(&failed.image), "help images".to_owned())
        }
        Phase::CrashLoopBackOff => {
            let command = format!("kubectl logs {}{namespace} --previous", pod.name);
            ((texts.notes.crash_loop)(&pod.name), command)
        }
        Phase::Pending if !pod.message.is_empty() => {
            (texts.notes.unschedulable.to_owned(), format!("kubectl describe pod {}{namespace}", pod.name))
        }
        _ => return None,
    };
    Some(Note { text, commands: vec![command] })
}

/// The object as `kubectl get -o yaml` shows it.
fn shown(object: &Value) -> Value {
    let mut object = object.clone();
    object.remove("metadata.managedFields");
    object
}

fn fact(name: &str, value: impl Into<String>) -> Fact {
    Fact { name: name.into(), value: value.into() }
}

fn age(object: &Value, now: Time) -> String {
    object.creation_timestamp().map_or_else(String::new, |t| human_duration(now.since(t)))
}

fn pod_facts(pod: &Value, now: Time, texts: &Texts) -> Vec<Fact> {
    let t = &texts.inspector;
    let statuses = pod.at("status.containerStatuses").items();
    let restarts: i64 = statuses.iter().map(|s| s["restartCount"].int()).sum();
    let mut facts = vec![
        fact(t.node, pod.at("spec.nodeName").str()),
        fact(t.ip, pod.at("status.podIP").str()),
        fact(t.restarts, restarts.to_string()),
        fact(t.age, age(pod, now)),
        fact(t.qos, pod.at("status.qosClass").str()),
    ];
    if let Some(owner) = pod.controller_of() {
        facts.push(fact(t.owner, format!("{}/{}", owner["kind"].str(), owner["name"].str())));
    }
    let unmet = pod.at("status.conditions").items().iter();
    let why = unmet.filter(|c| c["status"].str() == "False").map(|c| c["message"].str()).find(|m| !m.is_empty());
    let waiting = statuses.iter().map(|s| s.at("state.waiting.message").str()).find(|m| !m.is_empty());
    if let Some(why) = waiting.or(why) {
        facts.push(fact(t.why_waiting, why));
    }
    facts.retain(|f| !f.value.is_empty());
    facts
}

fn node_facts(node: &Value, informers: &Informers, now: Time, texts: &Texts) -> Vec<Fact> {
    let t = &texts.inspector;
    let capacity = &node.at("status.capacity");
    let addresses = node.at("status.addresses").items().iter();
    let ip = addresses.filter(|a| a["type"].str() == "InternalIP").map(|a| a["address"].str()).next().unwrap_or("");
    let taint = |t: &Value| match t["value"].str() {
        "" => format!("{}:{}", t["key"].str(), t["effect"].str()),
        value => format!("{}={value}:{}", t["key"].str(), t["effect"].str()),
    };
    let taints: Vec<String> = node.at("spec.taints").items().iter().map(taint).collect();
    let mut facts = vec![
        fact(t.ip, ip),
        fact(t.age, age(node, now)),
        fact(t.capacity, format!("cpu {}, memory {}", capacity["cpu"].str(), capacity["memory"].str())),
        fact(t.pods, informers.pods_on(node.name()).count().to_string()),
        fact(t.taints, taints.join(", ")),
    ];
    facts.retain(|f| !f.value.is_empty());
    facts
}

/// The tail of the first container's log.
fn logs(pod: &Value, api: &mut dyn Api) -> String {
    let container = pod.at("spec.containers")[0]["name"].str();
    let path = format!("/api/v1/namespaces/{}/pods/{}/log", pod.namespace(), pod.name());
    let request = Request::get(path).query("container", container).query("tailLines", TAIL);
    let reply = api.handle(request);
    let stream = match reply.body {
        ReplyBody::Stream(id) => id,
        ReplyBody::Text(text) => return text,
        _ => return String::new(),
    };
    let mut text = String::new();
    for chunk in api.poll_stream(stream).chunks {
        if let StreamChunk::Stdout(bytes) = chunk {
            text += &String::from_utf8_lossy(&bytes);
        }
    }
    api.close_stream(stream);
    text
}

/// Type, age, reason and message of the object's events, oldest first.
fn events(object: &Value, api: &mut dyn Api, now: Time) -> Vec<(String, String, String, String)> {
    let path = match object.namespace() {
        "" => "/api/v1/events".to_owned(),
        ns => format!("/api/v1/namespaces/{ns}/events"),
    };
    let selector = format!("involvedObject.name={},involvedObject.kind={}", object.name(), object.kind());
    let list = api.handle(Request::get(path).query("fieldSelector", selector)).into_result().unwrap_or_default();
    let when = |e: &Value| {
        let fields = [&e["lastTimestamp"], &e["eventTime"], &e["firstTimestamp"], e.at("metadata.creationTimestamp")];
        fields.into_iter().find_map(|v| Time::parse_rfc3339(v.str())).unwrap_or_default()
    };
    let mut events: Vec<&Value> = list["items"].items().iter().collect();
    events.sort_by_key(|e| (when(e), e.resource_version()));
    let row = |e: &&Value| {
        let text = |field: &str| e[field].str().to_owned();
        (text("type"), human_duration(now.since(when(e))), text("reason"), text("message"))
    };
    events.iter().map(row).collect()
}
