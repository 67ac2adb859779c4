//! Reads awk programs.

use super::lexer::{Token, tokens};
use super::{Expr, Pattern, Rule, Script, Stmt, Target};
use crate::sh::regex::Regex;
use std::rc::Rc;

struct Parser {
    tokens: Vec<Token>,
    at: usize,
    depth: u32,
    /// Within `print` a bare `>` redirects; within a `for (x in …)` head `in` does not compare.
    no_greater: bool,
    no_in: bool,
}

type Res<T> = Result<T, String>;

const MAX_DEPTH: u32 = 50;
/// Chains of operators become as deep as they are long.
const MAX_TOKENS: usize = 3_000;
const KEYWORDS: &[&str] = &[
    "BEGIN", "END", "if", "else", "while", "for", "do", "print", "printf", "next", "exit", "break", "continue",
    "delete", "in", "function", "func", "return", "getline", "nextfile",
];

pub fn parse(text: &str) -> Res<Script> {
    let tokens = tokens(text)?;
    if tokens.len() > MAX_TOKENS {
        return Err("program too long".to_owned());
    }
    let mut p = Parser { tokens, at: 0, depth: 0, no_greater: false, no_in: false };
    let mut script = Script::default();
    loop {
        p.separators();
        if p.at >= p.tokens.len() {
            return Ok(script);
        }
        if p.word("function") || p.word("func") {
            let (name, def) = p.function()?;
            script.functions.insert(name, def);
            continue;
        }
        let rule = p.rule()?;
        script.rules.push(rule);
    }
}

impl Parser {
    fn peek(&self) -> Option<&Token> {
        self.tokens.get(self.at)
    }

    fn is(&self, op: &str) -> bool {
        matches!(self.peek(), Some(Token::Op(o)) if *o == op)
    }

    fn eat(&mut self, op: &str) -> bool {
        let found = self.is(op);
        self.at += usize::from(found);
        found
    }

    fn expect(&mut self, op: &str) -> Res<()> {
        if self.eat(op) { Ok(()) } else { self.error() }
    }

    fn error<T>(&self) -> Res<T> {
        Err(match self.peek() {
            None => "unexpected newline or end of string".to_owned(),
            Some(_) => "syntax error".to_owned(),
        })
    }

    fn is_word(&self, word: &str) -> bool {
        matches!(self.peek(), Some(Token::Name(n, _)) if &**n == word)
    }

    fn word(&mut self, word: &str) -> bool {
        let found = self.is_word(word);
        self.at += usize::from(found);
        found
    }

    fn name(&mut self) -> Res<Rc<str>> {
        match self.peek() {
            Some(Token::Name(n, _)) if !KEYWORDS.contains(&&**n) => {
                let name = n.clone();
                self.at += 1;
                Ok(name)
            }
            _ => self.error(),
        }
    }

    fn newlines(&mut self) {
        while self.peek() == Some(&Token::Newline) {
            self.at += 1;
        }
    }

    fn separators(&mut self) {
        while self.peek() == Some(&Token::Newline) || self.is(";") {
            self.at += 1;
        }
    }

    fn deeper<T>(&mut self, f: impl FnOnce(&mut Self) -> Res<T>) -> Res<T> {
        self.depth += 1;
        if self.depth > MAX_DEPTH {
            return Err("program nested too deeply".to_owned());
        }
        let result = f(self);
        self.depth -= 1;
        result
    }

    fn function(&mut self) -> Res<(Rc<str>, (Vec<Rc<str>>, Stmt))> {
        let name = self.name()?;
        self.expect("(")?;
        let mut params = Vec::new();
        while !self.eat(")") {
            params.push(self.name()?);
            self.eat(",");
        }
        self.newlines();
        let body = self.block()?;
        Ok((name, (params, body)))
    }

    fn rule(&mut self) -> Res<Rule> {
        let pattern = if self.word("BEGIN") {
            Pattern::Begin
        } else if self.word("END") {
            Pattern::End
        } else if self.is("{") {
            Pattern::Always
        } else {
            let first = self.expr()?;
            if self.eat(",") {
                self.newlines();
                Pattern::Range(first, self.expr()?)
            } else {
                Pattern::When(first)
            }
        };
        let action = if self.is("{") { Some(self.block()?) } else { None };
        if action.is_none() && matches!(pattern, Pattern::Begin | Pattern::End) {
            return self.error();
        }
        Ok(Rule { pattern, action })
    }

    fn block(&mut self) -> Res<Stmt> {
        self.expect("{")?;
        let mut list = Vec::new();
        loop {
            self.separators();
            if self.eat("}") {
                return Ok(Stmt::Block(list));
            }
            if self.at >= self.tokens.len() {
                return self.error();
            }
            list.push(self.deeper(Self::statement)?);
        }
    }

    /// What ends a simple statement.
    fn terminator(&mut self) -> Res<()> {
        if self.is("}") || self.at >= self.tokens.len() {
            return Ok(());
        }
        if self.eat(";") || self.peek() == Some(&Token::Newline) {
            return Ok(());
        }
        self.error()
    }

    fn body(&mut self) -> Res<Box<Stmt>> {
        self.newlines();
        if self.eat(";") {
            return Ok(Box::new(Stmt::Block(Vec::new())));
        }
        self.deeper(Self::statement).map(Box::new)
    }

    fn statement(&mut self) -> Res<Stmt> {
        if self.is("{") {
            return self.block();
        }
        if self.word("if") {
            self.expect("(")?;
            let test = self.expr()?;
            self.expect(")")?;
            let yes = self.body()?;
            let back = self.at;
            self.separators();
            let no = if self.word("else") {
                Some(self.body()?)
            } else {
                self.at = back;
                None
            };
            return Ok(Stmt::If(test, yes, no));
        }
        if self.word("while") {
            self.expect("(")?;
            let test = self.expr()?;
            self.expect(")")?;
            return Ok(Stmt::While(test, self.body()?));
        }
        if self.word("do") {
            let body = self.body()?;
            self.separators();
            if !self.word("while") {
                return self.error();
            }
            self.expect("(")?;
            let test = self.expr()?;
            self.expect(")")?;
            self.terminator()?;
            return Ok(Stmt::Do(body, test));
        }
        if self.word("for") {
            return self.for_loop();
        }
        let simple = self.simple()?;
        self.terminator()?;
        Ok(simple)
    }

    fn for_loop(&mut self) -> Res<Stmt> {
        self.expect("(")?;
        if let (Some(Token::Name(var, false)), Some(Token::Name(word, _)), Some(Token::Name(array, _))) =
            (self.tokens.get(self.at), self.tokens.get(self.at + 1), self.tokens.get(self.at + 2))
            && &**word == "in"
            && self.tokens.get(self.at + 3) == Some(&Token::Op(")"))
        {
            let (var, array) = (var.clone(), array.clone());
            self.at += 4;
            return Ok(Stmt::ForIn(var, array, self.body()?));
        }
        let init = if self.is(";") { None } else { Some(Box::new(self.simple()?)) };
        self.expect(";")?;
        let test = if self.is(";") { None } else { Some(self.expr()?) };
        self.expect(";")?;
        let next = if self.is(")") { None } else { Some(Box::new(self.simple()?)) };
        self.expect(")")?;
        Ok(Stmt::For(init, test, next, self.body()?))
    }

    fn simple(&mut self) -> Res<Stmt> {
        for (word, format) in [("print", false), ("printf", true)] {
            if self.word(word) {
                return self.print(format);
            }
        }
        if self.word("next") || self.word("nextfile") {
            return Ok(Stmt::Next);
        }
        if self.word("break") {
            return Ok(Stmt::Break);
        }
        if self.word("continue") {
            return Ok(Stmt::Continue);
        }
        let ends = |p: &Self| p.is(";") || p.is("}") || matches!(p.peek(), None | Some(Token::Newline));
        if self.word("exit") {
            return Ok(Stmt::Exit(if ends(self) { None } else { Some(self.expr()?) }));
        }
        if self.word("return") {
            return Ok(Stmt::Return(if ends(self) { None } else { Some(self.expr()?) }));
        }
        if self.word("delete") {
            let name = self.name()?;
            let mut index = Vec::new();
            if self.eat("[") {
                index = self.list("]")?;
            }
            return Ok(Stmt::Delete(name, index));
        }
        if self.is_word("getline") {
            return Err("getline: not simulated here".to_owned());
        }
        self.expr().map(Stmt::Expr)
    }

    fn print(&mut self, format: bool) -> Res<Stmt> {
        let before = std::mem::replace(&mut self.no_greater, true);
        let mut args = Vec::new();
        let ends = |p: &Self| {
            p.is(";")
                || p.is("}")
                || p.is(">")
                || p.is(">>")
                || p.is("|")
                || matches!(p.peek(), None | Some(Token::Newline))
        };
        if !ends(self) {
            let start = self.at;
            // `print (a, b) > "file"`: the parentheses may hold the whole list.
            let mut grouped = false;
            if self.eat("(") {
                self.no_greater = false;
                if let Ok(list) = self.list(")")
                    && ends(self)
                {
                    args = list;
                    grouped = true;
                }
                self.no_greater = true;
            }
            if !grouped {
                self.at = start;
                args.push(self.expr()?);
                while self.eat(",") {
                    self.newlines();
                    args.push(self.expr()?);
                }
            }
        }
        self.no_greater = before;
        if self.is("|") {
            return Err("print to a command: not simulated here".to_owned());
        }
        let append = self.is(">>");
        let to =
            if self.eat(">") || self.eat(">>") { Some(Target { append, path: self.concat_operand()? }) } else { None };
        if format && args.is_empty() {
            return self.error();
        }
        Ok(Stmt::Print { args, format, to })
    }

    fn concat_operand(&mut self) -> Res<Expr> {
        let before = std::mem::replace(&mut self.no_greater, true);
        let expr = self.additive();
        self.no_greater = before;
        expr
    }

    fn list(&mut self, end: &str) -> Res<Vec<Expr>> {
        let mut items = Vec::new();
        self.newlines();
        if self.eat(end) {
            return Ok(items);
        }
        loop {
            items.push(self.expr()?);
            self.newlines();
            if self.eat(end) {
                return Ok(items);
            }
            self.expect(",")?;
            self.newlines();
        }
    }

    fn expr(&mut self) -> Res<Expr> {
        self.deeper(Self::assignment)
    }

    fn assignment(&mut self) -> Res<Expr> {
        let left = self.ternary()?;
        const OPS: &[(&str, &str)] =
            &[("=", ""), ("+=", "+"), ("-=", "-"), ("*=", "*"), ("/=", "/"), ("%=", "%"), ("^=", "^")];
        for (op, binary) in OPS {
            if self.is(op) {
                if !matches!(left, Expr::Var(_) | Expr::Field(_) | Expr::Index(..)) {
                    return self.error();
                }
                self.at += 1;
                self.newlines();
                let right = self.expr()?;
                return Ok(Expr::Assign(binary, Box::new(left), Box::new(right)));
            }
        }
        Ok(left)
    }

    fn ternary(&mut self) -> Res<Expr> {
        let test = self.or()?;
        if !self.eat("?") {
            return Ok(test);
        }
        self.newlines();
        let yes = self.expr()?;
        self.newlines();
        self.expect(":")?;
        self.newlines();
        let no = self.expr()?;
        Ok(Expr::Ternary(Box::new(test), Box::new(yes), Box::new(no)))
    }

    fn or(&mut self) -> Res<Expr> {
        let mut left = self.and()?;
        while self.eat("||") {
            self.newlines();
            left = Expr::Binary("||", Box::new(left), Box::new(self.and()?));
        }
        Ok(left)
    }

    fn and(&mut self) -> Res<Expr> {
        let mut left = self.membership()?;
        while self.eat("&&") {
            self.newlines();
            left = Expr::Binary("&&", Box::new(left), Box::new(self.membership()?));
        }
        Ok(left)
    }

    fn membership(&mut self) -> Res<Expr> {
        let mut left = self.matching()?;
        while !self.no_in && self.word("in") {
            left = Expr::In(vec![left], self.name()?);
        }
        Ok(left)
    }

    fn matching(&mut self) -> Res<Expr> {
        let mut left = self.comparison()?;
        for _ in 0..MAX_DEPTH {
            let op = if self.eat("~") {
                "~"
            } else if self.eat("!~") {
                "!~"
            } else {
                return Ok(left);
            };
            left = Expr::Binary(op, Box::new(left), Box::new(self.comparison()?));
        }
        self.error()
    }

    fn comparison(&mut self) -> Res<Expr> {
        let left = self.concatenation()?;
        for op in ["==", "!=", "<=", ">=", "<", ">"] {
            if self.is(op) && !(op == ">" && self.no_greater) {
                self.at += 1;
                return Ok(Expr::Binary(op, Box::new(left), Box::new(self.concatenation()?)));
            }
        }
        Ok(left)
    }

    fn concatenation(&mut self) -> Res<Expr> {
        let mut left = self.additive()?;
        while self.starts_operand() {
            left = Expr::Binary(" ", Box::new(left), Box::new(self.additive()?));
        }
        Ok(left)
    }

    fn starts_operand(&self) -> bool {
        match self.peek() {
            Some(Token::Number(_) | Token::Text(_) | Token::Regex(_)) => true,
            Some(Token::Name(n, _)) => !KEYWORDS.contains(&&**n),
            Some(Token::Op(op)) => matches!(*op, "$" | "!" | "(" | "-" | "+" | "++" | "--"),
            _ => false,
        }
    }

    fn additive(&mut self) -> Res<Expr> {
        let mut left = self.term()?;
        loop {
            let op = if self.eat("+") {
                "+"
            } else if self.eat("-") {
                "-"
            } else {
                return Ok(left);
            };
            left = Expr::Binary(op, Box::new(left), Box::new(self.term()?));
        }
    }

    fn term(&mut self) -> Res<Expr> {
        let mut left = self.unary()?;
        loop {
            let op = if self.eat("*") {
                "*"
            } else if self.eat("/") {
                "/"
            } else if self.eat("%") {
                "%"
            } else {
                return Ok(left);
            };
            left = Expr::Binary(op, Box::new(left), Box::new(self.unary()?));
        }
    }

    fn unary(&mut self) -> Res<Expr> {
        for (op, c) in [("!", '!'), ("-", '-'), ("+", '+')] {
            if self.eat(op) {
                let inner = self.deeper(Self::unary)?;
                return Ok(Expr::Unary(c, Box::new(inner)));
            }
        }
        self.power()
    }

    fn power(&mut self) -> Res<Expr> {
        let base = self.postfix()?;
        if self.eat("^") {
            let exponent = self.deeper(Self::unary)?;
            return Ok(Expr::Binary("^", Box::new(base), Box::new(exponent)));
        }
        Ok(base)
    }

    fn postfix(&mut self) -> Res<Expr> {
        for (op, by) in [("++", 1.0), ("--", -1.0)] {
            if self.eat(op) {
                let target = self.deeper(Self::primary)?;
                return Ok(Expr::Step(Box::new(target), by, true));
            }
        }
        let inner = self.primary()?;
        if matches!(inner, Expr::Var(_) | Expr::Field(_) | Expr::Index(..)) {
            for (op, by) in [("++", 1.0), ("--", -1.0)] {
                if self.eat(op) {
                    return Ok(Expr::Step(Box::new(inner), by, false));
                }
            }
        }
        Ok(inner)
    }

    fn primary(&mut self) -> Res<Expr> {
        let Some(token) = self.peek().cloned() else { return self.error() };
        self.at += 1;
        match token {
            Token::Number(n) => Ok(Expr::Number(n)),
            Token::Text(t) => Ok(Expr::Text(t)),
            Token::Regex(r) => Ok(Expr::Regex(Rc::new(Regex::new(&r, true, false)?))),
            Token::Op("$") => {
                let inner =
                    self.deeper(|p| if p.is("++") || p.is("--") || p.is("-") { p.unary() } else { p.primary() })?;
                Ok(Expr::Field(Box::new(inner)))
            }
            Token::Op("(") => {
                let (greater, within) = (std::mem::take(&mut self.no_greater), std::mem::take(&mut self.no_in));
                let mut items = self.list(")")?;
                (self.no_greater, self.no_in) = (greater, within);
                if items.len() == 1 {
                    return Ok(items.remove(0));
                }
                if items.len() > 1 && self.word("in") {
                    return Ok(Expr::In(items, self.name()?));
                }
                self.error()
            }
            Token::Name(name, calls) if !KEYWORDS.contains(&&*name) => {
                if calls || (&*name == "length" && self.is("(")) {
                    self.expect("(")?;
                    let greater = std::mem::take(&mut self.no_greater);
                    let args = self.list(")")?;
                    self.no_greater = greater;
                    return Ok(Expr::Call(name, args));
                }
                if &*name == "length" {
                    return Ok(Expr::Call(name, Vec::new()));
                }
                if self.eat("[") {
                    return Ok(Expr::Index(name, self.list("]")?));
                }
                Ok(Expr::Var(name))
            }
            _ => {
                self.at -= 1;
                self.error()
            }
        }
    }
}
