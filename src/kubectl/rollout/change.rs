//! `kubectl rollout pause`, `resume` and `restart`. Models `rollout_pause.go`, `rollout_resume.go`,
//! `rollout_restart.go`.

use super::{found, what};
use crate::apimachinery::Value;
use crate::cli::builder::Info;
use crate::cli::errors::{Error, Result};
use crate::cli::factory::Factory;
use crate::cli::printers;
use crate::client::PatchType;
use crate::kubectl::util;
use crate::object;

pub async fn pause(f: &Factory) -> Result {
    change(f, "paused", |info| match (info.mapping.kind.as_str(), info.object.at("spec.paused").bool()) {
        ("Deployment", false) => Ok(object! { "spec" => object! { "paused" => true } }),
        ("Deployment", true) => Err("is already paused"),
        _ => Err("pausing is not supported"),
    })
    .await
}

pub async fn resume(f: &Factory) -> Result {
    change(f, "resumed", |info| match (info.mapping.kind.as_str(), info.object.at("spec.paused").bool()) {
        ("Deployment", true) => Ok(object! { "spec" => object! { "paused" => Value::Null } }),
        ("Deployment", false) => Err("is not paused"),
        _ => Err("resuming is not supported"),
    })
    .await
}

const RESTARTED_AT: [&str; 5] = ["spec", "template", "metadata", "annotations", "kubectl.kubernetes.io/restartedAt"];

pub async fn restart(f: &Factory) -> Result {
    let now = f.ctx.client.clock.now().rfc3339();
    change(f, "restarted", |info| match info.mapping.kind.as_str() {
        "Deployment" if info.object.at("spec.paused").bool() => {
            Err("can't restart paused deployment (run rollout resume first)")
        }
        "Deployment" | "DaemonSet" | "StatefulSet" => {
            let mut patch = Value::object();
            if info.object.path(&RESTARTED_AT).str() != now {
                patch.set_in(&RESTARTED_AT, now.as_str());
            }
            Ok(patch)
        }
        _ => Err("restarting is not supported"),
    })
    .await
}

/// Sends the patch of each object and says what was done; an error of one does not keep the others.
async fn change(f: &Factory, done: &str, patch: impl Fn(&Info) -> Result<Value, &'static str>) -> Result {
    let options = util::write_options(f, "kubectl-rollout")?;
    let (infos, mut errors) = found(f).await?;
    for info in infos {
        let body = match patch(&info) {
            Ok(body) => body,
            Err(why) => {
                errors.push(Error::Msg(format!("error: {} {why}", what(&info))));
                continue;
            }
        };
        if body.is_empty() {
            errors.push(Error::Msg(format!(
                "failed to create patch for {}: if restart has already been triggered within the past second, please \
                 wait before attempting to trigger another",
                info.name
            )));
            continue;
        }
        match util::patch(f, &info, PatchType::Strategic, body, "", &options).await {
            Ok(object) => printers::for_operation(f, done)?.typed().print(f, &object)?,
            Err(e) => errors.push(Error::Msg(format!("failed to patch: {}", e.text()))),
        }
    }
    Error::all(errors)
}
