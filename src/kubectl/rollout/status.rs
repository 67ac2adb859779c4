//! `kubectl rollout status`. Models `rollout_status.go` and `polymorphichelpers/rollout_status.go`.

use super::found;
use crate::apimachinery::{Object, Time, Value};
use crate::cli::builder::Info;
use crate::cli::errors::{Error, Result};
use crate::cli::factory::Factory;
use crate::client::Request;
use crate::kubectl::deployments;
use crate::kubectl::util::turn;

pub async fn run(f: &Factory) -> Result {
    if f.flags.int("revision") < 0 {
        return Err(format!("revision must be a positive integer: {}", f.flags.int("revision")).into());
    }
    let timeout = f.flags.duration("timeout");
    let (infos, errors) = found(f).await?;
    Error::all(errors)?;
    let deadline = (!timeout.is_zero()).then(|| f.ctx.client.clock.now() + timeout);
    for info in infos {
        if !matches!(info.mapping.kind.as_str(), "Deployment" | "DaemonSet" | "StatefulSet") {
            let (kind, group) = (&info.mapping.kind, &info.mapping.resource.group);
            let dot = if group.is_empty() { "" } else { "." };
            return Err(format!("no status viewer has been implemented for {kind}{dot}{group}").into());
        }
        follow(f, &info, deadline).await?;
    }
    Ok(())
}

/// Says how far the rollout is at each change of the object, until it is done.
async fn follow(f: &Factory, info: &Info, deadline: Option<Time>) -> Result {
    let mut object = f.send(Request::get(info.url())).await?;
    loop {
        if say(f, &object)? {
            return Ok(());
        }
        let request = Request::get(info.collection_url())
            .query("fieldSelector", format!("metadata.name={}", info.name))
            .query("watch", "true")
            .query("resourceVersion", object["metadata"]["resourceVersion"].str());
        let watch = f.watch(request).await?;
        'events: loop {
            let poll = f.ctx.client.poll_watch(watch.id).await;
            for event in poll.events {
                match event.kind {
                    "DELETED" => return Err("object has been deleted".into()),
                    "ERROR" => break 'events,
                    "BOOKMARK" => {}
                    _ if say(f, &event.object)? => return Ok(()),
                    _ => {}
                }
            }
            if deadline.is_some_and(|d| f.ctx.client.clock.now() >= d) {
                return Err("timed out waiting for the condition".into());
            }
            f.check_pipe()?;
            if poll.closed {
                break;
            }
            turn(&f.ctx.client.clock, deadline).await;
        }
        object = f.send(Request::get(info.url())).await?;
    }
}

/// True where nothing more is to be waited for.
fn say(f: &Factory, object: &Value) -> Result<bool> {
    let (text, done) = progress(object, f.flags.int("revision"))?;
    f.out(&(text + "\n"));
    Ok(done || !f.flags.bool("watch"))
}

/// What is to be said of a rollout, and whether it is done.
fn progress(object: &Value, revision: i64) -> Result<(String, bool)> {
    let behind = object.generation() > object.at("status.observedGeneration").int();
    match object.kind() {
        "Deployment" => deployment(object, revision, behind),
        "DaemonSet" => daemon_set(object, behind),
        _ => stateful_set(object, behind),
    }
}

fn deployment(object: &Value, revision: i64, behind: bool) -> Result<(String, bool)> {
    let (name, count) = (object.name(), |field: &str| object["status"][field].int());
    let running = deployments::revision(object);
    if revision > 0 && revision != running {
        return Err(format!("desired revision ({revision}) is different from the running revision ({running})").into());
    }
    if behind {
        return Ok(("Waiting for deployment spec update to be observed...".into(), false));
    }
    let exceeded = |c: &Value| c["type"].str() == "Progressing" && c["reason"].str() == "ProgressDeadlineExceeded";
    if object.at("status.conditions").items().iter().any(exceeded) {
        return Err(format!("deployment {name:?} exceeded its progress deadline").into());
    }
    let (want, total) = (object.at("spec.replicas").int(), count("replicas"));
    let (updated, available) = (count("updatedReplicas"), count("availableReplicas"));
    let left = if updated < want {
        format!("{updated} out of {want} new replicas have been updated...")
    } else if total > updated {
        format!("{} old replicas are pending termination...", total - updated)
    } else if available < updated {
        format!("{available} of {updated} updated replicas are available...")
    } else {
        return Ok((format!("deployment {name:?} successfully rolled out"), true));
    };
    Ok((format!("Waiting for deployment {name:?} rollout to finish: {left}"), false))
}

/// Fails for sets whose pods are updated by whoever deletes them.
fn rolls(object: &Value) -> Result {
    match object.at("spec.updateStrategy.type").str() {
        "OnDelete" => Err("rollout status is only available for RollingUpdate strategy type".into()),
        _ => Ok(()),
    }
}

fn daemon_set(object: &Value, behind: bool) -> Result<(String, bool)> {
    rolls(object)?;
    if behind {
        return Ok(("Waiting for daemon set spec update to be observed...".into(), false));
    }
    let (name, count) = (object.name(), |field: &str| object["status"][field].int());
    let (want, updated, available) =
        (count("desiredNumberScheduled"), count("updatedNumberScheduled"), count("numberAvailable"));
    let left = if updated < want {
        format!("{updated} out of {want} new pods have been updated...")
    } else if available < want {
        format!("{available} of {want} updated pods are available...")
    } else {
        return Ok((format!("daemon set {name:?} successfully rolled out"), true));
    };
    Ok((format!("Waiting for daemon set {name:?} rollout to finish: {left}"), false))
}

fn stateful_set(object: &Value, behind: bool) -> Result<(String, bool)> {
    rolls(object)?;
    let (status, count) = (&object["status"], |field: &str| object["status"][field].int());
    if behind || count("observedGeneration") == 0 {
        return Ok(("Waiting for statefulset spec update to be observed...".into(), false));
    }
    let (want, ready, updated) = (object.at("spec.replicas").int(), count("readyReplicas"), count("updatedReplicas"));
    if ready < want {
        return Ok((format!("Waiting for {} pods to be ready...", want - ready), false));
    }
    if let Some(partition) = object.at("spec.updateStrategy.rollingUpdate.partition").as_i64() {
        let goal = want - partition;
        return Ok(if updated < goal {
            let text = format!("{updated} out of {goal} new pods have been updated...");
            (format!("Waiting for partitioned roll out to finish: {text}"), false)
        } else {
            (format!("partitioned roll out complete: {updated} new pods have been updated..."), true)
        });
    }
    let (current, update) = (status["currentRevision"].str(), status["updateRevision"].str());
    Ok(if update != current {
        (format!("waiting for statefulset rolling update to complete {updated} pods at revision {update}..."), false)
    } else {
        let pods = count("currentReplicas");
        (format!("statefulset rolling update complete {pods} pods at revision {current}..."), true)
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::list;
    use crate::object;

    fn deployment(updated: i64, total: i64, available: i64) -> Value {
        object! { "kind" => "Deployment", "metadata" => object! { "name" => "kubia", "generation" => 2 },
        "spec" => object! { "replicas" => 3 },
        "status" => object! { "observedGeneration" => 2, "updatedReplicas" => updated, "replicas" => total,
        "availableReplicas" => available } }
    }

    /// As recorded in 303-rollout and 502-ds-sts.
    #[test]
    fn progress_is_worded_as_recorded() {
        let wait = "Waiting for deployment \"kubia\" rollout to finish: ";
        let cases = [
            (deployment(0, 3, 0), "0 out of 3 new replicas have been updated..."),
            (deployment(3, 4, 3), "1 old replicas are pending termination..."),
            (deployment(3, 3, 2), "2 of 3 updated replicas are available..."),
        ];
        for (object, want) in cases {
            assert_eq!(progress(&object, 0).unwrap(), (format!("{wait}{want}"), false));
        }
        let done = "deployment \"kubia\" successfully rolled out";
        assert_eq!(progress(&deployment(3, 3, 3), 0).unwrap(), (done.to_owned(), true));
        let mut behind = deployment(3, 3, 3);
        behind.set("metadata.generation", 3);
        assert_eq!(progress(&behind, 0).unwrap().0, "Waiting for deployment spec update to be observed...");
        let mut late = deployment(1, 4, 3);
        let condition = object! { "type" => "Progressing", "reason" => "ProgressDeadlineExceeded" };
        late.set("status.conditions", list![condition]);
        assert_eq!(progress(&late, 0).unwrap_err().text(), "deployment \"kubia\" exceeded its progress deadline");
        let mut set = object! { "kind" => "StatefulSet", "metadata" => object! { "name" => "kubia", "generation" => 1 },
        "spec" => object! { "replicas" => 2, "updateStrategy" => object! { "rollingUpdate" => object! {
        "partition" => 0 } } }, "status" => object! { "observedGeneration" => 1, "updatedReplicas" => 2 } };
        assert_eq!(progress(&set, 0).unwrap(), ("Waiting for 2 pods to be ready...".to_owned(), false));
        set.set("status.readyReplicas", 2);
        let done = "partitioned roll out complete: 2 new pods have been updated...";
        assert_eq!(progress(&set, 0).unwrap(), (done.to_owned(), true));
    }
}
