//! Terms: paths, literals, constructions, calls.

use super::{Filter, MAX_NODES, Parser, Res, boxed};
use crate::sh::tools::jq::json::Json;
use std::rc::Rc;

impl Parser {
    pub(super) fn name(&mut self) -> Res<Rc<str>> {
        let name: String = self.chars[self.at.min(self.chars.len())..]
            .iter()
            .take_while(|c| c.is_ascii_alphanumeric() || **c == '_')
            .collect();
        if name.is_empty() || name.starts_with(|c: char| c.is_ascii_digit()) {
            return self.error();
        }
        self.at += name.len();
        Ok(Rc::from(name.as_str()))
    }

    pub(super) fn postfix(&mut self) -> Res<Filter> {
        let mut filter = self.deeper(Self::primary)?;
        loop {
            self.nodes += 1;
            if self.nodes > MAX_NODES {
                return Err("filter too large".to_owned());
            }
            if self.eat("?") {
                filter = Filter::Try(boxed(filter));
            } else if self.peek() == Some('[') {
                filter = self.bracket(filter)?;
            } else if self.peek() == Some('.')
                && self
                    .chars
                    .get(self.at + 1)
                    .is_some_and(|c| c.is_ascii_alphabetic() || *c == '_' || *c == '"' || *c == '[')
            {
                self.at += 1;
                filter = match self.peek() {
                    Some('"') => self.quoted_field(filter)?,
                    Some('[') => self.bracket(filter)?,
                    _ => Filter::Field(boxed(filter), self.name()?),
                };
            } else {
                return Ok(filter);
            }
        }
    }

    fn quoted_field(&mut self, base: Filter) -> Res<Filter> {
        let key = self.string()?;
        Ok(Filter::Index(boxed(base), boxed(key)))
    }

    fn bracket(&mut self, base: Filter) -> Res<Filter> {
        self.expect("[")?;
        if self.eat("]") {
            return Ok(Filter::Each(boxed(base)));
        }
        let from = if self.is(":") { None } else { Some(boxed(self.pipe()?)) };
        if self.eat(":") {
            let to = if self.is("]") { None } else { Some(boxed(self.pipe()?)) };
            self.expect("]")?;
            return Ok(Filter::Slice(boxed(base), from, to));
        }
        self.expect("]")?;
        match from {
            Some(index) => Ok(Filter::Index(boxed(base), index)),
            None => self.error(),
        }
    }

    fn primary(&mut self) -> Res<Filter> {
        self.blanks();
        let Some(c) = self.peek() else { return self.error() };
        match c {
            '.' => {
                if self.eat("..") {
                    return Ok(Filter::Recurse);
                }
                self.at += 1;
                match self.peek() {
                    Some('"') => self.quoted_field(Filter::Identity),
                    Some(c) if c.is_ascii_alphabetic() || c == '_' => {
                        Ok(Filter::Field(boxed(Filter::Identity), self.name()?))
                    }
                    _ => Ok(Filter::Identity),
                }
            }
            '"' => self.string(),
            '(' => {
                self.at += 1;
                let inner = self.pipe()?;
                self.expect(")")?;
                Ok(inner)
            }
            '[' => {
                self.at += 1;
                if self.eat("]") {
                    return Ok(Filter::List(None));
                }
                let inner = self.pipe()?;
                self.expect("]")?;
                Ok(Filter::List(Some(boxed(inner))))
            }
            '{' => self.object(),
            '$' => {
                self.at += 1;
                Ok(Filter::Variable(self.name()?))
            }
            '-' => {
                self.at += 1;
                let inner = self.deeper(Self::postfix)?;
                Ok(Filter::Negate(boxed(inner)))
            }
            '@' => {
                self.at += 1;
                let name = self.name()?;
                Ok(Filter::Call(Rc::from(format!("@{name}").as_str()), Vec::new()))
            }
            c if c.is_ascii_digit() => {
                let text: String =
                    self.chars[self.at..].iter().take_while(|c| c.is_ascii_digit() || **c == '.').collect();
                self.at += text.len();
                text.parse().map(|n| Filter::Literal(Json::Number(n))).map_err(|_| "bad number".to_owned())
            }
            _ => self.call(),
        }
    }

    fn call(&mut self) -> Res<Filter> {
        if self.word("if") {
            return self.condition();
        }
        if self.word("reduce") {
            let source = self.postfix()?;
            if !self.word("as") {
                return self.error();
            }
            self.expect("$")?;
            let name = self.name()?;
            self.expect("(")?;
            let init = self.pipe()?;
            self.expect(";")?;
            let update = self.pipe()?;
            self.expect(")")?;
            return Ok(Filter::Reduce(boxed(source), name, boxed(init), boxed(update)));
        }
        if self.word("try") {
            let inner = self.postfix()?;
            return Ok(Filter::Try(boxed(inner)));
        }
        for word in ["def", "foreach", "label", "import", "include"] {
            if self.word(word) {
                return Err(format!("{word}: not simulated here"));
            }
        }
        let name = self.name()?;
        let literal = match &*name {
            "null" => Some(Json::Null),
            "true" => Some(Json::Bool(true)),
            "false" => Some(Json::Bool(false)),
            _ => None,
        };
        if let Some(value) = literal {
            return Ok(Filter::Literal(value));
        }
        let mut args = Vec::new();
        if self.peek() == Some('(') {
            self.at += 1;
            loop {
                args.push(self.pipe()?);
                if self.eat(")") {
                    break;
                }
                self.expect(";")?;
            }
        }
        Ok(Filter::Call(name, args))
    }

    fn condition(&mut self) -> Res<Filter> {
        let mut arms = Vec::new();
        loop {
            let test = self.pipe()?;
            if !self.word("then") {
                return self.error();
            }
            arms.push((test, self.pipe()?));
            if self.word("elif") {
                continue;
            }
            let otherwise = if self.word("else") { Some(boxed(self.pipe()?)) } else { None };
            if !self.word("end") {
                return self.error();
            }
            return Ok(Filter::If(arms, otherwise));
        }
    }

    fn object(&mut self) -> Res<Filter> {
        self.expect("{")?;
        let mut entries = Vec::new();
        if self.eat("}") {
            return Ok(Filter::Map(entries));
        }
        loop {
            self.blanks();
            let (key, short) = match self.peek() {
                Some('"') => {
                    let key = self.string()?;
                    (key.clone(), Some(Filter::Index(boxed(Filter::Identity), boxed(key))))
                }
                Some('(') => {
                    self.at += 1;
                    let key = self.pipe()?;
                    self.expect(")")?;
                    (key, None)
                }
                Some('$') => {
                    self.at += 1;
                    let name = self.name()?;
                    (Filter::Literal(Json::Text(name.clone())), Some(Filter::Variable(name)))
                }
                _ => {
                    let name = self.name()?;
                    (Filter::Literal(Json::Text(name.clone())), Some(Filter::Field(boxed(Filter::Identity), name)))
                }
            };
            let value = match (self.eat(":"), short) {
                (true, _) => {
                    let mut value = self.deeper(Self::alternative)?;
                    while self.eat("|") {
                        let next = self.alternative()?;
                        value = Filter::Pipe(boxed(value), boxed(next));
                    }
                    value
                }
                (false, Some(short)) => short,
                (false, None) => return self.error(),
            };
            entries.push((key, value));
            if self.eat("}") {
                return Ok(Filter::Map(entries));
            }
            self.expect(",")?;
        }
    }

    fn string(&mut self) -> Res<Filter> {
        self.expect("\"")?;
        let (mut parts, mut text) = (Vec::new(), String::new());
        loop {
            let Some(c) = self.peek() else { return self.error() };
            self.at += 1;
            match c {
                '"' => break,
                '\\' if self.peek() == Some('(') => {
                    self.at += 1;
                    let inner = self.pipe()?;
                    self.expect(")")?;
                    parts.push((std::mem::take(&mut text), Some(inner)));
                }
                '\\' => {
                    let e = self.peek().unwrap_or('\\');
                    self.at += 1;
                    text.push(match e {
                        'n' => '\n',
                        't' => '\t',
                        'r' => '\r',
                        other => other,
                    });
                }
                _ => text.push(c),
            }
        }
        if parts.is_empty() {
            return Ok(Filter::Literal(Json::text(&text)));
        }
        parts.push((text, None));
        Ok(Filter::Format(parts))
    }
}
