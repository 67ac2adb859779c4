//! What the subcommands of set share: they find objects, change them, and send what differs. Models
//! `kubectl/pkg/cmd/set/helper.go` and `polymorphichelpers/updatepodspec.go`.

use crate::api::schema;
use crate::apimachinery::patch::strategic::{self, Schema};
use crate::apimachinery::{Object, Value};
use crate::cli::builder::{Builder, Info};
use crate::cli::errors::{Error, LOCAL_RESOURCE, Result};
use crate::cli::factory::Factory;
use crate::cli::{printers, typed};
use crate::client::PatchType;
use crate::kubectl::pods::go_type;
use crate::kubectl::util::{self, DryRun, WriteOptions};

/// What the arguments and flags name. Local objects come from files alone.
pub async fn infos(f: &Factory, resources: &[String]) -> Result<Vec<Info>> {
    let mut builder = Builder::new(f)?.files(f);
    builder.typed = true;
    builder.local = f.flags.bool("local");
    if !builder.local {
        builder.latest = true;
        return builder.selector(f).args(f, f.flags.bool("all"), resources).await?.all_infos(f).await;
    }
    if !resources.is_empty() {
        return Err(LOCAL_RESOURCE.into());
    }
    builder.all_infos(f).await
}

/// What all subcommands refuse.
pub fn check(f: &Factory) -> Result {
    if f.flags.bool("all") && !f.flags.str("selector").is_empty() {
        return Err("cannot set --all and --selector at the same time".into());
    }
    if f.flags.bool("local") && DryRun::of(f)? == DryRun::Server {
        return Err("cannot specify --local and --dry-run=server - did you mean --dry-run=client?".into());
    }
    Ok(())
}

/// A changed object, or why it could not be changed.
pub struct Changed<'a> {
    pub info: &'a Info,
    pub object: Result<Value, String>,
}

/// How changes are sent and worded.
pub struct Setting {
    pub done: &'static str,
    /// What stands before the server's words: `failed to patch …`.
    pub failed: &'static str,
    /// An object that does not differ is sent all the same.
    pub always: bool,
}

impl Setting {
    /// Sends what changed and says so; errors are added to those there are.
    pub async fn send(&self, f: &Factory, changed: Vec<Changed<'_>>, mut errors: Vec<Error>) -> Result {
        let options = util::write_options(f, "kubectl-set")?;
        let mut printer = printers::for_operation(f, &options.dry_run.operation(self.done))?.typed();
        for one in changed {
            match self.one(f, &one, &options).await {
                Ok(None) => {}
                Ok(Some(object)) => printer.print(f, &object)?,
                Err(e) => errors.push(e),
            }
        }
        Error::all(errors)
    }

    async fn one(&self, f: &Factory, one: &Changed<'_>, options: &WriteOptions) -> Result<Option<Value>> {
        let info = one.info;
        let object = one.object.as_ref().map_err(|why| Error::Msg(format!("error: {} {why}", info.resource_name())))?;
        let gvk = info.object.gvk();
        let schema = schema::by_gvk(&gvk.group, &gvk.version, &gvk.kind);
        let schema = schema.as_ref().map(|s| s as &dyn Schema);
        let patch = strategic::two_way(&info.object, object, schema)?;
        if patch.is_empty() && !self.always {
            return Ok(None);
        }
        if f.flags.bool("local") || options.dry_run == DryRun::Client {
            return Ok(Some(typed::fill(object)));
        }
        match util::patch(f, info, PatchType::Strategic, patch, "", options).await {
            Ok(object) => Ok(Some(object)),
            Err(e) if self.failed.is_empty() => Err(e),
            Err(e) => Err(Error::Msg(format!("{} {}", self.failed, e.text()))),
        }
    }
}

/// The pod spec of a pod or workload. The error words a kind without one.
pub fn pod_spec(object: &mut Value) -> Result<&mut Value, String> {
    match object.kind() {
        "Pod" => Ok(object.at_mut("spec")),
        "ReplicationController" | "Deployment" | "DaemonSet" | "ReplicaSet" | "StatefulSet" | "Job" => {
            Ok(object.at_mut("spec.template.spec"))
        }
        "CronJob" => Ok(object.at_mut("spec.jobTemplate.spec.template.spec")),
        _ => Err(format!("the object is not a pod or does not have a pod template: {}", go_type(object))),
    }
}

/// Changes every container and init container whose name fits; how many there were.
pub fn each_container(spec: &mut Value, names: &str, mut change: impl FnMut(&mut Value)) -> usize {
    let mut count = 0;
    for list in ["containers", "initContainers"] {
        if spec[list].items().is_empty() {
            continue;
        }
        for container in spec.at_mut(list).list_mut() {
            if is_selected(container["name"].str(), names) {
                count += 1;
                change(container);
            }
        }
    }
    count
}

/// A name that fits a pattern with `*`.
fn is_selected(name: &str, pattern: &str) -> bool {
    let mut parts = pattern.split('*');
    let Some(mut rest) = name.strip_prefix(parts.next().unwrap_or("")) else { return false };
    let mut last = None;
    for part in parts {
        if let Some(middle) = last.replace(part) {
            match rest.split_once(middle) {
                Some((_, after)) => rest = after,
                None => return false,
            }
        }
    }
    last.map_or(rest.is_empty(), |end| rest.ends_with(end))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn containers_are_selected_by_name_and_wildcard() {
        for (name, pattern, want) in [
            ("web", "*", true),
            ("web", "web", true),
            ("web", "we", false),
            ("web-1", "web*", true),
            ("a-web", "*web", true),
            ("a-web", "*b*w*", false),
            ("a-web-b", "a*b", true),
            ("", "a*", false),
        ] {
            assert_eq!(is_selected(name, pattern), want, "{name} {pattern}");
        }
    }
}
