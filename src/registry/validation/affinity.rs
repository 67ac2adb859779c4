//! `spec.affinity` of a pod, and node selectors of volumes. Models `validateAffinity`.

use super::{invalid_each, selector};
use crate::apimachinery::field::{Error, ErrorList, Path};
use crate::apimachinery::{Value, names};

const REQUIRED: &str = "requiredDuringSchedulingIgnoredDuringExecution";
const PREFERRED: &str = "preferredDuringSchedulingIgnoredDuringExecution";

/// Checks all kinds of affinity; null is fine.
pub fn validate(errors: &mut ErrorList, affinity: &Value, path: &Path) {
    let (node, at) = (&affinity["nodeAffinity"], path.child("nodeAffinity"));
    if !node[REQUIRED].is_null() {
        node_selector(errors, &node[REQUIRED], &at.child(REQUIRED));
    }
    for (i, term) in node[PREFERRED].items().iter().enumerate() {
        let at = at.child(PREFERRED).index(i);
        weight(errors, term, &at);
        node_term(errors, &term["preference"], false, &at.child("preference"));
    }
    for kind in ["podAffinity", "podAntiAffinity"] {
        let (value, at) = (&affinity[kind], path.child(kind));
        for (i, term) in value[REQUIRED].items().iter().enumerate() {
            pod_term(errors, term, &at.child(REQUIRED).index(i));
        }
        for (i, term) in value[PREFERRED].items().iter().enumerate() {
            let at = at.child(PREFERRED).index(i);
            weight(errors, term, &at);
            pod_term(errors, &term["podAffinityTerm"], &at.child("podAffinityTerm"));
        }
    }
}

fn weight(errors: &mut ErrorList, term: &Value, path: &Path) {
    let weight = term["weight"].int();
    if !(1..=100).contains(&weight) {
        errors.push(Error::invalid(&path.child("weight"), weight, "must be in the range 1-100"));
    }
}

/// A node selector: at least one term.
pub fn node_selector(errors: &mut ErrorList, selector: &Value, path: &Path) {
    let (terms, path) = (selector["nodeSelectorTerms"].items(), path.child("nodeSelectorTerms"));
    if terms.is_empty() {
        return errors.push(Error::required(&path, "must have at least one node selector term"));
    }
    for (i, term) in terms.iter().enumerate() {
        node_term(errors, term, true, &path.index(i));
    }
}

/// Values are looked at only where they are required.
fn node_term(errors: &mut ErrorList, term: &Value, required: bool, path: &Path) {
    for (i, requirement) in term["matchExpressions"].items().iter().enumerate() {
        let path = path.child("matchExpressions").index(i);
        node_requirement(errors, requirement, &path);
        let key = requirement["key"].str();
        invalid_each(errors, &path.child("key"), key, names::is_qualified_name(key));
        for (j, value) in requirement["values"].items().iter().enumerate().filter(|_| required) {
            invalid_each(errors, &path.child("values").index(j), value.str(), names::is_label_value(value.str()));
        }
    }
    for (i, requirement) in term["matchFields"].items().iter().enumerate() {
        field_requirement(errors, requirement, &path.child("matchFields").index(i));
    }
}

fn field_requirement(errors: &mut ErrorList, requirement: &Value, path: &Path) {
    let (key, values) = (requirement["key"].str(), requirement["values"].items());
    match requirement["operator"].str() {
        "In" | "NotIn" if values.len() != 1 => {
            let detail = "must be only one value when `operator` is 'In' or 'NotIn' for node field selector";
            errors.push(Error::required(&path.child("values"), detail));
        }
        "In" | "NotIn" => {}
        other => errors.push(Error::invalid(&path.child("operator"), other, "not a valid selector operator")),
    }
    if key != "metadata.name" {
        return errors.push(Error::invalid(&path.child("key"), key, "not a valid field selector key"));
    }
    for (i, value) in values.iter().enumerate() {
        let texts = names::is_dns1123_subdomain(value.str());
        invalid_each(errors, &path.child("values").index(i), value.str(), texts);
    }
}

fn node_requirement(errors: &mut ErrorList, requirement: &Value, path: &Path) {
    let (values, at) = (requirement["values"].items(), path.child("values"));
    match requirement["operator"].str() {
        "In" | "NotIn" if values.is_empty() => {
            errors.push(Error::required(&at, "must be specified when `operator` is 'In' or 'NotIn'"));
        }
        "Exists" | "DoesNotExist" if !values.is_empty() => {
            errors.push(Error::forbidden(&at, "may not be specified when `operator` is 'Exists' or 'DoesNotExist'"));
        }
        "Gt" | "Lt" if values.len() != 1 => {
            errors.push(Error::required(&at, "must be specified single value when `operator` is 'Lt' or 'Gt'"));
        }
        "In" | "NotIn" | "Exists" | "DoesNotExist" | "Gt" | "Lt" => {}
        other => errors.push(Error::invalid(&path.child("operator"), other, "not a valid selector operator")),
    }
}

fn pod_term(errors: &mut ErrorList, term: &Value, path: &Path) {
    selector::label_selector(errors, &term["labelSelector"], &path.child("labelSelector"));
    selector::label_selector(errors, &term["namespaceSelector"], &path.child("namespaceSelector"));
    for namespace in term["namespaces"].items() {
        let name = namespace.str();
        invalid_each(errors, &path.child("namespace"), name, names::is_dns1123_label(name));
    }
    label_keys(errors, term, path);
    let key = term["topologyKey"].str();
    if key.is_empty() {
        errors.push(Error::required(&path.child("topologyKey"), "can not be empty"));
    }
    invalid_each(errors, &path.child("topologyKey"), key, names::is_qualified_name(key));
}

/// `matchLabelKeys` and `mismatchLabelKeys`.
fn label_keys(errors: &mut ErrorList, term: &Value, path: &Path) {
    for field in ["matchLabelKeys", "mismatchLabelKeys"] {
        if !term[field].is_empty() && term["labelSelector"].is_null() {
            errors.push(Error::forbidden(&path.child(field), "must not be specified when labelSelector is not set"));
        }
        for (i, key) in term[field].items().iter().enumerate() {
            invalid_each(errors, &path.child(field).index(i), key.str(), names::is_qualified_name(key.str()));
        }
    }
    for (i, key) in term["matchLabelKeys"].items().iter().enumerate() {
        if term["mismatchLabelKeys"].items().contains(key) {
            let detail = "exists in both matchLabelKeys and mismatchLabelKeys";
            errors.push(Error::invalid(&path.child("matchLabelKeys").index(i), key.clone(), detail));
        }
    }
}
