//! Jobs. Models `pkg/apis/batch/validation`.

use super::{immutable, invalid_each, metadata, non_negative, one_of_if_set, pod, selector};
use crate::apimachinery::field::{Error, ErrorList, Path};
use crate::apimachinery::labels::Selector;
use crate::apimachinery::{Object, Value, names};

/// The spec of a Job, in a Job or in a CronJob's template.
pub fn spec(errors: &mut ErrorList, spec: &Value, path: &Path) {
    for field in [
        "parallelism",
        "completions",
        "activeDeadlineSeconds",
        "backoffLimit",
        "ttlSecondsAfterFinished",
        "backoffLimitPerIndex",
        "maxFailedIndexes",
    ] {
        non_negative(errors, path, spec, field);
    }
    if !spec["maxFailedIndexes"].is_null() && spec["backoffLimitPerIndex"].is_null() {
        errors.push(Error::required(&path.child("backoffLimitPerIndex"), "when maxFailedIndexes is specified"));
    }
    completion_mode(errors, spec, path);
    if !spec["podFailurePolicy"].is_null() {
        failure_policy(errors, spec, &path.child("podFailurePolicy").child("rules"));
    }
    replacement(errors, spec, &path.child("podReplacementPolicy"));
    let template = path.child("template");
    pod::validate_template(errors, &spec["template"], &template);
    let restart = template.child("spec").child("restartPolicy");
    match spec.at("template.spec.restartPolicy").str() {
        "Always" | "" => errors.push(Error::required(&restart, r#"valid values: "OnFailure", "Never""#)),
        "OnFailure" if !spec["podFailurePolicy"].is_null() => {
            let detail = "only \"Never\" is supported when podFailurePolicy is specified";
            errors.push(Error::invalid(&restart, "OnFailure", detail));
        }
        "OnFailure" | "Never" => {}
        other => errors.push(Error::not_supported(&restart, other, &["OnFailure", "Never"])),
    }
}

fn completion_mode(errors: &mut ErrorList, spec: &Value, path: &Path) {
    const MOST: i64 = 100_000;
    one_of_if_set(errors, path, spec, "completionMode", &["NonIndexed", "Indexed"]);
    if spec["completionMode"].str() != "Indexed" {
        for field in ["backoffLimitPerIndex", "maxFailedIndexes"].into_iter().filter(|f| !spec[*f].is_null()) {
            errors.push(Error::invalid(&path.child(field), spec[field].clone(), "requires indexed completion mode"));
        }
        if !spec["successPolicy"].is_null() {
            let policy = spec["successPolicy"].clone();
            errors.push(Error::invalid(&path.child("successPolicy"), policy, "requires indexed completion mode"));
        }
        return;
    }
    let Some(completions) = spec["completions"].as_i64() else {
        return errors.push(Error::required(&path.child("completions"), "when completion mode is Indexed"));
    };
    let parallel = spec["parallelism"].int();
    if parallel > MOST {
        let detail = format!("must be less than or equal to {MOST} when completion mode is Indexed");
        errors.push(Error::invalid(&path.child("parallelism"), parallel, detail));
    }
    let failed = spec["maxFailedIndexes"].int();
    if failed > completions {
        let detail = "must be less than or equal to completions";
        errors.push(Error::invalid(&path.child("maxFailedIndexes"), failed, detail));
    }
}

fn replacement(errors: &mut ErrorList, spec: &Value, path: &Path) {
    let policy = &spec["podReplacementPolicy"];
    let supported: &[&str] =
        if spec["podFailurePolicy"].is_null() { &["Failed", "TerminatingOrFailed"] } else { &["Failed"] };
    if !policy.is_null() && !supported.contains(&policy.str()) {
        errors.push(Error::not_supported(path, policy.str(), supported));
    }
}

const ACTIONS: [&str; 4] = ["Count", "FailIndex", "FailJob", "Ignore"];

fn failure_policy(errors: &mut ErrorList, spec: &Value, path: &Path) {
    let rules = spec["podFailurePolicy"]["rules"].items();
    if rules.len() > 20 {
        errors.push(Error::too_many(path, rules.len(), 20));
    }
    for (i, rule) in rules.iter().enumerate() {
        let path = path.index(i);
        match rule["action"].str() {
            "" => {
                let detail = format!("valid values: {:?}", ACTIONS).replace(',', "");
                errors.push(Error::required(&path.child("action"), detail));
            }
            "FailIndex" if spec["backoffLimitPerIndex"].is_null() => {
                let detail = "requires the backoffLimitPerIndex to be set";
                errors.push(Error::invalid(&path.child("action"), "FailIndex", detail));
            }
            action if ACTIONS.contains(&action) => {}
            other => errors.push(Error::not_supported(&path.child("action"), other, &ACTIONS)),
        }
        let (codes, conditions) = (&rule["onExitCodes"], &rule["onPodConditions"]);
        if !codes.is_null() {
            exit_codes(errors, codes, spec, &path.child("onExitCodes"));
        }
        for (j, condition) in conditions.items().iter().enumerate() {
            let (kind, path) = (condition["type"].str(), path.child("onPodConditions").index(j));
            invalid_each(errors, &path.child("type"), kind, names::is_qualified_name(kind));
            super::one_of(errors, &path, condition, "status", &["False", "True", "Unknown"]);
        }
        let detail = match (codes.is_null(), conditions.is_empty()) {
            (false, false) => "specifying both OnExitCodes and OnPodConditions is not supported",
            (true, true) => "specifying one of OnExitCodes and OnPodConditions is required",
            _ => continue,
        };
        errors.push(Error::invalid(&path, Value::Null, detail).without_value());
    }
}

fn exit_codes(errors: &mut ErrorList, codes: &Value, spec: &Value, path: &Path) {
    super::one_of(errors, path, codes, "operator", &["In", "NotIn"]);
    if let Some(name) = codes["containerName"].as_str() {
        let pod = spec.at("template.spec");
        let mut all = pod["containers"].items().iter().chain(pod["initContainers"].items());
        if !all.any(|c| c["name"].str() == name) {
            let detail = "must be one of the container or initContainer names in the pod template";
            errors.push(Error::invalid(&path.child("containerName"), name, detail));
        }
    }
    let (values, at) = (codes["values"].items(), path.child("values"));
    if values.is_empty() {
        errors.push(Error::invalid(&at, codes["values"].clone(), "at least one value is required"));
    }
    for (i, value) in values.iter().enumerate() {
        if codes["operator"].str() == "In" && value.int() == 0 {
            errors.push(Error::invalid(&at.index(i), 0, "must not be 0 for the In operator"));
        }
        if values.iter().take(i).any(|v| v == value) {
            errors.push(Error::duplicate(&at.index(i), value.clone()));
        }
    }
    if values.windows(2).any(|pair| pair[0].int() > pair[1].int()) {
        errors.push(Error::invalid(&at, codes["values"].clone(), "must be ordered"));
    }
}

/// A Job: the selector that the server made must fit.
pub fn job(job: &Value) -> ErrorList {
    let mut errors = metadata::validate(job, true, names::is_dns1123_subdomain);
    if !job["spec"]["manualSelector"].bool() {
        generated_selector(&mut errors, job);
    }
    selected_spec(&mut errors, &job["spec"], &Path::new("spec"));
    let completions = job["spec"]["completions"].int();
    if job["spec"]["completionMode"].str() == "Indexed" && completions > 0 {
        let last = format!("{}-{}", job.name(), completions - 1);
        if !names::is_dns1123_label(&last).is_empty() {
            let detail = format!("will not able to create pod with invalid DNS label: {last}");
            errors.push(Error::invalid(&Path::new("metadata").child("name"), job.name(), detail));
        }
    }
    errors
}

fn selected_spec(errors: &mut ErrorList, spec: &Value, path: &Path) {
    self::spec(errors, spec, path);
    if spec["selector"].is_null() {
        errors.push(Error::required(&path.child("selector"), ""));
    } else {
        selector::label_selector(errors, &spec["selector"], &path.child("selector"));
    }
    if let Ok(parsed) = Selector::from_label_selector(&spec["selector"]) {
        let labels = spec.at("template.metadata.labels");
        if !parsed.nothing && !parsed.matches(labels) {
            let detail = "`selector` does not match template `labels`";
            let path = path.child("template").child("metadata").child("labels");
            errors.push(Error::invalid(&path, labels.clone(), detail));
        }
    }
}

/// A selector that the client wrote does not fit the labels that the server made.
fn generated_selector(errors: &mut ErrorList, job: &Value) {
    let labels = job.at("spec.template.metadata.labels");
    let path = Path::new("spec").child("template").child("metadata").child("labels");
    let mut expected = Value::object();
    for prefix in ["batch.kubernetes.io/", ""] {
        for (key, value) in [("controller-uid", job.uid()), ("job-name", job.name())] {
            let key = format!("{prefix}{key}");
            let detail = format!("must be '{value}'");
            match labels.get(&key) {
                None => errors.push(Error::required(&path.key(&key), detail)),
                Some(given) if given.str() != value => {
                    errors.push(Error::invalid(&path.key(&key), labels.clone(), detail));
                }
                Some(_) => {}
            }
            expected.map_mut().insert(key, value);
        }
    }
    let selector = &job["spec"]["selector"];
    if Selector::from_label_selector(selector).is_ok_and(|s| !s.matches(&expected)) {
        let path = Path::new("spec").child("selector");
        errors.push(Error::invalid(&path, selector.clone(), "`selector` not auto-generated"));
    }
}

/// A Job that replaces another. `template_may_change` while it is suspended and has not started.
pub fn update(new: &Value, old: &Value, template_may_change: bool) -> ErrorList {
    let mut errors = metadata::validate_update(new, old);
    let (spec, before, path) = (&new["spec"], &old["spec"], Path::new("spec"));
    selected_spec(&mut errors, spec, &path);
    let completions = &spec["completions"];
    if *completions != before["completions"] {
        let at = path.child("completions");
        if spec["completionMode"].str() != "Indexed" {
            immutable(&mut errors, &at, completions, &before["completions"]);
        } else if !completions.is_null() && *completions != spec["parallelism"] {
            let detail = "can only be modified in tandem with spec.parallelism";
            errors.push(Error::invalid(&at, completions.clone(), detail));
        }
    }
    let keep =
        |errors: &mut ErrorList, field: &str| immutable(errors, &path.child(field), &spec[field], &before[field]);
    keep(&mut errors, "selector");
    if !spec["template"].same(&before["template"]) && !template_may_change {
        keep(&mut errors, "template");
    }
    for field in ["completionMode", "podFailurePolicy", "backoffLimitPerIndex", "managedBy", "successPolicy"] {
        keep(&mut errors, field);
    }
    errors
}
