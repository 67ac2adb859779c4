//! `-o go-template`: Go's `text/template` over an object. Models `text/template` and
//! `cli-runtime/pkg/printers/template.go`.

mod exec;
mod format;
mod funcs;
mod lexer;
mod parse;
#[cfg(test)]
mod tests;

use crate::apimachinery::Value;
use crate::apimachinery::go::go_text;
use crate::cli::errors::{Error, Result};
use crate::cli::json;
use std::collections::BTreeMap;

/// A parsed template.
pub struct Template {
    text: String,
    body: Vec<Node>,
    /// By name: `{{define "name"}}`.
    defined: BTreeMap<String, Vec<Node>>,
    /// A missing key prints `<no value>`; else it is an error.
    lenient: bool,
}

/// A part of a template.
#[derive(Clone, Debug)]
enum Node {
    Text(String),
    Action(Pipe),
    If(Pipe, Vec<Node>, Vec<Node>),
    Range(Pipe, Vec<Node>, Vec<Node>),
    With(Pipe, Vec<Node>, Vec<Node>),
    Template(String, Option<Pipe>, usize),
    Break,
    Continue,
}

/// `$a, $b := first | second`
#[derive(Clone, Debug, Default)]
struct Pipe {
    variables: Vec<String>,
    /// `=` in place of `:=`
    assigns: bool,
    commands: Vec<Command>,
    at: usize,
}

/// A function or value and its arguments; text and place are for errors.
#[derive(Clone, Debug)]
struct Command {
    arguments: Vec<Argument>,
    text: String,
    at: usize,
}

#[derive(Clone, Debug)]
struct Argument {
    kind: Kind,
    /// What follows: `.metadata.name`.
    fields: Vec<String>,
    text: String,
    at: usize,
}

#[derive(Clone, Debug)]
enum Kind {
    Dot,
    Nil,
    Constant(Value),
    /// With its `$`.
    Variable(String),
    Function(String),
    Pipe(Pipe),
}

impl Template {
    pub fn parse(text: &str, lenient: bool) -> Result<Self> {
        let (body, defined) =
            parse::parse(text).map_err(|why| Error::Msg(format!("error parsing template {text}, {why}\n")))?;
        Ok(Self { text: text.to_owned(), body, defined, lenient })
    }

    /// The text for an object. What was made before an error comes with it, as kubectl prints it.
    pub fn execute(&mut self, object: &Value) -> (String, Result) {
        let mut run = exec::Run::new(self, object);
        let result = run.list(&self.body, object);
        let mut out = run.out;
        let Err(exec::Stop::Failed(why)) = result else { return (out, Ok(())) };
        let text = &self.text;
        out.push_str(&format!(
            "Error executing template: {why}. Printing more information for debugging the template:\n\ttemplate \
             was:\n\t\t{text}\n\traw data was:\n\t\t{}\n\tobject given to template engine was:\n\t\t{}\n\n",
            json::compact(object),
            go_text(object)
        ));
        (out, Err(Error::Msg(format!("error executing template {text:?}: {why}"))))
    }
}

/// `1:8`: the line from 1, and the byte in it (from 0 in the first, from 1 in others), as Go counts.
fn place(text: &str, at: usize) -> String {
    let before = text.get(..at).unwrap_or(text);
    let byte = before.rfind('\n').map_or(before.len(), |newline| before.len() - newline);
    format!("{}:{byte}", before.matches('\n').count() + 1)
}
