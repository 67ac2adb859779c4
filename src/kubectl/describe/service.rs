//! `describe service`.

use super::common::{flat, head};
use super::describer::Describer;
use super::writer::{Writer, joined, plain};
use crate::apimachinery::{Object, Value};
use crate::cli::errors::Result;

const SERVICE_NAME: &str = "kubernetes.io/service-name";
/// Endpoints shown; more are counted.
const MAX_ENDPOINTS: usize = 3;

/// The endpoint slices of a service.
pub async fn slices(d: &Describer<'_>, namespace: &str, service: &str) -> Result<Vec<Value>> {
    let selector = format!("{SERVICE_NAME}={service}");
    d.list_in("/apis/discovery.k8s.io/v1", "endpointslices", namespace, &selector, "").await
}

pub async fn describe(d: &Describer<'_>, service: &Value, w: &mut Writer) -> Result {
    let slices = slices(d, service.namespace(), service.name()).await.unwrap_or_default();
    let spec = &service["spec"];
    head(w, service);
    w.field(0, "Selector", flat(&spec["selector"]));
    w.field(0, "Type", spec["type"].str());
    w.optional(0, "IP Family Policy", &spec["ipFamilyPolicy"]);
    list_or_none(w, "IP Families", &spec["ipFamilies"]);
    w.field(0, "IP", spec["clusterIP"].str());
    list_or_none(w, "IPs", &spec["clusterIPs"]);
    list(w, "External IPs", &spec["externalIPs"]);
    w.optional(0, "Desired LoadBalancer IP", &spec["loadBalancerIP"]);
    w.optional(0, "External Name", &spec["externalName"]);
    let ingress = service.at("status.loadBalancer.ingress").items();
    if !ingress.is_empty() {
        w.field(0, "LoadBalancer Ingress", ingress.iter().map(ingress_text).collect::<Vec<_>>().join(", "));
    }
    spec["ports"].items().iter().for_each(|port| describe_port(w, port, &slices));
    w.field(0, "Session Affinity", spec["sessionAffinity"].str());
    w.optional(0, "External Traffic Policy", &spec["externalTrafficPolicy"]);
    w.optional(0, "Internal Traffic Policy", &spec["internalTrafficPolicy"]);
    if spec["healthCheckNodePort"].int() != 0 {
        w.field(0, "HealthCheck NodePort", spec["healthCheckNodePort"].int());
    }
    list(w, "LoadBalancer Source Ranges", &spec["loadBalancerSourceRanges"]);
    w.optional(0, "Traffic Distribution", &spec["trafficDistribution"]);
    Ok(())
}

fn list(w: &mut Writer, title: &str, list: &Value) {
    if !list.items().is_empty() {
        w.field(0, title, joined(list, ","));
    }
}

fn list_or_none(w: &mut Writer, title: &str, list: &Value) {
    w.field(0, title, if list.items().is_empty() { "<none>".to_owned() } else { joined(list, ",") });
}

fn ingress_text(ingress: &Value) -> String {
    match (ingress["ip"].str(), ingress["ipMode"].as_str()) {
        ("", _) => ingress["hostname"].str().to_owned(),
        (ip, Some(mode)) => format!("{ip} ({mode})"),
        (ip, None) => ip.to_owned(),
    }
}

fn describe_port(w: &mut Writer, port: &Value, slices: &[Value]) {
    let name = match port["name"].str() {
        "" => "<unset>",
        name => name,
    };
    let protocol = port["protocol"].str();
    w.write(0, format!("Port:\t{name}\t{}/{protocol}\n", port["port"].int()));
    w.field(0, "TargetPort", format!("{}/{protocol}", plain(&port["targetPort"])));
    w.optional(0, "AppProtocol", &port["appProtocol"]);
    if port["nodePort"].int() != 0 {
        w.write(0, format!("NodePort:\t{name}\t{}/{protocol}\n", port["nodePort"].int()));
    }
    w.field(0, "Endpoints", endpoints(slices, port["name"].str()));
}

/// `10.244.0.2:80,10.244.1.3:80,… + 2 more...` for the port of this name. Models `formatEndpointSlices`.
pub fn endpoints(slices: &[Value], port_name: &str) -> String {
    if slices.is_empty() {
        return "<none>".to_owned();
    }
    let ready = |e: &&Value| e.at("conditions.ready").as_bool() != Some(false);
    let mut all: Vec<String> = Vec::new();
    for slice in slices {
        let addresses = || slice["endpoints"].items().iter().filter(ready).map(|e| e["addresses"][0].str());
        let ports = slice["ports"].items();
        if ports.is_empty() {
            // A headless service may have no ports.
            all.extend(addresses().map(str::to_owned));
        }
        for port in ports.iter().filter(|p| p["name"].str() == port_name) {
            let number = port["port"].int();
            let join = |a: &str| if a.contains(':') { format!("[{a}]:{number}") } else { format!("{a}:{number}") };
            all.extend(addresses().map(join));
        }
    }
    let shown = all.get(..MAX_ENDPOINTS.min(all.len())).unwrap_or(&[]).join(",");
    match all.len().checked_sub(MAX_ENDPOINTS) {
        Some(more) if more > 0 => format!("{shown} + {more} more..."),
        _ => shown,
    }
}
