//! Pods and pod templates.

use super::{each, fill, image, within};
use crate::apimachinery::{Map, Value};
use crate::object;

/// A pod: what a template gets, and what only pods get.
pub fn pod(object: &mut Value) {
    let spec = object.map_mut().entry("spec").map_mut();
    for key in ["containers", "initContainers"] {
        each(spec, key, requests_from_limits);
    }
    fill(spec, "enableServiceLinks", true);
    pod_spec(spec);
}

/// The pod template of a workload, in the field `template` of `spec`.
pub fn in_spec(spec: &mut Map) {
    within(spec, "template", |template| {
        fill(template, "metadata", Value::object());
        pod_spec(template.entry("spec").map_mut());
    });
}

/// The kind `PodTemplate`.
pub fn template(object: &mut Value) {
    in_spec(object.map_mut());
}

/// Limits without a request are requests too.
fn requests_from_limits(container: &mut Map) {
    let limits = container.get("resources").map_or(Value::Null, |r| r["limits"].clone());
    if limits.fields().next().is_none() {
        return;
    }
    let requests = container.entry("resources").map_mut().entry("requests").map_mut();
    for (name, amount) in limits.fields() {
        fill(requests, name, amount.clone());
    }
}

fn pod_spec(spec: &mut Map) {
    for (key, value) in
        [("dnsPolicy", "ClusterFirst"), ("restartPolicy", "Always"), ("schedulerName", "default-scheduler")]
    {
        fill(spec, key, value);
    }
    fill(spec, "securityContext", Value::object());
    fill(spec, "terminationGracePeriodSeconds", 30);
    let host_network = spec.get("hostNetwork").is_some_and(Value::bool);
    for key in ["containers", "initContainers"] {
        each(spec, key, |c| container(c, host_network));
    }
    each(spec, "ephemeralContainers", |c| container(c, false));
    each(spec, "volumes", volume);
    // The old name of the field is written beside the new one.
    if let Some(account) = spec.get("serviceAccountName").cloned() {
        spec.insert("serviceAccount", account);
    } else if let Some(account) = spec.get("serviceAccount").cloned() {
        spec.insert("serviceAccountName", account);
    }
}

fn container(container: &mut Map, host_network: bool) {
    let policy = image::pull_policy(container.get("image").map_or("", Value::str));
    fill(container, "imagePullPolicy", policy);
    fill(container, "resources", Value::object());
    fill(container, "terminationMessagePath", "/dev/termination-log");
    fill(container, "terminationMessagePolicy", "File");
    each(container, "ports", |port| {
        fill(port, "protocol", "TCP");
        if host_network {
            let number = port.get("containerPort").cloned().unwrap_or_default();
            fill(port, "hostPort", number);
        }
    });
    for name in ["livenessProbe", "readinessProbe", "startupProbe"] {
        within(container, name, probe);
    }
    within(container, "lifecycle", |lifecycle| {
        for name in ["postStart", "preStop"] {
            within(lifecycle, name, |handler| within(handler, "httpGet", http_get));
        }
    });
    each(container, "env", |env| {
        within(env, "valueFrom", |from| {
            within(from, "fieldRef", |r| fill(r, "apiVersion", "v1"));
            within(from, "resourceFieldRef", |r| fill(r, "divisor", "0"));
        });
    });
}

fn probe(probe: &mut Map) {
    for (key, value) in [("timeoutSeconds", 1), ("periodSeconds", 10), ("successThreshold", 1), ("failureThreshold", 3)]
    {
        fill(probe, key, value);
    }
    within(probe, "httpGet", http_get);
    within(probe, "grpc", |grpc| fill(grpc, "service", ""));
}

fn http_get(get: &mut Map) {
    fill(get, "path", "/");
    fill(get, "scheme", "HTTP");
}

fn volume(volume: &mut Map) {
    if volume.len() == 1 && volume.contains_key("name") {
        volume.insert("emptyDir", Value::object());
    }
    within(volume, "hostPath", |v| fill(v, "type", ""));
    for (key, mode) in [("secret", 420), ("configMap", 420), ("downwardAPI", 420), ("projected", 420)] {
        within(volume, key, |v| fill(v, "defaultMode", mode));
    }
    within(volume, "downwardAPI", downward_items);
    within(volume, "projected", |v| {
        each(v, "sources", |source| {
            within(source, "serviceAccountToken", |t| fill(t, "expirationSeconds", 3600));
            within(source, "downwardAPI", downward_items);
        });
    });
    within(volume, "image", |v| {
        let policy = image::pull_policy(v.get("reference").map_or("", Value::str));
        fill(v, "pullPolicy", policy);
    });
    within(volume, "ephemeral", |v| {
        within(v, "volumeClaimTemplate", |t| {
            within(t, "spec", |spec| fill(spec, "volumeMode", "Filesystem"));
        });
    });
    within(volume, "iscsi", |v| fill(v, "iscsiInterface", "default"));
    within(volume, "rbd", |v| {
        for (key, value) in [("pool", "rbd"), ("user", "admin"), ("keyring", "/etc/ceph/keyring")] {
            fill(v, key, value);
        }
    });
    within(volume, "azureDisk", |v| {
        for (key, value) in [("cachingMode", "ReadWrite"), ("kind", "Shared"), ("fsType", "ext4")] {
            fill(v, key, value);
        }
        fill(v, "readOnly", false);
    });
}

fn downward_items(v: &mut Map) {
    each(v, "items", |item| {
        within(item, "fieldRef", |r| fill(r, "apiVersion", "v1"));
        within(item, "resourceFieldRef", |r| fill(r, "divisor", "0"));
    });
}

/// A claim in a StatefulSet's `volumeClaimTemplates`.
pub fn claim_template(claim: &mut Map) {
    fill(claim, "apiVersion", "v1");
    fill(claim, "kind", "PersistentVolumeClaim");
    within(claim, "spec", |spec| {
        fill(spec, "volumeMode", "Filesystem");
        fill(spec, "resources", Value::object());
    });
    fill(claim, "status", object! { "phase" => "Pending" });
}
