//! What users ask of containers through the API server: logs, exec, attach, port-forward, HTTP. Models `pkg/kubelet/server`.

use super::Kubelets;
use super::pod::{Instance, Pod, Uid};
use super::world::{Neighbours, World};
use crate::apimachinery::{Object, Status, Time, Value};
use crate::apiserver::NodeProxy;
use crate::apiserver::proxy::{ExecOptions, LogOptions};
use crate::client::request::{ReplyBody, StreamPoll};
use crate::client::{Informers, Reply, StreamChunk, StreamId};
use crate::sh::{ConnId, Env, Kernel, Pid, Read, Spawn, Stdin, Stream};
use std::collections::BTreeMap;

/// What a stream is connected to.
#[derive(Clone, Debug)]
enum Source {
    /// Lines of a log from a number on; the bytes of the first that were sent already.
    Log {
        options: LogOptions,
        next: u64,
        offset: usize,
        sent: i64,
    },
    Exec {
        pid: Pid,
        tty: bool,
    },
    Attach {
        next: u64,
        tty: bool,
    },
    Forward {
        conn: ConnId,
    },
    /// Only what is said here, then the end.
    Said(StreamChunk),
}

/// A piece of output as it travels: a terminal has one stream for both.
fn output(stream: Stream, data: Vec<u8>, tty: bool) -> StreamChunk {
    match stream {
        Stream::Stderr if !tty => StreamChunk::Stderr(data),
        _ => StreamChunk::Stdout(data),
    }
}

#[derive(Clone, Debug)]
struct Open {
    pod: Uid,
    /// The runtime container.
    container: String,
    source: Source,
}

/// The streams that users hold open.
#[derive(Clone, Debug, Default)]
pub struct Streams {
    open: BTreeMap<StreamId, Open>,
    last: StreamId,
}

impl Streams {
    fn add(&mut self, pod: &Uid, container: &str, source: Source) -> StreamId {
        self.last += 1;
        self.open.insert(self.last, Open { pod: pod.clone(), container: container.to_owned(), source });
        self.last
    }
}

fn bad_request(message: String) -> Status {
    Status::bad_request(message)
}

/// The container whose log is meant. Models `validateContainerLogStatus`.
fn log_container<'a>(pod: &'a Pod, object: &Value, options: &LogOptions) -> Result<&'a Instance, Status> {
    let (name, pod_name) = (options.container.as_str(), object.name());
    if options.previous {
        let missing = || bad_request(format!("previous terminated container {name:?} in pod {pod_name:?} not found"));
        return pod.previous(name).ok_or_else(missing);
    }
    if let Some(instance) = pod.latest(name) {
        // What could not be started has no log; the run before it has.
        return Ok(match instance.started {
            None => pod.previous(name).unwrap_or(instance),
            Some(_) => instance,
        });
    }
    let waiting = pod.reasons.get(name).map_or("ContainerCreating", |w| w.reason);
    let why = match waiting {
        "ErrImagePull" => "image can't be pulled",
        "ImagePullBackOff" => "trying and failing to pull image",
        "ContainerCreating" if !pod.spec()["initContainers"].is_empty() => "PodInitializing",
        other => other,
    };
    Err(bad_request(format!("container {name:?} in pod {pod_name:?} is waiting to start: {why}")))
}

/// What kubectl is told when it wants to enter a container that does not run.
fn not_found(name: &str) -> Status {
    Status::new(500, "", format!("unable to upgrade connection: container not found ({name:?})"))
}

fn running<'a>(pod: Option<&'a Pod>, object: &Value, name: &str) -> Result<(&'a Uid, &'a Instance), Status> {
    let Some(pod) = pod else {
        let message = "unable to upgrade connection: pod does not exist".to_string();
        let _ = object;
        return Err(Status::new(404, "", message));
    };
    match pod.latest(name).filter(|i| i.is_running()) {
        Some(instance) => Ok((&pod.uid, instance)),
        None => Err(not_found(name)),
    }
}

impl Kubelets {
    /// Works on a container's machine from outside a step. None where there is none.
    fn with_machine<R>(
        &mut self,
        uid: &Uid,
        container: &str,
        work: impl FnOnce(&mut Kernel, &mut dyn Env) -> R,
    ) -> Option<R> {
        let mut pod = self.pods.remove(uid)?;
        let result = self.with_taken(&mut pod, container, work);
        self.pods.insert(uid.clone(), pod);
        self.due.insert(uid.clone());
        result
    }

    fn with_taken<R>(
        &mut self,
        pod: &mut Pod,
        container: &str,
        work: impl FnOnce(&mut Kernel, &mut dyn Env) -> R,
    ) -> Option<R> {
        let node = self.nodes.get_mut(&*pod.node)?;
        let mut kernel = pod.by_id_mut(container)?.kernel.take()?;
        let (ip, informers) = (pod.ip().to_owned(), Informers::default());
        let mut world = World {
            pods: Neighbours { uid: &pod.uid, siblings: &mut pod.instances, others: &mut self.pods },
            object: &pod.object,
            ip: &ip,
            volumes: &mut pod.volumes,
            shared: &mut self.shared,
            ports: &mut pod.ports,
            network: &mut self.network,
            informers: &informers,
            rng: &mut node.rng,
        };
        let result = work(&mut kernel, &mut world);
        pod.by_id_mut(container)?.kernel = Some(kernel);
        Some(result)
    }

    /// The container of a pod that listens on a port, connected to.
    fn connect(&mut self, uid: &Uid, port: u16, peer: &str) -> Option<(String, ConnId)> {
        let pod = self.pods.get_mut(uid)?;
        let found = pod.instances.iter_mut().find_map(|i| {
            let conn = i.kernel.as_mut()?.connect(port, peer)?;
            Some((i.id.clone(), conn))
        });
        self.due.insert(uid.clone());
        found
    }

    fn poll(&mut self, open: &mut Open) -> StreamPoll {
        let mut poll = StreamPoll::default();
        let (uid, id) = (open.pod.clone(), open.container.clone());
        match &mut open.source {
            Source::Said(chunk) => {
                poll.chunks.push(chunk.clone());
                poll.closed = true;
            }
            Source::Log { options, next, offset, sent } => {
                let instance = self.pods.get(&uid).and_then(|p| p.instances.iter().find(|i| i.id == id));
                let mut out = Vec::new();
                if let Some(instance) = instance {
                    read_log(instance, options, next, offset, &mut out);
                }
                if let Some(limit) = options.limit_bytes {
                    let room = usize::try_from(limit - *sent).unwrap_or(0);
                    out.truncate(room);
                    poll.closed |= room == 0 || out.len() == room;
                }
                *sent += i64::try_from(out.len()).unwrap_or(0);
                if !out.is_empty() {
                    poll.chunks.push(StreamChunk::Stdout(out));
                }
                poll.closed |= !options.follow || instance.is_none_or(|i| !i.is_running());
            }
            Source::Exec { pid, tty } => {
                let (pid, tty) = (*pid, *tty);
                let seen = self.with_machine_quietly(&uid, &id, |kernel| {
                    let chunks = kernel.take_output(pid);
                    let status = kernel.exit_status(pid).filter(|_| kernel.is_done(pid));
                    if status.is_some() {
                        kernel.reap(pid);
                    }
                    (chunks, status.map(|s| s.code))
                });
                // A container that ends takes its execs with it.
                let (chunks, code) = seen.unwrap_or((Vec::new(), Some(137)));
                poll.chunks.extend(chunks.into_iter().map(|c| output(c.stream, c.data, tty)));
                if let Some(code) = code {
                    poll.chunks.push(StreamChunk::Exit(Ok(code)));
                    poll.closed = true;
                }
            }
            Source::Attach { next, tty } => {
                let instance = self.pods.get(&uid).and_then(|p| p.instances.iter().find(|i| i.id == id));
                let lines: Vec<_> = instance.into_iter().flat_map(|i| i.log.from(*next)).collect();
                for (n, line) in lines {
                    *next = n + 1;
                    poll.chunks.push(output(line.stream, line.data.clone(), *tty));
                }
                if !instance.is_some_and(Instance::is_running) {
                    let code = instance.and_then(Instance::exit).map_or(137, |e| e.code);
                    poll.chunks.push(StreamChunk::Exit(Ok(code)));
                    poll.closed = true;
                }
            }
            Source::Forward { conn } => {
                let conn = *conn;
                let seen = self.with_machine_quietly(&uid, &id, |kernel| read_conn(kernel, conn));
                let (data, ended) = seen.unwrap_or((Vec::new(), true));
                if !data.is_empty() {
                    poll.chunks.push(StreamChunk::Data(data));
                }
                poll.closed = ended;
            }
        }
        poll
    }

    /// Looks into a machine; nothing new happens in it.
    fn with_machine_quietly<R>(&mut self, uid: &Uid, id: &str, look: impl FnOnce(&mut Kernel) -> R) -> Option<R> {
        let kernel = self.pods.get_mut(uid)?.by_id_mut(id)?.kernel.as_mut()?;
        Some(look(kernel))
    }
}

fn read_conn(kernel: &mut Kernel, conn: ConnId) -> (Vec<u8>, bool) {
    let mut out = Vec::new();
    loop {
        match kernel.conn_read(conn) {
            Read::Data(data) => out.extend(data),
            Read::Wait => return (out, false),
            Read::End => return (out, true),
        }
    }
}

/// Adds the lines that come next.
fn read_log(instance: &Instance, options: &LogOptions, next: &mut u64, offset: &mut usize, out: &mut Vec<u8>) {
    for (n, line) in instance.log.from(*next) {
        let from = if n == *next { *offset } else { 0 };
        let rest = line.data.get(from..).unwrap_or(&[]);
        let whole = line.data.last() == Some(&b'\n');
        if options.since.is_none_or(|since| line.at >= since) && !rest.is_empty() {
            if options.timestamps && from == 0 {
                out.extend(line.at.rfc3339_nano().into_bytes());
                out.push(b' ');
            }
            out.extend_from_slice(rest);
        }
        (*next, *offset) = if whole { (n + 1, 0) } else { (n, line.data.len()) };
    }
}

impl NodeProxy for Kubelets {
    fn logs(&mut self, object: &Value, options: LogOptions) -> Result<StreamId, Status> {
        let Some(pod) = self.pod_of(object) else {
            let (name, pod) = (&options.container, object.name());
            return Err(bad_request(format!(
                "container {name:?} in pod {pod:?} is waiting to start: ContainerCreating"
            )));
        };
        let instance = log_container(pod, object, &options)?;
        let from = |options: &LogOptions| {
            let Some(tail) = options.tail_lines else { return 0 };
            let fits = |at: Time| options.since.is_none_or(|since| at >= since);
            let numbers: Vec<u64> = instance.log.from(0).filter(|(_, l)| fits(l.at)).map(|(n, _)| n).collect();
            let skip = numbers.len().saturating_sub(usize::try_from(tail).unwrap_or(0));
            numbers.get(skip).copied().unwrap_or(instance.log.end())
        };
        let next = from(&options);
        let (uid, id) = (pod.uid.clone(), instance.id.clone());
        Ok(self.streams.add(&uid, &id, Source::Log { options, next, offset: 0, sent: 0 }))
    }

    fn exec(&mut self, object: &Value, options: ExecOptions) -> Result<StreamId, Status> {
        let (uid, instance) = running(self.pod_of(object), object, &options.container)?;
        let (uid, id) = (uid.clone(), instance.id.clone());
        let stdin = if options.stdin { Stdin::Open } else { Stdin::Null };
        let spawn = Spawn { argv: options.command, stdin, tty: options.tty, ..Spawn::default() };
        let spawned = self.with_machine(&uid, &id, |kernel, env| kernel.spawn(spawn, env));
        let source = match spawned {
            Some(Ok(pid)) => Source::Exec { pid, tty: options.tty },
            Some(Err(why)) => {
                let exec = self.nodes.values_mut().next().map(|n| n.rng.hex(32)).unwrap_or_default();
                let message = format!(
                    "Internal error occurred: error executing command in container: failed to exec in container: failed \
                     to start exec \"{exec}\": OCI runtime exec failed: exec failed: unable to start container process: \
                     {}: unknown",
                    why.text()
                );
                Source::Said(StreamChunk::Exit(Err(Status::internal(message))))
            }
            None => return Err(not_found(&options.container)),
        };
        Ok(self.streams.add(&uid, &id, source))
    }

    fn attach(&mut self, object: &Value, options: ExecOptions) -> Result<StreamId, Status> {
        let (uid, instance) = running(self.pod_of(object), object, &options.container)?;
        let (uid, id, next) = (uid.clone(), instance.id.clone(), instance.log.end());
        Ok(self.streams.add(&uid, &id, Source::Attach { next, tty: options.tty }))
    }

    fn port_forward(&mut self, object: &Value, port: u16) -> Result<StreamId, Status> {
        let Some(pod) = self.pod_of(object).filter(|p| p.sandbox_ready()) else {
            return Err(Status::new(404, "", "unable to upgrade connection: pod does not exist"));
        };
        let (uid, sandbox) = (pod.uid.clone(), pod.sandbox.as_ref().map_or("", |s| s.id.as_str()).to_owned());
        if let Some((container, conn)) = self.connect(&uid, port, "127.0.0.1") {
            return Ok(self.streams.add(&uid, &container, Source::Forward { conn }));
        }
        let network = sandbox.get(..8).unwrap_or("");
        let message = format!(
            "error forwarding port {port} to pod {sandbox}, uid : failed to execute portforward in network namespace \
             \"/var/run/netns/cni-{network}\": failed to connect to localhost:{port} inside namespace \"{sandbox}\", IPv4: \
             dial tcp4 127.0.0.1:{port}: connect: connection refused IPv6 dial tcp6 [::1]:{port}: connect: connection \
             refused "
        );
        Ok(self.streams.add(&uid, "", Source::Said(StreamChunk::Error(message))))
    }

    fn http(&mut self, object: &Value, port: u16, method: &str, path: &str, body: &[u8]) -> Reply {
        let refused = |ip: &str| {
            let message = format!("error trying to reach service: dial tcp {ip}:{port}: connect: connection refused");
            Reply::from(Status::new(503, "ServiceUnavailable", message))
        };
        let Some(pod) = self.pod_of(object) else { return refused("") };
        let (uid, ip) = (pod.uid.clone(), pod.ip().to_owned());
        let Some((container, conn)) = self.connect(&uid, port, "172.18.0.10") else { return refused(&ip) };
        let head = format!(
            "{method} {path} HTTP/1.1\r\nHost: {ip}:{port}\r\nContent-Length: {}\r\nConnection: close\r\n\r\n",
            body.len()
        );
        let now = self.now;
        let answer = self.with_machine(&uid, &container, |kernel, env| {
            kernel.conn_write(conn, head.as_bytes());
            kernel.conn_write(conn, body);
            kernel.step(now, env);
            let (data, _) = read_conn(kernel, conn);
            kernel.conn_close(conn);
            data
        });
        let text = String::from_utf8_lossy(&answer.unwrap_or_default()).into_owned();
        let (head, body) = text.split_once("\r\n\r\n").unwrap_or((&text, ""));
        let code = head.split_whitespace().nth(1).and_then(|c| c.parse().ok()).unwrap_or(502);
        Reply { code, warnings: Vec::new(), body: ReplyBody::Text(body.to_owned()) }
    }

    fn poll_stream(&mut self, id: StreamId) -> StreamPoll {
        let Some(mut open) = self.streams.open.remove(&id) else {
            return StreamPoll { closed: true, ..StreamPoll::default() };
        };
        let poll = self.poll(&mut open);
        if !poll.closed {
            self.streams.open.insert(id, open);
        }
        poll
    }

    fn write_stream(&mut self, id: StreamId, data: Option<&[u8]>) {
        let Some(open) = self.streams.open.get(&id).cloned() else { return };
        match open.source {
            Source::Forward { conn } => {
                self.with_machine(&open.pod, &open.container, |kernel, _| match data {
                    Some(data) => kernel.conn_write(conn, data),
                    None => kernel.conn_close(conn),
                });
            }
            Source::Exec { pid, .. } => {
                self.with_machine(&open.pod, &open.container, |kernel, env| match data {
                    Some(data) => kernel.write_stdin(pid, data, env),
                    None => kernel.close_stdin(pid),
                });
            }
            Source::Attach { .. } => {
                let main = self.pods.get(&open.pod).and_then(|p| p.instances.iter().find(|i| i.id == open.container));
                let Some(main) = main.map(|i| i.main) else { return };
                self.with_machine(&open.pod, &open.container, |kernel, env| match data {
                    Some(data) => kernel.write_stdin(main, data, env),
                    None => kernel.close_stdin(main),
                });
            }
            Source::Log { .. } | Source::Said(_) => {}
        }
    }

    fn close_stream(&mut self, id: StreamId) {
        let Some(open) = self.streams.open.remove(&id) else { return };
        if let Source::Forward { conn } = open.source {
            self.with_machine(&open.pod, &open.container, |kernel, _| kernel.conn_close(conn));
        }
    }
}
