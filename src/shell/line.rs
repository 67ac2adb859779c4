//! The line being edited: readline's keys over a text, with history, a kill ring of one, and reverse search. Pure, so that the
//! page's native text field stays the owner of what is typed.

use std::collections::VecDeque;

/// How many lines are remembered.
const HISTORY: usize = 1_000;

/// A text and where the cursor stands in it, in bytes at a character's edge.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Line {
    pub text: String,
    pub cursor: usize,
}

impl Line {
    /// A line with the cursor at its end.
    pub fn at_end(text: impl Into<String>) -> Self {
        let text = text.into();
        Self { cursor: text.len(), text }
    }

    /// A line of a text field, whose cursor counts characters.
    pub fn from_field(text: &str, characters: usize) -> Self {
        let at = text.char_indices().nth(characters).map_or(text.len(), |(i, _)| i);
        Self { cursor: at, text: text.to_owned() }
    }

    /// The cursor in characters.
    pub fn characters(&self) -> usize {
        self.before().chars().count()
    }

    pub fn before(&self) -> &str {
        self.text.get(..self.cursor).unwrap_or(&self.text)
    }

    pub fn after(&self) -> &str {
        self.text.get(self.cursor..).unwrap_or("")
    }
}

/// What a key does to the line. The names are readline's.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Edit {
    BeginningOfLine,
    EndOfLine,
    UnixLineDiscard,
    KillLine,
    UnixWordRubout,
    Yank,
    PreviousHistory,
    NextHistory,
}

/// Ctrl-R: what was typed since, and the line it found.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Search {
    query: String,
    found: Option<usize>,
    /// What stood there before.
    draft: Line,
}

/// The editor of one terminal.
#[derive(Clone, Debug, Default)]
pub struct LineEditor {
    history: VecDeque<String>,
    /// Where Up and Down stand in the history; None is the new line.
    at: Option<usize>,
    draft: String,
    killed: String,
    search: Option<Search>,
}

impl LineEditor {
    /// Takes up the history of an earlier session, oldest first.
    pub fn with_history(lines: impl IntoIterator<Item = String>) -> Self {
        let mut editor = Self::default();
        for line in lines {
            editor.remember(&line);
        }
        editor
    }

    /// Oldest first.
    pub fn history(&self) -> impl Iterator<Item = &str> {
        self.history.iter().map(String::as_str)
    }

    /// Adds a line that was run; the same line twice in a row counts once, blank ones do not.
    pub fn remember(&mut self, line: &str) {
        self.at = None;
        self.search = None;
        if line.trim().is_empty() || self.history.back().is_some_and(|last| last == line) {
            return;
        }
        self.history.push_back(line.to_owned());
        if self.history.len() > HISTORY {
            self.history.pop_front();
        }
    }

    /// Replaces `!!`, `!$`, `!n` and `!prefix` outside single quotes.
    ///
    /// # Errors
    /// bash's text for an event that is not there.
    pub fn expand(&self, line: &str) -> Result<String, String> {
        let (mut out, mut rest, mut single) = (String::new(), line, false);
        while let Some(c) = rest.chars().next() {
            rest = &rest[c.len_utf8()..];
            single ^= c == '\'';
            let event = |c: char| !(c.is_whitespace() || c == '=' || c == '(');
            if c != '!' || single || !rest.chars().next().is_some_and(event) || out.ends_with(['[', '\\', '$', '{']) {
                out.push(c);
                continue;
            }
            let end = match rest.as_bytes()[0] {
                b'!' | b'$' => 1,
                _ => rest.find(|c: char| c.is_whitespace() || "\"';|&)".contains(c)).unwrap_or(rest.len()),
            };
            let designator = rest.get(..end).unwrap_or("");
            if designator.is_empty() {
                out.push(c);
                continue;
            }
            out += &self.event(designator).ok_or_else(|| format!("bash: !{designator}: event not found"))?;
            rest = rest.get(end..).unwrap_or("");
        }
        Ok(out)
    }

    fn event(&self, designator: &str) -> Option<String> {
        let last = || self.history.back();
        match designator {
            "!" => last().cloned(),
            "$" => last()?.split_whitespace().last().map(str::to_owned),
            _ => match designator.parse::<i64>() {
                Ok(n) if n > 0 => self.history.get(usize::try_from(n - 1).ok()?).cloned(),
                Ok(n) => {
                    let back = usize::try_from(n.unsigned_abs()).ok()?;
                    self.history.get(self.history.len().checked_sub(back)?).cloned()
                }
                Err(_) => self.history.iter().rev().find(|l| l.starts_with(designator)).cloned(),
            },
        }
    }

    /// The line after a key.
    pub fn edit(&mut self, edit: Edit, line: Line) -> Line {
        let Line { text, cursor } = &line;
        match edit {
            Edit::BeginningOfLine => Line { cursor: 0, ..line },
            Edit::EndOfLine => Line::at_end(line.text),
            Edit::UnixLineDiscard => {
                self.kill(line.before());
                Line { text: line.after().to_owned(), cursor: 0 }
            }
            Edit::KillLine => {
                self.kill(line.after());
                Line::at_end(line.before())
            }
            Edit::UnixWordRubout => {
                let before = line.before();
                let word = before.trim_end().rfind(char::is_whitespace).map_or(0, |i| i + 1);
                // The space found may be wider than a byte.
                let start = (word..=*cursor).find(|i| text.is_char_boundary(*i)).unwrap_or(*cursor);
                self.kill(&before[start.min(before.len())..]);
                Line { text: before[..start.min(before.len())].to_owned() + line.after(), cursor: start }
            }
            Edit::Yank => {
                let text = format!("{}{}{}", line.before(), self.killed, line.after());
                Line { cursor: line.before().len() + self.killed.len(), text }
            }
            Edit::PreviousHistory => self.walk(line, true),
            Edit::NextHistory => self.walk(line, false),
        }
    }

    fn kill(&mut self, text: &str) {
        if !text.is_empty() {
            self.killed = text.to_owned();
        }
    }

    fn walk(&mut self, line: Line, back: bool) -> Line {
        let next = match (self.at, back) {
            (None, true) => self.history.len().checked_sub(1),
            (Some(0), true) | (None, false) => return line,
            (Some(at), true) => Some(at - 1),
            (Some(at), false) => Some(at + 1).filter(|n| *n < self.history.len()),
        };
        if self.at.is_none() {
            self.draft = line.text;
        }
        self.at = next;
        Line::at_end(next.and_then(|n| self.history.get(n)).unwrap_or(&self.draft).clone())
    }

    /// The query of a running reverse search, for the prompt.
    pub fn searching(&self) -> Option<&str> {
        self.search.as_ref().map(|s| s.query.as_str())
    }

    /// Ctrl-R: begins a search, or goes on to an older match.
    pub fn reverse_search(&mut self, line: Line) -> Line {
        match self.search.take() {
            None => {
                self.search = Some(Search { query: String::new(), found: None, draft: line.clone() });
                Line::default()
            }
            Some(search) => {
                let from = search.found.unwrap_or(self.history.len());
                let found = self.find(&search.query, from).or(search.found);
                self.search = Some(Search { found, ..search });
                self.found_line()
            }
        }
    }

    /// The reader typed on while searching: the field's text is the new query.
    pub fn search_for(&mut self, query: &str) {
        let found = self.find(query, self.history.len());
        if let Some(search) = &mut self.search {
            search.query = query.to_owned();
            search.found = found;
        }
    }

    fn find(&self, query: &str, before: usize) -> Option<usize> {
        (0..before.min(self.history.len())).rev().find(|i| !query.is_empty() && self.history[*i].contains(query))
    }

    /// The line that the search found, or what was there before.
    fn found_line(&self) -> Line {
        let Some(search) = &self.search else { return Line::default() };
        search.found.and_then(|i| self.history.get(i)).map_or_else(Line::default, |l| Line::at_end(l.clone()))
    }

    /// What the search found so far, to be shown beside the query.
    pub fn found(&self) -> Option<&str> {
        self.history.get(self.search.as_ref()?.found?).map(String::as_str)
    }

    /// Ends the search: with its match, or (Escape) with what was there before.
    pub fn end_search(&mut self, keep: bool) -> Option<Line> {
        let line = self.found_line();
        let search = self.search.take()?;
        Some(if keep && search.found.is_some() { line } else { search.draft })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn editor() -> LineEditor {
        LineEditor::with_history(["kubectl get po", "ls", "ls", "", "echo 你好"].map(str::to_owned))
    }

    /// `a|b`: the cursor stands at the bar.
    fn line(marked: &str) -> Line {
        let (before, after) = marked.split_once('|').unwrap();
        Line { text: format!("{before}{after}"), cursor: before.len() }
    }

    #[test]
    fn keys_do_what_readline_does() {
        let cases = [
            (Edit::BeginningOfLine, "ab|c", "|abc"),
            (Edit::EndOfLine, "a|bc", "abc|"),
            (Edit::UnixLineDiscard, "ab|c", "|c"),
            (Edit::KillLine, "ab|c", "ab|"),
            (Edit::UnixWordRubout, "get po web|", "get po |"),
            (Edit::UnixWordRubout, "get po  |x", "get |x"),
            (Edit::UnixWordRubout, "说 你好|", "说 |"),
            (Edit::UnixWordRubout, "全　角|", "全　|"),
            (Edit::UnixWordRubout, "|", "|"),
        ];
        for (edit, before, after) in cases {
            assert_eq!(editor().edit(edit, line(before)), line(after), "{edit:?} {before}");
        }
        let mut e = editor();
        let rest = e.edit(Edit::UnixWordRubout, line("a bc|"));
        assert_eq!(e.edit(Edit::Yank, rest), line("a bc|"));
    }

    #[test]
    fn history_goes_back_and_comes_back_to_the_draft() {
        let mut e = editor();
        let up = |e: &mut LineEditor, l| e.edit(Edit::PreviousHistory, l);
        let one = up(&mut e, line("dra|ft"));
        assert_eq!(one.text, "echo 你好");
        let two = up(&mut e, one);
        let three = up(&mut e, two);
        assert_eq!(up(&mut e, three.clone()), three);
        assert_eq!(three.text, "kubectl get po");
        for want in ["ls", "echo 你好", "draft", "draft"] {
            assert_eq!(
                e.edit(Edit::NextHistory, line("x|")).text,
                if want == "draft" { e.draft.clone() } else { want.into() }
            );
            if want == "draft" {
                break;
            }
        }
    }

    #[test]
    fn reverse_search_finds_older_and_older() {
        let mut e = LineEditor::with_history(["get a", "x", "get b"].map(str::to_owned));
        e.reverse_search(line("dr|aft"));
        e.search_for("get");
        assert_eq!(e.found(), Some("get b"));
        e.reverse_search(line("|"));
        assert_eq!(e.found(), Some("get a"));
        e.reverse_search(line("|"));
        assert_eq!(e.found(), Some("get a"));
        assert_eq!(e.end_search(true).unwrap().text, "get a");
        e.reverse_search(line("dr|aft"));
        assert_eq!(e.end_search(false), Some(line("dr|aft")));
    }

    #[test]
    fn events_are_expanded_as_in_bash() {
        let e = editor();
        assert_eq!(e.expand("sudo !!").unwrap(), "sudo echo 你好");
        assert_eq!(e.expand("cat !$").unwrap(), "cat 你好");
        assert_eq!(e.expand("!1 -A").unwrap(), "kubectl get po -A");
        assert_eq!(e.expand("!ku").unwrap(), "kubectl get po");
        assert_eq!(e.expand("get po -l '!env' a!=b").unwrap(), "get po -l '!env' a!=b");
        assert!(e.expand("!nosuch").is_err());
        for odd in ["!", "!!!", "é!é", "!\u{3000}", "\"!", "!-99", "!99999999999999999999"] {
            let _ = e.expand(odd);
        }
    }

    #[test]
    fn cursors_of_text_fields_count_characters() {
        let l = Line::from_field("a😀你", 2);
        assert_eq!((l.before(), l.characters()), ("a😀", 2));
        assert_eq!(Line::from_field("ab", 99).cursor, 2);
    }
}
