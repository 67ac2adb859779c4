//! What the server fills in. Models `pkg/apis/*/v1/defaults.go`.

pub mod image;
mod misc;
mod pod;
mod service;
mod workloads;

use crate::apimachinery::{Map, Value};

/// Fills in the defaults of an object of this group and kind, in place. Doing it again changes nothing.
pub fn apply(group: &str, kind: &str, object: &mut Value) {
    match (group, kind) {
        ("", "Pod") => pod::pod(object),
        ("", "PodTemplate") => pod::template(object),
        ("", "Service") => service::service(object),
        ("", "Endpoints") => service::endpoints(object),
        ("discovery.k8s.io", "EndpointSlice") => service::endpoint_slice(object),
        ("", "ReplicationController") => workloads::replication_controller(object),
        ("apps", "Deployment") => workloads::deployment(object),
        ("apps", "ReplicaSet") => workloads::replica_set(object),
        ("apps", "DaemonSet") => workloads::daemon_set(object),
        ("apps", "StatefulSet") => workloads::stateful_set(object),
        ("batch", "Job") => workloads::job(object),
        ("batch", "CronJob") => workloads::cron_job(object),
        _ => misc::apply(group, kind, object),
    }
}

/// Sets a field of a map only where it is missing.
fn fill(map: &mut Map, key: &str, value: impl Into<Value>) {
    if map.get(key).is_none_or(Value::is_null) {
        map.insert(key, value);
    }
}

/// Does something to every item of a list of maps, where there is one.
fn each(map: &mut Map, key: &str, f: impl Fn(&mut Map)) {
    if map.get(key).is_some_and(|v| !v.items().is_empty()) {
        for item in map.entry(key).list_mut() {
            f(item.map_mut());
        }
    }
}

/// Does something to a field that is a map, where there is one.
fn within(map: &mut Map, key: &str, f: impl FnOnce(&mut Map)) {
    if map.get(key).is_some_and(|v| v.as_map().is_some()) {
        f(map.entry(key).map_mut());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pod_is_filled_in_as_in_the_transcripts() {
        let json = r#"{"spec":{"containers":[{"name":"a","image":"nginx","ports":[{"containerPort":80}]}]}}"#;
        let mut pod = Value::from_json(json).unwrap();
        apply("", "Pod", &mut pod);
        let want = r#"{"spec":{"containers":[{"image":"nginx","imagePullPolicy":"Always","name":"a","ports":[{"containerPort":80,"protocol":"TCP"}],"resources":{},"terminationMessagePath":"/dev/termination-log","terminationMessagePolicy":"File"}],"dnsPolicy":"ClusterFirst","enableServiceLinks":true,"restartPolicy":"Always","schedulerName":"default-scheduler","securityContext":{},"terminationGracePeriodSeconds":30}}"#;
        assert_eq!(pod.to_string(), want);
        let once = pod.clone();
        apply("", "Pod", &mut pod);
        assert_eq!(pod, once);
    }

    #[test]
    fn a_template_is_no_pod() {
        let json = r#"{"spec":{"template":{"spec":{"containers":[{"name":"a","image":"x:1"}]}}}}"#;
        let mut d = Value::from_json(json).unwrap();
        apply("apps", "Deployment", &mut d);
        assert!(d.at("spec.template.spec.enableServiceLinks").is_null());
        assert_eq!(d.at("spec.template.metadata"), &Value::object());
        assert_eq!(d.at("spec.strategy.rollingUpdate.maxSurge").str(), "25%");
        assert_eq!(d.at("spec.template.spec.containers")[0]["imagePullPolicy"].str(), "IfNotPresent");
    }
}
