//! `kubectl patch`. Models `kubectl/pkg/cmd/patch/patch.go`.

use super::util::{self, DryRun};
use crate::action;
use crate::api::schema;
use crate::apimachinery::patch::{json, merge, strategic};
use crate::apimachinery::{Object, Value, yaml};
use crate::cli::builder::{Builder, Info};
use crate::cli::command::Command;
use crate::cli::errors::{Error, Result};
use crate::cli::factory::Factory;
use crate::cli::flags::Flag;
use crate::cli::{flag_sets, printers};
use crate::client::PatchType;

const FLAGS: &[Flag] = &[
    Flag::str("patch", "", "The patch, as JSON or YAML.").short('p'),
    Flag::str("patch-file", "", "File that holds the patch."),
    Flag::str("type", "strategic", "Kind of patch: json, merge or strategic."),
    Flag::str("field-manager", "kubectl-patch", "Name under which the fields written are owned."),
];

pub const COMMAND: Command = Command::new("patch", "Update fields of a resource", action!(run))
    .usage("(-f FILENAME | TYPE NAME) [-p PATCH|--patch-file FILE] [options]")
    .long("Update fields of a resource using strategic merge patch, a JSON merge patch, or a JSON patch.\n\n JSON and YAML are read")
    .examples("# Keep new pods off a node\nkubectl patch node node-1 -p '{\"spec\":{\"unschedulable\":true}}'\n\n# Change an image; containers merge by name\nkubectl patch pod web -p '{\"spec\":{\"containers\":[{\"name\":\"nginx\",\"image\":\"nginx:1.27\"}]}}'\n\n# The same by position\nkubectl patch pod web --type=json -p='[{\"op\":\"replace\",\"path\":\"/spec/containers/0/image\",\"value\":\"nginx:1.27\"}]'")
    .flags(&[FLAGS, flag_sets::DRY_RUN, flag_sets::FILES, flag_sets::LOCAL, flag_sets::PRINT, flag_sets::RECORD, flag_sets::SUBRESOURCE]);

async fn run(f: &Factory) -> Result {
    let text = patch_text(f)?;
    check_local(f)?;
    let kind = match f.flags.str("type").to_lowercase().as_str() {
        "json" => PatchType::Json,
        "merge" => PatchType::Merge,
        "strategic" => PatchType::Strategic,
        _ => {
            return Err(Error::Msg(format!(
                "--type must be one of [json merge strategic], not {:?}",
                f.flags.str("type")
            )));
        }
    };
    let body = match text.trim_start().starts_with('{') {
        // What is no JSON is left to the server.
        true => serde_json::from_str(&text).unwrap_or_else(|_| text.as_str().into()),
        false => yaml::from_str(&text).map_err(|e| Error::Msg(format!("unable to parse {text:?}: {e}")))?,
    };
    let options = util::write_options(f, "kubectl-patch")?;
    let local = f.flags.bool("local");
    let mut builder = Builder::new(f)?.files(f);
    builder.local = local;
    builder.subresource = f.flags.str("subresource").to_owned();
    if !local {
        builder = builder.args(f, false, f.args()).await?;
    }
    let (mut count, mut errors) = (0, Vec::new());
    for entry in builder.entries(f).await? {
        let done = match entry {
            Ok(info) => {
                count += 1;
                one(f, &info, kind, &body, &options).await
            }
            Err(e) => Err(e),
        };
        errors.extend(done.err());
    }
    Error::all(errors)?;
    if count == 0 { Err("no objects passed to patch".into()) } else { Ok(()) }
}

fn check_local(f: &Factory) -> Result {
    if f.flags.bool("local") && !f.args().is_empty() {
        return Err("cannot specify --local and server resources".into());
    }
    if f.flags.bool("local") && DryRun::of(f)? == DryRun::Server {
        return Err("cannot specify --local and --dry-run=server - did you mean --dry-run=client?".into());
    }
    Ok(())
}

fn patch_text(f: &Factory) -> Result<String> {
    let file = f.flags.str("patch-file");
    if f.flags.changed("patch") && !file.is_empty() {
        return Err("cannot specify --patch and --patch-file together".into());
    }
    if file.is_empty() {
        let text = f.flags.str("patch");
        if text.is_empty() {
            return Err("must specify --patch or --patch-file containing the contents of the patch".into());
        }
        return Ok(text.to_owned());
    }
    match f.ctx.system.read_file(file) {
        Ok(data) => Ok(String::from_utf8_lossy(&data).into_owned()),
        Err(e) => Err(Error::Msg(format!("unable to read patch file: open {file}: {}", e.text()))),
    }
}

async fn one(f: &Factory, info: &Info, kind: PatchType, body: &Value, options: &util::WriteOptions) -> Result {
    let local = f.flags.bool("local") || options.dry_run == DryRun::Client;
    let patched = match local {
        true => locally(&info.object, kind, body)?,
        false => util::patch(f, info, kind, body.clone(), f.flags.str("subresource"), options)
            .await
            .map_err(|e| unsupported(e, info, kind))?,
    };
    if !local {
        util::send_record(f, info, options).await?;
    }
    let operation = if patched == info.object { "patched (no change)" } else { "patched" };
    // kubectl words the operation after it has worded the dry run, so that the latter does not show.
    printers::for_operation(f, operation)?.print(f, &patched)
}

/// Says which type of patch the server does not take.
fn unsupported(error: Error, info: &Info, kind: PatchType) -> Error {
    if !error.is("UnsupportedMediaType") {
        return error;
    }
    Error::Msg(format!("{} is not supported by {}: {}", kind.media_type(), info.mapping.gvk(), error.text()))
}

/// Applies a patch without the server.
pub fn locally(object: &Value, kind: PatchType, body: &Value) -> Result<Value> {
    let gvk = object.gvk();
    Ok(match kind {
        PatchType::Json => json::apply_locally(object, body).map_err(Error::Msg)?,
        PatchType::Merge | PatchType::Apply => merge::apply(object, body)?,
        PatchType::Strategic => match schema::by_gvk(&gvk.group, &gvk.version, &gvk.kind) {
            Some(schema) => strategic::apply(object, body, Some(&schema))?,
            None => {
                return Err(Error::Msg(format!(
                    "strategic merge patch is not supported for {gvk} locally, try --type merge"
                )));
            }
        },
    })
}
