//! The volumes of a pod as file trees. Models `pkg/volume` and `pkg/kubelet/volumemanager`.

use super::context::Context;
use super::pod::Pod;
use super::{env, host};
use crate::apimachinery::{Object, Time, Value, base64};
use crate::client::{Informers, Resource};
use crate::sh::{Files, Mount};
use std::collections::BTreeMap;

/// What a volume is made of: files by path, with their permissions.
type Content = Vec<(String, Vec<u8>, u32)>;

/// The permissions of files for which nothing is said.
const MODE: u32 = 0o644;

/// Makes the volumes of a pod that are not there yet, and refreshes those whose source changed. The error is the name
/// of the volume and why it cannot be mounted.
pub fn set_up(pod: &mut Pod, context: &mut Context) -> Result<(), (String, String)> {
    let volumes = pod.spec()["volumes"].clone();
    for volume in volumes.items() {
        let name = volume["name"].str().to_owned();
        if let Some(path) = volume.at("hostPath.path").as_str() {
            let tree = context.shared.entry(host_tree(context.node.name())).or_insert_with(host::files);
            host::check(tree, path, volume.at("hostPath.type").str(), context.now)
                .map_err(|why| (name.clone(), why))?;
            continue;
        }
        if let Some(source) = shared_source(volume, pod, context) {
            let source = source.map_err(|why| (name.clone(), why))?;
            context.shared.entry(source).or_insert_with(|| open_directory(None, context.now));
            continue;
        }
        let version = version(volume, pod, context.informers);
        if pod.volumes.contains_key(&name) && pod.volume_sources.get(&name) == Some(&version) {
            continue;
        }
        let content = content(volume, pod, context).map_err(|why| (name.clone(), why))?;
        let group = pod.spec().at("securityContext.fsGroup").as_i64().and_then(|g| u32::try_from(g).ok());
        let files = match content {
            None => pod.volumes.remove(&name).unwrap_or_else(|| open_directory(group, context.now)),
            Some(content) => written(&content, group, context),
        };
        pod.volumes.insert(name.clone(), files);
        pod.volume_sources.insert(name, version);
    }
    Ok(())
}

/// The root of a volume, which everybody may write to; what is made in it is the pod's group's, where it has one.
fn open_directory(group: Option<u32>, now: Time) -> Files {
    let mut files = Files::made_at(now);
    let _ = files.chmod("/", if group.is_some() { 0o2777 } else { 0o777 });
    let _ = files.chown("/", (0, group.unwrap_or(0)));
    files
}

/// The name of a node's own files among the trees that outlive pods.
fn host_tree(node: &str) -> String {
    format!("host:{node}")
}

/// The files in a directory of their own, which links point into, so that all change at one moment. Models `AtomicWriter`.
fn written(content: &Content, group: Option<u32>, context: &mut Context) -> Files {
    let (mut files, now) = (open_directory(group, context.now), context.now);
    let (y, mo, d, h, mi, s, _) = now.civil();
    let nonce = context.node.rng.below(4_000_000_000);
    let dir = format!("..{y:04}_{mo:02}_{d:02}_{h:02}_{mi:02}_{s:02}.{nonce}");
    let _ = files.mkdir_all(&format!("/{dir}"), now);
    let _ = files.symlink(&dir, "/..data", now);
    for (path, data, mode) in content {
        let path = crate::sh::files::normalize("/", path);
        files.put(&format!("/{dir}{path}"), data, now);
        let read_by_group = if group.is_some() { 0o040 } else { 0 };
        let _ = files.chmod(&format!("/{dir}{path}"), *mode | read_by_group);
        let top = path.split('/').nth(1).unwrap_or("");
        let _ = files.symlink(&format!("..data/{top}"), &format!("/{top}"), now);
    }
    files
}

/// What a volume's files were made from, as a text that changes with it.
fn version(volume: &Value, pod: &Pod, informers: &Informers) -> String {
    let mut out = String::new();
    let namespace = pod.object.namespace();
    let mut add = |resource: Resource, name: &str| {
        if !name.is_empty() {
            let version = informers.get(resource, &format!("{namespace}/{name}")).map_or(0, Object::resource_version);
            out += &format!("{name}@{version} ");
        }
    };
    add(Resource::ConfigMaps, volume.at("configMap.name").str());
    add(Resource::Secrets, volume.at("secret.secretName").str());
    for source in volume.at("projected.sources").items() {
        add(Resource::ConfigMaps, source.at("configMap.name").str());
        add(Resource::Secrets, source.at("secret.name").str());
    }
    let downward = !volume["downwardAPI"].is_null() || !volume["projected"].is_null();
    if downward {
        out += &format!("{}{}", pod.object.labels(), pod.object.annotations());
    }
    out
}

/// The files of a volume; None for volumes that start empty.
fn content(volume: &Value, pod: &Pod, context: &mut Context) -> Result<Option<Content>, String> {
    let mut out = Content::new();
    let projected = &volume["projected"];
    let sources = if projected.is_null() { std::slice::from_ref(volume) } else { projected["sources"].items() };
    let mut known = !projected.is_null();
    for source in sources {
        let default = |own: &Value| {
            let given = if projected.is_null() { own } else { projected };
            given["defaultMode"].as_i64().and_then(|m| u32::try_from(m).ok()).unwrap_or(MODE)
        };
        for (kind, name, resource) in KEYED {
            let from = &source[*kind];
            // A volume names its secret otherwise than a projection.
            let name = if projected.is_null() { name } else { &"name" };
            if !from.is_null() {
                known = true;
                let namespace = pod.object.namespace();
                keyed(from, name, default(from), *resource, namespace, context.informers, &mut out)?;
            }
        }
        let fields = &source["downwardAPI"];
        if !fields.is_null() {
            known = true;
            downward(fields, default(fields), pod, context, &mut out);
        }
        let account = &source["serviceAccountToken"];
        if !account.is_null() {
            out.push((account["path"].str().to_owned(), token(pod), default(account)));
        }
    }
    Ok(known.then_some(out))
}

/// Kinds of volumes whose files are an object's keys: the field, the name's field, the resource.
const KEYED: &[(&str, &str, Resource)] =
    &[("configMap", "name", Resource::ConfigMaps), ("secret", "secretName", Resource::Secrets)];

/// A token of the right form; nobody checks it here.
fn token(pod: &Pod) -> Vec<u8> {
    let account = pod.spec()["serviceAccountName"].str();
    format!("podium.{}.{account}.{}", pod.object.namespace(), pod.uid).into_bytes()
}

fn keyed(
    source: &Value,
    name_field: &str,
    mode: u32,
    resource: Resource,
    namespace: &str,
    informers: &Informers,
    out: &mut Content,
) -> Result<(), String> {
    let (name, optional) = (source[name_field].str(), source["optional"].bool());
    let what = if resource == Resource::Secrets { "secret" } else { "configmap" };
    let Some(object) = informers.get(resource, &format!("{namespace}/{name}")) else {
        return if optional { Ok(()) } else { Err(format!("{what} {name:?} not found")) };
    };
    let data = |value: &Value| match resource {
        Resource::Secrets => base64::decode(value.str()).unwrap_or_default(),
        _ => value.str().as_bytes().to_vec(),
    };
    if source["items"].is_empty() {
        out.extend(object["data"].fields().map(|(key, value)| (key.to_owned(), data(value), mode)));
        out.extend(
            object["binaryData"]
                .fields()
                .map(|(k, v)| (k.to_owned(), base64::decode(v.str()).unwrap_or_default(), mode)),
        );
        return Ok(());
    }
    for item in source["items"].items() {
        let (key, path) = (item["key"].str(), item["path"].str().to_owned());
        let mode = own_mode(item, mode);
        if let Some(value) = object["data"].get(key) {
            out.push((path, data(value), mode));
        } else if let Some(value) = object["binaryData"].get(key) {
            out.push((path, base64::decode(value.str()).unwrap_or_default(), mode));
        } else if !optional {
            let what = if what == "secret" { "references non-existent secret" } else { MISSING_CONFIG };
            return Err(format!("{what} key: {key}"));
        }
    }
    Ok(())
}

const MISSING_CONFIG: &str = "configmap references non-existent config";

/// The permissions of one file, where they are given.
fn own_mode(item: &Value, default: u32) -> u32 {
    item["mode"].as_i64().and_then(|m| u32::try_from(m).ok()).unwrap_or(default)
}

fn downward(source: &Value, mode: u32, pod: &Pod, context: &Context, out: &mut Content) {
    for item in source["items"].items() {
        let text = match item["fieldRef"].is_null() {
            false => env::field(item.at("fieldRef.fieldPath").str(), pod, context.node),
            true => env::resource(&item["resourceFieldRef"], pod, &Value::Null, context.node),
        };
        out.push((item["path"].str().to_owned(), text.into_bytes(), own_mode(item, mode)));
    }
}

/// Where a volume that outlives the pod lives: a path of the node, or a persistent volume. None for other volumes.
fn shared_source(volume: &Value, pod: &Pod, context: &Context) -> Option<Result<String, String>> {
    if !volume["hostPath"].is_null() {
        return Some(Ok(host_tree(context.node.name())));
    }
    let claim = match volume["ephemeral"].is_null() {
        true => volume.at("persistentVolumeClaim.claimName").as_str()?.to_owned(),
        false => format!("{}-{}", pod.object.name(), volume["name"].str()),
    };
    let key = format!("{}/{claim}", pod.object.namespace());
    let bound = context.informers.get(Resource::PersistentVolumeClaims, &key).map(|c| c.at("spec.volumeName").str());
    Some(match bound {
        None => Err(format!("persistentvolumeclaim {claim:?} not found")),
        Some("") => Err(format!("persistentvolumeclaim {claim:?} is not bound")),
        Some(name) => Ok(format!("pv:{name}")),
    })
}

/// The mounts of a container, each with whether it is a directory.
pub fn mounts(pod: &Pod, container: &Value, vars: &BTreeMap<String, String>, context: &Context) -> Vec<(Mount, bool)> {
    let volumes = pod.spec()["volumes"].items();
    let find = |name: &str| volumes.iter().find(|v| v["name"].str() == name);
    let mut out = Vec::new();
    for mount in container["volumeMounts"].items() {
        let name = mount["name"].str();
        let Some(volume) = find(name) else { continue };
        let source = shared_source(volume, pod, context).and_then(Result::ok);
        let sub_path = match mount["subPathExpr"].str() {
            "" => mount["subPath"].str().to_owned(),
            expr => env::expand(expr, vars),
        };
        let tree = match &source {
            Some(source) => context.shared.get(source),
            None => pod.volumes.get(name),
        };
        let within = format!("{}/{sub_path}", volume.at("hostPath.path").str());
        let path = crate::sh::files::normalize("/", &within);
        let is_dir = path == "/" || tree.is_none_or(|t| !t.exists(&path) || t.is_dir(&path));
        out.push((
            Mount {
                path: mount["mountPath"].str().to_owned(),
                volume: source.map_or_else(|| name.to_owned(), |s| format!("shared:{s}")),
                sub_path: if path == "/" { String::new() } else { path },
                read_only: mount["readOnly"].bool() || is_read_only_kind(volume),
                in_memory: is_in_memory(volume),
            },
            is_dir,
        ));
    }
    out
}

fn is_read_only_kind(volume: &Value) -> bool {
    ["configMap", "secret", "downwardAPI", "projected"].iter().any(|kind| !volume[*kind].is_null())
}

/// Volumes that never touch the node's disk.
fn is_in_memory(volume: &Value) -> bool {
    let kinds = ["secret", "downwardAPI", "projected"];
    kinds.iter().any(|kind| !volume[*kind].is_null()) || volume.at("emptyDir.medium").str() == "Memory"
}
