//! `patches`, `patchesStrategicMerge` and `patchesJson6902`. Models kustomize's patch transformer.

use super::{Resource, id, join, read};
use crate::api::schema;
use crate::apimachinery::labels::Selector;
use crate::apimachinery::patch::strategic::{self, Schema};
use crate::apimachinery::patch::{json, merge};
use crate::apimachinery::{Object, Value, yaml};
use crate::cli::errors::{Error, Result};
use crate::cli::factory::Factory;
use crate::object;

pub fn run(f: &Factory, root: &str, spec: &Value, resources: &mut Vec<Resource>) -> Result {
    for entry in spec["patchesStrategicMerge"].items() {
        let inline = entry.str().contains('\n');
        let patch = object! { if inline { "patch" } else { "path" } => entry.str() };
        one(f, root, &patch, resources)?;
    }
    for field in ["patches", "patchesJson6902"] {
        for patch in spec[field].items() {
            one(f, root, patch, resources)?;
        }
    }
    Ok(())
}

fn one(f: &Factory, root: &str, patch: &Value, resources: &mut Vec<Resource>) -> Result {
    let (path, inline, target) = (patch["path"].str(), patch["patch"].str(), &patch["target"]);
    let text = match (path, inline) {
        ("", "") => return Err("must specify one of patch and path in PatchTransformer".into()),
        ("", text) => text.to_owned(),
        (path, "") => read(f, &join(root, path)).map_err(|e| {
            Error::Msg(format!(
                "trouble configuring builtin PatchTransformer with config: `\npath: {path}\n`: failed to get the \
                     patch file from path({path}): {}",
                e.text()
            ))
        })?,
        _ => return Err("patch and path can't be set at the same time".into()),
    };
    for document in yaml::documents(&text) {
        let body = yaml::from_str(document.text)
            .map_err(|e| Error::Msg(format!("unable to parse SM or JSON patch from [{text}]: {e}")))?;
        if body.is_null() {
            continue;
        }
        let is_json = body.as_list().is_some();
        if is_json && target.is_null() {
            return Err(format!("must specify a target for JSON patch {text}").into());
        }
        let mut found = false;
        let mut kept = Vec::new();
        for mut resource in resources.drain(..) {
            let fits = match target.is_null() {
                true => {
                    let (a, b) = (resource.object.gvk(), body.gvk());
                    a.kind == b.kind && a.group == b.group && resource.original == body.name()
                }
                false => selects(target, &resource)?,
            };
            if fits {
                found = true;
                match applied(&resource.object, &body, is_json)? {
                    Some(object) => resource.object = object,
                    None => continue,
                }
            }
            kept.push(resource);
        }
        *resources = kept;
        if !found && target.is_null() {
            return Err(Error::Msg(format!(
                "no resource matches strategic merge patch {:?}: no matches for Id {}; failed to find unique target for patch {}",
                id(&body),
                id(&body),
                id(&body)
            )));
        }
    }
    Ok(())
}

/// The patched object; None where the patch deletes it.
fn applied(object: &Value, body: &Value, is_json: bool) -> Result<Option<Value>> {
    if is_json {
        return Ok(Some(json::apply(object, body)?));
    }
    if body["$patch"].str() == "delete" {
        return Ok(None);
    }
    let mut body = body.clone();
    // A patch for a target may be for any object: its own name and kind do not count.
    for field in ["apiVersion", "kind"] {
        body.map_mut().remove(field);
    }
    body.remove("metadata.name");
    body.remove("metadata.namespace");
    let gvk = object.gvk();
    Ok(Some(match schema::by_gvk(&gvk.group, &gvk.version, &gvk.kind) {
        Some(schema) => strategic::apply(object, &body, Some(&schema as &dyn Schema))?,
        None => merge::apply(object, &body)?,
    }))
}

/// Models `Selector`: what is left out fits all.
fn selects(target: &Value, resource: &Resource) -> Result<bool> {
    let object = &resource.object;
    let gvk = object.gvk();
    let fits = |field: &str, value: &str| target[field].str().is_empty() || target[field].str() == value;
    let named = |pattern: &str| {
        pattern.is_empty()
            || pattern == resource.original
            || pattern.strip_suffix(".*").is_some_and(|prefix| resource.original.starts_with(prefix))
    };
    let selector = |field: &str, of: &Value| match target[field].str() {
        "" => Ok(true),
        text => Selector::parse(text).map(|s| s.matches(of)).map_err(Error::Msg),
    };
    Ok(fits("group", &gvk.group)
        && fits("version", &gvk.version)
        && fits("kind", &gvk.kind)
        && fits("namespace", object.namespace())
        && named(target["name"].str())
        && selector("labelSelector", object.labels())?
        && selector("annotationSelector", object.annotations())?)
}
