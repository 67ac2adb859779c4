//! Watches: cursors into the store's log. Models `handlers/watch.go` and the watch cache.

use super::handlers::Call;
use super::list::ListOptions;
use super::{convert, options, table};
use crate::apimachinery::time::Duration;
use crate::apimachinery::{Status, Time, Value};
use crate::client::request::WatchPoll;
use crate::client::{Accept, WatchEvent};
use crate::object;
use crate::registry::store::ResourceInfo;
use crate::storage::{Event, EventKind, Gone, Store};
use std::rc::Rc;

/// How long a watch may go unasked before it counts as left behind.
const ABANDONED: Duration = Duration::from_secs(600);

/// One open watch.
#[derive(Clone)]
pub struct Watch {
    resource: Rc<ResourceInfo>,
    /// `namespace/`, or "" for all.
    prefix: String,
    selection: ListOptions,
    cursor: u64,
    /// Events to be sent before those of the log: what exists already, the bookmark after it.
    initial: Vec<WatchEvent>,
    /// When the server ends the watch.
    until: Option<Time>,
    /// Its time is over; the next poll says so.
    over: bool,
    /// When somebody last asked for events.
    polled: Time,
    /// How rows of tables carry their object, where tables were asked for.
    table: Option<table::Include>,
}

impl Watch {
    pub fn open(
        store: &Store,
        call: &Call,
        mut selection: ListOptions,
        timeout: Option<i64>,
        now: Time,
    ) -> Result<Self, Status> {
        let send_initial = options::bool_param(call.request, "sendInitialEvents");
        let version: u64 = selection.resource_version.parse().unwrap_or(0);
        if !call.info.name.is_empty() {
            // The deprecated form: a watch on one object's path.
            let name = format!("metadata.name={}", call.info.name);
            selection
                .fields
                .requirements
                .extend(crate::apimachinery::fields::Selector::parse(&name).map_err(Status::bad_request)?.requirements);
        }
        let mut watch = Self {
            resource: call.resource.clone(),
            prefix: if call.info.namespace.is_empty() { String::new() } else { format!("{}/", call.info.namespace) },
            selection,
            cursor: store.cursor(&call.resource.stored_as),
            initial: Vec::new(),
            until: timeout.map(|s| now + Duration::from_secs(s.max(0).unsigned_abs())),
            over: false,
            polled: now,
            table: (call.request.accept == Accept::Table).then(|| table::Include::of(call)),
        };
        if version > 0 && !send_initial {
            match store.cursor_after(&call.resource.stored_as, version) {
                Ok(cursor) => watch.cursor = cursor,
                Err(gone) => watch.initial.push(expired(version, gone)),
            }
            return Ok(watch);
        }
        let existing = watch.selection.select(store, call);
        watch.initial = existing
            .map(|(_, v)| WatchEvent { kind: "ADDED", object: convert::to_served(&watch.resource, v) })
            .collect();
        if send_initial && options::bool_param(call.request, "allowWatchBookmarks") {
            watch.initial.push(bookmark(&watch.resource, store.revision()));
        }
        Ok(watch)
    }

    /// When the server ends the watch, if it will.
    pub fn until(&self) -> Option<Time> {
        self.until
    }

    /// Ends the watch where its time is over.
    pub fn end(&mut self, now: Time) {
        if self.until.is_some_and(|t| t <= now) {
            self.until = None;
            self.over = true;
        }
    }

    /// True where nobody has asked for so long that its connection would be gone.
    pub fn is_abandoned(&self, now: Time) -> bool {
        now.since(self.polled) > ABANDONED
    }

    /// What a watch says that this server does not know: it belongs to a history that was left.
    pub fn lost() -> WatchPoll {
        let gone = Status::expired("The resourceVersion for the provided watch is too old.");
        WatchPoll { events: vec![WatchEvent { kind: "ERROR", object: gone.to_value() }], closed: true }
    }

    /// The events since the last poll.
    pub fn poll(&mut self, store: &Store, now: Time) -> WatchPoll {
        self.polled = now;
        let end = store.cursor(&self.resource.stored_as);
        let mut poll = WatchPoll { events: std::mem::take(&mut self.initial), closed: false };
        poll.closed = poll.events.last().is_some_and(|e| e.kind == "ERROR");
        if self.cursor != end && !poll.closed {
            match store.events_from(&self.resource.stored_as, self.cursor) {
                Ok(events) => poll.events.extend(events.filter_map(|e| self.translate(e))),
                Err(gone) => {
                    poll.events.push(expired(0, gone));
                    poll.closed = true;
                }
            }
            self.cursor = end;
        }
        if let Some(include) = self.table {
            for event in poll.events.iter_mut().filter(|e| e.kind != "ERROR" && e.kind != "BOOKMARK") {
                event.object = table::of_event(&self.resource, &event.object, include, now);
            }
        }
        self.end(now);
        poll.closed |= self.over;
        poll
    }

    /// How one change looks through this watch's selectors; None where it is not seen.
    fn translate(&self, event: &Event) -> Option<WatchEvent> {
        if !event.key.starts_with(self.prefix.as_str()) {
            return None;
        }
        let matches = |object: &Value| !object.is_null() && self.selection.matches(&self.resource, object);
        let (was, is) = (matches(&event.old), event.kind != EventKind::Deleted && matches(&event.object));
        let kind = match (was, is) {
            (true, true) => "MODIFIED",
            (false, true) => "ADDED",
            (true, false) => "DELETED",
            (false, false) => return None,
        };
        let mut object = event.object.clone();
        if kind == "DELETED" && event.kind != EventKind::Deleted {
            // It stopped matching: the last state that did, under the revision at which it stopped.
            object = event.old.clone();
            object.set("metadata.resourceVersion", event.revision.to_string());
        }
        if convert::differs(&self.resource) {
            object = convert::to_served(&self.resource, &object);
        }
        Some(WatchEvent { kind, object })
    }
}

fn expired(version: u64, gone: Gone) -> WatchEvent {
    let status = Status::expired(format!("too old resource version: {version} ({})", gone.oldest));
    WatchEvent { kind: "ERROR", object: status.to_value() }
}

/// Tells that everything that existed has been sent.
fn bookmark(resource: &ResourceInfo, revision: u64) -> WatchEvent {
    let mut metadata = object! { "resourceVersion" => revision.to_string() };
    metadata.set_in(&["annotations", "k8s.io/initial-events-end"], "true");
    let object = object! {
        "kind" => resource.kind, "apiVersion" => resource.api_version.as_str(), "metadata" => metadata,
    };
    WatchEvent { kind: "BOOKMARK", object }
}
