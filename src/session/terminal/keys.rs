//! Keys that edit the line, and completion.

use super::Terminal;
use crate::lab::Lab;
use crate::session::action::{Effect, LineKey};
use crate::session::screen::Choice;
use crate::shell::line::{Edit, Line};
use std::rc::Rc;

/// The line with the word from `start` to the cursor replaced.
fn replaced(line: &Line, start: usize, word: &str) -> Line {
    let head = line.before().get(..start).unwrap_or("");
    let before = format!("{head}{word}");
    Line { cursor: before.len(), text: before + line.after() }
}

fn common_prefix<'a>(mut words: impl Iterator<Item = &'a str>) -> String {
    let mut common = words.next().unwrap_or("").to_owned();
    for word in words {
        let same = common.chars().zip(word.chars()).take_while(|(a, b)| a == b).map(|(a, _)| a.len_utf8()).sum();
        common.truncate(same);
    }
    common
}

impl Terminal {
    /// A key that edits the line. `text` and `cursor` (in characters) are the field's.
    pub fn key(&mut self, key: LineKey, text: &str, cursor: usize, lab: &mut Lab) -> Vec<Effect> {
        let line = Line::from_field(text, cursor);
        let edit = match key {
            LineKey::Up => Edit::PreviousHistory,
            LineKey::Down => Edit::NextHistory,
            LineKey::Home => Edit::BeginningOfLine,
            LineKey::End => Edit::EndOfLine,
            LineKey::KillToStart => Edit::UnixLineDiscard,
            LineKey::KillToEnd => Edit::KillLine,
            LineKey::KillWord => Edit::UnixWordRubout,
            LineKey::Yank => Edit::Yank,
            LineKey::ReverseSearch => {
                let line = self.editor.reverse_search(line);
                return self.set_input(line);
            }
            LineKey::Search(_) | LineKey::SearchBack => {
                let mut query = self.editor.searching().unwrap_or_default().to_owned();
                match key {
                    LineKey::Search(c) => query.push(c),
                    _ => drop(query.pop()),
                }
                self.editor.search_for(&query);
                let found = self.editor.found().unwrap_or_default().to_owned();
                return self.set_input(Line::at_end(found));
            }
            LineKey::Escape => {
                self.close_choices();
                return match self.editor.end_search(false) {
                    Some(draft) => self.set_input(draft),
                    None => Vec::new(),
                };
            }
            LineKey::Tab | LineKey::BackTab => return self.complete(key == LineKey::BackTab, line, lab),
        };
        self.close_choices();
        let line = self.editor.edit(edit, line);
        self.set_input(line)
    }

    /// The line changed by typing.
    pub fn typed(&mut self) {
        self.close_choices();
    }

    fn set_input(&self, line: Line) -> Vec<Effect> {
        let cursor = line.characters();
        vec![Effect::SetInput { tab: self.tab, text: line.text, cursor }]
    }

    pub(super) fn close_choices(&mut self) {
        self.completing = None;
        self.chosen = None;
        if !self.choices.is_empty() {
            self.choices = Rc::default();
        }
    }

    /// Tab: completes as far as all choices agree, shows them where there are several, then goes through them.
    fn complete(&mut self, back: bool, line: Line, lab: &mut Lab) -> Vec<Effect> {
        if let Some((start, around)) = self.completing.clone().filter(|_| !self.choices.is_empty()) {
            let count = self.choices.len();
            let next = match (self.chosen, back) {
                (None, false) => 0,
                (None, true) => count - 1,
                (Some(at), false) => (at + 1) % count,
                (Some(at), true) => (at + count - 1) % count,
            };
            self.chosen = Some(next);
            return self.set_input(replaced(&around, start, &self.choices[next].text));
        }
        let found = lab.complete(self.id, line.before());
        match found.words.as_slice() {
            [] => Vec::new(),
            [only] => {
                let text = format!("{only}{}", found.suffix);
                self.set_input(replaced(&line, found.start, &text))
            }
            several => {
                let common = common_prefix(several.iter().map(String::as_str));
                let typed = line.before().get(found.start..).unwrap_or("").to_owned();
                let line = if common.len() > typed.len() { replaced(&line, found.start, &common) } else { line };
                let choice = |text: &String| Choice { text: text.clone(), detail: String::new() };
                self.choices = Rc::new(found.words.iter().map(choice).collect());
                self.chosen = None;
                self.completing = Some((found.start, line.clone()));
                self.set_input(line)
            }
        }
    }

    /// A choice was clicked.
    pub fn choose(&mut self, index: usize) -> Vec<Effect> {
        let Some((start, around)) = self.completing.clone() else { return Vec::new() };
        let Some(choice) = self.choices.get(index).cloned() else { return Vec::new() };
        self.close_choices();
        self.set_input(replaced(&around, start, &format!("{} ", choice.text)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_completed_inside_the_line() {
        let line = Line { text: "get po ku -o wide".into(), cursor: 9 };
        assert_eq!(replaced(&line, 7, "kubia "), Line { text: "get po kubia  -o wide".into(), cursor: 13 });
        assert_eq!(common_prefix(["kubia-a", "kubia-b", "kub"].into_iter()), "kub");
        assert_eq!(common_prefix(["你好", "你们"].into_iter()), "你");
    }
}
