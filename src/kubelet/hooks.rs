//! What runs right after a container's start and right before its end. Models `pkg/kubelet/lifecycle` and the hooks of
//! `kuberuntime_container.go`.

use super::context::Context;
use super::pod::Pod;
use super::prober;
use super::start::refuse;
use super::stop;
use super::worker::Running;
use crate::apimachinery::Value;
use crate::apimachinery::time::{Duration, Time};
use crate::sh::{ConnId, Pid, Spawn};

/// A hook that is under way.
#[derive(Clone, Debug)]
pub enum Hook {
    Exec(Pid),
    Sleep(Time),
    /// A request: the container that answers it, and the connection.
    Http(String, ConnId),
}

/// Starts a hook (`lifecycle.postStart`, `lifecycle.preStop`) in a container. Ok(None) where there is none; Err where its
/// command cannot be started.
pub fn begin(pod: &mut Pod, id: &str, hook: &Value, context: &mut Context) -> Result<Option<Hook>, String> {
    if let Some(seconds) = hook.at("sleep.seconds").as_i64() {
        let until = context.now + Duration::from_secs(u64::try_from(seconds).unwrap_or(0));
        return Ok(Some(Hook::Sleep(until)));
    }
    if !hook["httpGet"].is_null() {
        let name = pod.by_id_mut(id).map(|i| i.name.clone()).unwrap_or_default();
        let (container, conn, _) = prober::call(pod, &hook["httpGet"], &name, "kube-lifecycle", context)?;
        return Ok(Some(Hook::Http(container, conn)));
    }
    let argv: Vec<String> = hook.at("exec.command").items().iter().map(|a| a.str().to_owned()).collect();
    if argv.is_empty() {
        return Ok(None);
    }
    let spawn = Spawn { argv, ..Spawn::default() };
    match context.with_kernel(pod, id, |kernel, env| kernel.spawn(spawn, env)) {
        Some(Ok(pid)) => Ok(Some(Hook::Exec(pid))),
        Some(Err(why)) => Err(prober::exec_error(&context.node.rng.hex(32), &why.text())),
        None => Ok(None),
    }
}

/// How a hook ended: its exit code and what it said. None while it is under way.
pub fn end(pod: &mut Pod, id: &str, hook: &Hook, context: &mut Context) -> Option<(i32, String)> {
    match hook {
        Hook::Sleep(until) => (*until <= context.now).then(|| (0, String::new())),
        // Whatever is answered is good.
        Hook::Http(container, conn) => {
            let (conn, now, mut answer) = (*conn, context.now, Vec::new());
            let ended = context.with_kernel(pod, container, |kernel, env| {
                kernel.step(now, env);
                prober::read_all(kernel, conn, &mut answer)
            });
            context.collect(pod, container);
            (ended != Some(false) || !answer.is_empty()).then(|| (0, String::new()))
        }
        Hook::Exec(pid) => {
            let pid = *pid;
            let ended = context.with_kernel(pod, id, |kernel, _| {
                if !kernel.is_done(pid) {
                    return None;
                }
                let said = kernel.take_output(pid);
                let text = said.iter().map(|c| String::from_utf8_lossy(&c.data).into_owned()).collect();
                Some((kernel.exit_status(pid).map_or(0, |s| s.code), text))
            });
            // A container that is gone takes its hook with it.
            ended.unwrap_or(Some((0, String::new())))
        }
    }
}

/// A container was started: its `postStart` holds up the sync until it is done.
pub fn after_start(pod: &mut Pod, name: &str, id: &str, context: &mut Context) -> Option<Running> {
    let hook = pod.container_spec(name).0.at("lifecycle.postStart").clone();
    if !hook["httpGet"].is_null() {
        // Programs start in no time here: who listens does so by now.
        let now = context.now;
        context.with_kernel(pod, id, |kernel, env| kernel.step(now, env));
        context.collect(pod, id);
    }
    match begin(pod, id, &hook, context) {
        Ok(None) => None,
        Ok(Some(hook)) => Some(Running::PostStart { name: name.to_owned(), id: id.to_owned(), hook }),
        Err(why) => fail_start(pod, name, id, (&why, ""), context),
    }
}

/// Looks at a `postStart` hook. Some where the sync goes on with something else: the hook itself, or the container's end.
pub fn watch_start(pod: &mut Pod, name: String, id: String, hook: Hook, context: &mut Context) -> Option<Running> {
    match end(pod, &id, &hook, context) {
        None => Some(Running::PostStart { name, id, hook }),
        Some((0, _)) => None,
        Some((code, said)) => {
            let argv = pod.container_spec(&name).0.at("lifecycle.postStart.exec.command").clone();
            let argv: Vec<&str> = argv.items().iter().map(Value::str).collect();
            let why = format!("command '{}' exited with {code}: {said}", argv.join(" "));
            fail_start(pod, &name, &id, (&why, &said), context)
        }
    }
}

/// A container whose `postStart` failed is killed, and started again as its policy says.
fn fail_start(
    pod: &mut Pod,
    name: &str,
    id: &str,
    (why, said): (&str, &str),
    context: &mut Context,
) -> Option<Running> {
    let hook = pod.container_spec(name).0.at("lifecycle.postStart").clone();
    context.event(pod, name, "Warning", "FailedPostStartHook", "PostStartHook failed");
    context.event(pod, name, "Normal", "Killing", "FailedPostStartHook");
    let of = format!("for Container {name:?} in Pod {:?} failed - error: {why}", pod.full_name());
    let message = match hook["httpGet"].is_null() {
        true => {
            let argv: Vec<&str> = hook.at("exec.command").items().iter().map(Value::str).collect();
            format!("Exec lifecycle hook ([{}]) {of}, message: {said:?}", argv.join(" "))
        }
        false => format!("HTTP lifecycle hook ({}) {of}", hook.at("httpGet.path").str()),
    };
    refuse(pod, name, "PostStartHookError", message);
    let grace = pod.spec()["terminationGracePeriodSeconds"].as_i64().unwrap_or(30);
    Some(Running::Kill(stop::ask(pod, id, grace, context)))
}
