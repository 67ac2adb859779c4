//! From a tree to a program.

use super::MAX_PROGRAM;
use super::parse::Tree;

#[derive(Clone, Debug, PartialEq)]
pub(super) enum Inst {
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

pub(super) fn emit(tree: &Tree, out: &mut Vec<Inst>) -> Result<(), String> {
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
