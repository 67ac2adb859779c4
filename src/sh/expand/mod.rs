//! Expansion of words: parameters, arithmetic, splitting, wildcards.
//!
//! An expansion that needs the output of a command stops and names it; the shell runs it and expands again from the
//! start, with the outputs it has. Nothing is assigned before the whole expansion is done.

mod fields;
mod param;

use super::arith;
use super::ast::{Node, Part, Word};
use super::glob::Glob;
use super::io::Io;
use super::vars::Vars;
use fields::{Field, Fields};
use std::rc::Rc;

/// Why an expansion did not end.
#[derive(Clone, Debug)]
pub enum Stop {
    /// The output of this command is wanted next.
    Command(Rc<Node>),
    /// An error, in the shell's words after its name.
    Error(String),
}

type Result<T> = std::result::Result<T, Stop>;

/// Expands words of one command.
pub struct Expander<'a, 'b> {
    pub vars: Vars,
    pub io: &'a mut Io<'b>,
    /// Outputs of the commands that were asked for, in order.
    pub outputs: &'a [String],
    pub used: usize,
    /// Braces, which only bash expands.
    pub braces: bool,
    /// `set -u`
    pub strict: bool,
}

const MAX_FIELDS: usize = 20_000;
const MAX_TEXT: usize = 1 << 20;

impl Expander<'_, '_> {
    /// The fields of some words.
    pub fn fields(&mut self, words: &[Word]) -> Result<Vec<String>> {
        let mut out = Vec::new();
        for word in words {
            let many = if self.braces { super::braces::expand(word) } else { vec![word.clone()] };
            for word in many {
                let mut fields = Fields::default();
                self.parts(&word.0, &mut fields, true)?;
                for field in fields.finish() {
                    self.wildcards(field, &mut out);
                }
                if out.len() > MAX_FIELDS {
                    return Err(Stop::Error("argument list too long".to_owned()));
                }
            }
        }
        Ok(out)
    }

    /// A word as one string: no splitting, no wildcards.
    pub fn string(&mut self, word: &Word) -> Result<String> {
        self.one(word).map(|f| f.text)
    }

    /// A word as a pattern.
    pub fn pattern(&mut self, word: &Word) -> Result<Glob> {
        self.one(word).map(|f| Glob::new(&f.pattern))
    }

    fn one(&mut self, word: &Word) -> Result<Field> {
        let mut fields = Fields { whole: true, ..Fields::default() };
        self.parts(&word.0, &mut fields, false)?;
        let mut all = fields.finish().into_iter();
        let mut first = all.next().unwrap_or_default();
        for more in all {
            first.text.push(' ');
            first.text.push_str(&more.text);
            first.pattern.push(' ');
            first.pattern.push_str(&more.pattern);
        }
        Ok(first)
    }

    fn parts(&mut self, parts: &[Part], out: &mut Fields, split: bool) -> Result<()> {
        for (i, part) in parts.iter().enumerate() {
            match part {
                Part::Text(text) => {
                    let text = if i == 0 { self.tilde(text, parts.len() == 1) } else { text.clone() };
                    out.raw(&text);
                }
                Part::Quoted(text) => out.quoted(text),
                Part::Param { param, quoted } => self.param(param, *quoted, out, split)?,
                Part::Command { script, quoted } => {
                    let Some(text) = self.outputs.get(self.used) else { return Err(Stop::Command(script.clone())) };
                    self.used += 1;
                    let text = text.clone();
                    self.put(&text, *quoted, out, split);
                }
                Part::Arith { text, quoted } => {
                    let text = self.string(text)?;
                    let value = arith::eval(&text, &mut self.vars).map_err(Stop::Error)?;
                    self.put(&value.to_string(), *quoted, out, split);
                }
            }
            if out.size() > MAX_TEXT {
                return Err(Stop::Error("word too long".to_owned()));
            }
        }
        Ok(())
    }

    fn put(&self, text: &str, quoted: bool, out: &mut Fields, split: bool) {
        match (quoted, split) {
            (true, _) => out.quoted(text),
            (false, true) => out.split(text, self.vars.get("IFS").unwrap_or(" \t\n")),
            (false, false) => out.raw(text),
        }
    }

    fn tilde(&self, text: &str, alone: bool) -> String {
        let Some(rest) = text.strip_prefix('~') else { return text.to_owned() };
        if rest.starts_with('/') || (rest.is_empty() && alone) {
            let home = self.vars.get("HOME").unwrap_or("/root");
            return format!("{home}{rest}");
        }
        text.to_owned()
    }
}
