//! How the shell runs one command: expansion, redirections, functions, children.

mod assign;
mod children;
mod redirect;
mod substitution;

pub(super) use assign::Assigned;

use super::arith;
use super::ast::{Arm, Node, Redir, Simple, Word};
use super::builtins;
use super::cond;
use super::expand::{Expander, Stop};
use super::interp::{Flavor, Frame, Interp, Move, Sub};
use super::io::Io;
use super::process::DescId;
use assign::assigned;
use redirect::targets;
use std::rc::Rc;

impl Interp {
    /// Expands with a copy of the variables; what was assigned is kept only when the expansion ends well.
    pub(super) fn expander<T>(
        &mut self,
        io: &mut Io<'_>,
        outputs: &[String],
        f: impl FnOnce(&mut Expander<'_, '_>) -> Result<T, Stop>,
    ) -> Result<T, Stop> {
        let mut e = Expander {
            vars: self.vars.clone(),
            io,
            outputs,
            used: 0,
            braces: self.flavor == Flavor::Bash,
            strict: self.options.nounset,
        };
        let result = f(&mut e)?;
        self.vars = e.vars;
        Ok(result)
    }

    /// Goes on with a command whose words are expanded.
    pub(super) fn expand(
        &mut self,
        io: &mut Io<'_>,
        node: Rc<Node>,
        mut outputs: Vec<String>,
        sub: Option<Sub>,
    ) -> Move {
        if let Some(mut sub) = sub {
            match self.read_sub(io, &mut sub) {
                Some(text) => outputs.push(text),
                None => {
                    self.frames.push(Frame::Expand { node, outputs, sub: Some(sub) });
                    return Move::Wait;
                }
            }
        }
        match self.begin(io, &node, &outputs) {
            Ok(moved) => moved,
            Err(Stop::Command(script)) => match self.start_sub(io, script) {
                Some(sub) => {
                    self.frames.push(Frame::Expand { node, outputs, sub: Some(sub) });
                    Move::Go
                }
                None => self.done(1),
            },
            Err(Stop::Error(text)) => {
                self.fail_expansion(io, &text);
                Move::Go
            }
        }
    }

    /// An expansion that failed ends a script; at a prompt it ends the line.
    fn fail_expansion(&mut self, io: &mut Io<'_>, text: &str) {
        self.complain(io, text);
        if self.interactive {
            self.unwind(io, |_| false);
            self.vars.status = 1;
            return;
        }
        // bash tells an unset parameter from other failures.
        let unset = !text.contains("division by 0") && !text.contains("syntax error");
        self.exit(match self.flavor {
            Flavor::Bash if unset => 127,
            Flavor::Bash => 1,
            _ => 2,
        });
    }

    /// Expands a command and does it, or starts what does.
    fn begin(&mut self, io: &mut Io<'_>, node: &Rc<Node>, outputs: &[String]) -> Result<Move, Stop> {
        Ok(match &**node {
            Node::Simple(simple) => return self.simple(io, simple, outputs),
            Node::Pipeline { negate, commands, both } => self.pipeline(io, *negate, commands, both),
            Node::Subshell(body) => self.subshell(io, body),
            Node::Group(body) => {
                self.push(body.clone());
                Move::Go
            }
            Node::For { words, .. } => {
                let words = match words {
                    Some(words) => self.expander(io, outputs, |e| e.fields(words))?,
                    None => self.vars.params.to_vec(),
                };
                self.vars.status = 0;
                self.frames.push(Frame::For { node: node.clone(), words: words.into() });
                Move::Go
            }
            Node::Case { word, arms } => self.case(io, word, arms, outputs)?,
            Node::Function { name, body } => {
                Rc::make_mut(&mut self.functions).insert(name.clone(), body.clone());
                self.done(0)
            }
            Node::Cond(tokens) => {
                let value = self.expander(io, outputs, |e| cond::eval(e, tokens))?;
                self.done(i32::from(!value))
            }
            Node::Arith(word) => self.arith(io, word, outputs)?,
            Node::Redirected { node, redirs } => self.redirected(io, node, redirs, outputs)?,
            Node::Time(node) => {
                self.frames.push(Frame::Time(io.now()));
                self.push(node.clone());
                Move::Go
            }
            _ => {
                self.push(node.clone());
                Move::Go
            }
        })
    }

    fn subshell(&mut self, io: &mut Io<'_>, body: &Rc<Node>) -> Move {
        if self.last && self.frames.is_empty() && self.traps.is_empty() && self.subshell {
            self.push(body.clone());
            return Move::Go;
        }
        let mut child = self.fork_state();
        child.push(body.clone());
        let group = self.group();
        self.start_children(io, vec![(Box::new(child), Vec::new())], group, false)
    }

    fn case(&mut self, io: &mut Io<'_>, word: &Word, arms: &[Arm], outputs: &[String]) -> Result<Move, Stop> {
        let found = self.expander(io, outputs, |e| {
            let text = e.string(word)?;
            for (i, arm) in arms.iter().enumerate() {
                for pattern in &arm.patterns {
                    if e.pattern(pattern)?.matches(&text) {
                        return Ok(Some(i));
                    }
                }
            }
            Ok(None)
        })?;
        self.vars.status = 0;
        let bodies = found.map_or(&[][..], |i| &arms[i..]);
        let count = bodies.iter().take_while(|a| a.falls).count() + 1;
        for arm in bodies.iter().take(count).rev() {
            self.push(arm.body.clone());
        }
        Ok(Move::Go)
    }

    /// `((expression))`
    fn arith(&mut self, io: &mut Io<'_>, word: &Word, outputs: &[String]) -> Result<Move, Stop> {
        let text = self.expander(io, outputs, |e| e.string(word))?;
        let status = match arith::eval(&text, &mut self.vars) {
            Ok(n) => i32::from(n == 0),
            Err(text) => {
                self.complain(io, &format!("((: {text}"));
                1
            }
        };
        Ok(self.done(status))
    }

    /// A compound command with redirections of its own.
    fn redirected(
        &mut self,
        io: &mut Io<'_>,
        node: &Rc<Node>,
        redirs: &[Redir],
        outputs: &[String],
    ) -> Result<Move, Stop> {
        let targets = self.expander(io, outputs, |e| targets(e, redirs))?;
        match self.redirect(io, &targets) {
            Ok(saved) => {
                self.frames.push(Frame::RestoreFds(saved));
                self.push(node.clone());
                Ok(Move::Go)
            }
            Err(text) => {
                self.complain(io, &text);
                Ok(self.done(1))
            }
        }
    }

    fn simple(&mut self, io: &mut Io<'_>, simple: &Simple, outputs: &[String]) -> Result<Move, Stop> {
        self.line = simple.line;
        let ran_commands = !outputs.is_empty();
        let (argv, targets, assigns) = self.expander(io, outputs, |e| {
            let argv = e.fields(&simple.words)?;
            let targets = targets(e, &simple.redirs)?;
            let before = e.vars.clone();
            let assigns = simple.assigns.iter().map(|a| assigned(e, a)).collect::<Result<Vec<_>, _>>()?;
            e.vars = before;
            Ok((argv, targets, assigns))
        })?;
        if self.options.xtrace {
            let shown: Vec<String> = argv.iter().map(|a| builtins::quote_if_needed(a)).collect();
            io.err(&format!("+ {}\n", shown.join(" ")));
        }
        let saved = match self.redirect(io, &targets) {
            Ok(saved) => saved,
            Err(text) => {
                self.complain(io, &text);
                return Ok(self.done(1));
            }
        };
        if argv.is_empty() {
            self.restore_fds(io, saved);
            let status = if ran_commands { self.vars.status } else { 0 };
            for (name, var) in assigns {
                if let Err(text) = self.assign(&name, var) {
                    self.complain(io, &text);
                    if !self.interactive {
                        self.exit(1);
                    }
                    return Ok(self.done(1));
                }
            }
            return Ok(self.done(status));
        }
        Ok(self.command(io, argv, saved, assigns))
    }

    /// Runs a command by its name: a function, a builtin or a program.
    pub(super) fn command(
        &mut self,
        io: &mut Io<'_>,
        argv: Vec<String>,
        saved: Vec<(u32, Option<DescId>)>,
        assigns: Vec<(String, Assigned)>,
    ) -> Move {
        let name = argv[0].clone();
        let function = self.functions.get(&name).cloned();
        let builtin = builtins::is_builtin(&name, self.flavor);
        if function.is_some() || builtin {
            // `exec` with redirections only makes them last.
            let keep = name == "exec" && argv.len() == 1;
            if keep {
                saved.into_iter().for_each(|(_, desc)| {
                    if let Some(desc) = desc {
                        io.close_desc(desc);
                    }
                });
            } else if !saved.is_empty() {
                self.frames.push(Frame::RestoreFds(saved));
            }
            if !assigns.is_empty() {
                let old = assigns.iter().map(|(n, _)| (n.clone(), self.vars.var(n).cloned())).collect();
                self.frames.push(Frame::RestoreVars(old));
                for (name, value) in assigns {
                    if let Err(text) = self.assign(&name, value) {
                        self.complain(io, &text);
                        return self.done(1);
                    }
                    self.vars.entry(&name).exported = true;
                }
            }
            return match function {
                Some(body) => self.call(argv, body),
                None => self.builtin(io, Rc::new(argv), Vec::new()),
            };
        }
        let before = self.vars.clone();
        for (name, value) in assigns {
            if self.assign(&name, value).is_ok() {
                self.vars.entry(&name).exported = true;
            }
        }
        let moved = self.program(io, argv, saved);
        let status = self.vars.status;
        self.vars = before;
        self.vars.status = status;
        moved
    }

    fn call(&mut self, argv: Vec<String>, body: Rc<Node>) -> Move {
        let params = std::mem::replace(&mut self.vars.params, Rc::new(argv.into_iter().skip(1).collect()));
        self.frames.push(Frame::Call { params, locals: Default::default(), sourced: false });
        self.push(body);
        Move::Go
    }
}
