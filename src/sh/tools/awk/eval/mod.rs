//! Runs awk programs, record by record.

mod expression;
mod function;
mod statement;
mod text;
mod value;

use super::{Pattern, Script};
use crate::sh::io::Io;
use statement::{Halt, Run};
use std::collections::BTreeMap;
use std::rc::Rc;
use text::split;
use value::Value;

/// A running program.
#[derive(Clone)]
pub struct Machine {
    script: Rc<Script>,
    vars: BTreeMap<Rc<str>, Value>,
    arrays: BTreeMap<Rc<str>, BTreeMap<String, Value>>,
    record: Rc<str>,
    fields: Vec<Rc<str>>,
    open_ranges: Vec<bool>,
    /// Files written to: the first `>` empties them.
    written: Vec<String>,
    pub exiting: Option<i32>,
    moves: u32,
    depth: u32,
}

const MAX_DEPTH: u32 = 30;

impl Machine {
    pub fn new(script: Rc<Script>) -> Self {
        let open_ranges = vec![false; script.rules.len()];
        let mut machine = Self {
            script,
            vars: BTreeMap::new(),
            arrays: BTreeMap::new(),
            record: Rc::from(""),
            fields: Vec::new(),
            open_ranges,
            written: Vec::new(),
            exiting: None,
            moves: 0,
            depth: 0,
        };
        for (name, value) in [("FS", " "), ("OFS", " "), ("ORS", "\n"), ("SUBSEP", "\u{1c}"), ("RS", "\n")] {
            machine.vars.insert(Rc::from(name), Value::Text(Rc::from(value)));
        }
        machine
    }

    pub fn set(&mut self, name: &str, value: &str) {
        self.vars.insert(Rc::from(name), Value::Input(Rc::from(value)));
    }

    pub fn reads_input(&self) -> bool {
        self.script.rules.iter().any(|r| !matches!(r.pattern, Pattern::Begin))
    }

    pub fn begin(&mut self, io: &mut Io<'_>) {
        let env = io.environ();
        let values = env.iter().map(|(k, v)| (k.clone(), Value::Input(Rc::from(v.as_str()))));
        self.arrays.insert(Rc::from("ENVIRON"), values.collect());
        self.section(io, |p| matches!(p, Pattern::Begin));
    }

    pub fn end(&mut self, io: &mut Io<'_>) -> i32 {
        if self.exiting.is_none() {
            self.section(io, |p| matches!(p, Pattern::End));
        }
        self.exiting.unwrap_or(0)
    }

    fn section(&mut self, io: &mut Io<'_>, wanted: fn(&Pattern) -> bool) {
        let script = self.script.clone();
        self.moves = 0;
        for rule in script.rules.iter().filter(|r| wanted(&r.pattern)) {
            if let Some(action) = &rule.action {
                let halt = self.stmt(io, action).err();
                if self.halted(io, halt) {
                    return;
                }
            }
        }
    }

    /// Takes a stop in; true where no more rules run.
    fn halted(&mut self, io: &mut Io<'_>, halt: Option<Halt>) -> bool {
        match halt {
            None | Some(Halt::Break | Halt::Continue | Halt::Return(_)) => false,
            Some(Halt::Next | Halt::Exit) => true,
            Some(Halt::Error(text)) => {
                io.err(&format!("awk: {text}\n"));
                self.exiting = Some(2);
                true
            }
        }
    }

    /// Runs the rules on one record.
    pub fn record(&mut self, io: &mut Io<'_>, line: &str) {
        self.moves = 0;
        for name in ["NR", "FNR"] {
            let n = self.get(name).number() + 1.0;
            self.vars.insert(Rc::from(name), Value::Number(n));
        }
        self.set_record(line);
        let script = self.script.clone();
        for (i, rule) in script.rules.iter().enumerate() {
            let halt = match self.applies(io, &rule.pattern, i) {
                Ok(false) => continue,
                Ok(true) => match &rule.action {
                    Some(action) => self.stmt(io, action).err(),
                    None => {
                        let ors = self.get("ORS").text();
                        io.out(&format!("{}{ors}", self.record));
                        None
                    }
                },
                Err(halt) => Some(halt),
            };
            if self.halted(io, halt) {
                return;
            }
        }
    }

    fn applies(&mut self, io: &mut Io<'_>, pattern: &Pattern, at: usize) -> Run<bool> {
        Ok(match pattern {
            Pattern::Begin | Pattern::End => false,
            Pattern::Always => true,
            Pattern::When(test) => self.eval(io, test)?.is_true(),
            Pattern::Range(from, to) => {
                if !self.open_ranges[at] && !self.eval(io, from)?.is_true() {
                    return Ok(false);
                }
                self.open_ranges[at] = !self.eval(io, to)?.is_true();
                true
            }
        })
    }

    fn get(&self, name: &str) -> Value {
        self.vars.get(name).cloned().unwrap_or(Value::Unset)
    }

    fn set_record(&mut self, line: &str) {
        self.record = Rc::from(line);
        self.fields = split(line, &self.get("FS").text());
        self.vars.insert(Rc::from("NF"), Value::Number(self.fields.len() as f64));
    }

    fn rebuild(&mut self) {
        let ofs = self.get("OFS").text();
        self.record = Rc::from(self.fields.join(&*ofs).as_str());
        self.vars.insert(Rc::from("NF"), Value::Number(self.fields.len() as f64));
    }
}
