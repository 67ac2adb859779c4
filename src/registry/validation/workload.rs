//! Controllers of pods. Models `pkg/apis/apps/validation` and `pkg/apis/batch/validation`.

use super::{invalid_each, metadata, non_negative, one_of_if_set, pod, selector};
use crate::apimachinery::field::{Error, ErrorList, Path};
use crate::apimachinery::labels::Selector;
use crate::apimachinery::{Object, Value, names};
use crate::object;

/// How the kinds differ.
pub struct Rules {
    /// As messages call it: `ReplicaSet`.
    pub kind: &'static str,
    /// As the message about an empty selector calls it.
    pub in_selector: &'static str,
    /// Checked before the selector rather than after the template.
    pub numbers: &'static [&'static str],
}

/// Selector, template and the plain numbers of a workload.
pub fn validate(errors: &mut ErrorList, spec: &Value, rules: &Rules) {
    let path = Path::new("spec");
    for field in rules.numbers {
        non_negative(errors, &path, spec, field);
    }
    let chosen = &spec["selector"];
    if chosen.is_null() {
        errors.push(Error::required(&path.child("selector"), ""));
    } else {
        selector::label_selector(errors, chosen, &path.child("selector"));
        if selector::is_empty(chosen) {
            let detail = format!("empty selector is invalid for {}", rules.in_selector);
            errors.push(Error::invalid(&path.child("selector"), chosen.clone(), detail));
        }
    }
    match Selector::from_label_selector(chosen) {
        Err(_) => errors.push(Error::invalid(&path.child("selector"), chosen.clone(), "invalid label selector")),
        Ok(parsed) => template(errors, &with_claims(spec), &parsed, rules.kind, &path.child("template")),
    }
}

/// The template with a volume for each claim that a stateful set makes for its pods.
fn with_claims(spec: &Value) -> Value {
    let mut template = spec["template"].clone();
    for claim in spec["volumeClaimTemplates"].items() {
        let name = claim.name();
        if !template.at("spec.volumes").items().iter().any(|v| v["name"].str() == name) {
            let source = object! { "claimName" => name };
            let volume = object! { "name" => name, "persistentVolumeClaim" => source };
            template.at_mut("spec.volumes").list_mut().push(volume);
        }
    }
    template
}

/// The template must be selected, and its pods must live on.
pub fn template(errors: &mut ErrorList, template: &Value, selector: &Selector, kind: &str, path: &Path) {
    let labels = &template["metadata"]["labels"];
    if !selector.is_empty() && !selector.matches(labels) {
        let detail = "`selector` does not match template `labels`";
        errors.push(Error::invalid(&path.child("metadata").child("labels"), labels.clone(), detail));
    }
    pod::validate_template(errors, template, path);
    let spec = &template["spec"];
    let policy = spec["restartPolicy"].str();
    if policy != "Always" {
        let path = path.child("spec").child("restartPolicy");
        errors.push(Error::not_supported(&path, policy, &["Always"]));
    }
    if !spec["activeDeadlineSeconds"].is_null() {
        let detail = format!("activeDeadlineSeconds in {kind} is not Supported");
        errors.push(Error::forbidden(&path.child("spec").child("activeDeadlineSeconds"), detail));
    }
}

/// A whole number or a percentage, not negative.
pub fn int_or_percent(errors: &mut ErrorList, value: &Value, path: &Path) {
    const RULE: &str = "a valid percent string must be a numeric string followed by an ending '%' (e.g. '1%',  or '93%', regex used for validation is '[0-9]+%')";
    match value {
        Value::Str(text) => {
            let digits = text.strip_suffix('%').unwrap_or("");
            if digits.is_empty() || !digits.bytes().all(|b| b.is_ascii_digit()) {
                errors.push(Error::invalid(path, value.clone(), RULE));
            }
        }
        Value::Int(i) if *i < 0 => {
            errors.push(Error::invalid(path, value.clone(), "must be greater than or equal to 0"));
        }
        _ => {}
    }
}

/// At most 100%.
pub fn more_than_all(errors: &mut ErrorList, value: &Value, path: &Path) {
    let percent = value.str().strip_suffix('%').and_then(|p| p.parse::<i64>().ok());
    if percent.is_some_and(|p| p > 100) {
        errors.push(Error::invalid(path, value.clone(), "must not be greater than 100%"));
    }
}

fn is_zero(value: &Value) -> bool {
    value.as_i64() == Some(0) || value.str().trim_start_matches('0') == "%"
}

/// `maxUnavailable` and `maxSurge` of a Deployment.
pub fn rolling_update(errors: &mut ErrorList, rolling: &Value, path: &Path) {
    let (unavailable, surge) = (&rolling["maxUnavailable"], &rolling["maxSurge"]);
    int_or_percent(errors, unavailable, &path.child("maxUnavailable"));
    int_or_percent(errors, surge, &path.child("maxSurge"));
    if is_zero(unavailable) && is_zero(surge) {
        let detail = "may not be 0 when `maxSurge` is 0";
        errors.push(Error::invalid(&path.child("maxUnavailable"), unavailable.clone(), detail));
    }
    more_than_all(errors, unavailable, &path.child("maxUnavailable"));
}

/// The strategy of a Deployment.
pub fn deployment_strategy(errors: &mut ErrorList, strategy: &Value, path: &Path) {
    let rolling = &strategy["rollingUpdate"];
    match strategy["type"].str() {
        "Recreate" if !rolling.is_null() => {
            let detail = "may not be specified when strategy `type` is 'Recreate'";
            errors.push(Error::forbidden(&path.child("rollingUpdate"), detail));
        }
        "Recreate" => {}
        "RollingUpdate" => rolling_update(errors, rolling, &path.child("rollingUpdate")),
        _ => errors.push(Error::not_supported(path, strategy.clone(), &["Recreate", "RollingUpdate"])),
    }
}

/// The spec of a Job, in a Job or in a CronJob's template. `own` is false where the server makes the selector.
pub fn job_spec(errors: &mut ErrorList, spec: &Value, path: &Path) {
    for field in ["parallelism", "completions", "activeDeadlineSeconds", "backoffLimit", "ttlSecondsAfterFinished"] {
        non_negative(errors, path, spec, field);
    }
    one_of_if_set(errors, path, spec, "completionMode", &["NonIndexed", "Indexed"]);
    if spec["completionMode"].str() == "Indexed" && spec["completions"].is_null() {
        let detail = "when completion mode is Indexed";
        errors.push(Error::required(&path.child("completions"), detail));
    }
    let template = path.child("template");
    pod::validate_template(errors, &spec["template"], &template);
    let restart = template.child("spec").child("restartPolicy");
    match spec.at("template.spec.restartPolicy").str() {
        "Always" => errors.push(Error::required(&restart, r#"valid values: "OnFailure", "Never""#)),
        "OnFailure" | "Never" => {}
        other => errors.push(Error::not_supported(&restart, other, &["OnFailure", "Never"])),
    }
}

/// A Job: the selector that the server made must fit.
pub fn job(job: &Value) -> ErrorList {
    let mut errors = metadata::validate(job, true, names::is_dns1123_subdomain);
    let (spec, path) = (&job["spec"], Path::new("spec"));
    if spec["selector"].is_null() {
        errors.push(Error::required(&path.child("selector"), ""));
    } else {
        selector::label_selector(&mut errors, &spec["selector"], &path.child("selector"));
    }
    if let Ok(parsed) = Selector::from_label_selector(&spec["selector"]) {
        let labels = spec.at("template.metadata.labels");
        if !parsed.nothing && !parsed.matches(labels) {
            let detail = "`selector` does not match template `labels`";
            let path = path.child("template").child("metadata").child("labels");
            errors.push(Error::invalid(&path, labels.clone(), detail));
        }
    }
    job_spec(&mut errors, spec, &path);
    if !spec["manualSelector"].bool() {
        generated_selector(&mut errors, job);
    }
    errors
}

/// A selector that the client wrote does not fit the labels that the server made.
fn generated_selector(errors: &mut ErrorList, job: &Value) {
    let mut expected = Value::object();
    for prefix in ["", "batch.kubernetes.io/"] {
        expected.map_mut().insert(format!("{prefix}controller-uid"), job.uid());
        expected.map_mut().insert(format!("{prefix}job-name"), job.name());
    }
    let selector = &job["spec"]["selector"];
    if Selector::from_label_selector(selector).is_ok_and(|s| !s.matches(&expected)) {
        let path = Path::new("spec").child("selector");
        errors.push(Error::invalid(&path, selector.clone(), "`selector` not auto-generated"));
    }
}

/// A CronJob. Its jobs' names end in eleven more characters.
pub fn cron_job(cron: &Value) -> ErrorList {
    let mut errors = metadata::validate(cron, true, names::is_dns1123_subdomain);
    let (spec, path) = (&cron["spec"], Path::new("spec"));
    match spec["schedule"].str() {
        "" => errors.push(Error::required(&path.child("schedule"), "")),
        schedule => {
            if schedule.contains("TZ") {
                let detail = "cannot use TZ or CRON_TZ in schedule, use timeZone field instead";
                errors.push(Error::invalid(&path.child("schedule"), schedule, detail));
            }
            if let Err(why) = crate::api::cron::Schedule::parse(schedule) {
                errors.push(Error::invalid(&path.child("schedule"), schedule, why));
            }
        }
    }
    non_negative(&mut errors, &path, spec, "startingDeadlineSeconds");
    super::one_of(&mut errors, &path, spec, "concurrencyPolicy", &["Allow", "Forbid", "Replace"]);
    job_spec(&mut errors, &spec["jobTemplate"]["spec"], &path.child("jobTemplate").child("spec"));
    non_negative(&mut errors, &path, spec, "successfulJobsHistoryLimit");
    non_negative(&mut errors, &path, spec, "failedJobsHistoryLimit");
    if cron.name().len() > 52 {
        let texts = vec!["must be no more than 52 characters".to_owned()];
        invalid_each(&mut errors, &Path::new("metadata").child("name"), cron.name(), texts);
    }
    errors
}

#[cfg(test)]
mod tests {
    use super::*;

    /// As `test/cmd` and the StatefulSet tutorial have them: a mount of a claim that the set makes.
    #[test]
    fn a_stateful_set_may_mount_its_claims() {
        let set = |claim: &str| {
            let text = format!(
                r#"{{"selector":{{"matchLabels":{{"a":"b"}}}},"volumeClaimTemplates":[{{"metadata":{{"name":"{claim}"}}}}],
                "template":{{"metadata":{{"labels":{{"a":"b"}}}},"spec":{{"restartPolicy":"Always","dnsPolicy":"ClusterFirst",
                "containers":[{{"name":"c","image":"nginx","imagePullPolicy":"Always","terminationMessagePolicy":"File",
                "volumeMounts":[{{"name":"data","mountPath":"/data"}}]}}]}}}}}}"#
            );
            let mut errors = ErrorList::new();
            let rules = Rules { kind: "StatefulSet", in_selector: "statefulset", numbers: &[] };
            validate(&mut errors, &Value::from_json(&text).expect("JSON"), &rules);
            errors.iter().map(|e| e.to_string()).collect::<Vec<_>>()
        };
        assert_eq!(set("data"), [""; 0]);
        let mount = "spec.template.spec.containers[0].volumeMounts[0].name: Not found: \"data\"";
        assert_eq!(set("other"), [mount]);
    }
}
