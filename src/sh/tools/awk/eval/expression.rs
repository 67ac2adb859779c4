//! Expressions and assignments.

use super::statement::{Halt, Run};
use super::value::{Value, arithmetic};
use super::{MAX_DEPTH, Machine};
use crate::sh::io::Io;
use crate::sh::regex::Regex;
use crate::sh::tools::awk::Expr;
use std::rc::Rc;

const MAX_FIELD: usize = 10_000;

const MAX_TEXT: usize = 4 << 20;

impl Machine {
    pub(super) fn key(&mut self, io: &mut Io<'_>, index: &[Expr]) -> Run<String> {
        let mut parts = Vec::new();
        for e in index {
            parts.push(self.eval(io, e)?.text());
        }
        Ok(parts.join(&*self.get("SUBSEP").text()))
    }

    pub(super) fn eval(&mut self, io: &mut Io<'_>, expr: &Expr) -> Run<Value> {
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

    pub(super) fn assign(&mut self, io: &mut Io<'_>, target: &Expr, value: Value) -> Run<()> {
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

    pub(super) fn matcher(&mut self, io: &mut Io<'_>, expr: &Expr) -> Run<Rc<Regex>> {
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
}
