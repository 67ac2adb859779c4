//! kubectl: one file per command, one table of groups, a client of the one door. Models `k8s.io/kubectl/pkg/cmd`.

mod annotate;
mod api_resources;
mod apply;
mod attach;
mod auth;
mod autoscale;
mod certificate;
mod cluster_dump;
mod commands;
mod completion;
mod config;
mod cordon;
mod cp;
mod create;
mod debug;
mod delete;
mod deployments;
mod describe;
mod diff;
mod drain;
mod edit;
mod editor;
mod events;
mod exec;
mod explain;
mod expose;
mod get;
mod get_watch;
mod kustomize;
mod label;
mod last_applied;
mod logs;
mod migrate;
mod ordered;
mod pairs;
mod patch;
mod plugin;
mod pods;
mod port_forward;
mod proxy;
mod prune;
mod raw;
mod replace;
mod rollout;
mod run;
mod scale;
mod set;
mod sort;
mod taint;
mod top;
mod util;
mod version;
mod wait;

pub use crate::cli::Context;
pub use commands::ROOT;
pub use completion::{Candidates, complete};

use crate::cli::command::{self, Action, Command};
use crate::cli::errors::{Error, Result, check_err};
use crate::cli::factory::Factory;
use crate::cli::flags::Parsed;
use crate::cli::help;

/// Runs `argv` (`argv[0]` is the program's name) to its end and returns the exit code.
pub async fn run(ctx: Context, argv: Vec<String>) -> i32 {
    let words = argv.get(1..).unwrap_or(&[]);
    let found = command::find(&ROOT, words);
    let parsed = command::parse(&found);
    let flags = parsed.as_ref().cloned().unwrap_or_default();
    let f = Factory::new(ctx, &ROOT, found.command, found.path.clone(), flags);
    let done = match unknown_word(&found) {
        Some(error) => Err(error),
        None => match parsed {
            Ok(flags) => start(&f, &flags).await,
            Err(_) if matches!(found.command.action, Action::NotSimulated) => Err(not_simulated(&f.path)),
            Err(error) => Err(error),
        },
    };
    match done {
        Ok(()) => 0,
        Err(error) => {
            let (text, code) = check_err(&error);
            f.err(&text);
            code
        }
    }
}

/// The root takes no arguments: a word left over names no command.
fn unknown_word(found: &command::Found) -> Option<Error> {
    if !std::ptr::eq(found.command, &ROOT) {
        return None;
    }
    let word = command::first_word(&ROOT, &found.words)?;
    // What is no command may be a plugin, and a plugin's name comes first. Models `HandlePluginCommand`.
    let first = found.words.first().filter(|w| w.starts_with('-'));
    Some(match first {
        Some(flag) => Error::Raw(format!("Error: flags cannot be placed before plugin name: {flag}")),
        None => command::unknown_command(&ROOT, &word),
    })
}

async fn start(f: &Factory, flags: &Parsed) -> Result {
    flags.notices.iter().for_each(|notice| f.err(notice));
    if flags.bool("help") {
        f.out(&help_text(f.command, &f.path));
        return Ok(());
    }
    match f.command.action {
        Action::Run(run) => run(f).await,
        Action::NotSimulated => Err(not_simulated(&f.path)),
        Action::Group if std::ptr::eq(f.command, &ROOT) => {
            f.out(&help_text(f.command, &f.path));
            Ok(())
        }
        // It runs, whatever follows, and shows its help.
        Action::Group if f.command.name == "certificate" => {
            f.out(&help_text(f.command, &f.path));
            Ok(())
        }
        Action::Group if !f.args().is_empty() => {
            Err(f.usage_error(format!("unknown command {:?}", f.args().join(" "))))
        }
        Action::Group => {
            let text = help_text(f.command, &f.path);
            match f.command.name {
                "rollout" => f.out(&text),
                _ => f.err(&text),
            }
            Err(Error::Exit(1))
        }
    }
}

/// The one voice for what this simulator does not have.
pub fn not_simulated(path: &str) -> Error {
    Error::Msg(format!("{path} is not simulated here"))
}

/// The help of a command; of kubectl itself, its groups.
pub fn help_text(command: &Command, path: &str) -> String {
    if command.name == ROOT.name && path == ROOT.name {
        return help::root(&commands::groups());
    }
    help::command(command, path)
}

#[cfg(test)]
mod tests;
