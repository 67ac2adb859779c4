//! `kubectl create service clusterip|nodeport|loadbalancer|externalname`.

use super::one;
use crate::action;
use crate::apimachinery::{Value, names};
use crate::cli::command::{Action, Command};
use crate::cli::errors::{Error, Result};
use crate::cli::factory::Factory;
use crate::cli::flag_sets;
use crate::cli::flags::Flag;
use crate::object;

pub const COMMAND: Command = Command::new("service", "Create a service using a specified subcommand", Action::Group)
    .usage("[flags] [options]")
    .aliases(&["svc"])
    .subcommands(&[CLUSTER_IP, EXTERNAL_NAME, LOAD_BALANCER, NODE_PORT]);

const TCP: &[Flag] = &[Flag::slice("tcp", "Ports as <port>:<targetPort>.")];
const COMMON: [&[Flag]; 6] =
    [TCP, flag_sets::PRINT, flag_sets::DRY_RUN, flag_sets::VALIDATE, flag_sets::SAVE_CONFIG, super::FIELD_MANAGER];

const CLUSTER_IP: Command = Command::new("clusterip", "Create a ClusterIP service", action!(cluster_ip))
    .usage("NAME [--tcp=<port>:<targetPort>] [--dry-run=server|client|none] [options]")
    .examples("# Create a ClusterIP service\nkubectl create service clusterip my-cs --tcp=5678:8080\n\n# Create a headless one\nkubectl create service clusterip my-cs --clusterip=\"None\"")
    .flags(&[
        &[Flag::str("clusterip", "", "The cluster IP; None for a headless service.")],
        COMMON[0],
        COMMON[1],
        COMMON[2],
        COMMON[3],
        COMMON[4],
        COMMON[5],
    ]);

const NODE_PORT: Command = Command::new("nodeport", "Create a NodePort service", action!(node_port))
    .usage("NAME [--tcp=port:targetPort] [--dry-run=server|client|none] [options]")
    .examples("# Create a NodePort service\nkubectl create service nodeport my-ns --tcp=5678:8080")
    .flags(&[
        &[Flag::int32("node-port", "0", "The port on the nodes.")],
        COMMON[0],
        COMMON[1],
        COMMON[2],
        COMMON[3],
        COMMON[4],
        COMMON[5],
    ]);

const LOAD_BALANCER: Command = Command::new("loadbalancer", "Create a LoadBalancer service", action!(load_balancer))
    .usage("NAME [--tcp=port:targetPort] [--dry-run=server|client|none] [options]")
    .examples("# Create a LoadBalancer service\nkubectl create service loadbalancer my-lbs --tcp=5678:8080")
    .flags(&COMMON);

const EXTERNAL_NAME: Command = Command::new("externalname", "Create an ExternalName service", action!(external_name))
    .usage("NAME --external-name external.name [--dry-run=server|client|none] [options]")
    .examples("# Create an ExternalName service\nkubectl create service externalname my-ns --external-name bar.com")
    .flags(&[
        &[Flag::str("external-name", "", "The name outside the cluster.")],
        COMMON[0],
        COMMON[1],
        COMMON[2],
        COMMON[3],
        COMMON[4],
        COMMON[5],
    ])
    .required(&["external-name"]);

async fn cluster_ip(f: &Factory) -> Result {
    make(f, "ClusterIP").await
}
async fn node_port(f: &Factory) -> Result {
    make(f, "NodePort").await
}
async fn load_balancer(f: &Factory) -> Result {
    make(f, "LoadBalancer").await
}
async fn external_name(f: &Factory) -> Result {
    make(f, "ExternalName").await
}

async fn make(f: &Factory, kind: &str) -> Result {
    let name = one::name(f)?;
    let headless = f.flags.str("clusterip") == "None";
    let tcp = f.flags.list("tcp");
    if tcp.is_empty() && !headless && kind != "ExternalName" {
        return Err("at least one tcp port specifier must be provided".into());
    }
    let mut ports: Vec<Value> = Vec::new();
    for text in tcp {
        let mut port = parse_port(text)?;
        if kind == "NodePort" && f.flags.int("node-port") != 0 {
            port.set("nodePort", f.flags.int("node-port"));
        }
        ports.push(port);
    }
    let labels = object! { "app" => name.as_str() };
    let mut service = object! {
        "apiVersion" => "v1", "kind" => "Service",
        "metadata" => object! { "name" => name, "labels" => labels.clone() },
        "spec" => object! { "selector" => labels, "type" => kind },
        "status" => object! { "loadBalancer" => object! {} },
    };
    if !ports.is_empty() {
        service.set("spec.ports", ports);
    }
    for (field, flag) in [("spec.clusterIP", "clusterip"), ("spec.externalName", "external-name")] {
        if !f.flags.str(flag).is_empty() {
            service.set(field, f.flags.str(flag));
        }
    }
    // It takes --save-config as all do, and does nothing with it.
    one::create_plain(f, service, &format!("{kind} service")).await
}

/// `80`, `80:8080` or `80:http`.
fn parse_port(text: &str) -> Result<Value> {
    // What comes after a second colon counts for the name alone.
    let mut parts = text.split(':');
    let port = parts.next().unwrap_or("");
    let target = parts.next().unwrap_or(port);
    let number = parse_uint(port)?;
    let target: Value = match (text.contains(':'), target.parse::<i64>()) {
        (false, _) => number.into(),
        (true, Ok(n)) => match names::is_port(n) {
            wrong if wrong.is_empty() => n.into(),
            wrong => return Err(wrong.join(",").into()),
        },
        (true, Err(_)) => match names::is_port_name(target) {
            wrong if wrong.is_empty() => target.into(),
            wrong => return Err(wrong.join(",").into()),
        },
    };
    Ok(object! {
        "name" => text.replace(':', "-"), "port" => number, "protocol" => "TCP", "targetPort" => target,
    })
}

/// Go's `strconv.ParseUint` for 16 bits.
fn parse_uint(text: &str) -> Result<i64> {
    let error = |why: &str| Err(Error::Msg(format!("strconv.ParseUint: parsing {text:?}: {why}")));
    if text.is_empty() || !text.bytes().all(|b| b.is_ascii_digit()) {
        return error("invalid syntax");
    }
    match text.parse::<u16>() {
        Ok(n) => Ok(n.into()),
        Err(_) => error("value out of range"),
    }
}
