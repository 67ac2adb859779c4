//! One mistake each, against the words of upstream's `pkg/apis/*/validation/validation.go`.

use crate::registry::tests::{check, pod};

fn container(fields: &str) -> String {
    pod(&format!(r#""containers":[{{"name":"c","image":"n"{fields}}}]"#))
}

fn with_volume(source: &str) -> String {
    pod(&format!(r#""containers":[{{"name":"c","image":"n"}}],"volumes":[{{"name":"v",{source}}}]"#))
}

fn spec(fields: &str) -> String {
    pod(&format!(r#""containers":[{{"name":"c","image":"n"}}],{fields}"#))
}

fn each(cases: &[(String, &[&str])]) {
    for (object, want) in cases {
        assert_eq!(check(object), *want, "{object}");
    }
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

fn object(api: &str, kind: &str, rest: &str) -> String {
    format!(r#"{{"apiVersion":"{api}","kind":"{kind}","metadata":{{"name":"x"}},{rest}}}"#)
}

fn service(spec: &str) -> String {
    object("v1", "Service", &format!(r#""spec":{{"clusterIP":"10.96.0.9","clusterIPs":["10.96.0.9"],{spec}}}"#))
}

#[test]
fn services_and_endpoints() {
    each(&[
        (
            service(r#""ports":[{"port":80}],"loadBalancerSourceRanges":["1.2.3.4/8"]"#),
            &["spec.LoadBalancerSourceRanges: Forbidden: may only be used when `type` is 'LoadBalancer'"],
        ),
        (
            service(
                r#""ports":[{"port":80}],"sessionAffinity":"ClientIP","sessionAffinityConfig":{"clientIP":{"timeoutSeconds":100000}}"#,
            ),
            &[
                "spec.sessionAffinityConfig.clientIP.timeoutSeconds: Invalid value: 100000: must be greater than 0 and less than 86400",
            ],
        ),
        (
            service(r#""ports":[{"port":80}],"externalIPs":["127.0.0.1"]"#),
            &[
                r#"spec.externalIPs[0]: Invalid value: "127.0.0.1": may not be in the loopback range (127.0.0.0/8, ::1/128)"#,
            ],
        ),
        (
            service(r#""ports":[{"port":80}],"ipFamilyPolicy":"Two""#),
            &[
                r#"spec.ipFamilyPolicy: Unsupported value: "Two": supported values: "PreferDualStack", "RequireDualStack", "SingleStack""#,
            ],
        ),
        (
            service(r#""ports":[{"port":80}],"loadBalancerClass":"a.b/c","allocateLoadBalancerNodePorts":true"#),
            &[
                "spec.allocateLoadBalancerNodePorts: Forbidden: may only be used when `type` is 'LoadBalancer'",
                "spec.loadBalancerClass: Forbidden: may only be used when `type` is 'LoadBalancer'",
            ],
        ),
        (
            object(
                "v1",
                "Endpoints",
                r#""subsets":[{"ports":[{"port":1},{"port":2}]},{"addresses":[{"ip":"169.254.1.1"}]}]"#,
            ),
            &[
                "subsets[0]: Required value: must specify `addresses` or `notReadyAddresses`",
                "subsets[0].ports[0].name: Required value",
                "subsets[0].ports[1].name: Required value",
                r#"subsets[1].addresses[0].ip: Invalid value: "169.254.1.1": may not be in the link-local range (169.254.0.0/16, fe80::/10)"#,
            ],
        ),
        (
            object("discovery.k8s.io/v1", "EndpointSlice", r#""addressType":"IPv5","endpoints":[{"addresses":[]}]"#),
            &[
                r#"addressType: Unsupported value: "IPv5": supported values: "FQDN", "IPv4", "IPv6""#,
                "endpoints[0].addresses: Required value: must contain at least 1 address",
            ],
        ),
    ]);
}

#[test]
fn config_maps_and_secrets() {
    each(&[
        (
            object("v1", "ConfigMap", r#""data":{"a":"1"},"binaryData":{"a":"MQ=="}"#),
            &[r#"data[a]: Invalid value: "a": duplicate of key present in binaryData"#],
        ),
        (
            object("v1", "Secret", r#""type":"kubernetes.io/basic-auth""#),
            &["data[username]: Required value", "data[password]: Required value"],
        ),
        (
            object(
                "v1",
                "Secret",
                r#""type":"kubernetes.io/dockerconfigjson","data":{".dockerconfigjson":"e2JhZA=="}"#,
            ),
            &[
                r#"data[.dockerconfigjson]: Invalid value: "<secret contents redacted>": invalid character 'b' looking for beginning of object key string"#,
            ],
        ),
    ]);
}

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

#[test]
fn ingresses_and_policies() {
    let ingress = |spec: &str| object("networking.k8s.io/v1", "Ingress", &format!(r#""spec":{{{spec}}}"#));
    let policy = |spec: &str| {
        object("networking.k8s.io/v1", "NetworkPolicy", &format!(r#""spec":{{"podSelector":{{}},{spec}}}"#))
    };
    each(&[
        (
            ingress(r#""rules":[{"host":"1.2.3.4"}]"#),
            &[r#"spec.rules[0].host: Invalid value: "1.2.3.4": must be a DNS name, not an IP address"#],
        ),
        (
            ingress(r#""defaultBackend":{"service":{"name":"s"}}"#),
            &["spec.defaultBackend: Required value: port name or number is required"],
        ),
        (
            ingress(r#""defaultBackend":{}"#),
            &[r#"spec.defaultBackend: Invalid value: "": resource or service backend is required"#],
        ),
        (
            ingress(
                r#""rules":[{"http":{"paths":[{"path":"/a/..","pathType":"Prefix","backend":{"service":{"name":"s","port":{"name":"a","number":1}}}}]}}]"#,
            ),
            &[
                r#"spec.rules[0].http.paths[0].path: Invalid value: "/a/..": cannot end with '/..'"#,
                r#"spec.rules[0].http.paths[0].backend: Invalid value: "": cannot set both port name & port number"#,
            ],
        ),
        (
            object("networking.k8s.io/v1", "IngressClass", r#""spec":{"controller":"foo"}"#),
            &[r#"spec.controller: Invalid value: "foo": must be a domain-prefixed path (such as "acme.io/foo")"#],
        ),
        (
            policy(
                r#""ingress":[{"ports":[{"port":80,"endPort":70},{"port":"http","endPort":1}],"from":[{"ipBlock":{"cidr":"10.0.0.0/8","except":["11.0.0.0/9"]}}]}]"#,
            ),
            &[
                "spec.ingress[0].ports[0].endPort: Invalid value: 80: must be greater than or equal to `port`",
                "spec.ingress[0].ports[1].endPort: Invalid value: 1: may not be specified when `port` is non-numeric",
                r#"spec.ingress[0].from[0].ipBlock.except[0]: Invalid value: "11.0.0.0/9": must be a strict subset of `cidr`"#,
            ],
        ),
        (
            policy(r#""policyTypes":["Ingress","Both"]"#),
            &[r#"spec.policyTypes[1]: Unsupported value: "Both": supported values: "Ingress", "Egress""#],
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

#[test]
fn pods_are_warned_about() {
    let warned = |spec: &str| {
        let pod = crate::apimachinery::Value::from_json(&pod(spec)).unwrap();
        super::warnings::pod(&pod, "")
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

/// Objects with nearly everything that their kinds can have: nothing is wrong with them.
#[test]
fn complete_objects_are_accepted() {
    for text in include_str!("testdata/complete.yaml").split("\n---\n") {
        let object = crate::apimachinery::yaml::from_str(text).unwrap();
        assert_eq!(check(&object.to_string()), [""; 0], "{text}");
    }
}
