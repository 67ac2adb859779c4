//! From text to a tree.

use super::bracket::bracket;
use super::compile::Inst;

#[derive(Clone, Debug)]
pub(super) enum Tree {
    Empty,
    One(Inst),
    Cat(Vec<Tree>),
    Alt(Vec<Tree>),
    Repeat(Box<Tree>, u32, Option<u32>),
    Group(Box<Tree>, usize),
}

const MAX_REPEAT: u32 = 255;

const MAX_DEPTH: u32 = 40;

pub(super) struct Parser {
    pub(super) chars: Vec<char>,
    pub(super) at: usize,
    pub(super) extended: bool,
    pub(super) groups: usize,
    pub(super) depth: u32,
}

impl Parser {
    fn peek(&self) -> Option<char> {
        self.chars.get(self.at).copied()
    }

    /// An operator: bare in extended expressions, after a backslash in basic ones.
    fn op(&self, c: char) -> bool {
        match self.extended {
            true => self.peek() == Some(c),
            false => self.peek() == Some('\\') && self.chars.get(self.at + 1) == Some(&c),
        }
    }

    fn eat(&mut self, c: char) -> bool {
        let found = self.op(c);
        if found {
            self.at += if self.extended { 1 } else { 2 };
        }
        found
    }

    pub(super) fn alternatives(&mut self) -> Result<Tree, String> {
        self.depth += 1;
        if self.depth > MAX_DEPTH {
            return Err("regular expression too big".to_owned());
        }
        let mut arms = vec![self.sequence()?];
        while self.eat('|') {
            arms.push(self.sequence()?);
        }
        self.depth -= 1;
        Ok(if arms.len() == 1 { arms.swap_remove(0) } else { Tree::Alt(arms) })
    }

    fn sequence(&mut self) -> Result<Tree, String> {
        let mut items = Vec::new();
        while self.peek().is_some() && !self.op('|') && !(self.op(')') && (self.depth > 1 || !self.extended)) {
            let first = items.is_empty();
            let atom = self.atom(first)?;
            let atom = self.repeats(atom)?;
            items.push(atom);
        }
        Ok(Tree::Cat(items))
    }

    fn repeats(&mut self, mut atom: Tree) -> Result<Tree, String> {
        let mut count = 0;
        loop {
            let (low, high) = if self.peek() == Some('*') {
                self.at += 1;
                (0, None)
            } else if self.eat('+') {
                (1, None)
            } else if self.eat('?') {
                (0, Some(1))
            } else if self.op('{') && (self.extended || self.peek() == Some('\\')) {
                match self.interval()? {
                    Some(bounds) => bounds,
                    None => return Ok(atom),
                }
            } else {
                return Ok(atom);
            };
            count += 1;
            if count > 4 {
                return Err("Invalid preceding regular expression".to_owned());
            }
            atom = Tree::Repeat(Box::new(atom), low, high);
        }
    }

    fn interval(&mut self) -> Result<Option<(u32, Option<u32>)>, String> {
        let start = self.at;
        self.eat('{');
        let text: String = self.chars[self.at..].iter().take_while(|c| c.is_ascii_digit() || **c == ',').collect();
        self.at += text.len();
        if text.is_empty() || !self.eat('}') {
            if self.extended {
                self.at = start;
                return Ok(None);
            }
            return Err("Invalid content of \\{\\}".to_owned());
        }
        let number = |t: &str| t.parse::<u32>().map_err(|_| "Invalid content of \\{\\}".to_owned());
        let bounds = match text.split_once(',') {
            None => (number(&text)?, Some(number(&text)?)),
            Some((low, "")) => (number(low)?, None),
            Some((low, high)) => (if low.is_empty() { 0 } else { number(low)? }, Some(number(high)?)),
        };
        if bounds.0 > MAX_REPEAT || bounds.1.is_some_and(|h| h > MAX_REPEAT || h < bounds.0) {
            return Err("Invalid content of \\{\\}".to_owned());
        }
        Ok(Some(bounds))
    }

    fn atom(&mut self, first: bool) -> Result<Tree, String> {
        if self.eat('(') {
            self.groups += 1;
            let n = self.groups;
            let inner = self.alternatives()?;
            return match self.eat(')') {
                true => Ok(Tree::Group(Box::new(inner), n)),
                false => Err("Unmatched ( or \\(".to_owned()),
            };
        }
        let Some(c) = self.peek() else { return Ok(Tree::Empty) };
        self.at += 1;
        Ok(Tree::One(match c {
            '.' => Inst::Any,
            '^' if self.extended || first => Inst::Start,
            '$' if self.extended || self.peek().is_none() || self.op(')') || self.op('|') => Inst::End,
            '[' => match bracket_posix(&self.chars[self.at..]) {
                Some((negate, ranges, used)) => {
                    self.at += used;
                    Inst::Set { negate, ranges }
                }
                // glibc has another word where nothing follows.
                None if self.at >= self.chars.len() => return Err("Invalid regular expression".to_owned()),
                None => return Err("Unmatched [, [^, [:, [., or [=".to_owned()),
            },
            '*' | '+' | '?' if first && (self.extended || c == '*') => Inst::Char(c),
            '\\' => {
                let Some(e) = self.peek() else { return Err("Trailing backslash".to_owned()) };
                self.at += 1;
                match e {
                    'n' => Inst::Char('\n'),
                    't' => Inst::Char('\t'),
                    'r' => Inst::Char('\r'),
                    '<' | '>' | 'b' | 'B' => Inst::Edge(e),
                    'w' | 'W' => {
                        Inst::Set { negate: e == 'W', ranges: vec![('a', 'z'), ('A', 'Z'), ('0', '9'), ('_', '_')] }
                    }
                    's' | 'S' => Inst::Set { negate: e == 'S', ranges: vec![(' ', ' '), ('\t', '\r')] },
                    'd' | 'D' => Inst::Set { negate: e == 'D', ranges: vec![('0', '9')] },
                    '1'..='9' => Inst::Back(e as usize - '0' as usize),
                    other => Inst::Char(other),
                }
            }
            other => Inst::Char(other),
        }))
    }
}

/// As in shells' patterns, but `\` stands for itself and `!` does not negate.
fn bracket_posix(chars: &[char]) -> Option<(bool, Vec<(char, char)>, usize)> {
    if chars.first() == Some(&'!') {
        let mut shifted = vec!['\\'];
        shifted.extend_from_slice(chars);
        return bracket(&shifted).map(|(n, r, used)| (n, r, used - 1));
    }
    // Within brackets a backslash is a character; tools read `\t` and `\n` there all the same.
    let end = chars.iter().skip(1).position(|c| *c == ']').map(|i| i + 1)?;
    if !chars[..end].contains(&'\\') {
        return bracket(chars);
    }
    let mut text = Vec::new();
    let mut added = 0i64;
    let mut i = 0;
    while i < chars.len() {
        match (chars[i], chars.get(i + 1)) {
            ('\\', Some('t')) => {
                text.push('\t');
                added -= 1;
                i += 2;
            }
            ('\\', Some('n')) => {
                text.push('\n');
                added -= 1;
                i += 2;
            }
            ('\\', _) => {
                text.extend(['\\', '\\']);
                added += 1;
                i += 1;
            }
            (c, _) => {
                text.push(c);
                i += 1;
                if c == ']' && i > 1 && i > end {
                    break;
                }
            }
        }
    }
    bracket(&text).map(|(n, r, used)| (n, r, usize::try_from(used as i64 - added).unwrap_or(used).min(chars.len())))
}
