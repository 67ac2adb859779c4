//! Reads jq's filters.

use super::json::Json;
use std::rc::Rc;

#[derive(Clone, Debug)]
pub enum Filter {
    Identity,
    Recurse,
    Literal(Json),
    /// A string with `\(…)` in it.
    Format(Vec<(String, Option<Filter>)>),
    Field(Box<Filter>, Rc<str>),
    Index(Box<Filter>, Box<Filter>),
    Slice(Box<Filter>, Option<Box<Filter>>, Option<Box<Filter>>),
    Each(Box<Filter>),
    Try(Box<Filter>),
    Pipe(Box<Filter>, Box<Filter>),
    Comma(Box<Filter>, Box<Filter>),
    Negate(Box<Filter>),
    Binary(&'static str, Box<Filter>, Box<Filter>),
    List(Option<Box<Filter>>),
    Map(Vec<(Filter, Filter)>),
    If(Vec<(Filter, Filter)>, Option<Box<Filter>>),
    Call(Rc<str>, Vec<Filter>),
    Variable(Rc<str>),
    /// `source as $name | body`
    Bind(Box<Filter>, Rc<str>, Box<Filter>),
    /// `reduce source as $name (init; update)`
    Reduce(Box<Filter>, Rc<str>, Box<Filter>, Box<Filter>),
    /// `path |= update`, `path = value`, `path += value`
    Update(&'static str, Box<Filter>, Box<Filter>),
}

struct Parser {
    chars: Vec<char>,
    at: usize,
    depth: u32,
    nodes: u32,
}

/// Why a program cannot be read, as jq 1.6 words it. It shows the program's text, and blanks up to the fault.
fn located(text: &str, p: &Parser, why: &str) -> String {
    let pad = p.at.min(p.chars.len().saturating_sub(1));
    format!("{why} (Unix shell quoting issues?) at <top-level>, line 1:\n{text}{:pad$}", "")
}

type Res<T> = Result<T, String>;

const MAX_DEPTH: u32 = 50;
const MAX_NODES: u32 = 2_000;

pub fn parse(text: &str) -> Res<Filter> {
    let mut p = Parser { chars: text.chars().collect(), at: 0, depth: 0, nodes: 0 };
    p.blanks();
    if p.at >= p.chars.len() {
        return Ok(Filter::Identity);
    }
    let filter = p.pipe().and_then(|filter| {
        p.blanks();
        if p.at < p.chars.len() { p.error() } else { Ok(filter) }
    });
    filter.map_err(|why| located(text, &p, &why))
}

fn boxed(f: Filter) -> Box<Filter> {
    Box::new(f)
}

impl Parser {
    fn peek(&self) -> Option<char> {
        self.chars.get(self.at).copied()
    }

    fn blanks(&mut self) {
        while let Some(c) = self.peek() {
            if c == '#' {
                while self.peek().is_some_and(|c| c != '\n') {
                    self.at += 1;
                }
            } else if c.is_whitespace() {
                self.at += 1;
            } else {
                return;
            }
        }
    }

    fn is(&mut self, text: &str) -> bool {
        self.blanks();
        text.chars().enumerate().all(|(i, c)| self.chars.get(self.at + i) == Some(&c))
    }

    fn eat(&mut self, text: &str) -> bool {
        let found = self.is(text);
        self.at += if found { text.chars().count() } else { 0 };
        found
    }

    fn word(&mut self, word: &str) -> bool {
        let after = self.at + word.len();
        self.blanks();
        let after = after.max(self.at + word.len());
        let found = self.is(word) && !self.chars.get(after).is_some_and(|c| c.is_alphanumeric() || *c == '_');
        self.at += if found { word.len() } else { 0 };
        found
    }

    fn expect(&mut self, text: &str) -> Res<()> {
        if self.eat(text) { Ok(()) } else { self.error() }
    }

    fn error<T>(&self) -> Res<T> {
        let rest: String = self.chars[self.at.min(self.chars.len())..].iter().take(20).collect();
        Err(match rest.is_empty() {
            true => "syntax error, unexpected $end".to_owned(),
            false => format!("syntax error near '{rest}'"),
        })
    }

    fn deeper<T>(&mut self, f: impl FnOnce(&mut Self) -> Res<T>) -> Res<T> {
        self.depth += 1;
        self.nodes += 1;
        if self.depth > MAX_DEPTH || self.nodes > MAX_NODES {
            return Err("filter too large".to_owned());
        }
        let result = f(self);
        self.depth -= 1;
        result
    }

    fn pipe(&mut self) -> Res<Filter> {
        self.deeper(|p| {
            let left = p.comma()?;
            if p.word("as") {
                p.expect("$")?;
                let name = p.name()?;
                p.expect("|")?;
                let body = p.pipe()?;
                return Ok(Filter::Bind(boxed(left), name, boxed(body)));
            }
            if p.is("|") && !p.is("|=") {
                p.eat("|");
                let right = p.pipe()?;
                return Ok(Filter::Pipe(boxed(left), boxed(right)));
            }
            Ok(left)
        })
    }

    fn comma(&mut self) -> Res<Filter> {
        let mut left = self.update()?;
        while self.eat(",") {
            self.nodes += 1;
            left = Filter::Comma(boxed(left), boxed(self.update()?));
        }
        if self.nodes > MAX_NODES { Err("filter too large".to_owned()) } else { Ok(left) }
    }

    fn update(&mut self) -> Res<Filter> {
        let left = self.alternative()?;
        for op in ["|=", "+=", "-=", "*=", "/=", "//="] {
            if self.eat(op) {
                return Ok(Filter::Update(op, boxed(left), boxed(self.alternative()?)));
            }
        }
        if self.is("=") && !self.is("==") {
            self.eat("=");
            return Ok(Filter::Update("=", boxed(left), boxed(self.alternative()?)));
        }
        Ok(left)
    }

    fn alternative(&mut self) -> Res<Filter> {
        let left = self.or()?;
        if self.is("//") && !self.is("//=") {
            self.eat("//");
            let right = self.deeper(Self::alternative)?;
            return Ok(Filter::Binary("//", boxed(left), boxed(right)));
        }
        Ok(left)
    }

    fn or(&mut self) -> Res<Filter> {
        let mut left = self.and()?;
        while self.word("or") {
            self.nodes += 1;
            left = Filter::Binary("or", boxed(left), boxed(self.and()?));
        }
        Ok(left)
    }

    fn and(&mut self) -> Res<Filter> {
        let mut left = self.compare()?;
        while self.word("and") {
            self.nodes += 1;
            left = Filter::Binary("and", boxed(left), boxed(self.compare()?));
        }
        Ok(left)
    }

    fn compare(&mut self) -> Res<Filter> {
        let left = self.sum()?;
        for op in ["==", "!=", "<=", ">=", "<", ">"] {
            if self.eat(op) {
                return Ok(Filter::Binary(op, boxed(left), boxed(self.sum()?)));
            }
        }
        Ok(left)
    }

    fn sum(&mut self) -> Res<Filter> {
        let mut left = self.product()?;
        loop {
            let op = ["+", "-"].into_iter().find(|op| self.is(op) && !self.is(&format!("{op}=")));
            let Some(op) = op else { return Ok(left) };
            self.eat(op);
            self.nodes += 1;
            if self.nodes > MAX_NODES {
                return Err("filter too large".to_owned());
            }
            left = Filter::Binary(op, boxed(left), boxed(self.product()?));
        }
    }

    fn product(&mut self) -> Res<Filter> {
        let mut left = self.postfix()?;
        loop {
            let op =
                ["*", "/", "%"].into_iter().find(|op| self.is(op) && !self.is(&format!("{op}=")) && !self.is("//"));
            let Some(op) = op else { return Ok(left) };
            self.eat(op);
            self.nodes += 1;
            if self.nodes > MAX_NODES {
                return Err("filter too large".to_owned());
            }
            left = Filter::Binary(op, boxed(left), boxed(self.postfix()?));
        }
    }

    fn name(&mut self) -> Res<Rc<str>> {
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

    fn postfix(&mut self) -> Res<Filter> {
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
