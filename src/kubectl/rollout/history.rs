//! `kubectl rollout history`. Models `rollout_history.go` and `polymorphichelpers/history.go`.

use super::found;
use super::revisions::{self, CHANGE_CAUSE, Revision};
use crate::apimachinery::Object;
use crate::cli::builder::{Info, name_for_object};
use crate::cli::errors::{Error, Result};
use crate::cli::factory::Factory;
use crate::cli::printers::{self, TabWriter};
use crate::kubectl::describe;

const NO_SUCH: &str = "unable to find the specified revision";

pub async fn run(f: &Factory) -> Result {
    let wanted = f.flags.int("revision");
    if wanted < 0 {
        return Err(format!("revision must be a positive integer: {wanted}").into());
    }
    let (infos, not_found) = found(f).await?;
    let mut errors = Vec::new();
    for info in infos {
        errors.extend(one(f, &info, wanted).await.err());
    }
    Error::all_then(errors, not_found)
}

async fn one(f: &Factory, info: &Info, wanted: i64) -> Result {
    let revisions = revisions::of(f, info, "history viewer").await?;
    if printers::has_output(f) {
        let mut printer = printers::for_operation(f, "")?.typed();
        let shown: Vec<&Revision> = revisions.iter().filter(|r| wanted == 0 || r.number == wanted).collect();
        if wanted > 0 && shown.is_empty() {
            return Err(NO_SUCH.into());
        }
        for revision in shown {
            printer.print(f, &revision.shown)?;
        }
        return Ok(());
    }
    let text = match (wanted, revisions.is_empty()) {
        (_, true) => "No rollout history found.".to_owned(),
        (0, _) => overview(&revisions),
        (n, _) => template(revisions.iter().find(|r| r.number == n).ok_or(NO_SUCH)?),
    };
    let with = if wanted > 0 { format!("with revision #{wanted}") } else { String::new() };
    f.out(&format!("{} {with}\n{text}\n", name_for_object(&info.object)));
    Ok(())
}

fn overview(revisions: &[Revision]) -> String {
    let mut table = TabWriter::describe();
    table.write("REVISION\tCHANGE-CAUSE\n");
    for revision in revisions {
        let cause = if revision.cause.is_empty() { "<none>" } else { &revision.cause };
        table.write(&format!("{}\t{cause}\n", revision.number));
    }
    table.flush()
}

/// The pod template of a revision, with its cause among the annotations.
fn template(revision: &Revision) -> String {
    let mut template = revision.template.clone();
    if !revision.cause.is_empty() && template.annotation(CHANGE_CAUSE).is_none() {
        template.set_in(&["metadata", "annotations", CHANGE_CAUSE], revision.cause.as_str());
    }
    describe::pod_template(&template)
}
