//! The revisions of a workload: a deployment's replica sets, a set's ControllerRevisions.

use crate::apimachinery::{Object, Value};
use crate::cli::builder::Info;
use crate::cli::errors::{Error, Result};
use crate::cli::factory::Factory;
use crate::client::{PatchType, Request};
use crate::kubectl::{deployments, patch};

pub const CHANGE_CAUSE: &str = "kubernetes.io/change-cause";

/// One revision.
pub struct Revision {
    pub number: i64,
    /// The ReplicaSet or ControllerRevision.
    pub object: Value,
    /// What `history -o` shows: the ReplicaSet, or the set as it was.
    pub shown: Value,
    pub template: Value,
    /// "" where none was given.
    pub cause: String,
}

/// The revisions of a workload, the oldest first. Fails for kinds that keep none; `what` words it.
pub async fn of(f: &Factory, info: &Info, what: &str) -> Result<Vec<Revision>> {
    let resource = match info.mapping.kind.as_str() {
        "Deployment" => "replicasets",
        "DaemonSet" | "StatefulSet" => "controllerrevisions",
        kind => {
            let group = &info.mapping.resource.group;
            let name = if group.is_empty() { kind.to_owned() } else { format!("{kind}.{group}") };
            if matches!(kind, "Pod" | "ReplicaSet" | "ReplicationController" | "Job" | "CronJob") {
                return Err(Error::Msg(format!("no {what} has been implemented for {name:?}")));
            }
            let what = what.trim_end_matches(" viewer");
            return Err(Error::Msg(format!(
                "error retrieving {what} for {name:?}, no visitor method exists for {{{group} {kind}}}"
            )));
        }
    };
    let url = format!("/apis/apps/v1/namespaces/{}/{resource}", info.namespace);
    let list = f.send(Request::get(url)).await?["items"].items().to_vec();
    let mut revisions = Vec::new();
    for mut object in deployments::owned(&info.object, list) {
        object.default_to("apiVersion", "apps/v1");
        object.default_to("kind", if resource == "replicasets" { "ReplicaSet" } else { "ControllerRevision" });
        let (number, shown) = match resource {
            "replicasets" => (deployments::revision(&object), object.clone()),
            _ => {
                let set = patch::locally(&info.object, PatchType::Strategic, &object["data"])?;
                (object["revision"].int(), set)
            }
        };
        let template = shown.at("spec.template").clone();
        let cause = object.annotation(CHANGE_CAUSE).or_else(|| template.annotation(CHANGE_CAUSE));
        revisions.push(Revision { number, cause: cause.unwrap_or("").to_owned(), template, shown, object });
    }
    revisions.sort_by_key(|r| r.number);
    Ok(revisions)
}
