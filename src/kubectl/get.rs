//! `kubectl get`. Models `kubectl/pkg/cmd/get/get.go`.

use super::{get_watch, sort};
use crate::api::codec;
use crate::apimachinery::{Object, Value};
use crate::cli::builder::{Builder, Info};
use crate::cli::command::Command;
use crate::cli::errors::{Error, Result};
use crate::cli::factory::Factory;
use crate::cli::flag_sets;
use crate::cli::flags::Flag;
use crate::cli::printers::{self, Printer, TabWriter, TableOptions, TablePrinter};
use crate::client::Accept;
use crate::client::request::ReplyBody;
use crate::{action, list, object};

const FLAGS: &[Flag] = &[
    Flag::bool("ignore-not-found", "Exit with success where the object does not exist."),
    Flag::slice("label-columns", "Labels to show as columns, by comma.").short('L'),
    Flag::bool("no-headers", "Leave out the header of tables and custom columns."),
    Flag::bool("output-watch-events", "Print the kind of each event with --watch or --watch-only."),
    Flag::str("raw", "", "Path to ask the server for, as it stands."),
    Flag::bool_on("server-print", "Let the server choose the columns."),
    Flag::bool("show-kind", "Print the kind before each name."),
    Flag::bool("show-labels", "Show all labels as the last column."),
    Flag::str("sort-by", "", "Field to sort by, as a JSONPath expression such as '{.metadata.name}'."),
    Flag::bool("watch", "After listing, print changes as they come.").short('w'),
    Flag::bool("watch-only", "Print changes as they come, without listing first."),
    Flag::str(
        "output",
        "",
        "Output format. One of: (json, yaml, kyaml, name, go-template, go-template-file, template, templatefile, jsonpath, jsonpath-as-json, jsonpath-file, custom-columns, custom-columns-file, wide).",
    )
    .short('o'),
];

pub const COMMAND: Command = Command::new("get", "Display one or many resources", action!(run))
    .suggest_for(&["list", "ps"])
    .usage("[(-o|--output=)json|yaml|kyaml|name|go-template|go-template-file|template|templatefile|jsonpath|jsonpath-as-json|jsonpath-file|custom-columns|custom-columns-file|wide] (TYPE[.VERSION][.GROUP] [NAME | -l label] | TYPE[.VERSION][.GROUP]/NAME ...) [flags] [options]")
    .long("Display one or many resources.\n\n Prints a table of the most important facts of the resources named. Label and field selectors narrow the list. Without --all-namespaces only the current namespace is looked at")
    .examples("# List the pods of the current namespace\nkubectl get pods\n\n# List pods with more facts, such as their node\nkubectl get pods -o wide\n\n# Show one pod as the server keeps it\nkubectl get pod web -o yaml\n\n# List a deployment and a service\nkubectl get deploy/web svc/web\n\n# List pods with certain labels\nkubectl get pods -l app=web,tier!=test\n\n# Print one field\nkubectl get pod web -o jsonpath='{.status.podIP}'\n\n# Follow changes\nkubectl get pods -w")
    .flags(&[
        FLAGS,
        flag_sets::PRINT,
        flag_sets::FILES,
        flag_sets::SELECTOR,
        flag_sets::FIELD_SELECTOR,
        flag_sets::ALL_NAMESPACES,
        flag_sets::CHUNK_SIZE,
        flag_sets::SUBRESOURCE,
    ]);

async fn run(f: &Factory) -> Result {
    if !f.flags.str("raw").is_empty() {
        return raw(f).await;
    }
    let printer = printers::for_get(f)?;
    let (watch, watch_only) = (f.flags.bool("watch"), f.flags.bool("watch-only"));
    if f.args().is_empty() && f.flags.list("filename").is_empty() && f.flags.str("kustomize").is_empty() {
        f.err(
            "You must specify the type of resource to get. Use \"kubectl api-resources\" for a complete list of \
             supported resources.\n\n",
        );
        return Err(f.usage_error(
            "Required resource not specified.\nUse \"kubectl explain <resource>\" for a detailed description of \
             that resource (e.g. kubectl explain pods).",
        ));
    }
    let output = f.flags.str("output");
    if f.flags.bool("show-labels") && !matches!(output, "" | "wide") {
        return Err(format!("--show-labels option cannot be used with {output} printer").into());
    }
    if f.flags.bool("output-watch-events") && !watch && !watch_only {
        return Err("--output-watch-events option can only be used with --watch or --watch-only".into());
    }
    if watch || watch_only {
        return get_watch::run(f, printer).await;
    }
    match printer {
        None => table(f).await,
        Some(printer) => generic(f, printer).await,
    }
}

/// The search that the arguments describe.
pub(super) async fn builder(f: &Factory, accept: Accept) -> Result<Builder> {
    let mut builder = Builder::new(f)?.files(f).selector(f).field_selector(f).all_namespaces(f);
    builder.accept = accept;
    builder.latest = true;
    builder.subresource = f.flags.str("subresource").to_owned();
    builder.args(f, true, f.args()).await
}

fn ignores(f: &Factory, error: &Error) -> bool {
    f.flags.bool("ignore-not-found") && error.is_not_found()
}

/// The options of tables for a type; `with_kind` where several types are shown.
pub(super) fn table_options(f: &Factory, info: &Info, with_kind: bool) -> TableOptions {
    TableOptions {
        no_headers: f.flags.bool("no-headers"),
        with_namespace: f.flags.bool("all-namespaces") && info.mapping.namespaced,
        kind_prefix: if with_kind || f.flags.bool("show-kind") { info.mapping.type_name() } else { String::new() },
        wide: f.flags.str("output") == "wide",
        show_labels: f.flags.bool("show-labels"),
        column_labels: f.flags.list("label-columns").to_vec(),
    }
}

/// The table of an object for `--server-print=false` and for servers that know no better: name and age.
pub(super) fn as_table(f: &Factory, object: &Value) -> Value {
    let columns = list![
        object! { "name" => "Name", "type" => "string", "format" => "name" },
        object! { "name" => "Age", "type" => "string", "format" => "" },
    ];
    let now = f.ctx.client.clock.now();
    let row = |o: &Value| {
        let age = o
            .creation_timestamp()
            .map_or("<unknown>".to_owned(), |t| crate::apimachinery::time::human_duration(now.since(t)));
        object! { "cells" => list![o.name(), age], "object" => o.clone() }
    };
    let rows: Value = match object["items"].as_list() {
        Some(items) => items.iter().map(row).collect(),
        None => list![row(object)],
    };
    object! { "kind" => "Table", "columnDefinitions" => columns, "rows" => rows }
}

async fn table(f: &Factory) -> Result {
    let by_server = f.flags.bool("server-print");
    let mut builder = builder(f, if by_server { Accept::Table } else { Accept::Json }).await?;
    builder.whole_rows = by_server && !f.flags.str("sort-by").is_empty();
    let (namespace, single) = (builder.namespace.clone(), builder.is_single());
    let (mut infos, mut errors) = builder.infos(f).await?;
    errors.retain(|e| !ignores(f, e));
    for info in &mut infos {
        if info.object.kind() != "Table" {
            info.object = as_table(f, &info.object);
        }
    }
    let sort_by = f.flags.str("sort-by");
    if let Some(what) = sort::unsortable(&infos, sort_by).filter(|_| !sort_by.is_empty()) {
        let field = crate::apimachinery::jsonpath::relaxed(sort_by)?;
        let why = "in [][][]reflect.Value is an unsortable type: interface, err: unsortable type:";
        super::util::klog(f, 'F', "sorter.go:375", &format!("Field {field} {why} {what}"));
        return Err(Error::Exit(1));
    }
    if !sort_by.is_empty() && !sort::infos(&mut infos, sort_by)? {
        infos.iter_mut().for_each(|i| i.object.set("rows", Value::List(Default::default())));
    }
    let with_kind = infos.iter().any(|i| infos.first().is_some_and(|first| first.mapping.gvk() != i.mapping.gvk()));
    let (mut text, mut writer) = (String::new(), TabWriter::table());
    let mut printer: Option<(TablePrinter, &Info)> = None;
    let all_namespaced = !f.flags.bool("all-namespaces") && infos.iter().all(|i| i.mapping.namespaced);
    let mut separate = false;
    for info in &infos {
        if printer.as_ref().is_none_or(|(_, last)| last.mapping != info.mapping) {
            append(&mut text, &writer.flush(), &mut separate);
            writer.forget_widths();
            separate = printer.is_some() && !f.flags.bool("no-headers") && !text.is_empty();
            printer = Some((TablePrinter::new(table_options(f, info, with_kind)), info));
        }
        if let Some((printer, _)) = &mut printer {
            printer.print(&info.object, &mut writer);
        }
    }
    append(&mut text, &writer.flush(), &mut separate);
    f.out(&text);
    if text.is_empty() && errors.is_empty() && !f.flags.bool("ignore-not-found") {
        match all_namespaced {
            true => f.err(&format!("No resources found in {namespace} namespace.\n")),
            false => f.err("No resources found\n"),
        }
    }
    if single { Error::all(errors) } else { Error::listed(errors) }
}

/// Adds a table; a blank line comes before it once it turns out not to be empty.
fn append(text: &mut String, more: &str, separate: &mut bool) {
    if more.is_empty() {
        return;
    }
    if std::mem::take(separate) {
        text.push('\n');
    }
    text.push_str(more);
}

async fn generic(f: &Factory, mut printer: Printer) -> Result {
    let builder = builder(f, Accept::Json).await?;
    let single = builder.is_single();
    let (mut infos, mut errors) = builder.infos(f).await?;
    errors.retain(|e| !ignores(f, e));
    if infos.is_empty() && single {
        return Error::all(errors);
    }
    let sort_by = f.flags.str("sort-by");
    if !sort_by.is_empty() && !single && !infos.is_empty() && !sort::infos(&mut infos, sort_by)? {
        let path = crate::apimachinery::jsonpath::relaxed(sort_by)?;
        return Err(format!("couldn't find any field with path {path:?} in the list of objects").into());
    }
    let object = match infos.as_slice() {
        [info] if single => info.object.clone(),
        _ => {
            let items: Value = infos.iter().map(|i| i.object.clone()).collect();
            object! { "apiVersion" => "v1", "kind" => "List", "items" => items,
            "metadata" => object! { "resourceVersion" => "" } }
        }
    };
    if let Err(e) = printer.print(f, &object) {
        errors.insert(0, e);
    }
    Error::all(errors)
}

async fn raw(f: &Factory) -> Result {
    let raw = f.flags.str("raw");
    if !f.args().is_empty() {
        return Err("arguments may not be passed when --raw is specified".into());
    }
    super::raw::check_path(raw)?;
    let reply = f.reply(super::util::url_request(raw)).await?;
    match reply.body {
        ReplyBody::Object(value) => f.out(&(codec::encode(&value) + "\n")),
        ReplyBody::Text(_) if reply.code >= 400 => return Err(crate::apimachinery::Status::path_not_found().into()),
        ReplyBody::Text(text) => f.out(&text),
        ReplyBody::Status(status) => return Err(status.into()),
        ReplyBody::Watch(id) => get_watch::raw(f, id).await?,
        ReplyBody::Stream(id) => get_watch::copy(f, id).await?,
    }
    Ok(())
}
