//! `kubectl replace`. Models `kubectl/pkg/cmd/replace/replace.go`.

use super::delete::{self, Deletion};
use super::raw;
use super::util::{self, DryRun, WriteOptions};
use crate::action;
use crate::apimachinery::{Object, Value};
use crate::cli::builder::{Builder, Info};
use crate::cli::command::Command;
use crate::cli::errors::{Error, Result};
use crate::cli::factory::Factory;
use crate::cli::flags::Flag;
use crate::cli::{flag_sets, printers};
use crate::client::{Method, Request};

const FLAGS: &[Flag] = &[
    Flag::str("cascade", "background", "What happens to the objects that a deleted one owns.").no_opt("background"),
    Flag::bool("force", "Delete the resource and create it anew."),
    Flag::int64("grace-period", "-1", "Seconds that the old object gets to end, with --force."),
    Flag::str("raw", "", "Path to PUT the file to, as it stands."),
    Flag::duration("timeout", "0s", "How long to wait for the end of the old object, with --force."),
    Flag::bool("wait", "Wait until the old object is gone."),
    Flag::str("field-manager", "kubectl-replace", "Name under which the fields written are owned."),
];

pub const COMMAND: Command = Command::new("replace", "Replace a resource by file name or stdin", action!(run))
    .usage("-f FILENAME [options]")
    .long("Replace a resource by file name or stdin.\n\n JSON and YAML are read. The file must hold the complete resource, as from kubectl get TYPE NAME -o yaml")
    .examples("# Replace a pod\nkubectl replace -f pod.yaml\n\n# Replace it from standard input\ncat pod.json | kubectl replace -f -\n\n# Delete it and create it anew\nkubectl replace --force -f pod.yaml")
    .flags(&[
        FLAGS,
        flag_sets::DRY_RUN,
        flag_sets::FILES,
        flag_sets::PRINT,
        flag_sets::RECORD,
        flag_sets::SAVE_CONFIG,
        flag_sets::SUBRESOURCE,
        flag_sets::VALIDATE,
    ]);

async fn run(f: &Factory) -> Result {
    let force = f.flags.bool("force");
    let dry_run = DryRun::of(f)?;
    if force && dry_run != DryRun::None {
        return Err("--dry-run can not be used when --force is set".into());
    }
    if f.flags.list("filename").is_empty() && f.flags.str("kustomize").is_empty() {
        return Err("must specify one of -f and -k".into());
    }
    if f.flags.int("grace-period") >= 0 && !force {
        return Err("--grace-period must have --force specified".into());
    }
    if f.flags.duration("timeout").as_nanos() > 0 && !force {
        return Err("--timeout must have --force specified".into());
    }
    if !f.flags.str("raw").is_empty() {
        raw::check(f, 1)?;
        return raw::send(f, Method::Put).await;
    }
    let validation = util::validation(f)?;
    let options = WriteOptions { validation, ..util::write_options(f, "kubectl-replace")? };
    let mut printer = printers::for_operation(f, &options.dry_run.operation("replaced"))?;
    let mut builder = Builder::new(f)?.files(f);
    builder.validate = validation.to_owned();
    let (infos, not_found) = builder.infos(f).await?;
    let mut errors = Vec::new();
    if force {
        remove(f, &infos).await?;
    }
    for info in infos {
        match one(f, info, force, &options).await.and_then(|object| printer.print(f, &object)) {
            Ok(()) => {}
            Err(e) => errors.push(e),
        }
    }
    Error::all_then(errors, not_found)
}

async fn remove(f: &Factory, infos: &[Info]) -> Result {
    let timeout = f.flags.duration("timeout");
    let deletion = Deletion {
        // None at all is a second, and waited for.
        grace_period: match f.flags.int("grace-period") {
            0 => 1,
            given => given.max(-1),
        },
        propagation: delete::propagation(f)?,
        dry_run: DryRun::None,
        ignore_not_found: true,
        wait: true,
        timeout,
        name_only: false,
        quiet: false,
        warn_cluster_scope: false,
    };
    deletion.run(f, infos.to_vec(), Vec::new()).await
}

async fn one(f: &Factory, mut info: Info, force: bool, options: &WriteOptions) -> Result<Value> {
    if f.flags.bool("save-config") || !info.object.annotations()[super::create::LAST_APPLIED].is_null() {
        super::create::save_config(&mut info.object);
    }
    util::record(f, &mut info.object);
    if options.dry_run == DryRun::Client {
        return Ok(info.object);
    }
    let source = info.source.clone();
    let done = if force { util::create(f, &info, options).await } else { put(f, &info, options).await };
    done.map_err(|e| e.with_source(if force { "creating" } else { "replacing" }, &source))
}

/// Overwrites whatever is there, unless the object says which version it replaces. Models `Helper.Replace`.
pub async fn put(f: &Factory, info: &Info, options: &WriteOptions) -> Result<Value> {
    let mut object = info.object.clone();
    if object["metadata"]["resourceVersion"].str().is_empty() {
        if let Ok(current) = f.send(Request::get(info.url())).await {
            object.set("metadata.resourceVersion", current["metadata"]["resourceVersion"].clone());
        }
    }
    let mut url = info.url();
    if !f.flags.str("subresource").is_empty() {
        url = url + "/" + f.flags.str("subresource");
    }
    f.send(options.apply(Request::put(url, object))).await
}
