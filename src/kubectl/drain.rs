//! `kubectl drain`. Models `kubectl/pkg/cmd/drain/drain.go` and `kubectl/pkg/drain`.

use super::cordon;
use super::util::DryRun;
use crate::apimachinery::time::{Duration, go_duration};
use crate::apimachinery::{Object, Time, Value};
use crate::cli::builder::Builder;
use crate::cli::command::Command;
use crate::cli::errors::{Error, Result};
use crate::cli::factory::Factory;
use crate::cli::flags::Flag;
use crate::cli::{flag_sets, printers};
use crate::client::Request;
use crate::{action, object};
use std::collections::BTreeMap;

const FLAGS: &[Flag] = &[
    Flag::bool("delete-emptydir-data", "Go on where pods have emptyDir volumes, whose data is then lost."),
    Flag::bool("disable-eviction", "Delete pods instead of evicting them: disruption budgets are passed over."),
    Flag::bool("force", "Go on where pods have no controller, and so do not come back."),
    Flag::int32("grace-period", "-1", "Seconds that pods get to end; negative takes their own."),
    Flag::bool("ignore-daemonsets", "Leave the pods of daemon sets where they are."),
    Flag::str("pod-selector", "", "Label query for the pods to evict."),
    Flag::int32(
        "skip-wait-for-delete-timeout",
        "0",
        "Do not wait for pods that were deleted longer ago than this, in seconds.",
    ),
    Flag::duration("timeout", "0s", "How long to wait; zero waits as long as it takes."),
];

pub const COMMAND: Command = Command::new("drain", "Drain node in preparation for maintenance", action!(run))
    .usage("NODE [options]")
    .long("Drain node in preparation for maintenance.\n\n The node is marked unschedulable and its pods are evicted, as far as their disruption budgets allow. Pods of daemon sets, pods without a controller and pods with local data stop it unless a flag says otherwise")
    .examples("# Drain node \"foo\", even if there are pods without a controller\nkubectl drain foo --force\n\n# As above, with a grace period of 15 minutes\nkubectl drain foo --grace-period=900")
    .flags(&[FLAGS, flag_sets::CHUNK_SIZE, flag_sets::DRY_RUN, flag_sets::SELECTOR]);

async fn run(f: &Factory) -> Result {
    let selector = f.flags.str("selector");
    if f.args().is_empty() && !f.flags.changed("selector") {
        return Err(f.usage_error("USAGE: drain NODE [flags]"));
    }
    if !f.args().is_empty() && !selector.is_empty() {
        return Err(f.usage_error("cannot specify both a node name and a --selector option"));
    }
    let dry_run = DryRun::of(f)?;
    let mut builder = Builder::new(f)?;
    builder.stop_at_error = true;
    let builder = match f.args() {
        [] => builder.labelled("nodes", selector),
        names => builder.named("nodes", names),
    };
    let infos = builder.all_infos(f).await?;
    cordon::mark(f, &infos, true).await?;
    let (mut left, mut errors) = (Vec::new(), Vec::new());
    for info in &infos {
        match one(f, &info.name, dry_run).await {
            Ok(()) => printers::for_operation(f, &dry_run.operation("drained"))?.print(f, &info.object)?,
            Err(Failed(texts)) => {
                let text = match texts.as_slice() {
                    [one] => one.clone(),
                    several => format!("[{}]", several.join(", ")),
                };
                f.err(&format!(
                    "error: unable to drain node {:?} due to error: {text}, continuing command...\n",
                    info.name
                ));
                left.push(info.name.as_str());
                errors.extend(texts);
            }
        }
    }
    if left.is_empty() {
        return Ok(());
    }
    f.err("There are pending nodes to be drained:\n");
    left.iter().for_each(|name| f.err(&format!(" {name}\n")));
    Err(Error::Raw(errors.join("\n")))
}

/// Why a node could not be drained.
struct Failed(Vec<String>);

impl From<Error> for Failed {
    fn from(error: Error) -> Self {
        Failed(vec![error.text()])
    }
}

async fn one(f: &Factory, node: &str, dry_run: DryRun) -> Result<(), Failed> {
    let pods = to_delete(f, node).await?;
    for pod in &pods {
        let how = if f.flags.bool("disable-eviction") { "deleting" } else { "evicting" };
        let what = format!("pod {}/{}", pod.namespace(), pod.name());
        f.out(&format!("{how} {}\n", dry_run.operation(&what)));
    }
    if dry_run == DryRun::Client {
        return Ok(());
    }
    let timeout = f.flags.duration("timeout");
    let deadline = (!timeout.is_zero()).then(|| f.ctx.client.clock.now() + timeout);
    match evict_all(f, pods, dry_run, deadline).await {
        Ok(()) => Ok(()),
        Err(why) => {
            if let Ok(pending) = to_delete(f, node).await {
                if !pending.is_empty() {
                    f.err(&format!("There are pending pods in node {node:?} when an error occurred: {}\n", why.text()));
                    pending.iter().for_each(|pod| f.err(&format!("pod/{}\n", pod.name())));
                }
            }
            Err(why.into())
        }
    }
}

/// What becomes of a pod.
enum Fate {
    Goes,
    GoesWith(&'static str),
    Stays,
    StaysWith(&'static str),
    Stops(&'static str),
}

/// The pods of a node that are to go. Warns of some; fails where some may not go. Models `GetPodsForDeletion`.
async fn to_delete(f: &Factory, node: &str) -> Result<Vec<Value>, Failed> {
    let mut request = Request::get("/api/v1/pods").query("fieldSelector", format!("spec.nodeName={node}"));
    let selector = f.flags.str("pod-selector");
    if !selector.is_empty() {
        request = request.query("labelSelector", selector);
    }
    let list = f.send(request).await?;
    let (mut going, mut warnings, mut refused) = (Vec::new(), BTreeMap::new(), BTreeMap::new());
    for pod in list["items"].items() {
        let name = format!("{}/{}", pod.namespace(), pod.name());
        let fate = fate(f, pod).await?;
        if matches!(fate, Fate::Goes | Fate::GoesWith(_)) {
            going.push(pod.clone());
        }
        match fate {
            Fate::Goes | Fate::Stays => {}
            Fate::GoesWith(what) | Fate::StaysWith(what) => {
                warnings.entry(what).or_insert_with(Vec::new).push(name);
            }
            Fate::Stops(what) => refused.entry(what).or_insert_with(Vec::new).push(name),
        }
    }
    let said = |(what, names): (&&str, &Vec<String>)| format!("{what}: {}", names.join(", "));
    if !refused.is_empty() {
        return Err(Failed(refused.iter().map(|r| format!("cannot delete {}", said(r))).collect()));
    }
    if !warnings.is_empty() {
        f.err(&format!("Warning: {}\n", warnings.iter().map(said).collect::<Vec<_>>().join("; ")));
    }
    Ok(going)
}

/// Models the filters of `kubectl/pkg/drain/filters.go`, in their order.
async fn fate(f: &Factory, pod: &Value) -> Result<Fate> {
    let finished = matches!(pod.at("status.phase").str(), "Succeeded" | "Failed");
    let limit = f.flags.int("skip-wait-for-delete-timeout");
    if let Some(deleted) = pod.deletion_timestamp().filter(|_| limit > 0) {
        if f.ctx.client.clock.now().secs() - deleted.secs() > limit {
            return Ok(Fate::Stays);
        }
    }
    let owner = pod.controller_of();
    let mut warning = None;
    if let Some(owner) = owner.as_ref().filter(|o| o["kind"].str() == "DaemonSet" && !finished) {
        let url = format!("/apis/apps/v1/namespaces/{}/daemonsets/{}", pod.namespace(), owner["name"].str());
        match f.send(Request::get(url)).await {
            Err(e) if e.is_not_found() && f.flags.bool("force") => {}
            Err(e) => return Err(e),
            Ok(_) if !f.flags.bool("ignore-daemonsets") => {
                return Ok(Fate::Stops("DaemonSet-managed Pods (use --ignore-daemonsets to ignore)"));
            }
            Ok(_) => return Ok(Fate::StaysWith("ignoring DaemonSet-managed Pods")),
        }
    }
    if pod.annotation("kubernetes.io/config.mirror").is_some() {
        return Ok(Fate::Stays);
    }
    let has_data = pod.at("spec.volumes").items().iter().any(|v| !v["emptyDir"].is_null());
    if has_data && !finished {
        if !f.flags.bool("delete-emptydir-data") {
            return Ok(Fate::Stops("Pods with local storage (use --delete-emptydir-data to override)"));
        }
        warning = Some("deleting Pods with local storage");
    }
    if owner.is_none() && !finished {
        if !f.flags.bool("force") {
            return Ok(Fate::Stops("Pods that declare no controller (use --force to override)"));
        }
        warning = Some("deleting Pods that declare no controller");
    }
    Ok(warning.map_or(Fate::Goes, Fate::GoesWith))
}

const RETRY: Duration = Duration::from_secs(5);
const POLL: Duration = Duration::from_secs(1);

/// Evicts all, again where a budget does not allow it yet, and waits until they are gone.
async fn evict_all(f: &Factory, pods: Vec<Value>, dry_run: DryRun, deadline: Option<Time>) -> Result {
    let clock = &f.ctx.client.clock;
    let expired = || deadline.is_some_and(|d| clock.now() >= d);
    let mut asked: Vec<(Value, Option<Time>)> = pods.into_iter().map(|pod| (pod, Some(clock.now()))).collect();
    let mut errors = Vec::new();
    loop {
        let mut waiting = Vec::new();
        for (pod, due) in asked {
            let (namespace, name) = (pod.namespace(), pod.name());
            let due = match due {
                Some(due) if due <= clock.now() => match ask(f, &pod, dry_run).await {
                    Ok(()) => None,
                    Err(e) if e.is_not_found() => None,
                    Err(e) if e.is("TooManyRequests") => {
                        f.err(&format!(
                            "error when evicting pods/{name:?} -n {namespace:?} (will retry after 5s): {}\n",
                            e.text()
                        ));
                        Some(clock.now() + RETRY)
                    }
                    Err(e) => {
                        errors.push(format!("error when evicting pods/{name:?} -n {namespace:?}: {}", e.text()));
                        continue;
                    }
                },
                due => due,
            };
            if dry_run == DryRun::Server {
                continue;
            }
            if due.is_none() && is_gone(f, &pod).await? {
                let done = if f.flags.bool("disable-eviction") { "deleted" } else { "evicted" };
                f.out(&format!("pod/{name} {done}\n"));
                continue;
            }
            waiting.push((pod, due));
        }
        asked = waiting;
        if asked.is_empty() {
            break;
        }
        if expired() {
            return Err(Error::Msg(format!(
                "drain did not complete within {}",
                go_duration(f.flags.duration("timeout"))
            )));
        }
        f.check_pipe()?;
        clock.sleep(POLL).await;
    }
    match errors.as_slice() {
        [] => Ok(()),
        _ => Err(Error::Msg(errors.join("\n"))),
    }
}

async fn ask(f: &Factory, pod: &Value, dry_run: DryRun) -> Result {
    let (namespace, name) = (pod.namespace(), pod.name());
    let url = format!("/api/v1/namespaces/{namespace}/pods/{name}");
    let mut options = object! {};
    if f.flags.int("grace-period") >= 0 {
        options.set("gracePeriodSeconds", f.flags.int("grace-period"));
    }
    if dry_run == DryRun::Server {
        options.set("dryRun", crate::list!["All"]);
    }
    let request = match f.flags.bool("disable-eviction") {
        true => Request::delete(url, options),
        false => {
            let eviction = object! {
                "apiVersion" => "policy/v1", "kind" => "Eviction",
                "metadata" => object! { "name" => name, "namespace" => namespace }, "deleteOptions" => options,
            };
            Request::post(format!("{url}/eviction"), eviction)
        }
    };
    f.send(request).await.map(drop)
}

async fn is_gone(f: &Factory, pod: &Value) -> Result<bool> {
    match f.send(Request::get(format!("/api/v1/namespaces/{}/pods/{}", pod.namespace(), pod.name()))).await {
        Ok(now) => Ok(now.uid() != pod.uid()),
        Err(e) if e.is_not_found() => Ok(true),
        Err(e) => Err(e),
    }
}
