//! Tokens of awk.

use crate::sh::escape::unescape;
use std::rc::Rc;

#[derive(Clone, Debug, PartialEq)]
pub enum Token {
    Number(f64),
    Text(Rc<str>),
    Regex(Rc<str>),
    /// A name; true where a parenthesis follows at once.
    Name(Rc<str>, bool),
    Op(&'static str),
    Newline,
}

const OPS: &[&str] = &[
    "&&", "||", "==", "!=", "<=", ">=", "++", "--", "+=", "-=", "*=", "/=", "%=", "^=", "**", ">>", "!~", "{", "}",
    "(", ")", "[", "]", ";", ",", "+", "-", "*", "/", "%", "^", "!", "<", ">", "=", "~", "?", ":", "$", "|",
];

pub fn tokens(text: &str) -> Result<Vec<Token>, String> {
    let chars: Vec<char> = text.chars().collect();
    let (mut out, mut i): (Vec<Token>, usize) = (Vec::new(), 0);
    while let Some(&c) = chars.get(i) {
        match c {
            ' ' | '\t' | '\r' => i += 1,
            '\n' => {
                out.push(Token::Newline);
                i += 1;
            }
            '\\' if chars.get(i + 1) == Some(&'\n') => i += 2,
            '#' => {
                while chars.get(i).is_some_and(|c| *c != '\n') {
                    i += 1;
                }
            }
            '"' => {
                let (text, next) = until(&chars, i + 1, '"').ok_or("unterminated string")?;
                out.push(Token::Text(Rc::from(unescape(&text.replace("\\/", "/")).0.as_str())));
                i = next;
            }
            '/' if regex_may_follow(out.last()) => {
                let (text, next) = until(&chars, i + 1, '/').ok_or("unterminated regexp")?;
                out.push(Token::Regex(Rc::from(text.replace("\\/", "/").as_str())));
                i = next;
            }
            c if c.is_ascii_digit() || (c == '.' && chars.get(i + 1).is_some_and(char::is_ascii_digit)) => {
                let start = i;
                while chars.get(i).is_some_and(|c| c.is_ascii_digit() || *c == '.') {
                    i += 1;
                }
                if matches!(chars.get(i), Some('e' | 'E')) {
                    let sign = usize::from(matches!(chars.get(i + 1), Some('+' | '-')));
                    if chars.get(i + 1 + sign).is_some_and(char::is_ascii_digit) {
                        i += 1 + sign;
                        while chars.get(i).is_some_and(char::is_ascii_digit) {
                            i += 1;
                        }
                    }
                }
                let text: String = chars[start..i].iter().collect();
                out.push(Token::Number(text.parse().map_err(|_| "syntax error")?));
            }
            c if c.is_ascii_alphabetic() || c == '_' => {
                let name: String = chars[i..].iter().take_while(|c| c.is_ascii_alphanumeric() || **c == '_').collect();
                i += name.len();
                let calls = chars.get(i) == Some(&'(');
                out.push(Token::Name(Rc::from(name.as_str()), calls));
            }
            _ => {
                let at = |op: &str| op.chars().enumerate().all(|(n, o)| chars.get(i + n) == Some(&o));
                let op = OPS.iter().find(|op| at(op)).ok_or("syntax error")?;
                out.push(Token::Op(if *op == "**" { "^" } else { op }));
                i += op.len();
            }
        }
    }
    Ok(out)
}

fn until(chars: &[char], start: usize, end: char) -> Option<(String, usize)> {
    let (mut text, mut i) = (String::new(), start);
    loop {
        let c = *chars.get(i)?;
        i += 1;
        if c == end {
            return Some((text, i));
        }
        text.push(c);
        if c == '\\' {
            text.extend(chars.get(i));
            i += 1;
        }
    }
}

fn regex_may_follow(last: Option<&Token>) -> bool {
    match last {
        None | Some(Token::Newline) => true,
        Some(Token::Op(op)) => !matches!(*op, ")" | "]" | "++" | "--" | "$"),
        Some(Token::Name(name, _)) => matches!(&**name, "print" | "return" | "in"),
        _ => false,
    }
}
