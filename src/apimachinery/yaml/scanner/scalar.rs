//! Scalars: plain, quoted and in blocks.

use super::chars::{is_blank, is_blankz, is_break, is_breakz};
use super::{Done, Scanner, Style, Tok, Token};
use crate::apimachinery::yaml::Mark;

impl Scanner {
    pub(super) fn fetch_plain(&mut self) -> Done {
        self.save_key()?;
        self.key_allowed = false;
        self.scan_plain()
    }

    pub(super) fn scan_block_scalar(&mut self, literal: bool) -> Done {
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

    pub(super) fn scan_flow_scalar(&mut self, quote: char) -> Done {
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
            let mut gap = Gap::default();
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
                        gap.broken = true;
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
            self.scan_gap(&mut gap, None)?;
            gap.join(&mut text);
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
        let (mut text, mut gap) = (String::new(), Gap::default());
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
                if gap.broken || !gap.spaces.is_empty() {
                    std::mem::take(&mut gap).join(&mut text);
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
            self.scan_gap(&mut gap, Some(indent))?;
            if !self.flow() && self.column() < indent {
                break;
            }
        }
        if gap.broken {
            self.key_allowed = true;
        }
        self.tokens.push_back(Token { tok: Tok::Scalar(text, Style::Plain), start, end });
        Ok(())
    }

    /// Takes the blanks and line breaks between two words; in a plain scalar no tab may stand before `indent`.
    fn scan_gap(&mut self, gap: &mut Gap, indent: Option<i64>) -> Done {
        while is_blank(self.here()) || is_break(self.here()) {
            if is_blank(self.here()) {
                if gap.broken && self.here() == '\t' && indent.is_some_and(|indent| self.column() < indent) {
                    return Err(self.error("found a tab character that violates indentation"));
                }
                if !gap.broken {
                    gap.spaces.push(self.here());
                }
                self.skip();
            } else if gap.broken {
                self.read_line(&mut gap.rest);
            } else {
                gap.spaces.clear();
                self.read_line(&mut gap.first);
                gap.broken = true;
            }
        }
        Ok(())
    }
}

/// What stands between two words of a scalar that may go over several lines.
#[derive(Default)]
struct Gap {
    /// A line ended in it.
    broken: bool,
    /// Blanks, where no line ended.
    spaces: String,
    /// The first line break, and those after it.
    first: String,
    rest: String,
}

impl Gap {
    /// Folds: one line break is a space, more are one less.
    fn join(&self, text: &mut String) {
        match (self.broken, self.first.starts_with('\n')) {
            (true, true) if self.rest.is_empty() => text.push(' '),
            (true, true) => text.push_str(&self.rest),
            (true, false) => {
                text.push_str(&self.first);
                text.push_str(&self.rest);
            }
            (false, _) => text.push_str(&self.spaces),
        }
    }
}
