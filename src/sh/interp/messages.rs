//! What a shell says of itself and of programs that do not parse, each in its own manner.

use super::Interp;
use crate::sh::io::Io;
use crate::sh::parser::{Open, ParseError};

/// Whose manners a shell has: its messages, and what it expands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Flavor {
    Bash,
    /// Debian's `sh`.
    Dash,
    /// `sh` of busybox and Alpine.
    Ash,
}

impl Interp {
    /// `bash: `, `bash: line 1: `, `sh: 1: `: what messages begin with.
    pub fn prefix(&self) -> String {
        let name = if self.vars.name.contains('/') && !self.label.is_empty() { &self.label } else { &self.vars.name };
        let name = name.rsplit('/').next().unwrap_or("sh").trim_start_matches('-');
        match self.flavor {
            Flavor::Bash if self.interactive => format!("{name}: "),
            Flavor::Bash => {
                format!("{}: line {}: ", if self.script.is_some() { &self.vars.name } else { name }, self.line)
            }
            Flavor::Dash => format!("{name}: {}: ", self.line),
            Flavor::Ash => format!("{name}: "),
        }
    }

    pub(in crate::sh) fn complain(&self, io: &mut Io<'_>, text: &str) {
        io.err(&format!("{}{text}\n", self.prefix()));
    }

    /// The words for a program that does not parse.
    #[inline(never)]
    pub fn syntax_error(&self, error: &ParseError, text: &str) -> String {
        let name = &self.vars.name;
        let dash_c = if self.interactive || &*self.label != "-c" { "" } else { "-c: " };
        let line_of = |line: u32| if self.interactive { String::new() } else { format!("line {line}: ") };
        if self.flavor != Flavor::Bash {
            let what = match error {
                ParseError::Unexpected { token, .. } => format!("syntax error: unexpected \"{token}\""),
                ParseError::Incomplete(Open::Quote(_)) => "syntax error: unterminated quoted string".to_owned(),
                ParseError::Incomplete(_) => "syntax error: unexpected end of file".to_owned(),
                ParseError::Other(text) => text.clone(),
            };
            return format!("{}{what}\n", self.prefix());
        }
        match error {
            ParseError::Unexpected { token, line } => {
                let at = format!("{name}: {dash_c}{}", line_of(*line));
                let source = text.lines().nth(*line as usize - 1).unwrap_or("");
                let shown = if self.interactive { String::new() } else { format!("{at}`{source}'\n") };
                format!("{at}syntax error near unexpected token `{token}'\n{shown}")
            }
            ParseError::Incomplete(Open::Quote(q)) => {
                let line = text.lines().count().max(1) as u32;
                format!("{name}: {dash_c}{}unexpected EOF while looking for matching `{q}'\n", line_of(line))
            }
            ParseError::Incomplete(_) => {
                let line = text.lines().count() as u32 + 1;
                format!("{name}: {dash_c}{}syntax error: unexpected end of file\n", line_of(line))
            }
            ParseError::Other(text) => format!("{}{text}\n", self.prefix()),
        }
    }
}
