//! `kubectl events`. Models `kubectl/pkg/cmd/events`.

use super::describe::event_age;
use super::util::{request_deadline, turn};
use crate::action;
use crate::apimachinery::{Object, Time, Value};
use crate::cli::builder::no_type;
use crate::cli::command::Command;
use crate::cli::errors::{Error, Result};
use crate::cli::factory::Factory;
use crate::cli::flag_sets;
use crate::cli::flags::Flag;
use crate::cli::printers::{Printer, TabWriter, for_operation, has_output};
use crate::client::Request;
use crate::object;

static FLAGS: &[Flag] = &[
    Flag::str("for", "", "Only events about this object, type/name."),
    Flag::bool("no-headers", "Print no header."),
    Flag::slice("types", "Only events of these types."),
    Flag::bool("watch", "Wait for more events after listing.").short('w'),
];
static FLAG_SETS: &[&[Flag]] = &[FLAGS, flag_sets::ALL_NAMESPACES, flag_sets::CHUNK_SIZE, flag_sets::PRINT];

pub const COMMAND: Command = Command::new("events", "List events", action!(run))
    .usage("[(-o|--output=)json|yaml|kyaml|name|go-template|go-template-file|template|templatefile|jsonpath|jsonpath-as-json|jsonpath-file] [--for TYPE/NAME] [--watch] [--types=Normal,Warning] [options]")
    .long("Display events.\n\n The events of a namespace, of all, or about one object")
    .examples("# List recent events\nkubectl events\n\n# List events about a pod, then wait for more\nkubectl events --for pod/web --watch\n\n# List only warnings\nkubectl events --types=Warning")
    .flags(FLAG_SETS);

async fn run(f: &Factory) -> Result {
    let mut namespace = f.namespace()?.0;
    let selector = about(f).await?;
    let mut view = View::new(f)?;
    let types = f.flags.list("types");
    if types.iter().any(|t| !t.eq_ignore_ascii_case("Normal") && !t.eq_ignore_ascii_case("Warning")) {
        return Err("valid --types are Normal or Warning".into());
    }
    let nothing = match f.flags.bool("all-namespaces") {
        true => "No events found.\n".to_owned(),
        false => format!("No events found in {namespace} namespace.\n"),
    };
    if f.flags.bool("all-namespaces") {
        namespace.clear();
    }
    let mut request = Request::get(match namespace.as_str() {
        "" => "/api/v1/events".to_owned(),
        ns => format!("/api/v1/namespaces/{ns}/events"),
    });
    if !selector.is_empty() {
        request = request.query("fieldSelector", selector);
    }
    if f.flags.bool("watch") {
        return watch(f, request, &mut view).await;
    }
    let list = f.send(request).await?;
    let mut events: Vec<Value> = list["items"].items().iter().filter(|e| fits(types, e)).map(typed).collect();
    if events.is_empty() {
        f.err(&nothing);
        return Ok(());
    }
    events.sort_by_key(last_seen);
    view.print_list(f, events)
}

/// The field selector of `--for`; "" without it.
async fn about(f: &Factory) -> Result<String> {
    let word = f.flags.str("for");
    if word.is_empty() {
        return Ok(String::new());
    }
    let parts: Vec<&str> = word.split('/').collect();
    let (kind, name) = match parts.as_slice() {
        [_] => return Err("--for must be in resource/name form".into()),
        [kind, name] => (*kind, *name),
        _ => return Err("arguments in resource/name form may not have more than one slash".into()),
    };
    let mapper = f.mapper().await?;
    let mapping = mapper.for_arg(kind).ok_or_else(|| match no_type(kind) {
        Error::Msg(text) => Error::Raw(text),
        other => other,
    })?;
    Ok(format!("involvedObject.kind={},involvedObject.name={name}", mapping.kind))
}

fn fits(types: &[String], event: &Value) -> bool {
    types.is_empty() || types.iter().any(|t| t.eq_ignore_ascii_case(event["type"].str()))
}

fn typed(event: &Value) -> Value {
    let mut event = event.clone();
    event.default_to("apiVersion", "v1");
    event.default_to("kind", "Event");
    event
}

fn last_seen(event: &Value) -> Option<Time> {
    let times = [event.at("series.lastObservedTime"), &event["lastTimestamp"], &event["eventTime"]];
    times.into_iter().find_map(|t| Time::parse_rfc3339(t.str()))
}

/// A table, or what `-o` asks for.
struct View {
    printer: Option<Printer>,
    table: TabWriter,
    with_namespace: bool,
    header: bool,
}

impl View {
    fn new(f: &Factory) -> Result<Self> {
        let printer = if has_output(f) { Some(for_operation(f, "events")?) } else { None };
        let with_namespace = f.flags.bool("all-namespaces");
        Ok(Self { printer, table: TabWriter::table(), with_namespace, header: !f.flags.bool("no-headers") })
    }

    fn print_list(&mut self, f: &Factory, events: Vec<Value>) -> Result {
        if let Some(printer) = &mut self.printer {
            let items: Value = events.into_iter().collect();
            let list =
                object! { "kind" => "EventList", "apiVersion" => "v1", "metadata" => object! {}, "items" => items };
            return printer.print(f, &list);
        }
        events.iter().for_each(|e| self.row(f, e));
        f.out(&self.table.flush());
        Ok(())
    }

    fn print(&mut self, f: &Factory, event: &Value) -> Result {
        if let Some(printer) = &mut self.printer {
            return printer.print(f, event);
        }
        self.row(f, event);
        f.out(&self.table.flush());
        Ok(())
    }

    fn row(&mut self, f: &Factory, e: &Value) {
        let namespace = |text: &str| if self.with_namespace { format!("{text}\t") } else { String::new() };
        if std::mem::take(&mut self.header) {
            self.table.write(&format!("{}LAST SEEN\tTYPE\tREASON\tOBJECT\tMESSAGE\n", namespace("NAMESPACE")));
        }
        let (age, about) = (event_age(e, f.ctx.client.clock.now()), &e["involvedObject"]);
        self.table.write(&format!(
            "{}{age}\t{}\t{}\t{}/{}\t{}\n",
            namespace(e.namespace()),
            e["type"].str(),
            e["reason"].str(),
            about["kind"].str(),
            about["name"].str(),
            e["message"].str().trim()
        ));
    }
}

async fn watch(f: &Factory, request: Request, view: &mut View) -> Result {
    let watch = f.watch(request.query("watch", "true")).await?;
    let deadline = request_deadline(f);
    loop {
        let poll = f.ctx.client.poll_watch(watch.id).await;
        for event in poll.events {
            let shown = matches!(event.kind, "ADDED" | "MODIFIED") && fits(f.flags.list("types"), &event.object);
            if shown {
                view.print(f, &typed(&event.object))?;
            }
        }
        f.check_pipe()?;
        if poll.closed || deadline.is_some_and(|d| f.ctx.client.clock.now() >= d) {
            return Ok(());
        }
        turn(&f.ctx.client.clock, deadline).await;
    }
}
