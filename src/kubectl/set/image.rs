//! `kubectl set image`. Models `set_image.go`.

use super::patches::{self, Changed, Setting};
use crate::action;
use crate::cli::command::Command;
use crate::cli::errors::{Error, Result};
use crate::cli::factory::Factory;
use crate::cli::flag_sets;
use crate::kubectl::{pairs, util};
use std::collections::BTreeMap;

pub const COMMAND: Command = Command::new("image", "Update the image of a pod template", action!(run))
    .usage("(-f FILENAME | TYPE NAME) CONTAINER_NAME_1=CONTAINER_IMAGE_1 ... CONTAINER_NAME_N=CONTAINER_IMAGE_N [options]")
    .long("Update existing container image(s) of resources.\n\n Possible resources include (case insensitive):\n\n        pod (po), replicationcontroller (rc), deployment (deploy), daemonset (ds), statefulset (sts), cronjob (cj), replicaset (rs)")
    .examples("# Set a deployment's nginx container image to 'nginx:1.9.1', and its busybox container image to 'busybox'\nkubectl set image deployment/nginx busybox=busybox nginx=nginx:1.9.1\n\n# Update all deployments' and rc's nginx container's image to 'nginx:1.9.1'\nkubectl set image deployments,rc nginx=nginx:1.9.1 --all\n\n# Update image of all containers of daemonset abc to 'nginx:1.9.1'\nkubectl set image daemonset abc *=nginx:1.9.1")
    .flags(&[
        flag_sets::ALL,
        flag_sets::DRY_RUN,
        flag_sets::SET_MANAGER,
        flag_sets::FILES,
        flag_sets::LOCAL,
        flag_sets::PRINT,
        flag_sets::RECORD,
        flag_sets::SELECTOR,
    ]);

async fn run(f: &Factory) -> Result {
    let (resources, specs) = pairs::split(f.args(), "image")?;
    let images = parse(&specs)?;
    let infos = patches::infos(f, &resources).await?;
    patches::check(f)?;
    check(f, &resources, &images)?;
    let (mut changed, mut errors) = (Vec::new(), Vec::new());
    for info in &infos {
        let mut object = info.object.clone();
        let missing = patches::pod_spec(&mut object).map(|spec| {
            let missing = |(name, image): &(&String, &String)| {
                patches::each_container(spec, name, |c| c.set("image", image.as_str())) == 0
            };
            images.iter().filter(missing).map(|(name, _)| name.clone()).collect::<Vec<_>>()
        });
        let object = missing.map(|missing| {
            let text = |name: String| Error::Msg(format!("error: unable to find container named {name:?}"));
            errors.extend(missing.into_iter().map(text));
            util::record(f, &mut object);
            object
        });
        changed.push(Changed { info, object });
    }
    let setting =
        Setting { done: "image updated", failed: "failed to patch image update to pod template:", always: false };
    setting.send(f, changed, errors).await
}

/// Images by container name. Models `cmdutil.ParsePairs`.
fn parse(specs: &[String]) -> Result<BTreeMap<String, String>> {
    let (good, bad): (Vec<&String>, Vec<&String>) = specs.iter().partition(|s| s.contains('=') && !s.starts_with('='));
    if !bad.is_empty() {
        let bad: Vec<String> = bad.iter().map(|s| format!("{s:?}")).collect();
        return Err(format!("invalid image format: {}", bad.join(", ")).into());
    }
    let pair = |s: &String| s.split_once('=').map(|(name, image)| (name.to_owned(), image.to_owned()));
    Ok(good.into_iter().filter_map(pair).collect())
}

fn check(f: &Factory, resources: &[String], images: &BTreeMap<String, String>) -> Result {
    let mut errors = Vec::new();
    if resources.is_empty() && f.flags.list("filename").is_empty() && f.flags.str("kustomize").is_empty() {
        errors.push(Error::msg("one or more resources must be specified as <resource> <name> or <resource>/<name>"));
    }
    if images.is_empty() {
        errors.push(Error::msg("at least one image update is required"));
    } else if images.len() > 1 && images.contains_key("*") {
        errors.push(Error::msg(
            "all containers are already specified by *, but saw more than one container_name=container_image pairs",
        ));
    }
    Error::all(errors)
}
