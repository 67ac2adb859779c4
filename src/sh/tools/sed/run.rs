//! Runs a sed program on one line after another.

use super::substitute::substitute;
use super::{Action, Address, Command, Sed};
use crate::sh::io::Io;
use crate::sh::tools::filter::put;

const MAX_MOVES: u32 = 20_000;

/// An open range.
#[derive(Clone, Copy, Debug)]
pub(super) enum Open {
    Until(u64),
    Match,
    Forever,
}

impl Sed {
    fn emit(&mut self, io: &mut Io<'_>, text: &str, whole: bool) {
        if self.in_place.is_some() {
            self.output.push_str(text);
            if whole {
                self.output.push('\n');
            }
        } else {
            put(io, text, whole);
        }
    }

    fn hits(&self, address: &Address, last: bool) -> bool {
        match address {
            Address::Line(n) => *n == self.line,
            Address::Last => last,
            Address::Match(regex) => regex.is_match(&self.space),
            Address::Step(first, 0) => *first == self.line,
            Address::Step(first, step) => self.line >= *first && (self.line - first).is_multiple_of(*step),
            Address::More(_) => false,
        }
    }

    fn selected(&mut self, at: usize, last: bool) -> bool {
        let program = self.program.clone();
        let Some(command) = program.get(at) else { return false };
        let hit = match (&command.from, &command.to) {
            (None, _) => true,
            (Some(from), None) => self.hits(from, last),
            (Some(from), Some(to)) => match self.ranges[at] {
                Some(open) => {
                    let ends = match open {
                        Open::Until(n) => self.line >= n,
                        Open::Match => self.hits(to, last),
                        Open::Forever => last,
                    };
                    if ends {
                        self.ranges[at] = None;
                    }
                    !matches!(open, Open::Until(n) if self.line > n)
                }
                None if self.hits(from, last) => {
                    self.ranges[at] = match to {
                        Address::Line(n) if *n <= self.line => None,
                        Address::Line(n) => Some(Open::Until(*n)),
                        Address::More(0) => None,
                        Address::More(n) => Some(Open::Until(self.line + n)),
                        Address::Last if last => None,
                        Address::Last => Some(Open::Forever),
                        Address::Match(_) | Address::Step(..) => Some(Open::Match),
                    };
                    true
                }
                None => false,
            },
        };
        hit != command.negate
    }

    /// Runs the program on the pattern space from a command on.
    fn run(&mut self, io: &mut Io<'_>, start: usize, last: bool) {
        let program = self.program.clone();
        let mut at = start;
        let mut shows = true;
        for _ in 0..MAX_MOVES {
            let Some(command) = program.get(at) else { break };
            let hit = self.selected(at, last);
            at += 1;
            if !hit {
                if let Action::Block(n) = command.action {
                    at += n;
                }
                continue;
            }
            match &command.action {
                Action::Block(_) | Action::Label(_) => {}
                Action::Delete => {
                    shows = false;
                    break;
                }
                Action::DeleteFirst => {
                    match self.space.split_once('\n').map(|(_, rest)| rest.to_owned()) {
                        Some(rest) => {
                            self.space = rest;
                            at = 0;
                            continue;
                        }
                        None => shows = false,
                    }
                    break;
                }
                Action::Quit => {
                    self.done = true;
                    break;
                }
                Action::Next => {
                    if !self.quiet {
                        self.emit(io, &self.space.clone(), true);
                    }
                    self.flush_after(io);
                    self.resume = Some((at, false));
                    return;
                }
                Action::Join => {
                    self.resume = Some((at, true));
                    return;
                }
                Action::Change(text) => {
                    let in_range = command.to.is_some() && self.ranges[at - 1].is_some();
                    if !in_range {
                        self.emit(io, text, true);
                    }
                    shows = false;
                    break;
                }
                Action::Branch(label) => at = target(&program, label),
                Action::BranchIf(label) => {
                    if std::mem::take(&mut self.substituted) {
                        at = target(&program, label);
                    }
                }
                action => self.edit(io, action),
            }
        }
        if shows && !self.quiet {
            self.emit(io, &self.space.clone(), self.whole);
        }
        self.flush_after(io);
    }

    /// What only prints, or changes a space, and goes on with the next command.
    fn edit(&mut self, io: &mut Io<'_>, action: &Action) {
        match action {
            Action::Print => self.emit(io, &self.space.clone(), true),
            Action::PrintFirst => {
                let first = self.space.split('\n').next().unwrap_or("").to_owned();
                self.emit(io, &first, true);
            }
            Action::Append(text) => self.after.push(text.clone()),
            Action::Insert(text) => self.emit(io, text, true),
            Action::Number => self.emit(io, &self.line.to_string(), true),
            Action::Hold { append } => {
                if *append {
                    self.hold.push('\n');
                    self.hold.push_str(&self.space);
                } else {
                    self.hold.clone_from(&self.space);
                }
            }
            Action::Get { append } => {
                if *append {
                    self.space.push('\n');
                    self.space.push_str(&self.hold);
                } else {
                    self.space.clone_from(&self.hold);
                }
            }
            Action::Exchange => std::mem::swap(&mut self.space, &mut self.hold),
            Action::Translate(from, to) => {
                let change = |c: char| from.iter().position(|f| *f == c).and_then(|i| to.get(i)).copied();
                self.space = self.space.chars().map(|c| change(c).unwrap_or(c)).collect();
            }
            Action::Substitute { regex, with, all, nth, print } => {
                if let Some(text) = substitute(&self.space, regex, with, *all, *nth) {
                    self.space = text;
                    self.substituted = true;
                    if *print {
                        self.emit(io, &self.space.clone(), true);
                    }
                }
            }
            // What decides how to go on is in `run`.
            _ => {}
        }
    }

    fn flush_after(&mut self, io: &mut Io<'_>) {
        for text in std::mem::take(&mut self.after) {
            self.emit(io, &text, true);
        }
    }

    pub(super) fn take(&mut self, io: &mut Io<'_>, line: &str, whole: bool, last: bool) {
        self.line += 1;
        self.whole = whole;
        match self.resume.take() {
            Some((at, true)) => {
                self.space.push('\n');
                self.space.push_str(line);
                self.run(io, at, last);
            }
            Some((at, false)) => {
                line.clone_into(&mut self.space);
                self.run(io, at, last);
            }
            None => {
                line.clone_into(&mut self.space);
                self.substituted = false;
                self.run(io, 0, last);
            }
        }
    }

    pub(super) fn drain(&mut self, io: &mut Io<'_>) {
        if let Some((line, whole)) = self.ahead.take()
            && !self.done
        {
            self.take(io, &line, whole, true);
        }
        // `N` without a next line prints what there is.
        if let Some((_, join)) = self.resume.take()
            && join
            && !self.quiet
            && !self.done
        {
            self.emit(io, &self.space.clone(), true);
        }
    }
}

fn target(program: &[Command], label: &str) -> usize {
    if label.is_empty() {
        return program.len();
    }
    program.iter().position(|c| matches!(&c.action, Action::Label(l) if l == label)).unwrap_or(program.len())
}
