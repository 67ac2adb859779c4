//! Ways to print objects. Models `cli-runtime/pkg/printers` and `genericclioptions.PrintFlags`.

pub mod custom_columns;
pub mod jsonpath;
pub mod kyaml;
pub mod table;
pub mod tabwriter;
pub mod template;

pub use table::{TableOptions, TablePrinter};
pub use tabwriter::TabWriter;

use super::builder::name_for_object;
use super::errors::{Error, Result};
use super::factory::Factory;
use super::json;
use crate::apimachinery::{Object, Value, yaml};
use custom_columns::CustomColumns;

/// A chosen way to print.
pub enum Format {
    Json,
    Yaml,
    KYaml,
    /// `pod/web`, followed by what was done to it; `short` prints the name alone.
    Name {
        operation: String,
        short: bool,
    },
    JsonPath(jsonpath::Printer),
    GoTemplate(template::Template),
    CustomColumns(CustomColumns),
}

/// Prints objects to standard output in one format.
pub struct Printer {
    pub format: Format,
    show_managed_fields: bool,
    /// Objects come from Go's structs, not from maps.
    typed: bool,
    printed: usize,
}

const TEMPLATES: &str =
    "go-template,go-template-file,json,jsonpath,jsonpath-as-json,jsonpath-file,kyaml,name,template,templatefile";

/// The list of formats in the error for an unknown one.
fn allowed(with_columns: bool) -> String {
    if with_columns {
        format!("custom-columns,custom-columns-file,{TEMPLATES},wide,yaml")
    } else {
        format!("{TEMPLATES},yaml")
    }
}

fn no_printer(format: &str, with_columns: bool) -> Error {
    Error::Msg(format!(
        "unable to match a printer suitable for the output format {format:?}, allowed formats are: {}",
        allowed(with_columns)
    ))
}

/// The formats that may have an argument after `=`.
const WITH_ARGUMENT: [&str; 9] = [
    "custom-columns",
    "custom-columns-file",
    "go-template",
    "go-template-file",
    "jsonpath",
    "jsonpath-as-json",
    "jsonpath-file",
    "template",
    "templatefile",
];

/// Splits `-o jsonpath=…` into format and argument.
fn split_output(f: &Factory) -> (String, String) {
    let output = f.flags.str("output");
    // Only what takes an argument is cut.
    match output.split_once('=').filter(|(format, _)| WITH_ARGUMENT.contains(format)) {
        Some((format, argument)) => (format.to_owned(), argument.to_owned()),
        None => (output.to_owned(), f.flags.str("template").to_owned()),
    }
}

/// The printer that `-o` asks for; None for a table (`""` and `wide`). `with_columns` is true for `get`.
pub fn for_get(f: &Factory) -> Result<Option<Printer>> {
    let (format, argument) = split_output(f);
    if format.is_empty() && !argument.is_empty() && f.flags.changed("template") {
        return Ok(Some(Printer::new(f, templated(f, "go-template", &argument)?)));
    }
    match format.as_str() {
        "" | "wide" => Ok(None),
        name => Ok(Some(Printer::new(f, choose(f, name, &argument, true)?))),
    }
}

/// The printer for a command that says what it did (`pod/web created`) unless `-o` asks for more.
pub fn for_operation(f: &Factory, operation: &str) -> Result<Printer> {
    let (format, argument) = split_output(f);
    let format = match format.as_str() {
        "" if f.flags.changed("template") => templated(f, "go-template", &argument)?,
        "" => Format::Name { operation: operation.to_owned(), short: false },
        name => choose(f, name, &argument, false)?,
    };
    Ok(Printer::new(f, format))
}

/// True where `-o` asks for more than the message.
pub fn has_output(f: &Factory) -> bool {
    !f.flags.str("output").is_empty()
}

fn choose(f: &Factory, name: &str, argument: &str, with_columns: bool) -> Result<Format> {
    Ok(match name {
        "json" => Format::Json,
        "yaml" => Format::Yaml,
        "kyaml" => Format::KYaml,
        "name" => Format::Name { operation: String::new(), short: true },
        "custom-columns" | "custom-columns-file" if with_columns => {
            let spec = match (name, argument) {
                (_, "") => return Err("custom-columns format specified but no custom columns given".into()),
                ("custom-columns", spec) => return CustomColumns::parse(f, spec).map(Format::CustomColumns),
                (_, path) => read(f, path, "template")?,
            };
            Format::CustomColumns(CustomColumns::parse_file(f, &spec)?)
        }
        "jsonpath" | "jsonpath-file" | "jsonpath-as-json" | "go-template" | "go-template-file" | "template"
        | "templatefile" => templated(f, name, argument)?,
        _ => return Err(no_printer(name, with_columns)),
    })
}

fn templated(f: &Factory, name: &str, argument: &str) -> Result<Format> {
    if argument.is_empty() {
        return Err("template format specified but no template given".into());
    }
    let text = if name.ends_with("file") { read(f, argument, "--template")? } else { argument.to_owned() };
    let lenient = f.flags.bool("allow-missing-template-keys");
    Ok(match name {
        "jsonpath" | "jsonpath-file" => Format::JsonPath(jsonpath::Printer::new(&text, lenient, false)?),
        "jsonpath-as-json" => Format::JsonPath(jsonpath::Printer::new(&text, lenient, true)?),
        _ => Format::GoTemplate(template::Template::parse(&text, lenient)?),
    })
}

fn read(f: &Factory, path: &str, flag: &str) -> Result<String> {
    match f.ctx.system.read_file(path) {
        Ok(data) => Ok(String::from_utf8_lossy(&data).into_owned()),
        Err(e) => Err(format!("error reading {flag} {path}, open {path}: {}\n", e.text()).into()),
    }
}

impl Printer {
    pub fn new(f: &Factory, format: Format) -> Self {
        Self { format, show_managed_fields: f.flags.bool("show-managed-fields"), typed: false, printed: 0 }
    }

    /// For objects that kubectl decodes into Go's structs: JSON and KYAML have their order.
    pub fn typed(self) -> Self {
        Self { typed: true, ..self }
    }

    /// The text of an object.
    pub fn text(&mut self, object: &Value) -> Result<String> {
        let object = &self.without_managed_fields(object);
        self.printed += 1;
        Ok(match &mut self.format {
            Format::Json if self.typed => json::pretty_typed(object, "    ") + "\n",
            Format::Json => json::pretty(object, "    ") + "\n",
            Format::Yaml => {
                let separator = if self.printed > 1 { "---\n" } else { "" };
                format!("{separator}{}", yaml::to_string(object))
            }
            Format::KYaml => kyaml::to_string(object, self.typed),
            Format::Name { operation, short } => names(object, operation, *short),
            Format::JsonPath(printer) => printer.print(object)?,
            Format::GoTemplate(template) => {
                let (text, result) = template.execute(object);
                result?;
                text
            }
            Format::CustomColumns(columns) => {
                let (text, result) = columns.print(object);
                result?;
                text
            }
        })
    }

    pub fn print(&mut self, f: &Factory, object: &Value) -> Result {
        if let Format::GoTemplate(template) = &mut self.format {
            let (text, result) = template.execute(object);
            f.out(&text);
            return result;
        }
        if let Format::CustomColumns(columns) = &mut self.format {
            let (text, result) = columns.print(object);
            f.out(&text);
            return result;
        }
        f.out(&self.text(object)?);
        Ok(())
    }

    fn without_managed_fields(&self, object: &Value) -> Value {
        let mut object = object.clone();
        if self.show_managed_fields || !matches!(self.format, Format::Json | Format::Yaml | Format::KYaml) {
            return object;
        }
        object.remove("metadata.managedFields");
        if object["items"].items().iter().any(|i| !i.at("metadata.managedFields").is_null()) {
            for item in object.map_mut().entry("items").list_mut() {
                item.remove("metadata.managedFields");
            }
        }
        object
    }
}

fn names(object: &Value, operation: &str, short: bool) -> String {
    if object.kind().ends_with("List") && object["items"].as_list().is_some() {
        return object["items"].items().iter().map(|item| names(item, operation, short)).collect();
    }
    let name = match object["metadata"].is_null() && object.uid().is_empty() {
        true => name_for_object(object) + "<unknown>",
        false => name_for_object(object),
    };
    if short || operation.is_empty() { format!("{name}\n") } else { format!("{name} {operation}\n") }
}
