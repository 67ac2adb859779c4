//! `kubectl apply`. Models `kubectl/pkg/cmd/apply/apply.go` and `patcher.go`.

use super::create::{LAST_APPLIED, last_applied, save_config};
use super::util::{self, DryRun, WriteOptions};
use crate::action;
use crate::api::schema;
use crate::apimachinery::patch::{merge, strategic};
use crate::apimachinery::time::Duration;
use crate::apimachinery::{Object, Value};
use crate::cli::builder::{Builder, Info};
use crate::cli::command::Command;
use crate::cli::errors::{Error, Result};
use crate::cli::factory::Factory;
use crate::cli::flags::Flag;
use crate::cli::{flag_sets, printers};
use crate::client::{PatchType, Request};

const FLAGS: &[Flag] = &[
    Flag::str("cascade", "background", "What happens to the objects that a deleted one owns.").no_opt("background"),
    Flag::bool("force", "Delete and create anew what cannot be patched."),
    Flag::bool("force-conflicts", "With --server-side: take fields that others manage."),
    Flag::int64("grace-period", "-1", "Seconds that deleted objects get to end."),
    Flag::bool_on("openapi-patch", "Use the server's OpenAPI documents to make patches."),
    Flag::bool_on("overwrite", "Take the values of the file where the object differs."),
    Flag::bool("prune", "Delete objects that were applied before and are in no file any more."),
    Flag::array("prune-allowlist", "Group, version and kind to prune, instead of the usual ones."),
    Flag::bool("server-side", "Let the server apply."),
    Flag::str("subresource", "", "With --server-side: apply to this subresource."),
    Flag::duration("timeout", "0s", "How long to wait for deletions."),
    Flag::bool("wait", "Wait for deletions."),
    Flag::str("field-manager", "kubectl-client-side-apply", "Name under which the fields written are owned."),
];

pub const COMMAND: Command = Command::new("apply", "Apply a configuration to a resource by file name or stdin", action!(run))
    .usage("(-f FILENAME | -k DIRECTORY) [options]")
    .long("Apply a configuration to a resource by file name or stdin. The resource is created if it does not exist.\n\n JSON and YAML are read. Objects should be created with apply or with create --save-config, so that later calls know what to delete")
    .examples("# Apply what a file describes\nkubectl apply -f ./pod.json\n\n# Apply what standard input describes\ncat pod.json | kubectl apply -f -\n\n# Let the server apply\nkubectl apply --server-side -f pod.yaml")
    .flags(&[
        FLAGS,
        flag_sets::ALL,
        flag_sets::DRY_RUN,
        flag_sets::FILES,
        flag_sets::PRINT,
        flag_sets::RECORD,
        flag_sets::SELECTOR,
        flag_sets::VALIDATE,
    ])
    .subcommands(&[super::last_applied::VIEW, super::last_applied::SET, super::last_applied::EDIT]);

async fn run(f: &Factory) -> Result {
    let flags = &f.flags;
    let server_side = flags.bool("server-side");
    if !f.args().is_empty() {
        return Err(f.usage_error(format!("Unexpected args: [{}]", f.args().join(" "))));
    }
    let dry_run = DryRun::of(f)?;
    if server_side && dry_run == DryRun::Client {
        return Err("--dry-run=client doesn't work with --server-side (did you mean --dry-run=server instead?)".into());
    }
    if flags.bool("force-conflicts") && !server_side {
        return Err("--force-conflicts only works with --server-side".into());
    }
    if !flags.str("subresource").is_empty() && !server_side {
        return Err("--subresource can only be used with --server-side".into());
    }
    if flags.bool("force") && server_side {
        return Err("--force cannot be used with --server-side".into());
    }
    if flags.list("filename").is_empty() && flags.str("kustomize").is_empty() {
        return Err("must specify one of -f and -k".into());
    }
    if flags.bool("prune") && !flags.bool("all") && flags.str("selector").is_empty() {
        return Err("all resources selected for prune without explicitly passing --all. To prune all resources, pass \
                    the --all flag. If you did not mean to prune all resources, specify a label selector"
            .into());
    }
    if flags.bool("prune") && server_side {
        return Err("--prune is in alpha and doesn't currently work on objects created by server-side apply".into());
    }
    if flags.bool("prune") {
        super::prune::check(f).await?;
    }
    let manager = if server_side { "kubectl" } else { "kubectl-client-side-apply" };
    let validation = util::validation(f)?;
    let options = WriteOptions { validation, ..util::write_options(f, manager)? };
    let mut builder = Builder::new(f)?.files(f).selector(f);
    builder.validate = validation.to_owned();
    let (mut applied, mut errors) = (Vec::new(), Vec::new());
    for entry in builder.entries(f).await? {
        let done = match entry {
            Ok(info) => one(f, info, server_side, &options).await,
            Err(e) => Err(e),
        };
        match done {
            Ok(info) => applied.push(info),
            Err(e) => errors.push(e),
        }
    }
    if errors.is_empty() && applied.is_empty() {
        return Err("no objects passed to apply".into());
    }
    Error::all(errors)?;
    if flags.bool("prune") { super::prune::run(f, &applied, dry_run).await } else { Ok(()) }
}

async fn one(f: &Factory, mut info: Info, server_side: bool, options: &WriteOptions) -> Result<Info> {
    if info.name.is_empty() {
        let prefix = info.object["metadata"]["generateName"].str();
        if !prefix.is_empty() {
            return Err(Error::Msg(format!("from {prefix}: cannot use generate name with apply")));
        }
    }
    util::record(f, &mut info.object);
    let (object, operation) = match server_side {
        true => (by_server(f, &info, options).await?, "serverside-applied"),
        false => by_client(f, &info, options).await?,
    };
    printers::for_operation(f, &options.dry_run.operation(operation))?.print(f, &object)?;
    Ok(Info { object, ..info })
}

const CONFLICT: &str = "Please review the fields above--they currently have other managers. Here
are the ways you can resolve this warning:
* If you intend to manage all of these fields, please re-run the apply
  command with the `--force-conflicts` flag.
* If you do not intend to manage all of the fields, please edit your
  manifest to remove references to the fields that should keep their
  current managers.
* You may co-own fields by updating your manifest to match the existing
  value; in this case, you'll become the manager if the other manager(s)
  stop managing the field (remove it from their configuration).
See https://kubernetes.io/docs/reference/using-api/server-side-apply/#conflicts";

async fn by_server(f: &Factory, info: &Info, options: &WriteOptions) -> Result<Value> {
    let applied = send_apply(f, info, options).await?;
    if !f.flags.str("subresource").is_empty() || !super::migrate::run(f, info, &applied, options).await {
        return Ok(applied);
    }
    match send_apply(f, info, options).await {
        Err(e) => {
            f.err(&format!(
                "Warning: failed to re-apply configuration after performing Server-Side Apply migration. This is \
                 non-fatal and will be retried next time you apply. Error: {}\n",
                e.text()
            ));
            Ok(applied)
        }
        done => done,
    }
}

async fn send_apply(f: &Factory, info: &Info, options: &WriteOptions) -> Result<Value> {
    let url = match f.flags.str("subresource") {
        "" => info.url(),
        subresource => format!("{}/{subresource}", info.url()),
    };
    let request = Request::patch(PatchType::Apply, url, info.object.clone());
    let force = if f.flags.bool("force-conflicts") { "true" } else { "false" };
    match f.send(options.apply(request.query("force", force))).await {
        Err(e) if e.is("Conflict") => Err(Error::Msg(format!("{}\n{CONFLICT}", e.text()))),
        other => other,
    }
}

/// `Resource: "/v1, Resource=pods", …`: how errors name an object.
fn described(info: &Info) -> String {
    format!(
        "Resource: {:?}, GroupVersionKind: {:?}\nName: {:?}, Namespace: {:?}",
        info.mapping.resource.to_string(),
        info.mapping.gvk().to_string(),
        info.name,
        info.namespace
    )
}

async fn by_client(f: &Factory, info: &Info, options: &WriteOptions) -> Result<(Value, &'static str)> {
    let current = match info.name.as_str() {
        "" => Err(Error::msg("resource name may not be empty")),
        _ => f.send(Request::get(info.url())).await,
    };
    let current = match current {
        Ok(current) => current,
        Err(e) if e.is_not_found() => return first_time(f, info, options).await,
        Err(e) => {
            let verb = format!("retrieving current configuration of:\n{}\nfrom server for:", described(info));
            return Err(e.with_source(&verb, &info.source));
        }
    };
    if options.dry_run != DryRun::Client && current.annotation(LAST_APPLIED).is_none() {
        f.err(&format!(
            "Warning: resource {} is missing the {LAST_APPLIED} annotation which is required by kubectl apply. kubectl \
             apply should only be used on resources created declaratively by either kubectl create --save-config or \
             kubectl apply. The missing annotation will be patched automatically.\n",
            info.resource_name()
        ));
    }
    let (kind, patch) = patch_for(info, &current)?;
    if patch.as_map().is_some_and(|m| m.is_empty()) {
        return Ok((current, "unchanged"));
    }
    if options.dry_run == DryRun::Client {
        return Ok((super::patch::locally(&current, kind, &patch)?, "configured"));
    }
    let mut patch = patch;
    let mut done = util::patch(f, info, kind, patch.clone(), "", options).await;
    for attempt in 1..=MOST_CONFLICTS {
        if !matches!(&done, Err(e) if e.is("Conflict")) {
            break;
        }
        if attempt > 1 {
            f.ctx.client.clock.sleep(Duration::from_secs(1)).await;
        }
        let current = f.send(Request::get(info.url())).await?;
        let (kind, again) = patch_for(info, &current)?;
        patch = again;
        done = util::patch(f, info, kind, patch.clone(), "", options).await;
    }
    match done {
        Ok(object) => Ok((object, "configured")),
        Err(e) if f.flags.bool("force") && (e.is("Invalid") || e.is("Conflict")) => {
            recreate(f, info, &current, options).await.map(|object| (object, "configured"))
        }
        Err(e) => {
            let verb = format!("applying patch:\n{patch}\nto:\n{}\nfor:", described(info));
            Err(e.with_source("patching", &info.source).with_source(&verb, &info.source))
        }
    }
}

/// How often a patch is made anew because the object changed meanwhile.
const MOST_CONFLICTS: usize = 5;

/// Deletes the object and creates what was to be applied; where that fails, the old one comes back. Models
/// `Patcher.deleteAndCreate`.
async fn recreate(f: &Factory, info: &Info, current: &Value, options: &WriteOptions) -> Result<Value> {
    f.send(Request::delete(info.url(), Value::Null)).await?;
    super::delete::wait_gone(f, info, current.uid(), f.flags.duration("timeout")).await?;
    let mut new = Info { source: String::new(), ..info.clone() };
    save_config(&mut new.object);
    let error = match util::create(f, &new, options).await {
        Ok(created) => return Ok(created),
        Err(e) => e,
    };
    let old = Info { object: current.clone(), ..new };
    match util::create(f, &old, options).await {
        Ok(_) => Err(error),
        Err(again) => Err(Error::Msg(format!(
            "An error occurred force-replacing the existing object with the newly provided one:\n\n{}.\n\n\
             Additionally, an error occurred attempting to restore the original object:\n\n{}",
            error.text(),
            again.text()
        ))),
    }
}

async fn first_time(f: &Factory, info: &Info, options: &WriteOptions) -> Result<(Value, &'static str)> {
    let mut info = info.clone();
    save_config(&mut info.object);
    prune_nulls(&mut info.object);
    if options.dry_run == DryRun::Client {
        return Ok((info.object, "created"));
    }
    let created = util::create(f, &info, options).await.map_err(|e| e.with_source("creating", &info.source))?;
    Ok((created, "created"))
}

/// Takes away the entries of maps that are null, as an update by patch would. Models `pruneNullsFromMap`.
fn prune_nulls(value: &mut Value) {
    if value.as_list().is_some() {
        value.list_mut().iter_mut().for_each(prune_nulls);
    } else if value.as_map().is_some() {
        let map = value.map_mut();
        let empty: Vec<String> = map.iter().filter(|(_, v)| v.is_null()).map(|(k, _)| k.to_owned()).collect();
        empty.iter().for_each(|key| drop(map.remove(key)));
        map.iter_mut().for_each(|(_, child)| prune_nulls(child));
    }
}

/// The three-way patch from what was applied last, what is to be, and what is.
pub fn patch_for(info: &Info, current: &Value) -> Result<(PatchType, Value)> {
    let mut modified = info.object.clone();
    modified.set_in(&["metadata", "annotations", LAST_APPLIED], last_applied(&info.object));
    three_way(info, current, &modified)
}

/// As [`patch_for`], leaving the annotation that keeps what was applied.
pub fn patch_without_annotation(info: &Info, current: &Value) -> Result<(PatchType, Value)> {
    let mut modified = info.object.clone();
    modified.remove_in(&["metadata", "annotations", LAST_APPLIED]);
    // What was applied last has the map too, empty as it may be.
    modified.default_to("metadata.annotations", Value::object());
    three_way(info, current, &modified)
}

fn three_way(info: &Info, current: &Value, modified: &Value) -> Result<(PatchType, Value)> {
    let original = match current.annotation(LAST_APPLIED) {
        Some(text) => Value::from_json(text).unwrap_or(Value::object()),
        None => Value::object(),
    };
    let gvk = info.mapping.gvk();
    match schema::by_gvk(&gvk.group, &gvk.version, &gvk.kind) {
        Some(schema) => {
            let patch = strategic::three_way(&original, modified, current, Some(&schema)).map_err(Error::Msg)?;
            Ok((PatchType::Strategic, patch))
        }
        None => Ok((PatchType::Merge, merge::three_way(&original, modified, current))),
    }
}
