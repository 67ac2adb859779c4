//! Arithmetic: `$((…))`, `((…))`, `let`. 64-bit, wrapping, as bash's.

/// Variables by name, as numbers in text.
pub trait Names {
    fn get(&self, name: &str) -> Option<String>;
    fn set(&mut self, name: &str, value: i64);
}

struct Eval<'a> {
    src: Vec<char>,
    pos: usize,
    depth: u32,
    names: &'a mut dyn Names,
    /// False within the branch that is not taken.
    live: bool,
}

const MAX_DEPTH: u32 = 40;

/// Computes an expression. Err is bash's text after `bash: `.
pub fn eval(text: &str, names: &mut dyn Names) -> Result<i64, String> {
    eval_at(text, names, 0)
}

fn eval_at(text: &str, names: &mut dyn Names, depth: u32) -> Result<i64, String> {
    let mut e = Eval { src: text.chars().collect(), pos: 0, depth, names, live: true };
    if text.trim().is_empty() {
        return Ok(0);
    }
    let value = e.comma().map_err(|why| format!("{text}: {why}"))?;
    e.blanks();
    match e.pos < e.src.len() {
        true => Err(format!("{text}: {}", e.syntax())),
        false => Ok(value),
    }
}

/// Binary operators by precedence, weakest first.
const LEVELS: &[&[&str]] = &[
    &["||"],
    &["&&"],
    &["|"],
    &["^"],
    &["&"],
    &["==", "!="],
    &["<=", ">=", "<", ">"],
    &["<<", ">>"],
    &["+", "-"],
    &["*", "/", "%"],
];
const ASSIGN: &[&str] = &["<<=", ">>=", "+=", "-=", "*=", "/=", "%=", "&=", "^=", "|=", "="];

impl Eval<'_> {
    fn blanks(&mut self) {
        while self.src.get(self.pos).is_some_and(|c| c.is_whitespace()) {
            self.pos += 1;
        }
    }

    fn rest(&self) -> String {
        self.src[self.pos.min(self.src.len())..].iter().collect()
    }

    fn syntax(&self) -> String {
        match self.rest() {
            rest if rest.trim().is_empty() => "syntax error: operand expected (error token is \" \")".to_owned(),
            rest => format!("syntax error in expression (error token is \"{rest}\")"),
        }
    }

    fn at(&self, text: &str) -> bool {
        text.chars().enumerate().all(|(i, c)| self.src.get(self.pos + i) == Some(&c))
    }

    fn eat(&mut self, text: &str) -> bool {
        self.blanks();
        let found = self.at(text);
        self.pos += if found { text.len() } else { 0 };
        found
    }

    fn deeper(&mut self, f: impl FnOnce(&mut Self) -> Result<i64, String>) -> Result<i64, String> {
        if self.depth >= MAX_DEPTH {
            return Err("expression recursion level exceeded".to_owned());
        }
        self.depth += 1;
        let value = f(self);
        self.depth -= 1;
        value
    }

    fn comma(&mut self) -> Result<i64, String> {
        let mut value = self.deeper(Self::assignment)?;
        while self.eat(",") {
            value = self.deeper(Self::assignment)?;
        }
        Ok(value)
    }

    fn assignment(&mut self) -> Result<i64, String> {
        self.blanks();
        let start = self.pos;
        if let Some(name) = self.name() {
            self.blanks();
            let op = ASSIGN.iter().find(|op| self.at(op) && !(**op == "=" && self.at("==")));
            if let Some(op) = op {
                self.pos += op.len();
                let right = self.deeper(Self::assignment)?;
                let value = match op.strip_suffix('=') {
                    Some("") | None => right,
                    Some(op) => {
                        let left = self.variable(&name)?;
                        self.apply(op, left, right)?
                    }
                };
                self.store(&name, value);
                return Ok(value);
            }
        }
        self.pos = start;
        self.ternary()
    }

    fn ternary(&mut self) -> Result<i64, String> {
        let test = self.binary(0)?;
        if !self.eat("?") {
            return Ok(test);
        }
        let live = self.live;
        self.live = live && test != 0;
        let yes = self.deeper(Self::assignment)?;
        if !self.eat(":") {
            return Err(self.syntax());
        }
        self.live = live && test == 0;
        let no = self.deeper(Self::assignment)?;
        self.live = live;
        Ok(if test != 0 { yes } else { no })
    }

    fn binary(&mut self, level: usize) -> Result<i64, String> {
        let Some(ops) = LEVELS.get(level) else { return self.power() };
        let mut left = self.binary(level + 1)?;
        loop {
            self.blanks();
            // `&` is no prefix of `&&`, nor `<` of `<<`; none is one of an assignment.
            let op = ops.iter().find(|op| {
                let after = self.src.get(self.pos + op.len());
                self.at(op)
                    && !(matches!(**op, "|" | "&" | "<" | ">") && after == op.chars().next().as_ref())
                    && !(after == Some(&'=') && !matches!(**op, "==" | "!=" | "<=" | ">=" | "<" | ">" | "&&" | "||"))
            });
            let Some(op) = op else { return Ok(left) };
            self.pos += op.len();
            let live = self.live;
            self.live = live && !(*op == "||" && left != 0) && !(*op == "&&" && left == 0);
            let right = self.deeper(|e| e.binary(level + 1))?;
            self.live = live;
            left = self.apply(op, left, right)?;
        }
    }

    fn apply(&self, op: &str, a: i64, b: i64) -> Result<i64, String> {
        let shift = (b & 63) as u32;
        Ok(match op {
            "||" => i64::from(a != 0 || b != 0),
            "&&" => i64::from(a != 0 && b != 0),
            "|" => a | b,
            "^" => a ^ b,
            "&" => a & b,
            "==" => i64::from(a == b),
            "!=" => i64::from(a != b),
            "<=" => i64::from(a <= b),
            ">=" => i64::from(a >= b),
            "<" => i64::from(a < b),
            ">" => i64::from(a > b),
            "<<" => a.wrapping_shl(shift),
            ">>" => a.wrapping_shr(shift),
            "+" => a.wrapping_add(b),
            "-" => a.wrapping_sub(b),
            "*" => a.wrapping_mul(b),
            _ if b == 0 && self.live => return Err("division by 0 (error token is \"0\")".to_owned()),
            _ if b == 0 => 0,
            "/" => a.wrapping_div(b),
            _ => a.wrapping_rem(b),
        })
    }

    fn power(&mut self) -> Result<i64, String> {
        let base = self.deeper(Self::unary)?;
        if !self.eat("**") {
            return Ok(base);
        }
        let exponent = self.deeper(Self::power)?;
        match u32::try_from(exponent) {
            Ok(e) => Ok(base.wrapping_pow(e)),
            Err(_) => Err("exponent less than 0".to_owned()),
        }
    }

    fn unary(&mut self) -> Result<i64, String> {
        self.blanks();
        for op in ["++", "--"] {
            let start = self.pos;
            if self.eat(op) {
                self.blanks();
                if let Some(name) = self.name() {
                    let value = self.variable(&name)?.wrapping_add(if op == "++" { 1 } else { -1 });
                    self.store(&name, value);
                    return Ok(value);
                }
                self.pos = start;
            }
        }
        match self.src.get(self.pos) {
            Some('!') => {
                self.pos += 1;
                Ok(i64::from(self.deeper(Self::unary)? == 0))
            }
            Some('~') => {
                self.pos += 1;
                Ok(!self.deeper(Self::unary)?)
            }
            Some('-') => {
                self.pos += 1;
                Ok(self.deeper(Self::unary)?.wrapping_neg())
            }
            Some('+') => {
                self.pos += 1;
                self.deeper(Self::unary)
            }
            Some('(') => {
                self.pos += 1;
                let value = self.deeper(Self::comma)?;
                if self.eat(")") { Ok(value) } else { Err(self.syntax()) }
            }
            Some(c) if c.is_ascii_digit() => self.number(),
            _ => match self.name() {
                Some(name) => self.postfix(&name),
                None => Err(match self.rest() {
                    rest if rest.trim().is_empty() => {
                        "syntax error: operand expected (error token is \" \")".to_owned()
                    }
                    rest => format!("syntax error: operand expected (error token is \"{rest}\")"),
                }),
            },
        }
    }

    fn postfix(&mut self, name: &str) -> Result<i64, String> {
        let value = self.variable(name)?;
        for (op, by) in [("++", 1), ("--", -1)] {
            if self.eat(op) {
                self.store(name, value.wrapping_add(by));
                return Ok(value);
            }
        }
        Ok(value)
    }

    fn name(&mut self) -> Option<String> {
        let c = self.src.get(self.pos)?;
        if !c.is_ascii_alphabetic() && *c != '_' {
            return None;
        }
        let name: String =
            self.src[self.pos..].iter().take_while(|c| c.is_ascii_alphanumeric() || **c == '_').collect();
        self.pos += name.len();
        Some(name)
    }

    fn number(&mut self) -> Result<i64, String> {
        let text: String =
            self.src[self.pos..].iter().take_while(|c| c.is_ascii_alphanumeric() || **c == '#').collect();
        self.pos += text.len();
        let (digits, radix) = match text.split_once('#') {
            Some((radix, digits)) => (digits, radix.parse().unwrap_or(10)),
            None => match (text.strip_prefix("0x").or(text.strip_prefix("0X")), text.strip_prefix('0')) {
                (Some(hex), _) => (hex, 16),
                (None, Some(octal)) if !octal.is_empty() => (octal, 8),
                _ => (text.as_str(), 10),
            },
        };
        if !(2..=36).contains(&radix) {
            return Err(format!("invalid arithmetic base (error token is \"{text}\")"));
        }
        digits.chars().try_fold(0i64, |n, c| match c.to_digit(radix) {
            Some(d) => Ok(n.wrapping_mul(i64::from(radix)).wrapping_add(i64::from(d))),
            None => Err(format!("value too great for base (error token is \"{text}\")")),
        })
    }

    fn variable(&mut self, name: &str) -> Result<i64, String> {
        match self.names.get(name).map(|t| t.trim().to_owned()) {
            None => Ok(0),
            Some(text) if text.is_empty() => Ok(0),
            Some(text) => match text.parse::<i64>() {
                Ok(n) if !text.starts_with('0') || text == "0" => Ok(n),
                _ if self.depth >= MAX_DEPTH => Err("expression recursion level exceeded".to_owned()),
                _ => eval_at(&text, self.names, self.depth + 4),
            },
        }
    }

    fn store(&mut self, name: &str, value: i64) {
        if self.live {
            self.names.set(name, value);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeMap;

    impl Names for BTreeMap<String, String> {
        fn get(&self, name: &str) -> Option<String> {
            BTreeMap::get(self, name).cloned()
        }
        fn set(&mut self, name: &str, value: i64) {
            self.insert(name.to_owned(), value.to_string());
        }
    }

    /// Values computed by bash 5.2.
    #[test]
    fn expressions_have_bashs_values() {
        let mut names = BTreeMap::from([("x".to_owned(), "5".to_owned()), ("e".to_owned(), "x+1".to_owned())]);
        let cases = [
            ("1+2*3", 7),
            ("(1+2)*3", 9),
            ("2**10", 1024),
            ("-7/2", -3),
            ("-7%3", -1),
            ("x++ + ++x", 12),
            ("x", 7),
            ("e*2", 16),
            ("1?2:3", 2),
            ("0x1f+010", 39),
            ("1<<4|1", 17),
            ("3>2&&2>1", 1),
            ("y=4,y*2", 8),
            ("x+=3", 10),
            ("!0", 1),
            ("~0", -1),
            ("nosuch", 0),
            ("2#101", 5),
            ("", 0),
        ];
        for (text, want) in cases {
            assert_eq!(eval(text, &mut names), Ok(want), "{text}");
        }
        assert_eq!(eval("1/0", &mut names), Err("1/0: division by 0 (error token is \"0\")".to_owned()));
        assert!(eval("1+", &mut names).is_err());
        assert!(eval(&"(".repeat(500), &mut names).is_err());
        names.insert("loop".to_owned(), "loop".to_owned());
        assert!(eval("loop", &mut names).is_err());
    }
}
