//! `kubectl auth`. Models `kubectl/pkg/cmd/auth`.

mod can_i;
mod whoami;

use crate::cli::command::{Action, Command};

pub const COMMAND: Command =
    Command::new("auth", "Inspect authorization", Action::Group).usage("[flags] [options]").subcommands(&[
        can_i::COMMAND,
        Command::not_simulated(
            "reconcile",
            "Reconciles rules for RBAC role, role binding, cluster role, and cluster role binding objects",
        ),
        whoami::COMMAND,
    ]);
