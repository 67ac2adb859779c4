//! The shape of a command, and how a command line finds its command. Models `spf13/cobra` as kubectl uses it.

use super::errors::{Error, Result};
use super::factory::Factory;
use super::flags::{self, Flag, Parsed};
use std::future::Future;
use std::pin::Pin;

/// A running command.
pub type Running<'a> = Pin<Box<dyn Future<Output = Result> + 'a>>;

/// What a command does.
#[derive(Clone, Copy)]
pub enum Action {
    Run(for<'a> fn(&'a Factory) -> Running<'a>),
    /// Has subcommands and nothing of its own: shows help and fails.
    Group,
    /// A command of kubectl that this simulator does not have.
    NotSimulated,
}

/// Wraps an `async fn(&Factory) -> Result` as an [`Action`].
#[macro_export]
macro_rules! action {
    ($run:path) => {{
        fn start<'a>(f: &'a $crate::cli::factory::Factory) -> $crate::cli::command::Running<'a> {
            Box::pin($run(f))
        }
        $crate::cli::command::Action::Run(start)
    }};
}

/// A command: what the parser, help and completion know of it.
#[derive(Clone, Copy)]
pub struct Command {
    pub name: &'static str,
    pub aliases: &'static [&'static str],
    /// Other programs' words for it.
    pub suggest_for: &'static [&'static str],
    /// What follows the name in the usage line.
    pub usage: &'static str,
    pub short: &'static str,
    pub long: &'static str,
    /// Lines of `# what it does` and `kubectl …`.
    pub examples: &'static str,
    pub flags: &'static [&'static [Flag]],
    /// Flags without which it fails at once.
    pub required: &'static [&'static str],
    pub subcommands: &'static [Command],
    pub action: Action,
}

impl Command {
    pub const fn new(name: &'static str, short: &'static str, action: Action) -> Self {
        Self {
            name,
            aliases: &[],
            suggest_for: &[],
            usage: "[options]",
            short,
            long: "",
            examples: "",
            flags: &[],
            required: &[],
            subcommands: &[],
            action,
        }
    }
    /// One that is listed and completed, and says honestly that it is not here.
    pub const fn not_simulated(name: &'static str, short: &'static str) -> Self {
        Self::new(name, short, Action::NotSimulated)
    }
    pub const fn aliases(self, aliases: &'static [&'static str]) -> Self {
        Self { aliases, ..self }
    }
    pub const fn suggest_for(self, suggest_for: &'static [&'static str]) -> Self {
        Self { suggest_for, ..self }
    }
    pub const fn usage(self, usage: &'static str) -> Self {
        Self { usage, ..self }
    }
    pub const fn long(self, long: &'static str) -> Self {
        Self { long, ..self }
    }
    pub const fn examples(self, examples: &'static str) -> Self {
        Self { examples, ..self }
    }
    pub const fn flags(self, flags: &'static [&'static [Flag]]) -> Self {
        Self { flags, ..self }
    }
    pub const fn required(self, required: &'static [&'static str]) -> Self {
        Self { required, ..self }
    }
    pub const fn subcommands(self, subcommands: &'static [Command]) -> Self {
        Self { subcommands, ..self }
    }

    pub fn is(&self, word: &str) -> bool {
        self.name == word || self.aliases.contains(&word)
    }

    /// Its flags and the global ones.
    pub fn all_flags(&self) -> Vec<&'static [Flag]> {
        let mut sets = self.flags.to_vec();
        sets.push(super::flag_sets::GLOBAL);
        sets
    }

    pub fn subcommand(&self, word: &str) -> Option<&'static Command> {
        self.subcommands.iter().find(|c| c.is(word))
    }
}

/// A command that a line named, with the words left for it.
pub struct Found {
    pub command: &'static Command,
    /// `kubectl config set-context`
    pub path: String,
    pub words: Vec<String>,
}

/// Walks down from the root: the first words that are no flags name commands. Models `cobra.Command.Find`.
pub fn find(root: &'static Command, words: &[String]) -> Found {
    let mut found = Found { command: root, path: root.name.to_owned(), words: words.to_vec() };
    loop {
        let Some(at) = first_argument(&found.command.all_flags(), &found.words) else { return found };
        let Some(next) = found.words.get(at).and_then(|w| found.command.subcommand(w)) else { return found };
        found.words.remove(at);
        found.path = format!("{} {}", found.path, next.name);
        found.command = next;
    }
}

/// Where the first word stands that is neither a flag nor a flag's value.
fn first_argument(sets: &[&'static [Flag]], words: &[String]) -> Option<usize> {
    let mut i = 0;
    while let Some(word) = words.get(i) {
        if word == "--" {
            return None;
        }
        let takes_next = if let Some(name) = word.strip_prefix("--") {
            !name.contains('=') && name != "help" && flags::lookup(sets, name).is_none_or(|f| f.no_opt.is_empty())
        } else if word.len() > 1 && word.starts_with('-') {
            let mut letters = word.chars().skip(1);
            let last = letters.next().filter(|_| letters.next().is_none());
            last.is_some_and(|c| c != 'h' && flags::lookup_short(sets, c).is_none_or(|f| f.no_opt.is_empty()))
        } else {
            return Some(i);
        };
        i += if takes_next { 2 } else { 1 };
    }
    None
}

/// The first word that is neither a flag nor a flag's value.
pub fn first_word(command: &Command, words: &[String]) -> Option<String> {
    first_argument(&command.all_flags(), words).and_then(|at| words.get(at)).cloned()
}

/// Parses the words left for a command. Errors are worded as cobra and kubectl do.
pub fn parse(found: &Found) -> Result<Parsed> {
    let parsed = flags::parse(&found.command.all_flags(), &found.words)
        .map_err(|text| Error::Flag { text, path: found.path.clone() })?;
    if parsed.bool("help") {
        return Ok(parsed);
    }
    let missing: Vec<String> =
        found.command.required.iter().filter(|f| !parsed.changed(f)).map(|f| format!("{f:?}")).collect();
    if !missing.is_empty() {
        return Err(Error::Msg(format!("required flag(s) {} not set", missing.join(", "))));
    }
    Ok(parsed)
}

/// The error for a word that names no command of the root, with what was perhaps meant.
pub fn unknown_command(root: &Command, word: &str) -> Error {
    let mut text = format!("unknown command {word:?} for {:?}", root.name);
    let lower = word.to_lowercase();
    let near = |c: &&Command| {
        distance(&lower, c.name) <= 2
            || c.name.starts_with(&lower)
            || c.suggest_for.iter().any(|s| s.eq_ignore_ascii_case(word))
    };
    let names: Vec<&str> = root.subcommands.iter().filter(near).map(|c| c.name).collect();
    if !names.is_empty() {
        text.push_str("\n\nDid you mean this?\n");
        names.iter().for_each(|n| text.push_str(&format!("\t{n}\n")));
    }
    Error::Msg(text)
}

/// Levenshtein's distance.
pub fn distance(a: &str, b: &str) -> usize {
    let b: Vec<char> = b.chars().collect();
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (i, ca) in a.chars().enumerate() {
        let mut diagonal = i;
        row[0] = i + 1;
        for (j, cb) in b.iter().enumerate() {
            let cost = diagonal + usize::from(ca != *cb);
            diagonal = row[j + 1];
            row[j + 1] = cost.min(row[j] + 1).min(diagonal + 1);
        }
    }
    row[b.len()]
}
