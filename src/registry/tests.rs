//! Objects through decode, defaults, preparation and validation, against the words of the transcripts.

use super::strategy_for;
use crate::api::{decode, defaults, resources};
use crate::apimachinery::{Object, Value};

/// What the server says of a new object: its errors one to a line, or nothing.
pub fn check(json: &str) -> Vec<String> {
    let mut object = Value::from_json(json).unwrap();
    let gvk = object.gvk();
    let resource = resources::by_kind(&gvk.group, &gvk.version, &gvk.kind).unwrap();
    if resource.namespaced {
        object.default_to("metadata.namespace", "default");
    }
    let decoded = decode::decode(&gvk, &object, decode::FieldValidation::Strict).unwrap();
    let mut object = decoded.object;
    defaults::apply(&gvk.group, &gvk.kind, &mut object);
    object.default_to("metadata.uid", "some-uid");
    let strategy = strategy_for(resource.group, resource.resource);
    strategy.prepare_for_create(&mut object);
    let _ = strategy.cells(&object, crate::apimachinery::Time(0));
    strategy.validate(&object).iter().map(ToString::to_string).collect()
}

const LABEL: &str = "a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', and must start and end with an alphanumeric character (e.g. 'my-name',  or '123-abc', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?')";

pub fn pod(spec: &str) -> String {
    format!(r#"{{"apiVersion":"v1","kind":"Pod","metadata":{{"name":"x"}},"spec":{{{spec}}}}}"#)
}

#[test]
fn pods_are_judged_as_in_the_transcripts() {
    let one = |container: &str| pod(&format!(r#""containers":[{container}]"#));
    let cases: Vec<(String, Vec<String>)> = vec![
        (one(r#"{"name":"a","image":"nginx"}"#), vec![]),
        (pod(r#""restartPolicy":"Always""#), vec!["spec.containers: Required value".into()]),
        (one(r#"{"name":"a"}"#), vec!["spec.containers[0].image: Required value".into()]),
        (
            one(r#"{"name":"Bad_Name","image":"n"}"#),
            vec![format!(r#"spec.containers[0].name: Invalid value: "Bad_Name": {LABEL}"#)],
        ),
        (
            one(r#"{"name":"a","image":"n","ports":[{"containerPort":70000,"protocol":"HTTP"}]}"#),
            vec![
                "spec.containers[0].ports[0].containerPort: Invalid value: 70000: must be between 1 and 65535, inclusive".into(),
                r#"spec.containers[0].ports[0].protocol: Unsupported value: "HTTP": supported values: "SCTP", "TCP", "UDP""#.into(),
            ],
        ),
        (
            pod(r#""restartPolicy":"Sometimes","dnsPolicy":"Foo","containers":[{"name":"a","image":"n","imagePullPolicy":"Maybe"}]"#),
            vec![
                r#"spec.containers[0].imagePullPolicy: Unsupported value: "Maybe": supported values: "Always", "IfNotPresent", "Never""#.into(),
                r#"spec.restartPolicy: Unsupported value: "Sometimes": supported values: "Always", "OnFailure", "Never""#.into(),
                r#"spec.dnsPolicy: Unsupported value: "Foo": supported values: "ClusterFirstWithHostNet", "ClusterFirst", "Default", "None""#.into(),
            ],
        ),
        (
            one(r#"{"name":"a","image":"n","resources":{"requests":{"cpu":"2","memory":"1Gi"},"limits":{"cpu":"1","memory":"512Mi"}}}"#),
            vec![
                r#"spec.containers[0].resources.requests: Invalid value: "2": must be less than or equal to cpu limit of 1"#.into(),
                r#"spec.containers[0].resources.requests: Invalid value: "1Gi": must be less than or equal to memory limit of 512Mi"#.into(),
            ],
        ),
        (
            one(r#"{"name":"a","image":"n","resources":{"requests":{"cpu":"-1","foo":"1"}}}"#),
            vec![
                r#"spec.containers[0].resources.requests[cpu]: Invalid value: "-1": must be greater than or equal to 0"#.into(),
                r#"spec.containers[0].resources.requests[foo]: Invalid value: "foo": must be a standard resource type or fully qualified"#.into(),
                r#"spec.containers[0].resources.requests[foo]: Invalid value: "foo": must be a standard resource for containers"#.into(),
            ],
        ),
        (
            one(r#"{"name":"a","image":"n","livenessProbe":{"periodSeconds":-1}}"#),
            vec![
                "spec.containers[0].livenessProbe: Required value: must specify a handler type".into(),
                "spec.containers[0].livenessProbe.periodSeconds: Invalid value: -1: must be greater than or equal to 0".into(),
            ],
        ),
        (
            one(r#"{"name":"a","image":"n","volumeMounts":[{"name":"nosuch","mountPath":"/x"}]}"#),
            vec![r#"spec.containers[0].volumeMounts[0].name: Not found: "nosuch""#.into()],
        ),
        (
            pod(r#""containers":[{"name":"a","image":"n","ports":[{"containerPort":80,"hostPort":8080}]},{"name":"b","image":"n","ports":[{"containerPort":80,"hostPort":8080}]}]"#),
            vec![r#"spec.containers[1].ports[0].hostPort: Duplicate value: "TCP//8080""#.into()],
        ),
    ];
    for (json, want) in cases {
        assert_eq!(check(&json), want, "{json}");
    }
}

#[test]
fn pods_of_transcript_203_are_judged_alike() {
    let volumes = r#""volumes":[{"name":"a","emptyDir":{},"hostPath":{"path":"/x"}},{"name":"a","emptyDir":{}},{"name":"Bad_Name","emptyDir":{}},{"name":"sec","secret":{}}],
        "containers":[{"name":"a","image":"n","volumeMounts":[{"name":"a","mountPath":"/x"},{"name":"a","mountPath":"/x"},{"name":"a","mountPath":""}]}]"#;
    assert_eq!(
        check(&pod(volumes)),
        [
            "spec.volumes[0].hostPath: Forbidden: may not specify more than 1 volume type".to_owned(),
            format!(r#"spec.volumes[2].name: Invalid value: "Bad_Name": {LABEL}"#),
            "spec.volumes[3].secret.secretName: Required value".to_owned(),
            r#"spec.containers[0].volumeMounts[1].mountPath: Invalid value: "/x": must be unique"#.to_owned(),
            "spec.containers[0].volumeMounts[2].mountPath: Required value".to_owned(),
        ]
    );
    let env = r#""containers":[{"name":"a","image":"n","env":[{"name":"","value":"x"},{"name":"a=b","value":"x"},
        {"name":"both","value":"x","valueFrom":{"fieldRef":{"fieldPath":"metadata.name"}}},
        {"name":"badref","valueFrom":{"fieldRef":{"fieldPath":"metadata.nosuch"}}},
        {"name":"nokey","valueFrom":{"configMapKeyRef":{"name":"c"}}}]}]"#;
    assert_eq!(
        check(&pod(env)),
        [
            "spec.containers[0].env[0].name: Required value",
            r#"spec.containers[0].env[1].name: Invalid value: "a=b": a valid environment variable name must consist only of printable ASCII characters other than '='"#,
            r#"spec.containers[0].env[2].valueFrom: Invalid value: "": may not be specified when `value` is not empty"#,
            r#"spec.containers[0].env[3].valueFrom.fieldRef.fieldPath: Invalid value: "metadata.nosuch": error converting fieldPath: field label not supported: metadata.nosuch"#,
            "spec.containers[0].env[4].valueFrom.configMapKeyRef.key: Required value",
        ]
    );
    let tolerations = r#""tolerations":[{"key":"a","operator":"Exists","value":"b"},{"operator":"Equal","value":"b"},{"key":"a","effect":"Foo"}],
        "containers":[{"name":"a","image":"nginx"}]"#;
    assert_eq!(
        check(&pod(tolerations)),
        [
            r#"spec.tolerations[0].operator: Invalid value: "b": value must be empty when `operator` is 'Exists'"#,
            r#"spec.tolerations[1].operator: Invalid value: "Equal": operator must be Exists when `key` is empty, which means "match all values and all keys""#,
            r#"spec.tolerations[2].effect: Unsupported value: "Foo": supported values: "NoSchedule", "PreferNoSchedule", "NoExecute""#,
        ]
    );
}

#[test]
fn workloads_are_judged_as_in_the_transcripts() {
    let workload = |kind: &str, spec: &str| {
        format!(r#"{{"apiVersion":"apps/v1","kind":"{kind}","metadata":{{"name":"d"}},"spec":{{{spec}}}}}"#)
    };
    let template = |label: &str, more: &str| {
        format!(
            r#""template":{{"metadata":{{"labels":{{"app":"{label}"}}}},"spec":{{{more}"containers":[{{"name":"a","image":"n"}}]}}}}"#
        )
    };
    let mismatch =
        r#"spec.template.metadata.labels: Invalid value: {"app":"b"}: `selector` does not match template `labels`"#;
    let select = r#""selector":{"matchLabels":{"app":"a"}},"#;
    let cases = [
        (workload("Deployment", &format!("{select}{}", template("b", ""))), vec![mismatch]),
        (workload("Deployment", &template("b", "")), vec!["spec.selector: Required value", mismatch]),
        (
            workload(
                "Deployment",
                &format!(r#""replicas":-1,{select}{}"#, template("a", r#""restartPolicy":"Never","#)),
            ),
            vec![
                "spec.replicas: Invalid value: -1: must be greater than or equal to 0",
                r#"spec.template.spec.restartPolicy: Unsupported value: "Never": supported values: "Always""#,
            ],
        ),
        (
            workload(
                "Deployment",
                &format!(
                    r#""strategy":{{"rollingUpdate":{{"maxSurge":0,"maxUnavailable":0}}}},{select}{}"#,
                    template("a", "")
                ),
            ),
            vec!["spec.strategy.rollingUpdate.maxUnavailable: Invalid value: 0: may not be 0 when `maxSurge` is 0"],
        ),
        (
            workload(
                "Deployment",
                &format!(
                    r#""strategy":{{"type":"Recreate","rollingUpdate":{{"maxSurge":1}}}},{select}{}"#,
                    template("a", "")
                ),
            ),
            vec!["spec.strategy.rollingUpdate: Forbidden: may not be specified when strategy `type` is 'Recreate'"],
        ),
        (
            workload("DaemonSet", &format!("{select}{}", template("b", r#""restartPolicy":"OnFailure","#))),
            vec![
                mismatch,
                r#"spec.template.spec.restartPolicy: Unsupported value: "OnFailure": supported values: "Always""#,
            ],
        ),
        (
            workload(
                "ReplicaSet",
                &format!(
                    r#""selector":{{"matchExpressions":[{{"key":"a","operator":"In"}},{{"key":"b","operator":"Foo","values":["x"]}}]}},{}"#,
                    template("a", "")
                ),
            ),
            vec![
                "spec.selector.matchExpressions[0].values: Required value: must be specified when `operator` is 'In' or 'NotIn'",
                r#"spec.selector.matchExpressions[1].operator: Invalid value: "Foo": not a valid selector operator"#,
                r#"spec.selector: Invalid value: {"matchExpressions":[{"key":"a","operator":"In"},{"key":"b","operator":"Foo","values":["x"]}]}: invalid label selector"#,
            ],
        ),
        (workload("StatefulSet", &format!("{select}{}", template("a", ""))), vec![]),
    ];
    for (json, want) in cases {
        assert_eq!(check(&json), want, "{json}");
    }
}

#[test]
fn other_kinds_are_judged_as_in_the_transcripts() {
    let cases: [(&str, &[&str]); 12] = [
        (
            r#"{"apiVersion":"v1","kind":"Service","metadata":{"name":"1bad"},"spec":{"type":"Foo","ports":[{"port":0}]}}"#,
            &[
                "spec.ports[0].port: Invalid value: 0: must be between 1 and 65535, inclusive",
                "spec.ports[0].targetPort: Invalid value: 0: must be between 1 and 65535, inclusive",
                r#"spec.type: Unsupported value: "Foo": supported values: "ClusterIP", "ExternalName", "LoadBalancer", "NodePort""#,
            ],
        ),
        (
            r#"{"apiVersion":"v1","kind":"Service","metadata":{"name":"s"},"spec":{"ports":[{"port":80},{"port":81}]}}"#,
            &["spec.ports[0].name: Required value", "spec.ports[1].name: Required value"],
        ),
        (
            r#"{"apiVersion":"batch/v1","kind":"Job","metadata":{"name":"j"},"spec":{"template":{"spec":{"containers":[{"name":"a","image":"n"}]}}}}"#,
            &[r#"spec.template.spec.restartPolicy: Required value: valid values: "OnFailure", "Never""#],
        ),
        (
            r#"{"apiVersion":"batch/v1","kind":"CronJob","metadata":{"name":"c"},"spec":{"schedule":"every day","jobTemplate":{"spec":{"template":{"spec":{"restartPolicy":"Never","containers":[{"name":"a","image":"n"}]}}}}}}"#,
            &[r#"spec.schedule: Invalid value: "every day": expected exactly 5 fields, found 2: [every day]"#],
        ),
        (
            r#"{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"c"},"data":{"bad key":"x"}}"#,
            &[
                r#"data[bad key]: Invalid value: "bad key": a valid config key must consist of alphanumeric characters, '-', '_' or '.' (e.g. 'key.name',  or 'KEY_NAME',  or 'key-name', regex used for validation is '[-._a-zA-Z0-9]+')"#,
            ],
        ),
        (
            r#"{"apiVersion":"networking.k8s.io/v1","kind":"Ingress","metadata":{"name":"ing"},"spec":{"rules":[{"host":"BAD HOST","http":{"paths":[{"path":"foo","backend":{"service":{"name":"s"}}}]}}]}}"#,
            &[
                r#"spec.rules[0].host: Invalid value: "BAD HOST": a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and end with an alphanumeric character (e.g. 'example.com', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*')"#,
                "spec.rules[0].http.paths[0].pathType: Required value: pathType must be specified",
            ],
        ),
        (
            r#"{"apiVersion":"autoscaling/v2","kind":"HorizontalPodAutoscaler","metadata":{"name":"hpa"},"spec":{"minReplicas":5,"maxReplicas":2,"scaleTargetRef":{"kind":"Deployment"}}}"#,
            &[
                "spec.maxReplicas: Invalid value: 2: must be greater than or equal to `minReplicas`",
                "spec.scaleTargetRef.name: Required value",
                r#"spec.scaleTargetRef.apiVersion: Invalid value: "": apiVersion must specify API group"#,
            ],
        ),
        (
            r#"{"apiVersion":"policy/v1","kind":"PodDisruptionBudget","metadata":{"name":"pdb"},"spec":{"minAvailable":1,"maxUnavailable":1,"selector":{}}}"#,
            &[
                r#"spec: Invalid value: {"MinAvailable":1,"Selector":{},"MaxUnavailable":1,"UnhealthyPodEvictionPolicy":null}: minAvailable and maxUnavailable cannot be both set"#,
            ],
        ),
        (
            r#"{"apiVersion":"rbac.authorization.k8s.io/v1","kind":"Role","metadata":{"name":"role"},"rules":[{"verbs":["get"]}]}"#,
            &[
                "rules[0].apiGroups: Required value: resource rules must supply at least one api group",
                "rules[0].resources: Required value: resource rules must supply at least one resource",
            ],
        ),
        (
            r#"{"apiVersion":"rbac.authorization.k8s.io/v1","kind":"RoleBinding","metadata":{"name":"rb"},"roleRef":{"kind":"Foo","name":"x"},"subjects":[{"kind":"Bar","name":"y1"}]}"#,
            &[
                r#"roleRef.kind: Unsupported value: "Foo": supported values: "Role", "ClusterRole""#,
                r#"subjects[0].kind: Unsupported value: "Bar": supported values: "ServiceAccount", "User", "Group""#,
            ],
        ),
        (
            r#"{"apiVersion":"v1","kind":"PersistentVolumeClaim","metadata":{"name":"pvc"},"spec":{"accessModes":["Foo"]}}"#,
            &[
                r#"spec.accessModes: Unsupported value: "Foo": supported values: "ReadOnlyMany", "ReadWriteMany", "ReadWriteOnce", "ReadWriteOncePod""#,
                "spec.resources[storage]: Required value",
            ],
        ),
        (r#"{"apiVersion":"v1","kind":"ServiceAccount","metadata":{"name":"sa1"}}"#, &[]),
    ];
    for (json, want) in cases {
        assert_eq!(check(json), want, "{json}");
    }
}
