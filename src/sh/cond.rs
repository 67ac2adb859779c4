//! `[[ … ]]`: tests whose words are neither split nor globbed.

use super::ast::{CondToken, Word};
use super::expand::{Expander, Stop};
use super::regex::Regex;
use super::tools::test;

struct Cond<'t, 'e, 'a, 'b> {
    tokens: &'t [CondToken],
    at: usize,
    e: &'e mut Expander<'a, 'b>,
    depth: u32,
}

const MAX_DEPTH: u32 = 40;

/// Evaluates a condition.
pub(super) fn eval(e: &mut Expander<'_, '_>, tokens: &[CondToken]) -> Result<bool, Stop> {
    let mut c = Cond { tokens, at: 0, e, depth: 0 };
    let value = c.or()?;
    match c.at < tokens.len() {
        true => Err(Stop::Error("syntax error in conditional expression".to_owned())),
        false => Ok(value),
    }
}

impl Cond<'_, '_, '_, '_> {
    fn op(&self) -> Option<&str> {
        match self.tokens.get(self.at) {
            Some(CondToken::Op(op)) => Some(op),
            _ => None,
        }
    }

    fn eat(&mut self, op: &str) -> bool {
        let found = self.op() == Some(op);
        self.at += usize::from(found);
        found
    }

    fn or(&mut self) -> Result<bool, Stop> {
        self.depth += 1;
        if self.depth > MAX_DEPTH {
            return Err(Stop::Error("condition nested too deeply".to_owned()));
        }
        let mut value = self.and()?;
        while self.eat("||") {
            value |= self.and()?;
        }
        self.depth -= 1;
        Ok(value)
    }

    fn and(&mut self) -> Result<bool, Stop> {
        let mut value = self.not()?;
        while self.eat("&&") {
            value &= self.not()?;
        }
        Ok(value)
    }

    fn not(&mut self) -> Result<bool, Stop> {
        let mut negate = false;
        while self.eat("!") {
            negate = !negate;
        }
        Ok(self.primary()? != negate)
    }

    fn word(&mut self) -> Result<&Word, Stop> {
        let found = match self.tokens.get(self.at) {
            Some(CondToken::Word(word)) => word,
            _ => return Err(Stop::Error("unexpected argument to conditional operator".to_owned())),
        };
        self.at += 1;
        Ok(found)
    }

    fn primary(&mut self) -> Result<bool, Stop> {
        if self.eat("(") {
            let value = self.or()?;
            return match self.eat(")") {
                true => Ok(value),
                false => Err(Stop::Error("expected `)'".to_owned())),
            };
        }
        let first = self.word()?.clone();
        let unary = first.literal().filter(|t| t.len() == 2 && t.starts_with('-'));
        if let (Some(op), Some(CondToken::Word(_))) = (unary, self.tokens.get(self.at))
            && !matches!(self.tokens.get(self.at), Some(CondToken::Word(w)) if is_binary(w))
        {
            let operand = self.word()?.clone();
            let text = self.e.string(&operand)?;
            if op == "-v" {
                return Ok(self.e.vars.lookup(&text).is_some());
            }
            return test::unary(self.e.io, &op, &text)
                .ok_or_else(|| Stop::Error(format!("{op}: unary operator expected")));
        }
        let left = self.e.string(&first)?;
        if let Some(op) = self.op().map(str::to_owned)
            && matches!(op.as_str(), "==" | "=" | "!=" | "=~" | "<" | ">")
        {
            self.at += 1;
            let right = self.word()?.clone();
            return match op.as_str() {
                "<" | ">" => Ok((left < self.e.string(&right)?) == (op == "<")),
                "=~" => self.regex(&left, &right),
                _ => Ok(self.e.pattern(&right)?.matches(&left) == (op != "!=")),
            };
        }
        if let Some(CondToken::Word(word)) = self.tokens.get(self.at)
            && is_binary(word)
        {
            let op = word.literal().unwrap_or_default();
            self.at += 1;
            let right = self.word()?.clone();
            let right = self.e.string(&right)?;
            return test::binary(self.e.io, &left, &op, &right).map_err(Stop::Error);
        }
        Ok(!left.is_empty())
    }

    fn regex(&mut self, text: &str, word: &Word) -> Result<bool, Stop> {
        let pattern = self.e.string(word)?;
        let regex = Regex::new(&pattern, true, false).map_err(Stop::Error)?;
        let chars: Vec<char> = text.chars().collect();
        let found = regex.find(&chars, 0);
        let groups = found.as_ref().map(|m| m.texts(&chars)).unwrap_or_default();
        let var = self.e.vars.entry("BASH_REMATCH");
        var.values = groups;
        var.array = true;
        Ok(found.is_some())
    }
}

fn is_binary(word: &Word) -> bool {
    word.literal()
        .is_some_and(|op| matches!(op.as_str(), "-eq" | "-ne" | "-lt" | "-le" | "-gt" | "-ge" | "-nt" | "-ot" | "-ef"))
}
