//! The tokens of a template. Models `text/template/parse/lex.go`.

/// A token and the byte it begins at.
#[derive(Clone, Debug, PartialEq)]
pub struct Token {
    pub kind: Kind,
    pub text: String,
    pub at: usize,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Outside of actions.
    Text,
    Open,
    Close,
    /// `.name`, without the dot.
    Field,
    /// `$` or `$name`
    Variable,
    Word,
    Number,
    /// A string or a character, decoded.
    Str,
    Char,
    Dot,
    Space,
    Pipe,
    LeftParen,
    RightParen,
    Comma,
    Assign,
    Declare,
    End,
}

const SPACE: [char; 4] = [' ', '\t', '\r', '\n'];

/// The tokens, the last one [`Kind::End`]. The error is a text and where it stands.
pub fn lex(text: &str) -> Result<Vec<Token>, (String, usize)> {
    let mut lexer = Lexer { text, at: 0, out: Vec::new() };
    let mut trim = false;
    loop {
        let rest = lexer.rest();
        let Some(open) = rest.find("{{") else {
            let plain = if trim { rest.trim_start_matches(SPACE) } else { rest };
            lexer.plain(plain);
            lexer.at = text.len();
            lexer.push(Kind::End, "");
            return Ok(lexer.out);
        };
        let (plain, after) = rest.split_at(open);
        let after = after.get(2..).unwrap_or("");
        let trims_before = after.strip_prefix('-').is_some_and(|a| a.starts_with(SPACE));
        let plain = if trim { plain.trim_start_matches(SPACE) } else { plain };
        lexer.plain(if trims_before { plain.trim_end_matches(SPACE) } else { plain });
        lexer.at += open;
        let start = lexer.at;
        lexer.at += if trims_before { 3 } else { 2 };
        let inside = lexer.rest().trim_start_matches(SPACE);
        if inside.starts_with("/*") && (trims_before || lexer.rest().starts_with("/*")) {
            trim = lexer.comment(start)?;
            continue;
        }
        lexer.out.push(Token { kind: Kind::Open, text: "{{".into(), at: start });
        trim = lexer.action()?;
    }
}

struct Lexer<'a> {
    text: &'a str,
    at: usize,
    out: Vec<Token>,
}

impl<'a> Lexer<'a> {
    fn rest(&self) -> &'a str {
        self.text.get(self.at..).unwrap_or("")
    }

    fn push(&mut self, kind: Kind, text: &str) {
        self.out.push(Token { kind, text: text.to_owned(), at: self.at });
    }

    fn plain(&mut self, text: &str) {
        if !text.is_empty() {
            self.push(Kind::Text, text);
        }
    }

    /// Passes over a comment; true where what follows is trimmed.
    fn comment(&mut self, start: usize) -> Result<bool, (String, usize)> {
        let Some(end) = self.rest().find("*/") else { return Err(("unclosed comment".into(), start)) };
        self.at += end + 2;
        let rest = self.rest();
        let (trims, length) = match rest.trim_start_matches(SPACE).strip_prefix("-}}") {
            Some(after) => (true, rest.len() - after.len()),
            None if rest.starts_with("}}") => (false, 2),
            None => return Err(("comment ends before closing delimiter".into(), start)),
        };
        self.at += length;
        Ok(trims)
    }

    /// The tokens up to `}}`; true where what follows is trimmed.
    fn action(&mut self) -> Result<bool, (String, usize)> {
        let mut open = 0usize;
        loop {
            let rest = self.rest();
            let Some(c) = rest.chars().next() else { return Err(("unclosed action".into(), self.at)) };
            if open == 0 && rest.starts_with("}}") {
                self.push(Kind::Close, "}}");
                self.at += 2;
                return Ok(false);
            }
            let blanks = rest.len() - rest.trim_start_matches(SPACE).len();
            if blanks > 0 {
                let trims = rest.get(blanks..).is_some_and(|r| r.starts_with("-}}"));
                if trims {
                    self.at += blanks;
                    self.push(Kind::Close, "-}}");
                    self.at += 3;
                    return Ok(true);
                }
                self.push(Kind::Space, " ");
                self.at += blanks;
                continue;
            }
            let simple = match c {
                '|' => Some(Kind::Pipe),
                ',' => Some(Kind::Comma),
                '=' => Some(Kind::Assign),
                '(' => Some(Kind::LeftParen),
                ')' => Some(Kind::RightParen),
                _ => None,
            };
            if let Some(kind) = simple {
                match kind {
                    Kind::LeftParen => open += 1,
                    Kind::RightParen if open == 0 => return Err(("unexpected right paren".into(), self.at)),
                    Kind::RightParen => open -= 1,
                    _ => {}
                }
                self.push(kind, &c.to_string());
                self.at += 1;
            } else if rest.starts_with(":=") {
                self.push(Kind::Declare, ":=");
                self.at += 2;
            } else {
                self.longer(c)?;
            }
        }
    }

    fn longer(&mut self, c: char) -> Result<(), (String, usize)> {
        let rest = self.rest();
        let is_name = |c: char| c.is_alphanumeric() || c == '_';
        let name = |from: usize| {
            let tail = rest.get(from..).unwrap_or("");
            let end = tail.find(|c| !is_name(c)).unwrap_or(tail.len());
            tail.get(..end).unwrap_or("")
        };
        let (kind, text, length) = match c {
            '"' | '\'' => {
                let (text, length) = quoted(rest, c).map_err(|why| (why, self.at))?;
                (if c == '"' { Kind::Str } else { Kind::Char }, text, length)
            }
            '`' => match rest.get(1..).and_then(|r| r.find('`')) {
                Some(end) => (Kind::Str, rest.get(1..=end).unwrap_or("").to_owned(), end + 2),
                None => return Err(("unterminated raw quoted string".into(), self.at)),
            },
            '.' if !rest.get(1..).is_some_and(|r| r.starts_with(|c: char| c.is_ascii_digit())) => {
                let field = name(1);
                (if field.is_empty() { Kind::Dot } else { Kind::Field }, field.to_owned(), field.len() + 1)
            }
            '$' => (Kind::Variable, format!("${}", name(1)), name(1).len() + 1),
            '+' | '-' | '.' | '0'..='9' => {
                let more = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '_');
                let end = rest.get(1..).map_or(0, |r| r.find(|c| !more(c)).unwrap_or(r.len())) + 1;
                (Kind::Number, rest.get(..end).unwrap_or("").to_owned(), end)
            }
            c if is_name(c) => (Kind::Word, name(0).to_owned(), name(0).len()),
            c => return Err((format!("unexpected {c:?} in operand"), self.at)),
        };
        let is_value = matches!(kind, Kind::Word | Kind::Field | Kind::Variable);
        self.push(kind, &text);
        self.at += length;
        let next = self.rest().chars().next();
        let ends = |c: char| SPACE.contains(&c) || matches!(c, '.' | ',' | '|' | ':' | '=' | ')' | '(' | '}');
        match next {
            Some(c) if is_value && !ends(c) => Err((format!("bad character {}", unicode(c)), self.at)),
            _ => Ok(()),
        }
    }
}

fn unicode(c: char) -> String {
    format!("U+{:04X} {c:?}", c as u32)
}

/// A quoted text, decoded, and its length in the source.
fn quoted(rest: &str, quote: char) -> Result<(String, usize), String> {
    let what = if quote == '"' { "unterminated quoted string" } else { "unterminated character constant" };
    let mut out = String::new();
    let mut letters = rest.char_indices().skip(1);
    while let Some((at, c)) = letters.next() {
        match c {
            '\\' => match letters.next() {
                Some((_, 'n')) => out.push('\n'),
                Some((_, 't')) => out.push('\t'),
                Some((_, 'r')) => out.push('\r'),
                Some((_, c @ ('\\' | '"' | '\''))) => out.push(c),
                Some((_, 'u')) => {
                    let hex: String = letters.by_ref().take(4).map(|(_, c)| c).collect();
                    match u32::from_str_radix(&hex, 16).ok().and_then(char::from_u32) {
                        Some(c) => out.push(c),
                        None => return Err("invalid syntax".to_owned()),
                    }
                }
                Some(_) => return Err("invalid syntax".to_owned()),
                None => return Err(what.to_owned()),
            },
            '\n' => return Err(what.to_owned()),
            c if c == quote => return Ok((out, at + 1)),
            c => out.push(c),
        }
    }
    Err(what.to_owned())
}
