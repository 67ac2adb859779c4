//! Reads jq's filters.

mod operators;
mod terms;

use super::json::Json;
use std::rc::Rc;

#[derive(Clone, Debug)]
pub enum Filter {
    Identity,
    Recurse,
    Literal(Json),
    /// A string with `\(…)` in it.
    Format(Vec<(String, Option<Filter>)>),
    Field(Box<Filter>, Rc<str>),
    Index(Box<Filter>, Box<Filter>),
    Slice(Box<Filter>, Option<Box<Filter>>, Option<Box<Filter>>),
    Each(Box<Filter>),
    Try(Box<Filter>),
    Pipe(Box<Filter>, Box<Filter>),
    Comma(Box<Filter>, Box<Filter>),
    Negate(Box<Filter>),
    Binary(&'static str, Box<Filter>, Box<Filter>),
    List(Option<Box<Filter>>),
    Map(Vec<(Filter, Filter)>),
    If(Vec<(Filter, Filter)>, Option<Box<Filter>>),
    Call(Rc<str>, Vec<Filter>),
    Variable(Rc<str>),
    /// `source as $name | body`
    Bind(Box<Filter>, Rc<str>, Box<Filter>),
    /// `reduce source as $name (init; update)`
    Reduce(Box<Filter>, Rc<str>, Box<Filter>, Box<Filter>),
    /// `path |= update`, `path = value`, `path += value`
    Update(&'static str, Box<Filter>, Box<Filter>),
}

struct Parser {
    chars: Vec<char>,
    at: usize,
    depth: u32,
    nodes: u32,
}

/// Why a program cannot be read, as jq 1.6 words it. It shows the program's text, and blanks up to the fault.
fn located(text: &str, p: &Parser, why: &str) -> String {
    let pad = p.at.min(p.chars.len().saturating_sub(1));
    format!("{why} (Unix shell quoting issues?) at <top-level>, line 1:\n{text}{:pad$}", "")
}

type Res<T> = Result<T, String>;

const MAX_DEPTH: u32 = 50;
const MAX_NODES: u32 = 2_000;

pub fn parse(text: &str) -> Res<Filter> {
    let mut p = Parser { chars: text.chars().collect(), at: 0, depth: 0, nodes: 0 };
    p.blanks();
    if p.at >= p.chars.len() {
        return Ok(Filter::Identity);
    }
    let filter = p.pipe().and_then(|filter| {
        p.blanks();
        if p.at < p.chars.len() { p.error() } else { Ok(filter) }
    });
    filter.map_err(|why| located(text, &p, &why))
}

fn boxed(f: Filter) -> Box<Filter> {
    Box::new(f)
}

impl Parser {
    fn peek(&self) -> Option<char> {
        self.chars.get(self.at).copied()
    }

    fn blanks(&mut self) {
        while let Some(c) = self.peek() {
            if c == '#' {
                while self.peek().is_some_and(|c| c != '\n') {
                    self.at += 1;
                }
            } else if c.is_whitespace() {
                self.at += 1;
            } else {
                return;
            }
        }
    }

    fn is(&mut self, text: &str) -> bool {
        self.blanks();
        text.chars().enumerate().all(|(i, c)| self.chars.get(self.at + i) == Some(&c))
    }

    fn eat(&mut self, text: &str) -> bool {
        let found = self.is(text);
        self.at += if found { text.chars().count() } else { 0 };
        found
    }

    fn word(&mut self, word: &str) -> bool {
        let after = self.at + word.len();
        self.blanks();
        let after = after.max(self.at + word.len());
        let found = self.is(word) && !self.chars.get(after).is_some_and(|c| c.is_alphanumeric() || *c == '_');
        self.at += if found { word.len() } else { 0 };
        found
    }

    fn expect(&mut self, text: &str) -> Res<()> {
        if self.eat(text) { Ok(()) } else { self.error() }
    }

    fn error<T>(&self) -> Res<T> {
        let rest: String = self.chars[self.at.min(self.chars.len())..].iter().take(20).collect();
        Err(match rest.is_empty() {
            true => "syntax error, unexpected $end".to_owned(),
            false => format!("syntax error near '{rest}'"),
        })
    }

    fn deeper<T>(&mut self, f: impl FnOnce(&mut Self) -> Res<T>) -> Res<T> {
        self.depth += 1;
        self.nodes += 1;
        if self.depth > MAX_DEPTH || self.nodes > MAX_NODES {
            return Err("filter too large".to_owned());
        }
        let result = f(self);
        self.depth -= 1;
        result
    }
}
