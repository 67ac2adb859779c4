//! Colours of a manifest in the editor: keys, strings, numbers, comments. By line and by eye, not a parser: it must do
//! something sensible with a file that is half typed. Pure.

/// What a stretch of a line is; the names are those of the style sheet.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ink {
    Plain,
    Key,
    Text,
    Number,
    Comment,
    Punctuation,
}

impl Ink {
    /// The class of the span, or None for plain text.
    pub fn class(self) -> Option<&'static str> {
        match self {
            Self::Plain => None,
            Self::Key => Some("y-key"),
            Self::Text => Some("y-str"),
            Self::Number => Some("y-num"),
            Self::Comment => Some("y-note"),
            Self::Punctuation => Some("y-punct"),
        }
    }
}

/// The stretches of one line; together they are the line.
pub fn line(text: &str) -> Vec<(Ink, &str)> {
    let mut out = Vec::new();
    let begin = text.len() - text.trim_start_matches([' ', '-', '\t']).len();
    push(&mut out, Ink::Punctuation, &text[..begin]);
    let rest = &text[begin..];
    if rest.starts_with('#') {
        push(&mut out, Ink::Comment, rest);
        return out;
    }
    let value = match key_end(rest) {
        Some(end) => {
            push(&mut out, Ink::Key, &rest[..end]);
            push(&mut out, Ink::Punctuation, &rest[end..end + 1]);
            &rest[end + 1..]
        }
        None => rest,
    };
    let (value, comment) = match value.find(" #") {
        Some(at) if !value[..at].contains('"') || value[..at].matches('"').count() % 2 == 0 => value.split_at(at),
        _ => (value, ""),
    };
    let blank = value.len() - value.trim_start().len();
    push(&mut out, Ink::Plain, &value[..blank]);
    let bare = value.trim();
    let ink = match bare.trim_end_matches(',') {
        "" => Ink::Plain,
        "{" | "}" | "[" | "]" | "{}" | "[]" | "|" | ">" | "|-" | "},{" | "---" => Ink::Punctuation,
        "true" | "false" | "null" | "~" => Ink::Number,
        b if b.parse::<f64>().is_ok() => Ink::Number,
        _ => Ink::Text,
    };
    push(&mut out, ink, &value[blank..]);
    push(&mut out, Ink::Comment, comment);
    out
}

fn push<'t>(out: &mut Vec<(Ink, &'t str)>, ink: Ink, text: &'t str) {
    if !text.is_empty() {
        out.push((ink, text));
    }
}

/// Where a key ends: at a colon that is followed by white space or nothing.
fn key_end(text: &str) -> Option<usize> {
    let quoted = text.strip_prefix('"').and_then(|rest| rest.find('"')).map_or(0, |i| i + 2);
    let colon = text.get(quoted..)?.find(':')? + quoted;
    let after = text[colon + 1..].chars().next();
    after.is_none_or(char::is_whitespace).then_some(colon)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_told_apart() {
        use Ink::*;
        let cases: [(&str, &[(Ink, &str)]); 8] = [
            ("kind: Pod", &[(Key, "kind"), (Punctuation, ":"), (Plain, " "), (Text, "Pod")]),
            (
                "  - image: a/b:1",
                &[(Punctuation, "  - "), (Key, "image"), (Punctuation, ":"), (Plain, " "), (Text, "a/b:1")],
            ),
            ("port: 8080", &[(Key, "port"), (Punctuation, ":"), (Plain, " "), (Number, "8080")]),
            ("# note", &[(Comment, "# note")]),
            ("a: b # c", &[(Key, "a"), (Punctuation, ":"), (Plain, " "), (Text, "b"), (Comment, " # c")]),
            ("spec:", &[(Key, "spec"), (Punctuation, ":")]),
            ("\"kind\": \"Pod\",", &[(Key, "\"kind\""), (Punctuation, ":"), (Plain, " "), (Text, "\"Pod\",")]),
            ("", &[]),
        ];
        for (text, want) in cases {
            assert_eq!(line(text), want, "{text}");
        }
    }

    #[test]
    fn nothing_of_a_line_is_lost() {
        for text in ["你好: 世界", "\"", ":", " : ", "\"a:b", "- - x", "a:\tb", "é # ü"] {
            assert_eq!(line(text).iter().map(|(_, t)| *t).collect::<String>(), text);
        }
    }
}
