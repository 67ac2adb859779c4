//! What commands print: pieces by stream, whole characters, no control sequences; names that become links.

use super::{Polled, Terminal};
use crate::client::{Informers, Resource};
use crate::lab::Lab;
use crate::session::action::Selection;
use crate::session::screen::{Block, Piece};
use std::collections::BTreeSet;
use std::rc::Rc;

/// Bytes that are kept of one command's output.
pub(super) const MOST_OUTPUT: usize = 1 << 20;

/// What `clear` and `watch` print.
const CLEAR_SCREEN: &str = "\u{1b}[2J";

/// Names in one command's output that become links.
const MOST_NAMES: usize = 500;

/// A text without terminal control sequences: colours and cursor movements mean nothing here.
fn without_escapes(text: &str) -> std::borrow::Cow<'_, str> {
    if !text.contains('\u{1b}') {
        return text.into();
    }
    let (mut out, mut rest) = (String::new(), text);
    while let Some((before, after)) = rest.split_once('\u{1b}') {
        out += before;
        rest = match after.strip_prefix('[') {
            Some(sequence) => {
                let end = sequence.find(|c: char| ('@'..='~').contains(&c));
                end.and_then(|i| sequence.get(i + 1..)).unwrap_or("")
            }
            None => after,
        };
    }
    (out + rest).into()
}

/// How many bytes hold whole characters; up to three at the end may wait for the rest of theirs.
fn whole_characters(bytes: &[u8]) -> usize {
    match std::str::from_utf8(bytes) {
        Ok(_) => bytes.len(),
        Err(e) if e.error_len().is_none() => e.valid_up_to(),
        Err(_) => bytes.len(),
    }
}

/// Names in the output that are pods or nodes now, for links. A pod is looked for in the namespace that its row names, then in
/// the one that the command names, then in the current one; so one name may stand for several pods.
pub(super) fn names(block: &Block, informers: &Informers, current: &str) -> Vec<(String, Selection)> {
    let is_namespace = |word: &&str| informers.get(Resource::Namespaces, word).is_some();
    let asked: Vec<&str> = block.command.split([' ', '=']).filter(is_namespace).collect();
    let mut names: Vec<(String, Selection)> = Vec::new();
    let mut seen: BTreeSet<(&str, &str)> = BTreeSet::new();
    let lines = block.pieces.iter().flat_map(|piece| {
        let (Piece::Stdout(text) | Piece::Stderr(text)) = piece;
        text.lines()
    });
    for line in lines {
        let row = line.split_whitespace().next().filter(is_namespace);
        let namespaces: Vec<&str> = row.into_iter().chain(asked.iter().copied()).chain([current]).collect();
        for word in line.split(|c: char| c.is_whitespace() || c == '"').filter(|w| !w.is_empty()) {
            let name = word.strip_prefix("pod/").or_else(|| word.strip_prefix("node/")).unwrap_or(word);
            if names.len() >= MOST_NAMES {
                return names;
            }
            if !seen.insert((row.unwrap_or(""), name)) {
                continue;
            }
            let selection = if informers.get(Resource::Nodes, name).is_some() {
                Some(Selection::Node { name: name.to_owned() })
            } else {
                let there = |ns: &&&str| informers.get(Resource::Pods, &format!("{ns}/{name}")).is_some();
                let namespace = namespaces.iter().find(there);
                namespace.map(|ns| Selection::Pod { namespace: (*ns).to_owned(), name: name.to_owned() })
            };
            let named = selection.map(|selection| (name.to_owned(), selection));
            names.extend(named.filter(|named| !names.contains(named)));
        }
    }
    names
}

impl Terminal {
    pub(super) fn take_output(&mut self, lab: &mut Lab, polled: &mut Polled) {
        for (stdout, data) in lab.take_output(self.id) {
            polled.changed = true;
            self.append(stdout, data);
        }
    }

    /// Adds output to the last block: a new piece where the stream changes.
    #[inline(never)]
    pub(super) fn append(&mut self, stdout: bool, data: Vec<u8>) {
        let Some(running) = &mut self.running else {
            self.append_text(stdout, &String::from_utf8_lossy(&data));
            return;
        };
        let kept = if stdout { &mut running.stdout } else { &mut running.stderr };
        kept.extend(&data);
        running.size += data.len();
        if running.size > MOST_OUTPUT {
            return;
        }
        let partial = &mut running.partial[usize::from(!stdout)];
        partial.extend(data);
        let whole = whole_characters(partial);
        let rest = partial.split_off(whole);
        let text = String::from_utf8_lossy(&std::mem::replace(partial, rest)).into_owned();
        self.append_text(stdout, &text);
    }

    fn append_text(&mut self, stdout: bool, text: &str) {
        let Some(block) = Rc::make_mut(&mut self.blocks).last_mut() else { return };
        let pieces = &mut Rc::make_mut(block).pieces;
        let mut text = text;
        if let Some((_, after)) = text.rsplit_once(CLEAR_SCREEN) {
            text = after;
            pieces.clear();
            if let Some(running) = &mut self.running {
                running.cleared = true;
            }
        }
        let text = &*without_escapes(text);
        if text.is_empty() {
            return;
        }
        let joined = match (pieces.last(), stdout) {
            (Some(Piece::Stdout(before)), true) => Some(Piece::Stdout(format!("{before}{text}").into())),
            (Some(Piece::Stderr(before)), false) => Some(Piece::Stderr(format!("{before}{text}").into())),
            _ => None,
        };
        if joined.is_some() {
            pieces.pop();
        }
        let piece = if stdout { Piece::Stdout(text.into()) } else { Piece::Stderr(text.into()) };
        pieces.push(joined.unwrap_or(piece));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_character_cut_in_two_waits_for_its_other_half() {
        let bytes = "a你".as_bytes();
        assert_eq!(whole_characters(&bytes[..2]), 1);
        assert_eq!(whole_characters(bytes), 4);
        assert_eq!(whole_characters(b"a\xffb"), 3);
    }

    #[test]
    fn control_sequences_are_left_out() {
        assert_eq!(without_escapes("a\u{1b}[31mb\u{1b}[0m\u{1b}"), "ab");
        assert_eq!(without_escapes("\u{1b}[你"), "");
    }
}
