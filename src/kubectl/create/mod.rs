//! `kubectl create`. Models `kubectl/pkg/cmd/create/create.go`; its subcommands have a file each.

mod configmap;
mod deployment;
mod ingress;
mod job;
mod namespace;
mod one;
mod policy;
mod quota;
mod role;
mod role_binding;
mod secret;
mod service;
mod service_account;
mod sources;

pub use quota::resource_list;

use super::editor::{self, Mode};
use super::raw;
use super::util::{self, DryRun, WriteOptions};
use crate::action;
use crate::apimachinery::Value;
use crate::cli::builder::Builder;
use crate::cli::command::Command;
use crate::cli::errors::{Error, Result};
use crate::cli::factory::Factory;
use crate::cli::flag_sets;
use crate::cli::flags::Flag;
use crate::cli::{json, printers};
use crate::client::Method;

const FLAGS: &[Flag] = &[
    Flag::bool("edit", "Edit the resource before it is created."),
    Flag::str("raw", "", "Path to POST the file to, as it stands."),
    Flag::bool("windows-line-endings", "With --edit: use the line endings of Windows."),
    Flag::str("field-manager", "kubectl-create", "Name under which the fields written are owned."),
];

/// The flags of every subcommand that makes one object.
pub const COMMON: &[&[Flag]] =
    &[flag_sets::PRINT, flag_sets::DRY_RUN, flag_sets::VALIDATE, flag_sets::SAVE_CONFIG, FIELD_MANAGER];
const FIELD_MANAGER: &[Flag] =
    &[Flag::str("field-manager", "kubectl-create", "Name under which the fields written are owned.")];

pub const COMMAND: Command = Command::new("create", "Create a resource from a file or from stdin", action!(run))
    .usage("-f FILENAME [options]")
    .long("Create a resource from a file or from stdin.\n\n JSON and YAML are read")
    .examples("# Create what a file describes\nkubectl create -f pod.yaml\n\n# Create what standard input describes\ncat pod.json | kubectl create -f -")
    .flags(&[FLAGS, flag_sets::FILES, flag_sets::SELECTOR, flag_sets::PRINT, flag_sets::DRY_RUN, flag_sets::VALIDATE, flag_sets::SAVE_CONFIG, flag_sets::RECORD])
    .subcommands(SUBCOMMANDS);

const SUBCOMMANDS: &[Command] = &[
    role::CLUSTER_ROLE,
    role_binding::CLUSTER,
    configmap::COMMAND,
    job::CRON_JOB,
    deployment::COMMAND,
    ingress::COMMAND,
    job::COMMAND,
    namespace::COMMAND,
    policy::DISRUPTION_BUDGET,
    policy::PRIORITY_CLASS,
    quota::COMMAND,
    role::COMMAND,
    role_binding::COMMAND,
    secret::COMMAND,
    service::COMMAND,
    service_account::COMMAND,
    service_account::TOKEN,
];

async fn run(f: &Factory) -> Result {
    if f.flags.list("filename").is_empty() && f.flags.str("kustomize").is_empty() {
        return Err(match f.args() {
            [] => Error::msg("must specify one of -f and -k"),
            args => f.usage_error(format!("Unexpected args: [{}]", args.join(" "))),
        });
    }
    if !f.args().is_empty() {
        return Err(f.usage_error(format!("Unexpected args: [{}]", f.args().join(" "))));
    }
    if !f.flags.str("raw").is_empty() {
        if f.flags.bool("edit") {
            return Err("--raw and --edit are mutually exclusive".into());
        }
        raw::check(f, 1)?;
        return raw::send(f, Method::Post).await;
    }
    if f.flags.bool("edit") {
        return edit(f).await;
    }
    let validation = util::validation(f)?;
    let options = WriteOptions { validation, ..util::write_options(f, "kubectl-create")? };
    let mut printer = printers::for_operation(f, &options.dry_run.operation("created"))?;
    let mut builder = Builder::new(f)?.files(f).selector(f);
    builder.validate = validation.to_owned();
    let (mut count, mut errors) = (0, Vec::new());
    for entry in builder.entries(f).await? {
        let done = match entry {
            Ok(info) => create(f, info, &options).await,
            Err(e) => Err(e),
        };
        match done.and_then(|object| printer.print(f, &object)) {
            Ok(()) => count += 1,
            Err(e) => errors.push(e),
        }
    }
    Error::all(errors)?;
    if count == 0 {
        return Err("no objects passed to create".into());
    }
    Ok(())
}

/// `--edit`: each object is opened in the editor, and created if it was changed. Models `RunEditOnCreate`.
async fn edit(f: &Factory) -> Result {
    let mut errors = Vec::new();
    for entry in Builder::new(f)?.files(f).entries(f).await? {
        let done = match entry {
            Ok(info) => editor::edit(f, vec![info], Mode::BeforeCreate).await,
            Err(e) => Err(e),
        };
        errors.extend(done.err());
    }
    Error::all(errors)
}

async fn create(f: &Factory, mut info: crate::cli::builder::Info, options: &WriteOptions) -> Result<Value> {
    if f.flags.bool("save-config") {
        save_config(&mut info.object);
    }
    util::record(f, &mut info.object);
    if options.dry_run == DryRun::Client {
        return Ok(info.object);
    }
    util::create(f, &info, options).await.map_err(|e| e.with_source("creating", &info.source))
}

pub const LAST_APPLIED: &str = "kubectl.kubernetes.io/last-applied-configuration";

/// The object as the annotation of `apply` keeps it: compact JSON without the annotation itself.
pub fn last_applied(object: &Value) -> String {
    let mut object = object.clone();
    object.remove_in(&["metadata", "annotations", LAST_APPLIED]);
    object.default_to("metadata.annotations", Value::object());
    json::compact(&object) + "\n"
}

/// As [`save_config`], of what kubectl keeps in Go's structs.
pub fn save_typed_config(object: &mut Value) {
    let text = json::compact_typed(object) + "\n";
    object.set_in(&["metadata", "annotations", LAST_APPLIED], text);
}

/// Sets the annotation that `apply` compares with.
pub fn save_config(object: &mut Value) {
    let text = last_applied(object);
    object.set_in(&["metadata", "annotations", LAST_APPLIED], text);
}
