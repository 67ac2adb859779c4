//! The text under the parser: characters, blanks, line ends, reserved words.

use super::{META, Parsed, Parser};

impl<'a> Parser<'a> {
    pub(in crate::sh) fn peek(&self) -> Option<char> {
        self.src.get(self.pos).copied()
    }

    pub(in crate::sh) fn peek_at(&self, n: usize) -> Option<char> {
        self.src.get(self.pos + n).copied()
    }

    pub(in crate::sh) fn next(&mut self) -> Option<char> {
        let c = self.peek()?;
        self.pos += 1;
        self.line += u32::from(c == '\n');
        Some(c)
    }

    pub(in crate::sh) fn at(&self, text: &str) -> bool {
        text.chars().enumerate().all(|(i, c)| self.peek_at(i) == Some(c))
    }

    pub(in crate::sh) fn eat(&mut self, text: &str) -> bool {
        let found = self.at(text);
        if found {
            for _ in text.chars() {
                self.next();
            }
        }
        found
    }

    /// Skips blanks, joined lines and comments.
    pub(super) fn blanks(&mut self) {
        loop {
            match self.peek() {
                Some(' ' | '\t') => drop(self.next()),
                Some('\r') if matches!(self.peek_at(1), Some('\n') | None) => drop(self.next()),
                Some('\\') if self.peek_at(1) == Some('\n') => {
                    self.next();
                    self.next();
                }
                Some('#') => {
                    while self.peek().is_some_and(|c| c != '\n') {
                        self.next();
                    }
                }
                _ => return,
            }
        }
    }

    pub(super) fn newlines(&mut self) -> Parsed<()> {
        loop {
            self.blanks();
            if !self.newline()? {
                return Ok(());
            }
        }
    }

    /// The reserved word that stands here as a whole, if it is one of these.
    pub(super) fn keyword(&self, words: &[&'static str]) -> Option<&'static str> {
        words.iter().copied().find(|w| self.at(w) && self.peek_at(w.chars().count()).is_none_or(|c| META.contains(c)))
    }

    pub(super) fn expect(&mut self, word: &'static str) -> Parsed<()> {
        self.newlines()?;
        match self.keyword(&[word]) {
            Some(_) => {
                self.eat(word);
                Ok(())
            }
            None => Err(self.unexpected()),
        }
    }

    pub(super) fn bare_word(&mut self) -> Parsed<String> {
        let mut name = String::new();
        while let Some(c) = self.peek().filter(|c| !META.contains(*c)) {
            name.push(c);
            self.next();
        }
        if name.is_empty() { Err(self.unexpected()) } else { Ok(name) }
    }
}
