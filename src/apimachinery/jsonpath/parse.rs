//! The parser of JSONPath templates, with the error texts of client-go.

use super::{JsonPath, Node};

/// The nesting of unions and filters that is still read.
const MAX_DEPTH: usize = 20;

/// Parses a template. The error is client-go's.
pub fn parse(text: &str) -> Result<JsonPath, String> {
    Ok(JsonPath { nodes: template(text, 0)?, allow_missing: false })
}

fn template(text: &str, depth: usize) -> Result<Vec<Node>, String> {
    if depth > MAX_DEPTH {
        return Err("template is nested too deeply".into());
    }
    let mut parser = Parser { chars: text.chars().collect(), at: 0, depth };
    let mut nodes = Vec::new();
    let mut plain = String::new();
    while let Some(c) = parser.peek() {
        if c != '{' {
            plain.push(c);
            parser.at += 1;
            continue;
        }
        if !plain.is_empty() {
            nodes.push(Node::Text(std::mem::take(&mut plain)));
        }
        parser.at += 1;
        let mut list = Vec::new();
        parser.action(&mut list)?;
        nodes.push(Node::List(list));
    }
    if !plain.is_empty() {
        nodes.push(Node::Text(plain));
    }
    Ok(nodes)
}

/// Parses an expression as if it stood in braces.
fn expression(text: &str, depth: usize) -> Result<Vec<Node>, String> {
    match template(&format!("{{{text}}}"), depth)?.into_iter().next() {
        Some(Node::List(nodes)) => Ok(nodes),
        _ => Ok(Vec::new()),
    }
}

struct Parser {
    chars: Vec<char>,
    at: usize,
    depth: usize,
}

fn is_word(c: char) -> bool {
    c == '_' || c.is_alphanumeric()
}

impl Parser {
    fn peek(&self) -> Option<char> {
        self.chars.get(self.at).copied()
    }
    fn next(&mut self) -> Option<char> {
        let c = self.peek();
        self.at += 1;
        c
    }
    fn text(&self, from: usize, to: usize) -> String {
        self.chars.iter().skip(from).take(to.saturating_sub(from)).collect()
    }
    fn starts_with(&self, prefix: &str) -> bool {
        prefix.chars().enumerate().all(|(i, c)| self.chars.get(self.at + i) == Some(&c))
    }

    /// Reads up to the closing brace.
    fn action(&mut self, list: &mut Vec<Node>) -> Result<(), String> {
        loop {
            if self.starts_with("[?(") {
                self.filter(list)?;
                continue;
            }
            if self.starts_with("..") {
                if list.last() == Some(&Node::Recursive) {
                    return Err("invalid multiple recursive descent".into());
                }
                self.at += 2;
                list.push(Node::Recursive);
                if self.peek().is_some_and(is_word) {
                    self.field(list);
                }
                continue;
            }
            match self.next() {
                Some('}') => return Ok(()),
                None | Some('\n' | '\r') => return Err("unclosed action".into()),
                Some(' ' | '@' | '$') => {}
                Some('[') => self.array(list)?,
                Some(q @ ('"' | '\'')) => self.quoted(q, list)?,
                Some('.') => self.field(list),
                Some(c) if c == '+' || c == '-' || c.is_ascii_digit() => self.number(list)?,
                Some(c) if is_word(c) => self.word(list),
                Some(c) => {
                    return Err(format!("unrecognized character in action: U+{:04X} '{c}'", c as u32));
                }
            }
        }
    }

    fn word(&mut self, list: &mut Vec<Node>) {
        let from = self.at - 1;
        while self.peek().is_some_and(is_word) {
            self.at += 1;
        }
        list.push(match self.text(from, self.at).as_str() {
            "true" => Node::Bool(true),
            "false" => Node::Bool(false),
            word => Node::Word(word.to_owned()),
        });
    }

    fn number(&mut self, list: &mut Vec<Node>) -> Result<(), String> {
        let from = self.at - 1;
        while self.peek().is_some_and(|c| c == '.' || c.is_ascii_digit()) {
            self.at += 1;
        }
        let text = self.text(from, self.at);
        list.push(match (text.parse(), text.parse()) {
            (Ok(i), _) => Node::Int(i),
            (_, Ok(f)) => Node::Float(f),
            _ => return Err(format!("cannot parse number {text}")),
        });
        Ok(())
    }

    fn field(&mut self, list: &mut Vec<Node>) {
        let mut name = String::new();
        while let Some(c) = self.peek() {
            if c.is_whitespace() || ".,[]$@{}".contains(c) {
                break;
            }
            self.at += 1;
            if c == '\\' {
                name.extend(self.next());
            } else {
                name.push(c);
            }
        }
        list.push(if name == "*" { Node::Wildcard } else { Node::Field(name) });
    }

    fn quoted(&mut self, quote: char, list: &mut Vec<Node>) -> Result<(), String> {
        let mut text = String::new();
        loop {
            match self.next() {
                None | Some('\n') => return Err("unterminated quoted string".into()),
                Some(c) if c == quote => break,
                Some('\\') => match self.next() {
                    Some('n') => text.push('\n'),
                    Some('t') => text.push('\t'),
                    Some('r') => text.push('\r'),
                    Some(c @ ('\\' | '"' | '\'')) => text.push(c),
                    _ => return Err(format!("unquote string {quote}{text}{quote} error invalid syntax")),
                },
                Some(c) => text.push(c),
            }
        }
        list.push(Node::Text(text));
        Ok(())
    }

    fn array(&mut self, list: &mut Vec<Node>) -> Result<(), String> {
        let from = self.at;
        loop {
            match self.next() {
                None | Some('\n') => return Err("unterminated array".into()),
                Some(']') => break,
                Some(_) => {}
            }
        }
        let text = self.text(from, self.at - 1);
        let text = if text == "*" { ":" } else { text.as_str() };
        if text.contains(',') {
            let parts: Result<Vec<_>, String> =
                text.split(',').map(|p| expression(&format!("[{}]", p.trim_matches(' ')), self.depth + 1)).collect();
            list.push(Node::Union(parts?));
            return Ok(());
        }
        if let Some(key) = text.strip_prefix('\'').and_then(|t| t.strip_suffix('\'')) {
            if !key.contains('\'') {
                list.extend(expression(&format!(".{key}"), self.depth + 1)?);
                return Ok(());
            }
        }
        list.push(slice(text)?);
        Ok(())
    }

    fn filter(&mut self, list: &mut Vec<Node>) -> Result<(), String> {
        self.at += 3;
        let from = self.at;
        let mut quote = None;
        let mut closed = false;
        loop {
            match self.next() {
                None | Some('\n') => return Err("unterminated filter".into()),
                Some(c @ ('"' | '\'')) => match quote {
                    None => quote = Some(c),
                    Some(q) if q == c && self.chars.get(self.at.wrapping_sub(2)) != Some(&'\\') => closed = true,
                    Some(_) => {}
                },
                Some(')') if quote.is_some() == closed => break,
                Some(_) => {}
            }
        }
        let text = self.text(from, self.at - 1);
        if self.next() != Some(']') {
            return Err("unclosed array expect ]".into());
        }
        let operator = |c: char| "!<>=".contains(c);
        let left = text.find(operator).unwrap_or(text.len());
        let (left, rest) = text.split_at(left);
        let right = rest.find(|c| !operator(c)).unwrap_or(rest.len());
        let (operator, right) = rest.split_at(right);
        let node = if left.is_empty() || operator.is_empty() || right.is_empty() {
            Node::Filter(expression(&text, self.depth + 1)?, "exists".into(), Vec::new())
        } else {
            let (l, r) = (expression(left, self.depth + 1)?, expression(right, self.depth + 1)?);
            Node::Filter(l, operator.to_owned(), r)
        };
        list.push(node);
        Ok(())
    }
}

fn slice(text: &str) -> Result<Node, String> {
    let invalid = || format!("invalid array index {text}");
    let parts: Vec<&str> = text.split(':').collect();
    if parts.len() > 3 {
        return Err(invalid());
    }
    let number = |at: usize| -> Result<Option<i64>, String> {
        match parts.get(at) {
            None | Some(&"") => Ok(None),
            Some(p) => {
                let digits = p.strip_prefix('-').unwrap_or(p);
                if !digits.bytes().all(|b| b.is_ascii_digit()) {
                    return Err(invalid());
                }
                p.parse().map(Some).map_err(|_| format!("array index {p} is not a number"))
            }
        }
    };
    let (from, to, step) = (number(0)?, number(1)?, number(2)?);
    if parts.len() == 1 {
        return Ok(Node::Slice { from, to: Some(from.unwrap_or(0).saturating_add(1)), derived: true, step });
    }
    Ok(Node::Slice { from, to, derived: false, step })
}
