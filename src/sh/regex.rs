//! Regular expressions: POSIX basic and extended, by bounded backtracking over a small program.

use super::glob::bracket;

#[derive(Clone, Debug, PartialEq)]
enum Inst {
    Char(char),
    Any,
    Set {
        negate: bool,
        ranges: Vec<(char, char)>,
    },
    /// Tries the first, then the second.
    Split(usize, usize),
    Jump(usize),
    Save(usize),
    Start,
    End,
    /// `\b`, `\<`, `\>`, `\B`
    Edge(char),
    /// `\1`
    Back(usize),
    Match,
}

/// A compiled expression.
#[derive(Clone, Debug, PartialEq)]
pub struct Regex {
    program: Vec<Inst>,
    groups: usize,
    fold: bool,
    /// An expression of plain characters is searched for as such.
    literal: Option<Vec<char>>,
}

/// Where an expression matched: start and end of the whole and of each group, in characters.
#[derive(Clone, Debug, PartialEq)]
pub struct Found(pub Vec<Option<(usize, usize)>>);

impl Found {
    pub fn start(&self) -> usize {
        self.0.first().copied().flatten().map_or(0, |(s, _)| s)
    }

    pub fn end(&self) -> usize {
        self.0.first().copied().flatten().map_or(0, |(_, e)| e)
    }

    /// The text of the whole and of each group.
    pub fn texts(&self, chars: &[char]) -> Vec<String> {
        self.0.iter().map(|g| g.map(|(s, e)| chars[s..e].iter().collect()).unwrap_or_default()).collect()
    }
}

#[derive(Clone, Debug)]
enum Tree {
    Empty,
    One(Inst),
    Cat(Vec<Tree>),
    Alt(Vec<Tree>),
    Repeat(Box<Tree>, u32, Option<u32>),
    Group(Box<Tree>, usize),
}

const MAX_PROGRAM: usize = 20_000;
const MAX_REPEAT: u32 = 255;
const MAX_DEPTH: u32 = 40;
/// Moves that one search may take.
const MAX_MOVES: usize = 400_000;

struct Parser<'a> {
    chars: Vec<char>,
    at: usize,
    extended: bool,
    groups: usize,
    depth: u32,
    _text: &'a str,
}

impl Regex {
    /// Compiles an extended (`grep -E`) or basic expression; `fold` ignores case.
    pub fn new(text: &str, extended: bool, fold: bool) -> Result<Self, String> {
        let mut p = Parser { chars: text.chars().collect(), at: 0, extended, groups: 0, depth: 0, _text: text };
        let tree = p.alternatives()?;
        if p.at < p.chars.len() {
            return Err("Unmatched ) or \\)".to_owned());
        }
        let mut program = vec![Inst::Save(0)];
        emit(&tree, &mut program)?;
        program.push(Inst::Save(1));
        program.push(Inst::Match);
        let inner = &program[1..program.len() - 2];
        let literal: Option<Vec<char>> = inner
            .iter()
            .map(|i| match i {
                Inst::Char(c) => Some(*c),
                _ => None,
            })
            .collect();
        Ok(Self { literal: literal.filter(|l| !fold && !l.is_empty()), program, groups: p.groups, fold })
    }

    pub fn is_match(&self, text: &str) -> bool {
        self.find(&text.chars().collect::<Vec<_>>(), 0).is_some()
    }

    /// The leftmost match at or after a character; the longest where alternatives differ is not sought (as Perl does).
    pub fn find(&self, chars: &[char], from: usize) -> Option<Found> {
        if let Some(literal) = &self.literal {
            let rest = chars.get(from..)?;
            let at = rest.windows(literal.len()).position(|w| w == literal.as_slice())? + from;
            return Some(Found(vec![Some((at, at + literal.len()))]));
        }
        let mut moves = 0;
        (from..=chars.len()).find_map(|start| self.run(chars, start, &mut moves))
    }

    fn run(&self, chars: &[char], start: usize, moves: &mut usize) -> Option<Found> {
        let slots = vec![None; (self.groups + 1) * 2];
        let mut stack = vec![(0usize, start, slots)];
        while let Some((mut pc, mut at, mut slots)) = stack.pop() {
            loop {
                *moves += 1;
                if *moves > MAX_MOVES || stack.len() > MAX_PROGRAM {
                    return None;
                }
                let here = chars.get(at).copied();
                let one = match self.program.get(pc)? {
                    Inst::Match => return Some(Found(pairs(&slots))),
                    Inst::Jump(to) => {
                        pc = *to;
                        continue;
                    }
                    Inst::Split(a, b) => {
                        stack.push((*b, at, slots.clone()));
                        pc = *a;
                        continue;
                    }
                    Inst::Save(n) => {
                        if let Some(slot) = slots.get_mut(*n) {
                            *slot = Some(at);
                        }
                        pc += 1;
                        continue;
                    }
                    Inst::Start if at == 0 => {
                        pc += 1;
                        continue;
                    }
                    Inst::End if at == chars.len() => {
                        pc += 1;
                        continue;
                    }
                    Inst::Edge(kind) if edge(*kind, chars, at) => {
                        pc += 1;
                        continue;
                    }
                    Inst::Back(n) => {
                        let (Some(Some(s)), Some(Some(e))) = (slots.get(n * 2), slots.get(n * 2 + 1)) else { break };
                        let group = &chars[*s..*e];
                        if !chars[at..].starts_with(group) {
                            break;
                        }
                        at += group.len();
                        pc += 1;
                        continue;
                    }
                    Inst::Start | Inst::End | Inst::Edge(_) => break,
                    Inst::Any => here.is_some(),
                    Inst::Char(c) => here.is_some_and(|h| h == *c || (self.fold && same(h, *c))),
                    Inst::Set { negate, ranges } => here.is_some_and(|h| {
                        let hit = |c: char| ranges.iter().any(|(a, b)| (*a..=*b).contains(&c));
                        let folded = self.fold && (hit(h.to_ascii_lowercase()) || hit(h.to_ascii_uppercase()));
                        (hit(h) || folded) != *negate
                    }),
                };
                if !one {
                    break;
                }
                at += 1;
                pc += 1;
            }
        }
        None
    }
}

fn same(a: char, b: char) -> bool {
    a.to_lowercase().eq(b.to_lowercase())
}

fn pairs(slots: &[Option<usize>]) -> Vec<Option<(usize, usize)>> {
    slots
        .chunks(2)
        .map(|pair| match pair {
            [Some(s), Some(e)] if s <= e => Some((*s, *e)),
            _ => None,
        })
        .collect()
}

fn edge(kind: char, chars: &[char], at: usize) -> bool {
    let word = |c: Option<&char>| c.is_some_and(|c| c.is_alphanumeric() || *c == '_');
    let before = word(at.checked_sub(1).and_then(|i| chars.get(i)));
    let after = word(chars.get(at));
    match kind {
        '<' => !before && after,
        '>' => before && !after,
        'B' => before == after,
        _ => before != after,
    }
}

impl Parser<'_> {
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

    fn alternatives(&mut self) -> Result<Tree, String> {
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

fn emit(tree: &Tree, out: &mut Vec<Inst>) -> Result<(), String> {
    if out.len() > MAX_PROGRAM {
        return Err("regular expression too big".to_owned());
    }
    match tree {
        Tree::Empty => {}
        Tree::One(inst) => out.push(inst.clone()),
        Tree::Cat(items) => {
            for item in items {
                emit(item, out)?;
            }
        }
        Tree::Alt(arms) => {
            let mut ends = Vec::new();
            for (i, arm) in arms.iter().enumerate() {
                if i + 1 == arms.len() {
                    emit(arm, out)?;
                    break;
                }
                let split = out.len();
                out.push(Inst::Match);
                emit(arm, out)?;
                ends.push(out.len());
                out.push(Inst::Match);
                out[split] = Inst::Split(split + 1, out.len());
            }
            let end = out.len();
            for at in ends {
                out[at] = Inst::Jump(end);
            }
        }
        Tree::Group(inner, n) => {
            out.push(Inst::Save(n * 2));
            emit(inner, out)?;
            out.push(Inst::Save(n * 2 + 1));
        }
        Tree::Repeat(inner, low, high) => {
            for _ in 0..*low {
                emit(inner, out)?;
            }
            match high {
                None => {
                    let split = out.len();
                    out.push(Inst::Match);
                    emit(inner, out)?;
                    // What can match nothing would turn for ever.
                    if out.len() == split + 1 || can_be_empty(inner) {
                        out[split] = Inst::Split(split + 1, out.len());
                    } else {
                        out.push(Inst::Jump(split));
                        out[split] = Inst::Split(split + 1, out.len());
                    }
                }
                Some(high) => {
                    let mut splits = Vec::new();
                    for _ in *low..*high {
                        splits.push(out.len());
                        out.push(Inst::Match);
                        emit(inner, out)?;
                    }
                    let end = out.len();
                    for at in splits {
                        out[at] = Inst::Split(at + 1, end);
                    }
                }
            }
        }
    }
    Ok(())
}

fn can_be_empty(tree: &Tree) -> bool {
    match tree {
        Tree::Empty => true,
        Tree::One(inst) => matches!(inst, Inst::Start | Inst::End | Inst::Edge(_) | Inst::Back(_)),
        Tree::Cat(items) => items.iter().all(can_be_empty),
        Tree::Alt(arms) => arms.iter().any(can_be_empty),
        Tree::Repeat(inner, low, _) => *low == 0 || can_be_empty(inner),
        Tree::Group(inner, _) => can_be_empty(inner),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn first(pattern: &str, extended: bool, text: &str) -> Option<String> {
        let chars: Vec<char> = text.chars().collect();
        Regex::new(pattern, extended, false).unwrap().find(&chars, 0).map(|m| m.texts(&chars).swap_remove(0))
    }

    /// Matches as GNU grep and sed find them.
    #[test]
    fn matches_are_greps() {
        let cases = [
            ("a+", true, "caat", Some("aa")),
            ("a\\+", false, "caat", Some("aa")),
            ("a+", false, "a+", Some("a+")),
            ("^(Name|Status|IP):", true, "Status: x", Some("Status:")),
            ("gen-[a-z0-9]{5}", true, "x gen-ab12c", Some("gen-ab12c")),
            ("[0-9]{4}-[0-9T:Z-]+", true, "at 2026-11-23T12:20:34Z.", Some("2026-11-23T12:20:34Z")),
            ("/tmp/[A-Z]+-[0-9]+/", true, "/tmp/LIVE-123/x", Some("/tmp/LIVE-123/")),
            ("\\t.*", true, "a\tb", Some("\tb")),
            ("^$", true, "", Some("")),
            ("x*", true, "y", Some("")),
            ("a|b|c", true, "zc", Some("c")),
            ("\\(a\\|b\\)\\1", false, "abb", Some("bb")),
            ("[^,]*", true, "ab,c", Some("ab")),
            ("[]x]+", true, "a]x", Some("]x")),
            ("a{2}", true, "aaa", Some("aa")),
            ("(a*)*b", true, "aab", Some("aab")),
            ("\\bfoo\\b", true, "a foo b", Some("foo")),
            ("中.", true, "x中文y", Some("中文")),
            ("a.c", true, "abd", None),
            ("[[:digit:]]+", true, "x12", Some("12")),
        ];
        for (pattern, extended, text, want) in cases {
            assert_eq!(first(pattern, extended, text).as_deref(), want, "{pattern} on {text}");
        }
    }

    #[test]
    fn bad_expressions_are_refused_and_bad_ones_end() {
        for bad in ["(", "[", "a{999}", "a\\"] {
            assert!(Regex::new(bad, true, false).is_err(), "{bad}");
        }
        assert!(Regex::new(&"(".repeat(1000), true, false).is_err());
        let text = "a".repeat(40);
        assert!(!Regex::new("(a|a)*(a|a)*(a|a)*b", true, false).unwrap().is_match(&text));
    }
}
