//! `kubectl delete`. Models `kubectl/pkg/cmd/delete/delete.go`.

use super::raw;
use super::util::{DryRun, turn};
use crate::apimachinery::time::Duration;
use crate::apimachinery::{Object, Value};
use crate::cli::builder::{Builder, Info};
use crate::cli::command::Command;
use crate::cli::errors::{Error, Result};
use crate::cli::factory::Factory;
use crate::cli::flag_sets;
use crate::cli::flags::Flag;
use crate::client::{Method, Request};
use crate::{action, object};

pub const FLAGS: &[Flag] = &[
    Flag::str(
        "cascade",
        "background",
        "What happens to the objects that the deleted one owns: \"background\", \"orphan\" or \"foreground\".",
    )
    .no_opt("background"),
    Flag::bool("force", "Delete at once, without waiting for the object to end well. Pods may run on."),
    Flag::int64(
        "grace-period",
        "-1",
        "Seconds that the object gets to end; negative leaves it to the server, 1 is at once, 0 only with --force.",
    ),
    Flag::bool("ignore-not-found", "Take \"not found\" as success; so with --all anyway."),
    Flag::bool("interactive", "Ask before deleting.").short('i'),
    Flag::bool("now", "Delete with a grace period of 1."),
    Flag::str("output", "", "Output mode: \"-o name\" prints type and name only.").short('o'),
    Flag::str("raw", "", "Path to send the DELETE to, as it stands."),
    Flag::duration("timeout", "0s", "How long to wait for the end of the object; zero waits as long as it takes."),
    Flag::bool_on("wait", "Wait until the objects are gone."),
];

pub const COMMAND: Command = Command::new(
    "delete",
    "Delete resources by file names, stdin, resources and names, or by resources and label selector",
    action!(run),
)
.suggest_for(&["rm"])
.usage("([-f FILENAME] | [-k DIRECTORY] | TYPE [(NAME | -l label | --all)]) [options]")
.long("Delete resources by file names, stdin, resources and names, or by resources and label selector.\n\n Some resources, such as pods, end gracefully: they get some time before they are killed. --grace-period overrides it, --now sets it to 1, and --force with --grace-period=0 removes the object without waiting. What owns other objects takes them with it, as --cascade says")
.examples("# Delete what a file describes\nkubectl delete -f pod.yaml\n\n# Delete a pod and a service by name\nkubectl delete pod/web svc/web\n\n# Delete pods by label\nkubectl delete pods -l app=web\n\n# Delete a pod without waiting\nkubectl delete pod web --force\n\n# Delete all pods\nkubectl delete pods --all")
.flags(&[
    FLAGS,
    flag_sets::ALL,
    flag_sets::ALL_NAMESPACES,
    flag_sets::FILES,
    flag_sets::SELECTOR,
    flag_sets::FIELD_SELECTOR,
    flag_sets::DRY_RUN,
]);

/// How objects are deleted.
pub struct Deletion {
    /// Negative leaves it to the server.
    pub grace_period: i64,
    pub propagation: &'static str,
    pub dry_run: DryRun,
    pub ignore_not_found: bool,
    pub wait: bool,
    /// Zero is without limit.
    pub timeout: Duration,
    pub name_only: bool,
    pub quiet: bool,
    pub warn_cluster_scope: bool,
}

/// `--cascade` as a propagation policy.
pub fn propagation(f: &Factory) -> Result<&'static str> {
    let deprecated = |value: &str, means: &str| {
        f.err(&format!(
            "warning: --cascade={value} is deprecated (boolean value) and can be replaced with --cascade={means}.\n"
        ));
    };
    match f.flags.str("cascade") {
        "background" | "" => Ok("Background"),
        "foreground" => Ok("Foreground"),
        "orphan" => Ok("Orphan"),
        // As `strconv.ParseBool` reads them.
        yes @ ("1" | "t" | "T" | "true" | "TRUE" | "True") => {
            deprecated(yes, "background");
            Ok("Background")
        }
        no @ ("0" | "f" | "F" | "false" | "FALSE" | "False") => {
            deprecated(no, "orphan");
            Ok("Orphan")
        }
        other => Err(Error::Msg(format!(
            "invalid cascade value ({other}). Must be \"background\", \"foreground\", or \"orphan\""
        ))),
    }
}

fn deletion(f: &Factory) -> Result<Deletion> {
    let mut grace_period = f.flags.int("grace-period");
    if f.flags.bool("now") {
        if grace_period != -1 {
            return Err("--now and --grace-period cannot be specified together".into());
        }
        grace_period = 1;
    }
    let force = f.flags.bool("force");
    if grace_period == 0 && !force {
        grace_period = 1;
    }
    if force && grace_period < 0 {
        grace_period = 0;
    }
    let selects =
        f.flags.bool("all") || !f.flags.str("selector").is_empty() || !f.flags.str("field-selector").is_empty();
    let ignore = f.flags.bool("ignore-not-found") || (selects && !f.flags.changed("ignore-not-found"));
    let (_, enforce_namespace) = f.namespace()?;
    Ok(Deletion {
        grace_period,
        propagation: propagation(f)?,
        dry_run: DryRun::of(f)?,
        ignore_not_found: ignore,
        wait: f.flags.bool("wait"),
        timeout: f.flags.duration("timeout"),
        name_only: f.flags.str("output") == "name",
        quiet: false,
        warn_cluster_scope: enforce_namespace && !f.flags.bool("all-namespaces"),
    })
}

async fn run(f: &Factory) -> Result {
    if !f.flags.str("raw").is_empty() {
        raw::check(f, 0)?;
        return raw::send(f, Method::Delete).await;
    }
    let deletion = deletion(f)?;
    let mut builder = Builder::new(f)?.files(f).selector(f).field_selector(f).all(f).all_namespaces(f);
    if f.flags.bool("all") && (!f.flags.str("selector").is_empty() || !f.flags.str("field-selector").is_empty()) {
        builder.error("setting 'all' parameter but found a non empty selector. ");
    }
    builder.fetch = false;
    let mut builder = builder.args(f, false, f.args()).await?;
    let entries = std::mem::take(&mut builder).entries(f).await?;
    let output = f.flags.str("output");
    if !matches!(output, "" | "name") {
        return Err(format!("unexpected -o output mode: {output}. We only support '-o name'").into());
    }
    let force = f.flags.bool("force");
    if deletion.grace_period > 0 && force {
        return Err("--force and --grace-period greater than 0 cannot be specified together".into());
    }
    if deletion.grace_period == 0 && force {
        f.warn(
            "Immediate deletion does not wait for confirmation that the running resource has been terminated. The \
             resource may continue to run on the cluster indefinitely.",
        );
    }
    let (infos, errors) = split(entries);
    if f.flags.bool("interactive")
        && deletion.dry_run == DryRun::None
        && !infos.is_empty()
        && !confirmed(f, &infos).await
    {
        f.out("deletion is cancelled\n");
        return Ok(());
    }
    deletion.run(f, infos, errors).await
}

fn split(entries: Vec<Result<Info>>) -> (Vec<Info>, Vec<Error>) {
    let (mut infos, mut errors) = (Vec::new(), Vec::new());
    for entry in entries {
        match entry {
            Ok(info) => infos.push(info),
            Err(Error::Many(several)) => errors.extend(several),
            Err(e) => errors.push(e),
        }
    }
    (infos, errors)
}

async fn confirmed(f: &Factory, infos: &[Info]) -> bool {
    f.out(&format!("You are about to delete the following {} resource(s):\n", infos.len()));
    infos.iter().for_each(|i| f.out(&format!("{}\n", i.object_name())));
    f.out("Do you want to continue? (y/n): ");
    let answer = super::util::read_line(f).await;
    matches!(answer.trim(), "y" | "Y" | "yes" | "Yes")
}

impl Deletion {
    /// Deletes the objects, prints each, and waits for their end.
    pub async fn run(&self, f: &Factory, infos: Vec<Info>, mut not_found: Vec<Error>) -> Result {
        not_found.retain(|e| !(self.ignore_not_found && e.is_not_found()));
        let mut errors = Vec::new();
        let (mut found, mut gone) = (0, Vec::new());
        let mut warn = self.warn_cluster_scope;
        for info in infos {
            found += 1;
            if warn && !info.mapping.namespaced {
                f.warn("deleting cluster-scoped resources, not scoped to the provided namespace");
                warn = false;
            }
            match self.delete(f, &info).await {
                Ok(uid) => gone.push((info, uid)),
                Err(e) if self.ignore_not_found && e.is_not_found() => {}
                Err(e) => errors.push(e),
            }
        }
        Error::all_then(errors, not_found)?;
        if found == 0 {
            f.out("No resources found\n");
            return Ok(());
        }
        if !self.wait || self.dry_run != DryRun::None {
            return Ok(());
        }
        for (info, uid) in gone {
            match wait_gone(f, &info, &uid, self.timeout).await {
                Err(Error::Status(s)) if matches!(s.reason, "Forbidden" | "MethodNotAllowed") => {}
                other => other?,
            }
        }
        Ok(())
    }

    /// Returns the uid of the object that is going.
    async fn delete(&self, f: &Factory, info: &Info) -> Result<String> {
        if self.dry_run == DryRun::Client {
            self.print(f, info);
            return Ok(String::new());
        }
        let mut options = object! {
            "kind" => "DeleteOptions", "apiVersion" => "v1", "propagationPolicy" => self.propagation,
        };
        if self.grace_period >= 0 {
            options.set("gracePeriodSeconds", self.grace_period);
        }
        if self.dry_run == DryRun::Server {
            options.set("dryRun", crate::list!["All"]);
        }
        let reply = f.send(Request::delete(info.url(), options)).await.map_err(|e| {
            e.of_resource("delete", &info.mapping.group_resource(), &info.name).with_source("deleting", &info.source)
        })?;
        self.print(f, info);
        let uid = if reply.kind() == "Status" { reply["details"]["uid"].str() } else { reply.uid() };
        Ok(uid.to_owned())
    }

    fn print(&self, f: &Factory, info: &Info) {
        if self.quiet {
            return;
        }
        let kind = info.mapping.type_name();
        if self.name_only {
            f.out(&format!("{kind}/{}\n", info.name));
            return;
        }
        let mut operation = if self.grace_period == 0 { "force deleted" } else { "deleted" }.to_owned();
        if info.mapping.namespaced {
            operation = format!("{operation} from {} namespace", info.namespace);
        }
        f.out(&format!("{kind} \"{}\" {}\n", info.name, self.dry_run.operation(&operation)));
    }
}

/// Waits until an object is gone or is another one. Models `cmdwait.IsDeleted`.
pub async fn wait_gone(f: &Factory, info: &Info, uid: &str, timeout: Duration) -> Result {
    let clock = &f.ctx.client.clock;
    let deadline = (!timeout.is_zero()).then(|| clock.now() + timeout);
    loop {
        let object = match f.send(Request::get(info.url())).await {
            Ok(object) => object,
            Err(e) if e.is_not_found() => return Ok(()),
            Err(e) => return Err(e),
        };
        if !uid.is_empty() && object.uid() != uid {
            return Ok(());
        }
        let request = Request::get(info.collection_url())
            .query("fieldSelector", format!("metadata.name={}", info.name))
            .query("watch", "true")
            .query("resourceVersion", object["metadata"]["resourceVersion"].str());
        let watch = f.watch(request).await?;
        loop {
            let poll = f.ctx.client.poll_watch(watch.id).await;
            if poll.events.iter().any(|e| e.kind == "DELETED" || gone_by_event(&e.object, uid)) {
                return Ok(());
            }
            if deadline.is_some_and(|d| clock.now() >= d) {
                return Err(timed_out(info));
            }
            if poll.closed || poll.events.iter().any(|e| e.kind == "ERROR") {
                break;
            }
            turn(clock, deadline).await;
        }
    }
}

fn gone_by_event(object: &Value, uid: &str) -> bool {
    !uid.is_empty() && !object.uid().is_empty() && object.uid() != uid
}

/// `timed out waiting for the condition on pods/web`
pub fn timed_out(info: &Info) -> Error {
    Error::Msg(format!("timed out waiting for the condition on {}", info.resource_name()))
}
