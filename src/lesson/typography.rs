//! Chinese set by Chinese rules: full-width punctuation, and a space between Han and Latin.

/// True for Han characters and for full-width punctuation.
fn is_wide(c: char) -> bool {
    is_han(c) || is_wide_mark(c)
}

fn is_han(c: char) -> bool {
    matches!(c, '\u{3400}'..='\u{4DBF}' | '\u{4E00}'..='\u{9FFF}' | '\u{F900}'..='\u{FAFF}')
}

fn is_wide_mark(c: char) -> bool {
    matches!(c, '\u{3000}'..='\u{303F}' | '\u{FF01}'..='\u{FF60}' | '“' | '”' | '‘' | '’' | '…' | '—')
}

/// What stands between two lines of one paragraph: nothing between wide characters or beside a full-width mark, else a space.
pub fn joint(before: &str, after: &str) -> &'static str {
    match (before.chars().next_back(), after.chars().next()) {
        (Some(a), Some(b)) if is_wide(a) && is_wide(b) || is_wide_mark(a) || is_wide_mark(b) => "",
        (None, _) | (_, None) => "",
        _ => " ",
    }
}

/// Returns what breaks the rules in a Chinese text, each with a few characters around it. Code (between `) may hold anything, and counts as
/// Latin at its edges.
pub fn problems(text: &str) -> Vec<String> {
    let chars: Vec<char> = veil_code(text);
    let mut found = Vec::new();
    for (at, pair) in chars.windows(2).enumerate() {
        let &[a, b] = pair else { continue };
        let around = || {
            let from = at.saturating_sub(6);
            chars.iter().skip(from).take(14).collect::<String>().replace('\n', " ")
        };
        let half = |c: char| matches!(c, ',' | ';' | ':' | '?' | '!' | '(' | ')');
        if is_han(a) && (half(b) || b == '.') || half(a) && is_han(b) {
            found.push(format!("half-width punctuation beside Han: …{}…", around()));
        }
        let latin = |c: char| c.is_ascii_alphanumeric() || c == CODE;
        if is_han(a) && latin(b) || latin(a) && is_han(b) {
            found.push(format!("no space between Han and Latin: …{}…", around()));
        }
        if is_wide_mark(a) && b == ' ' || a == ' ' && is_wide_mark(b) {
            found.push(format!("a space beside full-width punctuation: …{}…", around()));
        }
    }
    found
}

/// Stands for a piece of code.
const CODE: char = '\u{1}';

/// The text with its code and link targets left out, and without the marks of emphasis, which have no width.
fn veil_code(text: &str) -> Vec<char> {
    let (mut out, mut in_code, mut in_target) = (Vec::new(), false, false);
    for c in text.chars() {
        match c {
            '`' => {
                if !in_code {
                    out.push(CODE);
                }
                in_code = !in_code;
            }
            _ if in_code => {}
            '(' if out.last() == Some(&']') => {
                out.pop();
                in_target = true;
            }
            ')' if in_target => in_target = false,
            '*' | '[' => {}
            _ if in_target => {}
            c => out.push(c),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn good_chinese_has_no_problem() {
        for good in [
            "你好，世界。",
            "一个 Pod 里有 2 个容器（共享网络）。",
            "用 `kubectl get po` 查看，或者看[下一课](lesson:ch5/02-x)。",
            "它叫 **Pod**，是最小的单位。",
            "Hello, world: it is (so).",
            "时间是 00:16:42。",
        ] {
            assert_eq!(problems(good), Vec::<String>::new(), "{good}");
        }
    }

    #[test]
    fn each_rule_can_fail() {
        for bad in [
            "你好,世界",
            "你好(世界)",
            "你好.",
            "一个Pod",
            "有2个",
            "用`ls`看",
            "用 `ls`看",
            "你好， 世界",
            "看 **Pod**里",
        ] {
            assert_ne!(problems(bad), Vec::<String>::new(), "{bad}");
        }
    }

    #[test]
    fn lines_are_joined_as_each_script_wants() {
        for (a, b, want) in [("a", "b", " "), ("你", "好", ""), ("你，", "Pod", ""), ("你", "Pod", " "), ("", "b", "")]
        {
            assert_eq!(joint(a, b), want, "{a}|{b}");
        }
    }

    #[test]
    fn the_pages_chinese_keeps_the_rules() {
        let source = include_str!("../i18n/zh.rs");
        let code = source.lines().filter(|line| !line.trim_start().starts_with("//"));
        let texts = code.flat_map(|line| line.split('"').skip(1).step_by(2));
        let found: Vec<String> = texts.flat_map(problems).collect();
        assert_eq!(found, Vec::<String>::new());
    }
}
