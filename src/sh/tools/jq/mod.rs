//! `jq`: the filters that tutorials use.

mod eval;
mod functions;
mod json;
mod parser;

use super::filter::{Filter as Frame, Flow, Work, refuse};
use crate::sh::io::Io;
use crate::sh::process::Program;
use eval::{Budget, Scope};
use json::Json;
use std::rc::Rc;

#[derive(Clone)]
struct Jq {
    filter: Rc<parser::Filter>,
    raw: bool,
    join: bool,
    compact: bool,
    sort: bool,
    slurp: bool,
    null: bool,
    status: bool,
    raw_input: bool,
    scope: Scope,
    data: Vec<u8>,
}

const MAX_RUN: u32 = 2_000_000;

pub fn make(name: &str, args: &[String]) -> Box<dyn Program> {
    let mut flags = String::new();
    let (mut rest, mut scope) = (Vec::new(), Scope::default());
    let mut args = args.iter();
    while let Some(arg) = args.next() {
        match arg.as_str() {
            "--arg" | "--argjson" => {
                let (Some(key), Some(value)) = (args.next(), args.next()) else {
                    return refuse(name, &format!("{arg} takes two parameters (e.g. {arg} varname value)"), 2);
                };
                let value = match arg.as_str() {
                    "--arg" => Json::text(value),
                    _ => match eval::read(value) {
                        Ok(value) => value,
                        Err(_) => {
                            return refuse(
                                name,
                                &format!("Invalid JSON text passed to --argjson\nUse {name} --help for help"),
                                2,
                            );
                        }
                    },
                };
                scope.vars.insert(Rc::from(key.as_str()), value);
            }
            "--raw-output" => flags.push('r'),
            "--compact-output" => flags.push('c'),
            "--sort-keys" => flags.push('S'),
            "--slurp" => flags.push('s'),
            "--null-input" => flags.push('n'),
            "--exit-status" => flags.push('e'),
            "--join-output" => flags.push('j'),
            "--raw-input" => flags.push('R'),
            "--color-output" | "--monochrome-output" | "--tab" | "--indent" => {}
            text if text.starts_with("--") => {
                return refuse(
                    name,
                    &format!(
                        "Unknown arguments\nUse {name} --help for help with command-line options,\nor see the jq manpage, or online docs  at https://jqlang.github.io/jq"
                    ),
                    2,
                );
            }
            text if text.len() > 1 && text.starts_with('-') && text[1..].chars().all(char::is_alphabetic) => {
                flags.push_str(&text[1..])
            }
            text => rest.push(text.to_owned()),
        }
    }
    let text = if rest.is_empty() { ".".to_owned() } else { rest.remove(0) };
    let filter = match parser::parse(&text) {
        Ok(filter) => filter,
        Err(why) => {
            return refuse(name, &format!("error: {why}\njq: 1 compile error"), 3);
        }
    };
    let has = |c: char| flags.contains(c);
    let work = Jq {
        filter: Rc::new(filter),
        raw: has('r') || has('j'),
        join: has('j'),
        compact: has('c'),
        sort: has('S'),
        slurp: has('s'),
        null: has('n'),
        status: has('e'),
        raw_input: has('R'),
        scope,
        data: Vec::new(),
    };
    Frame::make(name, rest, Box::new(work))
}

impl Jq {
    fn show(&self, io: &mut Io<'_>, value: &Json) {
        let mut out = String::new();
        match value {
            Json::Text(t) if self.raw => out.push_str(t),
            value => value.write(&mut out, if self.compact { None } else { Some(0) }, self.sort),
        }
        if !self.join {
            out.push('\n');
        }
        io.out(&out);
    }
}

impl Work for Jq {
    fn by_line(&self) -> bool {
        false
    }

    fn bytes(&mut self, _: &mut Io<'_>, data: &[u8]) -> Flow {
        self.data.extend_from_slice(data);
        Flow::More
    }

    fn end(&mut self, io: &mut Io<'_>) -> i32 {
        let text = String::from_utf8_lossy(&self.data).into_owned();
        let env = io.environ();
        let env = env.iter().map(|(k, v)| (Rc::from(k.as_str()), Json::text(v))).collect();
        self.scope.vars.insert(Rc::from("ENV"), Json::Map(Rc::new(env)));
        self.scope.vars.insert(Rc::from("__now"), Json::Number(io.now().secs() as f64));
        let inputs = match (self.null, self.raw_input) {
            (true, _) => Ok(vec![Json::Null]),
            (_, true) if self.slurp => Ok(vec![Json::text(&text)]),
            (_, true) => Ok(text.lines().map(Json::text).collect()),
            _ => json::parse_all(&text).map(|v| if self.slurp { vec![Json::list(v)] } else { v }),
        };
        let inputs = match inputs {
            Ok(inputs) => inputs,
            Err(why) => {
                io.err(&format!("jq: {why}\n"));
                return 2;
            }
        };
        let (mut code, mut last) = (0, None);
        for input in inputs {
            match eval::run(&self.filter, &input, &self.scope, &mut Budget(MAX_RUN)) {
                Ok(values) => {
                    for value in values {
                        self.show(io, &value);
                        last = Some(value.is_true());
                    }
                }
                Err(why) => {
                    io.err(&format!("jq: error (at <stdin>:{}): {why}\n", text.lines().count()));
                    code = 5;
                }
            }
        }
        match (self.status, code, last) {
            (true, 0, Some(false)) => 1,
            (true, 0, None) => 4,
            _ => code,
        }
    }

    fn failure(&self) -> i32 {
        2
    }

    fn complain(&self, io: &mut Io<'_>, tool: &str, path: &str, why: &str) {
        io.err(&format!("{tool}: error: Could not open file {path}: {why}\n"));
    }

    fn boxed(&self) -> Box<dyn Work> {
        Box::new(self.clone())
    }
}
