//! `-o jsonpath`. Models `cli-runtime/pkg/printers/jsonpath.go`.

use crate::apimachinery::Value;
use crate::apimachinery::go::go_syntax;
use crate::apimachinery::jsonpath::{self, JsonPath};
use crate::cli::errors::{Error, Result};
use crate::cli::json;

/// Prints what a template finds.
pub struct Printer {
    path: JsonPath,
    template: String,
    /// `jsonpath-as-json`
    as_json: bool,
}

impl Printer {
    pub fn new(template: &str, allow_missing: bool, as_json: bool) -> Result<Self> {
        let path = jsonpath::parse(template)
            .map_err(|why| Error::Msg(format!("error parsing jsonpath {template}, {why}\n")))?;
        Ok(Self { path: JsonPath { allow_missing, ..path }, template: template.to_owned(), as_json })
    }

    pub fn print(&self, object: &Value) -> Result<String> {
        let text = if self.as_json { self.json(object) } else { self.path.text(object, json::compact) };
        text.map_err(|why| {
            Error::Msg(format!(
                "error executing jsonpath {:?}: Error executing template: {why}. Printing more information for \
                 debugging the template:\n\ttemplate was:\n\t\t{}\n\tobject given to jsonpath engine was:\n\t\t{}\n\n\n",
                self.template,
                self.template,
                go_syntax(object)
            ))
        })
    }

    fn json(&self, object: &Value) -> Result<String, String> {
        let found = self.path.find(object)?;
        Ok(found.into_iter().map(|results| json::pretty(&Value::from(results), "    ") + "\n").collect())
    }
}
