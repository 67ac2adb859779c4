//! `kubectl version` and `kubectl cluster-info`.

use super::ordered;
use crate::action;
use crate::apimachinery::{Value, yaml};
use crate::cli::command::Command;
use crate::cli::errors::Result;
use crate::cli::factory::Factory;
use crate::cli::flags::Flag;
use crate::client::Request;
use crate::object;

static FLAGS: &[&[Flag]] = &[&[
    Flag::bool("client", "Show the client's version only; no server is asked."),
    Flag::str("output", "", "One of 'yaml' or 'json'.").short('o'),
]];

pub const COMMAND: Command = Command::new("version", "Print the client and server version information", action!(run))
    .usage("[flags] [options]")
    .examples("# Print the versions of client and server\nkubectl version")
    .flags(FLAGS);

const KUSTOMIZE: &str = "v5.8.1";

/// Fields in the order in which Go's structs have them.
const ORDER: [&str; 16] = [
    "clientVersion",
    "kustomizeVersion",
    "serverVersion",
    "major",
    "minor",
    "emulationMajor",
    "emulationMinor",
    "minCompatibilityMajor",
    "minCompatibilityMinor",
    "gitVersion",
    "gitCommit",
    "gitTreeState",
    "buildDate",
    "goVersion",
    "compiler",
    "platform",
];

/// What this kubectl says of itself.
fn client() -> Value {
    object! {
        "major" => "1", "minor" => "36", "gitVersion" => "v1.36.2",
        "gitCommit" => "98b35193b2ac7a23a673325f5e9b830ecd5ba406", "gitTreeState" => "clean",
        "buildDate" => "2026-06-09T10:00:00Z", "goVersion" => "go1.26.4", "compiler" => "gc", "platform" => "linux/amd64",
    }
}

async fn run(f: &Factory) -> Result {
    if !f.args().is_empty() {
        return Err(format!("extra arguments: [{}]", f.args().join(" ")).into());
    }
    let output = f.flags.str("output");
    if !matches!(output, "" | "yaml" | "json") {
        return Err("--output must be 'yaml' or 'json'".into());
    }
    let client = client();
    let (server, failed) = match f.flags.bool("client") {
        true => (Value::Null, None),
        false => match f.send(Request::get("/version")).await {
            // The server writes this document itself, in an order of its own.
            Ok(Value::Str(text)) => (Value::from_json(&text).unwrap_or_default(), None),
            Ok(version) => (version, None),
            Err(e) => (Value::Null, Some(e)),
        },
    };
    if output.is_empty() {
        f.out(&format!("Client Version: {}\nKustomize Version: {KUSTOMIZE}\n", client["gitVersion"].str()));
        if !server.is_null() {
            f.out(&format!("Server Version: {}\n", server["gitVersion"].str()));
        }
    } else {
        let mut all = object! { "clientVersion" => client, "kustomizeVersion" => KUSTOMIZE };
        if !server.is_null() {
            all.set("serverVersion", server);
        }
        f.out(&match output {
            "json" => ordered::pretty(&all, "  ", &ORDER) + "\n",
            _ => yaml::to_string(&all) + "\n",
        });
    }
    failed.map_or(Ok(()), Err)
}

pub const CLUSTER_INFO: Command = Command::new("cluster-info", "Display cluster information", action!(cluster_info))
    .usage("[flags] [options]")
    .long("Display addresses of the control plane and services with label kubernetes.io/cluster-service=true")
    .examples("# Print the address of the control plane\nkubectl cluster-info")
    .subcommands(&[super::cluster_dump::COMMAND]);

async fn cluster_info(f: &Factory) -> Result {
    let server = f.target()?.server;
    let services = Request::get("/api/v1/namespaces/kube-system/services")
        .query("labelSelector", "kubernetes.io/cluster-service=true");
    let services = f.send(services).await?;
    f.out(&format!("Kubernetes control plane is running at {server}\n"));
    for service in services["items"].items() {
        let (name, port) = (service.at("metadata.name").str(), service.at("spec.ports")[0].clone());
        let label = service.path(&["metadata", "labels", "kubernetes.io/name"]).str();
        let label = if label.is_empty() { name } else { label };
        let port = match port["name"].str() {
            "" => String::new(),
            name => format!(":{name}"),
        };
        let link = format!("{server}/api/v1/namespaces/kube-system/services/{name}{port}/proxy");
        f.out(&format!("{label} is running at {link}\n"));
    }
    f.out("\nTo further debug and diagnose cluster problems, use 'kubectl cluster-info dump'.\n");
    Ok(())
}
