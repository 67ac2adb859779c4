//! `kubectl rollout`. Models `kubectl/pkg/cmd/rollout` and `kubectl/pkg/polymorphichelpers`.

mod change;
mod history;
mod revisions;
mod status;
mod undo;

use crate::action;
use crate::cli::builder::{Builder, Info};
use crate::cli::command::{Action, Command};
use crate::cli::errors::{Error, Result};
use crate::cli::factory::Factory;
use crate::cli::flag_sets;
use crate::cli::flags::Flag;

pub const COMMAND: Command = Command::new("rollout", "Manage the rollout of a resource", Action::Group)
    .long("Manage the rollout of one or many resources: deployments, daemonsets and statefulsets")
    .examples("# Roll back to the previous deployment\nkubectl rollout undo deployment/abc\n\n# Check the rollout status of a daemonset\nkubectl rollout status daemonset/foo\n\n# Restart a deployment\nkubectl rollout restart deployment/abc\n\n# Restart deployments with the 'app=nginx' label\nkubectl rollout restart deployment --selector=app=nginx")
    .subcommands(SUBCOMMANDS);

const WATCH: &[Flag] = &[
    Flag::int64("revision", "0", "Stop when the rollout is of another revision; 0 takes the latest."),
    Flag::duration("timeout", "0s", "How long to wait; zero waits as long as it takes."),
    Flag::bool_on("watch", "Wait until the rollout is done.").short('w'),
];
const REVISION: &[Flag] = &[Flag::int64("revision", "0", "Show this revision with its pod template.")];
const TO_REVISION: &[Flag] = &[Flag::int64("to-revision", "0", "The revision to go back to; 0 is the one before.")];
const MANAGER: &[Flag] =
    &[Flag::str("field-manager", "kubectl-rollout", "Name under which the fields written are owned.")];
const CHANGE: &[&[Flag]] = &[MANAGER, flag_sets::FILES, flag_sets::PRINT, flag_sets::SELECTOR];

const SUBCOMMANDS: &[Command] = &[
    Command::new("history", "View rollout history", action!(history::run))
        .usage("(TYPE NAME | TYPE/NAME) [flags] [options]")
        .examples("# View the rollout history of a deployment\nkubectl rollout history deployment/abc\n\n# View the details of daemonset revision 3\nkubectl rollout history daemonset/abc --revision=3")
        .flags(&[REVISION, flag_sets::FILES, flag_sets::PRINT, flag_sets::SELECTOR]),
    Command::new("pause", "Mark the provided resource as paused", action!(change::pause))
        .usage("RESOURCE [options]")
        .examples("# Changes of a paused deployment do not roll out\nkubectl rollout pause deployment/nginx")
        .flags(CHANGE),
    Command::new("restart", "Restart a resource", action!(change::restart))
        .usage("RESOURCE [options]")
        .examples("# Restart all deployments in the test-namespace namespace\nkubectl rollout restart deployment -n test-namespace\n\n# Restart a deployment\nkubectl rollout restart deployment/nginx")
        .flags(CHANGE),
    Command::new("resume", "Resume a paused resource", action!(change::resume))
        .usage("RESOURCE [options]")
        .examples("# Resume an already paused deployment\nkubectl rollout resume deployment/nginx")
        .flags(CHANGE),
    Command::new("status", "Show the status of the rollout", action!(status::run))
        .usage("(TYPE NAME | TYPE/NAME) [flags] [options]")
        .examples("# Watch the rollout status of a deployment\nkubectl rollout status deployment/nginx")
        .flags(&[WATCH, flag_sets::FILES, flag_sets::SELECTOR]),
    Command::new("undo", "Undo a previous rollout", action!(undo::run))
        .usage("(TYPE NAME | TYPE/NAME) [flags] [options]")
        .examples("# Roll back to the previous deployment\nkubectl rollout undo deployment/abc\n\n# Roll back to daemonset revision 3\nkubectl rollout undo daemonset/abc --to-revision=3")
        .flags(&[TO_REVISION, flag_sets::DRY_RUN, flag_sets::FILES, flag_sets::PRINT, flag_sets::SELECTOR]),
];

/// What the arguments name, and what went wrong on the way.
async fn found(f: &Factory) -> Result<(Vec<Info>, Vec<Error>)> {
    if f.args().is_empty() && f.flags.list("filename").is_empty() && f.flags.str("kustomize").is_empty() {
        return Err("required resource not specified".into());
    }
    let mut builder = Builder::new(f)?.files(f).selector(f);
    builder.latest = true;
    builder.typed = true;
    let (infos, errors) = builder.args(f, true, f.args()).await?.infos(f).await?;
    if infos.is_empty() && errors.is_empty() {
        f.err(&format!("No resources found in {} namespace.\n", f.namespace()?.0));
    }
    Ok((infos, errors))
}

/// `deployments.apps "web"`
fn what(info: &Info) -> String {
    format!("{} {:?}", info.mapping.group_resource(), info.name)
}
