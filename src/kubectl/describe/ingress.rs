//! `describe ingress`.

use super::common::{annotations, labels};
use super::describer::Describer;
use super::service;
use super::writer::{Writer, joined};
use crate::apimachinery::{Object, Value};
use crate::cli::errors::Result;
use std::collections::BTreeSet;

pub async fn describe(d: &Describer<'_>, ingress: &Value, w: &mut Writer) -> Result {
    let spec = &ingress["spec"];
    let default = match &spec["defaultBackend"] {
        Value::Null => "<default>".to_owned(),
        some => backend(d, ingress.namespace(), some).await,
    };
    w.field(0, "Name", ingress.name());
    labels(w, "Labels", ingress.labels());
    w.field(0, "Namespace", ingress.namespace());
    w.field(0, "Address", addresses(ingress));
    w.field_or(0, "Ingress Class", &spec["ingressClassName"], "<none>");
    w.field(0, "Default backend", &default);
    tls(w, &spec["tls"]);
    w.write(0, "Rules:\n");
    w.row(1, &["Host", "Path", "Backends"]);
    w.row(1, &["----", "----", "--------"]);
    let mut rules = spec["rules"].items().iter().filter(|r| !r["http"].is_null()).peekable();
    if rules.peek().is_none() {
        w.row(1, &["*", "*", &default]);
    }
    for rule in rules {
        let host = if rule["host"].str().is_empty() { "*" } else { rule["host"].str() };
        w.row(1, &[host, ""]);
        for path in rule.at("http.paths").items() {
            let to = backend(d, ingress.namespace(), &path["backend"]).await;
            w.row(2, &["", &format!("{} ", path["path"].str()), &to]);
        }
    }
    annotations(w, "Annotations", ingress.annotations());
    Ok(())
}

fn addresses(ingress: &Value) -> String {
    let address =
        |i: &Value| if i["ip"].str().is_empty() { i["hostname"].str().to_owned() } else { i["ip"].str().to_owned() };
    let all: BTreeSet<String> = ingress.at("status.loadBalancer.ingress").items().iter().map(address).collect();
    all.into_iter().filter(|a| !a.is_empty()).collect::<Vec<_>>().join(",")
}

fn tls(w: &mut Writer, list: &Value) {
    if list.items().is_empty() {
        return;
    }
    w.write(0, "TLS:\n");
    for t in list.items() {
        let hosts = joined(&t["hosts"], ",");
        match t["secretName"].str() {
            "" => w.write(1, format!("SNI routes {hosts}\n")),
            secret => w.write(1, format!("{secret} terminates {hosts}\n")),
        }
    }
}

/// `web:80 (10.244.0.2:8080)`. Models `describeBackendV1`.
async fn backend(d: &Describer<'_>, namespace: &str, backend: &Value) -> String {
    let to = &backend["service"];
    if to.is_null() {
        let resource = &backend["resource"];
        if resource.is_null() {
            return String::new();
        }
        let group = if resource["apiGroup"].is_null() { "<none>" } else { resource["apiGroup"].str() };
        return format!("APIGroup: {group}, Kind: {}, Name: {}", resource["kind"].str(), resource["name"].str());
    }
    let (name, port) = (to["name"].str(), &to["port"]);
    let number = port["number"].int();
    let text = match number {
        0 => format!("{name}:{}", port["name"].str()),
        number => format!("{name}:{number}"),
    };
    let found = async {
        let slices = service::slices(d, namespace, name).await?;
        let target = d.get(format!("/api/v1/namespaces/{namespace}/services/{name}")).await?;
        Ok::<_, crate::cli::errors::Error>((slices, target))
    };
    match found.await {
        Err(e) => format!("{text} (<error: {}>)", e.text()),
        Ok((slices, target)) => {
            let fits = |p: &&Value| {
                (number != 0 && p["port"].int() == number)
                    || (!port["name"].str().is_empty() && p["name"] == port["name"])
            };
            let port_name = target.at("spec.ports").items().iter().rfind(fits).map_or("", |p| p["name"].str());
            format!("{text} ({})", service::endpoints(&slices, port_name))
        }
    }
}
