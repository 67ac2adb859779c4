//! From characters to tokens: indentation becomes block starts and ends. Models libyaml's scanner as go-yaml v2 ports it.

mod chars;
mod scalar;
mod structure;

use super::{Error, Mark};
use chars::{is_blank, is_blankz};
use std::collections::VecDeque;
use structure::SimpleKey;

/// How a scalar was written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Style {
    Plain,
    SingleQuoted,
    DoubleQuoted,
    Block,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Tok {
    StreamEnd,
    Directive,
    DocumentStart,
    DocumentEnd,
    BlockSequenceStart,
    BlockMappingStart,
    BlockEnd,
    FlowSequenceStart,
    FlowSequenceEnd,
    FlowMappingStart,
    FlowMappingEnd,
    BlockEntry,
    FlowEntry,
    Key,
    Value,
    Alias(String),
    Anchor(String),
    /// The whole tag with its handle resolved: `tag:yaml.org,2002:str`, `!x`.
    Tag(String),
    Scalar(String, Style),
}

#[derive(Clone, Debug)]
pub(super) struct Token {
    pub tok: Tok,
    pub start: Mark,
    pub end: Mark,
}

pub(super) struct Scanner {
    chars: Vec<char>,
    at: Mark,
    tokens: VecDeque<Token>,
    taken: usize,
    indent: i64,
    indents: Vec<i64>,
    keys: Vec<SimpleKey>,
    key_allowed: bool,
    ended: bool,
}

type Done = Result<(), Error>;

impl Scanner {
    pub fn new(text: &str) -> Result<Self, Error> {
        let chars: Vec<char> = text.chars().collect();
        let allowed = |c: char| {
            matches!(c, '\t' | '\n' | '\r' | ' '..='~' | '\u{85}' | '\u{a0}'..='\u{d7ff}' | '\u{e000}'..='\u{fffd}'
                | '\u{10000}'..)
        };
        if !chars.iter().all(|c| allowed(*c)) {
            return Err(Error::plain("control characters are not allowed"));
        }
        Ok(Self {
            chars,
            at: Mark::default(),
            tokens: VecDeque::new(),
            taken: 0,
            indent: -1,
            indents: Vec::new(),
            keys: vec![SimpleKey::default()],
            key_allowed: true,
            ended: false,
        })
    }

    /// The next token, left in place.
    pub fn peek(&mut self) -> Result<&Token, Error> {
        self.fetch_more()?;
        self.tokens.front().ok_or_else(|| Error::plain("unknown problem parsing YAML content"))
    }

    pub fn take(&mut self) -> Result<Token, Error> {
        self.fetch_more()?;
        self.taken += 1;
        self.tokens.pop_front().ok_or_else(|| Error::plain("unknown problem parsing YAML content"))
    }

    fn error(&self, message: &str) -> Error {
        // Go says nothing of the first line.
        let line = if self.at.line == 0 { 0 } else { self.at.line + 1 };
        Error { message: message.into(), mark: self.at, line }
    }

    fn flow(&self) -> bool {
        self.keys.len() > 1
    }

    fn fetch_more(&mut self) -> Done {
        while !self.ended {
            if !self.tokens.is_empty() {
                // Only a key that may still turn out to be the first token makes reading on necessary.
                let taken = self.taken;
                let Some(i) = self.keys.iter().position(|k| k.possible && k.token == taken) else { break };
                if !self.key_is_valid(i)? {
                    break;
                }
            }
            self.fetch_next()?;
        }
        Ok(())
    }

    fn push(&mut self, tok: Tok, start: Mark) {
        self.tokens.push_back(Token { tok, start, end: self.at });
    }

    /// Takes `n` characters as one token.
    fn take_as(&mut self, tok: Tok, n: usize) {
        let start = self.at;
        (0..n).for_each(|_| self.skip());
        self.push(tok, start);
    }

    fn fetch_next(&mut self) -> Done {
        self.skip_to_token();
        self.unroll_indent(self.column());
        if self.at_end() {
            return self.fetch_end();
        }
        let c = self.here();
        let blank_next = is_blankz(self.look(1));
        match c {
            '%' if self.at.column == 0 => self.fetch_directive(),
            '-' if self.at_document_indicator('-') => self.fetch_document(Tok::DocumentStart),
            '.' if self.at_document_indicator('.') => self.fetch_document(Tok::DocumentEnd),
            '[' => self.fetch_flow_start(Tok::FlowSequenceStart),
            '{' => self.fetch_flow_start(Tok::FlowMappingStart),
            ']' => self.fetch_flow_end(Tok::FlowSequenceEnd),
            '}' => self.fetch_flow_end(Tok::FlowMappingEnd),
            ',' => {
                self.remove_key()?;
                self.key_allowed = true;
                self.take_as(Tok::FlowEntry, 1);
                Ok(())
            }
            '-' if blank_next => self.fetch_block_entry(),
            '?' if self.flow() || blank_next => self.fetch_key(),
            ':' if self.flow() || blank_next => self.fetch_value(),
            '*' | '&' => self.fetch_anchor(c),
            '!' => self.fetch_tag(),
            '|' | '>' if !self.flow() => {
                self.remove_key()?;
                self.key_allowed = true;
                self.scan_block_scalar(c == '|')
            }
            '\'' | '"' => {
                self.save_key()?;
                self.key_allowed = false;
                self.scan_flow_scalar(c)
            }
            '-' if !is_blank(self.look(1)) => self.fetch_plain(),
            '?' | ':' if !self.flow() && !blank_next => self.fetch_plain(),
            '-' | '?' | ':' | '#' | '|' | '>' | '%' | '@' | '`' => self.no_token(),
            c if is_blankz(c) => self.no_token(),
            _ => self.fetch_plain(),
        }
    }

    fn no_token(&self) -> Done {
        Err(self.error("found character that cannot start any token"))
    }
}
