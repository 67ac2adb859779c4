//! Sets of characters in brackets, as expressions and file names have them.

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
