//! `awk`: patterns, actions, arrays, the usual functions.

mod eval;
mod lexer;
mod parser;

use super::filter::{Filter, Flow, Work, refuse};
use crate::sh::io::Io;
use crate::sh::process::{Program, Step};
use crate::sh::regex::Regex;
use eval::Machine;
use std::rc::Rc;

/// An expression.
#[derive(Clone, Debug)]
pub enum Expr {
    Number(f64),
    Text(Rc<str>),
    Regex(Rc<Regex>),
    Var(Rc<str>),
    Field(Box<Expr>),
    Index(Rc<str>, Vec<Expr>),
    In(Vec<Expr>, Rc<str>),
    Unary(char, Box<Expr>),
    Binary(&'static str, Box<Expr>, Box<Expr>),
    /// `target op= value`; "" is plain assignment.
    Assign(&'static str, Box<Expr>, Box<Expr>),
    /// `++` and `--`: the step, and whether the new value counts.
    Step(Box<Expr>, f64, bool),
    Ternary(Box<Expr>, Box<Expr>, Box<Expr>),
    Call(Rc<str>, Vec<Expr>),
}

/// Where `print` writes.
#[derive(Clone, Debug)]
pub struct Target {
    pub append: bool,
    pub path: Expr,
}

#[derive(Clone, Debug)]
pub enum Stmt {
    Expr(Expr),
    Print { args: Vec<Expr>, format: bool, to: Option<Target> },
    If(Expr, Box<Stmt>, Option<Box<Stmt>>),
    While(Expr, Box<Stmt>),
    Do(Box<Stmt>, Expr),
    For(Option<Box<Stmt>>, Option<Expr>, Option<Box<Stmt>>, Box<Stmt>),
    ForIn(Rc<str>, Rc<str>, Box<Stmt>),
    Block(Vec<Stmt>),
    Delete(Rc<str>, Vec<Expr>),
    Next,
    Exit(Option<Expr>),
    Break,
    Continue,
    Return(Option<Expr>),
}

#[derive(Clone, Debug)]
pub enum Pattern {
    Begin,
    End,
    Always,
    When(Expr),
    Range(Expr, Expr),
}

#[derive(Clone, Debug)]
pub struct Rule {
    pub pattern: Pattern,
    /// None prints the record.
    pub action: Option<Stmt>,
}

#[derive(Clone, Debug, Default)]
pub struct Script {
    pub rules: Vec<Rule>,
    pub functions: std::collections::BTreeMap<Rc<str>, (Vec<Rc<str>>, Stmt)>,
}

pub fn make(name: &str, args: &[String]) -> Box<dyn Program> {
    let (mut separator, mut vars, mut script) = (None, Vec::new(), None);
    let mut args = args.iter();
    let mut rest: Vec<String> = Vec::new();
    while let Some(arg) = args.next() {
        match arg.as_str() {
            "--" => break,
            "-F" => separator = args.next().cloned(),
            "-v" => vars.extend(args.next().cloned()),
            "-f" => return refuse(name, "-f: not simulated here", 2),
            text if text.starts_with("-F") => separator = Some(text[2..].to_owned()),
            text if text.starts_with("-v") => vars.push(text[2..].to_owned()),
            text if text.starts_with('-') && text.len() > 1 => {
                return refuse(name, &format!("unknown option {text}"), 2);
            }
            text => {
                script = Some(text.to_owned());
                break;
            }
        }
    }
    let Some(text) = script.or_else(|| args.next().cloned()) else {
        return refuse(name, "usage: awk [-F fs] [-v var=value] 'prog' [file ...]", 2);
    };
    let script = match parser::parse(&text) {
        Ok(script) => script,
        Err(text) => return refuse(name, &format!("cmd. line:1: {text}"), 2),
    };
    let mut machine = Machine::new(Rc::new(script));
    if let Some(fs) = separator {
        machine.set("FS", crate::sh::escape::unescape(if fs == "t" { "\\t" } else { &fs }).0.as_str());
    }
    for var in vars {
        match var.split_once('=') {
            Some((name, value)) => machine.set(name, &crate::sh::escape::unescape(value).0),
            None => return refuse(name, &format!("`{var}' argument to `-v' not in `var=value' form"), 2),
        }
    }
    for arg in args {
        match arg.split_once('=') {
            Some((name, value)) if crate::sh::vars::is_name(name) => machine.set(name, value),
            _ => rest.push(arg.clone()),
        }
    }
    Box::new(Start { name: name.to_owned(), files: rest, machine })
}

/// Runs BEGIN before any input is opened.
#[derive(Clone)]
struct Start {
    name: String,
    files: Vec<String>,
    machine: Machine,
}

impl Program for Start {
    fn step(&mut self, io: &mut Io<'_>) -> Step {
        self.machine.begin(io);
        let reads = self.machine.reads_input();
        if !reads || self.machine.exiting.is_some() {
            return Step::Exit(self.machine.end(io));
        }
        let work = Awk { machine: std::mem::replace(&mut self.machine, Machine::new(Rc::default())) };
        let (argv, env) = (io.argv().to_vec(), io.environ());
        let next = Filter::make(&self.name, std::mem::take(&mut self.files), Box::new(work));
        io.exec(argv, env, next);
        Step::Again
    }
    fn boxed(&self) -> Box<dyn Program> {
        Box::new(self.clone())
    }
}

#[derive(Clone)]
struct Awk {
    machine: Machine,
}

impl Work for Awk {
    fn file(&mut self, _: &mut Io<'_>, name: &str) {
        self.machine.set("FILENAME", if name == "-" { "" } else { name });
        self.machine.set("FNR", "0");
    }

    fn line(&mut self, io: &mut Io<'_>, line: &str, _: bool) -> Flow {
        self.machine.record(io, line);
        if self.machine.exiting.is_some() { Flow::Enough } else { Flow::More }
    }

    fn end(&mut self, io: &mut Io<'_>) -> i32 {
        self.machine.end(io)
    }

    fn failure(&self) -> i32 {
        2
    }

    fn complain(&self, io: &mut Io<'_>, tool: &str, path: &str, why: &str) {
        io.err(&format!("{tool}: cannot open \"{path}\" ({why})\n"));
    }

    fn boxed(&self) -> Box<dyn Work> {
        Box::new(self.clone())
    }
}
