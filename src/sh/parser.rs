//! Reads the shell's language: text to [`Node`]. Words and their expansions are in [`super::words`].

use super::ast::{Arm, Assign, CondToken, Item, Node, Redir, RedirKind, Simple, Value, Word};
use std::cell::OnceCell;
use std::collections::BTreeMap;
use std::rc::Rc;

/// Why a text is no program.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ParseError {
    /// It may become one with more lines: what is still open.
    Incomplete(Open),
    /// The token that does not belong, and its line.
    Unexpected {
        token: String,
        line: u32,
    },
    Other(String),
}

/// What is still open at the end of the text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Open {
    Quote(char),
    HereDoc,
    Command,
}

pub type Parsed<T> = Result<T, ParseError>;

pub(super) struct Parser<'a> {
    pub(super) src: Vec<char>,
    pub(super) pos: usize,
    pub(super) line: u32,
    pub(super) depth: u32,
    here: Vec<Here>,
    aliases: &'a BTreeMap<String, String>,
    expanded: u32,
}

/// A here-document whose text has not come yet.
struct Here {
    body: Rc<OnceCell<Word>>,
    end: String,
    quoted: bool,
    strip: bool,
}

/// Nesting deeper than this is refused.
const MAX_DEPTH: u32 = 60;
const MAX_ALIASES: u32 = 32;
pub(super) const META: &str = " \t\n|&;()<>";

/// Reads a whole program.
pub fn parse(text: &str, aliases: &BTreeMap<String, String>) -> Parsed<Rc<Node>> {
    let mut p = Parser::over(text, aliases);
    let node = p.list(&[])?;
    if p.pos < p.src.len() {
        return Err(p.unexpected());
    }
    match p.here.is_empty() {
        true => Ok(node),
        false => Err(ParseError::Incomplete(Open::HereDoc)),
    }
}

impl<'a> Parser<'a> {
    pub(super) fn over(text: &str, aliases: &'a BTreeMap<String, String>) -> Self {
        Self { src: text.chars().collect(), pos: 0, line: 1, depth: 0, here: Vec::new(), aliases, expanded: 0 }
    }

    pub(super) fn peek(&self) -> Option<char> {
        self.src.get(self.pos).copied()
    }

    pub(super) fn peek_at(&self, n: usize) -> Option<char> {
        self.src.get(self.pos + n).copied()
    }

    pub(super) fn next(&mut self) -> Option<char> {
        let c = self.peek()?;
        self.pos += 1;
        self.line += u32::from(c == '\n');
        Some(c)
    }

    pub(super) fn at(&self, text: &str) -> bool {
        text.chars().enumerate().all(|(i, c)| self.peek_at(i) == Some(c))
    }

    pub(super) fn eat(&mut self, text: &str) -> bool {
        let found = self.at(text);
        if found {
            for _ in text.chars() {
                self.next();
            }
        }
        found
    }

    pub(super) fn deeper<T>(&mut self, f: impl FnOnce(&mut Self) -> Parsed<T>) -> Parsed<T> {
        if self.depth >= MAX_DEPTH {
            return Err(ParseError::Other("nested too deeply".to_owned()));
        }
        self.depth += 1;
        let result = f(self);
        self.depth -= 1;
        result
    }

    /// Skips blanks, joined lines and comments.
    fn blanks(&mut self) {
        loop {
            match self.peek() {
                Some(' ' | '\t') => drop(self.next()),
                Some('\r') if matches!(self.peek_at(1), Some('\n') | None) => drop(self.next()),
                Some('\\') if self.peek_at(1) == Some('\n') => {
                    self.next();
                    self.next();
                }
                Some('#') => {
                    while self.peek().is_some_and(|c| c != '\n') {
                        self.next();
                    }
                }
                _ => return,
            }
        }
    }

    /// Takes a line's end, and the here-documents that follow it.
    fn newline(&mut self) -> Parsed<bool> {
        if self.peek() != Some('\n') {
            return Ok(false);
        }
        self.next();
        for here in std::mem::take(&mut self.here) {
            self.here_body(here)?;
        }
        Ok(true)
    }

    fn here_body(&mut self, here: Here) -> Parsed<()> {
        let mut text = String::new();
        loop {
            if self.peek().is_none() {
                return Err(ParseError::Incomplete(Open::HereDoc));
            }
            let mut line = String::new();
            let mut ended = false;
            while let Some(c) = self.next() {
                if c == '\n' {
                    ended = true;
                    break;
                }
                line.push(c);
            }
            let line = if here.strip { line.trim_start_matches('\t') } else { &line };
            if line == here.end {
                break;
            }
            if !ended && self.peek().is_none() {
                return Err(ParseError::Incomplete(Open::HereDoc));
            }
            text.push_str(line);
            text.push('\n');
        }
        let word = match here.quoted {
            true => Word(vec![super::ast::Part::Quoted(text)]),
            false => super::words::here_word(&text, self.depth)?,
        };
        let _ = here.body.set(word);
        Ok(())
    }

    fn newlines(&mut self) -> Parsed<()> {
        loop {
            self.blanks();
            if !self.newline()? {
                return Ok(());
            }
        }
    }

    pub(super) fn unexpected(&self) -> ParseError {
        let token = match self.peek() {
            None => return ParseError::Incomplete(Open::Command),
            Some('\n') => "newline".to_owned(),
            Some(_) => {
                const OPS: &[&str] = &["&&", "||", ";;", ";&", "<<", ">>", "|", "&", ";", "(", ")", "<", ">"];
                match OPS.iter().find(|op| self.at(op)) {
                    Some(op) => (*op).to_owned(),
                    None => self.src[self.pos..].iter().take_while(|c| !META.contains(**c)).collect(),
                }
            }
        };
        ParseError::Unexpected { token, line: self.line }
    }

    /// The reserved word that stands here as a whole, if it is one of these.
    fn keyword(&self, words: &[&'static str]) -> Option<&'static str> {
        words.iter().copied().find(|w| self.at(w) && self.peek_at(w.chars().count()).is_none_or(|c| META.contains(c)))
    }

    fn expect(&mut self, word: &'static str) -> Parsed<()> {
        self.newlines()?;
        match self.keyword(&[word]) {
            Some(_) => {
                self.eat(word);
                Ok(())
            }
            None => Err(self.unexpected()),
        }
    }

    /// Commands up to one of the reserved words, a closing parenthesis or the end.
    pub(super) fn list(&mut self, stops: &[&'static str]) -> Parsed<Rc<Node>> {
        self.deeper(|p| p.list_inner(stops))
    }

    fn list_inner(&mut self, stops: &[&'static str]) -> Parsed<Rc<Node>> {
        let mut items = Vec::new();
        loop {
            self.newlines()?;
            if self.peek().is_none_or(|c| c == ')') || self.at(";;") || self.at(";&") || self.keyword(stops).is_some() {
                break;
            }
            let start = self.pos;
            let node = self.and_or()?;
            let text: String = self.src[start.min(self.pos)..self.pos].iter().collect();
            self.blanks();
            let background = self.peek() == Some('&') && self.peek_at(1) != Some('&');
            items.push(Item { node, background, text: Rc::from(text.trim()) });
            match self.peek() {
                Some('&') if background => drop(self.next()),
                Some(';') if !self.at(";;") && !self.at(";&") => drop(self.next()),
                Some('\n') | None => {}
                Some(')') => break,
                _ if self.at(";;") || self.at(";&") => break,
                _ => return Err(self.unexpected()),
            }
        }
        if items.len() == 1 && !items[0].background {
            return Ok(items.swap_remove(0).node);
        }
        Ok(Rc::new(Node::List(items)))
    }

    /// As [`Parser::list`], of at least one command.
    fn some_list(&mut self, stops: &[&'static str]) -> Parsed<Rc<Node>> {
        let node = self.list(stops)?;
        match &*node {
            Node::List(items) if items.is_empty() => Err(self.unexpected()),
            _ => Ok(node),
        }
    }

    fn and_or(&mut self) -> Parsed<Rc<Node>> {
        let first = self.pipeline()?;
        let mut rest = Vec::new();
        loop {
            self.blanks();
            let and = self.at("&&");
            if !and && !self.at("||") {
                break;
            }
            self.pos += 2;
            self.newlines()?;
            rest.push((and, self.pipeline()?));
        }
        Ok(if rest.is_empty() { first } else { Rc::new(Node::AndOr { first, rest }) })
    }

    fn pipeline(&mut self) -> Parsed<Rc<Node>> {
        self.blanks();
        if self.keyword(&["time"]).is_some() {
            self.eat("time");
            let node = self.deeper(Self::pipeline)?;
            return Ok(Rc::new(Node::Time(node)));
        }
        let mut negate = false;
        while self.keyword(&["!"]).is_some() {
            self.next();
            self.blanks();
            negate = !negate;
        }
        let (mut commands, mut both) = (vec![self.command()?], Vec::new());
        loop {
            self.blanks();
            if self.peek() != Some('|') || self.at("||") {
                break;
            }
            self.next();
            both.push(self.eat("&"));
            self.newlines()?;
            commands.push(self.command()?);
        }
        match commands.len() {
            1 if !negate => Ok(commands.swap_remove(0)),
            _ => Ok(Rc::new(Node::Pipeline { negate, commands, both })),
        }
    }

    fn command(&mut self) -> Parsed<Rc<Node>> {
        self.blanks();
        const STARTS: &[&str] = &["if", "for", "while", "until", "case", "{", "function", "[[", "select"];
        const STRAY: &[&str] = &["then", "else", "elif", "fi", "do", "done", "esac", "}", "in"];
        let node = match self.keyword(STARTS) {
            Some(word) => {
                self.eat(word);
                self.deeper(|p| p.compound(word))?
            }
            None if self.at("((") => match self.arith_command()? {
                Some(node) => node,
                None => self.subshell()?,
            },
            None if self.peek() == Some('(') => self.subshell()?,
            None if self.keyword(STRAY).is_some_and(|w| w != "in") => return Err(self.unexpected()),
            None => return self.simple(),
        };
        if matches!(node, Node::Function { .. }) {
            return Ok(Rc::new(node));
        }
        let mut redirs = Vec::new();
        while let Some(redir) = self.redirection()? {
            redirs.push(redir);
        }
        let node = Rc::new(node);
        Ok(if redirs.is_empty() { node } else { Rc::new(Node::Redirected { node, redirs }) })
    }

    fn subshell(&mut self) -> Parsed<Node> {
        self.next();
        let body = self.some_list(&[])?;
        match self.eat(")") {
            true => Ok(Node::Subshell(body)),
            false => Err(self.unexpected()),
        }
    }

    /// `((expression))`; None where it is two subshells after all.
    fn arith_command(&mut self) -> Parsed<Option<Node>> {
        let (pos, line) = (self.pos, self.line);
        self.pos += 2;
        match self.arith_text()? {
            Some(word) => Ok(Some(Node::Arith(word))),
            None => {
                (self.pos, self.line) = (pos, line);
                Ok(None)
            }
        }
    }

    fn compound(&mut self, word: &'static str) -> Parsed<Node> {
        match word {
            "if" => self.if_command(),
            "while" | "until" => {
                let test = self.some_list(&["do"])?;
                Ok(Node::While { until: word == "until", test, body: self.do_done()? })
            }
            "for" => self.for_command(),
            "case" => self.case_command(),
            "{" => {
                let body = self.some_list(&["}"])?;
                self.expect("}")?;
                Ok(Node::Group(body))
            }
            "function" => {
                self.blanks();
                let name = self.bare_word()?;
                self.blanks();
                if self.eat("(") {
                    self.blanks();
                    self.eat(")");
                }
                self.function(name)
            }
            "[[" => self.condition(),
            _ => Err(ParseError::Other(format!("{word}: not simulated here"))),
        }
    }

    fn do_done(&mut self) -> Parsed<Rc<Node>> {
        self.expect("do")?;
        let body = self.some_list(&["done"])?;
        self.expect("done")?;
        Ok(body)
    }

    fn if_command(&mut self) -> Parsed<Node> {
        let (mut arms, mut otherwise) = (Vec::new(), None);
        loop {
            let test = self.some_list(&["then"])?;
            self.expect("then")?;
            arms.push((test, self.some_list(&["elif", "else", "fi"])?));
            match self.keyword(&["elif", "else"]) {
                Some("elif") => drop(self.eat("elif")),
                Some(_) => {
                    self.eat("else");
                    otherwise = Some(self.some_list(&["fi"])?);
                    break;
                }
                None => break,
            }
        }
        self.expect("fi")?;
        Ok(Node::If { arms, otherwise })
    }

    fn for_command(&mut self) -> Parsed<Node> {
        self.blanks();
        if self.at("((") {
            return self.for_arith();
        }
        let var = self.bare_word()?;
        self.newlines()?;
        let mut words = None;
        if self.keyword(&["in"]).is_some() {
            self.eat("in");
            let mut found = Vec::new();
            loop {
                self.blanks();
                match self.word()? {
                    Some(word) => found.push(word),
                    None => break,
                }
            }
            words = Some(found);
        }
        self.blanks();
        if self.peek() == Some(';') {
            self.next();
        }
        Ok(Node::For { var, words, body: self.do_done()? })
    }

    fn for_arith(&mut self) -> Parsed<Node> {
        self.pos += 2;
        let mut parts = Vec::new();
        let (mut text, mut depth) = (String::new(), 0u32);
        loop {
            match self.next() {
                None => return Err(ParseError::Incomplete(Open::Command)),
                Some(';') if depth == 0 => parts.push(std::mem::take(&mut text)),
                Some(')') if depth == 0 && self.eat(")") => break,
                Some(c) => {
                    depth = if c == '(' { depth + 1 } else { depth.saturating_sub(u32::from(c == ')')) };
                    text.push(c);
                }
            }
        }
        parts.push(text);
        let mut words = parts.iter().map(|p| super::words::here_word(p, self.depth));
        let mut take = || words.next().unwrap_or_else(|| Ok(Word::default()));
        let (init, test, next) = (take()?, take()?, take()?);
        self.blanks();
        if self.peek() == Some(';') {
            self.next();
        }
        Ok(Node::ForArith { init, test, next, body: self.do_done()? })
    }

    fn case_command(&mut self) -> Parsed<Node> {
        self.blanks();
        let Some(word) = self.word()? else { return Err(self.unexpected()) };
        self.expect("in")?;
        let mut arms = Vec::new();
        loop {
            self.newlines()?;
            if self.keyword(&["esac"]).is_some() {
                self.eat("esac");
                return Ok(Node::Case { word, arms });
            }
            self.eat("(");
            let mut patterns = Vec::new();
            loop {
                self.blanks();
                patterns.push(match self.word()? {
                    Some(word) => word,
                    None => return Err(self.unexpected()),
                });
                self.blanks();
                if self.eat(")") {
                    break;
                }
                if !self.eat("|") {
                    return Err(self.unexpected());
                }
            }
            let body = self.list(&["esac"])?;
            let falls = self.eat(";&");
            if !falls {
                self.eat(";;");
            }
            arms.push(Arm { patterns, body, falls });
        }
    }

    fn condition(&mut self) -> Parsed<Node> {
        let mut tokens = Vec::new();
        loop {
            self.newlines()?;
            if self.keyword(&["]]"]).is_some() {
                self.eat("]]");
                return Ok(Node::Cond(tokens));
            }
            let op = ["&&", "||", "(", ")", "<", ">"].into_iter().find(|op| self.at(op));
            if let Some(op) = op {
                self.eat(op);
                tokens.push(CondToken::Op(op.to_owned()));
                continue;
            }
            let regex = matches!(tokens.last(), Some(CondToken::Op(op)) if op == "=~");
            let word = if regex { self.regex_word()? } else { self.word()? };
            let Some(word) = word else { return Err(self.unexpected()) };
            match word.literal() {
                Some(text) if matches!(text.as_str(), "=~" | "==" | "=" | "!=" | "!") && !regex => {
                    tokens.push(CondToken::Op(text));
                }
                _ => tokens.push(CondToken::Word(word)),
            }
        }
    }

    fn function(&mut self, name: String) -> Parsed<Node> {
        self.newlines()?;
        if self.peek().is_none() {
            return Err(ParseError::Incomplete(Open::Command));
        }
        let body = self.deeper(Self::command)?;
        Ok(Node::Function { name, body })
    }

    fn bare_word(&mut self) -> Parsed<String> {
        let mut name = String::new();
        while let Some(c) = self.peek().filter(|c| !META.contains(*c)) {
            name.push(c);
            self.next();
        }
        if name.is_empty() { Err(self.unexpected()) } else { Ok(name) }
    }

    fn simple(&mut self) -> Parsed<Rc<Node>> {
        let mut simple = Simple { line: self.line, ..Simple::default() };
        loop {
            self.blanks();
            if let Some(redir) = self.redirection()? {
                simple.redirs.push(redir);
                continue;
            }
            if simple.words.is_empty() {
                if let Some(assign) = self.assignment()? {
                    simple.assigns.push(assign);
                    continue;
                }
                if self.alias() {
                    continue;
                }
            }
            let start = self.pos;
            match self.word()? {
                Some(word) => {
                    let first = simple.words.is_empty() && simple.assigns.is_empty();
                    simple.words.push(word);
                    if first && self.peek() == Some('(') {
                        let name: String = self.src[start..self.pos].iter().collect();
                        let pos = self.pos;
                        self.next();
                        self.blanks();
                        if self.eat(")") {
                            return Ok(Rc::new(self.function(name)?));
                        }
                        self.pos = pos;
                        return Err(self.unexpected());
                    }
                }
                None => break,
            }
        }
        if simple.words.is_empty() && simple.assigns.is_empty() && simple.redirs.is_empty() {
            return Err(self.unexpected());
        }
        Ok(Rc::new(Node::Simple(simple)))
    }

    /// Puts an alias' text in the place of the word that stands here.
    fn alias(&mut self) -> bool {
        if self.aliases.is_empty() || self.expanded >= MAX_ALIASES {
            return false;
        }
        let word: String = self.src[self.pos..].iter().take_while(|c| !META.contains(**c)).collect();
        let Some(text) = self.aliases.get(&word) else { return false };
        // An alias whose text starts with its own name stands for itself.
        let again = text.split(' ').next() == Some(&word);
        self.expanded = if again { MAX_ALIASES } else { self.expanded + 1 };
        let end = self.pos + word.chars().count();
        self.src.splice(self.pos..end, text.chars());
        true
    }

    fn assignment(&mut self) -> Parsed<Option<Assign>> {
        let rest = &self.src[self.pos..];
        let length = rest.iter().take_while(|c| c.is_ascii_alphanumeric() || **c == '_').count();
        if length == 0 || rest[0].is_ascii_digit() {
            return Ok(None);
        }
        let name: String = rest[..length].iter().collect();
        let mut at = length;
        let mut index = None;
        if rest.get(at) == Some(&'[') {
            let inner: String = rest[at + 1..].iter().take_while(|c| !"]\n ".contains(**c)).collect();
            at += inner.chars().count() + 2;
            index = Some(inner);
        }
        let append = rest.get(at) == Some(&'+');
        if rest.get(at + usize::from(append)) != Some(&'=') {
            return Ok(None);
        }
        let index = index.map(|text| super::words::here_word(&text, self.depth)).transpose()?;
        self.pos += at + 1 + usize::from(append);
        let value = if self.eat("(") {
            let mut words = Vec::new();
            loop {
                self.newlines()?;
                match self.word()? {
                    Some(word) => words.push(word),
                    None if self.eat(")") => break,
                    None => return Err(self.unexpected()),
                }
            }
            Value::Many(words)
        } else {
            Value::One(self.word()?.unwrap_or_default())
        };
        Ok(Some(Assign { name, index, append, value }))
    }

    fn redirection(&mut self) -> Parsed<Option<Redir>> {
        self.blanks();
        let digits = self.src[self.pos..].iter().take_while(|c| c.is_ascii_digit()).count();
        if !matches!(self.peek_at(digits), Some('<' | '>')) && !self.at("&>") {
            return Ok(None);
        }
        let number: String = self.src[self.pos..self.pos + digits].iter().collect();
        let fd = match number.parse::<u32>() {
            Ok(fd) if fd < 1024 => Some(fd),
            Err(_) if digits == 0 => None,
            _ => return Err(self.unexpected()),
        };
        self.pos += digits;
        const OPS: &[(&str, u32)] = &[
            ("&>>", 1),
            ("&>", 1),
            ("<<<", 0),
            ("<<-", 0),
            ("<<", 0),
            ("<&", 0),
            ("<>", 0),
            (">>", 1),
            (">&", 1),
            (">|", 1),
            ("<", 0),
            (">", 1),
        ];
        let Some((op, standard)) = OPS.iter().find(|(op, _)| self.at(op)) else { return Err(self.unexpected()) };
        self.eat(op);
        self.blanks();
        let fd = fd.unwrap_or(*standard);
        let start = self.pos;
        let Some(target) = self.word()? else { return Err(self.unexpected()) };
        let kind = match *op {
            "<" => RedirKind::Read,
            ">" | ">|" => RedirKind::Write,
            ">>" => RedirKind::Append,
            "<>" => RedirKind::ReadWrite,
            "&>" => RedirKind::Both { append: false },
            "&>>" => RedirKind::Both { append: true },
            ">&" if digits == 0 && target.literal().is_some_and(|t| t != "-" && t.parse::<u32>().is_err()) => {
                RedirKind::Both { append: false }
            }
            ">&" | "<&" => RedirKind::Dup,
            "<<<" => RedirKind::HereString,
            _ => {
                let raw: String = self.src[start..self.pos].iter().collect();
                let quoted = raw.contains(['\'', '"', '\\']);
                let end = target.literal().unwrap_or(raw);
                let body = Rc::new(OnceCell::new());
                self.here.push(Here { body: body.clone(), end, quoted, strip: *op == "<<-" });
                RedirKind::Here { body }
            }
        };
        Ok(Some(Redir { fd, kind, target }))
    }
}
