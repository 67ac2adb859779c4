//! Workloads, jobs, autoscalers, and what is filled in.

use super::{each, object};
use crate::registry::tests::check;

const TEMPLATE: &str =
    r#""template":{"metadata":{"labels":{"a":"b"}},"spec":{"containers":[{"name":"c","image":"n"}]}}"#;

fn workload(kind: &str, fields: &str) -> String {
    let spec = format!(r#""spec":{{"selector":{{"matchLabels":{{"a":"b"}}}},{TEMPLATE},{fields}}}"#);
    object("apps/v1", kind, &spec)
}

fn job(fields: &str) -> String {
    let template = r#""template":{"spec":{"restartPolicy":"OnFailure","containers":[{"name":"c","image":"n"}]}}"#;
    object("batch/v1", "Job", &format!(r#""spec":{{{template},{fields}}}"#))
}

#[test]
fn workloads() {
    each(&[
        (
            workload("Deployment", r#""strategy":{"type":"Foo"}"#),
            &[
                r#"spec.strategy: Unsupported value: {"Type":"Foo","RollingUpdate":null}: supported values: "Recreate", "RollingUpdate""#,
            ],
        ),
        (
            workload(
                "StatefulSet",
                r#""serviceName":"s","updateStrategy":{"type":"Foo","rollingUpdate":{"partition":1}}"#,
            ),
            &[
                r#"spec.updateStrategy: Invalid value: {"Type":"Foo","RollingUpdate":{"Partition":1,"MaxUnavailable":null}}: must be 'RollingUpdate' or 'OnDelete'"#,
            ],
        ),
        (
            workload("StatefulSet", r#""serviceName":"s","podManagementPolicy":"Any","ordinals":{"start":-1}"#),
            &[
                r#"spec.podManagementPolicy: Invalid value: "Any": must be 'OrderedReady' or 'Parallel'"#,
                "spec.ordinals.start: Invalid value: -1: must be greater than or equal to 0",
            ],
        ),
        (
            workload("DaemonSet", r#""updateStrategy":{"rollingUpdate":{"maxSurge":1,"maxUnavailable":1}}"#),
            &[
                "spec.updateStrategy.rollingUpdate.maxSurge: Invalid value: 1: may not be set when maxUnavailable is non-zero",
            ],
        ),
        (
            workload("DaemonSet", r#""updateStrategy":{"rollingUpdate":{"maxSurge":0,"maxUnavailable":0}}"#),
            &["spec.updateStrategy.rollingUpdate.maxUnavailable: Required value: cannot be 0 when maxSurge is 0"],
        ),
        (
            job(r#""completionMode":"Indexed","parallelism":2"#),
            &["spec.completions: Required value: when completion mode is Indexed"],
        ),
        (
            job(r#""backoffLimitPerIndex":1"#),
            &["spec.backoffLimitPerIndex: Invalid value: 1: requires indexed completion mode"],
        ),
        (
            job(
                r#""podFailurePolicy":{"rules":[{"action":"FailJob"},{"action":"Stop","onExitCodes":{"operator":"In","values":[0]}}]}"#,
            ),
            &[
                "spec.podFailurePolicy.rules[0]: Invalid value: specifying one of OnExitCodes and OnPodConditions is required",
                r#"spec.podFailurePolicy.rules[1].action: Unsupported value: "Stop": supported values: "Count", "FailIndex", "FailJob", "Ignore""#,
                "spec.podFailurePolicy.rules[1].onExitCodes.values[0]: Invalid value: 0: must not be 0 for the In operator",
                r#"spec.template.spec.restartPolicy: Invalid value: "OnFailure": only "Never" is supported when podFailurePolicy is specified"#,
            ],
        ),
        (
            object(
                "batch/v1",
                "CronJob",
                r#""spec":{"schedule":"* * * * *","timeZone":"Nowhere/City","jobTemplate":{"spec":{"manualSelector":true,"template":{"spec":{"restartPolicy":"Never","containers":[{"name":"c","image":"n"}]}}}}}"#,
            ),
            &[
                r#"spec.timeZone: Invalid value: "Nowhere/City": unknown time zone Nowhere/City"#,
                r#"spec.jobTemplate.spec.manualSelector: Unsupported value: true: supported values: "nil", "false""#,
            ],
        ),
    ]);
}

/// Templates are structs in Go: one that is missing is filled in before it is judged.
#[test]
fn missing_templates() {
    each(&[
        (
            object("apps/v1", "Deployment", r#""spec":{"selector":{"matchLabels":{"a":"b"}}}"#),
            &[
                "spec.template.metadata.labels: Invalid value: null: `selector` does not match template `labels`",
                "spec.template.spec.containers: Required value",
            ],
        ),
        (object("v1", "ReplicationController", r#""spec":{"selector":{"a":"b"}}"#), &["spec.template: Required value"]),
    ]);
}

/// As `GenerateHPAScaleUpRules` and `SetDefaults_MatchResources` fill them in.
#[test]
fn defaults_of_behaviors_and_policies() {
    let filled = |group: &str, kind: &str, spec: &str| {
        let mut object = crate::apimachinery::Value::from_json(&format!(r#"{{"spec":{spec}}}"#)).unwrap();
        crate::api::defaults::apply(group, kind, &mut object);
        object["spec"].clone()
    };
    let hpa = filled(
        "autoscaling",
        "HorizontalPodAutoscaler",
        r#"{"behavior":{"scaleDown":{"stabilizationWindowSeconds":60}}}"#,
    );
    assert_eq!(
        hpa["behavior"].to_string(),
        r#"{"scaleDown":{"policies":[{"periodSeconds":15,"type":"Percent","value":100}],"selectPolicy":"Max","stabilizationWindowSeconds":60},"scaleUp":{"policies":[{"periodSeconds":15,"type":"Pods","value":4},{"periodSeconds":15,"type":"Percent","value":100}],"selectPolicy":"Max","stabilizationWindowSeconds":0}}"#
    );
    let policy = filled(
        "admissionregistration.k8s.io",
        "ValidatingAdmissionPolicy",
        r#"{"matchConstraints":{"resourceRules":[{"operations":["CREATE"]}]}}"#,
    );
    assert_eq!(
        policy.to_string(),
        r#"{"failurePolicy":"Fail","matchConstraints":{"matchPolicy":"Equivalent","namespaceSelector":{},"objectSelector":{},"resourceRules":[{"operations":["CREATE"],"scope":"*"}]}}"#
    );
}

#[test]
fn autoscalers() {
    let hpa = |rest: &str| {
        let target = r#""scaleTargetRef":{"apiVersion":"apps/v1","kind":"Deployment","name":"d"},"maxReplicas":3"#;
        object("autoscaling/v2", "HorizontalPodAutoscaler", &format!(r#""spec":{{{target},{rest}}}"#))
    };
    each(&[
        (
            hpa(r#""metrics":[{"type":"Resource","resource":{"name":"cpu","target":{"type":"Utilization"}}}]"#),
            &[
                "spec.metrics[0].resource.target.averageUtilization: Required value: must set either a target raw value or a target utilization",
            ],
        ),
        (
            hpa(
                r#""metrics":[{"type":"Pods","resource":{"name":"cpu","target":{"type":"Share","averageUtilization":0}}}]"#,
            ),
            &[
                r#"spec.metrics[0].resource.target.type: Invalid value: "Share": must be either Utilization, Value, or AverageValue"#,
                "spec.metrics[0].resource.target.averageUtilization: Invalid value: 0: must be greater than 0",
                "spec.metrics[0].pods: Required value: must populate information for the given metric source",
            ],
        ),
        (
            hpa(
                r#""behavior":{"scaleDown":{"stabilizationWindowSeconds":4000,"policies":[{"type":"Pods","value":0,"periodSeconds":2000}]}}"#,
            ),
            &[
                "spec.behavior.scaleDown.stabilizationWindowSeconds: Invalid value: 4000: must be less than or equal to 3600",
                "spec.behavior.scaleDown.policies[0].value: Invalid value: 0: must be greater than zero",
                "spec.behavior.scaleDown.policies[0].periodSeconds: Invalid value: 2000: must be less than or equal to 1800",
            ],
        ),
    ]);
}

/// Objects with nearly everything that their kinds can have: nothing is wrong with them.
#[test]
fn complete_objects_are_accepted() {
    for text in include_str!("../testdata/complete.yaml").split("\n---\n") {
        let object = crate::apimachinery::yaml::from_str(text).unwrap();
        assert_eq!(check(&object.to_string()), [""; 0], "{text}");
    }
}
