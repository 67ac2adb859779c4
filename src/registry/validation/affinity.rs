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
        node_term(errors, &term["preference"], &at.child("preference"));
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
        node_term(errors, term, &path.index(i));
    }
}

fn node_term(errors: &mut ErrorList, term: &Value, path: &Path) {
    for (i, requirement) in term["matchExpressions"].items().iter().enumerate() {
        let path = path.child("matchExpressions").index(i);
        node_requirement(errors, requirement, &path);
        let key = requirement["key"].str();
        invalid_each(errors, &path.child("key"), key, names::is_qualified_name(key));
    }
    for (i, requirement) in term["matchFields"].items().iter().enumerate() {
        let path = path.child("matchFields").index(i);
        let key = requirement["key"].str();
        if key != "metadata.name" {
            errors.push(Error::invalid(&path.child("key"), key, "not a valid field selector key"));
        }
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
    match term["topologyKey"].str() {
        "" => errors.push(Error::required(&path.child("topologyKey"), "can not be empty")),
        key => invalid_each(errors, &path.child("topologyKey"), key, names::is_qualified_name(key)),
    }
}
