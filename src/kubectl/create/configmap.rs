//! `kubectl create configmap`.

use crate::cli::command::Command;

pub const COMMAND: Command =
    Command::not_simulated("configmap", "Create a config map from files, directories or literals");
