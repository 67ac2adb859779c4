//! Wildcards: `*`, `?`, `[a-z]`, with backslash for what is meant as it is.

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

const CLASSES: &[(&str, &[(char, char)])] = &[
    ("alpha", &[('a', 'z'), ('A', 'Z')]),
    ("digit", &[('0', '9')]),
    ("alnum", &[('a', 'z'), ('A', 'Z'), ('0', '9')]),
    ("upper", &[('A', 'Z')]),
    ("lower", &[('a', 'z')]),
    ("space", &[(' ', ' '), ('\t', '\r')]),
    ("blank", &[(' ', ' '), ('\t', '\t')]),
    ("punct", &[('!', '/'), (':', '@'), ('[', '`'), ('{', '~')]),
    ("xdigit", &[('0', '9'), ('a', 'f'), ('A', 'F')]),
    ("print", &[(' ', '~')]),
    ("cntrl", &[('\0', '\u{1f}'), ('\u{7f}', '\u{7f}')]),
];

/// Reads `[…]` after its bracket: negation, ranges, and how many characters it took. None where it never closes.
pub fn bracket(chars: &[char]) -> Option<(bool, Vec<(char, char)>, usize)> {
    let negate = matches!(chars.first(), Some('!' | '^'));
    let mut i = usize::from(negate);
    let (first, mut ranges) = (i, Vec::new());
    loop {
        let c = *chars.get(i)?;
        if c == ']' && i > first {
            return Some((negate, ranges, i + 1));
        }
        if c == '[' && chars.get(i + 1) == Some(&':') {
            let name: String = chars[i + 2..].iter().take_while(|c| c.is_ascii_alphabetic()).collect();
            let end = i + 2 + name.len();
            if chars.get(end) == Some(&':') && chars.get(end + 1) == Some(&']') {
                let (_, class) = CLASSES.iter().find(|(n, _)| *n == name)?;
                ranges.extend_from_slice(class);
                i = end + 2;
                continue;
            }
        }
        let (low, mut next) = if c == '\\' && chars.len() > i + 1 { (chars[i + 1], i + 2) } else { (c, i + 1) };
        let mut high = low;
        if chars.get(next) == Some(&'-') && chars.get(next + 1).is_some_and(|c| *c != ']') {
            high = chars[next + 1];
            next += 2;
        }
        ranges.push((low, high));
        i = next;
    }
}

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
