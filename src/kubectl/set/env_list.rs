//! `kubectl set env --list`. Models `set/env/env_resolve.go`.

use super::patches;
use crate::apimachinery::base64;
use crate::apimachinery::{Object, Value};
use crate::cli::errors::{Error, Result};
use crate::cli::factory::Factory;
use crate::client::Request;
use std::collections::BTreeMap;

/// Prints the variables of the containers; references as comments, or their values with `--resolve`.
pub async fn print(f: &Factory, object: &Value, names: &str) -> Result {
    let mut copy = object.clone();
    let Ok(spec) = patches::pod_spec(&mut copy) else { return Ok(()) };
    let mut containers = Vec::new();
    patches::each_container(spec, names, |container| containers.push(container.clone()));
    for container in containers {
        f.out(&format!("# {} {}, container {}\n", object.kind(), object.name(), container["name"].str()));
        let mut failed: BTreeMap<String, Vec<String>> = BTreeMap::new();
        for variable in container["env"].items() {
            let (name, from) = (variable["name"].str(), &variable["valueFrom"]);
            if from.is_null() {
                f.out(&format!("{name}={}\n", variable["value"].str()));
                continue;
            }
            let value = if f.flags.bool("resolve") { Some(resolve(f, from, object, &container).await) } else { None };
            match value {
                Some(Ok(value)) => f.out(&format!("{name}={value}\n")),
                other => {
                    f.out(&format!("# {name} from {}\n", reference(from)));
                    if let Some(Err(e)) = other {
                        failed.entry(e.text()).or_default().push(name.to_owned());
                    }
                }
            }
        }
        for (why, mut names) in failed {
            names.sort();
            f.err(&format!("error retrieving reference for {}: {why}\n", names.join(", ")));
        }
    }
    Ok(())
}

fn reference(from: &Value) -> String {
    let keyed = |what: &str, r: &Value| format!("{what} {}, key {}", r["name"].str(), r["key"].str());
    match from.fields().next() {
        Some(("configMapKeyRef", r)) => keyed("configmap", r),
        Some(("secretKeyRef", r)) => keyed("secret", r),
        Some(("fieldRef", r)) => format!("field path {}", r["fieldPath"].str()),
        Some(("resourceFieldRef", r)) => match r["containerName"].str() {
            "" => format!("resource field {}", r["resource"].str()),
            container => format!("resource field {container}/{}", r["resource"].str()),
        },
        _ => "invalid valueFrom".to_owned(),
    }
}

async fn resolve(f: &Factory, from: &Value, object: &Value, container: &Value) -> Result<String> {
    let namespace = f.namespace()?.0;
    match from.fields().next() {
        Some((kind @ ("configMapKeyRef" | "secretKeyRef"), r)) => {
            let (resource, what) =
                if kind == "secretKeyRef" { ("secrets", "secret") } else { ("configmaps", "config map") };
            let (name, key) = (r["name"].str(), r["key"].str());
            let source = f.send(Request::get(format!("/api/v1/namespaces/{namespace}/{resource}/{name}"))).await?;
            match (source["data"][key].as_str(), what) {
                (Some(data), "secret") => {
                    Ok(String::from_utf8_lossy(&base64::decode(data).unwrap_or_default()).into_owned())
                }
                (Some(data), _) => Ok(data.to_owned()),
                (None, _) => Err(format!("key {key} not found in {what} {name}").into()),
            }
        }
        Some(("fieldRef", r)) => match object.at(r["fieldPath"].str()).as_str() {
            Some(text) => Ok(text.to_owned()),
            None => Err(Error::Msg(format!("unsupported fieldPath: {}", r["fieldPath"].str()))),
        },
        Some(("resourceFieldRef", r)) => {
            let path: Vec<&str> = r["resource"].str().split('.').collect();
            Ok(container["resources"].path(&path).as_str().unwrap_or("0").to_owned())
        }
        _ => Err("invalid valueFrom".into()),
    }
}
