//! The other kinds.

use super::{each, object};

#[test]
fn quotas_limits_and_budgets() {
    let quota = |spec: &str| object("v1", "ResourceQuota", &format!(r#""spec":{{{spec}}}"#));
    let limits = |limit: &str| object("v1", "LimitRange", &format!(r#""spec":{{"limits":[{{{limit}}}]}}"#));
    each(&[
        (
            quota(r#""hard":{"foo":"1"}"#),
            &[
                r#"spec.hard[foo]: Invalid value: "foo": must be a standard resource type or fully qualified"#,
                r#"spec.hard[foo]: Invalid value: "foo": must be a standard resource for quota"#,
            ],
        ),
        (
            quota(r#""hard":{"persistentvolumeclaims":"1500m"}"#),
            &[r#"spec.hard[persistentvolumeclaims]: Invalid value: "1500m": must be an integer"#],
        ),
        (
            quota(r#""hard":{"pods":"1"},"scopes":["BestEffort","NotBestEffort"]"#),
            &[r#"spec.scopes: Invalid value: ["BestEffort","NotBestEffort"]: conflicting scopes"#],
        ),
        (
            quota(r#""hard":{"services":"1"},"scopes":["Terminating"]"#),
            &[r#"spec.scopes: Invalid value: ["Terminating"]: unsupported scope applied to resource"#],
        ),
        (
            limits(r#""type":"Pod","default":{"cpu":"1"}"#),
            &["spec.limits[0].default: Forbidden: may not be specified when `type` is 'Pod'"],
        ),
        (
            limits(
                r#""type":"Container","min":{"cpu":"2"},"max":{"cpu":"1"},"default":{"cpu":"1"},"defaultRequest":{"cpu":"1"}"#,
            ),
            &[
                r#"spec.limits[0].min[cpu]: Invalid value: "2": min value 2 is greater than max value 1"#,
                r#"spec.limits[0].defaultRequest[cpu]: Invalid value: "1": min value 2 is greater than default request value 1"#,
                r#"spec.limits[0].default[cpu]: Invalid value: "2": min value 2 is greater than default value 1"#,
            ],
        ),
        (
            limits(r#""type":"PersistentVolumeClaim""#),
            &[
                "spec.limits[0].limits: Required value: either minimum or maximum storage value is required, but neither was provided",
            ],
        ),
        (
            object(
                "policy/v1",
                "PodDisruptionBudget",
                r#""spec":{"minAvailable":"150%","unhealthyPodEvictionPolicy":"No"}"#,
            ),
            &[
                r#"spec.minAvailable: Invalid value: "150%": must not be greater than 100%"#,
                r#"spec.unhealthyPodEvictionPolicy: Unsupported value: "No": supported values: "AlwaysAllow", "IfHealthyBudget""#,
            ],
        ),
    ]);
}

#[test]
fn storage() {
    let volume = |spec: &str| object("v1", "PersistentVolume", &format!(r#""spec":{{{spec}}}"#));
    let claim = |spec: &str| {
        let size = r#""resources":{"requests":{"storage":"1Gi"}}"#;
        object("v1", "PersistentVolumeClaim", &format!(r#""spec":{{{size},{spec}}}"#))
    };
    each(&[
        (
            volume(r#""accessModes":["ReadWriteOnce"],"hostPath":{"path":"/a"},"volumeMode":"Raw""#),
            &[
                "spec.capacity: Required value",
                r#"spec.capacity: Unsupported value: null: supported values: "storage""#,
                r#"spec.volumeMode: Unsupported value: "Raw": supported values: "Block", "Filesystem""#,
            ],
        ),
        (
            volume(
                r#""accessModes":["ReadWriteOnce"],"capacity":{"storage":"1Gi"},"local":{"path":"/a"},"nfs":{"server":"a","path":"/"}"#,
            ),
            &["spec.local: Forbidden: may not specify more than 1 volume type"],
        ),
        (
            volume(r#""accessModes":["ReadWriteOnce"],"capacity":{"storage":"1Gi"},"local":{"path":"/a"}"#),
            &["metadata.annotations: Required value: Local volume requires node affinity"],
        ),
        (
            claim(r#""accessModes":["ReadWriteOncePod","ReadOnlyMany"],"storageClassName":"A_b""#),
            &[
                "spec.accessModes: Forbidden: may not use ReadWriteOncePod with other access modes",
                r#"spec.storageClassName: Invalid value: "A_b": a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and end with an alphanumeric character (e.g. 'example.com', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*')"#,
            ],
        ),
    ]);
}

#[test]
fn bindings() {
    let binding = |subject: &str| {
        let role = r#""roleRef":{"apiGroup":"rbac.authorization.k8s.io","kind":"Role","name":"r"}"#;
        object("rbac.authorization.k8s.io/v1", "RoleBinding", &format!(r#"{role},"subjects":[{{{subject}}}]"#))
    };
    each(&[
        (
            binding(r#""kind":"User","name":"u","apiGroup":"x""#),
            &[r#"subjects[0].apiGroup: Unsupported value: "x": supported values: "rbac.authorization.k8s.io""#],
        ),
        (
            binding(r#""kind":"ServiceAccount","name":"s","namespace":"d","apiGroup":"x""#),
            &[r#"subjects[0].apiGroup: Unsupported value: "x": supported values: """#],
        ),
    ]);
}

#[test]
fn admission_policies() {
    let of = |kind: &str, rest: &str| object("admissionregistration.k8s.io/v1", kind, rest);
    each(&[
        (
            of(
                "ValidatingAdmissionPolicy",
                r#""spec":{"failurePolicy":"Maybe","matchConstraints":{"resourceRules":[{"operations":["MAKE"],"apiGroups":[""],"apiVersions":["v1"],"resources":["pods"]}]}}"#,
            ),
            &[
                r#"spec.failurePolicy: Unsupported value: "Maybe": supported values: "Fail", "Ignore""#,
                r#"spec.matchConstraints.resourceRules[0].operations[0]: Unsupported value: "MAKE": supported values: "*", "CONNECT", "CREATE", "DELETE", "UPDATE""#,
                "spec.validations: Required value: validations or auditAnnotations must contain at least one item",
                "spec.auditAnnotations: Required value: validations or auditAnnotations must contain at least one item",
            ],
        ),
        (
            of("ValidatingAdmissionPolicyBinding", r#""spec":{"validationActions":["Deny","Warn"]}"#),
            &[
                "spec.policyName: Required value",
                r#"spec.validationActions: Invalid value: ["Deny","Warn"]: must not contain both Deny and Warn (repeating the same validation failure information in the API response and headers serves no purpose)"#,
            ],
        ),
        (
            of(
                "ValidatingWebhookConfiguration",
                r#""webhooks":[{"name":"a.b","clientConfig":{},"admissionReviewVersions":["v2"],"timeoutSeconds":60,"sideEffects":"Some"}]"#,
            ),
            &[
                r#"webhooks[0].name: Invalid value: "a.b": should be a domain with at least three segments separated by dots"#,
                r#"webhooks[0].sideEffects: Unsupported value: "Some": supported values: "None", "NoneOnDryRun""#,
                "webhooks[0].timeoutSeconds: Invalid value: 60: the timeout value must be between 1 and 30 seconds",
                "webhooks[0].clientConfig: Required value: exactly one of url or service is required",
                r#"webhooks[0].admissionReviewVersions: Invalid value: ["v2"]: must include at least one of v1, v1beta1"#,
            ],
        ),
    ]);
}

#[test]
fn taints() {
    let node = object(
        "v1",
        "Node",
        r#""spec":{"taints":[{"key":"a","effect":"NoSchedule"},{"key":"a","value":"b","effect":"NoSchedule"}]}"#,
    );
    each(&[(
        node,
        &[
            r#"metadata.taints[1]: Duplicate value: {"Key":"a","Value":"b","Effect":"NoSchedule","TimeAdded":null}: taints must be unique by key and effect pair"#,
        ],
    )]);
}
