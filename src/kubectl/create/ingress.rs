//! `kubectl create ingress`.

use super::one;
use crate::action;
use crate::apimachinery::Value;
use crate::cli::command::Command;
use crate::cli::errors::{Error, Result};
use crate::cli::factory::Factory;
use crate::cli::flag_sets;
use crate::cli::flags::Flag;
use crate::{list, object};

pub const COMMAND: Command = Command::new("ingress", "Create an ingress with the specified name", action!(run))
    .aliases(&["ing"])
    .usage("NAME --rule=host/path=service:port[,tls[=secret]]  [options]")
    .examples("# Send foo.com/bar to service svc1\nkubectl create ingress simple --rule=\"foo.com/bar=svc1:8080,tls=my-cert\"\n\n# Send what no rule takes to a service\nkubectl create ingress catch-all --class=otheringress --default-backend=defaultsvc:http")
    .flags(&[
        &[
            Flag::array("annotation", "Annotations, key=value; may be given again."),
            Flag::str("class", "", "The class of the ingress."),
            Flag::str("default-backend", "", "Where all else goes, service:port."),
            Flag::array("rule", "host/path=service:port[,tls=secretname]; may be given again."),
        ],
        flag_sets::PRINT,
        flag_sets::DRY_RUN,
        flag_sets::VALIDATE,
        flag_sets::SAVE_CONFIG,
        super::FIELD_MANAGER,
    ]);

/// One `--rule`.
struct Rule {
    host: String,
    path: String,
    backend: Value,
    /// The secret, "" for TLS without one.
    tls: Option<String>,
}

async fn run(f: &Factory) -> Result {
    let name = one::name(f)?;
    let (rules, default) = (f.flags.list("rule"), f.flags.str("default-backend"));
    if rules.is_empty() && default.is_empty() {
        return Err("not enough information provided: every ingress has to either specify a default-backend (which \
                    catches all traffic) or a list of rules (which catch specific paths)"
            .into());
    }
    let rules = rules.iter().map(|r| parse_rule(r)).collect::<Result<Vec<Rule>>>()?;
    let mut metadata = object! { "name" => name };
    for annotation in f.flags.list("annotation") {
        let Some((key, value)) = annotation.split_once('=') else {
            return Err(format!("annotation {annotation} is invalid and should be in format key=[value]").into());
        };
        metadata.set_in(&["annotations", key], value);
    }
    let mut spec = Value::object();
    if !default.is_empty() {
        let Some((service, port)) = default.split_once(':').filter(|(_, port)| !port.contains(':')) else {
            return Err("default-backend should be in format servicename:serviceport".into());
        };
        spec.set("defaultBackend", backend(service, port));
    }
    if !f.flags.str("class").is_empty() {
        spec.set("ingressClassName", f.flags.str("class"));
    }
    let tls = tls(&rules);
    if !tls.is_empty() {
        spec.set("tls", tls);
    }
    if !rules.is_empty() {
        spec.set("rules", by_host(rules));
    }
    let ingress = object! {
        "apiVersion" => "networking.k8s.io/v1", "kind" => "Ingress", "metadata" => metadata, "spec" => spec,
        "status" => object! { "loadBalancer" => object! {} },
    };
    one::create(f, ingress, "ingress").await
}

fn backend(service: &str, port: &str) -> Value {
    let port = match port.parse::<i64>() {
        Ok(number) => object! { "number" => number },
        Err(_) => object! { "name" => port },
    };
    object! { "service" => object! { "name" => service, "port" => port } }
}

/// `host/path=service:port[,tls[=secret]]`. Models `ruleRegex`, which says nothing of what comes last, and how the
/// text is then cut.
fn parse_rule(text: &str) -> Result<Rule> {
    let wrong = || {
        Error::Msg(format!("rule {text} is invalid and should be in format host/path=svcname:svcport[,tls[=secret]]"))
    };
    let (host, rest) = text.split_once('/').ok_or_else(wrong)?;
    let is_host = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'.' | b'*' | b'_');
    if !host.bytes().all(is_host) || !rest.match_indices('=').any(|(at, _)| starts_with_service(rest, at + 1)) {
        return Err(wrong());
    }
    let mut parts = text.split(',');
    let target = parts.next().unwrap_or("").split_once('/').map_or("", |(_, path)| path);
    let tls = match (parts.next(), parts.next()) {
        (Some(tls), None) => Some(tls.split('=').nth(1).unwrap_or("").to_owned()),
        _ => None,
    };
    let mut parts = target.split('=');
    let path = parts.next().unwrap_or("");
    let (service, port) = parts.next().and_then(|s| s.split_once(':')).ok_or_else(wrong)?;
    let port = port.split(':').next().unwrap_or("");
    Ok(Rule { host: host.to_owned(), path: format!("/{path}"), backend: backend(service, port), tls })
}

/// True where `name:port` begins at a place of the text.
fn starts_with_service(text: &str, at: usize) -> bool {
    let is_word = |c: char| c.is_ascii_alphanumeric() || c == '-' || c == '_';
    let rest = text.get(at..).unwrap_or("");
    let after = rest.trim_start_matches(is_word);
    after.len() < rest.len() && after.strip_prefix(':').is_some_and(|port| port.starts_with(is_word))
}

/// Paths of one host come together.
fn by_host(rules: Vec<Rule>) -> Value {
    let mut hosts: Vec<(String, Vec<Value>)> = Vec::new();
    for rule in rules {
        let (path, kind) = match rule.path.strip_suffix('*') {
            Some(prefix) => (prefix.to_owned(), "Prefix"),
            None => (rule.path, "Exact"),
        };
        let path = object! { "path" => path, "pathType" => kind, "backend" => rule.backend };
        match hosts.iter_mut().find(|(host, _)| *host == rule.host) {
            Some((_, paths)) => paths.push(path),
            None => hosts.push((rule.host, vec![path])),
        }
    }
    let one = |(host, paths): (String, Vec<Value>)| {
        let mut rule = object! { "http" => object! { "paths" => paths } };
        if !host.is_empty() {
            rule.set("host", host);
        }
        rule
    };
    hosts.into_iter().map(one).collect()
}

/// Hosts of one secret come together; a host counts once.
fn tls(rules: &[Rule]) -> Value {
    let (mut seen, mut all): (Vec<&str>, Vec<Value>) = (Vec::new(), Vec::new());
    for rule in rules {
        let Some(secret) = &rule.tls else { continue };
        if seen.contains(&rule.host.as_str()) {
            continue;
        }
        seen.push(&rule.host);
        if let Some(known) = all.iter_mut().find(|t| t["secretName"].str() == secret) {
            known.map_mut().entry("hosts").list_mut().push(rule.host.as_str().into());
            continue;
        }
        let mut entry = Value::object();
        if !rule.host.is_empty() {
            entry.set("hosts", list![rule.host.as_str()]);
        }
        if !secret.is_empty() {
            entry.set("secretName", secret.as_str());
        }
        if !entry.is_empty() {
            all.push(entry);
        }
    }
    all.into()
}
