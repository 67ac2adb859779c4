//! From tokens to nodes. Models `text/template/parse/parse.go`.

use super::lexer::{self, Kind as T, Token};
use super::{Argument, Command, Kind, Node, Pipe, funcs};
use crate::apimachinery::Value;
use std::collections::BTreeMap;

type Defined = BTreeMap<String, Vec<Node>>;

/// The nodes of a template, and the templates that it defines. The error is Go's text.
pub fn parse(text: &str) -> Result<(Vec<Node>, Defined), String> {
    let place = |at: usize| text.get(..at).unwrap_or(text).matches('\n').count() + 1;
    let worded = |(why, at): (String, usize)| format!("template: output:{}: {why}", place(at));
    let tokens = lexer::lex(text).map_err(worded)?;
    let mut parser =
        Parser { text, tokens, next: 0, variables: vec!["$".to_owned()], loops: 0, depth: 0, defined: Defined::new() };
    let (nodes, end) = parser.list().map_err(worded)?;
    match end {
        Ended::Text => Ok((nodes, parser.defined)),
        Ended::End(at) => Err(worded(("unexpected {{end}}".to_owned(), at))),
        Ended::Else(at) => Err(worded(("unexpected {{else}}".to_owned(), at))),
    }
}

/// How deep actions and parentheses may nest.
const DEEPEST: usize = 100;

type Parsed<T> = Result<T, (String, usize)>;

/// What ended a list of nodes.
enum Ended {
    Text,
    End(usize),
    Else(usize),
}

struct Parser<'a> {
    text: &'a str,
    tokens: Vec<Token>,
    next: usize,
    variables: Vec<String>,
    loops: usize,
    depth: usize,
    defined: Defined,
}

impl Parser<'_> {
    fn peek(&self) -> Token {
        let end = Token { kind: T::End, text: String::new(), at: self.text.len() };
        self.tokens.get(self.next).cloned().unwrap_or(end)
    }

    fn take(&mut self) -> Token {
        let token = self.peek();
        self.next += 1;
        token
    }

    fn skip_space(&mut self) {
        while self.peek().kind == T::Space {
            self.next += 1;
        }
    }

    fn unexpected<X>(&self, token: &Token, context: &str) -> Parsed<X> {
        let what = match token.kind {
            T::End => "EOF".to_owned(),
            T::Close => "\"}}\"".to_owned(),
            T::Field => format!("<.{}>", token.text),
            T::Word if matches!(token.text.as_str(), "end" | "else" | "if" | "range" | "with" | "define") => {
                format!("<{}>", token.text)
            }
            _ => format!("{:?}", token.text),
        };
        let text =
            if token.kind == T::End { "unexpected EOF".to_owned() } else { format!("unexpected {what} in {context}") };
        Err((text, token.at))
    }

    /// Nodes up to `{{end}}`, `{{else`, or the end.
    fn list(&mut self) -> Parsed<(Vec<Node>, Ended)> {
        self.depth += 1;
        if self.depth > DEEPEST {
            return Err(("exceeded max nesting depth".to_owned(), self.peek().at));
        }
        let mut nodes = Vec::new();
        let ended = loop {
            let token = self.take();
            match token.kind {
                T::End => break Ended::Text,
                T::Text => nodes.push(Node::Text(token.text)),
                _ => {
                    self.skip_space();
                    let word = self.peek();
                    let keyword = if word.kind == T::Word { word.text.as_str() } else { "" };
                    match keyword {
                        "end" => {
                            self.next += 1;
                            self.close("end")?;
                            break Ended::End(word.at);
                        }
                        "else" => {
                            self.next += 1;
                            break Ended::Else(word.at);
                        }
                        _ => nodes.extend(self.action(keyword)?),
                    }
                }
            }
        };
        self.depth -= 1;
        Ok((nodes, ended))
    }

    fn close(&mut self, context: &str) -> Parsed<()> {
        self.skip_space();
        let token = self.take();
        if token.kind == T::Close { Ok(()) } else { self.unexpected(&token, context) }
    }

    fn action(&mut self, keyword: &str) -> Parsed<Option<Node>> {
        let at = self.peek().at;
        if !matches!(keyword, "if" | "range" | "with" | "define" | "block" | "template" | "break" | "continue") {
            return self.pipe("command").map(|pipe| Some(Node::Action(pipe)));
        }
        self.next += 1;
        match keyword {
            "break" | "continue" => {
                if self.loops == 0 {
                    return Err((format!("{{{{{keyword}}}}} outside {{{{range}}}}"), at));
                }
                self.close(keyword)?;
                Ok(Some(if keyword == "break" { Node::Break } else { Node::Continue }))
            }
            "define" | "block" | "template" => self.named(keyword),
            _ => self.control(keyword).map(Some),
        }
    }

    fn named(&mut self, keyword: &str) -> Parsed<Option<Node>> {
        self.skip_space();
        let name = self.take();
        if name.kind != T::Str {
            return self.unexpected(&name, &format!("{keyword} clause"));
        }
        self.skip_space();
        if keyword == "define" {
            self.close("define clause")?;
        }
        let pipe = match self.peek().kind {
            T::Close if keyword == "template" => {
                self.next += 1;
                None
            }
            _ if keyword != "define" => Some(self.pipe(&format!("{keyword} clause"))?),
            _ => None,
        };
        if keyword != "template" {
            let outer = std::mem::replace(&mut self.variables, vec!["$".to_owned()]);
            let (nodes, ended) = self.list()?;
            self.variables = outer;
            if !matches!(ended, Ended::End(_)) {
                return self.unexpected(&self.peek(), &format!("{keyword} clause"));
            }
            self.defined.insert(name.text.clone(), nodes);
        }
        Ok((keyword != "define").then_some(Node::Template(name.text, pipe, name.at)))
    }

    fn control(&mut self, keyword: &str) -> Parsed<Node> {
        let kept = self.variables.len();
        let pipe = self.pipe(keyword)?;
        self.loops += usize::from(keyword == "range");
        let (body, ended) = self.list()?;
        self.loops -= usize::from(keyword == "range");
        let otherwise = match ended {
            Ended::End(_) => Vec::new(),
            Ended::Text => return self.unexpected(&self.peek(), ""),
            Ended::Else(_) => self.otherwise(keyword)?,
        };
        self.variables.truncate(kept);
        Ok(match keyword {
            "if" => Node::If(pipe, body, otherwise),
            "range" => Node::Range(pipe, body, otherwise),
            _ => Node::With(pipe, body, otherwise),
        })
    }

    /// What follows `{{else`: a list up to its end, or another `if`.
    fn otherwise(&mut self, keyword: &str) -> Parsed<Vec<Node>> {
        self.skip_space();
        let next = self.peek();
        if next.kind == T::Word && next.text == keyword && keyword != "range" {
            self.next += 1;
            self.depth += 1;
            if self.depth > DEEPEST {
                return Err(("exceeded max nesting depth".to_owned(), next.at));
            }
            let node = self.control(keyword)?;
            self.depth -= 1;
            return Ok(vec![node]);
        }
        self.close("else")?;
        let (nodes, ended) = self.list()?;
        match ended {
            Ended::End(_) => Ok(nodes),
            Ended::Else(at) => Err(("expected end; found {{else}}".to_owned(), at)),
            Ended::Text => self.unexpected(&self.peek(), ""),
        }
    }

    /// A pipeline with its `}}`.
    fn pipe(&mut self, context: &str) -> Parsed<Pipe> {
        let pipe = self.pipeline(context, T::Close)?;
        self.next += 1;
        Ok(pipe)
    }

    /// Commands up to a token, which is left.
    fn pipeline(&mut self, context: &str, until: T) -> Parsed<Pipe> {
        self.skip_space();
        let mut pipe = Pipe { at: self.peek().at, ..Pipe::default() };
        self.declarations(&mut pipe, context)?;
        loop {
            self.skip_space();
            let token = self.peek();
            if token.kind == until {
                if pipe.commands.is_empty() {
                    return Err((format!("missing value for {context}"), token.at));
                }
                break;
            }
            match token.kind {
                T::Word | T::Dot | T::Field | T::Variable | T::Number | T::Str | T::Char | T::LeftParen => {
                    let command = self.command()?;
                    pipe.commands.push(command);
                }
                _ => return self.unexpected(&token, context),
            }
        }
        let is_value =
            |c: &Command| matches!(c.arguments.first().map(|a| &a.kind), Some(Kind::Constant(_) | Kind::Nil));
        match pipe.commands.iter().skip(1).position(is_value) {
            Some(at) => Err((format!("non executable command in pipeline stage {}", at + 2), pipe.at)),
            None => Ok(pipe),
        }
    }

    /// `$a :=`, `$a =`, `$i, $v :=`
    fn declarations(&mut self, pipe: &mut Pipe, context: &str) -> Parsed<()> {
        let start = self.next;
        let mut names = Vec::new();
        loop {
            self.skip_space();
            let token = self.take();
            if token.kind != T::Variable {
                break;
            }
            names.push(token.text);
            self.skip_space();
            let after = self.take();
            match after.kind {
                T::Comma if context == "range" && names.len() < 2 => continue,
                T::Declare => {
                    self.variables.extend(names.iter().cloned());
                    pipe.variables = names;
                    return Ok(());
                }
                T::Assign => {
                    if let Some(unknown) = names.iter().find(|n| !self.variables.contains(n)) {
                        return Err((format!("undefined variable {unknown:?}"), token.at));
                    }
                    pipe.variables = names;
                    pipe.assigns = true;
                    return Ok(());
                }
                _ => break,
            }
        }
        self.next = start;
        Ok(())
    }

    /// Arguments up to `|` or what ends the pipeline.
    fn command(&mut self) -> Parsed<Command> {
        let at = self.peek().at;
        let mut arguments: Vec<Argument> = Vec::new();
        loop {
            self.skip_space();
            let token = self.peek();
            match token.kind {
                T::Close | T::RightParen => break,
                T::Pipe => {
                    self.next += 1;
                    self.skip_space();
                    if matches!(self.peek().kind, T::Close | T::RightParen | T::Pipe) {
                        return self.missing();
                    }
                    break;
                }
                _ => {
                    let argument = self.argument()?;
                    arguments.push(argument);
                    let next = self.peek();
                    if !matches!(next.kind, T::Space | T::Close | T::RightParen | T::Pipe) {
                        return self.unexpected(&next, "operand");
                    }
                }
            }
        }
        let text = arguments.iter().map(|a| a.text.as_str()).collect::<Vec<_>>().join(" ");
        Ok(Command { arguments, text, at })
    }

    fn missing<X>(&self) -> Parsed<X> {
        Err(("missing value for command".to_owned(), self.peek().at))
    }

    fn argument(&mut self) -> Parsed<Argument> {
        let token = self.take();
        let (mut kind, mut text, mut at) = (Kind::Dot, ".".to_owned(), token.at);
        let mut fields = Vec::new();
        match token.kind {
            T::Dot => {}
            T::Field => {
                text = format!(".{}", token.text);
                fields.push(token.text);
            }
            T::Variable => {
                if !self.variables.contains(&token.text) {
                    return Err((format!("undefined variable {:?}", token.text), token.at));
                }
                text.clone_from(&token.text);
                kind = Kind::Variable(token.text);
            }
            T::Str => {
                text = format!("{:?}", token.text);
                kind = Kind::Constant(token.text.into());
            }
            T::Char => {
                text = format!("'{}'", token.text);
                let code = token.text.chars().next().map_or(0, |c| i64::from(c as u32));
                kind = Kind::Constant(code.into());
            }
            T::Number => {
                let number = number(&token.text).ok_or_else(|| (format!("bad number syntax: {:?}", token.text), at))?;
                kind = Kind::Constant(number);
                text = token.text;
            }
            T::Word => {
                kind = match token.text.as_str() {
                    "true" => Kind::Constant(true.into()),
                    "false" => Kind::Constant(false.into()),
                    "nil" => Kind::Nil,
                    name if funcs::is_known(name) => Kind::Function(name.to_owned()),
                    name => return Err((format!("function {name:?} not defined"), at)),
                };
                text = token.text;
            }
            T::LeftParen => {
                self.depth += 1;
                if self.depth > DEEPEST {
                    return Err(("exceeded max nesting depth".to_owned(), at));
                }
                let pipe = self.pipeline("parenthesized pipeline", T::RightParen)?;
                self.depth -= 1;
                self.next += 1;
                let inner: Vec<&str> = pipe.commands.iter().map(|c| c.text.as_str()).collect();
                text = format!("({})", inner.join(" | "));
                kind = Kind::Pipe(pipe);
            }
            _ => return self.unexpected(&token, "operand"),
        }
        let mut first = matches!(kind, Kind::Dot | Kind::Pipe(_));
        while self.peek().kind == T::Field {
            let field = self.take();
            // Go places a chain of fields at its second.
            if std::mem::take(&mut first) {
                at = field.at;
            }
            text.push_str(&format!(".{}", field.text));
            fields.push(field.text);
        }
        Ok(Argument { kind, fields, text, at })
    }
}

fn number(text: &str) -> Option<Value> {
    let plain = text.replace('_', "");
    if let Ok(int) = plain.strip_prefix('+').unwrap_or(&plain).parse::<i64>() {
        return Some(int.into());
    }
    if let Some(hex) = plain.strip_prefix("0x") {
        return i64::from_str_radix(hex, 16).ok().map(Value::Int);
    }
    let is_float = plain.bytes().all(|b| b.is_ascii_digit() || b"+-.eE".contains(&b));
    plain.parse::<f64>().ok().filter(|_| is_float).map(Value::Float)
}
