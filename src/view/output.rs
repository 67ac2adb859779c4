//! How a command's output is drawn: runs of one stream, header rows, warnings, names that are objects. Pure.

use std::collections::BTreeMap;

/// A stretch of a line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Span<'t> {
    Text(&'t str),
    /// A table's header row.
    Head(&'t str),
    /// The name of an object: its place in the list of names.
    Name(&'t str, usize),
}

/// Where a name may begin: after white space, a quote, a slash or the start. Where it may end: likewise.
fn is_edge(c: Option<char>) -> bool {
    c.is_none_or(|c| c.is_whitespace() || matches!(c, '"' | '\'' | '/' | ',' | ':' | '(' | ')' | '='))
}

/// What the names in an output stand for: each text with its places in the list of names, and the namespace of each.
pub type Names<'n> = BTreeMap<&'n str, Vec<(usize, &'n str)>>;

/// The place of what a word stands for: where one text names several, the one whose namespace stands first on the line.
fn place(names: &Names<'_>, line: &str, word: &str) -> Option<usize> {
    let all = names.get(word)?;
    let row = line.split_whitespace().next();
    all.iter().find(|(_, namespace)| row == Some(namespace)).or(all.first()).map(|(place, _)| *place)
}

/// Splits standard output into spans.
pub fn spans<'t>(text: &'t str, names: &Names<'_>) -> Vec<Span<'t>> {
    let mut out = Vec::new();
    let mut plain = 0;
    let mut at = 0;
    for line in text.split_inclusive('\n') {
        let end = at + line.len();
        if is_header(line) {
            push_text(&mut out, text, plain, at);
            let bare = line.trim_end_matches('\n');
            out.push(Span::Head(&text[at..at + bare.len()]));
            plain = at + bare.len();
        } else if !names.is_empty() {
            for (from, word) in words(line) {
                if let Some(index) = place(names, line, word) {
                    push_text(&mut out, text, plain, at + from);
                    plain = at + from + word.len();
                    out.push(Span::Name(&text[at + from..plain], index));
                }
            }
        }
        at = end;
    }
    push_text(&mut out, text, plain, text.len());
    out
}

fn push_text<'t>(out: &mut Vec<Span<'t>>, text: &'t str, from: usize, to: usize) {
    if from < to {
        out.push(Span::Text(&text[from..to]));
    }
}

/// The words of a line with where they begin.
fn words(line: &str) -> impl Iterator<Item = (usize, &str)> {
    let mut start = None;
    let mut found = Vec::new();
    for (i, c) in line.char_indices().map(|(i, c)| (i, Some(c))).chain([(line.len(), None)]) {
        match (is_edge(c), start) {
            (true, Some(from)) => {
                found.push((from, &line[from..i]));
                start = None;
            }
            (false, None) => start = Some(i),
            _ => {}
        }
    }
    found.into_iter()
}

/// True for a row like `NAME   READY   NOMINATED NODE   CPU(cores)`: two columns or more, or NAME alone.
fn is_header(line: &str) -> bool {
    let line = line.trim_end();
    let capital = |c: char| c.is_ascii_uppercase() || matches!(c, ' ' | '-' | '(' | ')' | '/' | '%' | '_');
    let begins = line.starts_with(|c: char| c.is_ascii_uppercase());
    let letters = line.strip_suffix("(cores)").unwrap_or(line);
    begins && letters.chars().all(capital) && (line == "NAME" || line.contains("  ") || line.contains("NAME "))
}

/// Splits standard error into runs: whether a run is warnings, and its text.
pub fn error_runs(text: &str) -> Vec<(bool, &str)> {
    let mut out: Vec<(bool, &str)> = Vec::new();
    let mut start = 0;
    let mut at = 0;
    let mut kind = None;
    for line in text.split_inclusive('\n') {
        let warning = line.starts_with("Warning:");
        if kind.is_some_and(|k| k != warning) {
            out.push((!warning, &text[start..at]));
            start = at;
        }
        kind = Some(warning);
        at += line.len();
    }
    if let Some(warning) = kind {
        out.push((warning, &text[start..]));
    }
    out
}

/// The last `most` lines of a text, and how many lines stand before them.
pub fn tail(text: &str, most: usize) -> (usize, &str) {
    let lines = text.lines().count();
    if lines <= most {
        return (0, text);
    }
    let from = text.match_indices('\n').nth(lines - most - 1).map_or(0, |(i, _)| i + 1);
    (lines - most, &text[from..])
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names() -> Names<'static> {
        [("kubia", vec![(0, "default")]), ("kubia-gpu", vec![(1, "default")]), ("node-1", vec![(2, "")])].into()
    }

    #[test]
    fn one_name_in_two_namespaces_is_told_apart_by_its_row() {
        let names = Names::from([("web", vec![(0, "default"), (1, "shop")])]);
        let text = "default   web   1/1\nshop      web   1/1\npod/web created\n";
        let places = spans(text, &names).into_iter().filter_map(|s| match s {
            Span::Name(_, place) => Some(place),
            _ => None,
        });
        assert_eq!(places.collect::<Vec<_>>(), [0, 1, 0]);
    }

    #[test]
    fn names_are_found_as_whole_words() {
        let text = "NAME        READY\nkubia-gpu   0/1\npod/kubia created\n\"kubia\" kubia-2 xkubia\n";
        let found = spans(text, &names());
        let only: Vec<_> = found.iter().filter(|s| !matches!(s, Span::Text(_))).collect();
        let want = [
            Span::Head("NAME        READY"),
            Span::Name("kubia-gpu", 1),
            Span::Name("kubia", 0),
            Span::Name("kubia", 0),
        ];
        assert_eq!(only, want.iter().collect::<Vec<_>>());
        let whole: String = found
            .iter()
            .map(|s| match s {
                Span::Text(t) | Span::Head(t) | Span::Name(t, _) => *t,
            })
            .collect();
        assert_eq!(whole, text, "nothing is lost");
    }

    #[test]
    fn any_text_goes_through_whole() {
        for text in ["", "\n", "你好 kubia\n世界", "ERROR\n", "A", "NAME", "kubia"] {
            let whole: String = spans(text, &names())
                .iter()
                .map(|s| match s {
                    Span::Text(t) | Span::Head(t) | Span::Name(t, _) => *t,
                })
                .collect();
            assert_eq!(whole, text);
        }
    }

    #[test]
    fn headers_are_rows_of_capitals() {
        for line in
            ["NAME   READY   STATUS", "NAME", "NAMESPACE   NAME   AGE", "NAME   NOMINATED NODE", "NAME   CPU(cores)"]
        {
            assert!(is_header(line), "{line}");
        }
        for line in ["kubia   1/1", "ERROR", "Name:  x", ""] {
            assert!(!is_header(line), "{line}");
        }
    }

    #[test]
    fn warnings_stand_apart_from_errors() {
        let text = "Warning: a\nWarning: b\nerror: c\nWarning: d\n";
        assert_eq!(
            error_runs(text),
            [(true, "Warning: a\nWarning: b\n"), (false, "error: c\n"), (true, "Warning: d\n")]
        );
        assert_eq!(error_runs("x"), [(false, "x")]);
        assert!(error_runs("").is_empty());
    }

    #[test]
    fn a_long_text_is_cut_at_its_head() {
        assert_eq!(tail("a\nb\nc\n", 2), (1, "b\nc\n"));
        assert_eq!(tail("a\nb\nc", 2), (1, "b\nc"));
        assert_eq!(tail("a\nb", 2), (0, "a\nb"));
    }
}
