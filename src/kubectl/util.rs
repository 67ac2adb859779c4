//! What many commands need: dry runs, validation, requests on one object, turns while waiting. Models
//! `kubectl/pkg/cmd/util` and `cli-runtime/pkg/resource.Helper`.

use crate::apimachinery::{Time, Value};
use crate::cli::builder::Info;
use crate::cli::errors::{Error, Result};
use crate::cli::factory::Factory;
use crate::cli::traffic;
use crate::client::{PatchType, Request};
use crate::sim::Clock;
use std::future::Future;
use std::pin::Pin;
use std::task::Poll;

/// `--dry-run`
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum DryRun {
    #[default]
    None,
    Client,
    Server,
}

impl DryRun {
    /// Reads the flag, with kubectl's warning for the old form without a value.
    pub fn of(f: &Factory) -> Result<Self> {
        match f.flags.str("dry-run") {
            "" | "none" => Ok(Self::None),
            "client" => Ok(Self::Client),
            "server" => Ok(Self::Server),
            "unchanged" => {
                klog_warning(f, "helpers.go:719", "--dry-run is deprecated and can be replaced with --dry-run=client.");
                Ok(Self::Client)
            }
            bool @ ("true" | "false") => {
                let means = if bool == "true" { "client" } else { "none" };
                let text = format!(
                    "--dry-run={bool} is deprecated (boolean value) and can be replaced with --dry-run={means}."
                );
                klog_warning(f, if bool == "true" { "helpers.go:733" } else { "helpers.go:736" }, &text);
                Ok(if bool == "true" { Self::Client } else { Self::None })
            }
            other => Err(Error::Msg(format!(
                "Invalid dry-run value ({other}). Must be \"none\", \"server\", or \"client\"."
            ))),
        }
    }

    /// `created`, `created (dry run)`, `created (server dry run)`
    pub fn operation(self, done: &str) -> String {
        match self {
            Self::None => done.to_owned(),
            Self::Client => format!("{done} (dry run)"),
            Self::Server => format!("{done} (server dry run)"),
        }
    }
}

/// Logs a warning as klog does (`W1123 12:23:22.099991   27914 helpers.go:719] …`): once, however often a command looks at its flags.
pub fn klog_warning(f: &Factory, place: &str, text: &str) {
    f.err_once(place, &klog_line(f, 'W', place, text));
}

pub fn klog(f: &Factory, level: char, place: &str, text: &str) {
    f.err(&klog_line(f, level, place, text));
}

fn klog_line(f: &Factory, level: char, place: &str, text: &str) -> String {
    traffic::klog_line(f.ctx.client.clock.now(), level, place, text)
}

/// What client-go logs when it cannot ask which resources there are.
pub fn discovery_failed(f: &Factory, host: &str) {
    let address = host.replace("localhost", "127.0.0.1");
    let text = format!(
        "\"Unhandled Error\" err=\"couldn't get current server API group list: Get \\\"http://{host}/api?timeout=32s\\\": \
         dial tcp {address}: connect: connection refused\""
    );
    klog(f, 'E', "memcache.go:265", &text);
}

/// `strict`, `warn` or `ignore`. Models `GetValidationDirective`.
pub fn validation(f: &Factory) -> Result<&'static str> {
    match f.flags.str("validate") {
        "ignore" | "false" | "f" | "F" | "0" | "False" | "FALSE" => Ok("ignore"),
        "warn" => Ok("warn"),
        "strict" | "true" | "" | "t" | "T" | "1" | "True" | "TRUE" => Ok("strict"),
        other => Err(Error::Msg(format!(
            "invalid - validate option {other:?}; must be one of: strict (or true), warn, ignore (or false)"
        ))),
    }
}

/// How a write is sent.
#[derive(Clone, Debug, Default)]
pub struct WriteOptions {
    pub dry_run: DryRun,
    pub field_manager: String,
    /// `strict`, `warn`, `ignore`; "" sends none.
    pub validation: &'static str,
}

impl WriteOptions {
    pub fn apply(&self, mut request: Request) -> Request {
        if self.dry_run == DryRun::Server {
            request = request.query("dryRun", "All");
        }
        if !self.field_manager.is_empty() {
            request = request.query("fieldManager", self.field_manager.as_str());
        }
        match self.validation {
            "" => request,
            "strict" => request.query("fieldValidation", "Strict"),
            "warn" => request.query("fieldValidation", "Warn"),
            _ => request.query("fieldValidation", "Ignore"),
        }
    }
}

/// Reads `--dry-run` and `--field-manager` (or the command's own manager).
pub fn write_options(f: &Factory, manager: &str) -> Result<WriteOptions> {
    let field_manager = if f.flags.changed("field-manager") { f.flags.str("field-manager") } else { manager };
    Ok(WriteOptions { dry_run: DryRun::of(f)?, field_manager: field_manager.to_owned(), validation: "" })
}

/// Creates the object of an info. Models `Helper.Create`: a resourceVersion is not sent.
pub async fn create(f: &Factory, info: &Info, options: &WriteOptions) -> Result<Value> {
    let mut object = info.object.clone();
    object.remove("metadata.resourceVersion");
    let sent = f.send(options.apply(Request::post(info.collection_url(), object))).await;
    sent.map_err(|e| e.of_resource("post", &info.mapping.group_resource(), ""))
}

pub async fn patch(
    f: &Factory,
    info: &Info,
    kind: PatchType,
    body: Value,
    subresource: &str,
    options: &WriteOptions,
) -> Result<Value> {
    let mut url = info.url();
    if !subresource.is_empty() {
        url = url + "/" + subresource;
    }
    f.send(options.apply(Request::patch(kind, url, body))).await
}

/// Keeps the command line in an object, where `--record` asks for it. Models `genericclioptions.ChangeCauseRecorder`.
pub fn record(f: &Factory, object: &mut Value) {
    if !f.flags.bool("record") {
        return;
    }
    let words = std::iter::once(f.path.clone()).chain(f.args().iter().cloned());
    let flags = f.flags.given.iter().map(|(name, value)| format!("--{name}={value}"));
    let line = words.chain(flags).collect::<Vec<_>>().join(" ");
    object.set_in(&["metadata", "annotations", "kubernetes.io/change-cause"], line);
}

/// Keeps the command line in an object of the server's by a patch of its own. Models `MakeRecordMergePatch`.
pub async fn send_record(f: &Factory, info: &Info, options: &WriteOptions) -> Result {
    if !f.flags.bool("record") {
        return Ok(());
    }
    let mut body = Value::object();
    record(f, &mut body);
    patch(f, info, PatchType::Merge, body, "", options).await.map(drop)
}

/// Gives the others a turn; where there is a deadline, time may jump to it but not past it.
pub async fn turn(clock: &Clock, until: Option<Time>) {
    let mut sleep = until.map(|t| clock.sleep_until(t));
    let mut yielded = false;
    std::future::poll_fn(move |context| {
        if let Some(sleep) = &mut sleep {
            if Pin::new(sleep).poll(context).is_ready() {
                return Poll::Ready(());
            }
        }
        if std::mem::replace(&mut yielded, true) { Poll::Ready(()) } else { Poll::Pending }
    })
    .await;
}

/// Runs a line of shell to its end and returns its exit code; None where nothing can be run.
pub async fn run_line(f: &Factory, line: &str) -> Option<i32> {
    let handle = f.ctx.system.run(line)?;
    loop {
        match f.ctx.system.run_done(handle) {
            None => crate::sim::clock::Yield::default().await,
            done => return done,
        }
    }
}

/// The deadline of `--request-timeout`, if any.
pub fn request_deadline(f: &Factory) -> Option<Time> {
    let text = f.flags.str("request-timeout");
    let nanos = match text.parse::<i64>() {
        Ok(seconds) => seconds.saturating_mul(1_000_000_000),
        Err(_) => crate::cli::flags::parse_duration(text).unwrap_or(0),
    };
    let timeout = u64::try_from(nanos).ok().filter(|n| *n > 0)?;
    Some(f.ctx.client.clock.now() + crate::apimachinery::time::Duration::from_nanos(timeout))
}

/// A GET of a path with its query, as `--raw` gives it.
pub fn url_request(raw: &str) -> Request {
    let (path, query) = raw.split_once('?').unwrap_or((raw, ""));
    let pairs = query.split('&').filter(|p| !p.is_empty());
    pairs.fold(Request::get(path), |request, pair| {
        let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
        request.query(&percent_decode(name), percent_decode(value))
    })
}

fn percent_decode(text: &str) -> String {
    let bytes = text.as_bytes();
    let mut out = Vec::new();
    let mut i = 0;
    while let Some(b) = bytes.get(i) {
        let hex = text.get(i + 1..i + 3).and_then(|h| u8::from_str_radix(h, 16).ok());
        match (b, hex) {
            (b'%', Some(code)) => {
                out.push(code);
                i += 3;
                continue;
            }
            (b'+', _) => out.push(b' '),
            (b, _) => out.push(*b),
        }
        i += 1;
    }
    String::from_utf8_lossy(&out).into_owned()
}

/// A line of standard input.
pub async fn read_line(f: &Factory) -> String {
    use crate::cli::system::Read;
    let mut line = Vec::new();
    loop {
        match f.ctx.system.read_stdin() {
            Read::Data(data) => line.extend(data),
            Read::Wait => turn(&f.ctx.client.clock, None).await,
            Read::End => break,
        }
        if line.contains(&b'\n') {
            break;
        }
    }
    String::from_utf8_lossy(&line).lines().next().unwrap_or("").to_owned()
}
