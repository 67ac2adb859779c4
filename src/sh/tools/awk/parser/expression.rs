//! Expressions, from the loosest operator to the tightest.

use super::{KEYWORDS, MAX_DEPTH, Parser, Res};
use crate::sh::regex::Regex;
use crate::sh::tools::awk::Expr;
use crate::sh::tools::awk::lexer::Token;
use std::rc::Rc;

impl Parser {
    pub(super) fn list(&mut self, end: &str) -> Res<Vec<Expr>> {
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

    pub(super) fn expr(&mut self) -> Res<Expr> {
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

    pub(super) fn additive(&mut self) -> Res<Expr> {
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
