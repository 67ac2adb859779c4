//! Redirections and here-documents.

use super::{Open, ParseError, Parsed, Parser};
use crate::sh::ast::{Part, Redir, RedirKind, Word};
use crate::sh::words::here_word;
use std::cell::OnceCell;
use std::rc::Rc;

/// A here-document whose text has not come yet.
pub(super) struct Here {
    body: Rc<OnceCell<Word>>,
    end: String,
    quoted: bool,
    strip: bool,
}

impl<'a> Parser<'a> {
    pub(super) fn redirection(&mut self) -> Parsed<Option<Redir>> {
        self.blanks();
        let digits = self.src[self.pos..].iter().take_while(|c| c.is_ascii_digit()).count();
        if !matches!(self.peek_at(digits), Some('<' | '>')) && !self.at("&>") {
            return Ok(None);
        }
        let number: String = self.src[self.pos..self.pos + digits].iter().collect();
        let fd = match number.parse::<u32>() {
            Ok(fd) if fd < 1024 => Some(fd),
            Err(_) if digits == 0 => None,
            _ => return Err(self.unexpected()),
        };
        self.pos += digits;
        const OPS: &[(&str, u32)] = &[
            ("&>>", 1),
            ("&>", 1),
            ("<<<", 0),
            ("<<-", 0),
            ("<<", 0),
            ("<&", 0),
            ("<>", 0),
            (">>", 1),
            (">&", 1),
            (">|", 1),
            ("<", 0),
            (">", 1),
        ];
        let Some((op, standard)) = OPS.iter().find(|(op, _)| self.at(op)) else { return Err(self.unexpected()) };
        self.eat(op);
        self.blanks();
        let fd = fd.unwrap_or(*standard);
        let start = self.pos;
        let Some(target) = self.word()? else { return Err(self.unexpected()) };
        let kind = match *op {
            "<" => RedirKind::Read,
            ">" | ">|" => RedirKind::Write,
            ">>" => RedirKind::Append,
            "<>" => RedirKind::ReadWrite,
            "&>" => RedirKind::Both { append: false },
            "&>>" => RedirKind::Both { append: true },
            ">&" if digits == 0 && target.literal().is_some_and(|t| t != "-" && t.parse::<u32>().is_err()) => {
                RedirKind::Both { append: false }
            }
            ">&" | "<&" => RedirKind::Dup,
            "<<<" => RedirKind::HereString,
            _ => {
                let raw: String = self.src[start..self.pos].iter().collect();
                let quoted = raw.contains(['\'', '"', '\\']);
                let end = target.literal().unwrap_or(raw);
                let body = Rc::new(OnceCell::new());
                self.here.push(Here { body: body.clone(), end, quoted, strip: *op == "<<-" });
                RedirKind::Here { body }
            }
        };
        Ok(Some(Redir { fd, kind, target }))
    }

    /// Takes a line's end, and the here-documents that follow it.
    pub(super) fn newline(&mut self) -> Parsed<bool> {
        if self.peek() != Some('\n') {
            return Ok(false);
        }
        self.next();
        for here in std::mem::take(&mut self.here) {
            self.here_body(here)?;
        }
        Ok(true)
    }

    fn here_body(&mut self, here: Here) -> Parsed<()> {
        let mut text = String::new();
        loop {
            if self.peek().is_none() {
                return Err(ParseError::Incomplete(Open::HereDoc));
            }
            let mut line = String::new();
            let mut ended = false;
            while let Some(c) = self.next() {
                if c == '\n' {
                    ended = true;
                    break;
                }
                line.push(c);
            }
            let line = if here.strip { line.trim_start_matches('\t') } else { &line };
            if line == here.end {
                break;
            }
            if !ended && self.peek().is_none() {
                return Err(ParseError::Incomplete(Open::HereDoc));
            }
            text.push_str(line);
            text.push('\n');
        }
        let word = match here.quoted {
            true => Word(vec![Part::Quoted(text)]),
            false => here_word(&text, self.depth)?,
        };
        let _ = here.body.set(word);
        Ok(())
    }
}
