//! ConfigMaps and Secrets that a kustomization generates, and the hash in their names. Models
//! `kustomize/api/internal/generators` and `api/hasher`.

use super::{Resource, join, read};
use crate::apimachinery::base64;
use crate::apimachinery::sha256;
use crate::apimachinery::{Object, Value};
use crate::cli::errors::{Error, Result};
use crate::cli::factory::Factory;
use crate::cli::json;
use crate::object;

/// Adds what the generators make, or changes what their `behavior` names.
pub fn run(f: &Factory, root: &str, spec: &Value, resources: &mut Vec<Resource>) -> Result {
    for (field, kind) in [("configMapGenerator", "ConfigMap"), ("secretGenerator", "Secret")] {
        for generator in spec[field].items() {
            let made = one(f, root, generator, kind, &spec["generatorOptions"])?;
            let name = made.original.clone();
            let known = resources.iter_mut().find(|r| r.object.kind() == kind && r.original == name);
            match (generator["behavior"].str(), known) {
                ("merge", Some(known)) => {
                    for (key, value) in made.object["data"].fields() {
                        known.object.set_in(&["data", key], value.clone());
                    }
                    for field in ["labels", "annotations"] {
                        for (key, value) in made.object["metadata"][field].fields() {
                            known.object.set_in(&["metadata", field, key], value.clone());
                        }
                    }
                }
                ("replace", Some(known)) => known.object.set("data", made.object["data"].clone()),
                (behavior @ ("merge" | "replace"), None) => {
                    return Err(Error::Msg(format!(
                        "merging from generator &{{0x0}}: id resid.ResId{{Name:{name:?}}} does not exist; cannot \
                         {behavior}"
                    )));
                }
                _ => resources.push(made),
            }
        }
    }
    Ok(())
}

fn one(f: &Factory, root: &str, generator: &Value, kind: &str, global: &Value) -> Result<Resource> {
    let name = generator["name"].str();
    let mut pairs: Vec<(String, String)> = Vec::new();
    for path in generator["envs"].items().iter().chain(std::iter::once(&generator["env"])) {
        if !path.str().is_empty() {
            let text =
                read(f, &join(root, path.str())).map_err(|e| unread("env source files", &generator["envs"], &e))?;
            let lines = text.lines().map(str::trim).filter(|l| !l.is_empty() && !l.starts_with('#'));
            pairs.extend(lines.map(|l| l.split_once('=').unwrap_or((l, ""))).map(owned));
        }
    }
    for literal in generator["literals"].items() {
        let Some((key, value)) = literal.str().split_once('=') else {
            return Err(Error::Msg(format!("invalid literal source {}, expected key=value", literal.str())));
        };
        pairs.push(owned((key, unquoted(value))));
    }
    for file in generator["files"].items() {
        let (key, path) = match file.str().split_once('=') {
            Some(pair) => pair,
            None => (file.str().rsplit('/').next().unwrap_or(""), file.str()),
        };
        let text = read(f, &join(root, path)).map_err(|e| unread("file sources", &generator["files"], &e))?;
        pairs.push((key.to_owned(), text));
    }
    let mut object = object! { "apiVersion" => "v1", "kind" => kind, "metadata" => object! { "name" => name } };
    if !generator["namespace"].str().is_empty() {
        object.set_in(&["metadata", "namespace"], generator["namespace"].str());
    }
    for (key, value) in pairs {
        let value = if kind == "Secret" { base64::encode(value.as_bytes()) } else { value };
        object.set_in(&["data", &key], value);
    }
    if kind == "Secret" {
        let given = generator["type"].str();
        object.set("type", if given.is_empty() { "Opaque" } else { given });
    }
    let option = |field: &str| match generator["options"][field].is_null() {
        true => global[field].clone(),
        false => generator["options"][field].clone(),
    };
    for field in ["labels", "annotations"] {
        for (key, value) in option(field).fields() {
            object.set_in(&["metadata", field, key], value.clone());
        }
    }
    if option("immutable").bool() {
        object.set("immutable", true);
    }
    let hashed = !option("disableNameSuffixHash").bool();
    Ok(Resource { original: name.to_owned(), object, hashed })
}

fn unread(what: &str, sources: &Value, error: &Error) -> Error {
    let sources: Vec<&str> = sources.items().iter().map(Value::str).collect();
    Error::Msg(format!("loading KV pairs: {what}: [{}]: {}", sources.join(" "), error.text()))
}

fn owned((key, value): (&str, &str)) -> (String, String) {
    (key.to_owned(), value.to_owned())
}

fn unquoted(text: &str) -> &str {
    let inner = |quote: char| text.strip_prefix(quote)?.strip_suffix(quote);
    inner('"').or_else(|| inner('\'')).unwrap_or(text)
}

/// Ten letters from the digest of the content, without those that make words.
pub fn hash(object: &Value, name: &str) -> String {
    let mut content = object! { "data" => object["data"].clone(), "kind" => object.kind(), "name" => name };
    if object.kind() == "Secret" {
        content.set("type", object["type"].clone());
    }
    if content["data"].is_null() {
        content.set("data", if object.kind() == "Secret" { Value::Null } else { "".into() });
    }
    let hex = sha256::hex(json::compact(&content).as_bytes());
    let letter = |c| match c {
        '0' => 'g',
        '1' => 'h',
        '3' => 'k',
        'a' => 'm',
        'e' => 't',
        c => c,
    };
    hex.chars().take(10).map(letter).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// As recorded in 601-crd-rbac-misc.
    #[test]
    fn the_hash_is_the_one_recorded() {
        let map = object! { "kind" => "ConfigMap", "metadata" => object! { "name" => "gen" },
        "data" => object! { "a" => "1" } };
        assert_eq!(hash(&map, ""), "h29d89cmmt");
        assert_eq!((unquoted("\"a\""), unquoted("'a'"), unquoted("a\"")), ("a", "a", "a\""));
    }
}
