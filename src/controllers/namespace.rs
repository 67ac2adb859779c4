//! Empties a namespace that is being deleted, then lets it go. Models `pkg/controller/namespace`.

use super::{Context, Controller};
use crate::apimachinery::time::{Duration, Time};
use crate::apimachinery::{Object, Status, Value};
use crate::client::request::{Accept, Request};
use crate::client::{Delta, Informers, Resource, WorkQueue};
use crate::object;

/// Content goes this long after the namespace was deleted, so that writes under way have landed.
const GRACE: Duration = Duration::from_secs(5);

#[derive(Clone)]
pub struct Namespaces;

impl Namespaces {
    pub fn boxed() -> Box<dyn Controller> {
        Box::new(Self)
    }
}

/// A resource with namespaces, from discovery.
struct Kind {
    group: String,
    version: String,
    resource: String,
    deletes: bool,
}

impl Kind {
    fn url(&self, namespace: &str) -> String {
        let base = match self.group.as_str() {
            "" => format!("/api/{}", self.version),
            group => format!("/apis/{group}/{}", self.version),
        };
        format!("{base}/namespaces/{namespace}/{}", self.resource)
    }

    fn name(&self) -> String {
        if self.group.is_empty() { self.resource.clone() } else { format!("{}.{}", self.resource, self.group) }
    }
}

impl Controller for Namespaces {
    fn name(&self) -> &'static str {
        "namespace-controller"
    }

    fn watches(&self) -> &'static [Resource] {
        &[Resource::Namespaces]
    }

    fn enqueue(&mut self, delta: &Delta, _: &Informers, queue: &mut WorkQueue, now: Time) {
        if delta.new.as_ref().is_some_and(|ns| ns.is_terminating()) {
            queue.add_at(&*delta.key, now + GRACE);
        }
    }

    fn reconcile(&mut self, key: &str, context: &mut Context) -> Result<(), Status> {
        let Ok(namespace) = context.door().get(Resource::Namespaces, key) else { return Ok(()) };
        if !namespace.is_terminating() || namespace["spec"]["finalizers"].is_empty() {
            return Ok(());
        }
        let kinds = discover(context);
        let left = delete_content(key, &kinds, context);
        let namespace = set_conditions(namespace, &left, context)?;
        if !left.remaining.is_empty() {
            // Pods say how long they take; everything else is looked at again soon.
            let wait = Duration::from_secs(u64::try_from(left.estimate / 2 + 1).unwrap_or(1));
            context.queue.add_at(key, context.now + wait);
            return Ok(());
        }
        let mut done = namespace;
        done.set("spec.finalizers", Value::from(Vec::new()));
        let url = Resource::Namespaces.url("", key) + "/finalize";
        match context.api.handle(Request::put(url, done).user_agent("kube-controller-manager")).into_result() {
            Err(status) if status.code == 404 => Ok(()),
            other => other.map(|_| ()),
        }
    }
}

/// Every resource with namespaces that can be listed.
fn discover(context: &mut Context) -> Vec<Kind> {
    let mut kinds = Vec::new();
    for path in ["/api", "/apis"] {
        let Ok(document) = context.api.handle(Request::get(path).accept(Accept::Discovery)).into_result() else {
            continue;
        };
        for group in document["items"].items() {
            // The first version is the preferred one.
            let version = &group["versions"][0];
            for resource in version["resources"].items() {
                let verbs = resource["verbs"].items();
                let can = |verb: &str| verbs.iter().any(|v| v.str() == verb);
                if resource["scope"].str() == "Namespaced" && can("list") && can("delete") {
                    kinds.push(Kind {
                        group: group.name().to_owned(),
                        version: version["version"].str().to_owned(),
                        resource: resource["resource"].str().to_owned(),
                        deletes: can("deletecollection"),
                    });
                }
            }
        }
    }
    // Events of either group are the same objects.
    kinds.retain(|k| !(k.resource == "events" && k.group == "events.k8s.io"));
    kinds
}

/// What is still there after an attempt.
#[derive(Default)]
struct Left {
    /// Resources with how many objects, and with which finalizers.
    remaining: Vec<(String, usize)>,
    finalizers: Vec<(String, usize)>,
    /// Seconds until the slowest pod is gone.
    estimate: i64,
    failures: Vec<String>,
}

/// Deletes pods first, and the rest when they are gone (`OrderedNamespaceDeletion`).
fn delete_content(namespace: &str, kinds: &[Kind], context: &mut Context) -> Left {
    let mut left = Left::default();
    let is_pods = |kind: &&Kind| kind.resource == "pods" && kind.group.is_empty();
    for kind in kinds.iter().filter(is_pods) {
        delete_kind(namespace, kind, &mut left, context);
    }
    if left.remaining.is_empty() {
        for kind in kinds.iter().filter(|k| !is_pods(k)) {
            delete_kind(namespace, kind, &mut left, context);
        }
    }
    left
}

fn delete_kind(namespace: &str, kind: &Kind, left: &mut Left, context: &mut Context) {
    let url = kind.url(namespace);
    let list = |context: &mut Context| context.api.handle(Request::get(&url)).into_result();
    match list(context) {
        Ok(found) if found["items"].is_empty() => return,
        Err(_) => return,
        Ok(found) if !kind.deletes => {
            for item in found["items"].items() {
                let request = Request::delete(format!("{url}/{}", item.name()), background());
                if let Err(status) = context.api.handle(request).into_result() {
                    left.failures.push(status.message);
                }
            }
        }
        Ok(_) => {
            let request = Request::delete(&url, background()).user_agent("kube-controller-manager");
            if let Err(status) = context.api.handle(request).into_result() {
                left.failures.push(status.message);
            }
        }
    }
    let Ok(found) = list(context) else { return };
    let items = found["items"].items();
    if items.is_empty() {
        return;
    }
    left.remaining.push((kind.name(), items.len()));
    for item in items {
        let grace = item.metadata()["deletionGracePeriodSeconds"].as_i64();
        let grace = if kind.resource == "pods" { grace.unwrap_or(0) } else { 0 };
        left.estimate = left.estimate.max(grace);
        for finalizer in item.finalizers() {
            match left.finalizers.iter_mut().find(|(name, _)| name == finalizer) {
                Some((_, count)) => *count += 1,
                None => left.finalizers.push((finalizer.to_owned(), 1)),
            }
        }
    }
}

fn background() -> Value {
    object! { "apiVersion" => "v1", "kind" => "DeleteOptions", "propagationPolicy" => "Background" }
}

/// Writes how far the deletion is, where it changed.
fn set_conditions(namespace: Value, left: &Left, context: &mut Context) -> Result<Value, Status> {
    let count = |all: &[(String, usize)], what: &str| {
        let texts: Vec<String> = all.iter().map(|(name, n)| format!("{name}{what} {n} resource instances")).collect();
        texts.join(", ")
    };
    let remaining = format!("Some resources are remaining: {}", count(&left.remaining, ". has"));
    let finalizers =
        format!("Some content in the namespace has finalizers remaining: {}", count(&left.finalizers, " in"));
    let failed =
        format!("Failed to delete all resource types, {} remaining: {}", left.failures.len(), left.failures.join(", "));
    let rows: [(&str, bool, &str, &str, &str, &str); 5] = [
        (
            "NamespaceDeletionDiscoveryFailure",
            false,
            "DiscoveryFailed",
            "",
            "ResourcesDiscovered",
            "All resources successfully discovered",
        ),
        (
            "NamespaceDeletionGroupVersionParsingFailure",
            false,
            "GroupVersionParsingFailed",
            "",
            "ParsedGroupVersions",
            "All legacy kube types successfully parsed",
        ),
        (
            "NamespaceDeletionContentFailure",
            !left.failures.is_empty(),
            "ContentDeletionFailed",
            &failed,
            "ContentDeleted",
            "All content successfully deleted, may be waiting on finalization",
        ),
        (
            "NamespaceContentRemaining",
            !left.remaining.is_empty(),
            "SomeResourcesRemain",
            &remaining,
            "ContentRemoved",
            "All content successfully removed",
        ),
        (
            "NamespaceFinalizersRemaining",
            !left.finalizers.is_empty(),
            "SomeFinalizersRemain",
            &finalizers,
            "ContentHasNoFinalizers",
            "All content-preserving finalizers finished",
        ),
    ];
    let old = namespace.at("status.conditions").clone();
    let conditions: Value = rows
        .into_iter()
        .map(|(kind, bad, bad_reason, bad_message, reason, message)| {
            let status = if bad { "True" } else { "False" };
            let same = old.items().iter().find(|c| c["type"].str() == kind && c["status"].str() == status);
            let since = same.map_or_else(|| Value::from(context.now.rfc3339()), |c| c["lastTransitionTime"].clone());
            object! {
                "type" => kind, "status" => status, "lastTransitionTime" => since,
                "reason" => if bad { bad_reason } else { reason }, "message" => if bad { bad_message } else { message },
            }
        })
        .collect();
    if old.same(&conditions) {
        return Ok(namespace);
    }
    let mut new = namespace;
    new.set("status.conditions", conditions);
    context.door().update_status(Resource::Namespaces, new)
}
