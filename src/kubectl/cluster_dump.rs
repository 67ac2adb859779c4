//! `kubectl cluster-info dump`. Models `kubectl/pkg/cmd/clusterinfo/clusterinfo_dump.go`.

use crate::action;
use crate::apimachinery::{Object, Value};
use crate::cli::command::Command;
use crate::cli::errors::{Error, Result};
use crate::cli::factory::Factory;
use crate::cli::flags::Flag;
use crate::cli::{flag_sets, json, printers};
use crate::client::Request;
use crate::client::request::StreamChunk;

const FLAGS: &[Flag] = &[
    Flag::bool("all-namespaces", "Take all namespaces.").short('A'),
    Flag::slice("namespaces", "The namespaces to take, by comma."),
    Flag::str("output-directory", "", "Where to write files; - or nothing prints."),
    Flag::duration("pod-running-timeout", "20s", "How long to wait until a pod runs."),
];

pub const COMMAND: Command =
    Command::new("dump", "Dump relevant information for debugging and diagnosis", action!(run))
        .usage("[flags] [options]")
        .long("Dump cluster information out suitable for debugging and diagnosing cluster problems.\n\n Nodes, and what runs in kube-system and in the namespace of the context, with the logs of the pods")
        .examples("# Dump current cluster state to stdout\nkubectl cluster-info dump\n\n# Dump all namespaces\nkubectl cluster-info dump --all-namespaces")
        .flags(&[FLAGS, flag_sets::PRINT]);

const LISTS: [(&str, &str); 6] = [
    ("/api/v1", "replicationcontrollers"),
    ("/api/v1", "services"),
    ("/apis/apps/v1", "daemonsets"),
    ("/apis/apps/v1", "deployments"),
    ("/apis/apps/v1", "replicasets"),
    ("/api/v1", "pods"),
];

async fn run(f: &Factory) -> Result {
    write(f, "nodes", &list(f, "/api/v1/nodes").await?)?;
    for namespace in namespaces(f).await? {
        let events = list(f, &format!("/api/v1/namespaces/{namespace}/events")).await?;
        write(f, &format!("{namespace}/events"), &events)?;
        for (root, resource) in LISTS {
            let all = list(f, &format!("{root}/namespaces/{namespace}/{resource}")).await?;
            write(f, &format!("{namespace}/{}", resource.replace("controllers", "-controllers")), &all)?;
            if resource == "pods" {
                for pod in all["items"].items() {
                    logs(f, pod).await?;
                }
            }
        }
    }
    if let Some(directory) = directory(f) {
        f.out(&format!("Cluster info dumped to {directory}\n"));
    }
    Ok(())
}

fn directory(f: &Factory) -> Option<&str> {
    Some(f.flags.str("output-directory")).filter(|d| !matches!(*d, "" | "-"))
}

async fn namespaces(f: &Factory) -> Result<Vec<String>> {
    if f.flags.bool("all-namespaces") {
        let all = list(f, "/api/v1/namespaces").await?;
        return Ok(all["items"].items().iter().map(|n| n.name().to_owned()).collect());
    }
    Ok(match f.flags.list("namespaces") {
        [] => vec!["kube-system".to_owned(), f.namespace()?.0],
        named => named.to_vec(),
    })
}

async fn list(f: &Factory, url: &str) -> Result<Value> {
    f.send(Request::get(url)).await
}

/// Objects in the form of `-o`, into a file that is named after it.
fn write(f: &Factory, file: &str, object: &Value) -> Result {
    let (extension, text) = match f.flags.str("output") {
        "" | "json" => ("json", json::pretty_typed(object, "    ") + "\n"),
        output => {
            let extension = if matches!(output, "yaml" | "kyaml") { "yaml" } else { "txt" };
            (extension, printers::for_operation(f, "")?.typed().text(object)?)
        }
    };
    put(f, &format!("{file}.{extension}"), &text)
}

fn put(f: &Factory, file: &str, text: &str) -> Result {
    let Some(directory) = directory(f) else {
        f.out(text);
        return Ok(());
    };
    let path = format!("{}/{file}", directory.trim_end_matches('/'));
    let folder = path.rsplit_once('/').map_or("", |(folder, _)| folder);
    f.ctx.system.make_dir(folder).map_err(|e| Error::Msg(format!("mkdir {folder}: {}", e.text())))?;
    let written = f.ctx.system.write_file(&path, text.as_bytes());
    written.map_err(|e| Error::Msg(format!("open {path}: {}", e.text())))
}

/// The log of each container, between lines that name it.
async fn logs(f: &Factory, pod: &Value) -> Result {
    let (namespace, name) = (pod.namespace(), pod.name());
    let mut text = String::new();
    for container in pod.at("spec.containers").items() {
        let of = format!("container {} of pod {namespace}/{name}", container["name"].str());
        text.push_str(&format!("==== START logs for {of} ====\n"));
        let url = format!("/api/v1/namespaces/{namespace}/pods/{name}/log");
        match f.stream(Request::get(url).query("container", container["name"].str())).await {
            Ok(stream) => loop {
                let poll = f.ctx.client.poll_stream(stream.id).await;
                let idle = poll.chunks.is_empty();
                for chunk in poll.chunks {
                    if let StreamChunk::Data(data) | StreamChunk::Stdout(data) = chunk {
                        text.push_str(&String::from_utf8_lossy(&data));
                    }
                }
                if poll.closed || idle {
                    break;
                }
            },
            Err(e) => text.push_str(&format!("Request log error: {}\n", e.text())),
        }
        text.push_str(&format!("==== END logs for {of} ====\n"));
    }
    put(f, &format!("{namespace}/{name}/logs.txt"), &text)
}
