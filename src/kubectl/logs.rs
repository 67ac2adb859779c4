//! `kubectl logs`. Models `kubectl/pkg/cmd/logs/logs.go` and `polymorphichelpers/logsforobject.go`.

use super::pods::{self, Order};
use super::util::turn;
use crate::action;
use crate::apimachinery::{Object, Time, Value};
use crate::cli::builder::Builder;
use crate::cli::command::Command;
use crate::cli::errors::{Error, Result};
use crate::cli::factory::{Factory, Stream};
use crate::cli::flag_sets;
use crate::cli::flags::Flag;
use crate::cli::system::Out;
use crate::client::Request;
use crate::client::request::StreamChunk;

const FLAGS: &[Flag] = &[
    Flag::bool("all-containers", "Get the logs of all containers of the pod."),
    Flag::bool("all-pods", "Get the logs of all pods of the workload; sets --prefix."),
    Flag::str("container", "", "The container whose logs to print.").short('c'),
    Flag::bool("follow", "Go on printing what is logged.").short('f'),
    Flag::bool("ignore-errors", "With -f: go on where one log cannot be read."),
    Flag::bool("insecure-skip-tls-verify-backend", "Do not check the certificate of the kubelet."),
    Flag::int64("limit-bytes", "0", "Print no more than so many bytes; 0 is without limit."),
    Flag::int32("max-log-requests", "5", "How many logs to follow at a time when a selector is used."),
    Flag::duration("pod-running-timeout", "20s", "How long to wait until a pod runs."),
    Flag::bool("prefix", "Begin each line with the pod and the container it is from."),
    Flag::bool("previous", "Print the logs of the container's run before this one.").short('p'),
    Flag::duration("since", "0s", "Only what is newer than this, as 5s, 2m or 3h."),
    Flag::str("since-time", "", "Only what is newer than this date (RFC3339)."),
    Flag::int64("tail", "-1", "The number of latest lines to print; all with -1, 10 where a selector is used."),
    Flag::bool("timestamps", "Begin each line with the time at which it was logged."),
];

pub const COMMAND: Command = Command::new("logs", "Print the logs for a container in a pod", action!(run))
    .usage("[-f] [-p] (POD | TYPE/NAME) [-c CONTAINER] [options]")
    .long("Print the logs for a container in a pod or specified resource. If the pod has only one container, the container name is optional")
    .examples("# Logs of a pod with one container\nkubectl logs nginx\n\n# Logs of all containers\nkubectl logs nginx --all-containers\n\n# Logs of pods with a label\nkubectl logs -l app=nginx\n\n# Logs of the run before\nkubectl logs -p -c ruby web-1\n\n# Follow them\nkubectl logs -f -c ruby web-1\n\n# The latest 20 lines\nkubectl logs --tail=20 nginx")
    .flags(&[FLAGS, flag_sets::SELECTOR]);

const USAGE: &str = "expected 'logs [-f] [-p] (POD | TYPE/NAME) [-c CONTAINER]'.
POD or TYPE/NAME is a required argument for the logs command";

/// One log to read.
struct Source {
    pod: String,
    container: String,
    namespace: String,
}

async fn run(f: &Factory) -> Result {
    let selector = f.flags.str("selector");
    let container = match f.args() {
        [] if selector.is_empty() => return Err(f.usage_error(USAGE)),
        [] => f.flags.str("container"),
        [_] if !selector.is_empty() => return Err(f.usage_error("only a selector (-l) or a POD name is allowed")),
        [_] => f.flags.str("container"),
        [_, container] => container.as_str(),
        _ => return Err(f.usage_error(USAGE)),
    };
    validate(f, container)?;
    let sources = sources(f, container).await?;
    if !f.flags.bool("follow") || sources.len() == 1 {
        for source in &sources {
            print_all(f, source).await?;
        }
        return Ok(());
    }
    let max = f.flags.int("max-log-requests");
    if sources.len() as i64 > max {
        return Err(Error::Msg(format!(
            "you are attempting to follow {} log streams, but maximum allowed concurrency is {max}, use \
             --max-log-requests to increase the limit",
            sources.len()
        )));
    }
    follow(f, &sources).await
}

fn validate(f: &Factory, container: &str) -> Result {
    let flags = &f.flags;
    if flags.bool("all-containers") && !container.is_empty() {
        return Err(Error::Msg(format!(
            "--all-containers=true should not be specified with container name {container}"
        )));
    }
    if flags.changed("since") && flags.changed("since-time") {
        return Err("at most one of `sinceTime` or `sinceSeconds` may be specified".into());
    }
    if flags.changed("since") && flags.nanos("since") < 0 {
        return Err("--since must be greater than 0".into());
    }
    if flags.changed("limit-bytes") && flags.int("limit-bytes") < 1 {
        return Err("--limit-bytes must be greater than 0".into());
    }
    if flags.int("tail") < -1 {
        return Err("--tail must be greater than or equal to -1".into());
    }
    let since = flags.str("since-time");
    if !since.is_empty() && Time::parse_rfc3339(since).is_none() {
        return Err(Error::Msg(format!(
            "parsing time {since:?} as \"2006-01-02T15:04:05Z07:00\": cannot parse {since:?} as \"2006\""
        )));
    }
    Ok(())
}

async fn sources(f: &Factory, container: &str) -> Result<Vec<Source>> {
    let (namespace, _) = f.namespace()?;
    let selector = f.flags.str("selector");
    if !selector.is_empty() {
        let infos = Builder::new(f)?.labelled("pods", selector).all_infos(f).await?;
        if infos.is_empty() {
            f.err(&format!("No resources found in {namespace} namespace.\n"));
        }
        let mut all = Vec::new();
        for info in infos {
            all.extend(of_pod(f, &info.object, container)?);
        }
        return Ok(all);
    }
    let info = pods::resource(f, f.arg(0)).await.map_err(|e| match e {
        e if e.is_not_found() => {
            Error::Msg(format!("error from server (NotFound): {} in namespace {namespace:?}", e.text()))
        }
        e => e,
    })?;
    if f.flags.bool("all-pods") {
        let selector = pods::selector(&info.object).unwrap_or_default();
        let mut all = Vec::new();
        for pod in Builder::new(f)?.labelled("pods", &selector).all_infos(f).await? {
            all.extend(of_pod(f, &pod.object, container)?);
        }
        return Ok(all);
    }
    let pod = pods::pod_of(f, &info.object, Order::Logging, "get the logs from").await?;
    of_pod(f, &pod, container)
}

fn of_pod(f: &Factory, pod: &Value, container: &str) -> Result<Vec<Source>> {
    let source = |container: &Value| Source {
        pod: pod.name().to_owned(),
        container: container["name"].str().to_owned(),
        namespace: pod.namespace().to_owned(),
    };
    if f.flags.bool("all-containers") {
        let lists = ["initContainers", "containers", "ephemeralContainers"];
        return Ok(lists.iter().flat_map(|l| pod["spec"][*l].items()).map(source).collect());
    }
    Ok(vec![source(&pods::container(f, pod, container, false)?)])
}

/// The stream of a log; None where the server has nothing to read from, as with a pod that is on no node yet.
async fn open(f: &Factory, source: &Source) -> Result<Option<Stream>> {
    let flags = &f.flags;
    let mut request = Request::get(format!("/api/v1/namespaces/{}/pods/{}/log", source.namespace, source.pod))
        .query("container", source.container.as_str());
    for name in ["follow", "previous", "timestamps"] {
        if flags.bool(name) {
            request = request.query(name, "true");
        }
    }
    if flags.changed("since") && flags.nanos("since") > 0 {
        request = request.query("sinceSeconds", ((flags.nanos("since") + 999_999_999) / 1_000_000_000).to_string());
    }
    if !flags.str("since-time").is_empty() {
        request = request.query("sinceTime", flags.str("since-time"));
    }
    let tail = match flags.int("tail") {
        -1 if !flags.str("selector").is_empty() && !flags.changed("tail") => 10,
        tail => tail,
    };
    if tail >= 0 {
        request = request.query("tailLines", tail.to_string());
    }
    if flags.int("limit-bytes") > 0 {
        request = request.query("limitBytes", flags.str("limit-bytes"));
    }
    f.stream_or_nothing(request).await
}

/// Cuts what comes in into lines, so that each can have its prefix.
struct Printer {
    prefix: String,
    at_line_start: bool,
}

impl Printer {
    fn new(f: &Factory, source: &Source) -> Self {
        let wanted = f.flags.bool("prefix") || f.flags.bool("all-pods");
        let prefix = if wanted { format!("[pod/{}/{}] ", source.pod, source.container) } else { String::new() };
        Self { prefix, at_line_start: true }
    }

    fn print(&mut self, f: &Factory, data: &[u8]) {
        if self.prefix.is_empty() {
            f.write(Out::Stdout, data);
            return;
        }
        for line in data.split_inclusive(|b| *b == b'\n') {
            if self.at_line_start {
                f.out(&self.prefix);
            }
            f.write(Out::Stdout, line);
            self.at_line_start = line.ends_with(b"\n");
        }
    }
}

async fn print_all(f: &Factory, source: &Source) -> Result {
    let stream = match open(f, source).await {
        Ok(Some(stream)) => stream,
        Ok(None) => return Ok(()),
        Err(e) if f.flags.bool("ignore-errors") => {
            f.out(&format!("error: {}\n", e.text()));
            return Ok(());
        }
        Err(e) => return Err(e),
    };
    let mut printer = Printer::new(f, source);
    loop {
        let poll = f.ctx.client.next_chunks(stream.id).await;
        print_chunks(f, &mut printer, poll.chunks)?;
        if poll.closed {
            return Ok(());
        }
        f.check_pipe()?;
    }
}

fn print_chunks(f: &Factory, printer: &mut Printer, chunks: Vec<StreamChunk>) -> Result {
    for chunk in chunks {
        match chunk {
            StreamChunk::Stdout(data) | StreamChunk::Stderr(data) | StreamChunk::Data(data) => printer.print(f, &data),
            StreamChunk::Exit(Err(status)) => return Err(status.into()),
            StreamChunk::Exit(Ok(_)) => {}
            StreamChunk::Error(text) => return Err(Error::Msg(text)),
        }
    }
    Ok(())
}

async fn follow(f: &Factory, sources: &[Source]) -> Result {
    let mut open_streams = Vec::new();
    for source in sources {
        match open(f, source).await {
            Ok(stream) => open_streams.extend(stream.map(|stream| (stream, Printer::new(f, source)))),
            Err(e) if f.flags.bool("ignore-errors") => f.out(&format!("error: {}\n", e.text())),
            Err(e) => return Err(e),
        }
    }
    while !open_streams.is_empty() {
        let mut still = Vec::new();
        for (stream, mut printer) in open_streams {
            let poll = f.ctx.client.poll_stream(stream.id).await;
            print_chunks(f, &mut printer, poll.chunks)?;
            if !poll.closed {
                still.push((stream, printer));
            }
        }
        open_streams = still;
        f.check_pipe()?;
        turn(&f.ctx.client.clock, None).await;
    }
    Ok(())
}
