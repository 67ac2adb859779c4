//! `kubectl set`. Models `kubectl/pkg/cmd/set`: a file per subcommand over one way to change objects.

mod env;
mod env_list;
mod image;
mod patches;
mod resources;
mod selector;
mod service_account;
mod subject;

use crate::cli::command::{Action, Command};

pub const COMMAND: Command = Command::new("set", "Set specific features on objects", Action::Group)
    .long("Configure application resources.\n\n These commands help you make changes to existing application resources")
    .subcommands(&[
        env::COMMAND,
        image::COMMAND,
        resources::COMMAND,
        selector::COMMAND,
        service_account::COMMAND,
        subject::COMMAND,
    ]);
