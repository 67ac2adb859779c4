//! What the subcommands of create share: one name, one object, one request.

use crate::apimachinery::{Object, Value};
use crate::cli::builder::Info;
use crate::cli::errors::{Error, Result};
use crate::cli::factory::Factory;
use crate::cli::{kustomize, printers};
use crate::kubectl::util::{self, DryRun, WriteOptions};

/// The one argument before `--`. Models `NameFromCommandArgs`.
pub fn name(f: &Factory) -> Result<String> {
    let (before, _) = f.flags.split_at_dash();
    match before {
        [name] => Ok(name.clone()),
        args => Err(f.usage_error(format!("exactly one NAME is required, got {}", args.len()))),
    }
}

/// Creates the object and prints what was done. `what` words the error: `failed to create WHAT: …`; "" leaves the
/// server's words.
pub async fn create(f: &Factory, object: Value, what: &str) -> Result {
    make(f, object, what, f.flags.bool("save-config")).await
}

/// As [`create`], without the annotation of `apply`.
pub async fn create_plain(f: &Factory, object: Value, what: &str) -> Result {
    make(f, object, what, false).await
}

async fn make(f: &Factory, mut object: Value, what: &str, saves_config: bool) -> Result {
    let options = WriteOptions { validation: util::validation(f)?, ..util::write_options(f, "kubectl-create")? };
    let mut printer = printers::for_operation(f, &options.dry_run.operation("created"))?.typed();
    let (namespace, enforce) = f.namespace()?;
    if f.flags.bool("append-hash") {
        let hashed = format!("{}-{}", object.name(), kustomize::hash(&object, object.name()));
        object.set("metadata.name", hashed);
    }
    let gvk = object.gvk();
    let cluster_scoped = CLUSTER_SCOPED.contains(&gvk.kind.as_str());
    if !cluster_scoped && enforce {
        object.set("metadata.namespace", namespace.as_str());
    }
    if saves_config {
        super::save_typed_config(&mut object);
    }
    if options.dry_run == DryRun::Client {
        return printer.print(f, &object);
    }
    let mapping = f.lookup(|mapper| mapper.for_kind(&gvk.group_version(), &gvk.kind).cloned()).await?;
    let mapping = &mapping.ok_or_else(|| {
        Error::Msg(format!("no matches for kind {:?} in version {:?}", gvk.kind, object.api_version()))
    })?;
    let mut info = Info::of_object(mapping, object);
    if mapping.namespaced {
        info.namespace = namespace;
    }
    let created = util::create(f, &info, &options).await.map_err(|e| match (what, e) {
        ("", e) => e,
        (what, e @ (Error::Status(_) | Error::Msg(_))) => Error::Msg(format!("failed to create {what}: {}", e.text())),
        (_, e) => e,
    })?;
    printer.print(f, &created)
}

const CLUSTER_SCOPED: [&str; 4] = ["Namespace", "PriorityClass", "ClusterRole", "ClusterRoleBinding"];
