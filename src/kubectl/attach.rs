//! `kubectl attach`. Models `kubectl/pkg/cmd/attach/attach.go`.

use super::exec;
use super::pods::{self, Order};
use crate::action;
use crate::apimachinery::{Object, Value};
use crate::cli::command::Command;
use crate::cli::errors::{Error, Result};
use crate::cli::factory::Factory;
use crate::cli::flags::Flag;
use crate::client::Request;

const FLAGS: &[Flag] = &[
    Flag::str("container", "", "The container to attach to; the default or first one where it is left out.").short('c'),
    Flag::str("detach-keys", "", "Keys that detach from the container."),
    Flag::duration("pod-running-timeout", "1m0s", "How long to wait until a pod runs."),
    Flag::bool("quiet", "Print only what the container prints.").short('q'),
    Flag::bool("stdin", "Pass standard input to the container.").short('i'),
    Flag::bool("tty", "Standard input is a terminal.").short('t'),
];

pub const COMMAND: Command = Command::new("attach", "Attach to a running container", action!(run))
    .usage("(POD | TYPE/NAME) -c CONTAINER [options]")
    .long("Attach to a process that is already running inside an existing container")
    .examples("# See what a pod prints\nkubectl attach mypod\n\n# Talk to one of its containers\nkubectl attach mypod -c ruby-container -i -t")
    .flags(&[FLAGS]);

async fn run(f: &Factory) -> Result {
    let word = match f.args() {
        [] => return Err("at least 1 argument is required for attach".into()),
        [word] => word,
        [kind, name] => {
            let info = pods::resource(f, &format!("{kind}/{name}")).await?;
            return to(f, &info.object).await;
        }
        args => {
            return Err(f.usage_error(format!(
                "expected POD, TYPE/NAME, or TYPE NAME, (at most 2 arguments) saw {}: {args:?}",
                args.len()
            )));
        }
    };
    let info = pods::resource(f, word).await?;
    to(f, &info.object).await
}

async fn to(f: &Factory, object: &Value) -> Result {
    let pod = pods::pod_of(f, object, Order::Active, "attach to").await?;
    let phase = pod.at("status.phase").str();
    if matches!(phase, "Succeeded" | "Failed") {
        return Err(Error::Msg(format!("cannot attach a container in a completed pod; current phase is {phase}")));
    }
    attach(f, &pod, f.flags.str("container"), f.flags.bool("stdin"), f.flags.bool("tty")).await
}

/// Connects to a container that runs.
pub async fn attach(f: &Factory, pod: &Value, container: &str, stdin: bool, tty: bool) -> Result {
    let quiet = f.flags.bool("quiet");
    let container = pods::container(f, pod, container, quiet)?;
    let mut tty = exec::terminal(f, stdin, tty);
    let has_tty = container["tty"].bool();
    if tty && !has_tty {
        tty = false;
        if !quiet {
            f.err(&format!(
                "error: Unable to use a TTY - container {} did not allocate one\n",
                container["name"].str()
            ));
        }
    } else if !tty && has_tty {
        tty = true;
    }
    if !quiet {
        f.err(
            "All commands and output from this session will be recorded in container logs, including credentials and \
             sensitive information passed through the command prompt.\nIf you don't see a command prompt, try \
             pressing enter.\n",
        );
    }
    let url = format!("/api/v1/namespaces/{}/pods/{}/attach", pod.namespace(), pod.name());
    let request = exec::channels(Request::get(url), container["name"].str(), stdin, tty);
    match exec::session(f, request, stdin).await {
        // The exit code of the process is not what attach reports.
        Err(Error::Code(..)) => {}
        other => other?,
    }
    if !quiet && stdin && tty && pod.at("spec.restartPolicy").str() == "Always" {
        f.out(&format!(
            "Session ended, resume using 'kubectl attach {} -c {} -i -t' command when the pod is running\n",
            pod.name(),
            container["name"].str()
        ));
    }
    Ok(())
}
