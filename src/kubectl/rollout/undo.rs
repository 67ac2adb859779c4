//! `kubectl rollout undo`. Models `rollout_undo.go` and `polymorphichelpers/rollback.go`.

use super::found;
use super::revisions::{self, Revision};
use crate::apimachinery::{Object, Value};
use crate::cli::builder::Info;
use crate::cli::errors::{Error, Result};
use crate::cli::factory::Factory;
use crate::cli::printers;
use crate::client::PatchType;
use crate::kubectl::create::LAST_APPLIED;
use crate::kubectl::util::{self, DryRun};
use crate::kubectl::{deployments, describe};
use crate::{list, object};

pub async fn run(f: &Factory) -> Result {
    let dry_run = DryRun::of(f)?;
    let (infos, not_found) = found(f).await?;
    let mut errors = Vec::new();
    for info in infos {
        let done = one(f, &info, dry_run).await;
        let printed = match done {
            Ok(result) => {
                printers::for_operation(f, &dry_run.operation(&result)).and_then(|mut p| p.print(f, &info.object))
            }
            Err(e) => Err(e),
        };
        errors.extend(printed.err());
    }
    Error::all_then(errors, not_found)
}

/// Goes back, and says what was done.
async fn one(f: &Factory, info: &Info, dry_run: DryRun) -> Result<String> {
    let revisions = revisions::of(f, info, "rollbacker").await?;
    if info.object.annotation(LAST_APPLIED).is_some() {
        f.warn(&format!(
            "resource {} was previously managed with 'kubectl apply'. Rolling back will not update the {LAST_APPLIED} \
             annotation, which may cause unexpected behavior on future 'kubectl apply' operations. Consider using \
             'kubectl apply' with your previous configuration file instead.",
            info.resource_name()
        ));
    }
    let wanted = f.flags.int("to-revision");
    let target = target(info, &revisions, wanted)?;
    if dry_run == DryRun::Client {
        let template = describe::pod_template(&target.template);
        // Only what has controller revisions says what it is about to do.
        return Ok(match info.mapping.kind.as_str() {
            "Deployment" => template,
            _ => format!("will roll back to {template}"),
        });
    }
    if info.object.at("spec.paused").bool() {
        return Err(
            "you cannot rollback a paused deployment; resume it first with 'kubectl rollout resume' and try again"
                .into(),
        );
    }
    let template = deployments::without_hash(&target.template);
    if template == deployments::without_hash(info.object.at("spec.template")) {
        return Ok(format!("skipped rollback (current template already matches revision {wanted})"));
    }
    let (kind, body) = match info.mapping.kind.as_str() {
        "Deployment" => (PatchType::Json, restoring(&info.object, &target.object, template)),
        _ => (PatchType::Strategic, target.object["data"].clone()),
    };
    let options = util::WriteOptions { dry_run, ..Default::default() };
    util::patch(f, info, kind, body, "", &options)
        .await
        .map_err(|e| Error::Msg(format!("failed restoring revision {wanted}: {}", e.text())))?;
    Ok("rolled back".to_owned())
}

fn target<'a>(info: &Info, revisions: &'a [Revision], wanted: i64) -> Result<&'a Revision> {
    if wanted != 0 {
        let found = revisions.iter().find(|r| r.number == wanted && wanted > 0);
        return found.ok_or_else(|| Error::Msg(format!("unable to find specified revision {wanted} in history")));
    }
    revisions.iter().rev().nth(1).ok_or_else(|| match info.mapping.kind.as_str() {
        "Deployment" => Error::Msg(format!("no rollout history found for deployment {:?}", info.name)),
        _ => Error::msg("no last revision to roll back to"),
    })
}

/// Annotations that stay the deployment's own.
const KEPT: [&str; 6] = [
    LAST_APPLIED,
    deployments::REVISION,
    "deployment.kubernetes.io/revision-history",
    "deployment.kubernetes.io/desired-replicas",
    "deployment.kubernetes.io/max-replicas",
    "deprecated.deployment.rollback.to",
];

/// The JSON patch that gives a deployment the template and the annotations of a replica set.
fn restoring(deployment: &Value, set: &Value, template: Value) -> Value {
    let mut annotations = Value::object();
    for (source, wanted) in [(deployment, true), (set, false)] {
        for (key, value) in source.annotations().fields().filter(|(k, _)| KEPT.contains(k) == wanted) {
            annotations.map_mut().insert(key, value.clone());
        }
    }
    list![
        object! { "op" => "replace", "path" => "/spec/template", "value" => template },
        object! { "op" => "replace", "path" => "/metadata/annotations", "value" => annotations },
    ]
}
