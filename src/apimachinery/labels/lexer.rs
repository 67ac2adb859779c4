//! Tokens of a label selector.

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Token {
    Error,
    End,
    Close,
    Comma,
    Not,
    DoubleEquals,
    Equals,
    Greater,
    Identifier,
    In,
    Less,
    NotEquals,
    NotIn,
    Open,
}

fn is_special(c: char) -> bool {
    matches!(c, '=' | '!' | '(' | ')' | ',' | '>' | '<')
}

fn keyword(text: &str) -> Option<Token> {
    Some(match text {
        ")" => Token::Close,
        "," => Token::Comma,
        "!" => Token::Not,
        "==" => Token::DoubleEquals,
        "=" => Token::Equals,
        ">" => Token::Greater,
        "in" => Token::In,
        "<" => Token::Less,
        "!=" => Token::NotEquals,
        "notin" => Token::NotIn,
        "(" => Token::Open,
        _ => return None,
    })
}

/// All tokens of the text with their literals; the last is [`Token::End`].
pub fn scan(text: &str) -> Vec<(Token, String)> {
    let mut chars = text.chars().peekable();
    let mut out = Vec::new();
    loop {
        while chars.next_if(|c| matches!(c, ' ' | '\t' | '\r' | '\n')).is_some() {}
        match chars.peek() {
            None => break,
            Some(c) if is_special(*c) => out.push(symbol(&mut chars)),
            Some(_) => {
                let mut word = String::new();
                while let Some(c) = chars.next_if(|c| !is_special(*c) && !matches!(c, ' ' | '\t' | '\r' | '\n')) {
                    word.push(c);
                }
                out.push((keyword(&word).unwrap_or(Token::Identifier), word));
            }
        }
    }
    out.push((Token::End, String::new()));
    out
}

/// The longest run of symbols that is a keyword.
fn symbol(chars: &mut std::iter::Peekable<std::str::Chars>) -> (Token, String) {
    let (mut text, mut found) = (String::new(), None);
    while let Some(c) = chars.next_if(|c| is_special(*c)) {
        let longer = format!("{text}{c}");
        match keyword(&longer) {
            Some(token) => found = Some(token),
            None => return (Token::Error, format!("error expected: keyword found '{longer}'")),
        }
        text = longer;
        // Go on only where one more symbol still makes a keyword.
        if chars.peek().is_none_or(|next| keyword(&format!("{text}{next}")).is_none()) {
            break;
        }
    }
    (found.unwrap_or(Token::Error), text)
}
