//! Kustomizations: `-k` and `kubectl kustomize`. Models `sigs.k8s.io/kustomize/api`, the fields that people write.

mod generate;
mod order;
mod patches;
mod refer;
mod transform;

use super::errors::{Error, Result};
use super::factory::Factory;
use crate::apimachinery::{Object, Value, yaml};

pub use generate::hash;
pub use order::legacy_order;

const FILES: [&str; 3] = ["kustomization.yaml", "kustomization.yml", "Kustomization"];
/// Fields that are read; others are unknown or not simulated.
const KNOWN: [&str; 21] = [
    "apiVersion",
    "kind",
    "metadata",
    "resources",
    "bases",
    "namePrefix",
    "nameSuffix",
    "namespace",
    "commonLabels",
    "labels",
    "commonAnnotations",
    "images",
    "replicas",
    "configMapGenerator",
    "secretGenerator",
    "generatorOptions",
    "patches",
    "patchesStrategicMerge",
    "patchesJson6902",
    "sortOptions",
    "buildMetadata",
];
const OTHERS: [&str; 12] = [
    "components",
    "configurations",
    "crds",
    "generators",
    "helmCharts",
    "helmGlobals",
    "inventory",
    "openapi",
    "replacements",
    "transformers",
    "validators",
    "vars",
];
/// Old fields, and what to write in their place.
const DEPRECATED: [(&str, &str); 4] = [
    ("bases", "resources"),
    ("commonLabels", "labels"),
    ("patchesJson6902", "patches"),
    ("patchesStrategicMerge", "patches"),
];
/// How deep kustomizations may build on each other.
const DEEPEST: usize = 20;

/// An object on its way, with the name it had in its file.
#[derive(Clone, Debug)]
struct Resource {
    object: Value,
    original: String,
    /// Its name ends in a hash of its content.
    hashed: bool,
}

/// The objects that a kustomization directory makes, in the order in which they were found.
pub fn build(f: &Factory, directory: &str) -> Result<Vec<Value>> {
    let root = f.ctx.system.absolute(directory);
    if !f.ctx.system.is_dir(&root) {
        return Err(no_directory(directory, &root));
    }
    let mut resources = load(f, &root, 0)?;
    for resource in &mut resources {
        if resource.hashed {
            let name = format!("{}-{}", resource.object.name(), generate::hash(&resource.object, ""));
            resource.object.set("metadata.name", name);
        }
    }
    refer::update(&mut resources);
    Ok(resources.into_iter().map(|r| r.object).collect())
}

fn join(directory: &str, path: &str) -> String {
    let full = if path.starts_with('/') { path.to_owned() } else { format!("{directory}/{path}") };
    let mut parts: Vec<&str> = Vec::new();
    for part in full.split('/') {
        match part {
            "" | "." => {}
            ".." => drop(parts.pop()),
            part => parts.push(part),
        }
    }
    format!("/{}", parts.join("/"))
}

fn read(f: &Factory, path: &str) -> Result<String> {
    match f.ctx.system.read_file(path) {
        Ok(data) => Ok(String::from_utf8_lossy(&data).into_owned()),
        Err(e) => Err(Error::Msg(format!("evalsymlink failure on '{path}' : lstat {path}: {}", e.text()))),
    }
}

fn load(f: &Factory, root: &str, depth: usize) -> Result<Vec<Resource>> {
    if depth > DEEPEST {
        return Err(format!("cycle detected: candidate root '{root}'").into());
    }
    let spec = kustomization(f, root)?;
    for (old, new) in DEPRECATED.iter().filter(|(old, _)| !spec[*old].is_null()) {
        f.err(&format!(
            "# Warning: '{old}' is deprecated. Please use '{new}' instead. Run 'kustomize edit fix' to update your \
             Kustomization automatically.\n"
        ));
    }
    let mut resources: Vec<Resource> = Vec::new();
    for entry in spec["resources"].items().iter().chain(spec["bases"].items()) {
        let more = accumulate(f, root, entry.str(), depth)?;
        for resource in more {
            if let Some(known) = resources.iter().find(|r| same_id(&r.object, &resource.object)) {
                return Err(Error::Msg(format!(
                    "accumulating resources: accumulation err='merging resources from '{}': may not add resource with \
                     an already registered id: {}': must build at directory: '{}': file is not directory",
                    entry.str(),
                    id(&known.object),
                    join(root, entry.str())
                )));
            }
            resources.push(resource);
        }
    }
    generate::run(f, root, &spec, &mut resources)?;
    patches::run(f, root, &spec, &mut resources)?;
    transform::run(&spec, &mut resources);
    if spec.fields().all(|(field, _)| matches!(field, "apiVersion" | "kind")) {
        return Err("kustomization.yaml is empty".into());
    }
    Ok(resources)
}

/// `said` is the path as it was given.
fn no_directory(said: &str, path: &str) -> Error {
    let missing = format!("evalsymlink failure on '{said}' : lstat {path}: no such file or directory");
    Error::Msg(format!("must build at directory: not a valid directory: {missing}"))
}

fn kustomization(f: &Factory, root: &str) -> Result<Value> {
    if !f.ctx.system.is_dir(root) {
        return Err(no_directory(root, root));
    }
    let paths = FILES.iter().map(|name| join(root, name));
    let found: Vec<String> = paths.filter(|path| f.ctx.system.read_file(path).is_ok()).collect();
    let path = match found.as_slice() {
        [] => {
            return Err(format!(
                "unable to find one of 'kustomization.yaml', 'kustomization.yml' or 'Kustomization' in directory \
                 '{root}'"
            )
            .into());
        }
        [path] => path,
        _ => return Err(format!("Found multiple kustomization files under: {root}\n").into()),
    };
    let spec = yaml::from_str(&read(f, path)?).map_err(|e| Error::Msg(format!("invalid Kustomization: {e}")))?;
    for (field, _) in spec.fields() {
        if OTHERS.contains(&field) {
            return Err(Error::Msg(format!("{field} of a kustomization is not simulated here")));
        }
        if !KNOWN.contains(&field) {
            return Err(Error::Msg(format!("invalid Kustomization: json: unknown field {field:?}")));
        }
    }
    Ok(spec)
}

/// The objects of one entry of `resources`: a file or a directory.
fn accumulate(f: &Factory, root: &str, entry: &str, depth: usize) -> Result<Vec<Resource>> {
    let path = join(root, entry);
    if f.ctx.system.is_dir(&path) {
        return load(f, &path, depth + 1);
    }
    if entry.contains("://") || entry.starts_with("github.com") {
        return Err(Error::Msg(format!("{entry}: remote resources are not simulated here")));
    }
    if f.ctx.system.read_file(&path).is_err() {
        let missing = format!("evalsymlink failure on '{path}' : lstat {path}: no such file or directory");
        return Err(Error::Msg(format!(
            "accumulating resources: accumulation err='accumulating resources from '{entry}': {missing}': must build \
             at directory: not a valid directory: {missing}"
        )));
    }
    let text = read(f, &path)?;
    let mut found = Vec::new();
    for document in yaml::documents(&text) {
        let object = yaml::from_str(document.text).map_err(|e| {
            Error::Msg(format!(
                "accumulating resources: accumulation err='accumulating resources from '{entry}': MalformedYAMLError: \
                 {e} in File: {entry}': must build at directory: '{path}': file is not directory"
            ))
        })?;
        for object in flattened(object) {
            if object.kind().is_empty() || object.name().is_empty() {
                let what = match object.kind() {
                    "" => "missing Resource metadata".to_owned(),
                    kind => format!("missing metadata.name in object {{{kind}}}"),
                };
                return Err(Error::Msg(format!(
                    "accumulating resources: accumulation err='accumulating resources from '{entry}': {what}': must \
                     build at directory: '{path}': file is not directory"
                )));
            }
            found.push(Resource { original: object.name().to_owned(), object, hashed: false });
        }
    }
    Ok(found)
}

fn flattened(object: Value) -> Vec<Value> {
    match object["items"].as_list() {
        Some(items) if object.kind().ends_with("List") => items.to_vec(),
        _ if object.is_null() => Vec::new(),
        _ => vec![object],
    }
}

fn same_id(a: &Value, b: &Value) -> bool {
    a.gvk() == b.gvk() && a.name() == b.name() && a.namespace() == b.namespace()
}

/// `ConfigMap.v1.[noGrp]/name.[noNs]`
fn id(object: &Value) -> String {
    let gvk = object.gvk();
    let or = |text: &str, none: &str| if text.is_empty() { none.to_owned() } else { text.to_owned() };
    format!(
        "{}.{}.{}/{}.{}",
        gvk.kind,
        gvk.version,
        or(&gvk.group, "[noGrp]"),
        object.name(),
        or(object.namespace(), "[noNs]")
    )
}
