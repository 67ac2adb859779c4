//! The replacements of `s`, which awk's `sub` and `gsub` share.

use crate::sh::regex::{Found, Regex};

/// A piece of a replacement.
#[derive(Clone, Debug)]
pub(super) enum Piece {
    Text(String),
    Group(usize),
    /// `\U`, `\L`, `\E`, `\u`, `\l`
    Case(char),
}

/// The text with matches replaced; None where there was none.
pub fn substitute_text(text: &str, regex: &Regex, with: &str, all: bool) -> Option<String> {
    // awk's replacements: `&` is the match, `\\&` an ampersand.
    let (mut pieces, mut plain, mut chars) = (Vec::new(), String::new(), with.chars());
    while let Some(c) = chars.next() {
        match c {
            '&' => {
                pieces.push(Piece::Text(std::mem::take(&mut plain)));
                pieces.push(Piece::Group(0));
            }
            '\\' => plain.extend(chars.next()),
            _ => plain.push(c),
        }
    }
    pieces.push(Piece::Text(plain));
    substitute(text, regex, &pieces, all, 1)
}

pub(super) fn substitute(text: &str, regex: &Regex, with: &[Piece], all: bool, nth: usize) -> Option<String> {
    let chars: Vec<char> = text.chars().collect();
    let (mut out, mut at, mut seen, mut changed) = (String::new(), 0, 0, false);
    let mut last_end = None;
    while at <= chars.len() {
        let Some(found) = regex.find(&chars, at) else { break };
        let (start, end) = (found.start(), found.end());
        out.extend(&chars[at..start]);
        // An empty match right after a match does not count.
        if start == end && last_end == Some(start) {
            out.extend(chars.get(start));
            at = start + 1;
            last_end = None;
            continue;
        }
        seen += 1;
        if seen >= nth {
            build(&mut out, with, &found, &chars);
            changed = true;
        } else {
            out.extend(&chars[start..end]);
        }
        last_end = Some(end);
        if start == end {
            out.extend(chars.get(end));
            at = end + 1;
        } else {
            at = end;
        }
        if changed && !all {
            break;
        }
    }
    out.extend(chars.get(at.min(chars.len())..).unwrap_or(&[]));
    changed.then_some(out)
}

fn build(out: &mut String, with: &[Piece], found: &Found, chars: &[char]) {
    let (mut all, mut one) = (None, None);
    for piece in with {
        let text = match piece {
            Piece::Text(text) => text.clone(),
            Piece::Group(n) => match found.0.get(*n).copied().flatten() {
                Some((s, e)) => chars[s..e].iter().collect(),
                None => String::new(),
            },
            Piece::Case(c) => {
                match c {
                    'U' | 'L' => all = Some(*c),
                    'E' => all = None,
                    _ => one = Some(*c),
                }
                continue;
            }
        };
        for c in text.chars() {
            match one.take().or(all) {
                Some('U' | 'u') => out.extend(c.to_uppercase()),
                Some('L' | 'l') => out.extend(c.to_lowercase()),
                _ => out.push(c),
            }
        }
    }
}
