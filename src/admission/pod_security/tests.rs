//! The words of refusals and warnings, as the documentation of Pod Security Standards and upstream's tests have them.

use super::super::Operation;
use super::super::tests::{POD, run_warned, stored_with, v};

const LABELS: &str = r#"{"metadata":{"name":"default","labels":{"pod-security.kubernetes.io/MODE":"LEVEL"}},"status":{"phase":"Active"}}"#;

fn in_namespace(mode: &str, level: &str, pod: &str) -> (Result<(), String>, Vec<String>) {
    let namespace = v(&LABELS.replace("MODE", mode).replace("LEVEL", level));
    let (result, warnings) = run_warned(&stored_with(namespace), Operation::Create, "pods", "default", pod);
    (result.map(|_| ()), warnings)
}

fn refused(level: &str, pod: &str) -> String {
    in_namespace("enforce", level, pod).0.unwrap_err()
}

#[test]
fn a_plain_pod_breaks_four_rules_of_the_restricted_level() {
    let why = r#"allowPrivilegeEscalation != false (container "a" must set securityContext.allowPrivilegeEscalation=false), unrestricted capabilities (container "a" must set securityContext.capabilities.drop=["ALL"]), runAsNonRoot != true (pod or container "a" must set securityContext.runAsNonRoot=true), seccompProfile (pod or container "a" must set securityContext.seccompProfile.type to "RuntimeDefault" or "Localhost")"#;
    assert_eq!(
        refused("restricted", POD),
        format!(r#"pods "x" is forbidden: violates PodSecurity "restricted:latest": {why}"#)
    );
    let (result, warnings) = in_namespace("warn", "restricted", POD);
    assert_eq!(result, Ok(()));
    assert_eq!(warnings, [format!(r#"would violate PodSecurity "restricted:latest": {why}"#)]);
    assert_eq!(in_namespace("enforce", "baseline", POD).0, Ok(()));
}

#[test]
fn the_baseline_forbids_what_reaches_the_host() {
    let pod = r#"{"metadata":{"name":"x"},"spec":{"hostNetwork":true,"hostPID":true,
        "volumes":[{"name":"h","hostPath":{"path":"/"}}],
        "containers":[{"name":"a","ports":[{"containerPort":80,"hostPort":80}],"securityContext":{"privileged":true,
        "capabilities":{"add":["SYS_ADMIN","NET_ADMIN","CHOWN"]}}}]}}"#;
    let start = r#"pods "x" is forbidden: violates PodSecurity "baseline:latest": "#;
    let why = r#"non-default capabilities (container "a" must not include "NET_ADMIN", "SYS_ADMIN" in securityContext.capabilities.add), host namespaces (hostNetwork=true, hostPID=true), hostPath volumes (volume "h"), hostPort (container "a" uses hostPort 80), privileged (container "a" must not set securityContext.privileged=true)"#;
    assert_eq!(refused("baseline", pod), format!("{start}{why}"));
}

#[test]
fn labels_of_a_namespace_are_checked() {
    let namespace = LABELS.replace("MODE", "enforce").replace("LEVEL", "strict");
    let result = run_warned(&stored_with(v("{}")), Operation::Create, "namespaces", "", &namespace).0;
    let why = r#"Namespace "default" is invalid: metadata.labels[pod-security.kubernetes.io/enforce]: Invalid value: "strict": must be one of privileged, baseline, restricted"#;
    assert_eq!(result.unwrap_err(), why);
}
