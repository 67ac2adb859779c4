//! Indicators and indentation: what opens and closes collections, keys and documents.

use super::chars::{is_blankz, is_breakz, is_word};
use super::{Done, Scanner, Tok, Token};
use crate::apimachinery::yaml::{Error, Mark};

#[derive(Clone, Copy, Default)]
pub(super) struct SimpleKey {
    pub(super) possible: bool,
    pub(super) required: bool,
    pub(super) token: usize,
    pub(super) mark: Mark,
}

/// The nesting that go-yaml allows.
const MAX_DEPTH: usize = 10_000;

/// The longest key without `?`, in characters.
const MAX_KEY: usize = 1_024;

impl Scanner {
    pub(super) fn key_is_valid(&mut self, i: usize) -> Result<bool, Error> {
        let key = self.keys[i];
        if !key.possible {
            return Ok(false);
        }
        if key.mark.line < self.at.line || key.mark.index + MAX_KEY < self.at.index {
            if key.required {
                return Err(self.error("could not find expected ':'"));
            }
            self.keys[i].possible = false;
            return Ok(false);
        }
        Ok(true)
    }

    pub(super) fn save_key(&mut self) -> Done {
        let required = !self.flow() && self.indent == self.column();
        if self.key_allowed {
            let key = SimpleKey { possible: true, required, token: self.taken + self.tokens.len(), mark: self.at };
            self.remove_key()?;
            if let Some(last) = self.keys.last_mut() {
                *last = key;
            }
        }
        Ok(())
    }

    pub(super) fn remove_key(&mut self) -> Done {
        let Some(last) = self.keys.last_mut() else { return Ok(()) };
        let stays_open = last.possible && last.required;
        last.possible = false;
        if stays_open { Err(self.error("could not find expected ':'")) } else { Ok(()) }
    }

    fn roll_indent(&mut self, column: i64, number: Option<usize>, tok: Tok, mark: Mark) -> Done {
        if self.flow() || self.indent >= column {
            return Ok(());
        }
        self.indents.push(self.indent);
        self.indent = column;
        if self.indents.len() > MAX_DEPTH {
            return Err(self.error(&format!("exceeded max depth of {MAX_DEPTH}")));
        }
        let token = Token { tok, start: mark, end: mark };
        match number {
            Some(n) => self.tokens.insert(n.saturating_sub(self.taken).min(self.tokens.len()), token),
            None => self.tokens.push_back(token),
        }
        Ok(())
    }

    pub(super) fn unroll_indent(&mut self, column: i64) {
        if self.flow() {
            return;
        }
        while self.indent > column {
            self.push(Tok::BlockEnd, self.at);
            self.indent = self.indents.pop().unwrap_or(-1);
        }
    }

    pub(super) fn fetch_end(&mut self) -> Done {
        if self.at.column != 0 {
            self.at.column = 0;
            self.at.line += 1;
        }
        self.unroll_indent(-1);
        self.remove_key()?;
        self.key_allowed = false;
        self.push(Tok::StreamEnd, self.at);
        self.ended = true;
        Ok(())
    }

    /// `%YAML` and `%TAG` lines are accepted and change nothing; other directives are skipped too.
    pub(super) fn fetch_directive(&mut self) -> Done {
        self.unroll_indent(-1);
        self.remove_key()?;
        self.key_allowed = false;
        let start = self.at;
        while !is_breakz(self.here()) {
            self.skip();
        }
        self.push(Tok::Directive, start);
        Ok(())
    }

    pub(super) fn fetch_document(&mut self, tok: Tok) -> Done {
        self.unroll_indent(-1);
        self.remove_key()?;
        self.key_allowed = false;
        self.take_as(tok, 3);
        Ok(())
    }

    pub(super) fn fetch_flow_start(&mut self, tok: Tok) -> Done {
        self.save_key()?;
        self.keys.push(SimpleKey::default());
        if self.keys.len() > MAX_DEPTH {
            return Err(self.error(&format!("exceeded max depth of {MAX_DEPTH}")));
        }
        self.key_allowed = true;
        self.take_as(tok, 1);
        Ok(())
    }

    pub(super) fn fetch_flow_end(&mut self, tok: Tok) -> Done {
        self.remove_key()?;
        if self.flow() {
            self.keys.pop();
        }
        self.key_allowed = false;
        self.take_as(tok, 1);
        Ok(())
    }

    /// A block collection may begin here, where no flow collection is open.
    fn begin_block(&mut self, tok: Tok, what: &str) -> Done {
        if self.flow() {
            return Ok(());
        }
        if !self.key_allowed {
            return Err(self.error(&format!("{what} are not allowed in this context")));
        }
        self.roll_indent(self.column(), None, tok, self.at)
    }

    pub(super) fn fetch_block_entry(&mut self) -> Done {
        self.begin_block(Tok::BlockSequenceStart, "block sequence entries")?;
        self.remove_key()?;
        self.key_allowed = true;
        self.take_as(Tok::BlockEntry, 1);
        Ok(())
    }

    pub(super) fn fetch_key(&mut self) -> Done {
        self.begin_block(Tok::BlockMappingStart, "mapping keys")?;
        self.remove_key()?;
        self.key_allowed = !self.flow();
        self.take_as(Tok::Key, 1);
        Ok(())
    }

    pub(super) fn fetch_value(&mut self) -> Done {
        let top = self.keys.len() - 1;
        if self.key_is_valid(top)? {
            let key = self.keys[top];
            let token = Token { tok: Tok::Key, start: key.mark, end: key.mark };
            self.tokens.insert(key.token.saturating_sub(self.taken).min(self.tokens.len()), token);
            self.roll_indent(key.mark.column as i64, Some(key.token), Tok::BlockMappingStart, key.mark)?;
            self.keys[top].possible = false;
            self.key_allowed = false;
        } else {
            self.begin_block(Tok::BlockMappingStart, "mapping values")?;
            self.key_allowed = !self.flow();
        }
        self.take_as(Tok::Value, 1);
        Ok(())
    }

    pub(super) fn fetch_anchor(&mut self, c: char) -> Done {
        self.save_key()?;
        self.key_allowed = false;
        let start = self.at;
        self.skip();
        let mut name = String::new();
        while is_word(self.here()) {
            name.push(self.here());
            self.skip();
        }
        let next = self.here();
        if name.is_empty() || !(is_blankz(next) || "?:,]}%@`".contains(next)) {
            return Err(self.error("did not find expected alphabetic or numeric character"));
        }
        self.push(if c == '*' { Tok::Alias(name) } else { Tok::Anchor(name) }, start);
        Ok(())
    }

    pub(super) fn fetch_tag(&mut self) -> Done {
        self.save_key()?;
        self.key_allowed = false;
        let start = self.at;
        let mut text = String::new();
        if self.look(1) == '<' {
            self.skip();
            self.skip();
            while !is_blankz(self.here()) && self.here() != '>' {
                text.push(self.here());
                self.skip();
            }
            if self.here() != '>' {
                return Err(self.error("did not find the expected '>'"));
            }
            self.skip();
        } else {
            while !is_blankz(self.here()) && !(self.flow() && matches!(self.here(), ',' | '[' | ']' | '{' | '}')) {
                text.push(self.here());
                self.skip();
            }
            if let Some(suffix) = text.strip_prefix("!!") {
                text = format!("tag:yaml.org,2002:{suffix}");
            }
        }
        if !is_blankz(self.here()) && !(self.flow() && self.here() == ',') {
            return Err(self.error("did not find expected whitespace or line break"));
        }
        self.push(Tok::Tag(text), start);
        Ok(())
    }
}
