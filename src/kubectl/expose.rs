//! `kubectl expose`. Models `kubectl/pkg/cmd/expose/expose.go`.

use super::run::{atoi, overridden, parse_labels};
use super::util::{self, DryRun, WriteOptions};
use crate::apimachinery::{Object, Value};
use crate::cli::builder::{Builder, Info, mapping_for};
use crate::cli::command::Command;
use crate::cli::errors::{Error, Result};
use crate::cli::factory::Factory;
use crate::cli::flags::Flag;
use crate::cli::{flag_sets, printers};
use crate::{action, object};

const FLAGS: &[Flag] = &[
    Flag::str("cluster-ip", "", "The address of the service; None makes it headless."),
    Flag::str("external-ip", "", "An address outside of the cluster that leads to the service too."),
    Flag::str("field-manager", "kubectl-expose", "Name under which the fields written are owned."),
    Flag::str("labels", "", "Labels of the service.").short('l'),
    Flag::str("load-balancer-ip", "", "The address of the load balancer."),
    Flag::str("name", "", "The name of the service; that of the resource where it is left out."),
    Flag::str("override-type", "merge", "How --overrides is applied: json, merge or strategic."),
    Flag::str("overrides", "", "JSON that changes the service made."),
    Flag::str("port", "", "The port that the service serves; that of the resource where it is left out."),
    Flag::str("protocol", "", "The protocol of the port: TCP, UDP or SCTP."),
    Flag::str("selector", "", "The labels that the service selects by; those of the resource where it is left out."),
    Flag::str("session-affinity", "", "None or ClientIP."),
    Flag::str(
        "target-port",
        "",
        "The name or number of the container's port; that of the service where it is left out.",
    ),
    Flag::str("type", "", "The type of the service: ClusterIP, NodePort, LoadBalancer or ExternalName."),
];

pub const COMMAND: Command = Command::new(
    "expose",
    "Take a replication controller, service, deployment or pod and expose it as a new Kubernetes service",
    action!(run),
)
.usage("(-f FILENAME | TYPE NAME) [--port=port] [--protocol=TCP|UDP|SCTP] [--target-port=number-or-name] [--name=name] [--external-ip=external-ip-of-service] [--type=type] [options]")
.long("Expose a resource as a new Kubernetes service.\n\n Looks up a deployment, service, replica set, replication controller or pod by name and uses its selector for a new service on the port given")
.examples("# A service for a deployment, on port 80, to port 8000 of the containers\nkubectl expose deployment nginx --port=80 --target-port=8000\n\n# A service for a pod\nkubectl expose pod valid-pod --port=444 --name=frontend")
.flags(&[FLAGS, flag_sets::DRY_RUN, flag_sets::FILES, flag_sets::PRINT, flag_sets::RECORD, flag_sets::SAVE_CONFIG]);

async fn run(f: &Factory) -> Result {
    let mut builder = Builder::new(f)?.files(f);
    builder.latest = true;
    builder.typed = true;
    let mut errors = Vec::new();
    for entry in builder.args(f, false, f.args()).await?.entries(f).await? {
        let done = match entry {
            Ok(info) => one(f, &info).await,
            Err(e) => Err(e),
        };
        errors.extend(done.err());
    }
    Error::all(errors)
}

const EXPOSED: [(&str, &str); 5] =
    [("", "ReplicationController"), ("", "Service"), ("", "Pod"), ("apps", "Deployment"), ("apps", "ReplicaSet")];

async fn one(f: &Factory, info: &Info) -> Result {
    let gvk = info.mapping.gvk();
    if !EXPOSED.contains(&(gvk.group.as_str(), gvk.kind.as_str())) {
        let group = if gvk.group.is_empty() { String::new() } else { format!(".{}", gvk.group) };
        return Err(Error::Msg(format!("cannot expose a {}{group}", gvk.kind)));
    }
    let flags = &f.flags;
    let name = match flags.str("name") {
        "" => info.name.chars().take(63).collect(),
        name => name.to_owned(),
    };
    let selector = match flags.str("selector") {
        "" => selector_of(&info.object).map_err(|why| {
            Error::Msg(format!("couldn't retrieve selectors via --selector flag or introspection: {why}"))
        })?,
        text => parse_labels(text)?,
    };
    let mut service = service(&name, &selector, &ports(f, &info.object)?);
    settings(f, &info.object, &mut service)?;
    let mut service = overridden(f, service)?;
    util::record(f, &mut service);
    let options = WriteOptions { validation: "", ..util::write_options(f, "kubectl-expose")? };
    let mut printer = printers::for_operation(f, &options.dry_run.operation("exposed"))?.typed();
    if options.dry_run == DryRun::Client {
        return printer.print(f, &service);
    }
    if f.flags.bool("save-config") {
        super::create::save_typed_config(&mut service);
    }
    let (namespace, _) = f.namespace()?;
    let mapping = mapping_for(f, "services").await?;
    let mut target = Info::of_object(&mapping, service);
    target.namespace = namespace;
    let created = util::create(f, &target, &options).await?;
    printer.print(f, &created)
}

/// A service in the shape that kubectl makes.
pub fn service(name: &str, selector: &Value, ports: &[(i64, String)]) -> Value {
    let several = ports.len() > 1;
    let port = |(i, (port, protocol)): (usize, &(i64, String))| {
        let mut one = object! { "port" => *port, "protocol" => protocol.as_str(), "targetPort" => *port };
        if several {
            one.set("name", format!("port-{}", i + 1));
        }
        one
    };
    object! {
        "apiVersion" => "v1", "kind" => "Service", "metadata" => object! { "name" => name },
        "spec" => object! {
            "ports" => ports.iter().enumerate().map(port).collect::<Value>(), "selector" => selector.clone(),
        },
        "status" => object! { "loadBalancer" => object! {} },
    }
}

/// Models `MapBasedSelectorForObject`.
fn selector_of(object: &Value) -> Result<Value, String> {
    let spec = &object["spec"];
    let (map, none) = match object.kind() {
        "Pod" => (object.labels(), "the pod has no labels and cannot be exposed"),
        "Service" => (&spec["selector"], "the service has no pod selector set"),
        "ReplicationController" => (&spec["selector"], "the replication controller has no selector set"),
        _ => {
            if !spec.at("selector.matchExpressions").items().is_empty() {
                return Err(format!(
                    "couldn't convert expressions - \"{}\" to map-based selector format",
                    crate::apimachinery::go::go_text(spec.at("selector.matchExpressions"))
                ));
            }
            (spec.at("selector.matchLabels"), "invalid label selector")
        }
    };
    if map.is_empty() { Err(none.to_owned()) } else { Ok(map.clone()) }
}

/// The ports from `--port`, else those of the object, with their protocols.
fn ports(f: &Factory, object: &Value) -> Result<Vec<(i64, String)>> {
    let known = ports_of(object);
    let protocol_of = |port: i64| match f.flags.str("protocol") {
        "" => known.iter().find(|(p, _)| *p == port).map_or("TCP".to_owned(), |(_, p)| p.clone()),
        protocol => protocol.to_owned(),
    };
    let text = f.flags.str("port");
    if !text.is_empty() {
        return text.split(',').map(|p| atoi(p).map(|p| (p, protocol_of(p)))).collect();
    }
    if known.is_empty() {
        return Err("couldn't find port via --port flag or introspection".into());
    }
    Ok(known.iter().map(|(p, _)| (*p, protocol_of(*p))).collect())
}

fn ports_of(object: &Value) -> Vec<(i64, String)> {
    let spec = &object["spec"];
    let protocol = |p: &Value| match p["protocol"].str() {
        "" => "TCP".to_owned(),
        name => name.to_owned(),
    };
    let of_pod = |spec: &Value| -> Vec<(i64, String)> {
        let ports = spec["containers"].items().iter().flat_map(|c| c["ports"].items());
        ports.map(|p| (p["containerPort"].int(), protocol(p))).collect()
    };
    match object.kind() {
        "Pod" => of_pod(spec),
        "Service" => spec["ports"].items().iter().map(|p| (p["port"].int(), protocol(p))).collect(),
        _ => of_pod(spec.at("template.spec")),
    }
}

fn settings(f: &Factory, object: &Value, service: &mut Value) -> Result {
    let flags = &f.flags;
    match flags.str("labels") {
        "" if !object.labels().is_empty() => service.set("metadata.labels", object.labels().clone()),
        "" => {}
        text => service.set("metadata.labels", parse_labels(text)?),
    }
    let target = flags.str("target-port");
    if !target.is_empty() {
        let target = target.parse::<i64>().map_or(Value::from(target), Value::from);
        for port in service.at_mut("spec.ports").list_mut() {
            port.set("targetPort", target.clone());
        }
    }
    for (flag, field) in
        [("type", "spec.type"), ("session-affinity", "spec.sessionAffinity"), ("cluster-ip", "spec.clusterIP")]
    {
        if !flags.str(flag).is_empty() {
            service.set(field, flags.str(flag));
        }
    }
    if flags.str("type") == "LoadBalancer" && !flags.str("load-balancer-ip").is_empty() {
        service.set("spec.loadBalancerIP", flags.str("load-balancer-ip"));
    }
    if !flags.str("external-ip").is_empty() {
        service.set("spec.externalIPs", crate::list![flags.str("external-ip")]);
    }
    let affinity = flags.str("session-affinity");
    if !matches!(affinity, "" | "None" | "ClientIP") {
        return Err(Error::Msg(format!("unknown session affinity: {affinity}")));
    }
    Ok(())
}
