//! `kubectl apply view-last-applied`, `set-last-applied` and `edit-last-applied`.

use super::create::{LAST_APPLIED, last_applied};
use super::editor::{self, Mode};
use super::util::{self, DryRun};
use crate::apimachinery::{Object, Value, yaml};
use crate::cli::builder::{Builder, Info};
use crate::cli::command::Command;
use crate::cli::errors::{Error, Result};
use crate::cli::factory::Factory;
use crate::cli::flags::Flag;
use crate::cli::{flag_sets, json, printers};
use crate::client::{PatchType, Request};
use crate::{action, object};

const VIEW_FLAGS: &[Flag] = &[
    Flag::str("output", "yaml", "Output format: yaml or json.").short('o'),
    Flag::bool("all", "Take all resources of the types given."),
];

pub const VIEW: Command = Command::new(
    "view-last-applied",
    "View the latest last-applied-configuration annotations of a resource/object",
    action!(view),
)
.usage("(TYPE [NAME | -l label] | TYPE/NAME | -f FILENAME) [options]")
.flags(&[VIEW_FLAGS, flag_sets::FILES, flag_sets::SELECTOR]);

const SET_FLAGS: &[Flag] = &[Flag::bool("create-annotation", "Make the annotation where it is missing.")];

pub const SET: Command = Command::new(
    "set-last-applied",
    "Set the last-applied-configuration annotation on a live object to match the contents of a file",
    action!(set),
)
.usage("-f FILENAME [options]")
.flags(&[SET_FLAGS, flag_sets::FILES, flag_sets::DRY_RUN, flag_sets::PRINT]);

const EDIT_FLAGS: &[Flag] = &[
    Flag::str("field-manager", "kubectl-client-side-apply", "Name under which the fields written are owned."),
    Flag::bool("windows-line-endings", "Use the line endings of Windows."),
];

pub const EDIT: Command = Command::new(
    "edit-last-applied",
    "Edit latest last-applied-configuration annotations of a resource/object",
    action!(edit),
)
.usage("(RESOURCE/NAME | -f FILENAME) [options]")
.flags(&[EDIT_FLAGS, flag_sets::FILES, flag_sets::PRINT, flag_sets::RECORD, flag_sets::VALIDATE]);

async fn view(f: &Factory) -> Result {
    let output = f.flags.str("output");
    if !matches!(output, "yaml" | "json") {
        return Err(
            f.usage_error(format!("Unexpected -o output mode: {output}, the flag 'output' must be one of yaml|json"))
        );
    }
    let mut builder = Builder::new(f)?.files(f).selector(f).all(f);
    builder.latest = true;
    builder.stop_at_error = true;
    for info in builder.args(f, false, f.args()).await?.all_infos(f).await? {
        let Some(text) = info.object.annotation(LAST_APPLIED) else {
            // kubectl wraps an error that is not there, so that what came from no file goes by unsaid.
            if info.source.is_empty() {
                continue;
            }
            return Err(Error::Msg(format!(
                "error when no last-applied-configuration annotation found on resource: {}\n {:?}: <nil>",
                info.name, info.source
            )));
        };
        let value = Value::from_json(text).unwrap_or(Value::Null);
        match output {
            "json" => f.out(&(json::pretty(&value, "  ") + "\n")),
            _ => f.out(&yaml::to_string(&value)),
        }
    }
    Ok(())
}

async fn set(f: &Factory) -> Result {
    let options = util::write_options(f, "")?;
    let infos = Builder::new(f)?.files(f).all_infos(f).await?;
    if infos.is_empty() {
        return Err("no objects passed to set-last-applied".into());
    }
    for info in infos {
        let live = f.send(Request::get(info.url())).await?;
        if live.annotation(LAST_APPLIED).is_none() && !f.flags.bool("create-annotation") {
            return Err(Error::Msg(format!(
                "no last-applied-configuration annotation found on resource: {}, to create the annotation, run the \
                 command with --create-annotation",
                info.name
            )));
        }
        if live.annotation(LAST_APPLIED) == Some(&last_applied(&info.object)) {
            f.out(&format!("set-last-applied {}: no changes required.\n", info.name));
            continue;
        }
        let annotations = object! { LAST_APPLIED => last_applied(&info.object) };
        let body = object! { "metadata" => object! { "annotations" => annotations } };
        let object = match options.dry_run {
            DryRun::Client => info.object.clone(),
            _ => util::patch(f, &info, PatchType::Merge, body, "", &options).await?,
        };
        printers::for_operation(f, &options.dry_run.operation("configured"))?.print(f, &object)?;
    }
    Ok(())
}

async fn edit(f: &Factory) -> Result {
    let mut builder = Builder::new(f)?.files(f);
    builder.latest = true;
    let infos = builder.args(f, true, f.args()).await?.all_infos(f).await?;
    if infos.is_empty() {
        return Err("edit cancelled, no objects found".into());
    }
    let applied = |mut info: Info| {
        let text = info.object.annotation(LAST_APPLIED)?.to_owned();
        info.object = Value::from_json(&text).unwrap_or(Value::Null);
        Some(info)
    };
    let infos: Vec<Info> = infos.into_iter().filter_map(applied).collect();
    if infos.is_empty() {
        return Err("no last-applied-configuration annotation found on resources, to create the annotation, use \
                    command `kubectl apply set-last-applied --create-annotation`"
            .into());
    }
    editor::edit(f, infos, Mode::LastApplied).await
}
