//! Expansion of words: parameters, arithmetic, splitting, wildcards.
//!
//! An expansion that needs the output of a command stops and names it; the shell runs it and expands again from the
//! start, with the outputs it has. Nothing is assigned before the whole expansion is done.

use super::arith;
use super::ast::{Node, Param, ParamOp, Part, Word};
use super::glob::Glob;
use super::io::Io;
use super::vars::Vars;
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

/// A field in the making.
#[derive(Clone, Debug, Default)]
struct Field {
    text: String,
    /// With quoted wildcards escaped.
    pattern: String,
    glob: bool,
}

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

    /// All values of `$@`, `$*` or an array; None where it is neither.
    fn list(&mut self, param: &Param) -> Result<Option<(Vec<String>, bool)>> {
        let joined = |index: &str| match index {
            "@" => Some(false),
            "*" => Some(true),
            _ => None,
        };
        if let Some(star) = joined(&param.name) {
            return Ok(Some((self.vars.params.to_vec(), star)));
        }
        let Some(index) = &param.index else { return Ok(None) };
        let index = self.string(index)?;
        match joined(&index) {
            Some(star) => {
                let values = self.vars.var(&param.name).map(|v| v.values.clone()).unwrap_or_default();
                Ok(Some((values, star)))
            }
            None => Ok(None),
        }
    }

    fn value(&mut self, param: &Param) -> Result<Option<String>> {
        match &param.index {
            None if param.name == "RANDOM" && self.vars.get("RANDOM").is_none() => {
                Ok(Some((self.io.random() >> 17 & 0x7fff).to_string()))
            }
            None if param.name == "SECONDS" && self.vars.get("SECONDS").is_none() => {
                let since = self.io.kernel().process(self.io.pid()).map(|p| p.started).unwrap_or_default();
                Ok(Some(self.io.now().since(since).as_secs().to_string()))
            }
            None => Ok(self.vars.lookup(&param.name)),
            Some(index) => {
                let text = self.string(index)?;
                let n = arith::eval(&text, &mut self.vars).map_err(Stop::Error)?;
                let values = self.vars.var(&param.name).map(|v| &v.values);
                Ok(values.and_then(|v| {
                    let n = if n < 0 { v.len() as i64 + n } else { n };
                    v.get(usize::try_from(n).ok()?).cloned()
                }))
            }
        }
    }

    fn param(&mut self, param: &Param, quoted: bool, out: &mut Fields, split: bool) -> Result<()> {
        if let Some((values, star)) = self.list(param)? {
            return self.list_param(param, values, star, quoted, out, split);
        }
        let value = self.value(param)?;
        let text = match &param.op {
            ParamOp::Unset { op, colon, word } => {
                let unset = value.as_ref().is_none_or(|v| *colon && v.is_empty());
                return self.unset_op(param, *op, unset, word, value, quoted, out, split);
            }
            ParamOp::Indirect => {
                let name = value.unwrap_or_default();
                self.vars.lookup(&name)
            }
            _ => value,
        };
        if text.is_none() && self.strict && !matches!(param.name.as_str(), "!" | "?" | "-") {
            return Err(Stop::Error(format!("{}: unbound variable", param.name)));
        }
        let text = self.apply(&param.op, text.unwrap_or_default())?;
        self.put(&text, quoted, out, split);
        Ok(())
    }

    fn list_param(
        &mut self,
        param: &Param,
        mut values: Vec<String>,
        star: bool,
        quoted: bool,
        out: &mut Fields,
        split: bool,
    ) -> Result<()> {
        match &param.op {
            ParamOp::Length => {
                self.put(&values.len().to_string(), quoted, out, split);
                return Ok(());
            }
            ParamOp::Unset { op, colon, word } => {
                let unset = values.is_empty() || (*colon && values.iter().all(String::is_empty));
                if unset || *op == '+' {
                    let value = (!unset).then(|| values.join(" "));
                    return self.unset_op(param, *op, unset, word, value, quoted, out, split);
                }
            }
            ParamOp::Slice { offset, length } => {
                let from = self.number(offset)?;
                let count = length.as_ref().map(|l| self.number(l)).transpose()?;
                // `$@` counts from 1, with $0 before it.
                let from = if param.index.is_none() { from.saturating_sub(1) } else { from };
                let from = usize::try_from(if from < 0 { values.len() as i64 + from } else { from }).unwrap_or(0);
                values = values.into_iter().skip(from).collect();
                if let Some(count) = count {
                    values.truncate(usize::try_from(count).unwrap_or(0));
                }
            }
            op => {
                for value in &mut values {
                    *value = self.apply(op, std::mem::take(value))?;
                }
            }
        }
        if quoted && star {
            let sep = self.vars.get("IFS").map_or(" ".to_owned(), |i| i.chars().take(1).collect());
            out.quoted(&values.join(&sep));
            return Ok(());
        }
        for (i, value) in values.iter().enumerate() {
            if i > 0 {
                out.cut();
            }
            self.put(value, quoted, out, split);
        }
        Ok(())
    }

    #[allow(clippy::too_many_arguments, reason = "one caller each for the two shapes of parameters")]
    fn unset_op(
        &mut self,
        param: &Param,
        op: char,
        unset: bool,
        word: &Word,
        value: Option<String>,
        quoted: bool,
        out: &mut Fields,
        split: bool,
    ) -> Result<()> {
        match (op, unset) {
            ('-', false) | ('=', false) | ('?', false) => {
                self.put(&value.unwrap_or_default(), quoted, out, split);
                Ok(())
            }
            ('+', true) => {
                if quoted {
                    out.quoted("");
                }
                Ok(())
            }
            ('=', true) => {
                let text = self.string(word)?;
                self.vars.set(&param.name, &text).map_err(Stop::Error)?;
                self.put(&text, quoted, out, split);
                Ok(())
            }
            ('?', true) => {
                let text = self.string(word)?;
                let text = if text.is_empty() { "parameter null or not set".to_owned() } else { text };
                Err(Stop::Error(format!("{}: {text}", param.name)))
            }
            _ if quoted => {
                let text = self.string(word)?;
                out.quoted(&text);
                Ok(())
            }
            _ => self.parts(&word.0, out, split),
        }
    }

    fn number(&mut self, word: &Word) -> Result<i64> {
        let text = self.string(word)?;
        arith::eval(&text, &mut self.vars).map_err(Stop::Error)
    }

    fn apply(&mut self, op: &ParamOp, text: String) -> Result<String> {
        Ok(match op {
            ParamOp::Plain | ParamOp::Indirect | ParamOp::Unset { .. } => text,
            ParamOp::Length => text.chars().count().to_string(),
            ParamOp::Strip { suffix, longest, pattern } => {
                let glob = self.pattern(pattern)?;
                strip(&text, &glob, *suffix, *longest)
            }
            ParamOp::Replace { all, anchor, pattern, with } => {
                let (glob, with) = (self.pattern(pattern)?, self.string(with)?);
                replace(&text, &glob, &with, *all, *anchor)
            }
            ParamOp::Slice { offset, length } => {
                let from = self.number(offset)?;
                let count = length.as_ref().map(|l| self.number(l)).transpose()?;
                slice(&text, from, count)
            }
            ParamOp::Case { upper, all } => {
                let mut first = true;
                text.chars()
                    .flat_map(|c| {
                        let change = std::mem::take(&mut first) || *all;
                        match (change, upper) {
                            (false, _) => vec![c],
                            (true, true) => c.to_uppercase().collect(),
                            (true, false) => c.to_lowercase().collect(),
                        }
                    })
                    .collect()
            }
        })
    }

    /// Replaces a field with wildcards by the paths it matches; leaves it where it matches none.
    fn wildcards(&mut self, field: Field, out: &mut Vec<String>) {
        if !field.glob {
            out.push(field.text);
            return;
        }
        let mut found = vec![if field.pattern.starts_with('/') { "/".to_owned() } else { String::new() }];
        for part in field.pattern.split('/').filter(|p| !p.is_empty()) {
            let glob = Glob::new(part);
            let plain = !part.contains(['*', '?', '[']);
            let mut next = Vec::new();
            for base in &found {
                if plain {
                    let path = format!("{base}{}/", part.replace('\\', ""));
                    if self.io.lstat(path.trim_end_matches('/')).is_ok() {
                        next.push(path);
                    }
                    continue;
                }
                let dir = if base.is_empty() { "." } else { base };
                for (name, _) in self.io.list(dir).unwrap_or_default() {
                    if (!name.starts_with('.') || part.starts_with('.')) && glob.matches(&name) {
                        next.push(format!("{base}{name}/"));
                    }
                }
                if next.len() > MAX_FIELDS {
                    break;
                }
            }
            found = next;
        }
        let trailing = field.pattern.ends_with('/');
        let paths = found.into_iter().filter(|p| !p.is_empty()).map(|mut p| {
            if !trailing {
                p.pop();
            }
            p
        });
        let before = out.len();
        out.extend(paths);
        if out.len() == before {
            out.push(field.text);
        }
    }
}

/// Fields that words are split into.
#[derive(Default)]
struct Fields {
    done: Vec<Field>,
    current: Option<Field>,
    /// One field, never cut by splitting.
    whole: bool,
}

impl Fields {
    fn field(&mut self) -> &mut Field {
        self.current.get_or_insert_default()
    }

    fn size(&self) -> usize {
        self.current.as_ref().map_or(0, |f| f.text.len())
    }

    fn quoted(&mut self, text: &str) {
        let field = self.field();
        field.text.push_str(text);
        for c in text.chars() {
            if "*?[]\\!^-".contains(c) {
                field.pattern.push('\\');
            }
            field.pattern.push(c);
        }
    }

    fn raw(&mut self, text: &str) {
        if text.is_empty() {
            return;
        }
        let field = self.field();
        field.text.push_str(text);
        field.pattern.push_str(text);
        field.glob |= text.contains(['*', '?', '[']);
    }

    fn cut(&mut self) {
        if let Some(field) = self.current.take() {
            self.done.push(field);
        }
    }

    /// Adds the outcome of an unquoted expansion, cut at the separators.
    fn split(&mut self, text: &str, separators: &str) {
        if self.whole {
            return self.raw(text);
        }
        let mut piece = String::new();
        let mut after_mark = false;
        for c in text.chars() {
            if !separators.contains(c) {
                piece.push(c);
                after_mark = false;
                continue;
            }
            let had = !piece.is_empty() || self.current.is_some();
            self.raw(&std::mem::take(&mut piece));
            if !c.is_whitespace() && !had && !after_mark {
                self.field();
            }
            after_mark = !c.is_whitespace();
            self.cut();
        }
        self.raw(&piece);
    }

    fn finish(mut self) -> Vec<Field> {
        self.cut();
        self.done
    }
}

fn strip(text: &str, glob: &Glob, suffix: bool, longest: bool) -> String {
    let chars: Vec<char> = text.chars().take(MAX_PATTERN_TEXT).collect();
    let n = chars.len();
    // Positions from the shortest to the longest part that may go.
    for step in 0..=n {
        let size = if longest { n - step } else { step };
        let (part, rest) = match suffix {
            true => (&chars[n - size..], &chars[..n - size]),
            false => (&chars[..size], &chars[size..]),
        };
        if glob.matches_chars(part) {
            return rest.iter().collect();
        }
    }
    text.to_owned()
}

/// Patterns are tried at every place: longer texts are cut here.
const MAX_PATTERN_TEXT: usize = 4_096;

fn replace(text: &str, glob: &Glob, with: &str, all: bool, anchor: Option<char>) -> String {
    let chars: Vec<char> = text.chars().take(MAX_PATTERN_TEXT).collect();
    let (mut out, mut i) = (String::new(), 0);
    while i < chars.len() {
        let ends = (i + 1..=chars.len()).rev();
        let hit = match anchor {
            Some('#') if i > 0 => None,
            Some('%') => glob.matches_chars(&chars[i..]).then_some(chars.len()),
            _ => ends.take(512).find(|end| glob.matches_chars(&chars[i..*end])),
        };
        match hit {
            Some(end) => {
                out.push_str(with);
                i = end;
                if !all {
                    break;
                }
            }
            None => {
                out.push(chars[i]);
                i += 1;
            }
        }
    }
    out.extend(&chars[i..]);
    out
}

fn slice(text: &str, from: i64, count: Option<i64>) -> String {
    let chars: Vec<char> = text.chars().collect();
    let n = chars.len() as i64;
    let from = (if from < 0 { (n + from).max(0) } else { from }).min(n);
    let end = match count {
        None => n,
        Some(c) if c < 0 => n.saturating_add(c).max(from),
        Some(c) => from.saturating_add(c).min(n),
    };
    chars[from as usize..end as usize].iter().collect()
}
