//! Starting a container: back-off, configuration, first process. Models `kuberuntime_container.go`
//! (`startContainer`).

use super::context::Context;
use super::images::{Reference, Resolved};
use super::pod::{Backoff, Exit, Instance, Pod, State, Waiting};
use super::status::{security, user};
use super::worker::{CREATE, Running, START};
use super::{dns, env, hooks, pull, resize, volumes};
use crate::apimachinery::Value;
use crate::apimachinery::quantity::Quantity;
use crate::apimachinery::time::{Duration, Time};
use crate::sh::files::Who;
use crate::sh::{Kernel, Machine, Spawn};
use std::collections::BTreeMap;
use std::rc::Rc;

/// Delays before a container starts again, or an image is asked for again.
pub const FIRST_BACKOFF: Duration = Duration::from_secs(10);
pub const MAX_BACKOFF: Duration = Duration::from_secs(300);
/// Starts a container, or says why it waits.
pub fn begin(pod: &mut Pod, name: &str, crashed: Option<Time>, context: &mut Context) -> Option<Running> {
    if let Some(at) = crashed {
        if let Some(delay) = backing_off(pod, name, at, context.now) {
            let full = pod.full_name();
            let message = format!("Back-off restarting failed container {name} in pod {full}");
            context.event(pod, name, "Warning", "BackOff", &message);
            let why = format!("back-off {} restarting failed container={name} pod={full}", go_duration(delay));
            refuse(pod, name, "CrashLoopBackOff", why);
            pod.worker.back_off(at + delay);
            return None;
        }
    }
    pull::ensure_image(pod, name, context)
}

/// The delay that a container still has to wait for; otherwise its next delay begins. Models `doBackOff`.
fn backing_off(pod: &mut Pod, name: &str, crashed: Time, now: Time) -> Option<Duration> {
    let known = pod.restarts.get(name).copied();
    // A container that ran long enough starts anew.
    let known = known.filter(|b| crashed.since(b.updated) <= MAX_BACKOFF * 2);
    if let Some(backoff) = known.filter(|b| now.since(crashed) < b.delay) {
        return Some(backoff.delay);
    }
    let delay = known.map_or(FIRST_BACKOFF, |b| (b.delay * 2).min(MAX_BACKOFF));
    pod.restarts.insert(name.to_owned(), Backoff { delay, updated: now });
    None
}

pub use crate::apimachinery::time::go_duration;

/// Notes why a container does not start.
pub fn refuse(pod: &mut Pod, name: &str, reason: &'static str, message: String) {
    pod.reasons.insert(name.to_owned(), Waiting { reason, message });
    pod.worker.fail();
}

/// Like [`refuse`], with the event that tells of it.
pub fn fail(pod: &mut Pod, name: &str, reason: &'static str, message: String, event: &str, context: &mut Context) {
    context.event(pod, name, "Warning", "Failed", &format!("Error: {event}"));
    refuse(pod, name, reason, message);
}

/// The container is made next: its image is there.
pub fn create_next(name: &str, context: &Context) -> Option<Running> {
    Some(Running::Create { name: name.to_owned(), until: context.now + CREATE })
}

fn image_of(spec: &Value, context: &Context) -> Option<Resolved> {
    let reference = Reference::parse(spec["image"].str())?;
    context.node.images.get(&reference.to_string()).cloned()
}

/// Makes the container: configuration, files, volumes. Its first process starts with [`start`].
pub fn create(pod: &mut Pod, name: &str, context: &mut Context) -> Option<Running> {
    let spec = pod.container_spec(name).0.clone();
    let image = image_of(&spec, context)?;
    let config = env::variables(pod, &spec, context.node, context.informers)
        .and_then(|vars| check_user(pod, &spec, &image).map(|()| vars));
    let vars = match config {
        Ok(vars) => vars,
        Err(why) => {
            fail(pod, name, "CreateContainerConfigError", why.clone(), &why, context);
            return None;
        }
    };
    let attempt = pod.latest(name).map_or(0, |i| i.attempt + 1);
    let mounts = volumes::mounts(pod, &spec, &vars, context);
    let mut kernel = Kernel::new(machine(pod, &spec, &image, vars, &context.node.spec.memory), context.now);
    for (mount, is_dir) in mounts {
        kernel.mount(mount, is_dir);
    }
    if let Some(who) = who(pod, &spec, &image) {
        kernel.become_user(who);
    }
    let instance = Instance {
        name: name.to_owned(),
        id: context.node.rng.hex(32),
        attempt,
        started: None,
        state: State::Created,
        image,
        kernel: Some(kernel),
        main: 0,
        log: Default::default(),
        resources: resize::allocated(pod, &spec).clone(),
    };
    forget_old(pod, name);
    pod.instances.push(instance);
    context.event(pod, name, "Normal", "Created", "Container created");
    Some(Running::Start { name: name.to_owned(), until: context.now + START })
}

/// Keeps one container before the newest, whose log `logs --previous` shows.
fn forget_old(pod: &mut Pod, name: &str) {
    let count = pod.instances.iter().filter(|i| i.name == name).count();
    let mut surplus = count.saturating_sub(1);
    pod.instances.retain(|i| {
        let drop = surplus > 0 && i.name == name;
        surplus -= usize::from(drop);
        !drop
    });
}

fn check_user(pod: &Pod, spec: &Value, image: &Resolved) -> Result<(), String> {
    let uid = security(pod, spec, "runAsUser").as_i64().unwrap_or(image.image.uid);
    if security(pod, spec, "runAsNonRoot").bool() && uid == 0 {
        let explicit = security(pod, spec, "runAsUser").as_i64().is_some();
        let what = if explicit {
            "container's runAsUser breaks non-root policy"
        } else {
            "container has runAsNonRoot and image will run as root"
        };
        let (name, full) = (spec["name"].str(), pod.full_name());
        return Err(format!("{what} (pod: \"{full}\", container: {name})"));
    }
    Ok(())
}

/// In whose name a container works, where that is not plain root.
fn who(pod: &Pod, spec: &Value, image: &Resolved) -> Option<Who> {
    let linux = user(pod, spec, image);
    let number = |v: &Value| v.as_i64().and_then(|n| u32::try_from(n).ok()).unwrap_or(0);
    let (uid, gid) = (number(&linux["uid"]), number(&linux["gid"]));
    let context = &pod.spec()["securityContext"];
    let plain = context["fsGroup"].is_null() && context["supplementalGroups"].is_empty();
    let groups = linux["supplementalGroups"].items().iter().map(number).collect();
    ((uid, gid) != (0, 0) || !plain).then(|| Who { uid, gid, groups: Rc::new(groups) })
}

fn machine(pod: &Pod, spec: &Value, image: &Resolved, vars: BTreeMap<String, String>, node_memory: &str) -> Machine {
    let hostname = match pod.is_host_network() {
        true => pod.node.to_string(),
        false => env::hostname(&pod.object),
    };
    let mut environment: BTreeMap<String, String> = image.env().into_iter().collect();
    environment.insert("HOSTNAME".to_owned(), hostname.clone());
    environment.extend(vars);
    let mut files = image.files();
    let now = pod.start;
    files.put("/etc/hostname", format!("{hostname}\n").as_bytes(), now);
    files.put("/etc/hosts", hosts(pod, &hostname).as_bytes(), now);
    let log = match spec["terminationMessagePath"].str() {
        "" => "/dev/termination-log",
        path => path,
    };
    files.put(log, b"", now);
    let _ = files.chmod(log, 0o666);
    files.put("/etc/resolv.conf", dns::config(&pod.object).as_bytes(), now);
    files.read_only = spec["securityContext"]["readOnlyRootFilesystem"].bool();
    let uid = security(pod, spec, "runAsUser").as_i64();
    let user = match uid {
        Some(0) => "root".to_owned(),
        Some(uid) if uid != image.image.uid => uid.to_string(),
        _ => image.image.user.to_owned(),
    };
    let cwd = match spec["workingDir"].str() {
        "" => image.image.workdir,
        dir => dir,
    };
    Machine {
        release: image.release(),
        files,
        env: environment,
        hostname,
        ip: pod.ip().to_owned(),
        cwd: if cwd.is_empty() { "/".to_owned() } else { cwd.to_owned() },
        user,
        loader: image.image.loader(),
        memory: Some(memory_limit(spec, node_memory)),
        first_pid: 1,
    }
}

/// Bytes that a container may hold: its limit, or what the node has.
pub fn memory_limit(spec: &Value, node_memory: &str) -> u64 {
    let limit = spec.at("resources.limits.memory").str();
    let quantity = Quantity::parse(if limit.is_empty() { node_memory } else { limit });
    quantity.ok().and_then(|q| u64::try_from(q.value()).ok()).unwrap_or(u64::MAX)
}

fn hosts(pod: &Pod, hostname: &str) -> String {
    let mut out = "# Kubernetes-managed hosts file.\n127.0.0.1\tlocalhost\n::1\tlocalhost ip6-localhost ip6-loopback\n\
                   fe00::0\tip6-localnet\nfe00::0\tip6-mcastprefix\nfe00::1\tip6-allnodes\nfe00::2\tip6-allrouters\n"
        .to_owned();
    let full = dns::full_name(&pod.object, hostname).map(|name| format!("{name}\t")).unwrap_or_default();
    out += &format!("{}\t{full}{hostname}\n", pod.ip());
    let aliases = pod.spec()["hostAliases"].items();
    if !aliases.is_empty() {
        out += "\n# Entries added by HostAliases.\n";
    }
    for alias in aliases {
        let names: Vec<&str> = alias["hostnames"].items().iter().map(Value::str).collect();
        out += &format!("{}\t{}\n", alias["ip"].str(), names.join("\t"));
    }
    out
}

/// The command line: the spec's, or the image's, with references to variables replaced.
fn command(spec: &Value, image: &Resolved, vars: &BTreeMap<String, String>) -> Vec<String> {
    let given = |list: &Value| -> Vec<String> { list.items().iter().map(|a| env::expand(a.str(), vars)).collect() };
    let own = |list: &[&str]| -> Vec<String> { list.iter().map(|a| (*a).to_owned()).collect() };
    let (entrypoint, args) = (given(&spec["command"]), given(&spec["args"]));
    match (entrypoint.is_empty(), args.is_empty()) {
        (false, _) => [entrypoint, args].concat(),
        (true, false) => [own(image.image.entrypoint), args].concat(),
        (true, true) => [own(image.image.entrypoint), own(image.image.cmd)].concat(),
    }
}

/// Starts the first process of the newest container of a name.
pub fn start(pod: &mut Pod, name: &str, context: &mut Context) -> Option<Running> {
    let spec = pod.container_spec(name).0.clone();
    let now = context.now;
    let (id, image) = pod.latest(name).map(|i| (i.id.clone(), i.image.clone()))?;
    let vars = env::variables(pod, &spec, context.node, context.informers).unwrap_or_default();
    let argv = command(&spec, &image, &vars);
    let spawn = Spawn {
        argv,
        stdin: if spec["stdin"].bool() { crate::sh::Stdin::Open } else { crate::sh::Stdin::Null },
        tty: spec["tty"].bool(),
        ..Spawn::default()
    };
    let spawned = context.with_kernel(pod, &id, |kernel, env| kernel.spawn(spawn, env));
    pod.worker.note_change(now);
    let instance = pod.by_id_mut(&id)?;
    match spawned {
        Some(Ok(pid)) => {
            instance.main = pid;
            instance.started = Some(now);
            instance.state = State::Running;
            pod.reasons.remove(name);
            context.event(pod, name, "Normal", "Started", "Container started");
            return hooks::after_start(pod, name, &id, context);
        }
        Some(Err(why)) => {
            let message = format!(
                "failed to create containerd task: failed to create shim task: OCI runtime create failed: runc create \
                 failed: unable to start container process: error during container init: {}: unknown",
                why.text()
            );
            instance.kernel = None;
            instance.state = State::Exited(Exit { code: 128, reason: "StartError", message: message.clone(), at: now });
            fail(pod, name, "RunContainerError", message.clone(), &message, context);
        }
        None => {}
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_read_as_go_prints_them() {
        for (millis, want) in
            [(250, "250ms"), (752, "752ms"), (1_553, "1.553s"), (10_000, "10s"), (80_000, "1m20s"), (300_000, "5m0s")]
        {
            assert_eq!(go_duration(Duration::from_millis(millis)), want);
        }
    }
}
