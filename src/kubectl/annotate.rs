//! `kubectl annotate`. Models `kubectl/pkg/cmd/annotate/annotate.go`.

use super::label::{self, Kind};
use super::pairs::{self, Changes};
use crate::action;
use crate::cli::command::Command;
use crate::cli::errors::{Error, Result};
use crate::cli::factory::Factory;
use crate::cli::flag_sets;
use crate::cli::flags::Flag;

const FLAGS: &[Flag] = &[
    Flag::bool("list", "Print what is there, after the change if there is one."),
    Flag::bool("overwrite", "Replace values that are there already."),
    Flag::str("resource-version", "", "Change the object only if it still has this resourceVersion; for one object."),
    Flag::str("field-manager", "kubectl-annotate", "Name under which the fields written are owned."),
];

pub const COMMAND: Command = Command::new("annotate", "Update the annotations on a resource", action!(run))
    .usage("[--overwrite] (-f FILENAME | TYPE NAME) KEY_1=VAL_1 ... KEY_N=VAL_N [--resource-version=version] [options]")
    .long("Update the annotations on one or more resources.\n\n Annotations are keys and values for tools and people; unlike labels nothing selects by them, and their values may be long")
    .examples("# Give pod foo a description\nkubectl annotate pods foo description='my frontend'\n\n# Replace it\nkubectl annotate --overwrite pods foo description='my frontend running nginx'\n\n# Remove it\nkubectl annotate pods foo description-")
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
    let (resources, specs) = pairs::split(f.args(), "annotation")?;
    let changes = parse(&specs)?;
    label::check(f, &resources, &changes, "annotation")?;
    let both = changes.both();
    if !both.is_empty() {
        return Err(Error::Msg(format!(
            "can not both modify and remove the following annotation(s) in the same command: {}",
            both.join(", ")
        )));
    }
    label::change(f, &resources, &changes, Kind::Annotations).await
}

fn parse(specs: &[String]) -> Result<Changes> {
    let mut changes = Changes::default();
    let mut invalid = Vec::new();
    for spec in specs {
        match spec.split_once('=') {
            Some((key, value)) if !key.is_empty() => changes.put(key, value),
            _ => match spec.strip_suffix('-') {
                Some(key) if !key.is_empty() => changes.remove.push(key.to_owned()),
                _ => invalid.push(spec.as_str()),
            },
        }
    }
    if !invalid.is_empty() {
        return Err(Error::Msg(format!("invalid annotation format: {}", invalid.join(", "))));
    }
    Ok(changes)
}
