//! Finds what a description needs besides the object, and puts it together.

use super::table::{self, Body};
use super::writer::Writer;
use super::{events, generic};
use crate::apimachinery::labels::Selector;
use crate::apimachinery::{Object, Time, Value};
use crate::cli::builder::Info;
use crate::cli::errors::Result;
use crate::cli::factory::Factory;
use crate::client::Request;

/// Describes objects for one run of the command.
pub struct Describer<'a> {
    pub f: &'a Factory,
    pub now: Time,
    pub show_events: bool,
}

impl<'a> Describer<'a> {
    pub fn new(f: &'a Factory) -> Self {
        Self { f, now: f.ctx.client.clock.now(), show_events: true }
    }

    /// The text about an object.
    pub async fn describe(&self, info: &Info) -> Result<String> {
        let mut w = Writer::default();
        let resource = &info.mapping.resource;
        let row = table::row(&resource.group, &info.mapping.kind);
        match row.map(|r| r.body) {
            Some(Body::Alone(describe)) => describe(&info.object, &mut w, self.now),
            Some(Body::Related(describe)) => describe(self, &info.object, &mut w).await?,
            None => generic::describe(&info.object, &mut w),
        }
        if self.show_events && row.is_none_or(|r| r.has_events) {
            // What cannot read events shows none.
            if let Ok(found) = self.events(info).await {
                events::describe(&mut w, found, self.now);
            }
        }
        Ok(w.finish())
    }

    async fn events(&self, info: &Info) -> Result<Vec<Value>> {
        let (o, kind) = (&info.object, info.mapping.kind.as_str());
        let kind = if kind == "Pod" { "" } else { kind };
        let mut found = self.search_events(o, kind, o.uid()).await?;
        if kind == "Node" {
            // The kubelet names itself by the node's name in the place of the uid.
            found.extend(self.search_events(o, kind, o.name()).await?);
        }
        Ok(found)
    }

    async fn search_events(&self, o: &Value, kind: &str, uid: &str) -> Result<Vec<Value>> {
        let selector = events::field_selector(o.name(), o.namespace(), kind, uid);
        self.list("events", o.namespace(), "", &selector).await
    }

    /// The objects of a core resource; "" is every namespace, or no selector.
    pub async fn list(&self, resource: &str, namespace: &str, labels: &str, fields: &str) -> Result<Vec<Value>> {
        self.list_in("/api/v1", resource, namespace, labels, fields).await
    }

    /// The objects of a resource below a path such as `/apis/apps/v1`.
    pub async fn list_in(
        &self,
        root: &str,
        resource: &str,
        namespace: &str,
        labels: &str,
        fields: &str,
    ) -> Result<Vec<Value>> {
        let path = match namespace {
            "" => format!("{root}/{resource}"),
            ns => format!("{root}/namespaces/{ns}/{resource}"),
        };
        let mut request = Request::get(path);
        for (name, value) in [("labelSelector", labels), ("fieldSelector", fields)] {
            if !value.is_empty() {
                request = request.query(name, value);
            }
        }
        Ok(self.f.send(request).await?["items"].items().to_vec())
    }

    pub async fn get(&self, path: String) -> Result<Value> {
        self.f.send(Request::get(path)).await
    }

    /// How many pods of a controller run, wait, succeeded and failed. Models `getPodStatusForController`.
    pub async fn pod_counts(&self, o: &Value, selector: &Selector) -> Result<[usize; 4]> {
        let pods = self.list("pods", o.namespace(), &selector.to_string(), "").await?;
        let own = |p: &&Value| p.controller_of().is_some_and(|c| c["uid"].str() == o.uid());
        let mut counts = [0; 4];
        for pod in pods.iter().filter(own) {
            let phases = ["Running", "Pending", "Succeeded", "Failed"];
            if let Some(at) = phases.iter().position(|p| *p == pod.at("status.phase").str()) {
                counts[at] += 1;
            }
        }
        Ok(counts)
    }
}

/// `2 Running / 0 Waiting / 0 Succeeded / 0 Failed`
pub fn counted([running, waiting, succeeded, failed]: [usize; 4]) -> String {
    format!("{running} Running / {waiting} Waiting / {succeeded} Succeeded / {failed} Failed")
}
