//! Operators, from the loosest to the tightest.

use super::{Filter, MAX_NODES, Parser, Res, boxed};

impl Parser {
    pub(super) fn pipe(&mut self) -> Res<Filter> {
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

    pub(super) fn alternative(&mut self) -> Res<Filter> {
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
}
