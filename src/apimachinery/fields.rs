//! Field selectors: `status.phase=Running,metadata.name!=web`. Models `apimachinery/pkg/fields`.

use std::fmt;

/// One term: the field, the value, and whether they must differ.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Requirement {
    pub field: String,
    pub not: bool,
    pub value: String,
}

/// All of these must hold. The empty selector matches everything.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Selector {
    pub requirements: Vec<Requirement>,
}

impl Selector {
    /// Reads the text of a `fieldSelector` parameter. The error is the server's.
    pub fn parse(text: &str) -> Result<Self, String> {
        let mut requirements = Vec::new();
        for term in split_terms(text) {
            if term.is_empty() {
                continue;
            }
            let (field, not, raw) =
                split_term(&term).ok_or_else(|| format!("invalid selector: '{text}'; can't understand '{term}'"))?;
            requirements.push(Requirement { field: field.to_owned(), not, value: unescape(raw)? });
        }
        Ok(Self { requirements })
    }

    pub fn is_empty(&self) -> bool {
        self.requirements.is_empty()
    }

    /// `get` returns a field's value; the server rejects fields it does not know before this.
    pub fn matches(&self, get: impl Fn(&str) -> Option<String>) -> bool {
        self.requirements.iter().all(|r| (get(&r.field).unwrap_or_default() == r.value) != r.not)
    }
}

/// Commas part terms; a backslash keeps the next character as it is.
fn split_terms(text: &str) -> Vec<String> {
    let (mut terms, mut term, mut escaped) = (Vec::new(), String::new(), false);
    for c in text.chars() {
        match c {
            _ if escaped => {
                escaped = false;
                term.push(c);
            }
            '\\' => {
                escaped = true;
                term.push(c);
            }
            ',' => terms.push(std::mem::take(&mut term)),
            _ => term.push(c),
        }
    }
    terms.push(term);
    terms
}

fn split_term(term: &str) -> Option<(&str, bool, &str)> {
    for (at, _) in term.char_indices() {
        let rest = &term[at..];
        for (operator, not) in [("!=", true), ("==", false), ("=", false)] {
            if let Some(value) = rest.strip_prefix(operator) {
                return Some((&term[..at], not, value));
            }
        }
    }
    None
}

fn unescape(text: &str) -> Result<String, String> {
    let (mut out, mut escaped) = (String::new(), false);
    for c in text.chars() {
        match c {
            '\\' | ',' | '=' if escaped => {
                escaped = false;
                out.push(c);
            }
            _ if escaped => return Err(format!("invalid field selector: invalid escape sequence: \\{c}")),
            '\\' => escaped = true,
            ',' | '=' => return Err(format!("invalid field selector: unescaped character in value: {c}")),
            _ => out.push(c),
        }
    }
    if escaped { Err("invalid field selector: invalid escape sequence: ".to_owned()) } else { Ok(out) }
}

impl fmt::Display for Selector {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (i, r) in self.requirements.iter().enumerate() {
            let comma = if i == 0 { "" } else { "," };
            let value = r.value.replace('\\', "\\\\").replace(',', "\\,").replace('=', "\\=");
            write!(f, "{comma}{}{}{value}", r.field, if r.not { "!=" } else { "=" })?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn terms_are_read_and_errors_worded() {
        let s = Selector::parse("status.phase!=Running,spec.nodeName==n").unwrap();
        assert_eq!(s.to_string(), "status.phase!=Running,spec.nodeName=n");
        assert!(s.matches(|f| Some(if f == "status.phase" { "Pending" } else { "n" }.to_owned())));
        assert_eq!(
            Selector::parse("metadata.name").unwrap_err(),
            "invalid selector: 'metadata.name'; can't understand 'metadata.name'"
        );
    }
}
