//! Files that volumes make of other objects. Models `validateProjectionSources` and `validateDownwardAPIVolumeFile`.

use super::volume::{file_path, mode};
use super::{env, required};
use crate::apimachinery::Value;
use crate::apimachinery::field::{Error, ErrorList, Path};
use std::collections::BTreeSet;

/// `items` of a ConfigMap or a Secret.
pub fn keys_to_paths(errors: &mut ErrorList, items: &[Value], path: &Path) {
    for (i, item) in items.iter().enumerate() {
        key_to_path(errors, item, &path.index(i));
    }
}

/// One file of the downward API. Upstream leaves `items[i]` out of the path.
pub fn downward_file(errors: &mut ErrorList, item: &Value, path: &Path) {
    file_path(errors, item, path);
    let (field, resource) = (&item["fieldRef"], &item["resourceFieldRef"]);
    if !field.is_null() {
        env::volume_field_ref(errors, field, &path.child("fieldRef"));
        if !resource.is_null() {
            let detail = "fieldRef and resourceFieldRef can not be specified simultaneously";
            errors.push(Error::invalid(path, "resource", detail));
        }
    } else if !resource.is_null() {
        env::resource_ref(errors, resource, true, &path.child("resourceFieldRef"));
    } else {
        errors.push(Error::required(path, "one of fieldRef and resourceFieldRef is required"));
    }
    mode(errors, item, "mode", path);
}

/// `sources` of a projected volume; `path` is the volume's.
pub fn sources(errors: &mut ErrorList, sources: &[Value], path: &Path) {
    let mut seen = BTreeSet::new();
    for (i, source) in sources.iter().enumerate() {
        let at = path.child("sources").index(i);
        let kinds = ["secret", "configMap", "downwardAPI", "serviceAccountToken", "clusterTrustBundle"];
        for kind in ["secret", "configMap"].into_iter().filter(|k| !source[*k].is_null()) {
            let (value, at) = (&source[kind], at.child(kind));
            required(errors, &at, value, "name");
            for (j, item) in value["items"].items().iter().enumerate() {
                key_to_path(errors, item, &at.child("items").index(j));
                unique(errors, &mut seen, item, &value["name"], path);
            }
        }
        for item in source["downwardAPI"]["items"].items() {
            downward_file(errors, item, &at.child("downwardAPI"));
            unique(errors, &mut seen, item, &item["path"], path);
        }
        let token = &source["serviceAccountToken"];
        if !token.is_null() {
            service_account_token(errors, token, &at.child("serviceAccountToken"), path);
            unique(errors, &mut seen, token, &token["path"], path);
        }
        if kinds.iter().filter(|k| !source[**k].is_null()).count() > 1 {
            errors.push(Error::forbidden(&at, "may not specify more than 1 volume type per source"));
        }
    }
}

fn key_to_path(errors: &mut ErrorList, item: &Value, path: &Path) {
    required(errors, path, item, "key");
    file_path(errors, item, path);
    mode(errors, item, "mode", path);
}

fn unique<'a>(errors: &mut ErrorList, seen: &mut BTreeSet<&'a str>, item: &'a Value, shown: &Value, path: &Path) {
    let target = item["path"].str();
    if !target.is_empty() && !seen.insert(target) {
        errors.push(Error::invalid(path, shown.clone(), "conflicting duplicate paths"));
    }
}

fn service_account_token(errors: &mut ErrorList, token: &Value, path: &Path, volume: &Path) {
    let seconds = token["expirationSeconds"].int();
    let at = path.child("expirationSeconds");
    if seconds < 600 {
        errors.push(Error::invalid(&at, seconds, "may not specify a duration less than 10 minutes"));
    }
    if seconds > 1 << 32 {
        errors.push(Error::invalid(&at, seconds, "may not specify a duration larger than 2^32 seconds"));
    }
    required(errors, volume, token, "path");
}
