//! `kubectl rollout`. Models `kubectl/pkg/cmd/rollout` and `kubectl/pkg/polymorphichelpers`.

use super::deployments;
use super::util::{self, DryRun, turn};
use crate::apimachinery::{Object, Value};
use crate::cli::builder::{Builder, Info};
use crate::cli::command::{Action, Command};
use crate::cli::errors::{Error, Result};
use crate::cli::factory::Factory;
use crate::cli::flags::Flag;
use crate::cli::{flag_sets, printers};
use crate::client::{PatchType, Request};
use crate::{action, list, object};

pub const COMMAND: Command = Command::new("rollout", "Manage the rollout of a resource", Action::Group)
    .long("Manage the rollout of one or many resources: deployments, daemonsets and statefulsets")
    .examples("# Follow a rollout\nkubectl rollout status deployment/abc\n\n# Restart a deployment\nkubectl rollout restart deployment/abc\n\n# Go back to the revision before\nkubectl rollout undo deployment/abc")
    .subcommands(SUBCOMMANDS);

const WATCH: &[Flag] = &[
    Flag::int64("revision", "0", "Stop when the rollout is of another revision; 0 takes the latest."),
    Flag::duration("timeout", "0s", "How long to wait; zero waits as long as it takes."),
    Flag::bool_on("watch", "Wait until the rollout is done.").short('w'),
];
const UNDO: &[Flag] = &[Flag::int64("to-revision", "0", "The revision to go back to; 0 is the one before.")];
const COMMON: &[&[Flag]] = &[flag_sets::DRY_RUN, flag_sets::FILES, flag_sets::PRINT, flag_sets::SELECTOR];

const SUBCOMMANDS: &[Command] = &[
    Command::new("history", "View rollout history", action!(history))
        .usage("(TYPE NAME | TYPE/NAME) [flags] [options]")
        .flags(COMMON),
    Command::new("pause", "Mark the provided resource as paused", action!(pause))
        .usage("RESOURCE [options]")
        .flags(COMMON),
    Command::new("restart", "Restart a resource", action!(restart)).usage("RESOURCE [options]").flags(COMMON),
    Command::new("resume", "Resume a paused resource", action!(resume)).usage("RESOURCE [options]").flags(COMMON),
    Command::new("status", "Show the status of the rollout", action!(status))
        .usage("(TYPE NAME | TYPE/NAME) [flags] [options]")
        .flags(&[WATCH, flag_sets::FILES, flag_sets::SELECTOR]),
    Command::new("undo", "Undo a previous rollout", action!(undo))
        .usage("(TYPE NAME | TYPE/NAME) [flags] [options]")
        .flags(&[UNDO, flag_sets::DRY_RUN, flag_sets::FILES, flag_sets::PRINT, flag_sets::SELECTOR]),
];

async fn found(f: &Factory) -> Result<Vec<Info>> {
    if f.args().is_empty() && f.flags.list("filename").is_empty() {
        return Err("required resource not specified".into());
    }
    let mut builder = Builder::new(f)?.files(f).selector(f);
    builder.latest = true;
    builder.args(f, true, f.args()).await?.all_infos(f).await
}

async fn status(f: &Factory) -> Result {
    let timeout = f.flags.duration("timeout");
    let deadline = (!timeout.is_zero()).then(|| f.ctx.client.clock.now() + timeout);
    for info in found(f).await? {
        if !matches!(info.mapping.kind.as_str(), "Deployment" | "DaemonSet" | "StatefulSet") {
            return Err(Error::Msg(format!("no status viewer has been implemented for {}", info.mapping.kind)));
        }
        let mut last = 0;
        let mut object = info.object.clone();
        loop {
            if object["metadata"]["resourceVersion"].str() != last.to_string() {
                last = object.resource_version();
                let (text, done) = progress(&object)?;
                f.out(&(text + "\n"));
                if done || !f.flags.bool("watch") {
                    break;
                }
            }
            if deadline.is_some_and(|d| f.ctx.client.clock.now() >= d) {
                return Err("timed out waiting for the condition".into());
            }
            f.check_pipe()?;
            turn(&f.ctx.client.clock, deadline).await;
            object = f.send(Request::get(info.url())).await?;
        }
    }
    Ok(())
}

/// What is to be said of a rollout, and whether it is done.
fn progress(object: &Value) -> Result<(String, bool)> {
    let (name, spec, status) = (object.name(), &object["spec"], &object["status"]);
    let count = |field: &str| status[field].int();
    let behind = object.generation() > count("observedGeneration");
    Ok(match object.kind() {
        "Deployment" if behind => ("Waiting for deployment spec update to be observed...".into(), false),
        "Deployment" => {
            let exceeded =
                |c: &Value| c["type"].str() == "Progressing" && c["reason"].str() == "ProgressDeadlineExceeded";
            if status["conditions"].items().iter().any(exceeded) {
                return Err(Error::Msg(format!("deployment {name:?} exceeded its progress deadline")));
            }
            let (want, updated) = (spec["replicas"].int(), count("updatedReplicas"));
            let wait = format!("Waiting for deployment {name:?} rollout to finish:");
            if updated < want {
                (format!("{wait} {updated} out of {want} new replicas have been updated..."), false)
            } else if count("replicas") > updated {
                (format!("{wait} {} old replicas are pending termination...", count("replicas") - updated), false)
            } else if count("availableReplicas") < updated {
                (format!("{wait} {} of {updated} updated replicas are available...", count("availableReplicas")), false)
            } else {
                (format!("deployment {name:?} successfully rolled out"), true)
            }
        }
        "DaemonSet" if behind => ("Waiting for daemon set spec update to be observed...".into(), false),
        "DaemonSet" => {
            let (want, updated) = (count("desiredNumberScheduled"), count("updatedNumberScheduled"));
            let wait = format!("Waiting for daemon set {name:?} rollout to finish:");
            if updated < want {
                (format!("{wait} {updated} out of {want} new pods have been updated..."), false)
            } else if count("numberAvailable") < want {
                (format!("{wait} {} of {want} updated pods are available...", count("numberAvailable")), false)
            } else {
                (format!("daemon set {name:?} successfully rolled out"), true)
            }
        }
        _ if behind => ("Waiting for statefulset spec update to be observed...".into(), false),
        _ => {
            let missing = spec["replicas"].int() - count("readyReplicas");
            let (updated, revision) = (count("updatedReplicas"), status["updateRevision"].str());
            if missing > 0 {
                (format!("Waiting for {missing} pods to be ready..."), false)
            } else if status["updateRevision"] != status["currentRevision"] {
                (
                    format!(
                        "waiting for statefulset rolling update to complete {updated} pods at revision {revision}..."
                    ),
                    false,
                )
            } else {
                (
                    format!(
                        "statefulset rolling update complete {} pods at revision {revision}...",
                        count("currentReplicas")
                    ),
                    true,
                )
            }
        }
    })
}

/// Sends a change of one object and says what was done.
async fn change(f: &Factory, info: &Info, kind: PatchType, body: Value, done: &str) -> Result {
    let options = util::write_options(f, "kubectl-rollout")?;
    let object = match options.dry_run {
        DryRun::Client => super::patch::locally(&info.object, kind, &body)?,
        _ => util::patch(f, info, kind, body, "", &options).await?,
    };
    printers::for_operation(f, &options.dry_run.operation(done))?.print(f, &object)
}

fn what(info: &Info) -> String {
    format!("{} {:?}", info.mapping.group_resource(), info.name)
}

async fn pause(f: &Factory) -> Result {
    set_paused(f, true).await
}

async fn resume(f: &Factory) -> Result {
    set_paused(f, false).await
}

async fn set_paused(f: &Factory, paused: bool) -> Result {
    let verb = if paused { ("pausing", "already paused", "paused") } else { ("resuming", "not paused", "resumed") };
    for info in found(f).await? {
        if info.mapping.kind != "Deployment" {
            return Err(Error::Msg(format!("{} {} is not supported", what(&info), verb.0)));
        }
        if info.object.at("spec.paused").bool() == paused {
            return Err(Error::Msg(format!("{} is {}", what(&info), verb.1)));
        }
        let body = object! { "spec" => object! { "paused" => if paused { Some(true) } else { None } } };
        change(f, &info, PatchType::Strategic, body, verb.2).await?;
    }
    Ok(())
}

async fn restart(f: &Factory) -> Result {
    for info in found(f).await? {
        if !matches!(info.mapping.kind.as_str(), "Deployment" | "DaemonSet" | "StatefulSet") {
            return Err(Error::Msg(format!("{} restarting is not supported", what(&info))));
        }
        if info.object.at("spec.paused").bool() {
            return Err(Error::Msg(format!(
                "{} can't restart paused deployment (run rollout resume first)",
                what(&info)
            )));
        }
        let mut body = Value::object();
        let path = ["spec", "template", "metadata", "annotations", "kubectl.kubernetes.io/restartedAt"];
        body.set_in(&path, f.ctx.client.clock.now().rfc3339());
        change(f, &info, PatchType::Strategic, body, "restarted").await?;
    }
    Ok(())
}

/// The replica sets of a deployment, oldest revision first.
async fn revisions(f: &Factory, info: &Info) -> Result<Vec<Value>> {
    let url = format!("/apis/apps/v1/namespaces/{}/replicasets", info.namespace);
    let sets = f.send(Request::get(url)).await?["items"].items().to_vec();
    let mut owned = deployments::owned(&info.object, sets);
    owned.sort_by_key(deployments::revision);
    Ok(owned)
}

async fn history(f: &Factory) -> Result {
    for info in found(f).await? {
        if info.mapping.kind != "Deployment" {
            return Err(super::not_simulated(&format!("{} of {}", f.path, info.mapping.resource.resource)));
        }
        let mut text = format!("{} \nREVISION  CHANGE-CAUSE\n", info.object_name());
        for rs in revisions(f, &info).await? {
            let cause = rs.annotation("kubernetes.io/change-cause").unwrap_or("<none>");
            text.push_str(&format!("{:<10}{cause}\n", deployments::revision(&rs)));
        }
        f.out(&(text + "\n"));
    }
    Ok(())
}

async fn undo(f: &Factory) -> Result {
    for info in found(f).await? {
        if info.mapping.kind != "Deployment" {
            return Err(super::not_simulated(&format!("{} of {}", f.path, info.mapping.resource.resource)));
        }
        let wanted = f.flags.int("to-revision");
        let sets = revisions(f, &info).await?;
        let target = match wanted {
            0 => sets
                .iter()
                .rev()
                .nth(1)
                .ok_or_else(|| Error::Msg(format!("no rollout history found for deployment {:?}", info.name)))?,
            n => sets
                .iter()
                .find(|rs| deployments::revision(rs) == n)
                .ok_or_else(|| Error::Msg(format!("unable to find specified revision {n} in history")))?,
        };
        if info.object.at("spec.paused").bool() {
            return Err(
                "you cannot rollback a paused deployment; resume it first with 'kubectl rollout resume' and try again"
                    .into(),
            );
        }
        let template = deployments::without_hash(target.at("spec.template"));
        if template == deployments::without_hash(info.object.at("spec.template")) {
            let text = format!(
                "skipped rollback (current template already matches revision {})",
                deployments::revision(target)
            );
            printers::for_operation(f, &text)?.print(f, &info.object)?;
            continue;
        }
        let body = list![object! { "op" => "replace", "path" => "/spec/template", "value" => template }];
        change(f, &info, PatchType::Json, body, "rolled back").await?;
    }
    Ok(())
}
