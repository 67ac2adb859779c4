//! Why a text is not JSON, in the words of Go's `encoding/json`.

/// Why a text is not JSON, in Go's words with the offset that apimachinery adds.
pub fn syntax_error(text: &str) -> String {
    let mut scan = Scan { bytes: text.as_bytes(), at: 0, depth: 0 };
    match scan.value() {
        Err(Some((at, why))) => format!("json: offset {at}: {why}"),
        Err(None) => "unexpected EOF".into(),
        Ok(()) => "json: invalid".into(),
    }
}

/// Why a text is not JSON, as `encoding/json` says it.
pub fn plain_error(text: &str) -> String {
    let mut scan = Scan { bytes: text.as_bytes(), at: 0, depth: 0 };
    match scan.value() {
        Err(Some((_, why))) => why,
        Err(None) => "unexpected end of JSON input".into(),
        Ok(()) => match scan.rest() {
            Err(Some((_, why))) => why,
            _ => "json: invalid".into(),
        },
    }
}

/// Finds the first wrong byte. Errors: its offset and text, or None at the end of the text.
struct Scan<'a> {
    bytes: &'a [u8],
    at: usize,
    depth: usize,
}

type Scanned = Result<(), Option<(usize, String)>>;

impl Scan<'_> {
    fn blank(&mut self) {
        while matches!(self.bytes.get(self.at), Some(b' ' | b'\n' | b'\r' | b'\t')) {
            self.at += 1;
        }
    }
    fn wrong(&self, place: &str) -> Scanned {
        let Some(b) = self.bytes.get(self.at) else { return Err(None) };
        let shown = match *b {
            b'\'' => "'\\''".to_owned(),
            b'"' => "'\"'".to_owned(),
            b'\n' => "'\\n'".to_owned(),
            b => format!("'{}'", char::from(b)),
        };
        Err(Some((self.at + 1, format!("invalid character {shown} {place}"))))
    }
    fn rest(&mut self) -> Scanned {
        self.blank();
        self.wrong("after top-level value")
    }
    fn value(&mut self) -> Scanned {
        self.blank();
        self.depth += 1;
        if self.depth > 100 {
            return Err(Some((self.at, "exceeded max depth".into())));
        }
        let done = match self.bytes.get(self.at) {
            None => Err(None),
            Some(b'{') => self.members(),
            Some(b'[') => self.elements(),
            Some(b'"') => self.string(),
            Some(b'-' | b'0'..=b'9') => {
                while matches!(self.bytes.get(self.at), Some(b'-' | b'+' | b'.' | b'e' | b'E' | b'0'..=b'9')) {
                    self.at += 1;
                }
                Ok(())
            }
            Some(b't') => self.word("true"),
            Some(b'f') => self.word("false"),
            Some(b'n') => self.word("null"),
            Some(_) => self.wrong("looking for beginning of value"),
        };
        self.depth -= 1;
        done
    }
    fn word(&mut self, word: &str) -> Scanned {
        for (i, c) in word.bytes().enumerate() {
            if self.bytes.get(self.at) != Some(&c) {
                return if i == 0 {
                    self.wrong("looking for beginning of value")
                } else {
                    self.wrong(&format!("in literal {word} (expecting '{}')", char::from(c)))
                };
            }
            self.at += 1;
        }
        Ok(())
    }
    fn string(&mut self) -> Scanned {
        self.at += 1;
        loop {
            match self.bytes.get(self.at) {
                None => return Err(None),
                Some(b'"') => {
                    self.at += 1;
                    return Ok(());
                }
                Some(b'\\') => self.at += 2,
                Some(0..=0x1f) => return self.wrong("in string literal"),
                Some(_) => self.at += 1,
            }
        }
    }
    fn members(&mut self) -> Scanned {
        self.at += 1;
        self.blank();
        if self.bytes.get(self.at) == Some(&b'}') {
            self.at += 1;
            return Ok(());
        }
        loop {
            self.blank();
            if self.bytes.get(self.at) != Some(&b'"') {
                return self.wrong("looking for beginning of object key string");
            }
            self.string()?;
            self.blank();
            if self.bytes.get(self.at) != Some(&b':') {
                return self.wrong("after object key");
            }
            self.at += 1;
            self.value()?;
            self.blank();
            match self.bytes.get(self.at) {
                Some(b',') => self.at += 1,
                Some(b'}') => {
                    self.at += 1;
                    return Ok(());
                }
                _ => return self.wrong("after object key:value pair"),
            }
        }
    }
    fn elements(&mut self) -> Scanned {
        self.at += 1;
        self.blank();
        if self.bytes.get(self.at) == Some(&b']') {
            self.at += 1;
            return Ok(());
        }
        loop {
            self.value()?;
            self.blank();
            match self.bytes.get(self.at) {
                Some(b',') => self.at += 1,
                Some(b']') => {
                    self.at += 1;
                    return Ok(());
                }
                _ => return self.wrong("after array element"),
            }
        }
    }
}
