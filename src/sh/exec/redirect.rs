//! Redirections: what a descriptor means while a command runs.

use crate::sh::ast::{Redir, RedirKind};
use crate::sh::expand::{Expander, Stop};
use crate::sh::files::FileError;
use crate::sh::interp::{Flavor, Interp};
use crate::sh::io::{Io, Mode};
use crate::sh::process::DescId;

/// A redirection after expansion.
#[derive(Clone, Debug)]
pub(in crate::sh) struct Target {
    fd: u32,
    kind: RedirKind,
    /// A path, a descriptor's number, `-`, or a text.
    word: String,
}

pub(super) fn targets(e: &mut Expander<'_, '_>, redirs: &[Redir]) -> Result<Vec<Target>, Stop> {
    redirs
        .iter()
        .map(|redir| {
            let word = match &redir.kind {
                RedirKind::Here { body } => match body.get() {
                    Some(word) => e.string(word)?,
                    None => String::new(),
                },
                RedirKind::HereString => e.string(&redir.target)? + "\n",
                _ => {
                    let fields = e.fields(std::slice::from_ref(&redir.target))?;
                    match <[String; 1]>::try_from(fields) {
                        Ok([word]) => word,
                        Err(_) => return Err(Stop::Error("ambiguous redirect".to_owned())),
                    }
                }
            };
            Ok(Target { fd: redir.fd, kind: redir.kind.clone(), word })
        })
        .collect()
}

impl Interp {
    pub(in crate::sh) fn restore_fds(&mut self, io: &mut Io<'_>, saved: Vec<(u32, Option<DescId>)>) {
        for (fd, desc) in saved.into_iter().rev() {
            io.set_fd(fd, desc);
        }
    }

    /// Applies redirections; returns what stood there before. Err puts everything back.
    pub(in crate::sh) fn redirect(
        &mut self,
        io: &mut Io<'_>,
        targets: &[Target],
    ) -> Result<Vec<(u32, Option<DescId>)>, String> {
        let mut saved = Vec::new();
        for target in targets {
            if let Err(text) = self.redirect_one(io, target, &mut saved) {
                self.restore_fds(io, saved);
                return Err(text);
            }
        }
        Ok(saved)
    }

    fn redirect_one(
        &mut self,
        io: &mut Io<'_>,
        target: &Target,
        saved: &mut Vec<(u32, Option<DescId>)>,
    ) -> Result<(), String> {
        let mut put = |io: &mut Io<'_>, fd: u32, desc: Option<DescId>| {
            let old = io.desc(fd).map(|d| io.dup(d));
            saved.push((fd, old));
            io.set_fd(fd, desc);
        };
        let mode = match &target.kind {
            RedirKind::Read => Mode::Read,
            RedirKind::Write | RedirKind::Both { append: false } => Mode::Truncate,
            RedirKind::Append | RedirKind::Both { append: true } => Mode::Append,
            RedirKind::ReadWrite => Mode::ReadWrite,
            RedirKind::Dup => {
                let desc = match target.word.as_str() {
                    "-" => None,
                    word => {
                        let found = word.parse().ok().and_then(|fd| io.desc(fd));
                        Some(found.ok_or_else(|| format!("{word}: Bad file descriptor"))?)
                    }
                };
                let desc = desc.map(|d| io.dup(d));
                put(io, target.fd, desc);
                return Ok(());
            }
            RedirKind::Here { .. } | RedirKind::HereString => {
                let desc = io.text(target.word.as_bytes());
                put(io, target.fd, Some(desc));
                return Ok(());
            }
        };
        let desc = match io.open(&target.word, mode) {
            Ok(desc) => desc,
            Err(e) => return Err(self.open_error(&target.word, mode, e)),
        };
        put(io, target.fd, Some(desc));
        if matches!(target.kind, RedirKind::Both { .. }) {
            let desc = io.dup(desc);
            put(io, 2, Some(desc));
        }
        Ok(())
    }

    fn open_error(&self, path: &str, mode: Mode, e: FileError) -> String {
        match (self.flavor, mode) {
            (Flavor::Bash, _) => format!("{path}: {}", e.text()),
            (Flavor::Dash, Mode::Read) => format!("cannot open {path}: {}", e.text().replace(" or directory", "")),
            (Flavor::Dash, _) => format!(
                "cannot create {path}: {}",
                e.text().replace("No such file or directory", "Directory nonexistent")
            ),
            (Flavor::Ash, Mode::Read) => {
                format!("can't open {path}: {}", e.text().replace("No such file or directory", "no such file"))
            }
            (Flavor::Ash, _) => format!(
                "can't create {path}: {}",
                e.text().replace("No such file or directory", "nonexistent directory")
            ),
        }
    }
}
