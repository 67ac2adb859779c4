//! Controllers of pods. Models `pkg/apis/apps/validation`.

use super::{non_negative, pod, selector};
use crate::apimachinery::field::{Error, ErrorList, Path};
use crate::apimachinery::labels::Selector;
use crate::apimachinery::{Object, Value};
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

/// `0` or `0%`.
pub fn is_zero(value: &Value) -> bool {
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

/// The fields of a rolling update, as Go and as JSON names them.
pub const SURGE: [(&str, &str); 2] = [("MaxUnavailable", "maxUnavailable"), ("MaxSurge", "maxSurge")];

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
        _ => {
            let mut error = Error::not_supported(path, strategy.clone(), &["Recreate", "RollingUpdate"]);
            error.shown = Some(super::go_strategy(strategy, &SURGE));
            errors.push(error);
        }
    }
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
