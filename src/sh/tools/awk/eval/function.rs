//! Functions: awk's own and the program's.

use super::statement::{Halt, Run};
use super::text::{count_matches, split, split_regex, sprintf};
use super::value::Value;
use super::{MAX_DEPTH, Machine};
use crate::sh::io::Io;
use crate::sh::tools::awk::Expr;
use crate::sh::tools::sed::substitute_text;
use std::collections::BTreeMap;
use std::rc::Rc;

impl Machine {
    /// Calls a function: one that looks at its arguments themselves, one of awk's own, or the program's.
    pub(super) fn call(&mut self, io: &mut Io<'_>, name: &Rc<str>, args: &[Expr]) -> Run<Value> {
        match (&**name, args) {
            ("length", [Expr::Var(array)]) if self.arrays.contains_key(array) => {
                return Ok(Value::Number(self.arrays.get(array).map_or(0, BTreeMap::len) as f64));
            }
            ("split", [source, Expr::Var(array), rest @ ..]) => {
                return self.split_into(io, source, array, rest.first());
            }
            ("sub" | "gsub", [pattern, with, rest @ ..]) => {
                return self.replace(io, &**name == "gsub", pattern, with, rest.first());
            }
            ("match", [source, pattern]) => return self.find(io, source, pattern),
            _ => {}
        }
        let mut values = Vec::new();
        for arg in args {
            // An array given to a function of the program is not copied: only plain values are simulated.
            values.push(self.eval(io, arg)?);
        }
        if let Some(value) = plain(name, &values) {
            return Ok(value);
        }
        Ok(match &**name {
            "length" => Value::Number(self.record.chars().count() as f64),
            "systime" => Value::Number(io.now().secs() as f64),
            "rand" => Value::Number((io.random() >> 11) as f64 / (1u64 << 53) as f64),
            _ => return self.user_call(io, name, values),
        })
    }

    /// `split(source, array, separator)`
    fn split_into(&mut self, io: &mut Io<'_>, source: &Expr, array: &Rc<str>, separator: Option<&Expr>) -> Run<Value> {
        let source = self.eval(io, source)?.text();
        let parts = match separator {
            Some(Expr::Regex(regex)) => split_regex(&source, regex),
            Some(e) => split(&source, &self.eval(io, e)?.text()),
            None => split(&source, &self.get("FS").text()),
        };
        let n = parts.len();
        let map = parts.into_iter().zip(1..).map(|(p, i)| (i.to_string(), Value::Input(p))).collect();
        self.arrays.insert(array.clone(), map);
        Ok(Value::Number(n as f64))
    }

    /// `sub` and `gsub`: how many were replaced.
    fn replace(
        &mut self,
        io: &mut Io<'_>,
        all: bool,
        pattern: &Expr,
        with: &Expr,
        target: Option<&Expr>,
    ) -> Run<Value> {
        let regex = self.matcher(io, pattern)?;
        let with = self.eval(io, with)?.text();
        let target = target.cloned().unwrap_or(Expr::Field(Box::new(Expr::Number(0.0))));
        let before = self.eval(io, &target)?.text();
        let Some(after) = substitute_text(&before, &regex, &with, all) else { return Ok(Value::Number(0.0)) };
        let chars: Vec<char> = before.chars().collect();
        let count = if all { count_matches(&regex, &chars) } else { 1.0 };
        self.assign(io, &target, Value::Text(Rc::from(after.as_str())))?;
        Ok(Value::Number(count))
    }

    /// `match(source, pattern)`
    fn find(&mut self, io: &mut Io<'_>, source: &Expr, pattern: &Expr) -> Run<Value> {
        let source: Vec<char> = self.eval(io, source)?.text().chars().collect();
        let regex = self.matcher(io, pattern)?;
        let (start, length) = match regex.find(&source, 0) {
            Some(m) => ((m.start() + 1) as f64, (m.end() - m.start()) as f64),
            None => (0.0, -1.0),
        };
        self.vars.insert(Rc::from("RSTART"), Value::Number(start));
        self.vars.insert(Rc::from("RLENGTH"), Value::Number(length));
        Ok(Value::Number(start))
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

/// Functions of awk's that need nothing but their arguments' values; None for all others.
fn plain(name: &str, values: &[Value]) -> Option<Value> {
    let first = values.first().cloned().unwrap_or(Value::Unset);
    let text = |text: String| Value::Text(Rc::from(text.as_str()));
    Some(match name {
        "length" if !values.is_empty() => Value::Number(first.text().chars().count() as f64),
        "substr" => text(substr(&first.text(), values.get(1).map(Value::number), values.get(2).map(Value::number))),
        "index" => {
            let (hay, needle) = (first.text(), values.get(1).map(Value::text).unwrap_or_default());
            Value::Number(hay.split_once(&*needle).map_or(0.0, |(before, _)| (before.chars().count() + 1) as f64))
        }
        "toupper" => text(first.text().to_uppercase()),
        "tolower" => text(first.text().to_lowercase()),
        "sprintf" => text(sprintf(values)),
        "int" => Value::Number(first.number().trunc()),
        "sqrt" => Value::Number(first.number().sqrt()),
        "exp" => Value::Number(first.number().exp()),
        "log" => Value::Number(first.number().ln()),
        "sin" => Value::Number(first.number().sin()),
        "cos" => Value::Number(first.number().cos()),
        "srand" | "fflush" | "close" => Value::Number(0.0),
        _ => return None,
    })
}

/// Characters from the one with the number `from` on, at most `count`.
fn substr(text: &str, from: Option<f64>, count: Option<f64>) -> String {
    let chars: Vec<char> = text.chars().collect();
    let from = from.unwrap_or(1.0).round();
    let until = count.map_or(f64::INFINITY, |n| from + n.round());
    let clamp = |x: f64| (x.max(1.0) - 1.0).min(chars.len() as f64) as usize;
    let (a, b) = (clamp(from), clamp(until));
    chars[a..b.max(a)].iter().collect()
}
