//! `kubectl apply --prune`: deletes what was applied once and is in no file any more. Models
//! `kubectl/pkg/cmd/apply/prune.go`.

use super::create::LAST_APPLIED;
use super::util::DryRun;
use crate::apimachinery::Object;
use crate::cli::builder::Info;
use crate::cli::errors::Result;
use crate::cli::factory::Factory;
use crate::client::Request;

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

/// Deletes the objects that have the annotation of apply, match the selector, and are not among `applied`.
pub async fn run(f: &Factory, applied: &[Info], dry_run: DryRun) -> Result {
    let (namespace, enforce) = f.namespace()?;
    if !enforce {
        super::util::klog_warning(
            f,
            "prune.go:71",
            "Deprecated: kubectl apply will no longer prune non-namespaced resources by default when used with the \
             --namespace flag in a future release. To preserve the current behaviour, list the resources you want to \
             target explicitly in the --prune-allowlist flag.",
        );
    }
    let mapper = f.mapper().await?;
    for (group, plural) in TYPES {
        let found = mapper.mappings.iter().find(|m| m.resource.group == group && m.resource.resource == plural);
        let Some(mapping) = found else { continue };
        let mut request = Request::get(mapping.url(&namespace, ""));
        if !f.flags.str("selector").is_empty() {
            request = request.query("labelSelector", f.flags.str("selector"));
        }
        let list = f.send(request).await?;
        for object in list["items"].items() {
            let kept = applied.iter().any(|a| a.object.uid() == object.uid());
            if kept || object.annotation(LAST_APPLIED).is_none() {
                continue;
            }
            let info = Info::named(mapping, object.namespace(), object.name());
            if dry_run == DryRun::None {
                f.send(Request::delete(info.url(), crate::object! { "propagationPolicy" => "Background" })).await?;
            }
            f.out(&format!("{} {}\n", info.object_name(), dry_run.operation("pruned")));
        }
    }
    Ok(())
}
