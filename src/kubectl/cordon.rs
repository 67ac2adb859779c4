//! `kubectl cordon` and `uncordon`. Models `kubectl/pkg/cmd/drain/drain.go`.

use super::util::{self, DryRun};
use crate::cli::builder::{Builder, Info};
use crate::cli::command::Command;
use crate::cli::errors::{Error, Result};
use crate::cli::factory::Factory;
use crate::cli::{flag_sets, printers};
use crate::client::PatchType;
use crate::{action, object};

pub const CORDON: Command = Command::new("cordon", "Mark node as unschedulable", action!(cordon))
    .usage("NODE [options]")
    .examples("# Keep new pods off node foo\nkubectl cordon foo")
    .flags(&[flag_sets::DRY_RUN, flag_sets::SELECTOR]);

pub const UNCORDON: Command = Command::new("uncordon", "Mark node as schedulable", action!(uncordon))
    .usage("NODE [options]")
    .examples("# Let pods on node foo again\nkubectl uncordon foo")
    .flags(&[flag_sets::DRY_RUN, flag_sets::SELECTOR]);

async fn cordon(f: &Factory) -> Result {
    run(f, true).await
}

async fn uncordon(f: &Factory) -> Result {
    run(f, false).await
}

async fn run(f: &Factory, unschedulable: bool) -> Result {
    let selector = f.flags.str("selector");
    if f.args().is_empty() && selector.is_empty() {
        return Err(f.usage_error(format!("USAGE: {} NODE [flags]", f.command.name)));
    }
    if !f.args().is_empty() && !selector.is_empty() {
        return Err(f.usage_error("cannot specify both a node name and a --selector option"));
    }
    let mut builder = Builder::new(f)?;
    builder.stop_at_error = true;
    let builder = match f.args() {
        [] => builder.labelled("nodes", selector),
        names => builder.named("nodes", names),
    };
    let (infos, errors) = builder.infos(f).await?;
    mark(f, &infos, unschedulable).await?;
    Error::all(errors)
}

/// Marks nodes as schedulable or not, and says so.
pub async fn mark(f: &Factory, infos: &[Info], unschedulable: bool) -> Result {
    let options = util::write_options(f, "")?;
    let done = if unschedulable { "cordoned" } else { "uncordoned" };
    for info in infos {
        let operation = if info.object.at("spec.unschedulable").bool() == unschedulable {
            format!("already {done}")
        } else {
            let value = if unschedulable { Some(true) } else { None };
            let body = object! { "spec" => object! { "unschedulable" => value } };
            if options.dry_run != DryRun::Client {
                util::patch(f, info, PatchType::Strategic, body, "", &options).await?;
            }
            done.to_owned()
        };
        printers::for_operation(f, &options.dry_run.operation(&operation))?.print(f, &info.object)?;
    }
    Ok(())
}
