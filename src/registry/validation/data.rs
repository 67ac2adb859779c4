//! ConfigMaps and Secrets. Models `ValidateConfigMap` and `ValidateSecret`.

use super::{invalid_each, metadata};
use crate::apimachinery::field::{Error, ErrorList, Path};
use crate::apimachinery::{Value, base64, json_syntax, names};

const MAX_DATA: usize = 1024 * 1024;

/// Keys and size of a ConfigMap or Secret.
pub fn data(errors: &mut ErrorList, object: &Value, fields: &[&str]) {
    let mut total = 0;
    for (key, _) in object["binaryData"].fields().filter(|_| fields.contains(&"binaryData")) {
        if object["data"].get(key).is_some() {
            let path = Path::new("data").key(key);
            errors.push(Error::invalid(&path, key, "duplicate of key present in binaryData"));
        }
    }
    for field in fields {
        for (key, value) in object[*field].fields() {
            let wrong = names::is_config_key(key);
            if !wrong.is_empty() {
                invalid_each(errors, &Path::new(field).key(key), key, wrong);
            }
            total += value.str().len();
        }
    }
    if total > MAX_DATA {
        let path = if fields.contains(&"binaryData") { Path::new("") } else { Path::new("data") };
        errors.push(Error::too_long(&path, MAX_DATA));
    }
}

/// What may not change once `immutable` is set.
pub fn immutable_data(new: &Value, old: &Value, fields: &[&str]) -> ErrorList {
    let mut errors = metadata::validate_update(new, old);
    if old["immutable"].bool() {
        let detail = "field is immutable when `immutable` is set";
        if !new["immutable"].bool() {
            errors.push(Error::forbidden(&Path::new("immutable"), detail));
        }
        for field in fields.iter().filter(|f| new[**f] != old[**f]) {
            errors.push(Error::forbidden(&Path::new(field), detail));
        }
    }
    errors
}

/// What a Secret of a known type must hold.
pub fn secret(errors: &mut ErrorList, secret: &Value) {
    let needs = |errors: &mut ErrorList, key: &str| {
        if secret["data"].get(key).is_none() {
            errors.push(Error::required(&Path::new("data").key(key), ""));
        }
    };
    match secret["type"].str() {
        "kubernetes.io/dockerconfigjson" => docker(errors, secret, ".dockerconfigjson"),
        "kubernetes.io/dockercfg" => docker(errors, secret, ".dockercfg"),
        "kubernetes.io/basic-auth" => {
            // Either is enough.
            if secret["data"].get("username").is_none() && secret["data"].get("password").is_none() {
                needs(errors, "username");
                needs(errors, "password");
            }
        }
        "kubernetes.io/ssh-auth" => {
            if secret["data"]["ssh-privatekey"].str().is_empty() {
                errors.push(Error::required(&Path::new("data").key("ssh-privatekey"), ""));
            }
        }
        "kubernetes.io/tls" => {
            needs(errors, "tls.crt");
            needs(errors, "tls.key");
        }
        "kubernetes.io/service-account-token" => {
            let path = Path::new("metadata").child("annotations").key("kubernetes.io/service-account.name");
            if secret["metadata"]["annotations"]["kubernetes.io/service-account.name"].str().is_empty() {
                errors.push(Error::required(&path, ""));
            }
        }
        _ => {}
    }
}

/// Credentials for a registry are JSON.
fn docker(errors: &mut ErrorList, secret: &Value, key: &str) {
    let path = Path::new("data").key(key);
    let Some(data) = secret["data"].get(key) else { return errors.push(Error::required(&path, "")) };
    let text = base64::decode(data.str()).map(|bytes| String::from_utf8_lossy(&bytes).into_owned()).unwrap_or_default();
    if let Err(why) = json_syntax::check(&text) {
        errors.push(Error::invalid(&path, "<secret contents redacted>", why));
    }
}
