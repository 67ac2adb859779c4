//! Reads awk programs.

mod expression;
mod statement;

use super::Script;
use super::lexer::{Token, tokens};
use std::rc::Rc;

struct Parser {
    tokens: Vec<Token>,
    at: usize,
    depth: u32,
    /// Within `print` a bare `>` redirects; within a `for (x in …)` head `in` does not compare.
    no_greater: bool,
    no_in: bool,
}

type Res<T> = Result<T, String>;

const MAX_DEPTH: u32 = 50;
/// Chains of operators become as deep as they are long.
const MAX_TOKENS: usize = 3_000;
const KEYWORDS: &[&str] = &[
    "BEGIN", "END", "if", "else", "while", "for", "do", "print", "printf", "next", "exit", "break", "continue",
    "delete", "in", "function", "func", "return", "getline", "nextfile",
];

pub fn parse(text: &str) -> Res<Script> {
    let tokens = tokens(text)?;
    if tokens.len() > MAX_TOKENS {
        return Err("program too long".to_owned());
    }
    let mut p = Parser { tokens, at: 0, depth: 0, no_greater: false, no_in: false };
    let mut script = Script::default();
    loop {
        p.separators();
        if p.at >= p.tokens.len() {
            return Ok(script);
        }
        if p.word("function") || p.word("func") {
            let (name, def) = p.function()?;
            script.functions.insert(name, def);
            continue;
        }
        let rule = p.rule()?;
        script.rules.push(rule);
    }
}

impl Parser {
    fn peek(&self) -> Option<&Token> {
        self.tokens.get(self.at)
    }

    fn is(&self, op: &str) -> bool {
        matches!(self.peek(), Some(Token::Op(o)) if *o == op)
    }

    fn eat(&mut self, op: &str) -> bool {
        let found = self.is(op);
        self.at += usize::from(found);
        found
    }

    fn expect(&mut self, op: &str) -> Res<()> {
        if self.eat(op) { Ok(()) } else { self.error() }
    }

    fn error<T>(&self) -> Res<T> {
        Err(match self.peek() {
            None => "unexpected newline or end of string".to_owned(),
            Some(_) => "syntax error".to_owned(),
        })
    }

    fn is_word(&self, word: &str) -> bool {
        matches!(self.peek(), Some(Token::Name(n, _)) if &**n == word)
    }

    fn word(&mut self, word: &str) -> bool {
        let found = self.is_word(word);
        self.at += usize::from(found);
        found
    }

    fn name(&mut self) -> Res<Rc<str>> {
        match self.peek() {
            Some(Token::Name(n, _)) if !KEYWORDS.contains(&&**n) => {
                let name = n.clone();
                self.at += 1;
                Ok(name)
            }
            _ => self.error(),
        }
    }

    fn newlines(&mut self) {
        while self.peek() == Some(&Token::Newline) {
            self.at += 1;
        }
    }

    fn separators(&mut self) {
        while self.peek() == Some(&Token::Newline) || self.is(";") {
            self.at += 1;
        }
    }

    fn deeper<T>(&mut self, f: impl FnOnce(&mut Self) -> Res<T>) -> Res<T> {
        self.depth += 1;
        if self.depth > MAX_DEPTH {
            return Err("program nested too deeply".to_owned());
        }
        let result = f(self);
        self.depth -= 1;
        result
    }
}
