//! The text under the scanner: classes of characters, and moving through them.

use super::Scanner;

pub(in crate::apimachinery::yaml) fn is_break(c: char) -> bool {
    matches!(c, '\r' | '\n' | '\u{85}' | '\u{2028}' | '\u{2029}')
}

pub(super) fn is_blank(c: char) -> bool {
    matches!(c, ' ' | '\t')
}

/// What `is_blankz` of libyaml covers; the end of the text reads as NUL.
pub(super) fn is_blankz(c: char) -> bool {
    c == '\0' || is_blank(c) || is_break(c)
}

pub(super) fn is_breakz(c: char) -> bool {
    c == '\0' || is_break(c)
}

pub(super) fn is_word(c: char) -> bool {
    c.is_ascii_alphanumeric() || c == '_' || c == '-'
}

impl Scanner {
    pub(super) fn look(&self, ahead: usize) -> char {
        self.chars.get(self.at.index + ahead).copied().unwrap_or('\0')
    }

    pub(super) fn here(&self) -> char {
        self.look(0)
    }

    pub(super) fn at_end(&self) -> bool {
        self.at.index >= self.chars.len()
    }

    pub(super) fn skip(&mut self) {
        self.at.index += 1;
        self.at.column += 1;
    }

    pub(super) fn skip_line(&mut self) {
        self.at.index += if self.here() == '\r' && self.look(1) == '\n' { 2 } else { 1 };
        self.at.column = 0;
        self.at.line += 1;
    }

    /// Takes a line break and appends it as it counts in a scalar.
    pub(super) fn read_line(&mut self, to: &mut String) {
        to.push(match self.here() {
            c @ ('\u{2028}' | '\u{2029}') => c,
            _ => '\n',
        });
        self.skip_line();
    }

    pub(super) fn column(&self) -> i64 {
        self.at.column as i64
    }

    pub(super) fn at_document_indicator(&self, c: char) -> bool {
        self.at.column == 0 && (0..3).all(|i| self.look(i) == c) && is_blankz(self.look(3))
    }

    pub(super) fn skip_to_token(&mut self) {
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
}
