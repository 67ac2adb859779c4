//! From characters to tokens: indentation becomes block starts and ends. Models libyaml's scanner as go-yaml v2 ports it.

use super::{Error, Mark};
use std::collections::VecDeque;

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

#[derive(Clone, Copy, Default)]
struct SimpleKey {
    possible: bool,
    required: bool,
    token: usize,
    mark: Mark,
}

/// The nesting that go-yaml allows.
const MAX_DEPTH: usize = 10_000;
/// The longest key without `?`, in characters.
const MAX_KEY: usize = 1_024;

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

pub(super) fn is_break(c: char) -> bool {
    matches!(c, '\r' | '\n' | '\u{85}' | '\u{2028}' | '\u{2029}')
}
fn is_blank(c: char) -> bool {
    matches!(c, ' ' | '\t')
}
/// What `is_blankz` of libyaml covers; the end of the text reads as NUL.
fn is_blankz(c: char) -> bool {
    c == '\0' || is_blank(c) || is_break(c)
}
fn is_breakz(c: char) -> bool {
    c == '\0' || is_break(c)
}
fn is_word(c: char) -> bool {
    c.is_ascii_alphanumeric() || c == '_' || c == '-'
}

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
        Error { message: message.into(), mark: self.at, line: self.at.line + 1 }
    }

    fn look(&self, ahead: usize) -> char {
        self.chars.get(self.at.index + ahead).copied().unwrap_or('\0')
    }
    fn here(&self) -> char {
        self.look(0)
    }
    fn at_end(&self) -> bool {
        self.at.index >= self.chars.len()
    }
    fn skip(&mut self) {
        self.at.index += 1;
        self.at.column += 1;
    }
    fn skip_line(&mut self) {
        self.at.index += if self.here() == '\r' && self.look(1) == '\n' { 2 } else { 1 };
        self.at.column = 0;
        self.at.line += 1;
    }
    /// Takes a line break and appends it as it counts in a scalar.
    fn read_line(&mut self, to: &mut String) {
        to.push(match self.here() {
            c @ ('\u{2028}' | '\u{2029}') => c,
            _ => '\n',
        });
        self.skip_line();
    }
    fn flow(&self) -> bool {
        self.keys.len() > 1
    }
    fn column(&self) -> i64 {
        self.at.column as i64
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

    fn key_is_valid(&mut self, i: usize) -> Result<bool, Error> {
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

    fn save_key(&mut self) -> Done {
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

    fn remove_key(&mut self) -> Done {
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

    fn unroll_indent(&mut self, column: i64) {
        if self.flow() {
            return;
        }
        while self.indent > column {
            self.push(Tok::BlockEnd, self.at);
            self.indent = self.indents.pop().unwrap_or(-1);
        }
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

    fn at_document_indicator(&self, c: char) -> bool {
        self.at.column == 0 && (0..3).all(|i| self.look(i) == c) && is_blankz(self.look(3))
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

    fn skip_to_token(&mut self) {
        loop {
            if self.at.column == 0 && self.here() == '\u{feff}' {
                self.skip();
            }
            while self.here() == ' ' || (self.here() == '\t' && (self.flow() || !self.key_allowed)) {
                self.skip();
            }
            if self.here() == '#' {
                while !is_breakz(self.here()) {
                    self.skip();
                }
            }
            if !is_break(self.here()) {
                return;
            }
            self.skip_line();
            if !self.flow() {
                self.key_allowed = true;
            }
        }
    }

    fn fetch_end(&mut self) -> Done {
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
    fn fetch_directive(&mut self) -> Done {
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

    fn fetch_document(&mut self, tok: Tok) -> Done {
        self.unroll_indent(-1);
        self.remove_key()?;
        self.key_allowed = false;
        self.take_as(tok, 3);
        Ok(())
    }

    fn fetch_flow_start(&mut self, tok: Tok) -> Done {
        self.save_key()?;
        self.keys.push(SimpleKey::default());
        if self.keys.len() > MAX_DEPTH {
            return Err(self.error(&format!("exceeded max depth of {MAX_DEPTH}")));
        }
        self.key_allowed = true;
        self.take_as(tok, 1);
        Ok(())
    }

    fn fetch_flow_end(&mut self, tok: Tok) -> Done {
        self.remove_key()?;
        if self.flow() {
            self.keys.pop();
        }
        self.key_allowed = false;
        self.take_as(tok, 1);
        Ok(())
    }

    fn fetch_block_entry(&mut self) -> Done {
        if !self.flow() {
            if !self.key_allowed {
                return Err(self.error("block sequence entries are not allowed in this context"));
            }
            self.roll_indent(self.column(), None, Tok::BlockSequenceStart, self.at)?;
        }
        self.remove_key()?;
        self.key_allowed = true;
        self.take_as(Tok::BlockEntry, 1);
        Ok(())
    }

    fn fetch_key(&mut self) -> Done {
        if !self.flow() {
            if !self.key_allowed {
                return Err(self.error("mapping keys are not allowed in this context"));
            }
            self.roll_indent(self.column(), None, Tok::BlockMappingStart, self.at)?;
        }
        self.remove_key()?;
        self.key_allowed = !self.flow();
        self.take_as(Tok::Key, 1);
        Ok(())
    }

    fn fetch_value(&mut self) -> Done {
        let top = self.keys.len() - 1;
        if self.key_is_valid(top)? {
            let key = self.keys[top];
            let token = Token { tok: Tok::Key, start: key.mark, end: key.mark };
            self.tokens.insert(key.token.saturating_sub(self.taken).min(self.tokens.len()), token);
            self.roll_indent(key.mark.column as i64, Some(key.token), Tok::BlockMappingStart, key.mark)?;
            self.keys[top].possible = false;
            self.key_allowed = false;
        } else {
            if !self.flow() {
                if !self.key_allowed {
                    return Err(self.error("mapping values are not allowed in this context"));
                }
                self.roll_indent(self.column(), None, Tok::BlockMappingStart, self.at)?;
            }
            self.key_allowed = !self.flow();
        }
        self.take_as(Tok::Value, 1);
        Ok(())
    }

    fn fetch_anchor(&mut self, c: char) -> Done {
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

    fn fetch_tag(&mut self) -> Done {
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

    fn fetch_plain(&mut self) -> Done {
        self.save_key()?;
        self.key_allowed = false;
        self.scan_plain()
    }

    fn scan_block_scalar(&mut self, literal: bool) -> Done {
        let start = self.at;
        self.skip();
        let (mut chomp, mut increment) = (0, 0);
        for _ in 0..2 {
            match self.here() {
                '+' if chomp == 0 => chomp = 1,
                '-' if chomp == 0 => chomp = -1,
                '0' if increment == 0 => return Err(self.error("found an indentation indicator equal to 0")),
                c @ '1'..='9' if increment == 0 => increment = i64::from(c as u32 - '0' as u32),
                _ => break,
            }
            self.skip();
        }
        while is_blank(self.here()) {
            self.skip();
        }
        if self.here() == '#' {
            while !is_breakz(self.here()) {
                self.skip();
            }
        }
        if !is_breakz(self.here()) {
            return Err(self.error("did not find expected comment or line break"));
        }
        if is_break(self.here()) {
            self.skip_line();
        }
        let mut indent = match increment {
            0 => 0,
            n => self.indent.max(0) + n,
        };
        let (mut text, mut leading, mut trailing) = (String::new(), String::new(), String::new());
        let mut end = self.at;
        self.scan_block_breaks(&mut indent, &mut trailing, &mut end)?;
        let (mut leading_blank, mut trailing_blank);
        leading_blank = false;
        while self.column() == indent && !self.at_end() {
            trailing_blank = is_blank(self.here());
            if !literal && leading.starts_with('\n') && !leading_blank && !trailing_blank {
                if trailing.is_empty() {
                    text.push(' ');
                }
            } else {
                text.push_str(&leading);
            }
            leading.clear();
            text.push_str(&trailing);
            trailing.clear();
            leading_blank = is_blank(self.here());
            while !is_breakz(self.here()) {
                text.push(self.here());
                self.skip();
            }
            if is_break(self.here()) {
                self.read_line(&mut leading);
            }
            self.scan_block_breaks(&mut indent, &mut trailing, &mut end)?;
        }
        if chomp != -1 {
            text.push_str(&leading);
        }
        if chomp == 1 {
            text.push_str(&trailing);
        }
        self.tokens.push_back(Token { tok: Tok::Scalar(text, Style::Block), start, end });
        Ok(())
    }

    fn scan_block_breaks(&mut self, indent: &mut i64, breaks: &mut String, end: &mut Mark) -> Done {
        *end = self.at;
        let mut deepest = 0;
        loop {
            while (*indent == 0 || self.column() < *indent) && self.here() == ' ' {
                self.skip();
            }
            deepest = deepest.max(self.column());
            if (*indent == 0 || self.column() < *indent) && self.here() == '\t' {
                return Err(self.error("found a tab character where an indentation space is expected"));
            }
            if !is_break(self.here()) {
                break;
            }
            self.read_line(breaks);
            *end = self.at;
        }
        if *indent == 0 {
            *indent = deepest.max(self.indent + 1).max(1);
        }
        Ok(())
    }

    fn scan_flow_scalar(&mut self, quote: char) -> Done {
        let start = self.at;
        self.skip();
        let mut text = String::new();
        loop {
            if self.at_document_indicator('-') || self.at_document_indicator('.') {
                return Err(self.error("found unexpected document indicator"));
            }
            if self.at_end() {
                return Err(self.error("found unexpected end of stream"));
            }
            let mut leading_blanks = false;
            while !is_blankz(self.here()) {
                match self.here() {
                    '\'' if quote == '\'' && self.look(1) == '\'' => {
                        text.push('\'');
                        self.skip();
                        self.skip();
                    }
                    c if c == quote => break,
                    '\\' if quote == '"' && is_break(self.look(1)) => {
                        self.skip();
                        self.skip_line();
                        leading_blanks = true;
                        break;
                    }
                    '\\' if quote == '"' => self.scan_escape(&mut text)?,
                    c => {
                        text.push(c);
                        self.skip();
                    }
                }
            }
            if self.here() == quote {
                break;
            }
            let (mut spaces, mut first, mut rest) = (String::new(), String::new(), String::new());
            while is_blank(self.here()) || is_break(self.here()) {
                if is_blank(self.here()) {
                    if !leading_blanks {
                        spaces.push(self.here());
                    }
                    self.skip();
                } else if leading_blanks {
                    self.read_line(&mut rest);
                } else {
                    spaces.clear();
                    self.read_line(&mut first);
                    leading_blanks = true;
                }
            }
            join(&mut text, leading_blanks, &spaces, &first, &rest);
        }
        self.skip();
        let style = if quote == '"' { Style::DoubleQuoted } else { Style::SingleQuoted };
        self.push(Tok::Scalar(text, style), start);
        Ok(())
    }

    fn scan_escape(&mut self, text: &mut String) -> Done {
        let digits = match self.look(1) {
            'x' => 2,
            'u' => 4,
            'U' => 8,
            c => {
                text.push(match c {
                    '0' => '\0',
                    'a' => '\x07',
                    'b' => '\x08',
                    't' | '\t' => '\t',
                    'n' => '\n',
                    'v' => '\x0b',
                    'f' => '\x0c',
                    'r' => '\r',
                    'e' => '\x1b',
                    ' ' | '"' | '\'' | '/' | '\\' => c,
                    'N' => '\u{85}',
                    '_' => '\u{a0}',
                    'L' => '\u{2028}',
                    'P' => '\u{2029}',
                    _ => return Err(self.error("found unknown escape character")),
                });
                self.skip();
                self.skip();
                return Ok(());
            }
        };
        self.skip();
        self.skip();
        let mut code = 0u32;
        for i in 0..digits {
            let Some(d) = self.look(i).to_digit(16) else {
                return Err(self.error("did not find expected hexdecimal number"));
            };
            code = code.wrapping_mul(16).wrapping_add(d);
        }
        match char::from_u32(code) {
            Some(c) => text.push(c),
            None => return Err(self.error("found invalid Unicode character escape code")),
        }
        (0..digits).for_each(|_| self.skip());
        Ok(())
    }

    fn scan_plain(&mut self) -> Done {
        let start = self.at;
        let mut end = self.at;
        let indent = self.indent + 1;
        let (mut text, mut spaces, mut first, mut rest) = (String::new(), String::new(), String::new(), String::new());
        let mut leading_blanks = false;
        loop {
            if self.at_document_indicator('-') || self.at_document_indicator('.') || self.here() == '#' {
                break;
            }
            let before = self.at.index;
            while !is_blankz(self.here()) {
                let c = self.here();
                let ends = (c == ':' && is_blankz(self.look(1)))
                    || (self.flow() && matches!(c, ',' | '?' | '[' | ']' | '{' | '}'));
                if ends {
                    break;
                }
                if leading_blanks || !spaces.is_empty() {
                    join(&mut text, leading_blanks, &spaces, &first, &rest);
                    leading_blanks = false;
                    (spaces, first, rest) = Default::default();
                }
                text.push(c);
                self.skip();
            }
            if self.at.index != before {
                end = self.at;
            }
            if !(is_blank(self.here()) || is_break(self.here())) {
                break;
            }
            while is_blank(self.here()) || is_break(self.here()) {
                if is_blank(self.here()) {
                    if leading_blanks && self.column() < indent && self.here() == '\t' {
                        return Err(self.error("found a tab character that violates indentation"));
                    }
                    if !leading_blanks {
                        spaces.push(self.here());
                    }
                    self.skip();
                } else if leading_blanks {
                    self.read_line(&mut rest);
                } else {
                    spaces.clear();
                    self.read_line(&mut first);
                    leading_blanks = true;
                }
            }
            if !self.flow() && self.column() < indent {
                break;
            }
        }
        if leading_blanks {
            self.key_allowed = true;
        }
        self.tokens.push_back(Token { tok: Tok::Scalar(text, Style::Plain), start, end });
        Ok(())
    }
}

/// Folds the blanks between two words of a flow scalar: one line break is a space, more are one less.
fn join(text: &mut String, leading_blanks: bool, spaces: &str, first: &str, rest: &str) {
    match (leading_blanks, first.starts_with('\n')) {
        (true, true) if rest.is_empty() => text.push(' '),
        (true, true) => text.push_str(rest),
        (true, false) => {
            text.push_str(first);
            text.push_str(rest);
        }
        (false, _) => text.push_str(spaces),
    }
}
