//! `kubectl get --watch`. Models the `watch` half of `kubectl/pkg/cmd/get/get.go`.

use super::get::{as_table, builder, table_options};
use super::util::{request_deadline, turn};
use crate::apimachinery::{Object, Status, Value};
use crate::cli::builder::Info;
use crate::cli::errors::{Error, Result};
use crate::cli::factory::Factory;
use crate::cli::printers::{Printer, TabWriter, TablePrinter};
use crate::client::request::StreamChunk;
use crate::client::{Accept, Request, StreamId, WatchId};
use crate::{cli::json, object};

/// Prints in whatever form was asked for, events as they come.
struct Out<'a> {
    f: &'a Factory,
    printer: Option<Printer>,
    table: Option<TablePrinter>,
    writer: TabWriter,
}

impl Out<'_> {
    fn event(&mut self, info: &Info, kind: &str, object: &Value) -> Result {
        let shows_events = self.f.flags.bool("output-watch-events");
        if let Some(printer) = &mut self.printer {
            let object = match shows_events {
                true => object! { "type" => kind, "object" => object.clone() },
                false => object.clone(),
            };
            printer.print(self.f, &object)?;
            return self.f.check_pipe();
        }
        let mut table = if object.kind() == "Table" { object.clone() } else { as_table(self.f, object) };
        if shows_events {
            add_event(&mut table, kind);
        }
        let options = table_options(self.f, info, false);
        self.table.get_or_insert_with(|| TablePrinter::new(options)).print(&table, &mut self.writer);
        let text = self.writer.flush();
        self.f.out(&text);
        self.f.check_pipe()
    }
}

/// Puts the kind of the event before the other columns.
fn add_event(table: &mut Value, kind: &str) {
    if !table["columnDefinitions"].items().is_empty() {
        let event = object! { "name" => "Event", "type" => "string" };
        table.map_mut().entry("columnDefinitions").list_mut().insert(0, event);
    }
    for row in table.map_mut().entry("rows").list_mut() {
        row.map_mut().entry("cells").list_mut().insert(0, kind.into());
    }
}

pub async fn run(f: &Factory, printer: Option<Printer>) -> Result {
    let accept = if printer.is_none() && f.flags.bool("server-print") { Accept::Table } else { Accept::Json };
    let mut search = builder(f, Accept::Table).await?;
    search.single_type = true;
    let named = search.names_one();
    let template = search.clone();
    let infos = search.all_infos(f).await?;
    let [info] = infos.as_slice() else {
        return Err(format!(
            "watch is only supported on individual resources and resource collections - {} resources were found",
            infos.len()
        )
        .into());
    };
    let mut out = Out { f, printer, table: None, writer: TabWriter::table() };
    // Of a single object the watch begins at about now and says first what is there, which is printed already.
    let version = if named { "0" } else { info.object["metadata"]["resourceVersion"].str() }.to_owned();
    if !f.flags.bool("watch-only") {
        list_first(f, &mut out, info, accept, &template).await?;
    }
    let mut request = match named {
        true => Request::get(info.collection_url()).query("fieldSelector", format!("metadata.name={}", info.name)),
        false => template.list_request(&info.mapping),
    };
    request = request.accept(accept).query("watch", "true").query("resourceVersion", version);
    let watch = f.watch(request).await?;
    let deadline = request_deadline(f);
    let mut initial = named;
    loop {
        let poll = f.ctx.client.poll_watch(watch.id).await;
        for event in poll.events {
            match event.kind {
                "ERROR" => return Err(Error::from(status_of(&event.object))),
                "BOOKMARK" => {}
                "ADDED" if std::mem::take(&mut initial) => {}
                kind => out.event(info, kind, &event.object)?,
            }
        }
        if poll.closed || deadline.is_some_and(|d| f.ctx.client.clock.now() >= d) {
            return Ok(());
        }
        f.check_pipe()?;
        turn(&f.ctx.client.clock, deadline).await;
    }
}

/// What is there when the watch begins.
async fn list_first(
    f: &Factory,
    out: &mut Out<'_>,
    info: &Info,
    accept: Accept,
    template: &crate::cli::builder::Builder,
) -> Result {
    if accept == Accept::Table && !f.flags.bool("output-watch-events") {
        return out.event(info, "ADDED", &info.object);
    }
    let mut plain = template.clone();
    plain.accept = accept;
    for one in plain.all_infos(f).await? {
        if one.object.kind() == "Table" {
            out.event(info, "ADDED", &one.object)?;
        } else {
            out.event(info, "ADDED", &one.object)?;
        }
    }
    Ok(())
}

/// The Status of an ERROR event.
pub fn status_of(object: &Value) -> Status {
    let code = u16::try_from(object["code"].int()).unwrap_or(500);
    let reason = match object["reason"].str() {
        "Expired" => "Expired",
        "Gone" => "Gone",
        _ => "",
    };
    Status::new(code, reason, object["message"].str())
}

/// `get --raw` of a watch: an event a line.
pub async fn raw(f: &Factory, id: WatchId) -> Result {
    loop {
        let poll = f.ctx.client.next_events(id).await;
        for event in poll.events {
            let line = object! { "type" => event.kind, "object" => event.object };
            f.out(&(json::compact(&line) + "\n"));
        }
        f.check_pipe()?;
        if poll.closed {
            return Ok(());
        }
    }
}

/// Copies a stream to standard output until it ends.
pub async fn copy(f: &Factory, id: StreamId) -> Result {
    loop {
        let poll = f.ctx.client.next_chunks(id).await;
        for chunk in poll.chunks {
            if let StreamChunk::Stdout(data) | StreamChunk::Data(data) = chunk {
                f.write(crate::cli::system::Out::Stdout, &data);
            }
        }
        f.check_pipe()?;
        if poll.closed {
            return Ok(());
        }
    }
}
