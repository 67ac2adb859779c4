//! Tolerations, taints, gates and spread constraints. Models `ValidateTolerations` and its like.

use super::invalid_each;
use crate::apimachinery::field::{Error, ErrorList, Path};
use crate::apimachinery::{Value, names};
use std::collections::BTreeSet;

const EFFECTS: [&str; 3] = ["NoSchedule", "PreferNoSchedule", "NoExecute"];

/// `spec.tolerations`
pub fn tolerations(errors: &mut ErrorList, tolerations: &[Value], path: &Path) {
    for (i, toleration) in tolerations.iter().enumerate() {
        let at = |field: &str| path.index(i).child(field);
        let text = |field: &str| toleration[field].str();
        let (key, operator, value, effect) = (text("key"), text("operator"), text("value"), text("effect"));
        if !key.is_empty() {
            let wrong = names::is_qualified_name(key);
            if !wrong.is_empty() {
                invalid_each(errors, &at("key"), key, wrong);
            }
        } else if operator != "Exists" {
            let detail = "operator must be Exists when `key` is empty, which means \"match all values and all keys\"";
            errors.push(Error::invalid(&at("operator"), operator, detail));
        }
        if !toleration["tolerationSeconds"].is_null() && effect != "NoExecute" {
            let detail = "effect must be 'NoExecute' when `tolerationSeconds` is set";
            errors.push(Error::invalid(&at("effect"), effect, detail));
        }
        match operator {
            "" | "Equal" => {
                let wrong = names::is_label_value(value);
                if !wrong.is_empty() {
                    errors.push(Error::invalid(&at("operator"), value, wrong.join(";")));
                }
            }
            "Exists" if !value.is_empty() => {
                let detail = "value must be empty when `operator` is 'Exists'";
                errors.push(Error::invalid(&at("operator"), value, detail));
            }
            "Exists" => {}
            other => errors.push(Error::not_supported(&at("operator"), other, &["Equal", "Exists"])),
        }
        if !effect.is_empty() {
            taint_effect(errors, effect, &at("effect"));
        }
    }
}

fn taint_effect(errors: &mut ErrorList, effect: &str, path: &Path) {
    if !EFFECTS.contains(&effect) {
        errors.push(Error::not_supported(path, effect, &EFFECTS));
    }
}

/// `spec.taints` of a node.
pub fn taints(errors: &mut ErrorList, taints: &[Value], path: &Path) {
    let mut seen = BTreeSet::new();
    for (i, taint) in taints.iter().enumerate() {
        let at = |field: &str| path.index(i).child(field);
        let (key, value, effect) = (taint["key"].str(), taint["value"].str(), taint["effect"].str());
        invalid_each(errors, &at("key"), key, names::is_qualified_name(key));
        let wrong = names::is_label_value(value);
        if !wrong.is_empty() {
            errors.push(Error::invalid(&at("value"), value, wrong.join(";")));
        }
        if effect.is_empty() {
            errors.push(Error::required(&at("effect"), ""));
        } else {
            taint_effect(errors, effect, &at("effect"));
        }
        if !seen.insert((key, effect)) {
            let mut duplicate = Error::duplicate(&path.index(i), taint.clone());
            let fields = [("Key", "key"), ("Value", "value"), ("Effect", "effect"), ("TimeAdded", "timeAdded")];
            let mut filled = taint.clone();
            filled.default_to("value", "");
            duplicate.shown = Some(super::go_struct(&filled, &fields));
            duplicate.detail = "taints must be unique by key and effect pair".to_owned();
            errors.push(duplicate);
        }
    }
}

/// `spec.schedulingGates`
pub fn gates(errors: &mut ErrorList, gates: &[Value], path: &Path) {
    let mut seen = BTreeSet::new();
    for (i, gate) in gates.iter().enumerate() {
        let name = gate["name"].str();
        invalid_each(errors, &path.index(i), name, names::is_qualified_name(name));
        if !seen.insert(name) {
            errors.push(Error::duplicate(&path.index(i), name));
        }
    }
}

/// `spec.topologySpreadConstraints`
pub fn spread(errors: &mut ErrorList, constraints: &[Value], path: &Path) {
    for (i, constraint) in constraints.iter().enumerate() {
        let at = |field: &str| path.index(i).child(field);
        let skew = constraint["maxSkew"].int();
        if skew <= 0 {
            errors.push(Error::invalid(&at("maxSkew"), skew, "must be greater than zero"));
        }
        let key = constraint["topologyKey"].str();
        if key.is_empty() {
            errors.push(Error::required(&at("topologyKey"), "can not be empty"));
        }
        let action = constraint["whenUnsatisfiable"].str();
        if !["DoNotSchedule", "ScheduleAnyway"].contains(&action) {
            let supported = ["DoNotSchedule", "ScheduleAnyway"];
            errors.push(Error::not_supported(&at("whenUnsatisfiable"), action, &supported));
        }
        let same = |o: &Value| o["topologyKey"].str() == key && o["whenUnsatisfiable"].str() == action;
        if constraints.iter().skip(i + 1).any(same) {
            let pair = format!("{{{key}, {action}}}");
            errors.push(Error::duplicate(&at("{topologyKey, whenUnsatisfiable}"), pair));
        }
        spread_details(errors, constraint, action, &path.index(i));
        super::selector::label_selector(errors, &constraint["labelSelector"], &at("labelSelector"));
    }
}

fn spread_details(errors: &mut ErrorList, constraint: &Value, action: &str, path: &Path) {
    if let Some(domains) = constraint["minDomains"].as_i64() {
        let at = path.child("minDomains");
        if domains <= 0 {
            errors.push(Error::invalid(&at, domains, "must be greater than zero"));
        }
        if action != "DoNotSchedule" {
            let detail = format!("can only use minDomains if whenUnsatisfiable=DoNotSchedule, not {action}");
            errors.push(Error::invalid(&at, domains, detail));
        }
    }
    for field in ["nodeAffinityPolicy", "nodeTaintsPolicy"] {
        let policy = &constraint[field];
        if !policy.is_null() && !["Honor", "Ignore"].contains(&policy.str()) {
            errors.push(Error::not_supported(&path.child(field), policy.str(), &["Honor", "Ignore"]));
        }
    }
    let (keys, at) = (constraint["matchLabelKeys"].items(), path.child("matchLabelKeys"));
    if !keys.is_empty() && constraint["labelSelector"].is_null() {
        errors.push(Error::forbidden(&at, "must not be specified when labelSelector is not set"));
    }
    for (i, key) in keys.iter().enumerate() {
        invalid_each(errors, &at.index(i), key.str(), names::is_qualified_name(key.str()));
    }
}
