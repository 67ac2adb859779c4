//! Probes: when they run, what they asked, what came of it. Models `pkg/kubelet/prober`.

use super::context::Context;
use super::pod::{Pod, is_sidecar};
use crate::apimachinery::time::{Duration, Time};
use crate::apimachinery::{Object, Value};
use crate::sh::{ConnId, ExitStatus, Pid, Read, Spawn};

/// Which question a probe answers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Kind {
    Startup,
    Readiness,
    Liveness,
}

impl Kind {
    fn field(self) -> &'static str {
        match self {
            Self::Startup => "startupProbe",
            Self::Readiness => "readinessProbe",
            Self::Liveness => "livenessProbe",
        }
    }

    fn name(self) -> &'static str {
        match self {
            Self::Startup => "Startup",
            Self::Readiness => "Readiness",
            Self::Liveness => "Liveness",
        }
    }
}

/// What came of a probe.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    Success,
    /// What the container said, or why it did not answer.
    Failure(String),
    /// The probe could not be asked: told, and not counted.
    Error(String),
}

use Outcome::{Error, Failure, Success};

/// A probe that was asked and has not answered yet.
#[derive(Clone, Debug)]
enum Asked {
    Exec { container: String, pid: Pid, output: Vec<u8> },
    Http { container: String, conn: ConnId, url: String, answer: Vec<u8> },
}

/// One probe of one container.
#[derive(Clone, Debug)]
pub struct Probe {
    pub container: String,
    pub kind: Kind,
    /// What was decided: None before the first verdict.
    pub verdict: Option<bool>,
    /// The runtime container that it looks at.
    target: String,
    /// The runtime container after whose start it was asked out of turn.
    prompted: String,
    /// Not asked again until the container is another.
    on_hold: bool,
    /// The last result and how often it came in a row.
    run: (bool, i64),
    next: Time,
    asked: Option<(Asked, Time)>,
}

/// Makes the probes of a pod; the first time its containers are about to be started.
pub fn add(pod: &mut Pod, now: Time) {
    if !pod.probes.is_empty() {
        return;
    }
    let sidecars = pod.spec()["initContainers"].items().iter().filter(|c| is_sidecar(c));
    let mut probes = Vec::new();
    for container in pod.spec()["containers"].items().iter().chain(sidecars) {
        for kind in [Kind::Startup, Kind::Readiness, Kind::Liveness] {
            if !container[kind.field()].is_null() {
                probes.push(Probe {
                    container: container["name"].str().to_owned(),
                    kind,
                    verdict: None,
                    target: String::new(),
                    prompted: String::new(),
                    on_hold: false,
                    run: (false, 0),
                    next: now,
                    asked: None,
                });
            }
        }
    }
    pod.probes = probes;
}

fn find<'a>(pod: &'a Pod, name: &str, kind: Kind) -> Option<&'a Probe> {
    let current = pod.latest(name).map_or("", |i| i.id.as_str());
    let probe = pod.probes.iter().find(|p| p.container == name && p.kind == kind)?;
    // A verdict on another container than the one that runs does not count.
    (probe.target == current).then_some(probe)
}

fn declares(pod: &Pod, name: &str, kind: Kind) -> bool {
    !pod.container_spec(name).0[kind.field()].is_null()
}

/// True where the container has no startup probe, or has passed it.
pub fn is_started(pod: &Pod, name: &str) -> bool {
    !declares(pod, name, Kind::Startup) || find(pod, name, Kind::Startup).is_some_and(|p| p.verdict == Some(true))
}

/// True where the container has no readiness probe, or passes it.
pub fn is_ready(pod: &Pod, name: &str) -> bool {
    !declares(pod, name, Kind::Readiness) || find(pod, name, Kind::Readiness).is_some_and(|p| p.verdict == Some(true))
}

/// The probe that wants a running container to be restarted.
pub fn failed(pod: &Pod, name: &str) -> Option<&'static str> {
    let fails = |kind| find(pod, name, kind).is_some_and(|p| p.verdict == Some(false));
    match () {
        _ if fails(Kind::Liveness) => Some("liveness"),
        _ if fails(Kind::Startup) => Some("startup"),
        _ => None,
    }
}

/// When a probe of the pod has something to do next.
pub fn next_timer(pod: &Pod) -> Option<Time> {
    let live = |p: &&Probe| pod.latest(&p.container).is_some_and(|i| i.is_running()) && !p.on_hold;
    pod.probes.iter().filter(live).map(|p| p.asked.as_ref().map_or(p.next, |(_, deadline)| *deadline)).min()
}

/// Asks the probes that are due and reads the answers. True where a verdict changed.
pub fn run(pod: &mut Pod, context: &mut Context) -> bool {
    let mut changed = false;
    for at in 0..pod.probes.len() {
        prompt(pod, at, context.now);
        changed |= run_one(pod, at, context).unwrap_or(false);
    }
    changed
}

/// Asks for readiness as soon as a container has started, not only when its turn comes: the manual trigger of
/// `UpdatePodStatus` in `prober_manager.go`.
fn prompt(pod: &mut Pod, at: usize, now: Time) -> Option<()> {
    let probe = pod.probes.get(at).filter(|p| p.kind == Kind::Readiness && p.verdict != Some(true))?;
    let name = &probe.container;
    let id = pod.latest(name).filter(|i| i.is_running()).map(|i| i.id.clone())?;
    let due = probe.prompted != id && is_started(pod, name) && !unknown_to_api(pod, name, &id);
    let probe = pod.probes.get_mut(at).filter(|_| due)?;
    probe.prompted = id;
    probe.next = probe.next.min(now);
    Some(())
}

fn run_one(pod: &mut Pod, at: usize, context: &mut Context) -> Option<bool> {
    let now = context.now;
    let mut probe = pod.probes.get(at)?.clone();
    if probe.asked.is_none() && probe.next > now {
        return None;
    }
    let spec = pod.container_spec(&probe.container).0[probe.kind.field()].clone();
    let before = (probe.verdict, probe.target.clone());
    if probe.asked.is_some() {
        read_answer(pod, &mut probe, &spec, context);
    }
    if probe.asked.is_none() && probe.next <= now {
        let period = u64::try_from(spec["periodSeconds"].int().max(1)).unwrap_or(10);
        probe.next = now + Duration::from_secs(period);
        ask(pod, &mut probe, &spec, context);
    }
    let after = (probe.verdict, probe.target.clone());
    let started = probe.kind == Kind::Startup && probe.verdict == Some(true) && before.0 != Some(true);
    let container = probe.container.clone();
    *pod.probes.get_mut(at)? = probe;
    if started {
        // Who waited for the start is asked at once.
        for other in pod.probes.iter_mut().filter(|p| p.container == container && p.kind != Kind::Startup) {
            other.next = now;
        }
    }
    Some(before != after)
}

/// True while the API does not know yet that the container runs.
fn unknown_to_api(pod: &Pod, name: &str, id: &str) -> bool {
    let lists = ["containerStatuses", "initContainerStatuses"];
    let mut statuses = lists.iter().flat_map(|list| pod.sent[*list].items());
    let status = statuses.find(|s| s["name"].str() == name);
    !status.is_some_and(|s| !s.at("state.running").is_null() && s["containerID"].str().ends_with(id))
}

fn ask(pod: &mut Pod, probe: &mut Probe, spec: &Value, context: &mut Context) {
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
fn read_answer(pod: &mut Pod, probe: &mut Probe, spec: &Value, context: &mut Context) {
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

fn give_up(pod: &mut Pod, asked: Asked, context: &mut Context) {
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

/// Counts a result; the verdict changes when it came often enough in a row.
fn judge(pod: &Pod, probe: &mut Probe, spec: &Value, result: Outcome, context: &mut Context) {
    let (good, kind) = (result == Success, probe.kind.name());
    let message = match &result {
        Success => None,
        Failure(why) => Some(format!("{kind} probe failed: {why}")),
        Error(why) => Some(format!("{kind} probe errored and resulted in unknown state: {why}")),
    };
    if let Some(message) = message {
        context.event(pod, &probe.container, "Warning", "Unhealthy", &message);
    }
    if matches!(result, Error(_)) {
        return;
    }
    probe.run = if probe.run.0 == good { (good, probe.run.1 + 1) } else { (good, 1) };
    let threshold = spec[if good { "successThreshold" } else { "failureThreshold" }].int().max(1);
    if probe.run.1 < threshold {
        return;
    }
    probe.verdict = Some(good);
    if (probe.kind != Kind::Readiness && !good) || (probe.kind == Kind::Startup && good) {
        // The container is restarted, or has started: it is not asked again.
        probe.on_hold = true;
        probe.run.1 = 0;
    }
}
