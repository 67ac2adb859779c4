//! `kubectl edit`. Models `kubectl/pkg/cmd/edit` and `kubectl/pkg/cmd/util/editor`.

use super::util;
use crate::api::schema;
use crate::apimachinery::patch::merge;
use crate::apimachinery::patch::strategic::{self, Schema};
use crate::apimachinery::{Object, Value, yaml};
use crate::cli::builder::{Builder, Info};
use crate::cli::command::Command;
use crate::cli::errors::{Error, Result};
use crate::cli::factory::Factory;
use crate::cli::flags::Flag;
use crate::cli::{flag_sets, json, printers};
use crate::client::PatchType;
use crate::sim::Rng;
use crate::sim::clock::Yield;
use crate::{action, object};

const FLAGS: &[Flag] = &[
    Flag::str("field-manager", "kubectl-edit", "Name under which the fields written are owned."),
    Flag::bool("output-patch", "Print the patch if the object is changed."),
    Flag::bool("windows-line-endings", "Use the line endings of Windows."),
];

pub const COMMAND: Command = Command::new("edit", "Edit a resource on the server", action!(run))
    .usage("(RESOURCE/NAME | -f FILENAME) [options]")
    .long("Edit a resource from the default editor.\n\n The editor is the one of KUBE_EDITOR, else of EDITOR, else the page's. What is saved is sent as a patch; an empty file, or one without changes, ends the edit")
    .examples("# Edit the service named 'registry'\nkubectl edit svc/registry\n\n# Use an alternative editor\nKUBE_EDITOR=\"nano\" kubectl edit svc/registry\n\n# Edit the job 'myjob' in JSON\nkubectl edit job.v1.batch/myjob -o json")
    .flags(&[
        FLAGS,
        flag_sets::FILES,
        flag_sets::PRINT,
        flag_sets::RECORD,
        flag_sets::SAVE_CONFIG,
        flag_sets::SUBRESOURCE,
        flag_sets::VALIDATE,
    ]);

/// How often an editor is opened again for what it left wrong.
const MOST_TRIES: usize = 20;
const CANCELLED: &str = "Edit cancelled, no changes made.\n";

async fn run(f: &Factory) -> Result {
    let mut builder = Builder::new(f)?.files(f);
    builder.latest = true;
    builder.subresource = f.flags.str("subresource").to_owned();
    let infos = builder.args(f, true, f.args()).await?.all_infos(f).await?;
    if infos.is_empty() {
        f.err(CANCELLED);
        return Ok(());
    }
    let as_json = match f.flags.str("output") {
        "" | "yaml" => false,
        "json" => true,
        other => {
            return Err(format!("The flag 'output' must be one of yaml|json, not {other:?}").into());
        }
    };
    let original = body(f, &infos, as_json);
    let suffix = Rng::new(f.ctx.client.clock.now().0 as u64).fork("edit").next_u64() % 4_000_000_000;
    let path = format!("/tmp/kubectl-edit-{suffix}.{}", if as_json { "json" } else { "yaml" });
    let mut text = header(&[], as_json) + &original;
    let mut failed = false;
    for _ in 0..MOST_TRIES {
        write(f, &path, &text)?;
        open(f, &path).await?;
        let edited = match f.ctx.system.read_file(&path) {
            Ok(data) => String::from_utf8_lossy(&data).into_owned(),
            Err(e) => return Err(Error::Msg(format!("open {path}: {}", e.text()))),
        };
        if failed && edited == text {
            return keep(f, &path, "Edit cancelled, no valid changes were saved.");
        }
        let plain = without_comments(&edited, as_json);
        if plain.trim().is_empty() {
            f.err("Edit cancelled, saved file was empty.\n");
            return Ok(());
        }
        if plain == without_comments(&original, as_json) {
            f.err(CANCELLED);
            return Ok(());
        }
        let reasons = match apply(f, &infos, &plain).await {
            Ok(reasons) if reasons.is_empty() => return Ok(()),
            Ok(reasons) => reasons,
            Err(Tried::Again(why)) => vec![(String::new(), why)],
            Err(Tried::Failed(e)) => {
                f.err(&format!("A copy of your changes has been stored to {path:?}\n"));
                return Err(e);
            }
        };
        failed = true;
        text = header(&reasons, as_json) + &plain;
    }
    keep(f, &path, "Edit cancelled, no valid changes were saved.")
}

fn keep(f: &Factory, path: &str, why: &str) -> Result {
    f.err(&format!("A copy of your changes has been stored to {path:?}\n"));
    Err(why.into())
}

fn write(f: &Factory, path: &str, text: &str) -> Result {
    f.ctx.system.write_file(path, text.as_bytes()).map_err(|e| Error::Msg(format!("open {path}: {}", e.text())))
}

/// The objects as they are edited: one alone, several as a list.
fn body(f: &Factory, infos: &[Info], as_json: bool) -> String {
    let shown = |info: &Info| {
        let mut object = info.object.clone();
        if !f.flags.bool("show-managed-fields") {
            object.remove("metadata.managedFields");
        }
        object
    };
    let object = match infos {
        [one] => shown(one),
        _ => {
            let items: Value = infos.iter().map(shown).collect();
            object! { "apiVersion" => "v1", "items" => items, "kind" => "List", "metadata" => object! {} }
        }
    };
    if as_json { json::pretty(&object, "    ") + "\n" } else { yaml::to_string(&object) }
}

/// The comment on top of the file, with what is wrong below.
fn header(reasons: &[(String, Vec<String>)], as_json: bool) -> String {
    if as_json {
        return String::new();
    }
    let mut out =
        "# Please edit the object below. Lines beginning with a '#' will be ignored,\n# and an empty file will \
                   abort the edit. If an error occurs while saving this file will be\n# reopened with the relevant \
                   failures.\n#\n"
            .to_owned();
    for (head, others) in reasons {
        if !head.is_empty() {
            out.push_str(&format!("# {head}:\n"));
        }
        others.iter().for_each(|text| out.push_str(&format!("# * {}\n", text.replace('\n', "\n# "))));
        out.push_str("#\n");
    }
    out
}

fn without_comments(text: &str, as_json: bool) -> String {
    let keeps = |line: &&str| as_json || !line.trim_start().starts_with('#');
    text.lines().filter(keeps).map(|line| format!("{line}\n")).collect()
}

/// Runs the editor on the file and waits for its end.
async fn open(f: &Factory, path: &str) -> Result {
    let system = &f.ctx.system;
    let named = ["KUBE_EDITOR", "EDITOR"].iter().find_map(|name| system.env(name).filter(|e| !e.is_empty()));
    let Some(editor) = named else {
        let Some(handle) = system.edit(path) else {
            return Err("unable to launch the editor \"vi\": there is no screen to edit on".into());
        };
        while !system.edit_done(handle) {
            Yield::default().await;
        }
        return Ok(());
    };
    // What has quotes is left to a shell, and named with it.
    let shown = match editor.contains(['"', '\'', '\\']) {
        true => format!("{} -c {editor}", system.env("SHELL").unwrap_or("/bin/bash".to_owned())),
        false => editor.clone(),
    };
    let missing = || Error::Msg(format!("unable to launch the editor {shown:?}"));
    let program = editor.split(' ').next().unwrap_or("");
    let line = match shown == editor {
        true => format!("command -v {program} >/dev/null || exit 127; {editor} {path}"),
        false => format!("{editor} {path}"),
    };
    match util::run_line(f, &line).await {
        Some(0) => Ok(()),
        Some(127) | None => Err(missing()),
        Some(_) => Err(Error::Msg(format!("there was a problem with the editor {shown:?}"))),
    }
}

/// Why a try did not end the edit.
enum Tried {
    /// The file is opened again with these remarks.
    Again(Vec<String>),
    Failed(Error),
}

impl From<Error> for Tried {
    fn from(error: Error) -> Self {
        Tried::Failed(error)
    }
}

/// Sends what changed; what the server refuses comes back for another try.
async fn apply(f: &Factory, infos: &[Info], text: &str) -> Result<Vec<(String, Vec<String>)>, Tried> {
    let parsed =
        yaml::from_str(text).map_err(|e| Tried::Again(vec![format!("The edited file had a syntax error: {e}")]));
    let parsed = match parsed {
        Err(Tried::Again(why)) => {
            f.err(&format!("error: {}\n", why.join("\n")));
            return Err(Tried::Again(why));
        }
        other => other?,
    };
    let objects = match parsed["items"].as_list() {
        Some(items) if parsed.kind() == "List" => items.to_vec(),
        _ => vec![parsed],
    };
    let options = util::WriteOptions { validation: util::validation(f)?, ..util::write_options(f, "kubectl-edit")? };
    let (mut reasons, mut failed) = (Vec::new(), false);
    for (info, mut object) in infos.iter().zip(objects) {
        let changed = |field: &str| object.at(field) != info.object.at(field);
        if changed("apiVersion") || changed("kind") || changed("metadata.name") {
            return Err(Tried::Failed("At least one of apiVersion, kind and name was changed".into()));
        }
        util::record(f, &mut object);
        let (kind, patch) = difference(info, &object)?;
        if patch.is_empty() {
            printers::for_operation(f, "skipped")?.print(f, &info.object)?;
            continue;
        }
        if f.flags.bool("output-patch") {
            f.out(&format!("Patch: {patch}\n"));
        }
        match util::patch(f, info, kind, patch, f.flags.str("subresource"), &options).await {
            Ok(object) => f.out(&format!("{} edited\n", crate::cli::builder::name_for_object(&object))),
            Err(e) => {
                let what = format!("{} {:?}", info.mapping.group_resource(), info.name);
                match &e {
                    Error::Status(status) if status.reason == "Invalid" => {
                        let cause = |c: &Value| format!("{}: {}", c["field"].str(), c["message"].str());
                        let causes = status.details["causes"].items().iter().map(cause).collect();
                        f.err(&format!("error: {what} is invalid\n"));
                        reasons.push((format!("{what} was not valid"), causes));
                    }
                    e if e.is_not_found() => {
                        f.err(&format!("error: {what} could not be found on the server\n"));
                        failed = true;
                    }
                    e => {
                        f.err(&format!("error: {what} could not be patched: {}\n", e.text()));
                        f.err("You can run `kubectl replace -f FILE` to try this update again.\n");
                        failed = true;
                    }
                }
            }
        }
    }
    if failed { Err(Tried::Failed(Error::Exit(1))) } else { Ok(reasons) }
}

/// The patch from the object as it was to the edited one.
fn difference(info: &Info, edited: &Value) -> Result<(PatchType, Value)> {
    let mut old = info.object.clone();
    old.remove("metadata.managedFields");
    let mut new = edited.clone();
    new.remove("metadata.managedFields");
    let gvk = info.object.gvk();
    Ok(match schema::by_gvk(&gvk.group, &gvk.version, &gvk.kind) {
        Some(schema) => (PatchType::Strategic, strategic::two_way(&old, &new, Some(&schema as &dyn Schema))?),
        None => (PatchType::Merge, merge::diff(&old, &new)),
    })
}
