//! Runs awk programs, record by record.

use super::{Expr, Pattern, Script, Stmt, Target};
use crate::sh::io::{Io, Mode};
use crate::sh::regex::Regex;
use crate::sh::tools::echo;
use crate::sh::tools::sed::substitute_text;
use std::collections::BTreeMap;
use std::rc::Rc;

/// A value: text that looks like a number compares as one when it came from input.
#[derive(Clone, Debug)]
enum Value {
    Number(f64),
    Text(Rc<str>),
    /// From a field, `split` or the command line.
    Input(Rc<str>),
    Unset,
}

/// Why a statement list stopped.
enum Halt {
    Next,
    Exit,
    Break,
    Continue,
    Return(Value),
    Error(String),
}

type Run<T> = Result<T, Halt>;

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

/// Statements that one record may take.
const MAX_MOVES: u32 = 2_000_000;
const MAX_DEPTH: u32 = 30;
const MAX_TEXT: usize = 4 << 20;
const MAX_FIELD: usize = 10_000;

fn number_of(text: &str) -> f64 {
    let text = text.trim_start();
    let mut end = 0;
    let bytes = text.as_bytes();
    let digit = |i: usize| bytes.get(i).is_some_and(u8::is_ascii_digit);
    if matches!(bytes.first(), Some(b'+' | b'-')) {
        end += 1;
    }
    while digit(end) {
        end += 1;
    }
    if bytes.get(end) == Some(&b'.') {
        end += 1;
        while digit(end) {
            end += 1;
        }
    }
    if matches!(bytes.get(end), Some(b'e' | b'E')) {
        let sign = usize::from(matches!(bytes.get(end + 1), Some(b'+' | b'-')));
        if digit(end + 1 + sign) {
            end += 1 + sign;
            while digit(end) {
                end += 1;
            }
        }
    }
    text.get(..end).and_then(|t| t.parse().ok()).unwrap_or(0.0)
}

fn looks_numeric(text: &str) -> bool {
    let text = text.trim();
    !text.is_empty()
        && text.parse::<f64>().is_ok()
        && text.starts_with(|c: char| c.is_ascii_digit() || "+-.".contains(c))
}

fn format_number(n: f64) -> String {
    if n == n.trunc() && n.abs() < 1e16 { format!("{}", n as i64) } else { echo::general(n, 6) }
}

impl Value {
    fn number(&self) -> f64 {
        match self {
            Value::Number(n) => *n,
            Value::Text(t) | Value::Input(t) => number_of(t),
            Value::Unset => 0.0,
        }
    }

    fn text(&self) -> Rc<str> {
        match self {
            Value::Number(n) => {
                let sign = if *n < 0.0 && *n != n.trunc() { "-" } else { "" };
                Rc::from(format!("{sign}{}", format_number(if sign.is_empty() { *n } else { n.abs() })).as_str())
            }
            Value::Text(t) | Value::Input(t) => t.clone(),
            Value::Unset => Rc::from(""),
        }
    }

    fn is_true(&self) -> bool {
        match self {
            Value::Number(n) => *n != 0.0,
            Value::Text(t) => !t.is_empty(),
            Value::Input(t) if looks_numeric(t) => number_of(t) != 0.0,
            Value::Input(t) => !t.is_empty(),
            Value::Unset => false,
        }
    }

    fn is_numeric(&self) -> bool {
        match self {
            Value::Number(_) | Value::Unset => true,
            Value::Input(t) => looks_numeric(t),
            Value::Text(_) => false,
        }
    }
}

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

    fn tick(&mut self) -> Run<()> {
        self.moves += 1;
        if self.moves > MAX_MOVES { Err(Halt::Error("program runs too long".to_owned())) } else { Ok(()) }
    }

    fn stmt(&mut self, io: &mut Io<'_>, stmt: &Stmt) -> Run<()> {
        self.tick()?;
        match stmt {
            Stmt::Expr(e) => drop(self.eval(io, e)?),
            Stmt::Print { args, format, to } => self.print(io, args, *format, to.as_ref())?,
            Stmt::Block(list) => {
                for stmt in list {
                    self.stmt(io, stmt)?;
                }
            }
            Stmt::If(test, yes, no) => {
                if self.eval(io, test)?.is_true() {
                    self.stmt(io, yes)?;
                } else if let Some(no) = no {
                    self.stmt(io, no)?;
                }
            }
            Stmt::While(test, body) => {
                while self.eval(io, test)?.is_true() {
                    if !self.turn(io, body)? {
                        break;
                    }
                }
            }
            Stmt::Do(body, test) => while self.turn(io, body)? && self.eval(io, test)?.is_true() {},
            Stmt::For(init, test, next, body) => {
                if let Some(init) = init {
                    self.stmt(io, init)?;
                }
                loop {
                    if let Some(test) = test
                        && !self.eval(io, test)?.is_true()
                    {
                        break;
                    }
                    if !self.turn(io, body)? {
                        break;
                    }
                    if let Some(next) = next {
                        self.stmt(io, next)?;
                    }
                }
            }
            Stmt::ForIn(var, array, body) => {
                let keys: Vec<String> = self.arrays.get(array).map(|a| a.keys().cloned().collect()).unwrap_or_default();
                for key in keys {
                    self.vars.insert(var.clone(), Value::Input(Rc::from(key.as_str())));
                    if !self.turn(io, body)? {
                        break;
                    }
                }
            }
            Stmt::Delete(name, index) if index.is_empty() => drop(self.arrays.remove(name)),
            Stmt::Delete(name, index) => {
                let key = self.key(io, index)?;
                if let Some(array) = self.arrays.get_mut(name) {
                    array.remove(&key);
                }
            }
            Stmt::Next => return Err(Halt::Next),
            Stmt::Break => return Err(Halt::Break),
            Stmt::Continue => return Err(Halt::Continue),
            Stmt::Exit(code) => {
                let code = match code {
                    Some(e) => self.eval(io, e)?.number() as i32,
                    None => 0,
                };
                self.exiting = Some(code & 0xff);
                return Err(Halt::Exit);
            }
            Stmt::Return(value) => {
                let value = match value {
                    Some(e) => self.eval(io, e)?,
                    None => Value::Unset,
                };
                return Err(Halt::Return(value));
            }
        }
        Ok(())
    }

    /// One turn of a loop; false where it broke.
    fn turn(&mut self, io: &mut Io<'_>, body: &Stmt) -> Run<bool> {
        self.tick()?;
        match self.stmt(io, body) {
            Ok(()) | Err(Halt::Continue) => Ok(true),
            Err(Halt::Break) => Ok(false),
            Err(halt) => Err(halt),
        }
    }

    fn print(&mut self, io: &mut Io<'_>, args: &[Expr], format: bool, to: Option<&Target>) -> Run<()> {
        let mut values = Vec::new();
        for arg in args {
            values.push(self.eval(io, arg)?);
        }
        let text = if format {
            sprintf(&values)
        } else if values.is_empty() {
            format!("{}{}", self.record, self.get("ORS").text())
        } else {
            let ofs = self.get("OFS").text();
            let parts: Vec<Rc<str>> = values.iter().map(Value::text).collect();
            format!("{}{}", parts.join(&*ofs), self.get("ORS").text())
        };
        let Some(target) = to else {
            io.out(&text);
            return Ok(());
        };
        let path = self.eval(io, &target.path)?.text().to_string();
        let first = !self.written.contains(&path);
        let mode = if first && !target.append { Mode::Truncate } else { Mode::Append };
        if first {
            self.written.push(path.clone());
        }
        match io.open(&path, mode) {
            Ok(desc) => {
                io.write_desc(desc, text.as_bytes());
                io.close_desc(desc);
                Ok(())
            }
            Err(e) => Err(Halt::Error(format!("cannot open \"{path}\" for output ({})", e.text()))),
        }
    }

    fn key(&mut self, io: &mut Io<'_>, index: &[Expr]) -> Run<String> {
        let mut parts = Vec::new();
        for e in index {
            parts.push(self.eval(io, e)?.text());
        }
        Ok(parts.join(&*self.get("SUBSEP").text()))
    }

    fn eval(&mut self, io: &mut Io<'_>, expr: &Expr) -> Run<Value> {
        self.depth += 1;
        if self.depth > MAX_DEPTH * 20 {
            return Err(Halt::Error("expression nested too deeply".to_owned()));
        }
        let value = self.eval_inner(io, expr);
        self.depth -= 1;
        value
    }

    fn eval_inner(&mut self, io: &mut Io<'_>, expr: &Expr) -> Run<Value> {
        Ok(match expr {
            Expr::Number(n) => Value::Number(*n),
            Expr::Text(t) => Value::Text(t.clone()),
            Expr::Regex(r) => Value::Number(f64::from(u8::from(r.is_match(&self.record)))),
            Expr::Var(name) => self.get(name),
            Expr::Field(index) => {
                let n = self.eval(io, index)?.number();
                self.field(n)?
            }
            Expr::Index(name, index) => {
                let key = self.key(io, index)?;
                let array = self.arrays.entry(name.clone()).or_default();
                array.entry(key).or_insert(Value::Unset).clone()
            }
            Expr::In(index, name) => {
                let key = self.key(io, index)?;
                Value::Number(f64::from(u8::from(self.arrays.get(name).is_some_and(|a| a.contains_key(&key)))))
            }
            Expr::Unary(op, inner) => {
                let value = self.eval(io, inner)?;
                match op {
                    '!' => Value::Number(f64::from(u8::from(!value.is_true()))),
                    '-' => Value::Number(-value.number()),
                    _ => Value::Number(value.number()),
                }
            }
            Expr::Binary(op, a, b) => self.binary(io, op, a, b)?,
            Expr::Assign(op, target, value) => {
                let right = self.eval(io, value)?;
                let value = if op.is_empty() {
                    right
                } else {
                    let left = self.eval(io, target)?;
                    arithmetic(op, left.number(), right.number())?
                };
                self.assign(io, target, value.clone())?;
                value
            }
            Expr::Step(target, by, new) => {
                let old = self.eval(io, target)?.number();
                self.assign(io, target, Value::Number(old + by))?;
                Value::Number(if *new { old + by } else { old })
            }
            Expr::Ternary(test, yes, no) => {
                let branch = if self.eval(io, test)?.is_true() { yes } else { no };
                self.eval(io, branch)?
            }
            Expr::Call(name, args) => self.call(io, name, args)?,
        })
    }

    fn field(&self, n: f64) -> Run<Value> {
        if n < 0.0 || n > MAX_FIELD as f64 {
            return Err(Halt::Error(format!("attempt to access field {n}")));
        }
        Ok(match n as usize {
            0 => Value::Input(self.record.clone()),
            n => self.fields.get(n - 1).map_or(Value::Unset, |f| Value::Input(f.clone())),
        })
    }

    fn assign(&mut self, io: &mut Io<'_>, target: &Expr, value: Value) -> Run<()> {
        match target {
            Expr::Var(name) => {
                let is_nf = &**name == "NF";
                let n = value.number().clamp(0.0, MAX_FIELD as f64) as usize;
                self.vars.insert(name.clone(), value);
                if is_nf {
                    self.fields.resize(n, Rc::from(""));
                    self.rebuild();
                }
            }
            Expr::Field(index) => {
                let n = self.eval(io, index)?.number();
                self.field(n)?;
                match n as usize {
                    0 => self.set_record(&value.text()),
                    n => {
                        if self.fields.len() < n {
                            self.fields.resize(n, Rc::from(""));
                        }
                        self.fields[n - 1] = value.text();
                        self.rebuild();
                    }
                }
            }
            Expr::Index(name, index) => {
                let key = self.key(io, index)?;
                self.arrays.entry(name.clone()).or_default().insert(key, value);
            }
            _ => return Err(Halt::Error("cannot assign to this".to_owned())),
        }
        Ok(())
    }

    fn matcher(&mut self, io: &mut Io<'_>, expr: &Expr) -> Run<Rc<Regex>> {
        if let Expr::Regex(r) = expr {
            return Ok(r.clone());
        }
        let text = self.eval(io, expr)?.text();
        Regex::new(&text, true, false).map(Rc::new).map_err(Halt::Error)
    }

    fn binary(&mut self, io: &mut Io<'_>, op: &'static str, a: &Expr, b: &Expr) -> Run<Value> {
        let truth = |b: bool| Value::Number(f64::from(u8::from(b)));
        let left = self.eval(io, a)?;
        match op {
            "&&" if !left.is_true() => return Ok(truth(false)),
            "||" if left.is_true() => return Ok(truth(true)),
            "&&" | "||" => return Ok(truth(self.eval(io, b)?.is_true())),
            "~" | "!~" => {
                let regex = self.matcher(io, b)?;
                return Ok(truth(regex.is_match(&left.text()) == (op == "~")));
            }
            _ => {}
        }
        let right = self.eval(io, b)?;
        Ok(match op {
            " " => {
                let text = format!("{}{}", left.text(), right.text());
                if text.len() > MAX_TEXT {
                    return Err(Halt::Error("string too long".to_owned()));
                }
                Value::Text(Rc::from(text.as_str()))
            }
            "==" | "!=" | "<" | "<=" | ">" | ">=" => {
                let order = match left.is_numeric() && right.is_numeric() {
                    true => left.number().total_cmp(&right.number()),
                    false => left.text().cmp(&right.text()),
                };
                truth(match op {
                    "==" => order.is_eq(),
                    "!=" => order.is_ne(),
                    "<" => order.is_lt(),
                    "<=" => order.is_le(),
                    ">" => order.is_gt(),
                    _ => order.is_ge(),
                })
            }
            _ => arithmetic(op, left.number(), right.number())?,
        })
    }

    fn call(&mut self, io: &mut Io<'_>, name: &Rc<str>, args: &[Expr]) -> Run<Value> {
        let text = |v: &Value| v.text().to_string();
        // Functions whose arguments are not simply values come first.
        match (&**name, args) {
            ("length", [Expr::Var(array)]) if self.arrays.contains_key(array) => {
                return Ok(Value::Number(self.arrays.get(array).map_or(0, BTreeMap::len) as f64));
            }
            ("split", [source, Expr::Var(array), rest @ ..]) => {
                let source = self.eval(io, source)?.text();
                let separator = match rest.first() {
                    Some(Expr::Regex(r)) => Err(r.clone()),
                    Some(e) => Ok(self.eval(io, e)?.text()),
                    None => Ok(self.get("FS").text()),
                };
                let parts = match separator {
                    Ok(sep) => split(&source, &sep),
                    Err(regex) => split_regex(&source, &regex),
                };
                let n = parts.len();
                let map = parts.into_iter().zip(1..).map(|(p, i)| (i.to_string(), Value::Input(p))).collect();
                self.arrays.insert(array.clone(), map);
                return Ok(Value::Number(n as f64));
            }
            ("sub" | "gsub", [pattern, with, rest @ ..]) => {
                let regex = self.matcher(io, pattern)?;
                let with = self.eval(io, with)?.text();
                let target = rest.first().cloned().unwrap_or(Expr::Field(Box::new(Expr::Number(0.0))));
                let before = self.eval(io, &target)?.text();
                let chars: Vec<char> = before.chars().collect();
                let all = &**name == "gsub";
                let Some(after) = substitute_text(&before, &regex, &with, all) else { return Ok(Value::Number(0.0)) };
                let mut count = 1.0;
                if all {
                    count = count_matches(&regex, &chars);
                }
                self.assign(io, &target, Value::Text(Rc::from(after.as_str())))?;
                return Ok(Value::Number(count));
            }
            ("match", [source, pattern]) => {
                let source: Vec<char> = self.eval(io, source)?.text().chars().collect();
                let regex = self.matcher(io, pattern)?;
                let (start, length) = match regex.find(&source, 0) {
                    Some(m) => ((m.start() + 1) as f64, (m.end() - m.start()) as f64),
                    None => (0.0, -1.0),
                };
                self.vars.insert(Rc::from("RSTART"), Value::Number(start));
                self.vars.insert(Rc::from("RLENGTH"), Value::Number(length));
                return Ok(Value::Number(start));
            }
            _ => {}
        }
        let mut values = Vec::new();
        for arg in args {
            // An array given to a function of the program is not copied: only plain values are simulated.
            values.push(self.eval(io, arg)?);
        }
        let first = values.first().cloned().unwrap_or(Value::Unset);
        let number = |i: usize| values.get(i).map(Value::number);
        Ok(match &**name {
            "length" if args.is_empty() => Value::Number(self.record.chars().count() as f64),
            "length" => Value::Number(first.text().chars().count() as f64),
            "substr" => {
                let chars: Vec<char> = first.text().chars().collect();
                let from = number(1).unwrap_or(1.0).round();
                let until = number(2).map_or(f64::INFINITY, |n| from + n.round());
                let clamp = |x: f64| (x.max(1.0) - 1.0).min(chars.len() as f64) as usize;
                let (a, b) = (clamp(from), clamp(until));
                Value::Text(Rc::from(chars[a..b.max(a)].iter().collect::<String>().as_str()))
            }
            "index" => {
                let (hay, needle) = (text(&first), values.get(1).map(text).unwrap_or_default());
                Value::Number(hay.find(&needle).map_or(0.0, |at| (hay[..at].chars().count() + 1) as f64))
            }
            "toupper" => Value::Text(Rc::from(text(&first).to_uppercase().as_str())),
            "tolower" => Value::Text(Rc::from(text(&first).to_lowercase().as_str())),
            "sprintf" => Value::Text(Rc::from(sprintf(&values).as_str())),
            "int" => Value::Number(first.number().trunc()),
            "sqrt" => Value::Number(first.number().sqrt()),
            "exp" => Value::Number(first.number().exp()),
            "log" => Value::Number(first.number().ln()),
            "sin" => Value::Number(first.number().sin()),
            "cos" => Value::Number(first.number().cos()),
            "systime" => Value::Number(io.now().secs() as f64),
            "rand" => Value::Number((io.random() >> 11) as f64 / (1u64 << 53) as f64),
            "srand" | "fflush" | "close" => Value::Number(0.0),
            _ => return self.user_call(io, name, values),
        })
    }

    fn user_call(&mut self, io: &mut Io<'_>, name: &Rc<str>, values: Vec<Value>) -> Run<Value> {
        let script = self.script.clone();
        let Some((params, body)) = script.functions.get(name) else {
            return Err(Halt::Error(format!("function `{name}' not defined")));
        };
        self.depth += 20;
        if self.depth > MAX_DEPTH * 20 {
            return Err(Halt::Error("function calls nested too deeply".to_owned()));
        }
        let mut saved = Vec::new();
        let mut values = values.into_iter();
        for param in params {
            let value = values.next().unwrap_or(Value::Unset);
            saved.push((param.clone(), self.vars.insert(param.clone(), value)));
        }
        let result = self.stmt(io, body);
        for (param, old) in saved.into_iter().rev() {
            match old {
                Some(value) => self.vars.insert(param, value),
                None => self.vars.remove(&param),
            };
        }
        self.depth -= 20;
        match result {
            Ok(()) => Ok(Value::Unset),
            Err(Halt::Return(value)) => Ok(value),
            Err(halt) => Err(halt),
        }
    }
}

fn arithmetic(op: &str, a: f64, b: f64) -> Run<Value> {
    Ok(Value::Number(match op {
        "+" => a + b,
        "-" => a - b,
        "*" => a * b,
        "^" => a.powf(b),
        _ if b == 0.0 => return Err(Halt::Error("division by zero".to_owned())),
        "/" => a / b,
        _ => a % b,
    }))
}

fn count_matches(regex: &Regex, chars: &[char]) -> f64 {
    let (mut at, mut count) = (0, 0.0);
    while let Some(m) = regex.find(chars, at) {
        count += 1.0;
        at = m.end().max(m.start() + 1);
        if at > chars.len() {
            break;
        }
    }
    count
}

/// Fields of a record: blanks, one character, or an expression between them.
fn split(text: &str, separator: &str) -> Vec<Rc<str>> {
    let mut one = separator.chars();
    match (one.next(), one.next()) {
        (Some(' '), None) => text.split_whitespace().map(Rc::from).collect(),
        _ if text.is_empty() => Vec::new(),
        (None, _) => text.chars().map(|c| Rc::from(c.to_string().as_str())).collect(),
        (Some(c), None) if c != '\\' => text.split(c).map(Rc::from).collect(),
        _ => match Regex::new(separator, true, false) {
            Ok(regex) => split_regex(text, &regex),
            Err(_) => vec![Rc::from(text)],
        },
    }
}

fn split_regex(text: &str, regex: &Regex) -> Vec<Rc<str>> {
    let chars: Vec<char> = text.chars().collect();
    if chars.is_empty() {
        return Vec::new();
    }
    let (mut parts, mut start, mut at) = (Vec::new(), 0, 0);
    while let Some(m) = regex.find(&chars, at) {
        if m.end() == m.start() {
            at = m.start() + 1;
            if at > chars.len() {
                break;
            }
            continue;
        }
        parts.push(Rc::from(chars[start..m.start()].iter().collect::<String>().as_str()));
        start = m.end();
        at = start;
    }
    parts.push(Rc::from(chars[start..].iter().collect::<String>().as_str()));
    parts
}

fn sprintf(values: &[Value]) -> String {
    let format = values.first().map(Value::text).unwrap_or_else(|| Rc::from(""));
    let rest: Vec<Rc<str>> = values.iter().skip(1).map(Value::text).collect();
    let mut at = 0;
    // `%d` of awk truncates, `%c` of a number is a character: both differ from the shell's printf.
    let numbers: Vec<f64> = values.iter().skip(1).map(Value::number).collect();
    let plain: Vec<bool> = values.iter().skip(1).map(|v| matches!(v, Value::Number(_))).collect();
    echo::format_once(&format, &mut |kind| {
        let i = at;
        at += 1;
        match (kind, rest.get(i)) {
            (_, None) => String::new(),
            ('d' | 'i' | 'x' | 'X' | 'o' | 'u', Some(_)) => format!("{}", numbers[i].trunc() as i64),
            ('f' | 'F' | 'e' | 'E' | 'g' | 'G', Some(_)) => format!("{}", numbers[i]),
            ('c', Some(_)) if plain[i] => char::from_u32(numbers[i] as u32).map(String::from).unwrap_or_default(),
            (_, Some(text)) => text.to_string(),
        }
    })
}
