//! `-o custom-columns`. Models `kubectl/pkg/cmd/get/customcolumn.go`.

use super::tabwriter::TabWriter;
use crate::apimachinery::go::go_text;
use crate::apimachinery::jsonpath::{self, JsonPath};
use crate::apimachinery::{Object, Value};
use crate::cli::errors::{Error, Result};
use crate::cli::factory::Factory;

/// Columns with a path each.
pub struct CustomColumns {
    /// Headers and templates.
    columns: Vec<(String, String)>,
    no_headers: bool,
    last_kind: Option<(String, String)>,
}

impl CustomColumns {
    /// Reads `NAME:.metadata.name,…`.
    pub fn parse(f: &Factory, spec: &str) -> Result<Self> {
        let mut columns = Vec::new();
        for part in spec.split(',') {
            let Some((header, path)) = part.split_once(':') else {
                return Err(Error::Msg(format!(
                    "unexpected custom-columns spec: {part}, expected <header>:<json-path-expr>"
                )));
            };
            columns.push((header, path));
        }
        Self::new(f, &columns)
    }

    /// Reads a line of headers and a line of paths.
    pub fn parse_file(f: &Factory, text: &str) -> Result<Self> {
        let mut lines = text.lines();
        let mut words = |what: &str| match lines.next() {
            Some(line) => Ok(line.split_whitespace().collect::<Vec<&str>>()),
            None => Err(Error::Msg(format!(
                "invalid template, missing {what} line. Expected format is one line of space separated headers, one \
                 line of space separated column specs."
            ))),
        };
        let (headers, paths) = (words("header")?, words("spec")?);
        if headers.len() != paths.len() {
            let text =
                format!("number of headers ({}) and field specifications ({}) don't match", headers.len(), paths.len());
            return Err(Error::Msg(text));
        }
        Self::new(f, &headers.into_iter().zip(paths).collect::<Vec<_>>())
    }

    fn new(f: &Factory, specs: &[(&str, &str)]) -> Result<Self> {
        let mut columns = Vec::new();
        for (header, path) in specs {
            columns.push(((*header).to_owned(), jsonpath::relaxed(path)?));
        }
        Ok(Self { columns, no_headers: f.flags.bool("no-headers"), last_kind: None })
    }

    /// The rows of an object or a list; the header comes once for each kind, and though a path cannot be read.
    pub fn print(&mut self, object: &Value) -> (String, Result) {
        let mut writer = TabWriter::table();
        let kind = (object.api_version().to_owned(), object.kind().to_owned());
        if !self.no_headers && self.last_kind.as_ref() != Some(&kind) {
            let headers: Vec<&str> = self.columns.iter().map(|(h, _)| h.as_str()).collect();
            writer.write(&(headers.join("\t") + "\n"));
            self.last_kind = Some(kind);
        }
        let done = self.rows(object, &mut writer);
        (writer.flush(), done)
    }

    fn rows(&self, object: &Value, writer: &mut TabWriter) -> Result {
        let mut paths = Vec::new();
        for (_, template) in &self.columns {
            paths.push(JsonPath { allow_missing: true, ..jsonpath::parse(template)? });
        }
        match object["items"].as_list() {
            Some(items) => items.iter().try_for_each(|item| row(&paths, item, writer)),
            None => row(&paths, object, writer),
        }
    }
}

fn row(paths: &[JsonPath], object: &Value, writer: &mut TabWriter) -> Result {
    let mut cells = Vec::new();
    for path in paths {
        let found = path.find(object)?;
        let texts: Vec<String> = found.iter().flatten().map(go_text).collect();
        cells.push(if texts.is_empty() { "<none>".to_owned() } else { texts.join(",") });
    }
    writer.write(&(cells.join("\t") + "\n"));
    Ok(())
}
