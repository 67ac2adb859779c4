//! Starting a container: back-off, image, configuration, first process. Models `kuberuntime_container.go`
//! (`startContainer`) and `pkg/kubelet/images`.

use super::context::Context;
use super::images::{self, Reference, Resolved};
use super::pod::{Backoff, Exit, Instance, Pod, State, Waiting};
use super::status::{security, user};
use super::worker::{CREATE, Running, START};
use super::{dns, env, hooks, resize, volumes};
use crate::apimachinery::Value;
use crate::apimachinery::quantity::Quantity;
use crate::apimachinery::time::{Duration, Time};
use crate::sh::files::Who;
use crate::sh::{Kernel, Machine, Spawn};
use std::collections::BTreeMap;
use std::rc::Rc;

const FIRST_BACKOFF: Duration = Duration::from_secs(10);
const MAX_BACKOFF: Duration = Duration::from_secs(300);
/// The first pull of an image on a node: half a second and 4 ns a byte; later ones ask the registry only.
const FIRST_PULL: Duration = Duration::from_millis(500);
const LATER_PULL: Duration = Duration::from_millis(250);
const FAILED_PULL: Duration = Duration::from_millis(200);
const NANOS_PER_BYTE: u64 = 4;

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
    ensure_image(pod, name, context)
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
fn fail(pod: &mut Pod, name: &str, reason: &'static str, message: String, event: &str, context: &mut Context) {
    context.event(pod, name, "Warning", "Failed", &format!("Error: {event}"));
    refuse(pod, name, reason, message);
}

fn ensure_image(pod: &mut Pod, name: &str, context: &mut Context) -> Option<Running> {
    let (spec, _) = pod.container_spec(name);
    let (image, policy) = (spec["image"].str().to_owned(), spec["imagePullPolicy"].str().to_owned());
    let Some(reference) = Reference::parse(&image) else {
        let message = format!(
            "Failed to apply default image tag {image:?}: couldn't parse image name {image:?}: invalid reference format"
        );
        context.event(pod, name, "Warning", "InspectFailed", &message);
        fail(pod, name, "InvalidImageName", message, "InvalidImageName", context);
        return None;
    };
    let present = context.node.images.contains_key(&reference.to_string());
    if present && policy != "Always" {
        let message = format!("Container image {image:?} already present on machine and can be accessed by the pod");
        context.event(pod, name, "Normal", "Pulled", &message);
        return create_next(name, context);
    }
    if policy == "Never" {
        let message = format!("Container image {image:?} is not present with pull policy of Never");
        context.event(pod, name, "Warning", "ErrImageNeverPull", &message);
        fail(pod, name, "ErrImageNeverPull", message, "ErrImageNeverPull", context);
        return None;
    }
    let key = format!("{}_{image}", pod.uid);
    if let Some((backoff, why)) = context.node.pull_backoff.get(&key) {
        let over = backoff.updated + backoff.delay;
        if context.now < over {
            let text = format!("Back-off pulling image {image:?}");
            let message = format!("{text}: ErrImagePull: {why}");
            context.event(pod, name, "Normal", "BackOff", &text);
            fail(pod, name, "ImagePullBackOff", message, "ImagePullBackOff", context);
            pod.worker.back_off(over);
            return None;
        }
    }
    context.event(pod, name, "Normal", "Pulling", &format!("Pulling image {image:?}"));
    let takes = match images::lookup(&image) {
        None => FAILED_PULL,
        Some(_) if present => LATER_PULL,
        Some(found) => FIRST_PULL + Duration::from_nanos(found.size().saturating_mul(NANOS_PER_BYTE)),
    };
    Some(Running::Pull { name: name.to_owned(), since: context.now, until: context.now + takes })
}

/// A pull has ended.
pub fn pulled(pod: &mut Pod, name: &str, since: Time, context: &mut Context) -> Option<Running> {
    let image = pod.container_spec(name).0["image"].str().to_owned();
    let key = format!("{}_{image}", pod.uid);
    let Some(found) = images::lookup(&image) else {
        let why = pull_error(&image);
        let message = format!("Failed to pull image {image:?}: {why}");
        context.event(pod, name, "Warning", "Failed", &message);
        let known = context.node.pull_backoff.get(&key).map(|(b, _)| *b);
        let known = known.filter(|b| context.now.since(b.updated) <= MAX_BACKOFF * 2);
        let delay = known.map_or(FIRST_BACKOFF, |b| (b.delay * 2).min(MAX_BACKOFF));
        context.node.pull_backoff.insert(key, (Backoff { delay, updated: context.now }, why.clone()));
        fail(pod, name, "ErrImagePull", why, "ErrImagePull", context);
        return None;
    };
    context.node.pull_backoff.remove(&key);
    let took = go_duration(round_millis(context.now.since(since)));
    let size = found.size();
    let message =
        format!("Successfully pulled image {image:?} in {took} ({took} including waiting). Image size: {size} bytes.");
    context.event(pod, name, "Normal", "Pulled", &message);
    context.node.images.insert(found.full_name(), found);
    create_next(name, context)
}

fn round_millis(d: Duration) -> Duration {
    Duration::from_millis(((d.as_nanos() + 500_000) / 1_000_000) as u64)
}

/// Why a registry does not give an image, in containerd's words.
fn pull_error(image: &str) -> String {
    let Some(reference) = Reference::parse(image) else { return "invalid reference format".to_owned() };
    let (code, why) = resolve_error(&reference);
    format!(
        "rpc error: code = {code} desc = failed to pull and unpack image \"{reference}\": failed to resolve reference \
         \"{reference}\": {why}"
    )
}

/// What the registry says, and the code that gRPC gives it. Docker's does not tell what is private from what is not there;
/// a host that is no registry has no address.
fn resolve_error(reference: &Reference) -> (&'static str, String) {
    const OPEN: &[&str] =
        &["registry.k8s.io", "k8s.gcr.io", "gcr.io", "ghcr.io", "quay.io", "mcr.microsoft.com", "public.ecr.aws"];
    let (host, path) = reference.name.split_once('/').unwrap_or_default();
    let head = |scheme: &str| {
        let tag = reference.digest.as_deref().unwrap_or(&reference.tag);
        format!("failed to do request: Head \"{scheme}://{host}/v2/{path}/manifests/{tag}\": dial tcp")
    };
    if images::is_known(&reference.name) || OPEN.contains(&host) {
        return ("NotFound", format!("{reference}: not found"));
    }
    if host == "docker.io" {
        let why = "pull access denied, repository does not exist or may require authorization: server message: \
                   insufficient_scope: authorization failed";
        return ("Unknown", why.to_owned());
    }
    let (name, port) = host.split_once(':').unwrap_or((host, "443"));
    match name {
        "localhost" => ("Unknown", format!("{} [::1]:{port}: connect: connection refused", head("http"))),
        _ => ("Unknown", format!("{}: lookup {name} on 172.18.0.1:53: no such host", head("https"))),
    }
}

fn create_next(name: &str, context: &Context) -> Option<Running> {
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

    #[test]
    fn unknown_images_fail_as_containerd_words_it() {
        assert!(pull_error("nginx:9.99").ends_with(
            "failed to resolve reference \"docker.io/library/nginx:9.99\": docker.io/library/nginx:9.99: not found"
        ));
        assert!(pull_error("registry.example.com/team/app:v1").ends_with(
            "failed to do request: Head \"https://registry.example.com/v2/team/app/manifests/v1\": dial tcp: lookup \
             registry.example.com on 172.18.0.1:53: no such host"
        ));
        assert_eq!(
            pull_error("nosuchimage:v9"),
            "rpc error: code = Unknown desc = failed to pull and unpack image \"docker.io/library/nosuchimage:v9\": failed \
             to resolve reference \"docker.io/library/nosuchimage:v9\": pull access denied, repository does not exist or \
             may require authorization: server message: insufficient_scope: authorization failed"
        );
    }
}
