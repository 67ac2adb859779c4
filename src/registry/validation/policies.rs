//! Admission policies and webhooks. Models `pkg/apis/admissionregistration/validation`.

use super::{invalid_each, selector};
use crate::apimachinery::field::{Error, ErrorList, Path};
use crate::apimachinery::{Value, names};
use std::collections::BTreeSet;

const FAILURES: [&str; 2] = ["Fail", "Ignore"];
const MATCHES: [&str; 2] = ["Equivalent", "Exact"];
const OPERATIONS: [&str; 5] = ["*", "CONNECT", "CREATE", "DELETE", "UPDATE"];

fn supported(errors: &mut ErrorList, owner: &Value, field: &str, supported: &[&str], path: &Path) {
    let value = &owner[field];
    if !value.is_null() && !supported.contains(&value.str()) {
        errors.push(Error::not_supported(&path.child(field), value.str(), supported));
    }
}

fn rules(errors: &mut ErrorList, rules: &[Value], path: &Path) {
    for (i, rule) in rules.iter().enumerate() {
        let path = path.index(i);
        for field in ["operations", "apiGroups", "apiVersions", "resources"] {
            if rule[field].is_empty() {
                errors.push(Error::required(&path.child(field), ""));
            }
        }
        let operations = rule["operations"].items();
        for (j, operation) in operations.iter().enumerate().filter(|(_, o)| !OPERATIONS.contains(&o.str())) {
            errors.push(Error::not_supported(&path.child("operations").index(j), operation.str(), &OPERATIONS));
        }
        if operations.len() > 1 && operations.iter().any(|o| o.str() == "*") {
            let detail = "if '*' is present, must not specify other operations";
            errors.push(Error::invalid(&path.child("operations"), rule["operations"].clone(), detail));
        }
        supported(errors, rule, "scope", &["*", "Cluster", "Namespaced"], &path);
    }
}

fn match_resources(errors: &mut ErrorList, resources: &Value, path: &Path) {
    supported(errors, resources, "matchPolicy", &MATCHES, path);
    for field in ["namespaceSelector", "objectSelector"] {
        selector::label_selector(errors, &resources[field], &path.child(field));
    }
    for field in ["resourceRules", "excludeResourceRules"] {
        rules(errors, resources[field].items(), &path.child(field));
    }
}

/// ValidatingAdmissionPolicy. Expressions are only looked for, not compiled.
pub fn validating_policy(errors: &mut ErrorList, policy: &Value) {
    let (spec, path) = (&policy["spec"], Path::new("spec"));
    supported(errors, spec, "failurePolicy", &FAILURES, &path);
    for field in ["apiVersion", "kind"].into_iter().filter(|f| spec["paramKind"][*f].is_empty()) {
        if !spec["paramKind"].is_null() {
            errors.push(Error::required(&path.child("paramKind").child(field), ""));
        }
    }
    let (constraints, at) = (&spec["matchConstraints"], path.child("matchConstraints"));
    if constraints.is_null() {
        errors.push(Error::required(&at, ""));
    } else {
        match_resources(errors, constraints, &at);
        if constraints["resourceRules"].is_empty() {
            errors.push(Error::required(&at.child("resourceRules"), ""));
        }
    }
    if spec["validations"].is_empty() && spec["auditAnnotations"].is_empty() {
        for field in ["validations", "auditAnnotations"] {
            let detail = "validations or auditAnnotations must contain at least one item";
            errors.push(Error::required(&path.child(field), detail));
        }
    }
    for (i, validation) in spec["validations"].items().iter().enumerate() {
        let path = path.child("validations").index(i);
        if validation["expression"].str().trim().is_empty() {
            errors.push(Error::required(&path.child("expression"), "expression is not specified"));
        }
        let reasons = ["Forbidden", "Invalid", "RequestEntityTooLarge", "Unauthorized"];
        supported(errors, validation, "reason", &reasons, &path);
    }
}

/// ValidatingAdmissionPolicyBinding.
pub fn validating_binding(errors: &mut ErrorList, binding: &Value) {
    const BOTH: &str = "must not contain both Deny and Warn (repeating the same validation failure information in the API response and headers serves no purpose)";
    const ACTIONS: [&str; 3] = ["Audit", "Deny", "Warn"];
    let (spec, path) = (&binding["spec"], Path::new("spec"));
    match spec["policyName"].str() {
        "" => errors.push(Error::required(&path.child("policyName"), "")),
        name => invalid_each(errors, &path.child("policyName"), name, names::is_dns1123_subdomain(name)),
    }
    if !spec["matchResources"].is_null() {
        match_resources(errors, &spec["matchResources"], &path.child("matchResources"));
    }
    let (actions, at) = (&spec["validationActions"], path.child("validationActions"));
    if actions.is_empty() {
        errors.push(Error::required(&at, "at least one validation action is required"));
    }
    let mut seen = BTreeSet::new();
    for (i, action) in actions.items().iter().enumerate() {
        if !ACTIONS.contains(&action.str()) {
            errors.push(Error::not_supported(&at.index(i), action.str(), &ACTIONS));
        }
        if !seen.insert(action.str()) {
            errors.push(Error::duplicate(&at.index(i), action.str()));
        }
    }
    if seen.contains("Deny") && seen.contains("Warn") {
        errors.push(Error::invalid(&at, actions.clone(), BOTH));
    }
}

/// Webhook configurations of both kinds.
pub fn webhooks(errors: &mut ErrorList, configuration: &Value) {
    let mut seen = BTreeSet::new();
    for (i, hook) in configuration["webhooks"].items().iter().enumerate() {
        let (path, name) = (Path::new("webhooks").index(i), hook["name"].str());
        qualified_name(errors, name, &path.child("name"));
        rules(errors, hook["rules"].items(), &path.child("rules"));
        supported(errors, hook, "failurePolicy", &FAILURES, &path);
        supported(errors, hook, "matchPolicy", &MATCHES, &path);
        if hook["sideEffects"].is_null() {
            errors.push(Error::required(&path.child("sideEffects"), "must specify one of None, NoneOnDryRun"));
        }
        supported(errors, hook, "sideEffects", &["None", "NoneOnDryRun"], &path);
        let seconds = &hook["timeoutSeconds"];
        if !seconds.is_null() && !(1..=30).contains(&seconds.int()) {
            let detail = "the timeout value must be between 1 and 30 seconds";
            errors.push(Error::invalid(&path.child("timeoutSeconds"), seconds.clone(), detail));
        }
        let client = &hook["clientConfig"];
        if client["url"].is_null() == client["service"].is_null() {
            errors.push(Error::required(&path.child("clientConfig"), "exactly one of url or service is required"));
        }
        let (versions, at) = (&hook["admissionReviewVersions"], path.child("admissionReviewVersions"));
        if versions.is_empty() {
            errors.push(Error::required(&at, "must specify one of v1, v1beta1"));
        } else if !versions.items().iter().any(|v| matches!(v.str(), "v1" | "v1beta1")) {
            errors.push(Error::invalid(&at, versions.clone(), "must include at least one of v1, v1beta1"));
        }
        if !name.is_empty() && !seen.insert(name) {
            errors.push(Error::duplicate(&path.child("name"), name));
        }
    }
}

/// Models `IsFullyQualifiedName`.
fn qualified_name(errors: &mut ErrorList, name: &str, path: &Path) {
    if name.is_empty() {
        return errors.push(Error::required(path, ""));
    }
    let wrong = names::is_dns1123_subdomain(name);
    if !wrong.is_empty() {
        errors.push(Error::invalid(path, name, wrong.join(",")));
    } else if name.split('.').count() < 3 {
        let detail = "should be a domain with at least three segments separated by dots";
        errors.push(Error::invalid(path, name, detail));
    }
}
