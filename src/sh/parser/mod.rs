//! Reads the shell's language: text to [`Node`]. Words and their expansions are in [`super::words`].

mod chars;
mod compound;
mod redirection;
mod simple;

use super::ast::{Item, Node};
use redirection::Here;
use std::collections::BTreeMap;
use std::rc::Rc;

/// Why a text is no program.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ParseError {
    /// It may become one with more lines: what is still open.
    Incomplete(Open),
    /// The token that does not belong, and its line.
    Unexpected {
        token: String,
        line: u32,
    },
    Other(String),
}

/// What is still open at the end of the text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Open {
    Quote(char),
    HereDoc,
    Command,
}

pub type Parsed<T> = Result<T, ParseError>;

pub(super) struct Parser<'a> {
    pub(super) src: Vec<char>,
    pub(super) pos: usize,
    pub(super) line: u32,
    pub(super) depth: u32,
    here: Vec<Here>,
    aliases: &'a BTreeMap<String, String>,
    expanded: u32,
}

/// Nesting deeper than this is refused.
const MAX_DEPTH: u32 = 60;
pub(super) const META: &str = " \t\n|&;()<>";

/// Reads a whole program.
pub fn parse(text: &str, aliases: &BTreeMap<String, String>) -> Parsed<Rc<Node>> {
    let mut p = Parser::over(text, aliases);
    let node = p.list(&[])?;
    if p.pos < p.src.len() {
        return Err(p.unexpected());
    }
    match p.here.is_empty() {
        true => Ok(node),
        false => Err(ParseError::Incomplete(Open::HereDoc)),
    }
}

impl<'a> Parser<'a> {
    pub(super) fn over(text: &str, aliases: &'a BTreeMap<String, String>) -> Self {
        Self { src: text.chars().collect(), pos: 0, line: 1, depth: 0, here: Vec::new(), aliases, expanded: 0 }
    }

    pub(super) fn deeper<T>(&mut self, f: impl FnOnce(&mut Self) -> Parsed<T>) -> Parsed<T> {
        if self.depth >= MAX_DEPTH {
            return Err(ParseError::Other("nested too deeply".to_owned()));
        }
        self.depth += 1;
        let result = f(self);
        self.depth -= 1;
        result
    }

    pub(super) fn unexpected(&self) -> ParseError {
        let token = match self.peek() {
            None => return ParseError::Incomplete(Open::Command),
            Some('\n') => "newline".to_owned(),
            Some(_) => {
                const OPS: &[&str] = &["&&", "||", ";;", ";&", "<<", ">>", "|", "&", ";", "(", ")", "<", ">"];
                match OPS.iter().find(|op| self.at(op)) {
                    Some(op) => (*op).to_owned(),
                    None => self.src[self.pos..].iter().take_while(|c| !META.contains(**c)).collect(),
                }
            }
        };
        ParseError::Unexpected { token, line: self.line }
    }

    /// Commands up to one of the reserved words, a closing parenthesis or the end.
    pub(super) fn list(&mut self, stops: &[&'static str]) -> Parsed<Rc<Node>> {
        self.deeper(|p| p.list_inner(stops))
    }

    fn list_inner(&mut self, stops: &[&'static str]) -> Parsed<Rc<Node>> {
        let mut items = Vec::new();
        loop {
            self.newlines()?;
            if self.peek().is_none_or(|c| c == ')') || self.at(";;") || self.at(";&") || self.keyword(stops).is_some() {
                break;
            }
            let start = self.pos;
            let node = self.and_or()?;
            let text: String = self.src[start.min(self.pos)..self.pos].iter().collect();
            self.blanks();
            let background = self.peek() == Some('&') && self.peek_at(1) != Some('&');
            items.push(Item { node, background, text: Rc::from(text.trim()) });
            match self.peek() {
                Some('&') if background => drop(self.next()),
                Some(';') if !self.at(";;") && !self.at(";&") => drop(self.next()),
                Some('\n') | None => {}
                Some(')') => break,
                _ if self.at(";;") || self.at(";&") => break,
                _ => return Err(self.unexpected()),
            }
        }
        if items.len() == 1 && !items[0].background {
            return Ok(items.swap_remove(0).node);
        }
        Ok(Rc::new(Node::List(items)))
    }

    /// As [`Parser::list`], of at least one command.
    fn some_list(&mut self, stops: &[&'static str]) -> Parsed<Rc<Node>> {
        let node = self.list(stops)?;
        match &*node {
            Node::List(items) if items.is_empty() => Err(self.unexpected()),
            _ => Ok(node),
        }
    }

    fn and_or(&mut self) -> Parsed<Rc<Node>> {
        let first = self.pipeline()?;
        let mut rest = Vec::new();
        loop {
            self.blanks();
            let and = self.at("&&");
            if !and && !self.at("||") {
                break;
            }
            self.pos += 2;
            self.newlines()?;
            rest.push((and, self.pipeline()?));
        }
        Ok(if rest.is_empty() { first } else { Rc::new(Node::AndOr { first, rest }) })
    }

    fn pipeline(&mut self) -> Parsed<Rc<Node>> {
        self.blanks();
        if self.keyword(&["time"]).is_some() {
            self.eat("time");
            let node = self.deeper(Self::pipeline)?;
            return Ok(Rc::new(Node::Time(node)));
        }
        let mut negate = false;
        while self.keyword(&["!"]).is_some() {
            self.next();
            self.blanks();
            negate = !negate;
        }
        let (mut commands, mut both) = (vec![self.command()?], Vec::new());
        loop {
            self.blanks();
            if self.peek() != Some('|') || self.at("||") {
                break;
            }
            self.next();
            both.push(self.eat("&"));
            self.newlines()?;
            commands.push(self.command()?);
        }
        match commands.len() {
            1 if !negate => Ok(commands.swap_remove(0)),
            _ => Ok(Rc::new(Node::Pipeline { negate, commands, both })),
        }
    }

    fn command(&mut self) -> Parsed<Rc<Node>> {
        self.blanks();
        const STARTS: &[&str] = &["if", "for", "while", "until", "case", "{", "function", "[[", "select"];
        const STRAY: &[&str] = &["then", "else", "elif", "fi", "do", "done", "esac", "}", "in"];
        let node = match self.keyword(STARTS) {
            Some(word) => {
                self.eat(word);
                self.deeper(|p| p.compound(word))?
            }
            None if self.at("((") => match self.arith_command()? {
                Some(node) => node,
                None => self.subshell()?,
            },
            None if self.peek() == Some('(') => self.subshell()?,
            None if self.keyword(STRAY).is_some_and(|w| w != "in") => return Err(self.unexpected()),
            None => return self.simple(),
        };
        if matches!(node, Node::Function { .. }) {
            return Ok(Rc::new(node));
        }
        let mut redirs = Vec::new();
        while let Some(redir) = self.redirection()? {
            redirs.push(redir);
        }
        let node = Rc::new(node);
        Ok(if redirs.is_empty() { node } else { Rc::new(Node::Redirected { node, redirs }) })
    }
}
