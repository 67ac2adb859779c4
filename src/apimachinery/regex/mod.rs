//! Regular expressions: POSIX basic and extended, by bounded backtracking over a small program.

pub mod bracket;
mod compile;
mod parse;

use compile::{Inst, emit};
use parse::Parser;

/// A compiled expression.
#[derive(Clone, Debug, PartialEq)]
pub struct Regex {
    program: Vec<Inst>,
    groups: usize,
    fold: bool,
    /// An expression of plain characters is searched for as such.
    literal: Option<Vec<char>>,
}

/// Where an expression matched: start and end of the whole and of each group, in characters.
#[derive(Clone, Debug, PartialEq)]
pub struct Found(pub Vec<Option<(usize, usize)>>);

impl Found {
    pub fn start(&self) -> usize {
        self.0.first().copied().flatten().map_or(0, |(s, _)| s)
    }

    pub fn end(&self) -> usize {
        self.0.first().copied().flatten().map_or(0, |(_, e)| e)
    }

    /// The text of the whole and of each group.
    pub fn texts(&self, chars: &[char]) -> Vec<String> {
        self.0.iter().map(|g| g.map(|(s, e)| chars[s..e].iter().collect()).unwrap_or_default()).collect()
    }
}

const MAX_PROGRAM: usize = 20_000;
/// Moves that one search may take.
const MAX_MOVES: usize = 400_000;

impl Regex {
    /// Compiles an extended (`grep -E`) or basic expression; `fold` ignores case.
    pub fn new(text: &str, extended: bool, fold: bool) -> Result<Self, String> {
        let mut p = Parser { chars: text.chars().collect(), at: 0, extended, groups: 0, depth: 0 };
        let tree = p.alternatives()?;
        if p.at < p.chars.len() {
            return Err("Unmatched ) or \\)".to_owned());
        }
        let mut program = vec![Inst::Save(0)];
        emit(&tree, &mut program)?;
        program.push(Inst::Save(1));
        program.push(Inst::Match);
        let inner = &program[1..program.len() - 2];
        let literal: Option<Vec<char>> = inner
            .iter()
            .map(|i| match i {
                Inst::Char(c) => Some(*c),
                _ => None,
            })
            .collect();
        Ok(Self { literal: literal.filter(|l| !fold && !l.is_empty()), program, groups: p.groups, fold })
    }

    /// Compiles an expression of Go's `regexp`, as far as this engine has what it says.
    pub fn go(text: &str) -> Result<Self, String> {
        let (fold, text) = text.strip_prefix("(?i)").map_or((false, text), |rest| (true, rest));
        let (mut out, mut in_set, mut chars) = (String::new(), false, text.chars().peekable());
        while let Some(c) = chars.next() {
            match c {
                '[' if !in_set => {
                    in_set = true;
                    out.push(c);
                    // A bracket right behind the first is a member of the set.
                    for first in ['^', ']'] {
                        if chars.next_if_eq(&first).is_some() {
                            out.push(first);
                        }
                    }
                }
                ']' if in_set => {
                    in_set = false;
                    out.push(c);
                }
                '\\' if in_set => match chars.next() {
                    Some('d') => out.push_str("0-9"),
                    Some('w') => out.push_str("a-zA-Z0-9_"),
                    Some('s') => out.push_str(" \t\r\n"),
                    Some(c) => out.push(c),
                    None => {}
                },
                '\\' => {
                    out.push(c);
                    out.extend(chars.next());
                }
                '(' => {
                    out.push(c);
                    if chars.next_if_eq(&'?').is_some() && chars.next() != Some(':') {
                        return Err("groups of this kind are not simulated here".to_owned());
                    }
                }
                c => out.push(c),
            }
        }
        Self::new(&out, true, fold)
    }

    pub fn is_match(&self, text: &str) -> bool {
        self.find(&text.chars().collect::<Vec<_>>(), 0).is_some()
    }

    /// The leftmost match at or after a character; the longest where alternatives differ is not sought (as Perl does).
    pub fn find(&self, chars: &[char], from: usize) -> Option<Found> {
        if let Some(literal) = &self.literal {
            let rest = chars.get(from..)?;
            let at = rest.windows(literal.len()).position(|w| w == literal.as_slice())? + from;
            return Some(Found(vec![Some((at, at + literal.len()))]));
        }
        let mut moves = 0;
        (from..=chars.len()).find_map(|start| self.run(chars, start, &mut moves))
    }

    fn run(&self, chars: &[char], start: usize, moves: &mut usize) -> Option<Found> {
        let slots = vec![None; (self.groups + 1) * 2];
        let mut stack = vec![(0usize, start, slots)];
        while let Some((mut pc, mut at, mut slots)) = stack.pop() {
            loop {
                *moves += 1;
                if *moves > MAX_MOVES || stack.len() > MAX_PROGRAM {
                    return None;
                }
                let here = chars.get(at).copied();
                let one = match self.program.get(pc)? {
                    Inst::Match => return Some(Found(pairs(&slots))),
                    Inst::Jump(to) => {
                        pc = *to;
                        continue;
                    }
                    Inst::Split(a, b) => {
                        stack.push((*b, at, slots.clone()));
                        pc = *a;
                        continue;
                    }
                    Inst::Save(n) => {
                        if let Some(slot) = slots.get_mut(*n) {
                            *slot = Some(at);
                        }
                        pc += 1;
                        continue;
                    }
                    Inst::Start if at == 0 => {
                        pc += 1;
                        continue;
                    }
                    Inst::End if at == chars.len() => {
                        pc += 1;
                        continue;
                    }
                    Inst::Edge(kind) if edge(*kind, chars, at) => {
                        pc += 1;
                        continue;
                    }
                    Inst::Back(n) => {
                        let (Some(Some(s)), Some(Some(e))) = (slots.get(n * 2), slots.get(n * 2 + 1)) else { break };
                        let group = &chars[*s..*e];
                        if !chars[at..].starts_with(group) {
                            break;
                        }
                        at += group.len();
                        pc += 1;
                        continue;
                    }
                    Inst::Start | Inst::End | Inst::Edge(_) => break,
                    Inst::Any => here.is_some(),
                    Inst::Char(c) => here.is_some_and(|h| h == *c || (self.fold && same(h, *c))),
                    Inst::Set { negate, ranges } => here.is_some_and(|h| {
                        let hit = |c: char| ranges.iter().any(|(a, b)| (*a..=*b).contains(&c));
                        let folded = self.fold && (hit(h.to_ascii_lowercase()) || hit(h.to_ascii_uppercase()));
                        (hit(h) || folded) != *negate
                    }),
                };
                if !one {
                    break;
                }
                at += 1;
                pc += 1;
            }
        }
        None
    }
}

fn same(a: char, b: char) -> bool {
    a.to_lowercase().eq(b.to_lowercase())
}

fn pairs(slots: &[Option<usize>]) -> Vec<Option<(usize, usize)>> {
    slots
        .chunks(2)
        .map(|pair| match pair {
            [Some(s), Some(e)] if s <= e => Some((*s, *e)),
            _ => None,
        })
        .collect()
}

fn edge(kind: char, chars: &[char], at: usize) -> bool {
    let word = |c: Option<&char>| c.is_some_and(|c| c.is_alphanumeric() || *c == '_');
    let before = word(at.checked_sub(1).and_then(|i| chars.get(i)));
    let after = word(chars.get(at));
    match kind {
        '<' => !before && after,
        '>' => before && !after,
        'B' => before == after,
        _ => before != after,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn first(pattern: &str, extended: bool, text: &str) -> Option<String> {
        let chars: Vec<char> = text.chars().collect();
        Regex::new(pattern, extended, false).unwrap().find(&chars, 0).map(|m| m.texts(&chars).swap_remove(0))
    }

    /// Matches as GNU grep and sed find them.
    #[test]
    fn matches_are_greps() {
        let cases = [
            ("a+", true, "caat", Some("aa")),
            ("a\\+", false, "caat", Some("aa")),
            ("a+", false, "a+", Some("a+")),
            ("^(Name|Status|IP):", true, "Status: x", Some("Status:")),
            ("gen-[a-z0-9]{5}", true, "x gen-ab12c", Some("gen-ab12c")),
            ("[0-9]{4}-[0-9T:Z-]+", true, "at 2026-11-23T12:20:34Z.", Some("2026-11-23T12:20:34Z")),
            ("/tmp/[A-Z]+-[0-9]+/", true, "/tmp/LIVE-123/x", Some("/tmp/LIVE-123/")),
            ("\\t.*", true, "a\tb", Some("\tb")),
            ("^$", true, "", Some("")),
            ("x*", true, "y", Some("")),
            ("a|b|c", true, "zc", Some("c")),
            ("\\(a\\|b\\)\\1", false, "abb", Some("bb")),
            ("[^,]*", true, "ab,c", Some("ab")),
            ("[]x]+", true, "a]x", Some("]x")),
            ("a{2}", true, "aaa", Some("aa")),
            ("(a*)*b", true, "aab", Some("aab")),
            ("\\bfoo\\b", true, "a foo b", Some("foo")),
            ("中.", true, "x中文y", Some("中文")),
            ("a.c", true, "abd", None),
            ("[[:digit:]]+", true, "x12", Some("12")),
        ];
        for (pattern, extended, text, want) in cases {
            assert_eq!(first(pattern, extended, text).as_deref(), want, "{pattern} on {text}");
        }
    }

    #[test]
    fn bad_expressions_are_refused_and_bad_ones_end() {
        for bad in ["(", "[", "a{999}", "a\\"] {
            assert!(Regex::new(bad, true, false).is_err(), "{bad}");
        }
        assert!(Regex::new(&"(".repeat(1000), true, false).is_err());
        let text = "a".repeat(40);
        assert!(!Regex::new("(a|a)*(a|a)*(a|a)*b", true, false).unwrap().is_match(&text));
    }
}
