//! Wildcards: `*`, `?`, `[a-z]`, with backslash for what is meant as it is.

use crate::apimachinery::regex::bracket::bracket;

/// One element of a pattern.
#[derive(Clone, Debug, PartialEq)]
enum Item {
    Char(char),
    Any,
    Many,
    Set { negate: bool, ranges: Vec<(char, char)> },
}

/// A pattern, ready to match.
#[derive(Clone, Debug, PartialEq)]
pub struct Glob(Vec<Item>);

impl Glob {
    pub fn new(pattern: &str) -> Self {
        let chars: Vec<char> = pattern.chars().collect();
        let (mut items, mut i) = (Vec::new(), 0);
        while let Some(&c) = chars.get(i) {
            i += 1;
            match c {
                '*' => {
                    if items.last() != Some(&Item::Many) {
                        items.push(Item::Many);
                    }
                }
                '?' => items.push(Item::Any),
                '\\' => {
                    items.push(Item::Char(chars.get(i).copied().unwrap_or('\\')));
                    i += 1;
                }
                '[' => match bracket(&chars[i..]) {
                    Some((negate, ranges, used)) => {
                        items.push(Item::Set { negate, ranges });
                        i += used;
                    }
                    None => items.push(Item::Char('[')),
                },
                _ => items.push(Item::Char(c)),
            }
        }
        Self(items)
    }

    /// True where the whole text matches. Takes time of at most pattern times text.
    pub fn matches(&self, text: &str) -> bool {
        self.matches_chars(&text.chars().collect::<Vec<_>>())
    }

    pub fn matches_chars(&self, text: &[char]) -> bool {
        let (mut t, mut p) = (0, 0);
        // Where the last star stood and what it has taken so far.
        let mut star: Option<(usize, usize)> = None;
        while t < text.len() {
            let one = match self.0.get(p) {
                Some(Item::Many) => {
                    star = Some((p, t));
                    p += 1;
                    continue;
                }
                Some(Item::Any) => true,
                Some(Item::Char(c)) => *c == text[t],
                Some(Item::Set { negate, ranges }) => {
                    ranges.iter().any(|(a, b)| (*a..=*b).contains(&text[t])) != *negate
                }
                None => false,
            };
            if one {
                t += 1;
                p += 1;
            } else if let Some((sp, st)) = star {
                star = Some((sp, st + 1));
                (p, t) = (sp + 1, st + 1);
            } else {
                return false;
            }
        }
        self.0[p.min(self.0.len())..].iter().all(|item| *item == Item::Many)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn wildcards_match() {
        let cases = [
            ("*.yaml", "a.yaml", true),
            ("*.yaml", "a.yml", false),
            ("a?c", "abc", true),
            ("[a-c]*", "bx", true),
            ("[!a-c]*", "bx", false),
            ("[[:digit:]]", "7", true),
            ("\\*", "*", true),
            ("\\*", "x", false),
            ("a*b*c", "axxbyyc", true),
            ("a*b*c", "axxbyy", false),
            ("[", "[", true),
            ("", "", true),
            ("*", "", true),
        ];
        for (pattern, text, want) in cases {
            assert_eq!(Glob::new(pattern).matches(text), want, "{pattern} {text}");
        }
    }
}
