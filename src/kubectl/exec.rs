//! `kubectl exec`, and the session that exec, attach and run share. Models `kubectl/pkg/cmd/exec/exec.go`.

use super::pods::{self, Order};
use super::util::turn;
use crate::action;
use crate::apimachinery::{Object, Value};
use crate::cli::builder::Builder;
use crate::cli::command::Command;
use crate::cli::errors::{Error, Result};
use crate::cli::factory::Factory;
use crate::cli::flag_sets;
use crate::cli::flags::Flag;
use crate::cli::system::{Out, Read};
use crate::client::Request;
use crate::client::request::StreamChunk;

const FLAGS: &[Flag] = &[
    Flag::str("container", "", "The container to run in; the default or first one where it is left out.").short('c'),
    Flag::duration("pod-running-timeout", "1m0s", "How long to wait until a pod runs."),
    Flag::bool("quiet", "Print only what the command prints.").short('q'),
    Flag::bool("stdin", "Pass standard input to the container.").short('i'),
    Flag::bool("tty", "Standard input is a terminal.").short('t'),
];

pub const COMMAND: Command = Command::new("exec", "Execute a command in a container", action!(run))
    .usage("(POD | TYPE/NAME) [-c CONTAINER] [flags] -- COMMAND [args...] [options]")
    .examples("# Run 'date' in a pod\nkubectl exec mypod -- date\n\n# In one of its containers\nkubectl exec mypod -c ruby-container -- date\n\n# A shell\nkubectl exec mypod -c ruby-container -i -t -- bash -il\n\n# In the first pod of a deployment\nkubectl exec deploy/mydeployment -- date")
    .flags(&[FLAGS, flag_sets::FILES]);

async fn run(f: &Factory) -> Result {
    let (before, command) = f.flags.split_at_dash();
    if f.flags.dash.is_none() && (before.len() > 1 || (!before.is_empty() && !f.flags.list("filename").is_empty())) {
        return Err(f.usage_error("exec [POD] [COMMAND] is not supported anymore. Use exec [POD] -- [COMMAND] instead"));
    }
    let files = !f.flags.list("filename").is_empty();
    if before.is_empty() && !files {
        return Err("pod, type/name or --filename must be specified".into());
    }
    if command.is_empty() {
        return Err("you must specify at least one command for the container".into());
    }
    let object = match before.first() {
        Some(name) => pods::resource(f, name).await?.object,
        None => {
            let mut builder = Builder::new(f)?.files(f);
            builder.latest = true;
            let mut infos = builder.all_infos(f).await?;
            if infos.is_empty() { Value::Null } else { infos.remove(0).object }
        }
    };
    let pod = pods::pod_of(f, &object, Order::Active, "attach to").await?;
    let phase = pod.at("status.phase").str();
    if matches!(phase, "Succeeded" | "Failed") {
        return Err(Error::Msg(format!("cannot exec into a container in a completed pod; current phase is {phase}")));
    }
    let container = pods::container(f, &pod, f.flags.str("container"), f.flags.bool("quiet"))?;
    let stdin = f.flags.bool("stdin");
    let tty = terminal(f, stdin, f.flags.bool("tty"));
    let mut request = Request::get(format!("/api/v1/namespaces/{}/pods/{}/exec", pod.namespace(), pod.name()));
    for word in command {
        request = request.query("command", word.as_str());
    }
    let request = channels(request, container["name"].str(), stdin, tty);
    session(f, request, stdin).await
}

/// True where a TTY was asked for and there is one; says so where there is none.
pub fn terminal(f: &Factory, stdin: bool, tty: bool) -> bool {
    if !tty {
        return false;
    }
    if !stdin || f.ctx.system.stdin_is_terminal() {
        return stdin;
    }
    f.err("Unable to use a TTY - input is not a terminal or the right kind of file\n");
    false
}

/// The query parameters that exec and attach share.
pub fn channels(request: Request, container: &str, stdin: bool, tty: bool) -> Request {
    let mut request = request.query("container", container);
    if stdin {
        request = request.query("stdin", "true");
    }
    request = request.query("stdout", "true");
    if tty { request.query("tty", "true") } else { request.query("stderr", "true") }
}

/// Passes bytes both ways until the command ends. Its exit code becomes the error's.
pub async fn session(f: &Factory, request: Request, stdin: bool) -> Result {
    let stream = f.stream(request).await.map_err(|e| match e {
        // The connection was not upgraded: the node's own words, not a Status.
        Error::Status(status) if status.reason.is_empty() => Error::Msg(status.message),
        other => other,
    })?;
    let client = &f.ctx.client;
    let mut reads = stdin;
    loop {
        while reads {
            match f.ctx.system.read_stdin() {
                Read::Data(data) => client.write_stream(stream.id, Some(&data)),
                Read::Wait => break,
                Read::End => {
                    client.write_stream(stream.id, None);
                    reads = false;
                }
            }
        }
        let poll = client.poll_stream(stream.id).await;
        for chunk in poll.chunks {
            match chunk {
                StreamChunk::Stdout(data) | StreamChunk::Data(data) => f.write(Out::Stdout, &data),
                StreamChunk::Stderr(data) => f.write(Out::Stderr, &data),
                StreamChunk::Exit(Ok(0)) => {}
                StreamChunk::Exit(Ok(code)) => {
                    return Err(Error::Code(code, format!("command terminated with exit code {code}")));
                }
                StreamChunk::Exit(Err(status)) => return Err(Error::Msg(status.message)),
                StreamChunk::Error(text) => return Err(Error::Msg(text)),
            }
        }
        if poll.closed {
            return Ok(());
        }
        f.check_pipe()?;
        turn(&client.clock, None).await;
    }
}
