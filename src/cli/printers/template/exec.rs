//! Running a template over an object. Models `text/template/exec.go`.

use super::format::text;
use super::{Argument, Command, Kind, Node, Pipe, Template, funcs, place};
use crate::apimachinery::Value;

/// How a run ends before its time.
pub enum Stop {
    Failed(String),
    Break,
    Continue,
}

/// A value; None is Go's zero `reflect.Value`, which prints as `<no value>`.
pub type Found = Option<Value>;

/// How deep templates may call each other.
const DEEPEST: usize = 100;
/// How much may be written.
const LONGEST: usize = 10_000_000;

pub struct Run<'a> {
    template: &'a Template,
    variables: Vec<(String, Found)>,
    depth: usize,
    pub out: String,
}

impl<'a> Run<'a> {
    pub fn new(template: &'a Template, root: &Value) -> Self {
        let variables = vec![("$".to_owned(), Some(root.clone()))];
        Self { template, variables, depth: 0, out: String::new() }
    }

    fn failed<X>(&self, at: usize, what: &str, why: &str) -> Result<X, Stop> {
        let place = place(&self.template.text, at);
        Err(Stop::Failed(format!("template: output:{place}: executing \"output\" at <{what}>: {why}")))
    }

    pub fn list(&mut self, nodes: &[Node], dot: &Value) -> Result<(), Stop> {
        nodes.iter().try_for_each(|node| self.node(node, dot))
    }

    fn node(&mut self, node: &Node, dot: &Value) -> Result<(), Stop> {
        if self.out.len() > LONGEST {
            return Err(Stop::Failed("the output of the template is too long".into()));
        }
        match node {
            Node::Text(text) => self.out.push_str(text),
            Node::Action(pipe) => {
                let value = self.pipe(pipe, dot)?;
                if pipe.variables.is_empty() {
                    self.out.push_str(&text(&value));
                }
            }
            Node::If(pipe, body, otherwise) | Node::With(pipe, body, otherwise) => {
                let kept = self.variables.len();
                let value = self.pipe(pipe, dot)?;
                let result = match funcs::truth(&value) {
                    true if matches!(node, Node::With(..)) => self.list(body, &value.unwrap_or_default()),
                    true => self.list(body, dot),
                    false => self.list(otherwise, dot),
                };
                self.variables.truncate(kept);
                result?;
            }
            Node::Range(pipe, body, otherwise) => {
                let kept = self.variables.len();
                let result = self.range(pipe, body, otherwise, dot);
                self.variables.truncate(kept);
                result?;
            }
            Node::Template(name, pipe, at) => {
                let value = match pipe {
                    Some(pipe) => self.pipe(pipe, dot)?.unwrap_or_default(),
                    None => Value::Null,
                };
                let Some(nodes) = self.template.defined.get(name) else {
                    let what = format!("{{{{template {name:?}}}}}");
                    return self.failed(*at, &what, &format!("template {name:?} not defined"));
                };
                self.depth += 1;
                if self.depth > DEEPEST {
                    return Err(Stop::Failed(format!("exceeded maximum template depth ({DEEPEST})")));
                }
                let outer = std::mem::replace(&mut self.variables, vec![("$".to_owned(), Some(value.clone()))]);
                let result = self.list(nodes, &value);
                self.variables = outer;
                self.depth -= 1;
                result?;
            }
            Node::Break => return Err(Stop::Break),
            Node::Continue => return Err(Stop::Continue),
        }
        Ok(())
    }

    fn range(&mut self, pipe: &Pipe, body: &[Node], otherwise: &[Node], dot: &Value) -> Result<(), Stop> {
        let over = self.pipe(&Pipe { variables: Vec::new(), ..pipe.clone() }, dot)?;
        let pairs: Vec<(Value, Value)> = match &over {
            None | Some(Value::Null) => Vec::new(),
            Some(Value::List(list)) => list.iter().enumerate().map(|(i, v)| ((i as i64).into(), v.clone())).collect(),
            Some(Value::Map(map)) => {
                let mut pairs: Vec<(Value, Value)> = map.iter().map(|(k, v)| (k.into(), v.clone())).collect();
                pairs.sort_by(|a, b| a.0.str().cmp(b.0.str()));
                pairs
            }
            Some(Value::Int(n)) => (0..*n).take(LONGEST).map(|i| (i.into(), i.into())).collect(),
            Some(other) => {
                let what = pipe.commands.iter().map(|c| c.text.as_str()).collect::<Vec<_>>().join(" | ");
                let shown = text(&Some(other.clone()));
                return self.failed(pipe.at, &what, &format!("range can't iterate over {shown}"));
            }
        };
        if pairs.is_empty() {
            return self.list(otherwise, dot);
        }
        let kept = self.variables.len();
        for (key, value) in pairs {
            match pipe.variables.as_slice() {
                [one] => self.set(pipe.assigns, one, Some(value.clone())),
                [first, second] => {
                    self.set(pipe.assigns, first, Some(key));
                    self.set(pipe.assigns, second, Some(value.clone()));
                }
                _ => {}
            }
            let result = self.list(body, &value);
            self.variables.truncate(kept);
            match result {
                Err(Stop::Break) => break,
                Err(Stop::Continue) | Ok(()) => {}
                failed => return failed,
            }
        }
        Ok(())
    }

    fn set(&mut self, assigns: bool, name: &str, value: Found) {
        match self.variables.iter_mut().rev().find(|(n, _)| assigns && n == name) {
            Some((_, slot)) => *slot = value,
            None => self.variables.push((name.to_owned(), value)),
        }
    }

    fn pipe(&mut self, pipe: &Pipe, dot: &Value) -> Result<Found, Stop> {
        let mut value: Option<Found> = None;
        for command in &pipe.commands {
            value = Some(self.command(command, dot, value)?);
        }
        let value = value.flatten();
        for name in &pipe.variables {
            self.set(pipe.assigns, name, value.clone());
        }
        Ok(value)
    }

    /// `last` is the value that comes through the pipe.
    fn command(&mut self, command: &Command, dot: &Value, last: Option<Found>) -> Result<Found, Stop> {
        let Some((first, rest)) = command.arguments.split_first() else { return Ok(None) };
        let Kind::Function(name) = &first.kind else {
            let more = !rest.is_empty() || last.is_some();
            if more && matches!(first.kind, Kind::Constant(_) | Kind::Nil | Kind::Pipe(_)) {
                return self.failed(
                    first.at,
                    &first.text,
                    &format!("can't give argument to non-function {}", first.text),
                );
            }
            if more {
                let field = first.fields.last().unwrap_or(&first.text);
                return self.failed(first.at, &first.text, &format!("{field} is not a method but has arguments"));
            }
            if matches!(first.kind, Kind::Nil) {
                return self.failed(first.at, "nil", "nil is not a command");
            }
            return self.argument(first, dot);
        };
        let mut values = Vec::new();
        let short = matches!(name.as_str(), "and" | "or");
        for argument in rest {
            let value = self.argument(argument, dot)?;
            if short && funcs::truth(&value) == (name == "or") {
                return Ok(value);
            }
            values.push(value);
        }
        values.extend(last);
        if let Err(why) = funcs::check_count(name, values.len()) {
            return self.failed(first.at, name, &why);
        }
        match funcs::call(name, values) {
            Ok(value) => Ok(value),
            Err(why) => self.failed(command.at, &command.text, &format!("error calling {name}: {why}")),
        }
    }

    fn argument(&mut self, argument: &Argument, dot: &Value) -> Result<Found, Stop> {
        let start = match &argument.kind {
            Kind::Dot => Some(dot.clone()),
            Kind::Nil => Some(Value::Null),
            Kind::Constant(value) => return Ok(Some(value.clone())),
            Kind::Variable(name) => {
                self.variables.iter().rev().find(|(n, _)| n == name).and_then(|(_, value)| value.clone())
            }
            Kind::Pipe(pipe) => self.pipe(pipe, dot)?,
            Kind::Function(name) => {
                if let Err(why) = funcs::check_count(name, 0) {
                    return self.failed(argument.at, name, &why);
                }
                return funcs::call(name, Vec::new())
                    .or_else(|why| self.failed(argument.at, name, &format!("error calling {name}: {why}")));
            }
        };
        let is_index = argument.fields.is_empty() && matches!(argument.kind, Kind::Variable(_) | Kind::Pipe(_));
        let mut value = start;
        for field in &argument.fields {
            value = match value {
                None => None,
                Some(Value::Map(map)) => match map.get(field) {
                    Some(found) => Some(found.clone()),
                    None if !self.template.lenient => {
                        return self.failed(
                            argument.at,
                            &argument.text,
                            &format!("map has no entry for key {field:?}"),
                        );
                    }
                    None => None,
                },
                Some(Value::Null) => {
                    let why = format!("nil pointer evaluating interface {{}}.{field}");
                    return self.failed(argument.at, &argument.text, &why);
                }
                Some(_) => {
                    let why = format!("can't evaluate field {field} in type interface {{}}");
                    return self.failed(argument.at, &argument.text, &why);
                }
            };
        }
        // Numbers of objects are floats, as `encoding/json` reads them; a loop's index is an integer.
        Ok(match value {
            Some(Value::Int(n)) if !is_index => Some(Value::Float(n as f64)),
            value => value,
        })
    }
}
