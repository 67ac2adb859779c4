//! `kubectl port-forward`. Models `kubectl/pkg/cmd/portforward/portforward.go` and `client-go/tools/portforward`.

use super::pods::{self, Order};
use super::util::{klog, turn};
use crate::action;
use crate::apimachinery::{Object, Value};
use crate::cli::command::Command;
use crate::cli::errors::{Error, Result};
use crate::cli::factory::{Factory, Stream};
use crate::cli::flags::Flag;
use crate::cli::system::{Handle, Read, System};
use crate::client::Request;
use crate::client::request::StreamChunk;
use std::rc::Rc;

const FLAGS: &[Flag] = &[
    Flag::slice("address", "Addresses to listen on, by comma: IP addresses or localhost."),
    Flag::duration("pod-running-timeout", "1m0s", "How long to wait until a pod runs."),
];

pub const COMMAND: Command = Command::new("port-forward", "Forward one or more local ports to a pod", action!(run))
    .usage("TYPE/NAME [options] [LOCAL_PORT:]REMOTE_PORT [...[LOCAL_PORT_N:]REMOTE_PORT_N]")
    .long("Forward one or more local ports to a pod.\n\n A type and a name may be given, such as deployment/mydeployment; one of its pods is taken. The forwarding ends when the pod ends")
    .examples("# Local ports 5000 and 6000 to the same ports of a pod\nkubectl port-forward pod/mypod 5000 6000\n\n# Local port 8888 to port 5000 of a pod\nkubectl port-forward pod/mypod 8888:5000\n\n# To the port named https of a service\nkubectl port-forward service/myservice 8443:https\n\n# A free local port\nkubectl port-forward pod/mypod :5000")
    .flags(&[FLAGS]);

async fn run(f: &Factory) -> Result {
    let Some((word, specs)) = f.args().split_first().filter(|(_, specs)| !specs.is_empty()) else {
        return Err(f.usage_error("TYPE/NAME and list of ports are required for port-forward"));
    };
    let object = pods::resource(f, word).await?.object;
    let pod = pods::pod_of(f, &object, Order::Active, "attach to").await?;
    check_udp(specs, if object.kind() == "Service" { &object } else { &pod })?;
    let mut texts = Vec::new();
    for spec in specs {
        texts.push(match object.kind() {
            "Service" => of_service(spec, &object, &pod)?,
            _ => of_pod(spec, &pod)?,
        });
    }
    let phase = pod.at("status.phase").str();
    if phase != "Running" {
        return Err(Error::Msg(format!("unable to forward port because pod is not running. Current status={phase}")));
    }
    let ports = texts.iter().map(|t| parse(t)).collect::<Result<Vec<_>>>()?;
    serve(f, &pod, &ports).await
}

/// Local and remote part; one number stands for both, and what has more parts than two counts by its first.
fn split(spec: &str) -> (&str, &str) {
    let first = spec.split(':').next().unwrap_or(spec);
    spec.split_once(':').filter(|(_, remote)| !remote.contains(':')).unwrap_or((first, first))
}

fn named_port(pod: &Value, name: &str) -> Option<i64> {
    let ports = pod["spec"]["containers"].items().iter().flat_map(|c| c["ports"].items());
    let found = ports.into_iter().find(|p| p["name"].str() == name)?;
    Some(found["containerPort"].int())
}

/// Refuses ports that a service or pod offers by UDP only. Models `checkUDPPorts`.
fn check_udp(specs: &[String], object: &Value) -> Result {
    let service = object.kind() == "Service";
    let ports: Vec<&Value> = match service {
        true => object.at("spec.ports").items().iter().collect(),
        false => object.at("spec.containers").items().iter().flat_map(|c| c["ports"].items()).collect(),
    };
    let field = if service { "port" } else { "containerPort" };
    for remote in specs.iter().map(|spec| split(spec).1) {
        let number = match remote.parse::<i64>() {
            Ok(number) => number,
            Err(_) => ports.iter().find(|p| p["name"].str() == remote).map_or(0, |p| p[field].int()),
        };
        let offers = |protocol: &str| ports.iter().any(|p| p[field].int() == number && p["protocol"].str() == protocol);
        if offers("UDP") && !offers("TCP") {
            return Err(Error::Msg(format!("UDP protocol is not supported for {remote}")));
        }
    }
    Ok(())
}

/// Replaces the name of a port by its number. Models `convertPodNamedPortToNumber`.
fn of_pod(spec: &str, pod: &Value) -> Result<String> {
    let (local, remote) = split(spec);
    let number = match remote.parse::<i64>() {
        Ok(_) => remote.to_owned(),
        Err(_) => named_port(pod, remote)
            .ok_or_else(|| Error::Msg(format!("Pod '{}' does not have a named port '{remote}'", pod.name())))?
            .to_string(),
    };
    Ok(if local == remote { number } else { format!("{local}:{number}") })
}

/// Replaces the port of a service by the port of the pod behind it. Models `translateServicePortToTargetPort`.
fn of_service(spec: &str, service: &Value, pod: &Value) -> Result<String> {
    let (local, remote) = split(spec);
    let ports = service["spec"]["ports"].items();
    let (port, number) = match remote.parse::<i64>() {
        Ok(number) => {
            let port = ports.iter().find(|p| p["port"].int() == number).ok_or_else(|| {
                Error::Msg(format!("Service {} does not have a service port {number}", service.name()))
            })?;
            (port, number)
        }
        Err(_) => {
            let port = ports.iter().find(|p| p["name"].str() == remote).ok_or_else(|| {
                Error::Msg(format!("Service '{}' does not have a named port '{remote}'", service.name()))
            })?;
            (port, port["port"].int())
        }
    };
    let target = match (&port["targetPort"], service.at("spec.clusterIP").str()) {
        (_, "None") => number,
        (Value::Str(name), _) => named_port(pod, name)
            .ok_or_else(|| Error::Msg(format!("Pod '{}' does not have a named port '{name}'", pod.name())))?,
        (Value::Int(0) | Value::Null, _) => number,
        (target, _) => target.int(),
    };
    let local = if local == remote { number.to_string() } else { local.to_owned() };
    Ok(if local == target.to_string() { local } else { format!("{local}:{target}") })
}

/// A local and a remote port.
struct Port {
    local: u16,
    remote: u16,
}

fn parse(spec: &str) -> Result<Port> {
    let parts: Vec<&str> = spec.split(':').collect();
    let (local, remote) = match parts.as_slice() {
        [both] => (*both, *both),
        ["", remote] => ("0", *remote),
        [local, remote] => (*local, *remote),
        _ => return Err(Error::Msg(format!("invalid port format '{spec}'"))),
    };
    let port = |text: &str, which: &str| -> Result<u16> {
        let digits = !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
        let why = if digits { "value out of range" } else { "invalid syntax" };
        text.parse().map_err(|_| {
            Error::Msg(format!("error parsing {which} port '{text}': strconv.ParseUint: parsing {text:?}: {why}"))
        })
    };
    let (local, remote) = (port(local, "local")?, port(remote, "remote")?);
    if remote == 0 { Err("remote port must be > 0".into()) } else { Ok(Port { local, remote }) }
}

/// A local port that listens; closed when dropped.
struct Listener {
    system: Rc<dyn System>,
    handle: Handle,
    local: u16,
    remote: u16,
}

impl Drop for Listener {
    fn drop(&mut self) {
        self.system.close(self.handle);
    }
}

/// A connection that is being forwarded; closed when dropped.
struct Connection {
    system: Rc<dyn System>,
    handle: Handle,
    stream: Stream,
    input_open: bool,
    local: u16,
    remote: u16,
}

impl Drop for Connection {
    fn drop(&mut self) {
        self.system.close(self.handle);
    }
}

/// The addresses of `--address`, sorted. Models `parseAddresses`.
fn addresses(f: &Factory) -> Result<Vec<String>> {
    let mut out: Vec<String> = Vec::new();
    let given = f.flags.list("address");
    if given.is_empty() {
        out.extend(["127.0.0.1".to_owned(), "::1".to_owned()]);
    }
    for address in given {
        match address.parse::<std::net::IpAddr>() {
            Ok(_) => out.push(address.clone()),
            Err(_) if address == "localhost" => out.extend(["127.0.0.1".to_owned(), "::1".to_owned()]),
            Err(_) => return Err(Error::Msg(format!("{address} is not a valid IP"))),
        }
    }
    out.sort();
    out.dedup();
    Ok(out)
}

/// An address with a port, as Go's `net.JoinHostPort` writes it.
fn joined(address: &str, port: u16) -> String {
    if address.contains(':') { format!("[{address}]:{port}") } else { format!("{address}:{port}") }
}

fn listen(f: &Factory, ports: &[Port]) -> Result<Vec<Listener>> {
    let addresses = addresses(f)?;
    let mut listeners = Vec::new();
    let mut refused = Vec::new();
    for port in ports {
        let (local, remote) = (port.local, port.remote);
        match f.ctx.system.listen(local) {
            Ok((handle, local)) => {
                for address in &addresses {
                    f.out(&format!("Forwarding from {} -> {remote}\n", joined(address, local)));
                }
                listeners.push(Listener { system: f.ctx.system.clone(), handle, local, remote });
            }
            Err(_) => {
                let failed = |address: &String| {
                    let family = if address.contains(':') { "tcp6" } else { "tcp4" };
                    let at = joined(address, local);
                    format!("unable to create listener: Error listen {family} {at}: bind: address already in use")
                };
                f.err(&format!(
                    "Unable to listen on port {local}: Listeners failed to create with the following errors: [{}]\n",
                    addresses.iter().map(failed).collect::<Vec<_>>().join(" ")
                ));
                refused.push(format!("{{{local} {remote}}}"));
            }
        }
    }
    if listeners.is_empty() {
        return Err(Error::Msg(format!("unable to listen on any of the requested ports: [{}]", refused.join(" "))));
    }
    Ok(listeners)
}

async fn serve(f: &Factory, pod: &Value, ports: &[Port]) -> Result {
    let listeners = listen(f, ports)?;
    let mut connections: Vec<Connection> = Vec::new();
    loop {
        for listener in &listeners {
            while let Some(handle) = f.ctx.system.accept(listener.handle) {
                f.out(&format!("Handling connection for {}\n", listener.local));
                connections.push(connect(f, pod, listener, handle).await?);
            }
        }
        let mut still = Vec::new();
        for mut connection in connections {
            if pump(f, &mut connection).await? {
                still.push(connection);
            }
        }
        connections = still;
        f.check_pipe()?;
        turn(&f.ctx.client.clock, None).await;
    }
}

async fn connect(f: &Factory, pod: &Value, listener: &Listener, handle: Handle) -> Result<Connection> {
    let url = format!("/api/v1/namespaces/{}/pods/{}/portforward", pod.namespace(), pod.name());
    let request = Request::get(url).query("ports", listener.remote.to_string());
    match f.stream(request).await {
        Ok(stream) => Ok(Connection {
            system: f.ctx.system.clone(),
            handle,
            stream,
            input_open: true,
            local: listener.local,
            remote: listener.remote,
        }),
        Err(e) => {
            f.ctx.system.close(handle);
            Err(lost(f, listener.local, listener.remote, &e.text()))
        }
    }
}

fn lost(f: &Factory, local: u16, remote: u16, why: &str) -> Error {
    let text = format!(
        "\"Unhandled Error\" err=\"an error occurred forwarding {local} -> {remote}: {}\"",
        why.replace('"', "\\\"")
    );
    klog(f, 'E', "portforward.go:424", &text);
    Error::msg("lost connection to pod")
}

/// Moves bytes both ways; false when the connection has ended.
async fn pump(f: &Factory, connection: &mut Connection) -> Result<bool> {
    let client = &f.ctx.client;
    while connection.input_open {
        match f.ctx.system.read_connection(connection.handle) {
            Read::Data(data) => client.write_stream(connection.stream.id, Some(&data)),
            Read::Wait => break,
            Read::End => {
                client.write_stream(connection.stream.id, None);
                connection.input_open = false;
            }
        }
    }
    let poll = client.poll_stream(connection.stream.id).await;
    for chunk in poll.chunks {
        match chunk {
            StreamChunk::Data(data) | StreamChunk::Stdout(data) => {
                f.ctx.system.write_connection(connection.handle, &data);
            }
            StreamChunk::Error(why) => return Err(lost(f, connection.local, connection.remote, &why)),
            StreamChunk::Stderr(_) | StreamChunk::Exit(_) => {}
        }
    }
    Ok(!poll.closed)
}
