//! Backslash escapes of `echo -e`, `printf` and `$'…'`.

/// Replaces escapes; the second value is true where `\c` said to stop.
pub fn unescape(text: &str) -> (String, bool) {
    let chars: Vec<char> = text.chars().collect();
    let (mut out, mut i) = (String::new(), 0);
    while let Some(&c) = chars.get(i) {
        i += 1;
        if c != '\\' {
            out.push(c);
            continue;
        }
        let Some(&e) = chars.get(i) else {
            out.push('\\');
            break;
        };
        i += 1;
        let mut digits = |radix: u32, max: usize| {
            let taken: String = chars[i..].iter().take(max).take_while(|d| d.is_digit(radix)).collect();
            i += taken.chars().count();
            u32::from_str_radix(&taken, radix).ok()
        };
        match e {
            'n' => out.push('\n'),
            't' => out.push('\t'),
            'r' => out.push('\r'),
            'a' => out.push('\u{7}'),
            'b' => out.push('\u{8}'),
            'f' => out.push('\u{c}'),
            'v' => out.push('\u{b}'),
            'e' | 'E' => out.push('\u{1b}'),
            '\\' | '\'' | '"' => out.push(e),
            'c' => return (out, true),
            '0' => out.push(digits(8, 3).and_then(char::from_u32).unwrap_or('\0')),
            'x' => match digits(16, 2).and_then(char::from_u32) {
                Some(c) => out.push(c),
                None => out.push_str("\\x"),
            },
            'u' | 'U' => match digits(16, if e == 'u' { 4 } else { 8 }).and_then(char::from_u32) {
                Some(c) => out.push(c),
                None => out.extend(['\\', e]),
            },
            '1'..='7' => {
                i -= 1;
                let taken: String = chars[i..].iter().take(3).take_while(|d| d.is_digit(8)).collect();
                i += taken.len();
                out.extend(u32::from_str_radix(&taken, 8).ok().and_then(char::from_u32));
            }
            other => out.extend(['\\', other]),
        }
    }
    (out, false)
}
