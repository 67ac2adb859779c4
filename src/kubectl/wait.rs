//! `kubectl wait`. Models `kubectl/pkg/cmd/wait`.

use super::delete::{timed_out, wait_gone};
use super::util::turn;
use crate::action;
use crate::apimachinery::go::go_text;
use crate::apimachinery::jsonpath::{self, JsonPath};
use crate::apimachinery::time::{Duration, Time};
use crate::apimachinery::{Object, Value};
use crate::cli::builder::{Builder, Info};
use crate::cli::command::Command;
use crate::cli::errors::{Error, Result};
use crate::cli::factory::Factory;
use crate::cli::flags::Flag;
use crate::cli::{flag_sets, printers};
use crate::client::Request;

const FLAGS: &[Flag] = &[
    Flag::array("for", "What to wait for: create, delete, condition=NAME[=VALUE], or jsonpath='{PATH}'[=VALUE]."),
    Flag::duration("timeout", "30s", "How long to wait; zero looks once, negative waits a week."),
];

pub const COMMAND: Command = Command::new("wait", "Wait for a specific condition on one or many resources", action!(run))
    .suggest_for(&["list", "ps"])
    .usage("([-f FILENAME] | resource.group/resource.name | resource.group [(-l label | --all)]) [--for=create|--for=delete|--for condition=available|--for=jsonpath='{}'[=value]] [options]")
    .long("Wait for a specific condition on one or many resources.\n\n Looks at the objects until the condition holds for all of them")
    .examples("# Wait until a pod is ready\nkubectl wait --for=condition=Ready pod/busybox1\n\n# Wait until it runs\nkubectl wait --for=jsonpath='{.status.phase}'=Running pod/busybox1\n\n# Wait until it is gone, for a minute at most\nkubectl wait --for=delete pod/busybox1 --timeout=60s")
    .flags(&[
        FLAGS,
        flag_sets::ALL,
        flag_sets::ALL_NAMESPACES,
        flag_sets::FIELD_SELECTOR,
        flag_sets::FILES,
        flag_sets::LOCAL,
        flag_sets::PRINT,
        flag_sets::SELECTOR,
    ]);

/// What is waited for.
enum Condition {
    Deleted,
    Created,
    /// The type and the status of a condition.
    Status(String, String),
    /// A path, and the value it must have; None takes any.
    Path(JsonPath, Option<String>),
}

async fn run(f: &Factory) -> Result {
    let words = f.flags.list("for");
    if words.is_empty() {
        return Err("unrecognized condition: []".into());
    }
    let conditions = words.iter().map(|w| parse(w)).collect::<Result<Vec<_>>>()?;
    let timeout = match f.flags.nanos("timeout") {
        n if n < 0 => Duration::from_secs(7 * 24 * 3_600),
        n => Duration::from_nanos(n as u64),
    };
    let deadline = f.ctx.client.clock.now() + timeout;
    let is_delete = conditions.iter().any(|c| matches!(c, Condition::Deleted));
    let is_create = conditions.iter().any(|c| matches!(c, Condition::Created));
    let mut builder = Builder::new(f)?.files(f).selector(f).field_selector(f).all(f).all_namespaces(f);
    builder.latest = true;
    let builder = builder.args(f, f.flags.bool("all"), f.args()).await?;
    if is_create {
        until_created(f, &builder, deadline).await?;
    }
    let (infos, mut not_found) = builder.infos(f).await?;
    not_found.retain(|e| !(is_delete && e.is_not_found()));
    let count = infos.len();
    let mut errors = Vec::new();
    for info in &infos {
        errors.extend(one(f, info, &conditions, deadline, timeout).await.err());
    }
    Error::all_then(errors, not_found)?;
    if count == 0 && !is_delete { Err("no matching resources found".into()) } else { Ok(()) }
}

fn parse(word: &str) -> Result<Condition> {
    let lower = word.to_lowercase();
    if lower == "delete" {
        return Ok(Condition::Deleted);
    }
    if lower == "create" {
        return Ok(Condition::Created);
    }
    if lower.starts_with("condition=") {
        let rest = word.get("condition=".len()..).unwrap_or("");
        let (name, value) = rest.split_once('=').unwrap_or((rest, "true"));
        return Ok(Condition::Status(name.to_owned(), value.to_owned()));
    }
    if lower.starts_with("jsonpath=") {
        return path(word.get("jsonpath=".len()..).unwrap_or(""));
    }
    Err(Error::Msg(format!("unrecognized condition: {word:?}")))
}

fn path(text: &str) -> Result<Condition> {
    // The `=` before the value is the one after the braces.
    let close = text.rfind('}').map_or(0, |at| at + 1);
    let (expression, value) = match text.get(close..).and_then(|rest| rest.find('=')) {
        Some(at) => (text.get(..close + at).unwrap_or(""), text.get(close + at + 1..)),
        None => (text, None),
    };
    if value == Some("") {
        return Err(
            "jsonpath wait has to have a value after equal sign, like --for=jsonpath='{.status.readyReplicas}'=3"
                .into(),
        );
    }
    if expression.is_empty() {
        return Err("jsonpath expression cannot be empty".into());
    }
    let template = jsonpath::relaxed(expression.trim_matches(['\'', '"']))?;
    let parsed = jsonpath::parse(&template)?;
    let value = value.map(|v| v.trim_matches(['\'', '"']).to_owned());
    Ok(Condition::Path(JsonPath { allow_missing: true, ..parsed }, value))
}

async fn one(f: &Factory, info: &Info, conditions: &[Condition], deadline: Time, timeout: Duration) -> Result {
    let mut object = info.object.clone();
    for condition in conditions {
        match condition {
            Condition::Deleted => {
                let left = deadline.since(f.ctx.client.clock.now());
                if timeout.is_zero() {
                    return Err(Error::Msg(format!("condition not met for {}", info.resource_name())));
                }
                wait_gone(f, info, object.uid(), left.max(Duration::from_nanos(1))).await?;
            }
            Condition::Created => {}
            condition => object = met(f, info, condition, deadline, timeout).await?,
        }
    }
    printers::for_operation(f, "condition met")?.print(f, &object)
}

/// Looks twice a second until everything that is named is there, and something is.
async fn until_created(f: &Factory, builder: &Builder, deadline: Time) -> Result {
    let clock = &f.ctx.client.clock;
    loop {
        let (infos, errors) = builder.clone().infos(f).await?;
        if errors.is_empty() && !infos.is_empty() {
            return Ok(());
        }
        if let Some(error) = errors.into_iter().find(|e| !e.is_not_found()) {
            return Err(error);
        }
        if clock.now() >= deadline {
            return Err("timed out waiting for the condition".into());
        }
        clock.sleep(Duration::from_millis(500)).await;
    }
}

async fn met(f: &Factory, info: &Info, condition: &Condition, deadline: Time, timeout: Duration) -> Result<Value> {
    let clock = &f.ctx.client.clock;
    loop {
        let object = f.send(Request::get(info.url())).await?;
        if holds(condition, &object)? {
            return Ok(object);
        }
        if timeout.is_zero() {
            return Err(Error::Msg(format!("condition not met for {}", info.resource_name())));
        }
        let request = Request::get(info.collection_url())
            .query("fieldSelector", format!("metadata.name={}", info.name))
            .query("watch", "true")
            .query("resourceVersion", object["metadata"]["resourceVersion"].str());
        let watch = f.watch(request).await?;
        loop {
            let poll = f.ctx.client.poll_watch(watch.id).await;
            for event in &poll.events {
                if event.kind == "DELETED" {
                    break;
                }
                if event.kind != "ERROR" && holds(condition, &event.object)? {
                    return Ok(event.object.clone());
                }
            }
            if clock.now() >= deadline {
                return Err(timed_out(info));
            }
            if poll.closed || poll.events.iter().any(|e| matches!(e.kind, "ERROR" | "DELETED")) {
                break;
            }
            turn(clock, Some(deadline)).await;
        }
    }
}

fn holds(condition: &Condition, object: &Value) -> Result<bool> {
    match condition {
        Condition::Status(name, value) => {
            let conditions = object["status"]["conditions"].items();
            let Some(found) = conditions.iter().find(|c| c["type"].str().eq_ignore_ascii_case(name)) else {
                return Ok(false);
            };
            let observed =
                found["observedGeneration"].as_i64().or_else(|| object["status"]["observedGeneration"].as_i64());
            let is_current = observed.is_none_or(|seen| seen >= object.generation());
            Ok(is_current && found["status"].str().eq_ignore_ascii_case(value))
        }
        Condition::Path(path, value) => {
            let found: Vec<Value> = path.find(object)?.into_iter().flatten().collect();
            match (found.as_slice(), value) {
                ([], _) => Ok(false),
                (_, None) => Ok(true),
                ([one], Some(value)) if !matches!(one, Value::Map(_) | Value::List(_)) => Ok(go_text(one) == *value),
                ([_], _) => Err("jsonpath leads to a nested object or list and cannot be compared".into()),
                _ => Err("given jsonpath expression matches more than one value".into()),
            }
        }
        Condition::Deleted | Condition::Created => Ok(false),
    }
}
