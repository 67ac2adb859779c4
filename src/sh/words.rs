//! Reads words: quotes, `$name`, `${…}`, `$(…)`, `$((…))`.

use super::ast::{Param, ParamOp, Part, Word};
use super::parser::{META, Open, ParseError, Parsed, Parser};
use std::collections::BTreeMap;

const NO_ALIASES: &BTreeMap<String, String> = &BTreeMap::new();

/// The text of a here-document: expansions, no quotes.
pub(super) fn here_word(text: &str, depth: u32) -> Parsed<Word> {
    let mut p = Parser::inner(text, depth, NO_ALIASES);
    let mut parts = Vec::new();
    p.expansions(&mut parts, &mut |p| p.peek().is_none(), "$`\\")?;
    Ok(Word(parts))
}

/// The end of a stretch of text with expansions.
type Stop<'f> = &'f mut dyn FnMut(&Parser<'_>) -> bool;

impl<'a> Parser<'a> {
    fn inner(text: &str, depth: u32, aliases: &'a BTreeMap<String, String>) -> Self {
        let mut p = Parser::over(text, aliases);
        p.depth = depth + 1;
        p
    }

    /// One word; None where none starts here.
    pub(super) fn word(&mut self) -> Parsed<Option<Word>> {
        self.word_until(&mut |c, _| META.contains(c))
    }

    /// The right side of `=~`: parentheses and bars belong to it.
    pub(super) fn regex_word(&mut self) -> Parsed<Option<Word>> {
        let mut depth = 0;
        self.word_until(&mut |c, _| {
            match c {
                '(' => depth += 1,
                ')' => depth -= 1,
                _ => {}
            }
            depth < 0 || (" \t\n".contains(c) && depth <= 0)
        })
    }

    fn word_until(&mut self, stop: &mut dyn FnMut(char, &Self) -> bool) -> Parsed<Option<Word>> {
        let mut parts = Vec::new();
        let mut text = String::new();
        loop {
            let Some(c) = self.peek() else { break };
            if stop(c, self) {
                // `<(…)` would be a word; it is not simulated.
                break;
            }
            if c == '\\' && self.peek_at(1) == Some('\n') {
                self.next();
                self.next();
                continue;
            }
            let special = matches!(c, '\'' | '"' | '\\' | '$' | '`');
            if special && !text.is_empty() {
                parts.push(Part::Text(std::mem::take(&mut text)));
            }
            match c {
                '\'' => parts.push(Part::Quoted(self.single()?)),
                '"' => self.double(&mut parts)?,
                '\\' => {
                    self.next();
                    let escaped = self.next().map(String::from).unwrap_or_default();
                    parts.push(Part::Quoted(escaped));
                }
                '$' if self.peek_at(1) == Some('\'') => {
                    self.next();
                    parts.push(Part::Quoted(self.ansi()?));
                }
                '$' if self.peek_at(1) == Some('"') => drop(self.next()),
                '$' | '`' => match self.expansion(false)? {
                    Some(part) => parts.push(part),
                    None => text.push('$'),
                },
                _ => {
                    text.push(c);
                    self.next();
                }
            }
        }
        if !text.is_empty() {
            parts.push(Part::Text(text));
        }
        Ok((!parts.is_empty()).then_some(Word(parts)))
    }

    fn single(&mut self) -> Parsed<String> {
        self.next();
        let mut text = String::new();
        loop {
            match self.next() {
                None => return Err(ParseError::Incomplete(Open::Quote('\''))),
                Some('\'') => return Ok(text),
                Some(c) => text.push(c),
            }
        }
    }

    fn ansi(&mut self) -> Parsed<String> {
        self.next();
        let mut raw = String::new();
        loop {
            match self.next() {
                None => return Err(ParseError::Incomplete(Open::Quote('\''))),
                Some('\'') => return Ok(super::escape::unescape(&raw).0),
                Some('\\') => {
                    raw.push('\\');
                    raw.extend(self.next());
                }
                Some(c) => raw.push(c),
            }
        }
    }

    fn double(&mut self, parts: &mut Vec<Part>) -> Parsed<()> {
        self.next();
        let before = parts.len();
        self.expansions(parts, &mut |p| p.peek() == Some('"'), "$`\"\\")?;
        if self.next().is_none() {
            return Err(ParseError::Incomplete(Open::Quote('"')));
        }
        if parts.len() == before {
            parts.push(Part::Quoted(String::new()));
        }
        Ok(())
    }

    /// Quoted text with expansions, up to `stop`; a backslash escapes the characters of `escapes` and line ends.
    fn expansions(&mut self, parts: &mut Vec<Part>, stop: Stop<'_>, escapes: &str) -> Parsed<()> {
        let mut text = String::new();
        while !stop(self) {
            match self.peek() {
                None => break,
                Some('\\') => {
                    self.next();
                    match self.peek() {
                        Some('\n') => drop(self.next()),
                        Some(c) if escapes.contains(c) => text.extend(self.next()),
                        _ => text.push('\\'),
                    }
                }
                Some('$' | '`') => match self.expansion(true)? {
                    Some(part) => {
                        if !text.is_empty() {
                            parts.push(Part::Quoted(std::mem::take(&mut text)));
                        }
                        parts.push(part);
                    }
                    None => text.push('$'),
                },
                Some(c) => {
                    text.push(c);
                    self.next();
                }
            }
        }
        if !text.is_empty() {
            parts.push(Part::Quoted(text));
        }
        Ok(())
    }

    /// What a `$` or a backtick starts; None (and the `$` taken) where it is only a dollar sign.
    fn expansion(&mut self, quoted: bool) -> Parsed<Option<Part>> {
        if self.next() == Some('`') {
            return self.backticks(quoted).map(Some);
        }
        match self.peek() {
            Some('(') => {
                if self.at("((") {
                    let (pos, line) = (self.pos, self.line);
                    self.pos += 2;
                    if let Some(text) = self.arith_text()? {
                        return Ok(Some(Part::Arith { text, quoted }));
                    }
                    (self.pos, self.line) = (pos, line);
                }
                self.next();
                let script = self.list(&[])?;
                match self.eat(")") {
                    true => Ok(Some(Part::Command { script, quoted })),
                    false => Err(self.unexpected()),
                }
            }
            Some('{') => {
                self.next();
                let param = self.deeper(Self::braced)?;
                Ok(Some(Part::Param { param: Box::new(param), quoted }))
            }
            Some(c) if c.is_ascii_alphabetic() || c == '_' => {
                let mut name = String::new();
                while let Some(c) = self.peek().filter(|c| c.is_ascii_alphanumeric() || *c == '_') {
                    name.push(c);
                    self.next();
                }
                Ok(Some(plain(name, quoted)))
            }
            Some(c) if c.is_ascii_digit() || "@*#?$!-".contains(c) => {
                self.next();
                Ok(Some(plain(c.to_string(), quoted)))
            }
            _ => Ok(None),
        }
    }

    fn backticks(&mut self, quoted: bool) -> Parsed<Part> {
        let mut text = String::new();
        loop {
            match self.next() {
                None => return Err(ParseError::Incomplete(Open::Quote('`'))),
                Some('`') => break,
                Some('\\') => match self.next() {
                    Some(c @ ('`' | '\\' | '$')) => text.push(c),
                    Some('"') if quoted => text.push('"'),
                    Some(c) => text.extend(['\\', c]),
                    None => {}
                },
                Some(c) => text.push(c),
            }
        }
        let script = self.deeper(|p| {
            let mut inner = Parser::inner(&text, p.depth, NO_ALIASES);
            let node = inner.list(&[])?;
            if inner.peek().is_some() { Err(inner.unexpected()) } else { Ok(node) }
        })?;
        Ok(Part::Command { script, quoted })
    }

    /// The expression up to `))`; None where the parentheses do not close so.
    pub(super) fn arith_text(&mut self) -> Parsed<Option<Word>> {
        let (mut text, mut depth) = (String::new(), 0u32);
        loop {
            match self.next() {
                None => return Err(ParseError::Incomplete(Open::Command)),
                Some(')') if depth == 0 => {
                    if !self.eat(")") {
                        return Ok(None);
                    }
                    return self.deeper(|p| here_word(&text, p.depth)).map(Some);
                }
                Some(c) => {
                    depth = if c == '(' { depth + 1 } else { depth - u32::from(c == ')') };
                    text.push(c);
                }
            }
        }
    }

    /// `${…}` after the brace.
    fn braced(&mut self) -> Parsed<Param> {
        let length = self.peek() == Some('#') && self.peek_at(1) != Some('}');
        let indirect = self.peek() == Some('!') && self.peek_at(1) != Some('}');
        if length || indirect {
            self.next();
        }
        let mut name = String::new();
        match self.peek() {
            Some(c) if c.is_ascii_alphanumeric() || c == '_' => {
                while let Some(c) = self.peek().filter(|c| c.is_ascii_alphanumeric() || *c == '_') {
                    name.push(c);
                    self.next();
                }
            }
            Some(c) if "@*#?$!-".contains(c) => {
                name.push(c);
                self.next();
            }
            None => return Err(ParseError::Incomplete(Open::Quote('}'))),
            _ => {}
        }
        let index = match self.eat("[") {
            true => {
                let word = self.operand(&mut |p| p.peek() == Some(']'))?;
                self.next();
                Some(word)
            }
            false => None,
        };
        let op = match (length, indirect, self.peek()) {
            (_, _, None) => return Err(ParseError::Incomplete(Open::Quote('}'))),
            (true, _, _) => ParamOp::Length,
            (_, true, Some('}')) => ParamOp::Indirect,
            _ => self.param_op()?,
        };
        if !self.eat("}") {
            return match self.peek() {
                None => Err(ParseError::Incomplete(Open::Quote('}'))),
                Some(_) => Err(ParseError::Other("bad substitution".to_owned())),
            };
        }
        if name.is_empty() {
            return Err(ParseError::Other("bad substitution".to_owned()));
        }
        Ok(Param { name, index, op })
    }

    fn param_op(&mut self) -> Parsed<ParamOp> {
        let colon = self.peek() == Some(':') && matches!(self.peek_at(1), Some('-' | '=' | '?' | '+'));
        if colon {
            self.next();
        }
        let end = &mut |p: &Parser<'_>| p.peek() == Some('}');
        Ok(match self.peek() {
            Some(op @ ('-' | '=' | '?' | '+')) => {
                self.next();
                ParamOp::Unset { op, colon, word: self.operand(end)? }
            }
            Some(c @ ('#' | '%')) => {
                self.next();
                let longest = self.eat(&c.to_string());
                ParamOp::Strip { suffix: c == '%', longest, pattern: self.operand(end)? }
            }
            Some('/') => {
                self.next();
                let all = self.eat("/");
                let anchor = self.peek().filter(|c| !all && matches!(c, '#' | '%'));
                if anchor.is_some() {
                    self.next();
                }
                let pattern = self.operand(&mut |p| matches!(p.peek(), Some('/' | '}')))?;
                let with = if self.eat("/") { self.operand(end)? } else { Word::default() };
                ParamOp::Replace { all, anchor, pattern, with }
            }
            Some(':') => {
                self.next();
                let offset = self.operand(&mut |p| matches!(p.peek(), Some(':' | '}')))?;
                let length = if self.eat(":") { Some(self.operand(end)?) } else { None };
                ParamOp::Slice { offset, length }
            }
            Some(c @ ('^' | ',')) => {
                self.next();
                let all = self.eat(&c.to_string());
                ParamOp::Case { upper: c == '^', all }
            }
            _ => ParamOp::Plain,
        })
    }

    /// A word within braces: may hold blanks, quotes and expansions.
    fn operand(&mut self, stop: Stop<'_>) -> Parsed<Word> {
        let mut parts = Vec::new();
        loop {
            let mut hit = false;
            let found = self.word_until(&mut |_, p| {
                hit = stop(p);
                hit
            })?;
            if let Some(word) = found {
                parts.extend(word.0);
            }
            if hit || self.peek().is_none() {
                return Ok(Word(parts));
            }
        }
    }
}

fn plain(name: String, quoted: bool) -> Part {
    Part::Param { param: Box::new(Param { name, index: None, op: ParamOp::Plain }), quoted }
}
