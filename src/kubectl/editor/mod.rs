//! Objects in an editor: what `edit`, `create --edit` and `apply edit-last-applied` share. Models
//! `kubectl/pkg/cmd/util/editor`.

mod send;

use super::util;
use crate::apimachinery::{Value, yaml};
use crate::cli::builder::{Info, validate};
use crate::cli::errors::{Error, Result};
use crate::cli::factory::Factory;
use crate::cli::json;
use crate::object;
use crate::sim::Rng;
use crate::sim::clock::Yield;
use send::Tried;

/// What becomes of the edited objects.
#[derive(Clone, Copy, PartialEq)]
pub enum Mode {
    /// They are patched.
    Normal,
    /// They are created.
    BeforeCreate,
    /// They are what `apply` is to have applied last.
    LastApplied,
}

/// How often an editor is opened again for what it left wrong.
const MOST_TRIES: usize = 20;
const CANCELLED: &str = "Edit cancelled, no changes made.\n";

/// Opens the objects in the editor until what it leaves can be sent, or is given up.
pub async fn edit(f: &Factory, infos: Vec<Info>, mode: Mode) -> Result {
    let as_json = match f.flags.str("output") {
        "" | "yaml" => false,
        "json" => true,
        other => {
            return Err(format!(
                "unable to match a printer suitable for the output format {other:?}, allowed formats are: \
                 json,kyaml,yaml"
            )
            .into());
        }
    };
    let original = body(f, &infos, as_json);
    let suffix = Rng::new(f.ctx.client.clock.now().0 as u64).fork("edit").next_u64() % 4_000_000_000;
    let path = format!("/tmp/kubectl-edit-{suffix}.{}", if as_json { "json" } else { "yaml" });
    let mut text = header(mode, &[], as_json) + &original;
    let (mut failed, mut last) = (false, String::new());
    for _ in 0..MOST_TRIES {
        write(f, &path, &text)?;
        open(f, &path).await?;
        let edited = match f.ctx.system.read_file(&path) {
            Ok(data) => String::from_utf8_lossy(&data).into_owned(),
            Err(e) => return Err(Error::Msg(format!("open {path}: {}", e.text()))),
        };
        let plain = without_comments(&edited, as_json);
        if failed && stripped(&plain) == stripped(&last) {
            return keep(f, &path, "Edit cancelled, no valid changes were saved.");
        }
        failed = true;
        last.clone_from(&plain);
        if let Err(why) = valid(&plain) {
            let what = infos.first().map_or(String::new(), send::named);
            f.err(&format!("error: {what} is invalid\n"));
            let why = format!("<nil>: Invalid value: \"The edited file failed validation\": {why}");
            text = header(mode, &[(format!("{what} was not valid"), vec![why])], as_json) + &plain;
            continue;
        }
        if stripped(&plain) == stripped(&without_comments(&original, as_json)) {
            f.err(CANCELLED);
            return Ok(());
        }
        let reasons = match send::all(f, mode, &infos, &plain).await {
            Ok(reasons) if reasons.is_empty() => return Ok(()),
            Ok(reasons) => reasons,
            Err(Tried::Refused) => {
                f.err(&format!("You can run `kubectl replace -f {path}` to try this update again.\n"));
                return Err(Error::Exit(1));
            }
            Err(Tried::Gone) => {
                f.err(&format!("The edits you made on deleted resources have been saved to {path:?}\n"));
                return Err(Error::Exit(1));
            }
            Err(Tried::Failed(e)) => {
                f.err(&format!("A copy of your changes has been stored to {path:?}\n"));
                return Err(e);
            }
        };
        text = header(mode, &reasons, as_json) + &plain;
    }
    keep(f, &path, "Edit cancelled, no valid changes were saved.")
}

/// The text by its meaning, where it has one: what differs in layout alone is the same.
fn stripped(text: &str) -> String {
    yaml::from_str(text).map_or_else(|_| text.to_owned(), |value: Value| value.to_string())
}

/// What is checked before anything is sent. Models the schema of `cmdutil.Validator`.
fn valid(text: &str) -> Result<(), String> {
    validate(&yaml::from_str(text).map_err(|e| e.to_string())?)
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

const OBJECT_HEADER: &str = "# Please edit the object below. Lines beginning with a '#' will be ignored,
# and an empty file will abort the edit. If an error occurs while saving this file will be
# reopened with the relevant failures.
#
";
const APPLIED_HEADER: &str = "# Please edit the 'last-applied-configuration' annotations below.
# Lines beginning with a '#' will be ignored, and an empty file will abort the edit.
#
";

/// The comment on top of the file, with what is wrong below.
fn header(mode: Mode, reasons: &[(String, Vec<String>)], as_json: bool) -> String {
    if as_json {
        return String::new();
    }
    let mut out = match mode {
        Mode::LastApplied => APPLIED_HEADER,
        _ => OBJECT_HEADER,
    }
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
