//! The shell's language as a tree. Trees are shared and never change, so that a running shell can be cloned.

use std::cell::OnceCell;
use std::rc::Rc;

/// A word before expansion: pieces side by side.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Word(pub Vec<Part>);

#[derive(Clone, Debug, PartialEq)]
pub enum Part {
    /// Unquoted text: wildcards and a leading tilde count.
    Text(String),
    /// Quoted text, taken as it is; `""` is one that is empty.
    Quoted(String),
    Param {
        param: Box<Param>,
        quoted: bool,
    },
    /// `$(…)` and backticks.
    Command {
        script: Rc<Node>,
        quoted: bool,
    },
    /// `$((…))`
    Arith {
        text: Word,
        quoted: bool,
    },
}

/// `$name` or `${name…}`.
#[derive(Clone, Debug, PartialEq)]
pub struct Param {
    pub name: String,
    /// `[index]` of an array.
    pub index: Option<Word>,
    pub op: ParamOp,
}

#[derive(Clone, Debug, PartialEq)]
pub enum ParamOp {
    Plain,
    /// `${#x}`
    Length,
    /// `${!x}`
    Indirect,
    /// `-`, `=`, `?` or `+`; with a colon the empty value counts as unset.
    Unset {
        op: char,
        colon: bool,
        word: Word,
    },
    /// `#`, `##`, `%`, `%%`
    Strip {
        suffix: bool,
        longest: bool,
        pattern: Word,
    },
    /// `/`, `//`, `/#`, `/%`
    Replace {
        all: bool,
        anchor: Option<char>,
        pattern: Word,
        with: Word,
    },
    /// `:offset:length`
    Slice {
        offset: Word,
        length: Option<Word>,
    },
    /// `^`, `^^`, `,`, `,,`
    Case {
        upper: bool,
        all: bool,
    },
}

/// What a redirection does to a descriptor.
#[derive(Clone, Debug, PartialEq)]
pub enum RedirKind {
    Read,
    Write,
    Append,
    ReadWrite,
    /// `2>&1`, `<&0`, `>&-`
    Dup,
    /// `&>` and `&>>`
    Both {
        append: bool,
    },
    /// A here-document; its text comes after the line.
    Here {
        body: Rc<OnceCell<Word>>,
    },
    /// `<<<`
    HereString,
}

#[derive(Clone, Debug, PartialEq)]
pub struct Redir {
    pub fd: u32,
    pub kind: RedirKind,
    pub target: Word,
}

#[derive(Clone, Debug, PartialEq)]
pub enum Value {
    One(Word),
    /// `a=(x y)`
    Many(Vec<Word>),
}

#[derive(Clone, Debug, PartialEq)]
pub struct Assign {
    pub name: String,
    pub index: Option<Word>,
    pub append: bool,
    pub value: Value,
}

#[derive(Clone, Debug, Default, PartialEq)]
pub struct Simple {
    pub assigns: Vec<Assign>,
    pub words: Vec<Word>,
    pub redirs: Vec<Redir>,
    pub line: u32,
}

/// One `pattern) commands ;;` of a `case`.
#[derive(Clone, Debug, PartialEq)]
pub struct Arm {
    pub patterns: Vec<Word>,
    pub body: Rc<Node>,
    /// `;&`
    pub falls: bool,
}

/// A command of a list.
#[derive(Clone, Debug, PartialEq)]
pub struct Item {
    pub node: Rc<Node>,
    pub background: bool,
    /// As it was typed, for `jobs`.
    pub text: Rc<str>,
}

/// A token of `[[ … ]]`.
#[derive(Clone, Debug, PartialEq)]
pub enum CondToken {
    Op(String),
    Word(Word),
}

#[derive(Clone, Debug, PartialEq)]
pub enum Node {
    Simple(Simple),
    /// Commands joined by `|`; `both` where it was `|&`.
    Pipeline {
        negate: bool,
        commands: Vec<Rc<Node>>,
        both: Vec<bool>,
    },
    /// `a && b || c`: each with whether it was `&&`.
    AndOr {
        first: Rc<Node>,
        rest: Vec<(bool, Rc<Node>)>,
    },
    List(Vec<Item>),
    Subshell(Rc<Node>),
    Group(Rc<Node>),
    If {
        arms: Vec<(Rc<Node>, Rc<Node>)>,
        otherwise: Option<Rc<Node>>,
    },
    /// `words` is None for `for x; do`: the positional parameters.
    For {
        var: String,
        words: Option<Vec<Word>>,
        body: Rc<Node>,
    },
    ForArith {
        init: Word,
        test: Word,
        next: Word,
        body: Rc<Node>,
    },
    While {
        until: bool,
        test: Rc<Node>,
        body: Rc<Node>,
    },
    Case {
        word: Word,
        arms: Vec<Arm>,
    },
    Function {
        name: String,
        body: Rc<Node>,
    },
    Cond(Vec<CondToken>),
    Arith(Word),
    /// A compound command with redirections.
    Redirected {
        node: Rc<Node>,
        redirs: Vec<Redir>,
    },
    /// `time pipeline`
    Time(Rc<Node>),
}

impl Word {
    pub fn text(text: &str) -> Self {
        Self(vec![Part::Text(text.to_owned())])
    }

    /// The text of a word that needs no expansion.
    pub fn literal(&self) -> Option<String> {
        self.0
            .iter()
            .map(|part| match part {
                Part::Text(t) | Part::Quoted(t) => Some(t.as_str()),
                _ => None,
            })
            .collect()
    }
}
