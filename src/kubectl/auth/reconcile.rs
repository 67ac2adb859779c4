//! `kubectl auth reconcile`. Models `kubectl/pkg/cmd/auth/reconcile.go` and
//! `k8s.io/component-helpers/auth/rbac/reconciliation`.

use super::covers::covers;
use crate::apimachinery::gvk::GroupVersion;
use crate::apimachinery::{Object, Value};
use crate::cli::builder::{Builder, Info};
use crate::cli::command::Command;
use crate::cli::errors::{Error, Result};
use crate::cli::factory::Factory;
use crate::cli::flags::Flag;
use crate::cli::{flag_sets, printers};
use crate::client::Request;
use crate::kubectl::util::{self, DryRun, WriteOptions};
use crate::{action, object};

const FLAGS: &[Flag] = &[
    Flag::bool("remove-extra-permissions", "Remove permissions of roles that the file does not have."),
    Flag::bool("remove-extra-subjects", "Remove subjects of bindings that the file does not have."),
];

pub const COMMAND: Command = Command::new(
    "reconcile",
    "Reconciles rules for RBAC role, role binding, cluster role, and cluster role binding objects",
    action!(run),
)
.usage("-f FILENAME [options]")
.long("Reconciles rules for RBAC role, role binding, cluster role, and cluster role binding objects.\n\n What is missing is created, with its namespace; roles get the rules and bindings the subjects they lack")
.examples("# Reconcile RBAC resources from a file\nkubectl auth reconcile -f my-rbac-rules.yaml")
.flags(&[FLAGS, flag_sets::DRY_RUN, flag_sets::FILES, flag_sets::PRINT]);

const GROUP: &str = "rbac.authorization.k8s.io";
const OPTED_OUT: &str = "rbac.authorization.kubernetes.io/autoupdate";

/// What is to be done with an object.
#[derive(Clone, Copy, PartialEq)]
enum Operation {
    None,
    Create,
    Update,
    Recreate,
}

/// What a comparison with the server came to.
struct Outcome {
    object: Value,
    operation: Operation,
    /// The object on the server does not want to be changed.
    protected: bool,
    /// Rules or subjects.
    missing: Vec<Value>,
    extra: Vec<Value>,
}

async fn run(f: &Factory) -> Result {
    if f.flags.list("filename").is_empty() && f.flags.str("kustomize").is_empty() {
        return Err("must specify one of -f and -k".into());
    }
    if !f.args().is_empty() {
        return Err("no arguments are allowed".into());
    }
    let dry_run = DryRun::of(f)?;
    if dry_run == DryRun::Server {
        return Err("--dry-run=server for command reconcile is not supported yet".into());
    }
    let mut printer = printers::for_operation(f, &dry_run.operation("reconciled"))?.typed();
    let mut builder = Builder::new(f)?.files(f);
    builder.local = true;
    let mut errors = Vec::new();
    for entry in builder.entries(f).await? {
        let done = match entry {
            Ok(info) => one(f, &info.object, dry_run).await,
            Err(e) => Err(e),
        };
        match done {
            Ok(None) => {}
            Ok(Some(outcome)) => {
                printer.print(f, &outcome.object)?;
                f.err(&report(&outcome));
            }
            Err(e) => errors.push(e),
        }
    }
    Error::all(errors)
}

/// Compares one object with the server's and makes them equal; None for what is no role and no binding.
async fn one(f: &Factory, wanted: &Value, dry_run: DryRun) -> Result<Option<Outcome>> {
    let gvk = wanted.gvk();
    if gvk.group != GROUP {
        return Ok(None);
    }
    if gvk.version != "v1" {
        return Err(format!("only {GROUP}/v1 is supported: not *{}.{}", gvk.version, gvk.kind).into());
    }
    let is_namespaced = matches!(gvk.kind.as_str(), "Role" | "RoleBinding");
    if is_namespaced && wanted.namespace().is_empty() {
        // It is the namespace, which is to be made first, that has no name.
        return Err("resource name may not be empty".into());
    }
    let group_version = GroupVersion::new(GROUP, "v1");
    let Some(mapping) = f.lookup(|mapper| mapper.for_kind(&group_version, &gvk.kind).cloned()).await? else {
        return Ok(None);
    };
    let info = Info::of_object(&mapping, wanted.clone());
    let field = if gvk.kind.ends_with("Binding") { "subjects" } else { "rules" };
    let mut outcome = match f.send(Request::get(info.url())).await {
        Ok(existing) => compare(f, field, &existing, wanted),
        Err(e) if e.is_not_found() => Outcome {
            object: wanted.clone(),
            operation: Operation::Create,
            protected: false,
            missing: wanted[field].items().to_vec(),
            extra: Vec::new(),
        },
        Err(e) => return Err(e),
    };
    if !outcome.protected && dry_run == DryRun::None {
        send(f, &info, &mut outcome).await?;
    }
    Ok(Some(outcome))
}

/// Models `computeReconciledRole` and `computeReconciledRoleBinding`.
fn compare(f: &Factory, field: &str, existing: &Value, wanted: &Value) -> Outcome {
    let protected = existing.annotation(OPTED_OUT) == Some("false");
    let is_binding = field == "subjects";
    if is_binding && existing["roleRef"] != wanted["roleRef"] {
        let (object, operation) = (wanted.clone(), Operation::Recreate);
        return Outcome { object, operation, protected, missing: Vec::new(), extra: Vec::new() };
    }
    let mut object = existing.clone();
    for map in ["annotations", "labels"] {
        for (key, value) in wanted["metadata"][map].fields() {
            object.set_in(&["metadata", map, key], value.clone());
        }
    }
    let mut operation = if object == *existing { Operation::None } else { Operation::Update };
    let (has, wants) = (existing[field].items(), wanted[field].items());
    let (missing, extra) = match is_binding {
        true => {
            let without =
                |list: &[Value], other: &[Value]| list.iter().filter(|s| !other.contains(s)).cloned().collect();
            (without(wants, has), without(has, wants))
        }
        // What both aggregate is not theirs to compare.
        false if !existing["aggregationRule"].is_null() && !wanted["aggregationRule"].is_null() => {
            (Vec::new(), Vec::new())
        }
        false => (covers(has, wants), covers(wants, has)),
    };
    let removes = f.flags.bool(if is_binding { "remove-extra-subjects" } else { "remove-extra-permissions" });
    if removes && !(missing.is_empty() && extra.is_empty()) {
        object.set(field, wanted[field].clone());
        operation = Operation::Update;
    } else if !missing.is_empty() {
        object.map_mut().entry(field).list_mut().extend(missing.iter().cloned());
        operation = Operation::Update;
    }
    Outcome { object, operation, protected, missing, extra: if removes { extra } else { Vec::new() } }
}

async fn send(f: &Factory, info: &Info, outcome: &mut Outcome) -> Result {
    let options = WriteOptions::default();
    match outcome.operation {
        Operation::None => return Ok(()),
        Operation::Update => {
            outcome.object = f.send(options.apply(Request::put(info.url(), outcome.object.clone()))).await?;
            return Ok(());
        }
        Operation::Recreate => {
            f.send(Request::delete(info.url(), Value::Null)).await?;
        }
        Operation::Create => {}
    }
    if !info.namespace.is_empty() {
        ensure_namespace(f, &info.namespace).await?;
    }
    outcome.object = util::create(f, &Info { object: outcome.object.clone(), ..info.clone() }, &options).await?;
    Ok(())
}

/// Makes the namespace where it is missing; who may not does without. Models `tryEnsureNamespace`.
async fn ensure_namespace(f: &Factory, name: &str) -> Result {
    match f.send(Request::get(format!("/api/v1/namespaces/{name}"))).await {
        Err(e) if e.is_not_found() => {}
        _ => return Ok(()),
    }
    let namespace = object! { "apiVersion" => "v1", "kind" => "Namespace", "metadata" => object! { "name" => name } };
    match f.send(Request::post("/api/v1/namespaces", namespace)).await {
        Err(e) if !e.is("AlreadyExists") && !e.is("Forbidden") => Err(e),
        _ => Ok(()),
    }
}

fn report(outcome: &Outcome) -> String {
    let operation = match outcome.operation {
        Operation::None => return String::new(),
        Operation::Create => "create",
        Operation::Update => "update",
        Operation::Recreate => "recreate",
    };
    let caveat = match outcome.protected {
        true => format!(", but object opted out ({OPTED_OUT}: false)"),
        false => String::new(),
    };
    let mut out = format!("\treconciliation required {operation}{caveat}\n");
    let what = if outcome.object.kind().ends_with("Binding") { "subjects" } else { "rules" };
    for (list, verb) in [(&outcome.missing, "missing"), (&outcome.extra, "extra")] {
        if list.is_empty() {
            continue;
        }
        out.push_str(&format!("\t{verb} {what} {}:\n", if verb == "missing" { "added" } else { "removed" }));
        list.iter().for_each(|item| out.push_str(&format!("\t\t{}\n", go_struct(item, what))));
    }
    out
}

const RULE: [(&str, &str); 5] = [
    ("Verbs", "verbs"),
    ("APIGroups", "apiGroups"),
    ("Resources", "resources"),
    ("ResourceNames", "resourceNames"),
    ("NonResourceURLs", "nonResourceURLs"),
];
const SUBJECT: [(&str, &str); 4] =
    [("Kind", "kind"), ("APIGroup", "apiGroup"), ("Name", "name"), ("Namespace", "namespace")];

/// As Go's `%+v` prints the struct.
fn go_struct(item: &Value, what: &str) -> String {
    let fields = if what == "rules" { &RULE[..] } else { &SUBJECT[..] };
    let shown = |(name, field): &(&str, &str)| match what {
        "rules" => {
            let words: Vec<&str> = item[*field].items().iter().map(Value::str).collect();
            format!("{name}:[{}]", words.join(" "))
        }
        _ => format!("{name}:{}", item[*field].str()),
    };
    format!("{{{}}}", fields.iter().map(shown).collect::<Vec<_>>().join(" "))
}
