//! Assignments, before a command or alone.

use crate::sh::arith;
use crate::sh::ast::{Assign, Value};
use crate::sh::expand::{Expander, Stop};
use crate::sh::interp::Interp;

/// An assignment's value after expansion.
#[derive(Clone, Debug)]
pub(in crate::sh) enum Assigned {
    One(String),
    All(Vec<String>),
}

pub(super) fn assigned(e: &mut Expander<'_, '_>, a: &Assign) -> Result<(String, Assigned), Stop> {
    let old = e.vars.var(&a.name).map(|v| v.values.clone()).unwrap_or_default();
    let value = match (&a.value, &a.index) {
        (Value::Many(words), _) => {
            let fields = e.fields(words)?;
            Assigned::All(if a.append { old.into_iter().chain(fields).collect() } else { fields })
        }
        (Value::One(word), None) => {
            let text = e.string(word)?;
            let text = if a.append { old.first().cloned().unwrap_or_default() + &text } else { text };
            // A later assignment of the same command sees this one.
            let _ = e.vars.set(&a.name, &text);
            Assigned::One(text)
        }
        (Value::One(word), Some(index)) => {
            let (text, at) = (e.string(word)?, e.string(index)?);
            let at = arith::eval(&at, &mut e.vars).map_err(Stop::Error)?;
            let at = usize::try_from(at).ok().filter(|n| *n < 10_000);
            let at = at.ok_or_else(|| Stop::Error(format!("{}: bad array subscript", a.name)))?;
            let mut list = old;
            list.resize(list.len().max(at + 1), String::new());
            list[at] = if a.append { std::mem::take(&mut list[at]) + &text } else { text };
            e.vars.entry(&a.name).values.clone_from(&list);
            Assigned::All(list)
        }
    };
    Ok((a.name.clone(), value))
}

impl Interp {
    pub(super) fn assign(&mut self, name: &str, values: Assigned) -> Result<(), String> {
        let var = self.vars.entry(name);
        if var.readonly {
            return Err(format!("{name}: readonly variable"));
        }
        match values {
            Assigned::One(text) => match var.values.first_mut() {
                Some(first) => *first = text,
                None => var.values.push(text),
            },
            Assigned::All(list) => {
                var.values = list;
                var.array = true;
            }
        }
        Ok(())
    }
}
