//! Simple commands: assignments, words, aliases.

use super::{META, Parsed, Parser};
use crate::sh::ast::{Assign, Node, Simple, Value};
use crate::sh::words::here_word;
use std::rc::Rc;

const MAX_ALIASES: u32 = 32;

impl<'a> Parser<'a> {
    pub(super) fn simple(&mut self) -> Parsed<Rc<Node>> {
        let mut simple = Simple { line: self.line, ..Simple::default() };
        loop {
            self.blanks();
            if let Some(redir) = self.redirection()? {
                simple.redirs.push(redir);
                continue;
            }
            if simple.words.is_empty() {
                if let Some(assign) = self.assignment()? {
                    simple.assigns.push(assign);
                    continue;
                }
                if self.alias() {
                    continue;
                }
            }
            let start = self.pos;
            match self.word()? {
                Some(word) => {
                    let first = simple.words.is_empty() && simple.assigns.is_empty();
                    simple.words.push(word);
                    if first && self.peek() == Some('(') {
                        let name: String = self.src[start..self.pos].iter().collect();
                        let pos = self.pos;
                        self.next();
                        self.blanks();
                        if self.eat(")") {
                            return Ok(Rc::new(self.function(name)?));
                        }
                        self.pos = pos;
                        return Err(self.unexpected());
                    }
                }
                None => break,
            }
        }
        if simple.words.is_empty() && simple.assigns.is_empty() && simple.redirs.is_empty() {
            return Err(self.unexpected());
        }
        Ok(Rc::new(Node::Simple(simple)))
    }

    /// Puts an alias' text in the place of the word that stands here.
    fn alias(&mut self) -> bool {
        if self.aliases.is_empty() || self.expanded >= MAX_ALIASES {
            return false;
        }
        let word: String = self.src[self.pos..].iter().take_while(|c| !META.contains(**c)).collect();
        let Some(text) = self.aliases.get(&word) else { return false };
        // An alias whose text starts with its own name stands for itself.
        let again = text.split(' ').next() == Some(&word);
        self.expanded = if again { MAX_ALIASES } else { self.expanded + 1 };
        let end = self.pos + word.chars().count();
        self.src.splice(self.pos..end, text.chars());
        true
    }

    fn assignment(&mut self) -> Parsed<Option<Assign>> {
        let rest = &self.src[self.pos..];
        let length = rest.iter().take_while(|c| c.is_ascii_alphanumeric() || **c == '_').count();
        if length == 0 || rest[0].is_ascii_digit() {
            return Ok(None);
        }
        let name: String = rest[..length].iter().collect();
        let mut at = length;
        let mut index = None;
        if rest.get(at) == Some(&'[') {
            let inner: String = rest[at + 1..].iter().take_while(|c| !"]\n ".contains(**c)).collect();
            at += inner.chars().count() + 2;
            index = Some(inner);
        }
        let append = rest.get(at) == Some(&'+');
        if rest.get(at + usize::from(append)) != Some(&'=') {
            return Ok(None);
        }
        let index = index.map(|text| here_word(&text, self.depth)).transpose()?;
        self.pos += at + 1 + usize::from(append);
        let value = if self.eat("(") {
            let mut words = Vec::new();
            loop {
                self.newlines()?;
                match self.word()? {
                    Some(word) => words.push(word),
                    None if self.eat(")") => break,
                    None => return Err(self.unexpected()),
                }
            }
            Value::Many(words)
        } else {
            Value::One(self.word()?.unwrap_or_default())
        };
        Ok(Some(Assign { name, index, append, value }))
    }
}
