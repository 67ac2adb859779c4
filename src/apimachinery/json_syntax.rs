//! What is wrong with a JSON text, in the words of Go's `encoding/json`.

/// Where the scanner is inside a map or a list.
#[derive(Clone, Copy, PartialEq)]
enum At {
    /// `{`: a key or the end.
    FirstKey,
    /// After a comma in a map: a key.
    Key,
    Colon,
    MapEnd,
    /// `[`: a value or the end.
    FirstElement,
    ListEnd,
    Value,
}

/// Checks that a text is one JSON value.
///
/// # Errors
/// The message of Go's scanner: `invalid character 'b' looking for beginning of object key string`.
pub fn check(text: &str) -> Result<(), String> {
    let chars: Vec<char> = text.chars().collect();
    scan(&mut Scanner { chars: &chars, at: 0 })
}

/// What is wrong with a text that is no JSON, with the offset that apimachinery's decoder adds.
pub fn error_with_offset(text: &str) -> String {
    let chars: Vec<char> = text.chars().collect();
    let mut scanner = Scanner { chars: &chars, at: 0 };
    match scan(&mut scanner) {
        Err(_) if scanner.at >= chars.len() => "unexpected EOF".into(),
        Err(why) => {
            let offset: usize = chars.iter().take(scanner.at + 1).map(|c| c.len_utf8()).sum();
            format!("json: offset {offset}: {why}")
        }
        Ok(()) => "json: invalid".into(),
    }
}

/// Reads one value; where it fails the scanner stands at the character that is wrong.
fn scan(scanner: &mut Scanner<'_>) -> Result<(), String> {
    // What comes after the value that is read next, innermost last.
    let mut stack: Vec<At> = Vec::new();
    let mut state = At::Value;
    loop {
        scanner.space();
        let c = scanner.peek()?;
        match (state, c) {
            (At::FirstKey, '}') | (At::MapEnd, '}') | (At::FirstElement, ']') | (At::ListEnd, ']') => scanner.at += 1,
            (At::FirstKey | At::Key, '"') => {
                scanner.string()?;
                state = At::Colon;
                continue;
            }
            (At::FirstKey | At::Key, c) => return invalid(c, "looking for beginning of object key string"),
            (At::Colon, ':') => {
                scanner.at += 1;
                stack.push(At::MapEnd);
                state = At::Value;
                continue;
            }
            (At::Colon, c) => return invalid(c, "after object key"),
            (At::MapEnd | At::ListEnd, ',') => {
                scanner.at += 1;
                if state == At::MapEnd {
                    state = At::Key;
                } else {
                    stack.push(At::ListEnd);
                    state = At::Value;
                }
                continue;
            }
            (At::MapEnd, c) => return invalid(c, "after object key:value pair"),
            (At::ListEnd, c) => return invalid(c, "after array element"),
            (At::Value | At::FirstElement, c) => {
                if state == At::FirstElement {
                    stack.push(At::ListEnd);
                }
                match c {
                    '{' | '[' => {
                        scanner.at += 1;
                        state = if c == '{' { At::FirstKey } else { At::FirstElement };
                        continue;
                    }
                    _ => scanner.scalar(c)?,
                }
            }
        }
        // A value is complete.
        match stack.pop() {
            Some(next) => state = next,
            None => return scanner.end(),
        }
    }
}

fn invalid(c: char, context: &str) -> Result<(), String> {
    Err(format!("invalid character {} {context}", quoted(c)))
}

/// As `quoteChar`.
fn quoted(c: char) -> String {
    match c {
        '\'' => r"'\''".into(),
        '"' => "'\"'".into(),
        '\n' => r"'\n'".into(),
        '\t' => r"'\t'".into(),
        '\r' => r"'\r'".into(),
        c if c.is_control() => format!("'\\x{:02x}'", u32::from(c)),
        c => format!("'{c}'"),
    }
}

struct Scanner<'a> {
    chars: &'a [char],
    at: usize,
}

impl Scanner<'_> {
    fn space(&mut self) {
        while matches!(self.chars.get(self.at), Some(' ' | '\t' | '\n' | '\r')) {
            self.at += 1;
        }
    }

    fn peek(&self) -> Result<char, String> {
        self.chars.get(self.at).copied().ok_or_else(|| "unexpected end of JSON input".to_owned())
    }

    fn end(&mut self) -> Result<(), String> {
        self.space();
        self.chars.get(self.at).map_or(Ok(()), |c| invalid(*c, "after top-level value"))
    }

    fn string(&mut self) -> Result<(), String> {
        self.at += 1;
        loop {
            let c = self.peek()?;
            self.at += 1;
            match c {
                '"' => return Ok(()),
                '\\' => {
                    let escape = self.peek()?;
                    self.at += 1;
                    match escape {
                        'u' => self.hex()?,
                        c if "\"\\/bfnrt".contains(c) => {}
                        c => {
                            self.at -= 1;
                            return invalid(c, "in string escape code");
                        }
                    }
                }
                c if c < ' ' => {
                    self.at -= 1;
                    return invalid(c, "in string literal");
                }
                _ => {}
            }
        }
    }

    fn hex(&mut self) -> Result<(), String> {
        for _ in 0..4 {
            let c = self.peek()?;
            if !c.is_ascii_hexdigit() {
                return invalid(c, "in \\u hexadecimal character escape");
            }
            self.at += 1;
        }
        Ok(())
    }

    fn scalar(&mut self, first: char) -> Result<(), String> {
        match first {
            '"' => self.string(),
            't' => self.literal("true"),
            'f' => self.literal("false"),
            'n' => self.literal("null"),
            '-' | '0'..='9' => self.number(),
            c => invalid(c, "looking for beginning of value"),
        }
    }

    fn literal(&mut self, word: &str) -> Result<(), String> {
        for want in word.chars() {
            let c = self.peek()?;
            if c != want {
                return invalid(c, &format!("in literal {word} (expecting '{want}')"));
            }
            self.at += 1;
        }
        Ok(())
    }

    fn digits(&mut self) -> usize {
        let from = self.at;
        while self.chars.get(self.at).is_some_and(char::is_ascii_digit) {
            self.at += 1;
        }
        self.at - from
    }

    fn number(&mut self) -> Result<(), String> {
        if self.peek()? == '-' {
            self.at += 1;
        }
        if self.peek()? == '0' {
            self.at += 1;
        } else if self.digits() == 0 {
            return invalid(self.peek()?, "in numeric literal");
        }
        if self.chars.get(self.at) == Some(&'.') {
            self.at += 1;
            if self.digits() == 0 {
                return invalid(self.peek()?, "after decimal point in numeric literal");
            }
        }
        if matches!(self.chars.get(self.at), Some('e' | 'E')) {
            self.at += 1;
            if matches!(self.chars.get(self.at), Some('+' | '-')) {
                self.at += 1;
            }
            if self.digits() == 0 {
                return invalid(self.peek()?, "in exponent of numeric literal");
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::{check, error_with_offset};

    #[test]
    fn errors_are_gos() {
        for (text, want) in [
            ("{bad", "invalid character 'b' looking for beginning of object key string"),
            ("", "unexpected end of JSON input"),
            ("{\"a\":1", "unexpected end of JSON input"),
            ("{\"a\" 1}", "invalid character '1' after object key"),
            ("{\"a\":1 \"b\":2}", "invalid character '\"' after object key:value pair"),
            ("[1 2]", "invalid character '2' after array element"),
            ("[1,]", "invalid character ']' looking for beginning of value"),
            ("{\"a\":1,}", "invalid character '}' looking for beginning of object key string"),
            ("tru3", "invalid character '3' in literal true (expecting 'e')"),
            ("{} x", "invalid character 'x' after top-level value"),
            ("\"a\nb\"", "invalid character '\\n' in string literal"),
            ("xyz", "invalid character 'x' looking for beginning of value"),
            ("-x", "invalid character 'x' in numeric literal"),
        ] {
            assert_eq!(check(text), Err(want.to_owned()), "{text}");
        }
        assert_eq!(
            error_with_offset("{bad"),
            "json: offset 2: invalid character 'b' looking for beginning of object key string"
        );
        assert_eq!(error_with_offset("{\"a\":"), "unexpected EOF");
        for text in ["{}", "[]", " {\"a\":[1,-2.5e3,{\"b\":null}],\"c\":\"\\u00e9\"} ", "0", "[[],[]]"] {
            assert_eq!(check(text), Ok(()), "{text}");
        }
    }
}
