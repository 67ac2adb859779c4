//! `kubectl label`. Models `kubectl/pkg/cmd/label/label.go`.

use super::pairs::{self, Changes};
use super::util::{self, DryRun};
use crate::action;
use crate::apimachinery::patch::merge;
use crate::apimachinery::{Object, Value, names};
use crate::cli::builder::{Builder, Info};
use crate::cli::command::Command;
use crate::cli::errors::{Error, Result};
use crate::cli::factory::Factory;
use crate::cli::flags::Flag;
use crate::cli::{flag_sets, printers};
use crate::client::PatchType;

pub const FLAGS: &[Flag] = &[
    Flag::bool("list", "Print what is there, after the change if there is one."),
    Flag::bool("overwrite", "Replace values that are there already."),
    Flag::str("resource-version", "", "Change the object only if it still has this resourceVersion; for one object."),
    Flag::str("field-manager", "kubectl-label", "Name under which the fields written are owned."),
];

pub const COMMAND: Command = Command::new("label", "Update the labels on a resource", action!(run))
    .usage("[--overwrite] (-f FILENAME | TYPE NAME) KEY_1=VAL_1 ... KEY_N=VAL_N [--resource-version=version] [options]")
    .long("Update the labels on a resource.\n\n A key and a value have at most 63 characters: letters, digits, '-', '_' and '.', beginning and ending with a letter or digit. A key may have a DNS prefix, as in example.com/app. A label that is there is changed only with --overwrite; KEY- removes one")
    .examples("# Add the label 'unhealthy' to pod foo\nkubectl label pods foo unhealthy=true\n\n# Replace its value\nkubectl label --overwrite pods foo status=unhealthy\n\n# Label all pods of the namespace\nkubectl label pods --all status=unhealthy\n\n# Remove a label\nkubectl label pods foo bar-")
    .flags(&[
        FLAGS,
        flag_sets::ALL,
        flag_sets::ALL_NAMESPACES,
        flag_sets::DRY_RUN,
        flag_sets::FILES,
        flag_sets::SELECTOR,
        flag_sets::FIELD_SELECTOR,
        flag_sets::LOCAL,
        flag_sets::PRINT,
        flag_sets::RECORD,
    ]);

async fn run(f: &Factory) -> Result {
    let (resources, specs) = pairs::split(f.args(), "label")?;
    let changes = parse(&specs)?;
    check(f, &resources, &changes, "label")?;
    change(f, &resources, &changes, Kind::Labels).await
}

/// Labels or annotations.
#[derive(Clone, Copy, PartialEq)]
pub enum Kind {
    Labels,
    Annotations,
}

impl Kind {
    fn field(self) -> &'static str {
        if self == Self::Labels { "labels" } else { "annotations" }
    }
}

fn parse(specs: &[String]) -> Result<Changes> {
    let mut changes = Changes::default();
    for spec in specs {
        if spec.contains('=') {
            let mut parts = spec.split('=');
            let (Some(key), Some(value), None) = (parts.next(), parts.next(), parts.next()) else {
                return Err(Error::Msg(format!("invalid label spec: {spec}")));
            };
            let wrong = names::is_label_value(value);
            if !wrong.is_empty() {
                return Err(Error::Msg(format!("invalid label value: {spec:?}: {}", wrong.join(";"))));
            }
            changes.put(key, value);
        } else if let Some(key) = spec.strip_suffix('-') {
            changes.remove.push(key.to_owned());
        } else {
            return Err(Error::Msg(format!("unknown label spec: {spec}")));
        }
    }
    if !changes.both().is_empty() {
        return Err("can not both modify and remove a label in the same command".into());
    }
    Ok(changes)
}

/// What both commands demand of their arguments.
pub fn check(f: &Factory, resources: &[String], changes: &Changes, what: &str) -> Result {
    if f.flags.bool("all") && !f.flags.str("selector").is_empty() {
        return Err("cannot set --all and --selector at the same time".into());
    }
    if f.flags.bool("all") && !f.flags.str("field-selector").is_empty() {
        return Err("cannot set --all and --field-selector at the same time".into());
    }
    check_local(f, resources, what)?;
    if resources.is_empty() && f.flags.list("filename").is_empty() && f.flags.str("kustomize").is_empty() {
        return Err("one or more resources must be specified as <resource> <name> or <resource>/<name>".into());
    }
    if changes.is_empty() && !f.flags.bool("list") {
        return Err(format!("at least one {what} update is required").into());
    }
    Ok(())
}

/// What `--local` demands.
fn check_local(f: &Factory, resources: &[String], what: &str) -> Result {
    if !f.flags.bool("local") {
        return Ok(());
    }
    if DryRun::of(f)? == DryRun::Server {
        return Err("cannot specify --local and --dry-run=server - did you mean --dry-run=client?".into());
    }
    let example = if what == "label" { "pod" } else { "rsrc" };
    let files = format!("-f {example}.yaml or --filename={example}.json");
    if !resources.is_empty() {
        return Err(format!("can only use local files by {files} when --local=true is set").into());
    }
    if f.flags.list("filename").is_empty() && f.flags.str("kustomize").is_empty() {
        return Err(format!("one or more files must be specified as {files}").into());
    }
    Ok(())
}

/// Changes the labels or annotations of what the arguments name.
pub async fn change(f: &Factory, resources: &[String], changes: &Changes, kind: Kind) -> Result {
    let local = f.flags.bool("local");
    let mut builder = Builder::new(f)?.files(f);
    builder.local = local;
    if !local {
        builder.latest = true;
        builder =
            builder.selector(f).field_selector(f).all_namespaces(f).args(f, f.flags.bool("all"), resources).await?;
    }
    let one = builder.is_single();
    let version = f.flags.str("resource-version");
    if !one && !version.is_empty() {
        return Err("--resource-version may only be used with a single resource".into());
    }
    let mut errors = Vec::new();
    for entry in builder.entries(f).await? {
        let done = match entry {
            Ok(info) => change_one(f, info, changes, kind, one).await,
            Err(e) => Err(e),
        };
        errors.extend(done.err());
    }
    Error::all(errors)
}

async fn change_one(f: &Factory, info: Info, changes: &Changes, kind: Kind, one: bool) -> Result {
    let (field, overwrite) = (kind.field(), f.flags.bool("overwrite"));
    let version = f.flags.str("resource-version");
    let mut old = info.object.clone();
    if !version.is_empty() {
        old.remove("metadata.resourceVersion");
    }
    let mut new = old.clone();
    let (list, local) = (f.flags.bool("list"), f.flags.bool("local"));
    let options = util::write_options(f, if kind == Kind::Labels { "kubectl-label" } else { "kubectl-annotate" })?;
    if kind == Kind::Labels && !list && !local && options.dry_run != DryRun::Client {
        for key in changes.remove.iter().filter(|k| old.label(k).is_none()) {
            f.out(&format!("label {key:?} not found.\n"));
        }
    }
    if !overwrite {
        refuse_overwrites(&old, changes, kind)?;
    }
    changes.apply(&mut new, field);
    if !list {
        util::record(f, &mut new);
    }
    if !version.is_empty() {
        new.set("metadata.resourceVersion", version);
    }
    let message = message(&old, &new, overwrite, kind);
    let is_sent = !(options.dry_run == DryRun::Client || local || list);
    let result = match is_sent {
        true => util::patch(f, &info, PatchType::Merge, merge::diff(&old, &new), "", &options).await?,
        false => new,
    };
    if list {
        print_list(f, &info, &result, kind, one);
        return Ok(());
    }
    printers::for_operation(f, &options.dry_run.operation(message))?.print(f, &result)
}

fn refuse_overwrites(old: &Value, changes: &Changes, kind: Kind) -> Result {
    let taken = changes.overwrites(&old["metadata"][kind.field()]);
    match kind {
        _ if taken.is_empty() => Ok(()),
        Kind::Labels => {
            Error::all(taken.into_iter().map(|t| Error::Msg(format!("{t}, and --overwrite is false"))).collect())
        }
        Kind::Annotations => Err(Error::Msg(format!(
            "--overwrite is false but found the following declared annotation(s): {}",
            taken.join("; ")
        ))),
    }
}

fn message(old: &Value, new: &Value, overwrite: bool, kind: Kind) -> &'static str {
    match kind {
        Kind::Annotations => "annotated",
        Kind::Labels if old == new => "not labeled",
        Kind::Labels if !overwrite && new.to_string().len() < old.to_string().len() => "unlabeled",
        Kind::Labels => "labeled",
    }
}

fn print_list(f: &Factory, info: &Info, object: &Value, kind: Kind, one: bool) {
    let indent = if one { "" } else { " " };
    if !one {
        let gvk = info.mapping.gvk();
        f.out(&format!("Listing {} for {}.{}/{}:\n", kind.field(), gvk.kind, gvk.group, info.name));
    }
    for (key, value) in object["metadata"][kind.field()].fields() {
        f.out(&format!("{indent}{key}={}\n", value.str()));
    }
}
