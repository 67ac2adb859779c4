//! `kubectl scale`. Models `kubectl/pkg/cmd/scale/scale.go` and `kubectl/pkg/scale`.

use super::util::{self, DryRun, WriteOptions};
use crate::apimachinery::Object;
use crate::cli::builder::{Builder, Info};
use crate::cli::command::Command;
use crate::cli::errors::{Error, Result};
use crate::cli::factory::Factory;
use crate::cli::flags::Flag;
use crate::cli::{flag_sets, printers};
use crate::client::{PatchType, Request};
use crate::{action, object};

const FLAGS: &[Flag] = &[
    Flag::int32("replicas", "0", "How many pods there should be. Required."),
    Flag::int32("current-replicas", "-1", "Scale only if there are so many now; -1 does not care."),
    Flag::str("resource-version", "", "Scale only if the object still has this resourceVersion."),
    Flag::duration("timeout", "0s", "How long to wait until it is scaled; zero does not wait."),
];

pub const COMMAND: Command =
    Command::new("scale", "Set a new size for a deployment, replica set, or replication controller", action!(run))
        .suggest_for(&["resize"])
        .usage("[--resource-version=version] [--current-replicas=count] --replicas=COUNT (-f FILENAME | TYPE NAME) [options]")
        .long("Set a new size for a deployment, replica set, replication controller, or stateful set.\n\n Preconditions may be given: --current-replicas and --resource-version")
        .examples("# Scale replica set foo to 3\nkubectl scale --replicas=3 rs/foo\n\n# Scale deployment mysql to 3 if it has 2\nkubectl scale --current-replicas=2 --replicas=3 deployment/mysql\n\n# Scale several\nkubectl scale --replicas=5 rc/example1 rc/example2")
        .flags(&[FLAGS, flag_sets::ALL, flag_sets::DRY_RUN, flag_sets::FILES, flag_sets::PRINT, flag_sets::RECORD, flag_sets::SELECTOR])
        .required(&["replicas"]);

async fn run(f: &Factory) -> Result {
    let replicas = f.flags.int("replicas");
    if replicas < 0 {
        return Err("The --replicas=COUNT flag is required, and COUNT must be greater than or equal to 0".into());
    }
    let options = WriteOptions { field_manager: String::new(), ..util::write_options(f, "")? };
    let mut builder = Builder::new(f)?.files(f).selector(f).all(f);
    builder.latest = true;
    let (infos, errors) = builder.args(f, f.flags.bool("all"), f.args()).await?.infos(f).await?;
    if infos.is_empty() && errors.is_empty() {
        return Err("no objects passed to scale".into());
    }
    if !f.flags.str("resource-version").is_empty() && infos.len() > 1 {
        return Err("cannot use --resource-version with multiple resources".into());
    }
    // The first that cannot be scaled is the last.
    for info in &infos {
        one(f, info, replicas, &options).await?;
    }
    Error::all(errors)
}

async fn one(f: &Factory, info: &Info, replicas: i64, options: &WriteOptions) -> Result {
    let mut printer = printers::for_operation(f, &options.dry_run.operation("scaled"))?;
    if options.dry_run == DryRun::Client {
        let mut object = info.object.clone();
        object.set("spec.replicas", replicas);
        return printer.print(f, &object);
    }
    preconditions(f, info).await?;
    let patch = object! { "spec" => object! { "replicas" => replicas } };
    util::patch(f, info, PatchType::Merge, patch, "scale", options).await?;
    wait(f, info).await?;
    util::send_record(f, info, options).await?;
    // What was there, with the new number where kinds of Kubernetes' own keep it.
    let mut object = info.object.clone();
    if matches!(info.mapping.resource.group.as_str(), "" | "apps") {
        object.set("spec.replicas", replicas);
    }
    printer.print(f, &object)
}

async fn preconditions(f: &Factory, info: &Info) -> Result {
    let (wanted, version) = (f.flags.int("current-replicas"), f.flags.str("resource-version"));
    if wanted == -1 && version.is_empty() {
        return Ok(());
    }
    let scale = f.send(Request::get(info.url() + "/scale")).await?;
    let replicas = scale.at("spec.replicas").int();
    if wanted != -1 && replicas != wanted {
        return Err(Error::Msg(format!("Expected replicas to be {wanted}, was {replicas}")));
    }
    let found = scale["metadata"]["resourceVersion"].str();
    if !version.is_empty() && version != found {
        return Err(Error::Msg(format!("Expected resource version to be {version}, was {found}")));
    }
    Ok(())
}

/// Waits for the controller, where a timeout was given.
async fn wait(f: &Factory, info: &Info) -> Result {
    let timeout = f.flags.duration("timeout");
    if timeout.is_zero() {
        return Ok(());
    }
    let clock = &f.ctx.client.clock;
    let deadline = clock.now() + timeout;
    loop {
        let object = f.send(Request::get(info.url())).await?;
        let status = &object["status"];
        if status["observedGeneration"].int() >= object.generation()
            && status["replicas"].int() == object.at("spec.replicas").int()
        {
            return Ok(());
        }
        if clock.now() >= deadline {
            return Err("timed out waiting for the condition".into());
        }
        clock.sleep(crate::apimachinery::time::Duration::from_millis(500)).await;
    }
}
