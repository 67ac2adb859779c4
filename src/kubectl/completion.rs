//! What Tab offers, and `kubectl completion`.

use crate::action;
use crate::cli::command::Command;
use crate::cli::errors::{Error, Result};
use crate::cli::factory::{Context, Factory};

/// What may follow.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Candidates {
    pub words: Vec<String>,
    /// File names fit too.
    pub files: bool,
}

/// What may stand at the end of `words` (the last one is being typed).
pub async fn complete(_ctx: Context, _words: Vec<String>) -> Candidates {
    Candidates::default()
}

pub const COMMAND: Command =
    Command::new("completion", "Output shell completion code for the specified shell", action!(run)).usage("SHELL");

const SHELLS: [&str; 4] = ["bash", "zsh", "fish", "powershell"];

async fn run(f: &Factory) -> Result {
    match f.args() {
        [] => Err(f.usage_error("Shell not specified.")),
        [shell] if SHELLS.contains(&shell.as_str()) => {
            Err(Error::msg("completion scripts are not needed here: this terminal completes kubectl with Tab"))
        }
        [shell] => Err(f.usage_error(format!("Unsupported shell type {shell:?}."))),
        _ => Err(f.usage_error("Too many arguments. Expected only the shell type.")),
    }
}
