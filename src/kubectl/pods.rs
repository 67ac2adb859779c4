//! From what a user named to a pod and a container of it. Models `kubectl/pkg/polymorphichelpers` and
//! `kubectl/pkg/cmd/util/podcmd`.

use crate::apimachinery::labels::format_label_selector;
use crate::apimachinery::time::{Duration, Time};
use crate::apimachinery::{Object, Value};
use crate::cli::builder::{Builder, Info};
use crate::cli::errors::{Error, Result};
use crate::cli::factory::Factory;
use crate::client::Request;

/// `Defaulted container "a" out of: a, b, i (init)`: the names in the order of kubectl.
pub fn all_names(pod: &Value) -> String {
    let spec = &pod["spec"];
    let mut names = Vec::new();
    for (list, suffix) in [("containers", ""), ("ephemeralContainers", " (ephem)"), ("initContainers", " (init)")] {
        names.extend(spec[list].items().iter().map(|c| format!("{}{suffix}", c["name"].str())));
    }
    names.join(", ")
}

/// The container of a name, or the default one with a word about it where there are others.
pub fn container(f: &Factory, pod: &Value, name: &str, quiet: bool) -> Result<Value> {
    let spec = &pod["spec"];
    let lists = ["containers", "initContainers", "ephemeralContainers"];
    let find = |name: &str| lists.iter().flat_map(|l| spec[*l].items()).find(|c| c["name"].str() == name).cloned();
    let default = || pod.annotation("kubectl.kubernetes.io/default-container");
    let name = if name.is_empty() { default().unwrap_or_default() } else { name };
    if !name.is_empty() {
        return find(name).ok_or_else(|| {
            Error::Msg(format!("container {name} is not valid for pod {} out of: {}", pod.name(), all_names(pod)))
        });
    }
    let Some(first) = spec["containers"].items().first() else {
        return Err(Error::Msg(format!("pod {} does not have any containers", pod.name())));
    };
    if !quiet && lists.iter().map(|l| spec[*l].items().len()).sum::<usize>() > 1 {
        f.err(&format!("Defaulted container {:?} out of: {}\n", first["name"].str(), all_names(pod)));
    }
    Ok(first.clone())
}

/// The one object that an argument names, a pod where no type is given.
pub async fn resource(f: &Factory, word: &str) -> Result<Info> {
    let words = match word.contains('/') {
        true => vec![word.to_owned()],
        false => vec!["pods".to_owned(), word.to_owned()],
    };
    let mut infos = Builder::new(f)?.args(f, false, &words).await?.all_infos(f).await?;
    match infos.len() {
        1 => Ok(infos.remove(0)),
        _ => Err("expected a resource".into()),
    }
}

/// The selector of the pods of an object; None for kinds without one.
pub fn selector(object: &Value) -> Option<String> {
    let spec = &object["spec"];
    let pairs = |map: &Value| map.fields().map(|(k, v)| format!("{k}={}", v.str())).collect::<Vec<_>>().join(",");
    match object.kind() {
        "Deployment" | "ReplicaSet" | "StatefulSet" | "DaemonSet" | "Job" => {
            Some(format_label_selector(&spec["selector"]))
        }
        "ReplicationController" | "Service" => Some(pairs(&spec["selector"])),
        _ => None,
    }
}

/// What Go calls the type of an object: `*v1.Node`.
pub fn go_type(object: &Value) -> String {
    let gvk = object.gvk();
    format!("*{}.{}", gvk.version, gvk.kind)
}

/// Which of several pods is the best to look at.
#[derive(Clone, Copy, PartialEq)]
pub enum Order {
    /// For logs: running, ready the longest.
    Logging,
    /// For exec, attach and port-forward: active, ready.
    Active,
}

/// The pod itself, or the best pod of a workload or service; waits for one to appear.
pub async fn pod_of(f: &Factory, object: &Value, order: Order, what: &str) -> Result<Value> {
    if object.kind() == "Pod" {
        return Ok(object.clone());
    }
    let Some(selector) = selector(object) else {
        return Err(Error::Msg(format!(
            "cannot {what} {}: selector for {} not implemented",
            go_type(object),
            go_type(object)
        )));
    };
    if object.kind() == "Service" && selector.is_empty() {
        return Err(Error::Msg(format!(
            "cannot {what} {}: invalid service '{}': Service is defined without a selector",
            go_type(object),
            object.name()
        )));
    }
    let timeout = match f.flags.duration("pod-running-timeout") {
        d if d.is_zero() => Duration::from_secs(20),
        d => d,
    };
    let deadline = f.ctx.client.clock.now() + timeout;
    let url = format!("/api/v1/namespaces/{}/pods", object.namespace());
    loop {
        let request = Request::get(url.clone()).query("labelSelector", selector.clone());
        let mut pods = f.send(request).await?["items"].items().to_vec();
        if !pods.is_empty() {
            pods.sort_by_key(|p| rank(p, order));
            let count = pods.len();
            let mut first = pods.remove(0);
            first.set("kind", "Pod");
            first.set("apiVersion", "v1");
            if count > 1 && order == Order::Logging {
                f.err(&format!("Found {count} pods, using pod/{}\n", first.name()));
            }
            return Ok(first);
        }
        if f.ctx.client.clock.now() >= deadline {
            return Err("timed out waiting for the condition".into());
        }
        // Asking again without letting time pass would never end.
        f.ctx.client.clock.sleep(Duration::from_millis(500)).await;
    }
}

/// When a pod became ready; None where it is not.
fn ready_since(pod: &Value) -> Option<Option<Time>> {
    let conditions = pod["status"]["conditions"].items();
    let ready = conditions.iter().find(|c| c["type"].str() == "Ready" && c["status"].str() == "True")?;
    Some(Time::parse_rfc3339(ready["lastTransitionTime"].str()))
}

type Rank = (bool, u8, bool, i64, i64, i64, String);

/// Smaller is better. Models `podutils.ByLogging` and `podutils.ActivePods`.
fn rank(pod: &Value, order: Order) -> Rank {
    let unassigned = pod.at("spec.nodeName").str().is_empty();
    let phase = match pod.at("status.phase").str() {
        "Running" => 0,
        "Unknown" => 1,
        _ => 2,
    };
    let ready = ready_since(pod);
    let since = ready.flatten().map_or(i64::MAX, |t| t.0);
    let restarts =
        pod.at("status.containerStatuses").items().iter().map(|s| s["restartCount"].int()).max().unwrap_or(0);
    let created = pod.creation_timestamp().map_or(i64::MAX, |t| t.0);
    let restarts = if order == Order::Logging { -restarts } else { restarts };
    (unassigned, phase, ready.is_none(), since, restarts, created, pod.name().to_owned())
}
