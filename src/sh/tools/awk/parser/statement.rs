//! Rules and statements.

use super::{Parser, Res};
use crate::sh::tools::awk::lexer::Token;
use crate::sh::tools::awk::{Expr, Pattern, Rule, Stmt, Target};
use std::rc::Rc;

impl Parser {
    pub(super) fn function(&mut self) -> Res<(Rc<str>, (Vec<Rc<str>>, Stmt))> {
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

    pub(super) fn rule(&mut self) -> Res<Rule> {
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
}
