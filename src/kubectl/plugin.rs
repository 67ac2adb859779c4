//! `kubectl plugin` and `kubectl alpha`: there are no plugins on the laptop, and no command is in alpha.

use crate::action;
use crate::cli::command::{Action, Command};
use crate::cli::errors::Result;
use crate::cli::factory::Factory;
use crate::cli::flags::Flag;

pub const COMMAND: Command = Command::new("plugin", "Provides utilities for interacting with plugins", Action::Group)
    .usage("[flags] [options]")
    .long("Provides utilities for interacting with plugins.\n\n Plugins are programs whose names begin with kubectl-")
    .subcommands(&[Command::new("list", "List all visible plugin executables on a user's PATH", action!(list))
        .examples("# List all available plugins\nkubectl plugin list")
        .flags(&[&[Flag::bool("name-only", "Show the names alone, not the paths.")]])]);

pub const ALPHA: Command = Command::new("alpha", "Commands for features in alpha", action!(alpha));

async fn list(_: &Factory) -> Result {
    Err("unable to find any kubectl plugins in your PATH".into())
}

async fn alpha(f: &Factory) -> Result {
    f.err("No alpha commands are available in this version of kubectl\n");
    Ok(())
}
