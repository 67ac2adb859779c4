//! What a probe asks, and what its answer means.

use super::super::context::Context;
use super::super::pod::Pod;
use super::Outcome::{self, Error, Failure, Success};
use super::{Asked, Kind, Probe, is_started, judge, unknown_to_api};
use crate::apimachinery::time::Duration;
use crate::apimachinery::{Object, Value};
use crate::sh::{ConnId, ExitStatus, Read, Spawn};

pub(super) fn ask(pod: &mut Pod, probe: &mut Probe, spec: &Value, context: &mut Context) {
    let Some(instance) = pod.latest(&probe.container).filter(|i| i.is_running()) else { return };
    let (id, started) = (instance.id.clone(), instance.started.unwrap_or(context.now));
    if unknown_to_api(pod, &probe.container, &id) {
        return;
    }
    if probe.target != id {
        probe.target = id.clone();
        probe.on_hold = false;
        probe.run = (false, 0);
        probe.verdict = None;
    }
    let ending = pod.object.is_terminating() && probe.kind != Kind::Readiness;
    let delay = Duration::from_secs(u64::try_from(spec["initialDelaySeconds"].int()).unwrap_or(0));
    if probe.on_hold || ending || context.now < started + delay {
        return;
    }
    let running_up = !is_started(pod, &probe.container);
    if (probe.kind == Kind::Startup) != running_up {
        return;
    }
    let timeout = Duration::from_secs(u64::try_from(spec["timeoutSeconds"].int().max(1)).unwrap_or(1));
    match start(pod, spec, &probe.container, &id, context) {
        Ok(None) => judge(pod, probe, spec, Success, context),
        Ok(Some(asked)) => {
            probe.asked = Some((asked, context.now + timeout));
            read_answer(pod, probe, spec, context);
        }
        Err(outcome) => judge(pod, probe, spec, outcome, context),
    }
}

/// Asks. `Ok(None)` is an answer already, and a good one.
fn start(pod: &mut Pod, spec: &Value, name: &str, id: &str, context: &mut Context) -> Result<Option<Asked>, Outcome> {
    if !spec["exec"].is_null() {
        let argv: Vec<String> = spec.at("exec.command").items().iter().map(|a| a.str().to_owned()).collect();
        let spawn = Spawn { argv, ..Spawn::default() };
        let spawned = context.with_kernel(pod, id, |kernel, env| kernel.spawn(spawn, env));
        return match spawned {
            Some(Ok(pid)) => Ok(Some(Asked::Exec { container: id.to_owned(), pid, output: Vec::new() })),
            Some(Err(why)) => Err(Error(exec_error(&context.node.rng.hex(32), &why.text()))),
            None => Err(Error("container not running".to_owned())),
        };
    }
    let action = match () {
        _ if !spec["httpGet"].is_null() => &spec["httpGet"],
        _ if !spec["tcpSocket"].is_null() => &spec["tcpSocket"],
        // What a gRPC service answers is not simulated; that it listens is asked.
        _ => &spec["grpc"],
    };
    if !spec["httpGet"].is_null() {
        port_number(pod, name, &action["port"]).map_err(Error)?;
        let (container, conn, url) = call(pod, action, name, "kube-probe", context).map_err(Failure)?;
        return Ok(Some(Asked::Http { container, conn, url, answer: Vec::new() }));
    }
    let (host, port, connection) = connect(pod, action, name, context).map_err(Error)?;
    let Some((container, conn)) = connection else {
        let refused = refused(&host, port);
        let seconds = spec["timeoutSeconds"].int().max(1);
        return Err(Failure(match spec["grpc"].is_null() {
            true => refused,
            // gRPC tries again until the time is over.
            false => format!(
                "timeout: failed to connect service \"{host}:{port}\" within {seconds}s: context deadline exceeded"
            ),
        }));
    };
    context.with_kernel(pod, &container, |kernel, _| kernel.conn_close(conn));
    Ok(None)
}

fn refused(host: &str, port: u16) -> String {
    format!("dial tcp {host}:{port}: connect: connection refused")
}

/// A connection to one of the pod's machines: the container it is in, and its number there.
type Connection = Option<(String, ConnId)>;

/// Connects to where an action (`httpGet`, `tcpSocket`, `grpc`) points: host, port, and the connection where somebody
/// listens.
fn connect(pod: &mut Pod, action: &Value, name: &str, context: &Context) -> Result<(String, u16, Connection), String> {
    let port = port_number(pod, name, &action["port"])?;
    let host = if action["host"].str().is_empty() { pod.ip().to_owned() } else { action["host"].str().to_owned() };
    let peer = context.node.spec.ip.clone();
    let connection = pod.instances.iter_mut().find_map(|i| {
        let conn = i.kernel.as_mut()?.connect(port, &peer)?;
        Some((i.id.clone(), conn))
    });
    Ok((host, port, connection))
}

/// Sends the request of an `httpGet`: the container that answers it, its connection, and the URL. Err where nobody listens.
pub fn call(
    pod: &mut Pod,
    action: &Value,
    name: &str,
    agent: &str,
    context: &mut Context,
) -> Result<(String, ConnId, String), String> {
    let (host, port, connection) = connect(pod, action, name, context)?;
    let path = action["path"].str();
    let scheme = if action["scheme"].str() == "HTTPS" { "https" } else { "http" };
    let slash = if path.starts_with('/') { "" } else { "/" };
    let url = format!("{scheme}://{host}:{port}{slash}{path}");
    let Some((container, conn)) = connection else { return Err(format!("Get \"{url}\": {}", refused(&host, port))) };
    let request = http_request(&host, port, &format!("{slash}{path}"), agent, &action["httpHeaders"]);
    context.with_kernel(pod, &container, |kernel, _| kernel.conn_write(conn, request.as_bytes()));
    Ok((container, conn, url))
}

fn http_request(host: &str, port: u16, path: &str, agent: &str, headers: &Value) -> String {
    let mut request = format!("GET {path} HTTP/1.1\r\nHost: {host}:{port}\r\nUser-Agent: {agent}/1.36\r\n");
    for header in headers.items() {
        request += &format!("{}: {}\r\n", header["name"].str(), header["value"].str());
    }
    request + "Accept: */*\r\nConnection: close\r\n\r\n"
}

/// A port's number, which may be given by name. Models `ResolveContainerPort`.
fn port_number(pod: &Pod, container: &str, port: &Value) -> Result<u16, String> {
    let number = match port.as_i64() {
        Some(number) => Some(number),
        None => {
            let (spec, _) = pod.container_spec(container);
            let named = spec["ports"].items().iter().find(|p| p["name"].str() == port.str());
            named.map_or_else(|| port.str().parse().ok(), |p| p["containerPort"].as_i64())
        }
    };
    let Some(number) = number else { return Err(format!("strconv.Atoi: parsing {:?}: invalid syntax", port.str())) };
    u16::try_from(number).ok().filter(|n| *n > 0).ok_or_else(|| format!("invalid port number: {number}"))
}

/// What the runtime says of a command that it cannot start.
pub fn exec_error(id: &str, why: &str) -> String {
    format!(
        "rpc error: code = Unknown desc = failed to exec in container: failed to start exec {id:?}: OCI runtime exec failed: \
         exec failed: unable to start container process: {why}: unknown"
    )
}

/// Looks whether an answer has come, or will not.
pub(super) fn read_answer(pod: &mut Pod, probe: &mut Probe, spec: &Value, context: &mut Context) {
    let now = context.now;
    let Some((mut asked, deadline)) = probe.asked.take() else { return };
    let answer = match &mut asked {
        Asked::Exec { container, pid, output } => {
            let (pid, id) = (*pid, container.clone());
            let end = context.with_kernel(pod, &id, |kernel, env| {
                kernel.step(now, env);
                output.extend(kernel.take_output(pid).into_iter().flat_map(|c| c.data));
                let status = kernel.exit_status(pid).filter(|_| kernel.is_done(pid));
                if status.is_some() {
                    kernel.reap(pid);
                }
                status
            });
            context.collect(pod, &id);
            exec_answer(end, output)
        }
        Asked::Http { container, conn, answer, url } => {
            let (conn, id) = (*conn, container.clone());
            let ended = context.with_kernel(pod, &id, |kernel, env| {
                kernel.step(now, env);
                read_all(kernel, conn, answer)
            });
            context.collect(pod, &id);
            if ended == Some(false) && !is_whole(answer) { None } else { Some(http_answer(answer, url)) }
        }
    };
    match answer {
        Some(result) => judge(pod, probe, spec, result, context),
        None if now < deadline => probe.asked = Some((asked, deadline)),
        None => {
            let why = match &asked {
                Asked::Exec { .. } => {
                    let argv: Vec<&str> = spec.at("exec.command").items().iter().map(Value::str).collect();
                    format!(
                        "command timed out: \"{}\" timed out after {}s",
                        argv.join(" "),
                        spec["timeoutSeconds"].int().max(1)
                    )
                }
                Asked::Http { url, .. } => {
                    format!("Get \"{url}\": context deadline exceeded (Client.Timeout exceeded while awaiting headers)")
                }
            };
            give_up(pod, asked, context);
            judge(pod, probe, spec, Failure(why), context);
        }
    }
}

pub(super) fn give_up(pod: &mut Pod, asked: Asked, context: &mut Context) {
    match asked {
        Asked::Exec { container, pid, .. } => {
            context.with_kernel(pod, &container, |kernel, env| kernel.kill(pid, crate::sh::Signal::KILL, env));
        }
        Asked::Http { container, conn, .. } => {
            context.with_kernel(pod, &container, |kernel, _| kernel.conn_close(conn));
        }
    }
}

/// True where the other side has said all.
pub fn read_all(kernel: &mut crate::sh::Kernel, conn: ConnId, answer: &mut Vec<u8>) -> bool {
    loop {
        match kernel.conn_read(conn) {
            Read::Data(data) => answer.extend(data),
            Read::Wait => return false,
            Read::End => {
                kernel.conn_close(conn);
                return true;
            }
        }
    }
}

/// The head of an HTTP answer is enough to judge it.
fn is_whole(answer: &[u8]) -> bool {
    answer.windows(4).any(|w| w == b"\r\n\r\n")
}

fn http_answer(answer: &[u8], url: &str) -> Outcome {
    let head = String::from_utf8_lossy(answer.get(..answer.len().min(64)).unwrap_or(&[])).into_owned();
    let code = head.split_whitespace().nth(1).and_then(|c| c.parse::<u16>().ok());
    match code {
        // No server here speaks TLS.
        Some(_) if url.starts_with("https:") => {
            Failure(format!("Get {url:?}: http: server gave HTTP response to HTTPS client"))
        }
        Some(200..=399) => Success,
        Some(code) => Failure(format!("HTTP probe failed with statuscode: {code}")),
        None => Failure(format!("Get {url:?}: EOF")),
    }
}

fn exec_answer(end: Option<Option<ExitStatus>>, output: &[u8]) -> Option<Outcome> {
    match end {
        Some(None) => None,
        Some(Some(status)) if status.code == 0 => Some(Success),
        Some(Some(_)) => Some(Failure(String::from_utf8_lossy(output).into_owned())),
        None => Some(Error("container not running".to_owned())),
    }
}
