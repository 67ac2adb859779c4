//! Roles and bindings. Models `pkg/apis/rbac/validation`.

use super::{invalid_each, metadata, required};
use crate::apimachinery::field::{Error, ErrorList, Path};
use crate::apimachinery::{Value, names};

const GROUP: &str = "rbac.authorization.k8s.io";

/// Role and ClusterRole. Rules about URLs are of cluster roles only.
pub fn role(errors: &mut ErrorList, role: &Value, namespaced: bool) {
    for (i, rule) in role["rules"].items().iter().enumerate() {
        let path = Path::new("rules").index(i);
        if rule["verbs"].is_empty() {
            errors.push(Error::required(&path.child("verbs"), "verbs must contain at least one value"));
        }
        if !rule["nonResourceURLs"].is_empty() {
            if namespaced {
                let detail = "namespaced rules cannot apply to non-resource URLs";
                errors.push(Error::invalid(&path.child("nonResourceURLs"), rule["nonResourceURLs"].clone(), detail));
            }
            if ["apiGroups", "resources", "resourceNames"].iter().any(|field| !rule[*field].is_empty()) {
                let detail = "rules cannot apply to both regular resources and non-resource URLs";
                errors.push(Error::invalid(&path.child("nonResourceURLs"), rule["nonResourceURLs"].clone(), detail));
            }
            continue;
        }
        if rule["apiGroups"].is_empty() {
            let detail = "resource rules must supply at least one api group";
            errors.push(Error::required(&path.child("apiGroups"), detail));
        }
        if rule["resources"].is_empty() {
            let detail = "resource rules must supply at least one resource";
            errors.push(Error::required(&path.child("resources"), detail));
        }
    }
}

/// RoleBinding and ClusterRoleBinding.
pub fn role_binding(errors: &mut ErrorList, binding: &Value, kinds: &[&str]) {
    let (role, path) = (&binding["roleRef"], Path::new("roleRef"));
    if role["apiGroup"].str() != "rbac.authorization.k8s.io" {
        let group = role["apiGroup"].str();
        errors.push(Error::not_supported(&path.child("apiGroup"), group, &["rbac.authorization.k8s.io"]));
    }
    if !kinds.contains(&role["kind"].str()) {
        errors.push(Error::not_supported(&path.child("kind"), role["kind"].str(), kinds));
    }
    match role["name"].str() {
        "" => errors.push(Error::required(&path.child("name"), "")),
        name => invalid_each(errors, &path.child("name"), name, metadata::path_segment(name)),
    }
    for (i, subject) in binding["subjects"].items().iter().enumerate() {
        let path = Path::new("subjects").index(i);
        required(errors, &path, subject, "name");
        match subject["kind"].str() {
            "ServiceAccount" => {
                let name = subject["name"].str();
                if !name.is_empty() {
                    invalid_each(errors, &path.child("name"), name, names::is_dns1123_subdomain(name));
                }
                let group = subject["apiGroup"].str();
                if !group.is_empty() {
                    errors.push(Error::not_supported(&path.child("apiGroup"), group, &[""]));
                }
                if subject["namespace"].is_empty() && binding["metadata"]["namespace"].is_empty() {
                    errors.push(Error::required(&path.child("namespace"), ""));
                }
            }
            "User" | "Group" => {
                let group = subject["apiGroup"].str();
                if group != GROUP {
                    errors.push(Error::not_supported(&path.child("apiGroup"), group, &[GROUP]));
                }
            }
            other => {
                let supported = ["ServiceAccount", "User", "Group"];
                errors.push(Error::not_supported(&path.child("kind"), other, &supported));
            }
        }
    }
}
