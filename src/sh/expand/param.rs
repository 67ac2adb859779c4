//! Parameters: `$x`, `${x:-word}`, `${x[@]}`, and what is done to their values.

use super::fields::Fields;
use super::{Expander, Result, Stop};
use crate::sh::arith;
use crate::sh::ast::{Param, ParamOp, Word};
use crate::sh::glob::Glob;

/// Patterns are tried at every place: longer texts are cut here.
const MAX_PATTERN_TEXT: usize = 4_096;

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

pub(super) fn replace(text: &str, glob: &Glob, with: &str, all: bool, anchor: Option<char>) -> String {
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

impl Expander<'_, '_> {
    /// All values of `$@`, `$*` or an array; None where it is neither.
    pub(super) fn list(&mut self, param: &Param) -> Result<Option<(Vec<String>, bool)>> {
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

    pub(super) fn param(&mut self, param: &Param, quoted: bool, out: &mut Fields, split: bool) -> Result<()> {
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
}
