//! ConfigMaps and Secrets. Models `ValidateConfigMap` and `ValidateSecret`.

use super::{invalid_each, metadata};
use crate::apimachinery::field::{Error, ErrorList, Path};
use crate::apimachinery::{Value, names};

const MAX_DATA: usize = 1024 * 1024;

/// Keys and size of a ConfigMap or Secret.
pub fn data(errors: &mut ErrorList, object: &Value, fields: &[&str]) {
    let mut total = 0;
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
        errors.push(Error::too_long(&Path::new(""), MAX_DATA));
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
        "kubernetes.io/dockerconfigjson" => needs(errors, ".dockerconfigjson"),
        "kubernetes.io/dockercfg" => needs(errors, ".dockercfg"),
        "kubernetes.io/ssh-auth" => needs(errors, "ssh-privatekey"),
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
