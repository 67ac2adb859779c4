//! Writes events, and counts those that come again. Models `client-go/tools/record` (`EventRecorder`,
//! `EventCorrelator`) and `client-go/tools/events` for the scheduler.

use super::request::PatchType;
use super::{Api, Door};
use crate::apimachinery::time::{Duration, Time};
use crate::apimachinery::{Object, Value};
use crate::object;
use std::collections::{BTreeMap, BTreeSet};

/// The type of an event.
pub const NORMAL: &str = "Normal";
pub const WARNING: &str = "Warning";

/// From how many different messages about one object on, similar events are combined.
const MAX_SIMILAR: usize = 10;
/// How long similar events are remembered.
const SIMILAR_FOR: Duration = Duration::from_secs(600);
/// How many events about one object a component may send at once, and how long the next one takes to be allowed.
const BURST: f64 = 25.0;
const REFILL: f64 = 1.0 / 300.0;
/// How many entries each memory keeps.
const MEMORY: usize = 4_096;

/// How events are written: with counts (`core/v1`), or with series (`events.k8s.io`), as the scheduler does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Style {
    Counted,
    Series,
}

#[derive(Clone, Debug)]
struct Seen {
    name: String,
    count: i64,
    first: Value,
}

#[derive(Clone, Debug)]
struct Similar {
    messages: BTreeSet<String>,
    last: Time,
}

/// A map that forgets its oldest entries.
#[derive(Clone, Debug)]
struct Memory<T> {
    entries: BTreeMap<String, (u64, T)>,
    order: BTreeMap<u64, String>,
    last: u64,
}

impl<T> Default for Memory<T> {
    fn default() -> Self {
        Self { entries: BTreeMap::new(), order: BTreeMap::new(), last: 0 }
    }
}

impl<T> Memory<T> {
    fn get_mut(&mut self, key: &str) -> Option<&mut T> {
        self.entries.get_mut(key).map(|(_, entry)| entry)
    }

    fn insert(&mut self, key: String, entry: T) {
        self.last += 1;
        self.order.insert(self.last, key.clone());
        if let Some((was, _)) = self.entries.insert(key, (self.last, entry)) {
            self.order.remove(&was);
        }
        if self.entries.len() > MEMORY {
            if let Some((_, oldest)) = self.order.pop_first() {
                self.entries.remove(&oldest);
            }
        }
    }
}

/// What an event is about.
#[derive(Clone, Debug)]
pub struct Ref {
    reference: Value,
    key: String,
}

impl Ref {
    /// A reference to an object, which must carry its kind.
    pub fn of(object: &Value) -> Self {
        Self::part(object, "")
    }

    /// A reference to a part of an object: `spec.containers{web}`.
    pub fn part(object: &Value, field_path: &str) -> Self {
        let mut reference = object! {
            "apiVersion" => object["apiVersion"].clone(), "kind" => object["kind"].clone(),
            "name" => object.metadata()["name"].clone(),
        };
        for field in ["namespace", "uid", "resourceVersion"] {
            let value = &object.metadata()[field];
            if !value.is_empty() {
                reference.map_mut().insert(field, value.clone());
            }
        }
        let key = format!("{}/{}/{}", object.kind(), object.key(), object.uid());
        if !field_path.is_empty() {
            reference.map_mut().insert("fieldPath", field_path);
        }
        Self { reference, key }
    }

    /// A node as its own kubelet and the node controllers name it: the uid is the name.
    pub fn node(name: &str) -> Self {
        let reference = object! { "kind" => "Node", "name" => name, "uid" => name };
        Self { reference, key: format!("Node/{name}") }
    }
}

/// The events of one component.
#[derive(Clone, Debug)]
pub struct EventRecorder {
    component: &'static str,
    host: String,
    style: Style,
    agent: &'static str,
    similar: Memory<Similar>,
    seen: Memory<Seen>,
    spam: Memory<(f64, Time)>,
    last_name: i64,
}

impl EventRecorder {
    /// `component` is the event's source, `host` the node ("" where there is none).
    pub fn new(component: &'static str, host: &str, style: Style, agent: &'static str) -> Self {
        Self {
            component,
            host: host.to_owned(),
            style,
            agent,
            similar: Memory::default(),
            seen: Memory::default(),
            spam: Memory::default(),
            last_name: 0,
        }
    }

    /// Records an event. `action` is used where events have series.
    pub fn event(
        &mut self,
        api: &mut dyn Api,
        now: Time,
        about: &Ref,
        (kind, reason, action): (&str, &str, &str),
        message: &str,
    ) {
        match self.style {
            Style::Counted => self.counted(api, now, about, kind, reason, message),
            Style::Series => self.series(api, now, about, (kind, reason, action), message),
        }
    }

    fn counted(&mut self, api: &mut dyn Api, now: Time, about: &Ref, kind: &str, reason: &str, message: &str) {
        let group = format!("{}/{kind}/{reason}", about.key);
        let combined = self.is_combined(&group, now, message);
        let text = if combined { format!("(combined from similar events): {message}") } else { message.to_owned() };
        let key = match combined {
            true => group,
            false => format!("{group}/{}/{message}", about.reference["fieldPath"].str()),
        };
        let at = Value::from(now.rfc3339());
        if let Some(seen) = self.seen.get_mut(&key) {
            seen.count += 1;
            let patch = object! {
                "count" => seen.count, "firstTimestamp" => seen.first.clone(), "lastTimestamp" => at.clone(),
                "message" => text.as_str(),
            };
            let (name, count, first) = (seen.name.clone(), seen.count, seen.first.clone());
            if self.is_spam(about, now) {
                return;
            }
            let url = format!("/api/v1/namespaces/{}/events/{name}", namespace(about));
            let request = super::Request::patch(PatchType::Strategic, url, patch).user_agent(self.agent);
            if api.handle(request).code != 404 {
                return;
            }
            self.create(api, now, about, key, (kind, reason), text, (count, first));
            return;
        }
        if self.is_spam(about, now) {
            return;
        }
        self.create(api, now, about, key, (kind, reason), text, (1, at));
    }

    #[allow(clippy::too_many_arguments)]
    fn create(
        &mut self,
        api: &mut dyn Api,
        now: Time,
        about: &Ref,
        key: String,
        (kind, reason): (&str, &str),
        message: String,
        (count, first): (i64, Value),
    ) {
        let mut source = object! { "component" => self.component };
        if !self.host.is_empty() {
            source.map_mut().insert("host", self.host.as_str());
        }
        let event = object! {
            "apiVersion" => "v1", "kind" => "Event", "metadata" => object! {},
            "involvedObject" => about.reference.clone(), "reason" => reason, "message" => message,
            "source" => source, "firstTimestamp" => first.clone(), "lastTimestamp" => now.rfc3339(),
            "count" => count, "type" => kind, "eventTime" => Value::Null,
            "reportingComponent" => self.component, "reportingInstance" => self.host.as_str(),
        };
        let name = self.post(api, now, about, event);
        self.seen.insert(key, Seen { name, count, first });
    }

    fn series(
        &mut self,
        api: &mut dyn Api,
        now: Time,
        about: &Ref,
        (kind, reason, action): (&str, &str, &str),
        message: &str,
    ) {
        // The object's version is part of what the event is about: after a write, a new series starts.
        let version = about.reference["resourceVersion"].str();
        let key = format!("{}/{version}/{kind}/{action}/{reason}", about.key);
        if let Some(seen) = self.seen.get_mut(&key) {
            seen.count += 1;
            // Only the second of a series is written at once; later ones wait for a refresh.
            if seen.count > 2 {
                return;
            }
            let series = object! { "count" => seen.count, "lastObservedTime" => now.rfc3339_micro() };
            let url = format!("/api/v1/namespaces/{}/events/{}", namespace(about), seen.name);
            let patch = super::Request::patch(PatchType::Strategic, url, object! { "series" => series });
            if api.handle(patch.user_agent(self.agent)).code != 404 {
                return;
            }
        }
        let event = object! {
            "apiVersion" => "v1", "kind" => "Event", "metadata" => object! {},
            "involvedObject" => about.reference.clone(), "reason" => reason, "message" => message,
            "source" => object! {}, "firstTimestamp" => Value::Null, "lastTimestamp" => Value::Null,
            "type" => kind, "eventTime" => now.rfc3339_micro(), "action" => action,
            "reportingComponent" => self.component, "reportingInstance" => self.host.as_str(),
        };
        let name = self.post(api, now, about, event);
        self.seen.insert(key, Seen { name, count: 1, first: Value::Null });
    }

    /// Sends a new event under a name of its own: `pod.` and the time in hexadecimal nanoseconds.
    fn post(&mut self, api: &mut dyn Api, now: Time, about: &Ref, mut event: Value) -> String {
        let (namespace, mut name) = (namespace(about).to_owned(), String::new());
        for _ in 0..8 {
            self.last_name = now.0.max(self.last_name + 1);
            name = format!("{}.{:x}", about.reference["name"].str(), self.last_name);
            event.set("metadata", object! { "name" => name.as_str(), "namespace" => namespace.as_str() });
            let url = format!("/api/v1/namespaces/{namespace}/events");
            let request = super::Request::post(url, event.clone()).user_agent(self.agent);
            if api.handle(request).code != 409 {
                break;
            }
        }
        name
    }

    /// True from the tenth different message of one kind about one object on.
    fn is_combined(&mut self, group: &str, now: Time, message: &str) -> bool {
        if let Some(similar) = self.similar.get_mut(group) {
            if now.since(similar.last) > SIMILAR_FOR {
                similar.messages.clear();
            }
            similar.last = now;
            similar.messages.insert(message.to_owned());
            if similar.messages.len() >= MAX_SIMILAR {
                similar.messages.pop_first();
                return true;
            }
            return false;
        }
        let messages = BTreeSet::from([message.to_owned()]);
        self.similar.insert(group.to_owned(), Similar { messages, last: now });
        false
    }

    fn is_spam(&mut self, about: &Ref, now: Time) -> bool {
        if self.spam.get_mut(&about.key).is_none() {
            self.spam.insert(about.key.clone(), (BURST, now));
        }
        let Some((tokens, last)) = self.spam.get_mut(&about.key) else { return false };
        *tokens = (*tokens + now.since(*last).as_secs_f64() * REFILL).min(BURST);
        *last = now;
        if *tokens < 1.0 {
            return true;
        }
        *tokens -= 1.0;
        false
    }

    /// A door in the name of the same component.
    pub fn door<'a>(&self, api: &'a mut dyn Api) -> Door<'a> {
        Door { api, agent: self.agent }
    }
}

fn namespace(about: &Ref) -> &str {
    match about.reference["namespace"].str() {
        "" => "default",
        namespace => namespace,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::client::request::{Body, Method, Reply, Request, StreamPoll, WatchPoll};
    use crate::client::{StreamId, WatchId};

    /// Takes down what was asked.
    #[derive(Default)]
    struct Tape(Vec<(Method, Value)>);

    impl Api for Tape {
        fn handle(&mut self, request: Request) -> Reply {
            let Body::Value(body) = request.body else { panic!("events have bodies") };
            self.0.push((request.method, body.clone()));
            Reply::object(201, body)
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

    fn pod() -> Value {
        object! {
            "kind" => "Pod", "apiVersion" => "v1",
            "metadata" => object! { "name" => "a", "namespace" => "default", "uid" => "u" },
        }
    }

    #[test]
    fn the_same_event_again_is_counted_and_the_tenth_message_is_combined() {
        let (mut recorder, mut tape) =
            (EventRecorder::new("kubelet", "n1", Style::Counted, "kubelet"), Tape::default());
        let about = Ref::of(&pod());
        for i in 0..11 {
            recorder.event(&mut tape, Time::from_secs(i), &about, (NORMAL, "R", ""), &format!("m{i}"));
        }
        assert_eq!(tape.0.len(), 11);
        assert_eq!(tape.0[8].1["message"].str(), "m8");
        assert_eq!(tape.0[9].1["message"].str(), "(combined from similar events): m9");
        assert_eq!((tape.0[10].0, tape.0[10].1["count"].int()), (Method::Patch(PatchType::Strategic), 2));
    }

    #[test]
    fn a_component_that_sends_too_many_is_held_back() {
        let (mut recorder, mut tape) =
            (EventRecorder::new("kubelet", "n1", Style::Counted, "kubelet"), Tape::default());
        for _ in 0..30 {
            recorder.event(&mut tape, Time::from_secs(1), &Ref::of(&pod()), (NORMAL, "R", ""), "m");
        }
        assert_eq!(tape.0.len(), 25);
    }
}
