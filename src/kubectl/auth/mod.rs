//! `kubectl auth`. Models `kubectl/pkg/cmd/auth`.

mod can_i;
mod covers;
mod reconcile;
mod whoami;

use crate::cli::command::{Action, Command};

pub const COMMAND: Command = Command::new("auth", "Inspect authorization", Action::Group)
    .usage("[flags] [options]")
    .subcommands(&[can_i::COMMAND, reconcile::COMMAND, whoami::COMMAND]);
