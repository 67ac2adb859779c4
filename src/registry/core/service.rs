//! Services. Models `pkg/registry/core/service/strategy.go`; addresses are given out by the store.

use crate::apimachinery::field::ErrorList;
use crate::apimachinery::labels::format_labels;
use crate::apimachinery::{Map, Time, Value};
use crate::object;
use crate::registry::printing::{self, AGE, NAME, text, wide};
use crate::registry::strategy::{Column, Strategy};
use crate::registry::{common, validation};

/// The strategy of services.
pub struct Service;

const COLUMNS: [Column; 7] =
    [NAME, text("Type"), text("Cluster-IP"), text("External-IP"), text("Port(s)"), AGE, wide("Selector")];

impl Strategy for Service {
    fn prepare_for_create(&self, service: &mut Value) {
        common::reset_status(service, object! { "loadBalancer" => Value::object() });
        drop_unused(service, &Value::Null);
    }

    fn validate(&self, service: &Value) -> ErrorList {
        validation::service::validate(service)
    }

    fn prepare_for_update(&self, new: &mut Value, old: &Value) {
        common::keep_status(new, old);
        drop_unused(new, old);
    }

    fn validate_update(&self, new: &Value, old: &Value) -> ErrorList {
        validation::service::validate_update(new, old)
    }

    fn selectable_fields(&self, service: &Value) -> Vec<(&'static str, String)> {
        let text = |field: &str| service["spec"][field].str().to_owned();
        vec![("spec.clusterIP", text("clusterIP")), ("spec.type", text("type"))]
    }

    fn columns(&self) -> Option<&'static [Column]> {
        Some(&COLUMNS)
    }

    fn cells(&self, service: &Value, now: Time) -> Vec<Value> {
        let spec = &service["spec"];
        vec![
            printing::name(service),
            spec["type"].clone(),
            printing::or_none(&spec["clusterIPs"][0]),
            external_ip(service).into(),
            ports(spec["ports"].items()).into(),
            printing::age(service, now),
            format_labels(&spec["selector"]).into(),
        ]
    }
}

/// A change of type leaves nothing behind that the new type has no use for. Models `dropTypeDependentFields`.
fn drop_unused(new: &mut Value, old: &Value) {
    let kind = new.at("spec.type").str().to_owned();
    if old.is_null() || old.at("spec.type").str() == kind {
        return;
    }
    let before = &old["spec"];
    let same = |spec: &Map, field: &str| spec.get(field).is_some_and(|v| v == &before[field]);
    let spec: &mut Map = new.path_mut(&["spec"]).map_mut();
    let exposed = matches!(kind.as_str(), "NodePort" | "LoadBalancer");
    let mut useless: Vec<&str> = Vec::new();
    if kind == "ExternalName" {
        useless.extend(["clusterIP", "clusterIPs", "ipFamilies", "ipFamilyPolicy", "internalTrafficPolicy"]);
    }
    if !exposed {
        useless.extend(["externalTrafficPolicy", "healthCheckNodePort"]);
    }
    if kind != "LoadBalancer" {
        useless.extend(["allocateLoadBalancerNodePorts", "loadBalancerClass"]);
    }
    for field in useless {
        if same(spec, field) {
            spec.remove(field);
        }
    }
    if !exposed && spec.get("ports").is_some_and(|p| *p == before["ports"]) {
        for port in spec.entry("ports").list_mut() {
            port.remove("nodePort");
        }
    }
}

/// Where the service is reached from outside. Models `getServiceExternalIP`.
fn external_ip(service: &Value) -> String {
    let spec = &service["spec"];
    let given: Vec<&str> = spec["externalIPs"].items().iter().map(Value::str).collect();
    let none = |list: Vec<&str>| if list.is_empty() { "<none>".to_owned() } else { list.join(",") };
    match spec["type"].str() {
        "ClusterIP" | "NodePort" => none(given),
        "LoadBalancer" => {
            let ingress = service.at("status.loadBalancer.ingress").items();
            let balanced = ingress.iter().map(|i| if i["ip"].is_null() { i["hostname"].str() } else { i["ip"].str() });
            let all: Vec<&str> = balanced.chain(given.iter().copied()).collect();
            if all.is_empty() { "<pending>".to_owned() } else { all.join(",") }
        }
        "ExternalName" => spec["externalName"].str().to_owned(),
        _ => "<unknown>".to_owned(),
    }
}

fn ports(ports: &[Value]) -> String {
    let one = |p: &Value| match p["nodePort"].int() {
        0 => format!("{}/{}", p["port"].int(), p["protocol"].str()),
        node => format!("{}:{node}/{}", p["port"].int(), p["protocol"].str()),
    };
    if ports.is_empty() { "<none>".to_owned() } else { ports.iter().map(one).collect::<Vec<_>>().join(",") }
}
