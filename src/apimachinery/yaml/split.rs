//! The documents of a file, as kubectl finds them. Models `apimachinery/pkg/util/yaml` (`YAMLOrJSONDecoder`).

/// One document of a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Document<'a> {
    pub text: &'a str,
    /// The line of the file, from 0, on which `text` begins.
    pub line: usize,
}

/// Splits a text at lines that hold `---` alone or before a comment. The first separator stays with its document, so
/// that lines count as kubectl counts them.
pub fn documents(text: &str) -> Vec<Document<'_>> {
    let mut found = Vec::new();
    let (mut start, mut start_line, mut at, mut line) = (0, 0, 0, 0);
    for whole in text.split_inclusive('\n') {
        if is_separator(whole) && at > start {
            found.push(Document { text: text.get(start..at).unwrap_or(""), line: start_line });
            start = at + whole.len();
            start_line = line + 1;
        }
        at += whole.len();
        line += 1;
    }
    if at > start {
        found.push(Document { text: text.get(start..at).unwrap_or(""), line: start_line });
    }
    found
}

fn is_separator(line: &str) -> bool {
    line.strip_prefix("---").is_some_and(|rest| {
        let rest = rest.trim();
        rest.is_empty() || rest.starts_with('#')
    })
}
