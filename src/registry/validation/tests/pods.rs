//! Pods.

use super::each;
use crate::registry::tests::pod;

fn container(fields: &str) -> String {
    pod(&format!(r#""containers":[{{"name":"c","image":"n"{fields}}}]"#))
}

fn with_volume(source: &str) -> String {
    pod(&format!(r#""containers":[{{"name":"c","image":"n"}}],"volumes":[{{"name":"v",{source}}}]"#))
}

fn spec(fields: &str) -> String {
    pod(&format!(r#""containers":[{{"name":"c","image":"n"}}],{fields}"#))
}

#[test]
fn security_contexts() {
    each(&[
        (
            container(r#","securityContext":{"procMount":"Foo"}"#),
            &[
                r#"spec.containers[0].securityContext.procMount: Unsupported value: "Foo": supported values: "Default", "Unmasked""#,
            ],
        ),
        (
            container(r#","securityContext":{"seccompProfile":{"type":"Localhost"}}"#),
            &[
                "spec.containers[0].securityContext.seccompProfile.localhostProfile: Required value: must be set when seccomp type is Localhost",
            ],
        ),
        (
            container(r#","securityContext":{"privileged":true,"allowPrivilegeEscalation":false}"#),
            &[
                r#"spec.containers[0].securityContext: Invalid value: {"Capabilities":null,"Privileged":true,"SELinuxOptions":null,"WindowsOptions":null,"RunAsUser":null,"RunAsGroup":null,"RunAsNonRoot":null,"ReadOnlyRootFilesystem":null,"AllowPrivilegeEscalation":false,"ProcMount":null,"SeccompProfile":null,"AppArmorProfile":null}: cannot set `allowPrivilegeEscalation` to false and `privileged` to true"#,
            ],
        ),
        (
            spec(r#""securityContext":{"runAsUser":-1,"supplementalGroups":[1,-2],"fsGroupChangePolicy":"No"}"#),
            &[
                "spec.securityContext.runAsUser: Invalid value: -1: must be between 0 and 2147483647, inclusive",
                "spec.securityContext.supplementalGroups[1]: Invalid value: -2: must be between 0 and 2147483647, inclusive",
                r#"spec.securityContext.fsGroupChangePolicy: Unsupported value: "No": supported values: "Always", "OnRootMismatch""#,
            ],
        ),
        (
            spec(r#""hostPID":true,"shareProcessNamespace":true"#),
            &[
                "spec.securityContext.shareProcessNamespace: Invalid value: true: ShareProcessNamespace and HostPID cannot both be enabled",
            ],
        ),
    ]);
}

#[test]
fn mounts_and_volumes() {
    each(&[
        (
            pod(
                r#""containers":[{"name":"c","image":"n","volumeMounts":[{"name":"v","mountPath":"/a","subPath":"../x","subPathExpr":"y"}]}],"volumes":[{"name":"v","emptyDir":{}}]"#,
            ),
            &[
                r#"spec.containers[0].volumeMounts.subPath: Invalid value: "../x": must not contain '..'"#,
                r#"spec.containers[0].volumeMounts[0].subPathExpr: Invalid value: "y": subPathExpr and subPath are mutually exclusive"#,
            ],
        ),
        (
            pod(
                r#""containers":[{"name":"c","image":"n","volumeDevices":[{"name":"v","devicePath":"/dev/x"}]}],"volumes":[{"name":"v","emptyDir":{}}]"#,
            ),
            &[
                r#"spec.containers[0].volumeDevices[0].name: Invalid value: "v": can only use volume source type of PersistentVolumeClaim or Ephemeral for block mode"#,
            ],
        ),
        (with_volume(r#""hostPath":{"path":""}"#), &["spec.volumes[0].hostPath.path: Required value"]),
        (
            with_volume(r#""downwardAPI":{"items":[{"path":"a"}]}"#),
            &["spec.volumes[0].downwardAPI: Required value: one of fieldRef and resourceFieldRef is required"],
        ),
        (
            with_volume(r#""projected":{"sources":[{"configMap":{"name":"a"},"secret":{"name":"b"}}]}"#),
            &["spec.volumes[0].projected.sources[0]: Forbidden: may not specify more than 1 volume type per source"],
        ),
        (
            with_volume(r#""projected":{"sources":[{"serviceAccountToken":{"path":"","expirationSeconds":10}}]}"#),
            &[
                "spec.volumes[0].projected.sources[0].serviceAccountToken.expirationSeconds: Invalid value: 10: may not specify a duration less than 10 minutes",
                "spec.volumes[0].projected.path: Required value",
            ],
        ),
        (
            with_volume(r#""gcePersistentDisk":{"pdName":""}"#),
            &["spec.volumes[0].persistentDisk.pdName: Required value"],
        ),
    ]);
}

#[test]
fn probes_and_variables() {
    each(&[
        (
            container(r#","readinessProbe":{"tcpSocket":{"port":1},"terminationGracePeriodSeconds":3}"#),
            &[
                "spec.containers[0].readinessProbe.terminationGracePeriodSeconds: Invalid value: 3: must not be set for readinessProbes",
            ],
        ),
        (
            container(r#","lifecycle":{"preStop":{"sleep":{"seconds":60}}}"#),
            &[
                "spec.containers[0].lifecycle.preStop.sleep: Invalid value: 60: must be non-negative and less than terminationGracePeriodSeconds (30)",
            ],
        ),
        (
            container(r#","env":[{"name":"A","valueFrom":{"fieldRef":{"fieldPath":"status.phase"}}}]"#),
            &[
                r#"spec.containers[0].env[0].valueFrom.fieldRef.fieldPath: Unsupported value: "status.phase": supported values: "metadata.name", "metadata.namespace", "metadata.uid", "spec.nodeName", "spec.serviceAccountName", "status.hostIP", "status.hostIPs", "status.podIP", "status.podIPs""#,
            ],
        ),
        (
            container(r#","env":[{"name":"A","valueFrom":{"fieldRef":{"fieldPath":"spec.foo['a']"}}}]"#),
            &[
                r#"spec.containers[0].env[0].valueFrom.fieldRef.fieldPath: Invalid value: "spec.foo['a']": error converting fieldPath: field label does not support subscript: spec.foo['a']"#,
            ],
        ),
        (
            container(
                r#","env":[{"name":"A","valueFrom":{"resourceFieldRef":{"resource":"limits.cpu","divisor":"2"}}}]"#,
            ),
            &[
                r#"spec.containers[0].env[0].valueFrom.resourceFieldRef.divisor: Invalid value: "limits.cpu": only divisor's values 1m and 1 are supported with the cpu resource"#,
            ],
        ),
        (
            container(r#","envFrom":[{"prefix":"A"}]"#),
            &[r#"spec.containers[0].envFrom: Invalid value: "": must specify one of: `configMapRef` or `secretRef`"#],
        ),
    ]);
}

#[test]
fn scheduling_of_pods() {
    each(&[
        (
            spec(
                r#""topologySpreadConstraints":[{"maxSkew":1,"topologyKey":"z","whenUnsatisfiable":"ScheduleAnyway","minDomains":2},{"maxSkew":1,"topologyKey":"z","whenUnsatisfiable":"ScheduleAnyway"}]"#,
            ),
            &[
                r#"spec.topologySpreadConstraints[0].{topologyKey, whenUnsatisfiable}: Duplicate value: "{z, ScheduleAnyway}""#,
                "spec.topologySpreadConstraints[0].minDomains: Invalid value: 2: can only use minDomains if whenUnsatisfiable=DoNotSchedule, not ScheduleAnyway",
            ],
        ),
        (
            spec(
                r#""affinity":{"nodeAffinity":{"requiredDuringSchedulingIgnoredDuringExecution":{"nodeSelectorTerms":[{"matchFields":[{"key":"metadata.name","operator":"In","values":["a","b"]}]}]}}}"#,
            ),
            &[
                "spec.affinity.nodeAffinity.requiredDuringSchedulingIgnoredDuringExecution.nodeSelectorTerms[0].matchFields[0].values: Required value: must be only one value when `operator` is 'In' or 'NotIn' for node field selector",
            ],
        ),
        (
            spec(r#""preemptionPolicy":"Maybe","os":{"name":"plan9"}"#),
            &[
                r#"spec.preemptionPolicy: Unsupported value: "Maybe": supported values: "PreemptLowerPriority", "Never""#,
                r#"spec.os.name: Unsupported value: "plan9": supported values: "linux", "windows""#,
            ],
        ),
        (
            spec(r#""dnsConfig":{"nameservers":["1.1.1.1","1.1.1.2","1.1.1.3","1.1.1.4"],"options":[{"value":"x"}]}"#),
            &[
                r#"spec.dnsConfig.nameservers: Invalid value: ["1.1.1.1","1.1.1.2","1.1.1.3","1.1.1.4"]: must not have more than 3 nameservers"#,
                "spec.dnsConfig.options[0]: Required value: must not be empty",
            ],
        ),
        (
            spec(r#""ephemeralContainers":[{"name":"d","image":"i"}]"#),
            &["spec.ephemeralContainers: Forbidden: cannot be set on create"],
        ),
    ]);
}

#[test]
fn pods_are_warned_about() {
    let warned = |spec: &str| {
        let pod = crate::apimachinery::Value::from_json(&pod(spec)).unwrap();
        crate::registry::validation::warnings::pod(&pod, "")
    };
    let containers = r#""containers":[{"name":"a","ports":[{"containerPort":80}]},{"name":"b","ports":[{"containerPort":80,"hostPort":80}],"env":[{"name":"A","value":"1"},{"name":"A","value":"$(A)"}]}]"#;
    assert_eq!(
        warned(&format!(
            r#"{containers},"hostAliases":[{{"ip":"1.1.1.1"}},{{"ip":"1.1.1.1"}}],"imagePullSecrets":[{{}}],
            "volumes":[{{"name":"v","gitRepo":{{"repository":"r"}}}}],
            "topologySpreadConstraints":[{{"topologyKey":"failure-domain.beta.kubernetes.io/zone"}}]"#
        )),
        [
            "spec.topologySpreadConstraints[0].topologyKey: failure-domain.beta.kubernetes.io/zone is deprecated since v1.17; use \"topology.kubernetes.io/zone\" instead",
            "spec.topologySpreadConstraints[0].labelSelector: a null labelSelector results in matching no pod",
            "spec.volumes[0].gitRepo: deprecated in v1.11, and disabled by default in v1.33+",
            "spec.hostAliases[1].ip: duplicate ip \"1.1.1.1\"",
            "spec.imagePullSecrets[0].name: invalid empty name \"\"",
            "spec.containers[1].env[1]: hides previous definition of \"A\", which may be dropped when using apply",
            "spec.containers[1].ports[0]: overlapping port definition with spec.containers[0].ports[0]",
        ]
    );
}

/// As `WarningsOnUpdate` of the workloads: nothing about the name, nothing where the spec stays.
#[test]
fn warnings_come_again_only_with_changes() {
    use crate::registry::validation::warnings;
    let of = |replicas: i64| {
        let json = format!(
            r#"{{"metadata":{{"name":"a.b"}},"spec":{{"replicas":{replicas},"template":{{"spec":{{"imagePullSecrets":[{{}}]}}}}}}}}"#
        );
        crate::apimachinery::Value::from_json(&json).unwrap()
    };
    let (old, new) = (of(1), of(2));
    let spec = "spec.template.spec.imagePullSecrets[0].name: invalid empty name \"\"";
    assert_eq!(warnings::again(warnings::workload(&new), &new, None).len(), 2);
    assert_eq!(warnings::again(warnings::workload(&new), &new, Some(&old)), [spec]);
    assert!(warnings::again(warnings::workload(&old), &old, Some(&old)).is_empty());
}
