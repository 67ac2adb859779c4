//! `kubectl apply --prune`: deletes what was applied once and is in no file any more. Models
//! `kubectl/pkg/cmd/apply/prune.go`.

use super::create::LAST_APPLIED;
use super::util::DryRun;
use crate::apimachinery::{GroupVersion, Object, Value};
use crate::cli::builder::Info;
use crate::cli::errors::{Error, Result};
use crate::cli::factory::Factory;
use crate::cli::mapper::{Mapping, RestMapper};
use crate::client::Request;
use std::collections::BTreeSet;
use std::rc::Rc;

/// Group and plural of what is looked at, in order; namespaced ones first.
const TYPES: [(&str, &str); 16] = [
    ("", "configmaps"),
    ("", "endpoints"),
    ("", "persistentvolumeclaims"),
    ("", "pods"),
    ("", "replicationcontrollers"),
    ("", "secrets"),
    ("", "services"),
    ("batch", "jobs"),
    ("batch", "cronjobs"),
    ("networking.k8s.io", "ingresses"),
    ("apps", "daemonsets"),
    ("apps", "deployments"),
    ("apps", "replicasets"),
    ("apps", "statefulsets"),
    ("", "namespaces"),
    ("", "persistentvolumes"),
];

/// Reads `--prune-allowlist`, before anything is applied.
pub async fn check(f: &Factory) -> Result {
    if f.flags.list("prune-allowlist").is_empty() {
        return Ok(());
    }
    let mapper = f.mapper().await?;
    types(f, &mapper).map(drop)
}

/// Deletes what [`candidates`] finds.
pub async fn run(f: &Factory, applied: &[Info], dry_run: DryRun) -> Result {
    for info in candidates(f, applied).await? {
        if dry_run == DryRun::None {
            f.send(Request::delete(info.url(), crate::object! { "propagationPolicy" => "Background" })).await?;
        }
        f.out(&format!("{} {}\n", info.object_name(), dry_run.operation("pruned")));
    }
    Ok(())
}

/// The objects that have the annotation of apply, match the selector, are in a namespace of those `applied` or in none,
/// and are not among them.
pub async fn candidates(f: &Factory, applied: &[Info]) -> Result<Vec<Info>> {
    let mapper = f.mapper().await?;
    let types = types(f, &mapper)?;
    let namespaces: BTreeSet<&str> = applied.iter().map(|a| a.namespace.as_str()).filter(|n| !n.is_empty()).collect();
    let namespaced = types.iter().filter(|m| m.namespaced);
    let mut lists: Vec<(&Rc<Mapping>, &str)> =
        namespaces.iter().flat_map(|n| namespaced.clone().map(move |m| (m, *n))).collect();
    lists.extend(types.iter().filter(|m| !m.namespaced).map(|m| (m, "")));
    let mut found = Vec::new();
    for (mapping, namespace) in lists {
        let mut request = Request::get(mapping.url(namespace, ""));
        if !f.flags.str("selector").is_empty() {
            request = request.query("labelSelector", f.flags.str("selector"));
        }
        let list = f.send(request).await?;
        for object in list["items"].items() {
            let kept = applied.iter().any(|a| a.object.uid() == object.uid());
            if !kept && object.annotation(LAST_APPLIED).is_some() {
                found.push(Info {
                    object: typed(object, mapping),
                    ..Info::named(mapping, object.namespace(), object.name())
                });
            }
        }
    }
    Ok(found)
}

/// An item of a list does not say what it is.
fn typed(item: &Value, mapping: &Mapping) -> Value {
    let mut object = item.clone();
    object.set("apiVersion", mapping.gvk().group_version().to_string());
    object.set("kind", mapping.kind.as_str());
    object
}

/// What is looked at: the types of `--prune-allowlist`, else the usual ones.
fn types(f: &Factory, mapper: &RestMapper) -> Result<Vec<Rc<Mapping>>> {
    let allowed = f.flags.list("prune-allowlist");
    if allowed.is_empty() {
        super::util::klog_warning(
            f,
            "prune.go:71",
            "Deprecated: kubectl apply will no longer prune non-namespaced resources by default when used with the \
             --namespace flag in a future release. To preserve the current behaviour, list the resources you want to \
             target explicitly in the --prune-allowlist flag.",
        );
        let of = |(group, plural): &(&str, &str)| {
            mapper.mappings.iter().find(|m| m.resource.group == *group && m.resource.resource == *plural).cloned()
        };
        return Ok(TYPES.iter().filter_map(of).collect());
    }
    let mut out = Vec::new();
    for word in allowed {
        let [group, version, kind] = word.split('/').collect::<Vec<_>>()[..] else {
            return Err(format!("invalid GroupVersionKind format: {word}, please follow <group/version/kind>").into());
        };
        let group_version = GroupVersion::new(if group == "core" { "" } else { group }, version);
        let found = mapper.for_kind(&group_version, kind).cloned();
        out.push(
            found.ok_or_else(|| Error::Msg(format!("no matches for kind {kind:?} in version \"{group_version}\"")))?,
        );
    }
    Ok(out)
}
