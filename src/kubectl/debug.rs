//! `kubectl debug`. Models `kubectl/pkg/cmd/debug`, with its `general` profile.

use super::attach;
use super::run::{is_image, wait_for};
use super::util::{self, WriteOptions};
use crate::apimachinery::time::Duration;
use crate::apimachinery::{Object, Value};
use crate::cli::builder::{Builder, Info, mapping_for};
use crate::cli::command::Command;
use crate::cli::errors::{Error, Result};
use crate::cli::factory::Factory;
use crate::cli::flag_sets;
use crate::cli::flags::Flag;
use crate::client::{PatchType, Request};
use crate::sim::Rng;
use crate::{action, list, object};

const FLAGS: &[Flag] = &[
    Flag::bool("arguments-only", "What follows -- are arguments of the image's command, not the command."),
    Flag::bool("attach", "Wait for the container to start and attach to it; the default with -i."),
    Flag::str("container", "", "The name of the debug container.").short('c'),
    Flag::str("copy-to", "", "Make a copy of the pod with this name, and debug that."),
    Flag::str("custom", "", "A file with a partial container spec for the debug container."),
    Flag::array("env", "Environment of the debug container, as NAME=VALUE."),
    Flag::str("image", "", "The image of the debug container."),
    Flag::str("image-pull-policy", "", "When to pull the image: Always, IfNotPresent or Never."),
    Flag::bool("keep-annotations", "Keep the annotations in the copy."),
    Flag::bool_on("keep-init-containers", "Keep the init containers in the copy."),
    Flag::bool("keep-labels", "Keep the labels in the copy."),
    Flag::bool("keep-liveness", "Keep the liveness probes in the copy."),
    Flag::bool("keep-readiness", "Keep the readiness probes in the copy."),
    Flag::bool("keep-startup", "Keep the startup probes in the copy."),
    Flag::str(
        "profile",
        "general",
        "What the debug container may do: general, baseline, restricted, netadmin or sysadmin.",
    ),
    Flag::bool("quiet", "Do not say what is done.").short('q'),
    Flag::bool("replace", "With --copy-to: delete the original."),
    Flag::bool("same-node", "With --copy-to: put the copy on the same node."),
    Flag::slice("set-image", "With --copy-to: containers and their images, as NAME=IMAGE; * stands for all."),
    Flag::bool_on("share-processes", "With --copy-to: containers of the copy see each other's processes."),
    Flag::bool("stdin", "Keep standard input open.").short('i'),
    Flag::str("target", "", "The container whose processes the debug container should see."),
    Flag::bool("tty", "Give the debug container a terminal.").short('t'),
];

pub const COMMAND: Command =
    Command::new("debug", "Create debugging sessions for troubleshooting workloads and nodes", action!(run))
        .usage("(POD | TYPE[[.VERSION].GROUP]/NAME) [ -- COMMAND [args...] ] [options]")
        .long("Debug cluster resources using interactive debugging containers.\n\n A pod gets an ephemeral container, or is copied with changes (--copy-to); a node gets a pod in its namespaces, its file system under /host")
        .examples("# Debug a pod with a container that joins it\nkubectl debug mypod -it --image=busybox\n\n# Debug a copy of a pod with another command\nkubectl debug mypod -it --copy-to=my-debugger --container=mycontainer -- sh\n\n# Debug a node\nkubectl debug node/mynode -it --image=busybox")
        .flags(&[FLAGS, flag_sets::FILES]);

async fn run(f: &Factory) -> Result {
    let (names, command) = f.flags.split_at_dash();
    check(f, names, command)?;
    let builder = Builder::new(f)?.files(f);
    let builder = match names.iter().any(|n| n.contains('/')) || names.is_empty() {
        true => builder.args(f, false, names).await?,
        false => builder.named("pods", names),
    };
    let mut errors = Vec::new();
    for entry in builder.entries(f).await? {
        let done = match entry {
            Ok(info) => one(f, &info, command).await,
            Err(e) => Err(e),
        };
        errors.extend(done.err());
    }
    Error::all(errors)
}

/// Models `DebugOptions.Validate`.
fn check(f: &Factory, names: &[String], command: &[String]) -> Result {
    let (flags, image) = (&f.flags, f.flags.str("image"));
    let images = flags.list("set-image");
    if !flags.str("copy-to").is_empty() {
        if image.is_empty() && images.is_empty() && command.is_empty() {
            return Err("you must specify --image, --set-image or command arguments.".into());
        }
        if !command.is_empty() && flags.str("container").is_empty() && image.is_empty() {
            return Err("you must specify an existing container or a new image when specifying args.".into());
        }
    } else {
        for flag in ["replace", "same-node", "set-image"] {
            if flags.bool(flag) || (flag == "set-image" && !images.is_empty()) {
                return Err(format!("--{flag} may only be used with --copy-to.").into());
            }
        }
        if image.is_empty() {
            return Err("you must specify --image when not using --copy-to.".into());
        }
    }
    if !image.is_empty() && !is_image(image) {
        return Err(format!("invalid image name {image:?}: invalid reference format").into());
    }
    if names.is_empty() && flags.list("filename").is_empty() {
        return Err("NAME or filename is required for debug".into());
    }
    let policy = flags.str("image-pull-policy");
    if !matches!(policy, "" | "Always" | "IfNotPresent" | "Never") {
        return Err(format!("invalid image pull policy: {policy}").into());
    }
    for (name, image) in set_images(f) {
        if !is_image(image) {
            return Err(format!("invalid image name {image:?} for container {name:?}: invalid reference format").into());
        }
    }
    let target = flags.str("target");
    if !target.is_empty() {
        if !flags.str("copy-to").is_empty() {
            return Err("--target is incompatible with --copy-to. Use --share-processes instead.".into());
        }
        say(
            f,
            &format!(
                "Targeting container {target:?}. If you don't see processes from this container it may be because the \
                 container runtime doesn't support this feature.\n"
            ),
        );
    }
    if flags.bool("tty") && !flags.bool("stdin") {
        return Err("-i/--stdin is required for containers with -t/--tty=true".into());
    }
    match flags.str("profile") {
        "general" | "baseline" | "restricted" | "netadmin" | "sysadmin" => {}
        other => return Err(format!("unknown profile: {other}").into()),
    }
    if !flags.str("custom").is_empty() {
        return Err(super::not_simulated("kubectl debug --custom"));
    }
    Ok(())
}

fn set_images(f: &Factory) -> impl Iterator<Item = (&str, &str)> {
    f.flags.list("set-image").iter().filter_map(|pair| pair.split_once('='))
}

fn say(f: &Factory, text: &str) {
    if !f.flags.bool("quiet") {
        f.out(text);
    }
}

async fn one(f: &Factory, info: &Info, command: &[String]) -> Result {
    let mut rng = Rng::new(f.ctx.client.clock.now().0 as u64).fork("debug").fork(&info.name);
    let (pod, container) = match info.object.kind() {
        "Node" => on_node(f, &info.name, command, &rng.suffix(5)).await?,
        "Pod" if f.flags.str("copy-to").is_empty() => join(f, info, command, &mut rng).await?,
        "Pod" => copy(f, info, command, &mut rng).await?,
        kind => return Err(format!("{:?} not supported by debug", kind).into()),
    };
    let attaches = if f.flags.changed("attach") { f.flags.bool("attach") } else { f.flags.bool("stdin") };
    if attaches && !container.is_empty() {
        return session(f, pod, &container).await;
    }
    Ok(())
}

/// The name of the debug container; one is made up where none was given.
fn container_name(f: &Factory, rng: &mut Rng) -> String {
    let given = f.flags.str("container");
    if !given.is_empty() {
        return given.to_owned();
    }
    let name = format!("debugger-{}", rng.suffix(5));
    say(f, &format!("Defaulting debug container name to {name}.\n"));
    name
}

/// Sets what the flags say of the debug container.
fn fill(f: &Factory, container: &mut Value, command: &[String]) {
    let words: Value = command.iter().map(String::as_str).collect();
    match (command.is_empty(), f.flags.bool("arguments-only")) {
        (true, _) => {}
        (_, true) => container.set("args", words),
        _ => {
            container.set("command", words);
            container.remove("args");
        }
    }
    let env = f.flags.list("env").iter().filter_map(|e| e.split_once('='));
    let env: Vec<Value> = env.map(|(k, v)| object! { "name" => k, "value" => v }).collect();
    if !env.is_empty() {
        container.set("env", env);
    }
    for (flag, field) in [("image", "image"), ("image-pull-policy", "imagePullPolicy")] {
        if !f.flags.str(flag).is_empty() {
            container.set(field, f.flags.str(flag));
        }
    }
    for flag in ["stdin", "tty"] {
        match f.flags.bool(flag) {
            true => container.set(flag, true),
            false => drop(container.remove(flag)),
        }
    }
}

/// What the profile lets a container do inside of a pod.
fn allow(f: &Factory, container: &mut Value) {
    let capabilities = match f.flags.str("profile") {
        "general" => object! { "capabilities" => object! { "add" => list!["SYS_PTRACE"] } },
        "netadmin" => object! { "capabilities" => object! { "add" => list!["NET_ADMIN", "NET_RAW"] } },
        "sysadmin" => object! { "privileged" => true },
        "restricted" => object! {
            "allowPrivilegeEscalation" => false, "capabilities" => object! { "drop" => list!["ALL"] },
            "runAsNonRoot" => true, "seccompProfile" => object! { "type" => "RuntimeDefault" },
        },
        _ => return,
    };
    container.set("securityContext", capabilities);
}

/// An ephemeral container in the pod.
async fn join(f: &Factory, info: &Info, command: &[String], rng: &mut Rng) -> Result<(Value, String)> {
    let name = container_name(f, rng);
    let mut container =
        object! { "name" => name.as_str(), "terminationMessagePolicy" => "File", "resources" => object! {} };
    fill(f, &mut container, command);
    allow(f, &mut container);
    if !f.flags.str("target").is_empty() {
        container.set("targetContainerName", f.flags.str("target"));
    }
    let body = object! { "spec" => object! { "ephemeralContainers" => list![container] } };
    let options = WriteOptions::default();
    let pod = util::patch(f, info, PatchType::Strategic, body, "ephemeralcontainers", &options).await?;
    Ok((pod, name))
}

/// A changed copy of the pod.
async fn copy(f: &Factory, info: &Info, command: &[String], rng: &mut Rng) -> Result<(Value, String)> {
    let flags = &f.flags;
    let mut metadata = object! { "name" => flags.str("copy-to"), "namespace" => info.namespace.as_str() };
    for (flag, field) in [("keep-annotations", "annotations"), ("keep-labels", "labels")] {
        let kept = &info.object["metadata"][field];
        if flags.bool(flag) && !kept.is_null() {
            metadata.set(field, kept.clone());
        }
    }
    let mut spec = info.object["spec"].clone();
    spec.remove("ephemeralContainers");
    if !flags.bool("same-node") {
        spec.remove("nodeName");
    }
    if !flags.bool("keep-init-containers") {
        spec.remove("initContainers");
    }
    if flags.changed("share-processes") || flags.str("profile") != "baseline" {
        spec.set("shareProcessNamespace", flags.bool("share-processes"));
    }
    let given = flags.str("container");
    let exists = spec["containers"].items().iter().any(|c| c["name"].str() == given);
    let only_images = !exists && flags.str("image").is_empty();
    if only_images && flags.list("set-image").is_empty() {
        return Err("you must specify an existing container or a new image when using --copy-to".into());
    }
    let name = if exists || only_images { given.to_owned() } else { container_name(f, rng) };
    let containers = spec.at_mut("containers").list_mut();
    if !exists && !only_images {
        containers.push(object! { "name" => name.as_str(), "terminationMessagePolicy" => "File" });
    }
    for container in containers {
        let own = container["name"].str().to_owned();
        for (wanted, image) in set_images(f).filter(|(n, _)| *n == "*" || *n == own) {
            if wanted != "*" || !set_images(f).any(|(n, _)| n == own) {
                container.set("image", image);
            }
        }
        for (flag, probe) in
            [("keep-liveness", "livenessProbe"), ("keep-readiness", "readinessProbe"), ("keep-startup", "startupProbe")]
        {
            if !flags.bool(flag) {
                container.remove(probe);
            }
        }
        if own == name && !only_images {
            fill(f, container, command);
            allow(f, container);
        }
    }
    let copy = object! { "apiVersion" => "v1", "kind" => "Pod", "metadata" => metadata, "spec" => spec };
    if flags.bool("replace") {
        f.send(Request::delete(info.url(), Value::Null)).await?;
    }
    let pod = f.send(Request::post(info.collection_url(), copy)).await?;
    Ok((pod, if only_images { String::new() } else { name }))
}

/// A pod in the namespaces of the node.
async fn on_node(f: &Factory, node: &str, command: &[String], suffix: &str) -> Result<(Value, String)> {
    let name = match f.flags.str("container") {
        "" => "debugger",
        name => name,
    };
    let pod = format!("node-debugger-{node}-{suffix}");
    say(f, &format!("Creating debugging pod {pod} with container {name} on node {node}.\n"));
    let mut container = object! { "name" => name, "terminationMessagePolicy" => "File" };
    fill(f, &mut container, command);
    let mut spec = object! {
        "nodeName" => node, "restartPolicy" => "Never", "tolerations" => list![object! { "operator" => "Exists" }],
    };
    let profile = f.flags.str("profile");
    if matches!(profile, "general" | "sysadmin") {
        container.set("volumeMounts", list![object! { "mountPath" => "/host", "name" => "host-root" }]);
        let root = object! { "name" => "host-root", "hostPath" => object! { "path" => "/" } };
        spec.set("volumes", list![root]);
    }
    if matches!(profile, "general" | "sysadmin" | "netadmin") {
        for field in ["hostIPC", "hostNetwork", "hostPID"].iter().filter(|f| profile != "netadmin" || **f != "hostIPC")
        {
            spec.set(field, true);
        }
    }
    if profile != "general" {
        allow(f, &mut container);
    }
    spec.set("containers", list![container]);
    let namespace = f.namespace()?.0;
    let object = object! {
        "apiVersion" => "v1", "kind" => "Pod",
        "metadata" => object! {
            "name" => pod, "namespace" => namespace.as_str(),
            "labels" => object! { "app.kubernetes.io/managed-by" => "kubectl-debug" },
        },
        "spec" => spec,
    };
    let mapping = mapping_for(f, "pods").await?;
    let created = f.send(Request::post(mapping.url(&namespace, ""), object)).await?;
    Ok((created, name.to_owned()))
}

/// Waits for the container and attaches; where it has ended already, its log is shown.
async fn session(f: &Factory, pod: Value, name: &str) -> Result {
    let mapping = mapping_for(f, "pods").await?;
    let info = Info::of_object(&mapping, pod);
    let state = |pod: &Value| {
        let lists = ["ephemeralContainerStatuses", "containerStatuses"];
        let mut all = lists.iter().flat_map(|l| pod["status"][*l].items());
        all.find(|s| s["name"].str() == name).map(|s| s["state"].clone()).unwrap_or_default()
    };
    let started = |pod: &Value| !state(pod)["running"].is_null() || !state(pod)["terminated"].is_null();
    let pod = wait_for(f, &info, started, Some(Duration::from_secs(60))).await?;
    if !state(&pod)["terminated"].is_null() {
        let request = Request::get(info.url() + "/log").query("container", name);
        let stream = f.stream(request).await?;
        return super::get_watch::copy(f, stream.id).await;
    }
    attach::attach(f, &pod, name, f.flags.bool("stdin"), f.flags.bool("tty")).await
}
