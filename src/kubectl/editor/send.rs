//! What is sent of edited objects: patches, new objects, or the annotation of `apply`.

use super::Mode;
use crate::api::schema;
use crate::apimachinery::patch::merge;
use crate::apimachinery::patch::strategic::{self, Schema};
use crate::apimachinery::{Object, Value, yaml};
use crate::cli::builder::Info;
use crate::cli::errors::{Error, Result};
use crate::cli::factory::Factory;
use crate::cli::{json, printers};
use crate::client::PatchType;
use crate::kubectl::create::{LAST_APPLIED, save_config};
use crate::kubectl::util::{self, WriteOptions};
use crate::object;

/// Why a try did not end the edit.
pub enum Tried {
    /// The server did not take it, for a reason that the file cannot mend.
    Refused,
    /// The object is not there any more.
    Gone,
    Failed(Error),
}

impl From<Error> for Tried {
    fn from(error: Error) -> Self {
        Tried::Failed(error)
    }
}

/// Remarks for the header: what they are about, and what is wrong with it.
type Reasons = Vec<(String, Vec<String>)>;

/// Sends what changed; what the server refuses comes back for another try.
pub async fn all(f: &Factory, mode: Mode, infos: &[Info], text: &str) -> Result<Reasons, Tried> {
    let parsed: Value = yaml::from_str(text).map_err(|e| Error::Msg(e.to_string()))?;
    let objects = match parsed["items"].as_list() {
        Some(items) if parsed.kind() == "List" => items.to_vec(),
        _ => vec![parsed],
    };
    let manager = if mode == Mode::BeforeCreate { "kubectl-create" } else { "kubectl-edit" };
    let options = WriteOptions { validation: util::validation(f)?, ..util::write_options(f, manager)? };
    let mut reasons = Reasons::new();
    let mut refused: Option<Tried> = None;
    for (info, mut object) in infos.iter().zip(objects) {
        if f.flags.bool("save-config") && mode != Mode::LastApplied {
            save_config(&mut object);
        }
        if mode != Mode::LastApplied {
            util::record(f, &mut object);
        }
        match mode {
            // One that was refused for good counts before one that is gone.
            Mode::Normal => match patch(f, info, &object, &options, &mut reasons).await? {
                Some(Tried::Gone) if refused.is_some() => {}
                Some(why) => refused = Some(why),
                None => {}
            },
            Mode::BeforeCreate => create(f, info, object, &options).await?,
            Mode::LastApplied => annotate(f, info, &object, &options).await?,
        }
    }
    refused.map_or(Ok(reasons), Err)
}

async fn create(f: &Factory, info: &Info, object: Value, options: &WriteOptions) -> Result {
    let name = object.name().to_owned();
    let created = util::create(f, &Info { object, name, ..info.clone() }, options).await?;
    printers::for_operation(f, "created")?.print(f, &created)
}

/// Puts the edited object into the annotation of the live one.
async fn annotate(f: &Factory, info: &Info, object: &Value, options: &WriteOptions) -> Result {
    if *object == info.object {
        return printers::for_operation(f, "skipped")?.print(f, object);
    }
    let body =
        object! { "metadata" => object! { "annotations" => object! { LAST_APPLIED => json::compact(object) + "\n" } } };
    util::patch(f, info, PatchType::Merge, body, "", options).await?;
    printers::for_operation(f, "edited")?.print(f, object)
}

/// Why an object could not be patched, where the file cannot mend it.
async fn patch(
    f: &Factory,
    info: &Info,
    object: &Value,
    options: &WriteOptions,
    reasons: &mut Reasons,
) -> Result<Option<Tried>> {
    let changed = |field: &str| object.at(field) != info.object.at(field);
    if changed("apiVersion") || changed("kind") || changed("metadata.name") {
        return Err("At least one of apiVersion, kind and name was changed".into());
    }
    let (kind, patch) = difference(info, object)?;
    if patch.is_empty() {
        printers::for_operation(f, "skipped")?.print(f, &info.object)?;
        return Ok(None);
    }
    if f.flags.bool("output-patch") {
        f.out(&format!("Patch: {patch}\n"));
    }
    let error = match util::patch(f, info, kind, patch, f.flags.str("subresource"), options).await {
        Ok(object) => {
            printers::for_operation(f, "edited")?.print(f, &object)?;
            return Ok(None);
        }
        Err(e) => e,
    };
    let what = named(info);
    match &error {
        Error::Status(status) if status.reason == "Invalid" => {
            let cause = |c: &Value| format!("{}: {}", c["field"].str(), c["message"].str());
            let causes = status.details["causes"].items().iter().map(cause).collect();
            f.err(&format!("error: {what} is invalid\n"));
            reasons.push((format!("{what} was not valid"), causes));
            Ok(None)
        }
        e if e.is_not_found() => {
            f.err(&format!("error: {what} could not be found on the server\n"));
            Ok(Some(Tried::Gone))
        }
        e => {
            f.err(&format!("error: {what} could not be patched: {}\n", e.text()));
            Ok(Some(Tried::Refused))
        }
    }
}

/// `deployments.apps "web"`
pub fn named(info: &Info) -> String {
    format!("{} {:?}", info.mapping.group_resource(), info.name)
}

/// The patch from the object as it was to the edited one.
fn difference(info: &Info, edited: &Value) -> Result<(PatchType, Value)> {
    let mut old = info.object.clone();
    old.remove("metadata.managedFields");
    let mut new = edited.clone();
    new.remove("metadata.managedFields");
    let gvk = info.object.gvk();
    Ok(match schema::by_gvk(&gvk.group, &gvk.version, &gvk.kind) {
        Some(schema) => (PatchType::Strategic, strategic::two_way(&old, &new, Some(&schema as &dyn Schema))?),
        None => (PatchType::Merge, merge::diff(&old, &new)),
    })
}
