//! Compound commands: conditions, loops, `case`, functions, `[[ ]]`.

use super::{Open, ParseError, Parsed, Parser};
use crate::sh::ast::{Arm, CondToken, Node, Word};
use crate::sh::words::here_word;
use std::rc::Rc;

impl<'a> Parser<'a> {
    pub(super) fn subshell(&mut self) -> Parsed<Node> {
        self.next();
        let body = self.some_list(&[])?;
        match self.eat(")") {
            true => Ok(Node::Subshell(body)),
            false => Err(self.unexpected()),
        }
    }

    /// `((expression))`; None where it is two subshells after all.
    pub(super) fn arith_command(&mut self) -> Parsed<Option<Node>> {
        let (pos, line) = (self.pos, self.line);
        self.pos += 2;
        match self.arith_text()? {
            Some(word) => Ok(Some(Node::Arith(word))),
            None => {
                (self.pos, self.line) = (pos, line);
                Ok(None)
            }
        }
    }

    pub(super) fn compound(&mut self, word: &'static str) -> Parsed<Node> {
        match word {
            "if" => self.if_command(),
            "while" | "until" => {
                let test = self.some_list(&["do"])?;
                Ok(Node::While { until: word == "until", test, body: self.do_done()? })
            }
            "for" => self.for_command(),
            "case" => self.case_command(),
            "{" => {
                let body = self.some_list(&["}"])?;
                self.expect("}")?;
                Ok(Node::Group(body))
            }
            "function" => {
                self.blanks();
                let name = self.bare_word()?;
                self.blanks();
                if self.eat("(") {
                    self.blanks();
                    self.eat(")");
                }
                self.function(name)
            }
            "[[" => self.condition(),
            _ => Err(ParseError::Other(format!("{word}: not simulated here"))),
        }
    }

    fn do_done(&mut self) -> Parsed<Rc<Node>> {
        self.expect("do")?;
        let body = self.some_list(&["done"])?;
        self.expect("done")?;
        Ok(body)
    }

    fn if_command(&mut self) -> Parsed<Node> {
        let (mut arms, mut otherwise) = (Vec::new(), None);
        loop {
            let test = self.some_list(&["then"])?;
            self.expect("then")?;
            arms.push((test, self.some_list(&["elif", "else", "fi"])?));
            match self.keyword(&["elif", "else"]) {
                Some("elif") => drop(self.eat("elif")),
                Some(_) => {
                    self.eat("else");
                    otherwise = Some(self.some_list(&["fi"])?);
                    break;
                }
                None => break,
            }
        }
        self.expect("fi")?;
        Ok(Node::If { arms, otherwise })
    }

    fn for_command(&mut self) -> Parsed<Node> {
        self.blanks();
        if self.at("((") {
            return self.for_arith();
        }
        let var = self.bare_word()?;
        self.newlines()?;
        let mut words = None;
        if self.keyword(&["in"]).is_some() {
            self.eat("in");
            let mut found = Vec::new();
            loop {
                self.blanks();
                match self.word()? {
                    Some(word) => found.push(word),
                    None => break,
                }
            }
            words = Some(found);
        }
        self.blanks();
        if self.peek() == Some(';') {
            self.next();
        }
        Ok(Node::For { var, words, body: self.do_done()? })
    }

    fn for_arith(&mut self) -> Parsed<Node> {
        self.pos += 2;
        let mut parts = Vec::new();
        let (mut text, mut depth) = (String::new(), 0u32);
        loop {
            match self.next() {
                None => return Err(ParseError::Incomplete(Open::Command)),
                Some(';') if depth == 0 => parts.push(std::mem::take(&mut text)),
                Some(')') if depth == 0 && self.eat(")") => break,
                Some(c) => {
                    depth = if c == '(' { depth + 1 } else { depth.saturating_sub(u32::from(c == ')')) };
                    text.push(c);
                }
            }
        }
        parts.push(text);
        let mut words = parts.iter().map(|p| here_word(p, self.depth));
        let mut take = || words.next().unwrap_or_else(|| Ok(Word::default()));
        let (init, test, next) = (take()?, take()?, take()?);
        self.blanks();
        if self.peek() == Some(';') {
            self.next();
        }
        Ok(Node::ForArith { init, test, next, body: self.do_done()? })
    }

    fn case_command(&mut self) -> Parsed<Node> {
        self.blanks();
        let Some(word) = self.word()? else { return Err(self.unexpected()) };
        self.expect("in")?;
        let mut arms = Vec::new();
        loop {
            self.newlines()?;
            if self.keyword(&["esac"]).is_some() {
                self.eat("esac");
                return Ok(Node::Case { word, arms });
            }
            self.eat("(");
            let mut patterns = Vec::new();
            loop {
                self.blanks();
                patterns.push(match self.word()? {
                    Some(word) => word,
                    None => return Err(self.unexpected()),
                });
                self.blanks();
                if self.eat(")") {
                    break;
                }
                if !self.eat("|") {
                    return Err(self.unexpected());
                }
            }
            let body = self.list(&["esac"])?;
            let falls = self.eat(";&");
            if !falls {
                self.eat(";;");
            }
            arms.push(Arm { patterns, body, falls });
        }
    }

    fn condition(&mut self) -> Parsed<Node> {
        let mut tokens = Vec::new();
        loop {
            self.newlines()?;
            if self.keyword(&["]]"]).is_some() {
                self.eat("]]");
                return Ok(Node::Cond(tokens));
            }
            let op = ["&&", "||", "(", ")", "<", ">"].into_iter().find(|op| self.at(op));
            if let Some(op) = op {
                self.eat(op);
                tokens.push(CondToken::Op(op.to_owned()));
                continue;
            }
            let regex = matches!(tokens.last(), Some(CondToken::Op(op)) if op == "=~");
            let word = if regex { self.regex_word()? } else { self.word()? };
            let Some(word) = word else { return Err(self.unexpected()) };
            match word.literal() {
                Some(text) if matches!(text.as_str(), "=~" | "==" | "=" | "!=" | "!") && !regex => {
                    tokens.push(CondToken::Op(text));
                }
                _ => tokens.push(CondToken::Word(word)),
            }
        }
    }

    pub(super) fn function(&mut self, name: String) -> Parsed<Node> {
        self.newlines()?;
        if self.peek().is_none() {
            return Err(ParseError::Incomplete(Open::Command));
        }
        let body = self.deeper(Self::command)?;
        Ok(Node::Function { name, body })
    }
}
