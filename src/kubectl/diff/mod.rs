//! `kubectl diff`. Models `kubectl/pkg/cmd/diff`.

mod external;
mod unified;

use super::apply;
use super::util::{self, DryRun, WriteOptions};
use crate::action;
use crate::apimachinery::{Object, Value, yaml};
use crate::cli::builder::{Builder, Info};
use crate::cli::command::Command;
use crate::cli::errors::{Error, Result, check_err};
use crate::cli::factory::Factory;
use crate::cli::flag_sets;
use crate::cli::flags::Flag;
use crate::client::{PatchType, Request};
use crate::sim::Rng;

const FLAGS: &[Flag] = &[
    Flag::int32("concurrency", "1", "How many objects to compare at a time."),
    Flag::str("field-manager", "kubectl-client-side-apply", "Name under which the fields written are owned."),
    Flag::bool("force-conflicts", "With --server-side: take fields over that others own."),
    Flag::bool("prune", "Show what apply --prune would delete."),
    Flag::array("prune-allowlist", "With --prune: the types to delete of."),
    Flag::bool("server-side", "Let the server make the change."),
    Flag::bool("show-managed-fields", "Show managedFields too."),
];

pub const COMMAND: Command = Command::new("diff", "Diff the live version against a would-be applied version", action!(run))
    .usage("-f FILENAME [options]")
    .long("Diff configurations specified by file name or stdin between the current online configuration, and the configuration as it would be if applied.\n\n Exit status: 0 no differences were found, 1 differences were found, >1 kubectl or diff failed with an error")
    .examples("# Diff resources included in pod.json\nkubectl diff -f pod.json\n\n# Diff file read from stdin\ncat service.yaml | kubectl diff -f -")
    .flags(&[FLAGS, flag_sets::FILES, flag_sets::SELECTOR]);

/// Errors end with 2: 1 says that there are differences.
async fn run(f: &Factory) -> Result {
    match compare(f).await {
        Ok(false) => Ok(()),
        Ok(true) => Err(Error::Exit(1)),
        Err(e @ Error::BrokenPipe) => Err(e),
        Err(e) => {
            let (text, code) = check_err(&e);
            Err(Error::Code(code + 1, text))
        }
    }
}

/// True where anything differs.
async fn compare(f: &Factory) -> Result<bool> {
    if !f.args().is_empty() {
        return Err(f.usage_error(format!("Unexpected args: [{}]", f.args().join(" "))));
    }
    if f.flags.list("filename").is_empty() && f.flags.str("kustomize").is_empty() {
        return Err("must specify one of -f and -k".into());
    }
    if f.flags.bool("force-conflicts") && !f.flags.bool("server-side") {
        return Err("--force-conflicts only works with --server-side".into());
    }
    let builder = Builder::new(f)?.files(f).selector(f);
    let (mut infos, mut pairs) = (Vec::new(), Vec::new());
    for mut info in builder.all_infos(f).await? {
        let (live, merged) = versions(f, &info).await?;
        pairs.push(pair(f, &info, &live, merged));
        info.object = live;
        infos.push(info);
    }
    if f.flags.bool("prune") {
        let pruned = super::prune::candidates(f, &infos).await?;
        pairs.extend(pruned.iter().map(|i| Pair {
            file: file_name(i),
            live: pair(f, i, &Value::Null, i.object.clone()).merged,
            merged: String::new(),
        }));
    }
    pairs.sort();
    let mut rng = Rng::new(f.ctx.client.clock.now().0 as u64).fork("diff");
    let mut number = || rng.next_u64() % 4_000_000_000;
    let dirs = [format!("/tmp/LIVE-{}", number()), format!("/tmp/MERGED-{}", number())];
    match f.ctx.system.env("KUBECTL_EXTERNAL_DIFF").filter(|program| !program.is_empty()) {
        Some(program) => external::run(f, &program, &dirs, &pairs).await,
        None => Ok(print(f, &dirs, &pairs)),
    }
}

/// One object as it is and as it would be; "" where there is none.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
struct Pair {
    file: String,
    live: String,
    merged: String,
}

/// `apps.v1.Deployment.default.web`
fn file_name(info: &Info) -> String {
    let gvk = info.mapping.gvk();
    let group = if gvk.group.is_empty() { String::new() } else { format!("{}.", gvk.group) };
    format!("{group}{}.{}.{}.{}", gvk.version, gvk.kind, info.namespace, info.name)
}

/// What `diff -u -N` prints for the two directories; true where anything differs.
fn print(f: &Factory, [live_dir, merged_dir]: &[String; 2], pairs: &[Pair]) -> bool {
    let (year, month, day, hour, minute, second, nanos) = f.ctx.client.clock.now().civil();
    let stamp = format!("{year}-{month:02}-{day:02} {hour:02}:{minute:02}:{second:02}.{nanos:09} +0000");
    let mut differs = false;
    for pair in pairs {
        let Some(hunks) = unified::diff(&pair.live, &pair.merged) else { continue };
        let (live, merged) = (format!("{live_dir}/{}", pair.file), format!("{merged_dir}/{}", pair.file));
        f.out(&format!("diff -u -N {live} {merged}\n--- {live}\t{stamp}\n+++ {merged}\t{stamp}\n{hunks}"));
        differs = true;
    }
    differs
}

/// The object as it is (null where there is none), and as it would be.
async fn versions(f: &Factory, info: &Info) -> Result<(Value, Value)> {
    let manager = if f.flags.bool("server-side") { "kubectl" } else { "kubectl-client-side-apply" };
    let options = WriteOptions { dry_run: DryRun::Server, ..util::write_options(f, manager)? };
    let live = match f.send(Request::get(info.url())).await {
        Ok(live) => live,
        Err(e) if e.is_not_found() => Value::Null,
        Err(e) => return Err(e),
    };
    let merged = if f.flags.bool("server-side") {
        let request = Request::patch(PatchType::Apply, info.url(), info.object.clone());
        let force = if f.flags.bool("force-conflicts") { "true" } else { "false" };
        f.send(options.apply(request.query("force", force))).await?
    } else if live.is_null() {
        util::create(f, info, &options).await?
    } else {
        let (kind, mut patch) = apply::patch_without_annotation(info, &live)?;
        match patch.is_empty() {
            true => live.clone(),
            false => {
                // What is compared is what is there now, whatever version the file was made from.
                patch.set("metadata.resourceVersion", live.at("metadata.resourceVersion").clone());
                util::patch(f, info, kind, patch, "", &options).await?
            }
        }
    };
    Ok((live, merged))
}

/// One object as it is and as it would be, the values of a Secret hidden. The real one's masker makes
/// of a Secret that is not there yet an object of nothing, which is printed as `null`.
fn pair(f: &Factory, info: &Info, live: &Value, mut merged: Value) -> Pair {
    let file = file_name(info);
    if merged.kind() != "Secret" {
        return Pair { file, live: shown(f, live), merged: shown(f, &merged) };
    }
    let mut before = live.clone();
    mask(&mut before, &mut merged);
    let live = if live.is_null() { "null\n".to_string() } else { shown(f, &before) };
    Pair { file, live, merged: shown(f, &merged) }
}

/// Hides the values of two Secrets, but not that one differs from the other.
fn mask(from: &mut Value, to: &mut Value) {
    let old = from["data"].clone();
    let new = to["data"].clone();
    let hide = |object: &mut Value, other: &Value, changed: &str| {
        if object["data"].is_null() {
            return;
        }
        for (key, value) in object.at_mut("data").map_mut().iter_mut() {
            let differs = other.get(key).is_some_and(|there| there != value);
            *value = if differs { changed } else { "***" }.into();
        }
    };
    hide(from, &new, "*** (before)");
    hide(to, &old, "*** (after)");
}

/// The text that is compared: values of secrets are hidden.
fn shown(f: &Factory, object: &Value) -> String {
    if object.is_null() {
        return String::new();
    }
    let mut object = object.clone();
    if !f.flags.bool("show-managed-fields") {
        object.remove("metadata.managedFields");
    }
    yaml::to_string(&object)
}
