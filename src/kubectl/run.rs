//! `kubectl run`. Models `kubectl/pkg/cmd/run/run.go`.

use super::delete::Deletion;
use super::util::{self, DryRun, WriteOptions};
use super::{attach, expose, patch};
use crate::apimachinery::patch::merge;
use crate::apimachinery::time::Duration;
use crate::apimachinery::{Object, Value, names};
use crate::cli::builder::{Info, mapping_for};
use crate::cli::command::Command;
use crate::cli::errors::{Error, Result};
use crate::cli::factory::Factory;
use crate::cli::flags::Flag;
use crate::cli::printers::Printer;
use crate::cli::{flag_sets, printers, typed};
use crate::client::{PatchType, Request};
use crate::{action, list, object};

const FLAGS: &[Flag] = &[
    Flag::array("annotations", "Annotations of the pod, as key=value."),
    Flag::bool("attach", "Attach to the container once it runs; so with -i anyway."),
    Flag::str("cascade", "background", "What happens to the objects that a deleted one owns.").no_opt("background"),
    Flag::bool("command", "Take the words after -- as the command, not as its arguments."),
    Flag::array("env", "Environment variables of the container, as NAME=value."),
    Flag::bool("expose", "Make a service for the pod; needs --port."),
    Flag::str("field-manager", "kubectl-run", "Name under which the fields written are owned."),
    Flag::slice("filename", "Files that identify what to expose.").short('f').hidden(),
    Flag::bool("force", "Delete at once."),
    Flag::int64("grace-period", "-1", "Seconds that the pod gets to end when it is deleted."),
    Flag::str("image", "", "The image of the container. Required."),
    Flag::str("image-pull-policy", "", "When to pull the image: Always, IfNotPresent or Never."),
    Flag::str("labels", "", "Labels of the pod, by comma; run=NAME where it is left out.").short('l'),
    Flag::bool("leave-stdin-open", "Keep standard input open after the first attach ends."),
    Flag::str("override-type", "merge", "How --overrides is applied: json, merge or strategic."),
    Flag::str("overrides", "", "JSON that changes the pod made; with an apiVersion of its own or without."),
    Flag::duration("pod-running-timeout", "1m0s", "How long to wait until the pod runs."),
    Flag::str("port", "", "The port that the container serves."),
    Flag::bool("privileged", "Run the container privileged."),
    Flag::bool("quiet", "Print less.").short('q'),
    Flag::str("restart", "Always", "The restart policy: Always, OnFailure or Never."),
    Flag::bool("rm", "Delete the pod after it ends; only with attached containers."),
    Flag::bool("stdin", "Keep standard input of the container open, and attach.").short('i'),
    Flag::duration("timeout", "0s", "How long to wait for the end of the pod when it is deleted."),
    Flag::bool("tty", "Give the container a terminal.").short('t'),
    Flag::bool("wait", "Wait until the deleted pod is gone."),
];

pub const COMMAND: Command = Command::new("run", "Run a particular image on the cluster", action!(run))
    .usage("NAME --image=image [--env=\"key=value\"] [--port=port] [--dry-run=server|client] [--overrides=inline-json] [--command] -- [COMMAND] [args...] [options]")
    .long("Create and run a particular image in a pod")
    .examples("# Run nginx\nkubectl run nginx --image=nginx\n\n# Run it and say which port it serves\nkubectl run hazelcast --image=hazelcast/hazelcast --port=5701\n\n# Set environment and labels\nkubectl run web --image=nginx --env=\"A=1\" --labels=\"app=web,tier=fe\"\n\n# Only print the pod\nkubectl run nginx --image=nginx --dry-run=client -o yaml\n\n# A shell that goes when you leave it\nkubectl run -i -t busybox --image=busybox --restart=Never --rm\n\n# Another command\nkubectl run nginx --image=nginx --command -- <cmd> <arg1> ... <argN>")
    .flags(&[FLAGS, flag_sets::DRY_RUN, flag_sets::PRINT, flag_sets::RECORD, flag_sets::SAVE_CONFIG])
    .required(&["image"]);

async fn run(f: &Factory) -> Result {
    let flags = &f.flags;
    if f.args().is_empty() || flags.dash == Some(0) {
        return Err(f.usage_error("NAME is required for run"));
    }
    let image = flags.str("image");
    if image.is_empty() {
        return Err("--image is required".into());
    }
    if !is_image(image) {
        return Err(Error::Msg(format!("Invalid image name {image:?}: invalid reference format")));
    }
    let dry_run = DryRun::of(f)?;
    let (stdin, tty) = (flags.bool("stdin"), flags.bool("tty"));
    let attaches = flags.bool("attach") || (stdin && !flags.changed("attach"));
    if tty && !stdin {
        return Err(f.usage_error("-i/--stdin is required for containers with -t/--tty=true"));
    }
    if flags.bool("expose") && flags.str("port").is_empty() {
        return Err(f.usage_error("--port must be set when exposing a service"));
    }
    check_policies(f)?;
    if !attaches && flags.bool("rm") {
        return Err(f.usage_error("--rm should only be used for attached containers"));
    }
    if attaches && dry_run != DryRun::None {
        return Err(f.usage_error(
            "--dry-run=[server|client] can't be used with attached containers options (--attach, --stdin, or --tty)",
        ));
    }
    let pod = overridden(f, pod(f)?)?;
    let options = WriteOptions { validation: "", ..util::write_options(f, "kubectl-run")? };
    let mut printer = printers::for_operation(f, &options.dry_run.operation("created"))?.typed();
    let (info, created) = create(f, "pods", pod, &options).await?;
    let service = match flags.bool("expose") {
        true => Some(make_service(f, &created, &options, &mut printer).await?),
        false => None,
    };
    if attaches {
        return attached(f, info, created, service).await;
    }
    if flags.bool("expose") && printers::has_output(f) && flags.str("output") == "yaml" {
        f.out("---\n");
    }
    printer.print(f, &created)
}

fn check_policies(f: &Factory) -> Result {
    let restart = f.flags.str("restart");
    if !matches!(restart, "Always" | "OnFailure" | "Never") {
        return Err(f.usage_error(format!("invalid restart policy: {restart}")));
    }
    let pull = f.flags.str("image-pull-policy");
    if !matches!(pull, "" | "Always" | "IfNotPresent" | "Never") {
        return Err(f.usage_error(format!("invalid image pull policy: {pull}")));
    }
    Ok(())
}

/// What `distribution/reference` takes for an image: words of letters, digits and separators.
pub fn is_image(image: &str) -> bool {
    let (name, digest) = image.split_once('@').unwrap_or((image, "sha256:0"));
    let (path, tag) = match name.rfind(':') {
        Some(at) if !name.get(at..).unwrap_or("").contains('/') => {
            (name.get(..at).unwrap_or(""), name.get(at + 1..).unwrap_or(""))
        }
        _ => (name, "latest"),
    };
    let word = |w: &str| {
        !w.is_empty()
            && w.chars().all(|c| c.is_ascii_alphanumeric() || "._-:[]".contains(c))
            && w.starts_with(|c: char| c.is_ascii_alphanumeric() || c == '[')
            && w.ends_with(|c: char| c.is_ascii_alphanumeric() || c == ']')
    };
    let mut parts = path.split('/').peekable();
    let has_host =
        path.contains('/') && path.split('/').next().is_some_and(|h| h.contains(['.', ':']) || h == "localhost");
    let first_is_host = has_host.then(|| parts.next()).flatten();
    let tag_ok = !tag.is_empty()
        && tag.len() <= 128
        && tag.chars().all(|c| c.is_ascii_alphanumeric() || "._-".contains(c))
        && !tag.starts_with(['.', '-']);
    first_is_host.is_none_or(word)
        && parts.peek().is_some()
        && parts.all(|p| word(p) && p.chars().all(|c| !c.is_ascii_uppercase() && c != ':'))
        && tag_ok
        && digest.contains(':')
}

/// `key=value` pairs by comma. Models `generate.ParseLabels`.
pub fn parse_labels(text: &str) -> Result<Value> {
    let mut labels = Value::object();
    for spec in text.split(',') {
        let mut parts = spec.split('=');
        match (parts.next(), parts.next(), parts.next()) {
            (Some(key), Some(value), None) if !key.is_empty() => labels.set_in(&[key], value),
            _ => return Err(Error::Msg(format!("unexpected label spec: {spec}"))),
        }
    }
    Ok(labels)
}

fn pod(f: &Factory) -> Result<Value> {
    let flags = &f.flags;
    let name = f.arg(0);
    let labels = match flags.str("labels") {
        "" => object! { "run" => name },
        text => parse_labels(text)?,
    };
    let mut container = object! { "name" => name, "image" => flags.str("image"), "resources" => object! {} };
    let words: Value = f.args().iter().skip(1).map(String::as_str).collect();
    if !words.is_empty() {
        container.set(if flags.bool("command") { "command" } else { "args" }, words);
    }
    if !flags.str("image-pull-policy").is_empty() {
        container.set("imagePullPolicy", flags.str("image-pull-policy"));
    }
    let mut env = Vec::new();
    for spec in flags.list("env") {
        match spec.split_once('=') {
            Some((key, value)) if names::is_strict_env_name(key).is_empty() => {
                env.push(object! { "name" => key, "value" => value })
            }
            _ => return Err(Error::Msg(format!("invalid env: {spec}"))),
        }
    }
    if !env.is_empty() {
        container.set("env", env);
    }
    if !flags.str("port").is_empty() {
        container.set("ports", list![object! { "containerPort" => atoi(flags.str("port"))? }]);
    }
    if flags.bool("privileged") {
        container.set("securityContext.privileged", true);
    }
    if flags.bool("stdin") {
        container.set("stdin", true);
        if !flags.bool("leave-stdin-open") {
            container.set("stdinOnce", true);
        }
    }
    if flags.bool("tty") {
        container.set("tty", true);
    }
    let mut metadata = object! { "name" => name, "labels" => labels };
    for spec in flags.list("annotations") {
        let (key, value) =
            spec.split_once('=').ok_or_else(|| Error::Msg(format!("invalid annotation format: {spec}")))?;
        metadata.set_in(&["annotations", key], value);
    }
    Ok(object! {
        "apiVersion" => "v1", "kind" => "Pod", "metadata" => metadata,
        "spec" => object! {
            "containers" => list![container], "dnsPolicy" => "ClusterFirst", "restartPolicy" => flags.str("restart"),
        },
        "status" => object! {},
    })
}

/// Go's `strconv.Atoi`.
pub fn atoi(text: &str) -> Result<i64> {
    crate::cli::flags::parse_int(text, 64).map_err(|e| Error::Msg(e.replace("strconv.ParseInt", "strconv.Atoi")))
}

/// Applies `--overrides`.
pub fn overridden(f: &Factory, object: Value) -> Result<Value> {
    let text = f.flags.str("overrides");
    if text.is_empty() {
        return Ok(object);
    }
    let overrides = Value::from_json(text).map_err(|_| Error::msg("Invalid JSON Patch"))?;
    let object = match f.flags.str("override-type") {
        "json" => patch::locally(&object, PatchType::Json, &overrides)?,
        "strategic" => patch::locally(&object, PatchType::Strategic, &overrides)?,
        "merge" => merge::apply(&object, &overrides)?,
        other => return Err(format!("invalid override type: {other}").into()),
    };
    Ok(typed::fill(&object))
}

/// Sends an object, unless the run is dry.
async fn create(f: &Factory, kind: &str, mut object: Value, options: &WriteOptions) -> Result<(Info, Value)> {
    let (namespace, enforce) = f.namespace()?;
    if f.flags.bool("save-config") && options.dry_run != DryRun::Client {
        super::create::save_typed_config(&mut object);
    }
    if enforce {
        object.set("metadata.namespace", namespace.as_str());
    }
    util::record(f, &mut object);
    let mapping = mapping_for(f, kind).await?;
    let mut info = Info::of_object(&mapping, object);
    info.namespace = namespace;
    if options.dry_run == DryRun::Client {
        let object = info.object.clone();
        return Ok((info, object));
    }
    let created = util::create(f, &info, options).await?;
    Ok((info, created))
}

async fn make_service(f: &Factory, pod: &Value, options: &WriteOptions, printer: &mut Printer) -> Result<Info> {
    let port = atoi(f.flags.str("port"))?;
    let labels = pod["metadata"]["labels"].clone();
    let mut service = expose::service(pod.name(), &labels, &[(port, "TCP".to_owned())]);
    if !f.flags.str("labels").is_empty() {
        service.set("metadata.labels", labels);
    }
    let (info, created) = create(f, "services", service, options).await?;
    if !f.flags.bool("attach") {
        printer.print(f, &created)?;
    }
    Ok(info)
}

/// Attaches, waits for the end, and takes the pod away where `--rm` says so.
async fn attached(f: &Factory, info: Info, pod: Value, service: Option<Info>) -> Result {
    let done = session(f, &info).await;
    let done = match done {
        Err(e) => Err(e),
        Ok(()) => end(f, &info).await,
    };
    if f.flags.bool("rm") {
        let deletion = Deletion {
            grace_period: f.flags.int("grace-period"),
            propagation: super::delete::propagation(f)?,
            dry_run: DryRun::None,
            ignore_not_found: true,
            wait: false,
            timeout: Duration::ZERO,
            name_only: false,
            quiet: f.flags.bool("quiet"),
            warn_cluster_scope: false,
        };
        let created = Info { name: pod.name().to_owned(), ..info.clone() };
        deletion.run(f, std::iter::once(created).chain(service).collect(), Vec::new()).await?;
    }
    done
}

/// Waits until the pod runs, or has ended already.
pub async fn wait_for(
    f: &Factory,
    info: &Info,
    what: impl Fn(&Value) -> bool,
    timeout: Option<Duration>,
) -> Result<Value> {
    let clock = &f.ctx.client.clock;
    let deadline = timeout.map(|t| clock.now() + t);
    loop {
        let pod = f.send(Request::get(info.url())).await?;
        if what(&pod) {
            return Ok(pod);
        }
        if deadline.is_some_and(|d| clock.now() >= d) {
            return Err("timed out waiting for the condition".into());
        }
        // Asking again without letting time pass would never end.
        clock.sleep(Duration::from_millis(200)).await;
    }
}

fn phase(pod: &Value) -> &str {
    pod.at("status.phase").str()
}

async fn session(f: &Factory, info: &Info) -> Result {
    let ready = |pod: &Value| {
        let conditions = pod["status"]["conditions"].items();
        let is_ready = conditions.iter().any(|c| c["type"].str() == "Ready" && c["status"].str() == "True");
        matches!(phase(pod), "Succeeded" | "Failed") || (phase(pod) == "Running" && is_ready)
    };
    let pod = wait_for(f, info, ready, Some(f.flags.duration("pod-running-timeout"))).await?;
    if matches!(phase(&pod), "Succeeded" | "Failed") {
        return logs(f, info).await;
    }
    match attach::attach(f, &pod, "", f.flags.bool("stdin"), f.flags.bool("tty")).await {
        Err(Error::BrokenPipe) => Err(Error::BrokenPipe),
        Err(e) => {
            f.err(&format!(
                "warning: couldn't attach to pod/{}, falling back to streaming logs: {}\n",
                pod.name(),
                e.text()
            ));
            logs(f, info).await
        }
        Ok(()) => Ok(()),
    }
}

async fn logs(f: &Factory, info: &Info) -> Result {
    let stream = f.stream(Request::get(info.url() + "/log").query("container", info.name.as_str())).await?;
    super::get_watch::copy(f, stream.id).await
}

/// The exit code of the container becomes kubectl's.
async fn end(f: &Factory, info: &Info) -> Result {
    if f.flags.bool("leave-stdin-open") || f.flags.str("restart") == "Always" {
        return Ok(());
    }
    let pod = wait_for(f, info, |p| matches!(phase(p), "Succeeded" | "Failed"), None).await?;
    if phase(&pod) == "Succeeded" {
        return Ok(());
    }
    let name = format!("{}/{}", pod.namespace(), pod.name());
    let ended = pod.at("status.containerStatuses")[0].at("state.terminated");
    let code = i32::try_from(ended["exitCode"].int()).unwrap_or(1);
    if code == 0 {
        return Err(Error::Msg(format!("pod {name} failed with unknown exit code")));
    }
    let (reason, message) = (ended["reason"].str(), ended["message"].str());
    Err(Error::Code(code, format!("pod {name} terminated ({reason})\n{message}")))
}
