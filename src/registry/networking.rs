//! Ingresses, network policies, addresses. Models `pkg/registry/networking`.

use crate::apimachinery::labels::format_label_selector;
use crate::apimachinery::{Object, Time, Value};
use crate::object;
use crate::registry::printing::{self, AGE, NAME, text};
use crate::registry::simple::Simple;
use crate::registry::validation::{metadata, network_policy, networking};

/// Ingresses.
pub static INGRESSES: Simple = Simple {
    generation: &["spec"],
    status: Some(|| object! { "loadBalancer" => Value::object() }),
    check: networking::ingress,
    warn: |o| {
        const OLD: &str = "kubernetes.io/ingress.class";
        let text = format!("annotation {OLD:?} is deprecated, please use 'spec.ingressClassName' instead");
        let is_old = o.annotation(OLD).is_some() && o["spec"]["ingressClassName"].is_null();
        is_old.then_some(text).into_iter().collect()
    },
    columns: &[NAME, text("Class"), text("Hosts"), text("Address"), text("Ports"), AGE],
    cells: ingress_cells,
    ..Simple::PLAIN
};

/// NetworkPolicies.
pub static POLICIES: Simple = Simple {
    generation: &["spec"],
    check: network_policy::network_policy,
    columns: &[NAME, text("Pod-Selector"), AGE],
    cells: |o, now| {
        let selector = format_label_selector(&o["spec"]["podSelector"]);
        vec![printing::name(o), selector.into(), printing::age(o, now)]
    },
    ..Simple::PLAIN
};

/// IngressClasses.
pub static INGRESS_CLASSES: Simple = Simple {
    check: networking::ingress_class,
    check_update: networking::ingress_class_update,
    generation: &["spec"],
    columns: &[NAME, text("Controller"), text("Parameters"), AGE],
    cells: |o, now| {
        let parameters = &o["spec"]["parameters"];
        let shown = match (parameters.is_null(), parameters["apiGroup"].str()) {
            (true, _) => "<none>".to_owned(),
            (false, "") => format!("{}/{}", parameters["kind"].str(), parameters["name"].str()),
            (false, group) => format!("{}.{group}/{}", parameters["kind"].str(), parameters["name"].str()),
        };
        vec![printing::name(o), o["spec"]["controller"].clone(), shown.into(), printing::age(o, now)]
    },
    ..Simple::CLUSTER
};

/// ServiceCIDRs.
pub static SERVICE_CIDRS: Simple = Simple {
    status: Some(Value::object),
    columns: &[NAME, text("CIDRs"), AGE],
    cells: |o, now| {
        let cidrs: Vec<&str> = o["spec"]["cidrs"].items().iter().map(Value::str).collect();
        vec![printing::name(o), cidrs.join(",").into(), printing::age(o, now)]
    },
    ..Simple::CLUSTER
};

/// IPAddresses.
pub static ADDRESSES: Simple = Simple {
    name: metadata::path_segment,
    columns: &[NAME, text("ParentRef")],
    cells: |o, _| {
        let parent = &o["spec"]["parentRef"];
        let parts = ["group", "resource", "namespace", "name"].map(|f| parent[f].str());
        let shown: Vec<&str> = parts.into_iter().filter(|p| !p.is_empty()).collect();
        vec![printing::name(o), shown.join("/").into()]
    },
    ..Simple::CLUSTER
};

fn ingress_cells(ingress: &Value, now: Time) -> Vec<Value> {
    let (spec, status) = (&ingress["spec"], &ingress["status"]);
    let mut addresses: Vec<&str> = Vec::new();
    for entry in status["loadBalancer"]["ingress"].items() {
        let address = if entry["ip"].is_null() { entry["hostname"].str() } else { entry["ip"].str() };
        addresses.push(address);
    }
    let ports = if spec["tls"].is_empty() { "80" } else { "80, 443" };
    vec![
        printing::name(ingress),
        printing::or_none(&spec["ingressClassName"]),
        hosts(spec["rules"].items()).into(),
        addresses.join(",").into(),
        ports.into(),
        printing::age(ingress, now),
    ]
}

/// The hosts of the rules, at most three; `*` where there are none.
fn hosts(rules: &[Value]) -> String {
    let all: Vec<&str> = rules.iter().map(|r| r["host"].str()).filter(|h| !h.is_empty()).collect();
    match all.len() {
        0 => "*".to_owned(),
        1..=3 => all.join(","),
        n => format!("{} + {} more...", all.get(..3).unwrap_or(&[]).join(","), n - 3),
    }
}
