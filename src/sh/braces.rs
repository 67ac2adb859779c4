//! Brace expansion: `{a,b}`, `{1..5}`.

use super::ast::{Part, Word};

const MAX_WORDS: usize = 5_000;

/// The words that a word stands for. Braces count within one stretch of unquoted text.
pub fn expand(word: &Word) -> Vec<Word> {
    let (mut done, mut todo) = (Vec::new(), vec![word.clone()]);
    while let Some(word) = todo.pop() {
        match first(&word) {
            Some(words) if done.len() + todo.len() + words.len() <= MAX_WORDS => todo.extend(words.into_iter().rev()),
            _ => done.push(word),
        }
    }
    done
}

fn first(word: &Word) -> Option<Vec<Word>> {
    word.0.iter().enumerate().find_map(|(i, part)| {
        let Part::Text(text) = part else { return None };
        let (before, choices, after) = choices(text)?;
        let make = |choice: String| {
            let mut parts = word.0.clone();
            parts[i] = Part::Text(format!("{before}{choice}{after}"));
            Word(parts)
        };
        Some(choices.into_iter().map(make).collect())
    })
}

/// Text before, alternatives and text after the first braces that expand.
fn choices(text: &str) -> Option<(&str, Vec<String>, &str)> {
    for (open, _) in text.match_indices('{') {
        let inner = &text[open + 1..];
        let (mut depth, mut start, mut parts) = (0u32, 0, Vec::new());
        for (i, c) in inner.char_indices() {
            match c {
                '{' => depth += 1,
                '}' if depth > 0 => depth -= 1,
                ',' if depth == 0 => {
                    parts.push(inner[start..i].to_owned());
                    start = i + 1;
                }
                '}' => {
                    let last = &inner[start..i];
                    let found = match parts.is_empty() {
                        true => range(last),
                        false => {
                            parts.push(last.to_owned());
                            Some(std::mem::take(&mut parts))
                        }
                    };
                    if let Some(found) = found {
                        return Some((&text[..open], found, &inner[i + 1..]));
                    }
                    break;
                }
                _ => {}
            }
        }
    }
    None
}

fn range(text: &str) -> Option<Vec<String>> {
    let mut parts = text.split("..");
    let (from, to, step) = (parts.next()?, parts.next()?, parts.next());
    let step = step.map_or(Some(1), |s| s.parse::<i64>().ok())?.unsigned_abs().max(1);
    if let (Ok(a), Ok(b)) = (from.parse::<i64>(), to.parse::<i64>()) {
        let width = if from.starts_with('0') || to.starts_with('0') { from.len().max(to.len()) } else { 0 };
        return Some(steps(a, b, step).map(|n| format!("{n:0width$}")).collect());
    }
    let one =
        |t: &str| t.chars().next().filter(|c| c.is_ascii_alphabetic() && t.len() == 1).map(|c| i64::from(c as u8));
    let (a, b) = (one(from)?, one(to)?);
    Some(steps(a, b, step).filter_map(|n| u8::try_from(n).ok()).map(|b| char::from(b).to_string()).collect())
}

fn steps(a: i64, b: i64, step: u64) -> impl Iterator<Item = i64> {
    let count = (a.abs_diff(b) / step).min(MAX_WORDS as u64);
    (0..=count).map(move |i| {
        let by = (i * step) as i64;
        if a <= b { a.wrapping_add(by) } else { a.wrapping_sub(by) }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn braces_multiply() {
        let cases = [
            ("a{b,c}d", "abd acd"),
            ("{1..3}", "1 2 3"),
            ("{3..1}", "3 2 1"),
            ("{01..03}", "01 02 03"),
            ("{a..c}", "a b c"),
            ("{a,b}{1,2}", "a1 a2 b1 b2"),
            ("{a,{b,c}}", "a b c"),
            ("{a}", "{a}"),
            ("{}", "{}"),
            ("{,x}", " x"),
        ];
        for (text, want) in cases {
            let words: Vec<String> = expand(&Word::text(text)).iter().map(|w| w.literal().unwrap()).collect();
            assert_eq!(words.join(" "), want, "{text}");
        }
    }
}
