//! Breaks text into lines. Models `mitchellh/go-wordwrap`, through which kubectl prints.

/// Breaks lines at blanks so that they are not longer than `limit` where that can be; the blanks at a break go, all
/// others stay.
pub fn wrap(text: &str, limit: usize) -> String {
    text.split('\n').map(|line| wrap_line(line, limit)).collect::<Vec<_>>().join("\n")
}

fn wrap_line(line: &str, limit: usize) -> String {
    let mut out = String::new();
    let mut used = 0;
    let mut rest = line;
    while !rest.is_empty() {
        let blanks = rest.find(|c: char| !c.is_whitespace() || c == '\u{a0}').unwrap_or(rest.len());
        let (space, tail) = rest.split_at(blanks);
        let end = tail.find(|c: char| c.is_whitespace() && c != '\u{a0}').unwrap_or(tail.len());
        let (word, tail) = tail.split_at(end);
        let (gap, length) = (space.chars().count(), word.chars().count());
        if word.is_empty() {
            // Blanks at the end stay where they fit.
            if used + gap <= limit {
                out.push_str(space);
            }
        } else if used + gap + length.min(limit.saturating_sub(1)) > limit {
            // A word longer than a line gets one of its own.
            out.push('\n');
            out.push_str(word);
            used = length;
        } else {
            out.push_str(space);
            out.push_str(word);
            used += gap + length;
        }
        rest = tail;
    }
    out
}

/// Puts blanks before every line.
pub fn indent(text: &str, by: usize) -> String {
    let pad = " ".repeat(by);
    format!("{pad}{}", text.replace('\n', &format!("\n{pad}")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_break_at_blanks_and_long_words_stay_whole() {
        let cases = [
            ("aa bb cc", 5, "aa bb\ncc"),
            ("aa bb  cc", 6, "aa bb\ncc"),
            ("aa  bb", 9, "aa  bb"),
            ("a http://long.example b", 8, "a\nhttp://long.example\nb"),
            ("x\n\n  y", 8, "x\n\n  y"),
        ];
        for (text, limit, want) in cases {
            assert_eq!(wrap(text, limit), want, "{text}");
        }
    }
}
