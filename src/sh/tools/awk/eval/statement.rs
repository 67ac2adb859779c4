//! Statements: what a rule does, and what stops it.

use super::Machine;
use super::text::sprintf;
use super::value::Value;
use crate::sh::io::{Io, Mode};
use crate::sh::tools::awk::{Expr, Stmt, Target};
use std::rc::Rc;

/// Why a statement list stopped.
pub(super) enum Halt {
    Next,
    Exit,
    Break,
    Continue,
    Return(Value),
    Error(String),
}

pub(super) type Run<T> = Result<T, Halt>;

/// Statements that one record may take.
const MAX_MOVES: u32 = 2_000_000;

impl Machine {
    fn tick(&mut self) -> Run<()> {
        self.moves += 1;
        if self.moves > MAX_MOVES { Err(Halt::Error("program runs too long".to_owned())) } else { Ok(()) }
    }

    pub(super) fn stmt(&mut self, io: &mut Io<'_>, stmt: &Stmt) -> Run<()> {
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
}
