//! `kubectl describe`. Models `kubectl/pkg/cmd/describe` and `kubectl/pkg/describe`: a file per kind, a table of them.

mod common;
mod config;
mod containers;
mod cronjob;
mod deployment;
mod describer;
mod endpoints;
mod endpointslice;
mod events;
mod generic;
mod hpa;
mod ingress;
mod job;
mod limits;
mod namespace;
mod networking;
mod networkpolicy;
mod node;
mod node_resources;
mod pdb;
mod persistent_volume;
mod persistent_volume_claim;
mod pod;
mod pod_resources;
mod priorityclass;
mod rbac;
mod replicas;
mod service;
mod service_account;
mod sets;
mod signing_request;
mod storage;
mod table;
mod template;
#[cfg(test)]
mod tests;
mod volumes;
mod writer;

pub(super) use events::age as event_age;
pub(super) use rbac::rule_rows;
pub(super) use writer::plain;

use crate::action;
use crate::apimachinery::{Object, Value};
use crate::cli::builder::{Builder, Info};
use crate::cli::command::Command;
use crate::cli::errors::{Error, Result};
use crate::cli::factory::Factory;
use crate::cli::flag_sets;
use crate::cli::flags::Flag;
use describer::Describer;

static FLAGS: &[Flag] = &[Flag::bool_on(
    "show-events",
    "Show the events of the object: by default for one object, not for several or for a name prefix.",
)];

static FLAG_SETS: &[&[Flag]] =
    &[FLAGS, flag_sets::ALL_NAMESPACES, flag_sets::CHUNK_SIZE, flag_sets::FILES, flag_sets::SELECTOR];

pub const COMMAND: Command = Command::new(
    "describe",
    "Show details of a specific resource or group of resources",
    action!(run),
)
.suggest_for(&["inspect"])
.usage("(-f FILENAME | TYPE [NAME_PREFIX | -l label] | TYPE/NAME) [options]")
.long("Show details of a specific resource or group of resources.\n\n With a name that no object has, all objects whose names begin with it are described")
.examples("# Describe a node\nkubectl describe nodes node-1\n\n# Describe a pod\nkubectl describe pods/web\n\n# Describe what a file names\nkubectl describe -f pod.yaml\n\n# Describe all pods\nkubectl describe pods\n\n# Describe pods by label\nkubectl describe pods -l app=web")
.flags(FLAG_SETS);

/// A pod template as `rollout history` and `rollout undo --dry-run` show it: not aligned.
pub(super) fn pod_template(of: &Value) -> String {
    let mut w = writer::Writer::default();
    template::describe(&mut w, of);
    w.unaligned()
}

async fn run(f: &Factory) -> Result {
    if f.args().is_empty() && f.flags.list("filename").is_empty() && f.flags.str("kustomize").is_empty() {
        return Err("You must specify the type of resource to describe. Use \"kubectl api-resources\" for a complete \
                    list of supported resources."
            .into());
    }
    let mut builder = Builder::new(f)?.files(f).selector(f).all_namespaces(f);
    builder.latest = true;
    let builder = builder.args(f, true, f.args()).await?;
    let (infos, mut errors) = builder.infos(f).await?;
    let mut describer = Describer::new(f);
    describer.show_events = match f.flags.changed("show-events") {
        true => f.flags.bool("show-events"),
        false => errors.is_empty() && infos.len() < 2,
    };
    if let ([kind, prefix], [error]) = (f.args(), errors.as_slice()) {
        if error.is_not_found() {
            let (kind, prefix) = (kind.clone(), prefix.clone());
            return describe_matching(&describer, &kind, &prefix, errors.remove(0)).await;
        }
    }
    let nothing = infos.is_empty() && errors.is_empty();
    describe_all(&describer, &infos, &mut errors).await;
    if nothing {
        f.err(&match f.flags.bool("all-namespaces") {
            true => "No resources found\n".to_owned(),
            false => format!("No resources found in {} namespace.\n", f.namespace()?.0),
        });
    }
    Error::listed(errors)
}

/// Describes one after another, two lines apart; the same failure is reported once.
async fn describe_all(describer: &Describer<'_>, infos: &[Info], errors: &mut Vec<Error>) {
    let (mut first, mut seen) = (true, Vec::new());
    for info in infos {
        match describer.describe(info).await {
            Ok(text) if first => {
                first = false;
                describer.f.out(&text);
            }
            Ok(text) => describer.f.out(&format!("\n\n{text}")),
            Err(e) => {
                if !seen.contains(&e.text()) {
                    seen.push(e.text());
                    errors.push(e);
                }
            }
        }
    }
}

/// Describes what begins with a name that is no object's own. Models `DescribeMatchingResources`.
async fn describe_matching(describer: &Describer<'_>, kind: &str, prefix: &str, original: Error) -> Result {
    let f = describer.f;
    let infos = Builder::new(f)?.args(f, true, &[kind.to_owned()]).await?.all_infos(f).await?;
    let mut found = false;
    for info in infos.iter().filter(|i| i.object.name().starts_with(prefix)) {
        found = true;
        f.out(&format!("{}\n", describer.describe(info).await?));
    }
    if found { Ok(()) } else { Err(original) }
}
