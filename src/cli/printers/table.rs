//! Prints the server's Tables. Models `cli-runtime/pkg/printers/tableprinter.go`.

use super::tabwriter::TabWriter;
use crate::apimachinery::labels::format_labels;
use crate::apimachinery::{Object, Value};

/// What a table shows besides the server's columns.
#[derive(Clone, Debug, Default)]
pub struct TableOptions {
    pub no_headers: bool,
    pub with_namespace: bool,
    /// `pod`, `deployment.apps`; "" prints bare names.
    pub kind_prefix: String,
    pub wide: bool,
    pub show_labels: bool,
    /// `-L`
    pub column_labels: Vec<String>,
}

/// Prints tables one after another; the header comes once for the same columns.
#[derive(Clone, Debug, Default)]
pub struct TablePrinter {
    options: TableOptions,
    columns: Vec<Value>,
    printed_headers: bool,
}

impl TablePrinter {
    pub fn new(options: TableOptions) -> Self {
        Self { options, ..Self::default() }
    }

    /// Writes the rows (and the header where it is due) of a Table; of anything else, its name and age are not known
    /// and only the name is printed.
    pub fn print(&mut self, table: &Value, to: &mut TabWriter) {
        let columns = table["columnDefinitions"].items();
        if !columns.is_empty() && columns != self.columns.as_slice() {
            self.columns = columns.to_vec();
            self.printed_headers = false;
        }
        let rows = table["rows"].items();
        if rows.is_empty() {
            return;
        }
        if !self.printed_headers && !self.options.no_headers {
            let header = self.header();
            to.write(&(header.join("\t") + "\n"));
        }
        self.printed_headers = true;
        for row in rows {
            to.write(&(self.row(row).join("\t") + "\n"));
        }
    }

    fn shown(&self) -> impl Iterator<Item = (usize, &Value)> {
        self.columns.iter().enumerate().filter(|(_, c)| self.options.wide || c["priority"].int() == 0)
    }

    fn header(&self) -> Vec<String> {
        let mut cells = Vec::new();
        if self.options.with_namespace {
            cells.push("NAMESPACE".to_owned());
        }
        cells.extend(self.shown().map(|(_, c)| c["name"].str().to_uppercase()));
        let label = |l: &String| l.rsplit('/').next().unwrap_or(l).to_uppercase();
        cells.extend(self.options.column_labels.iter().map(label));
        if self.options.show_labels {
            cells.push("LABELS".to_owned());
        }
        cells
    }

    fn row(&self, row: &Value) -> Vec<String> {
        let object = &row["object"];
        let mut cells = Vec::new();
        if self.options.with_namespace {
            cells.push(object.namespace().to_owned());
        }
        for (i, column) in self.shown() {
            let text = cell(&row["cells"][i]);
            let is_name = column["format"].str() == "name" && column["type"].str() == "string";
            cells.push(match self.options.kind_prefix.as_str() {
                kind if is_name && !kind.is_empty() => format!("{kind}/{text}"),
                _ => text,
            });
        }
        for label in &self.options.column_labels {
            cells.push(object.label(label).unwrap_or("").to_owned());
        }
        if self.options.show_labels {
            cells.push(format_labels(object.labels()));
        }
        cells
    }
}

fn cell(value: &Value) -> String {
    match value {
        Value::Null => String::new(),
        Value::Str(s) => match s.split_once(['\n', '\r', '\x0c']) {
            Some((first, _)) => format!("{first}..."),
            None => s.to_string(),
        },
        other => other.to_string(),
    }
}
