//! `kubectl config`. Models `kubectl/pkg/cmd/config`.

mod contexts;
mod credentials;
mod entries;
mod property;
mod set_entries;
mod view;

use crate::cli::command::{Action, Command};
use crate::cli::errors::{Error, Result};
use crate::cli::factory::Factory;
use crate::cli::kubeconfig::Kubeconfig;

pub const COMMAND: Command = Command::new("config", "Modify kubeconfig files", Action::Group)
    .long("Modify kubeconfig files using subcommands like \"kubectl config set current-context my-context\".\n\n The file is the one of --kubeconfig; else the first that exists of those in $KUBECONFIG; else ${HOME}/.kube/config")
    .subcommands(SUBCOMMANDS);

static SUBCOMMANDS: &[Command] = &[
    contexts::CURRENT,
    entries::DELETE_CLUSTER,
    contexts::DELETE,
    entries::DELETE_USER,
    entries::GET_CLUSTERS,
    contexts::GET,
    entries::GET_USERS,
    contexts::RENAME,
    property::SET,
    set_entries::CLUSTER,
    set_entries::CONTEXT,
    credentials::COMMAND,
    property::UNSET,
    contexts::USE,
    view::COMMAND,
];

/// Wrong arguments: the help, then the error. Models `helpErrorf`.
fn help_error(f: &Factory, text: String) -> Error {
    f.out(&super::help_text(f.command, &f.path));
    Error::Msg(text)
}

fn unexpected(f: &Factory) -> Error {
    help_error(f, format!("Unexpected args: [{}]", f.args().join(" ")))
}

/// The one argument.
fn one(f: &Factory) -> Result<String> {
    match f.args() {
        [one] => Ok(one.clone()),
        _ => Err(unexpected(f)),
    }
}

/// The names of an entry list, sorted.
fn names(config: &Kubeconfig, list: &str) -> Vec<String> {
    let mut names: Vec<String> = config.value[list].items().iter().map(|e| e["name"].str().to_owned()).collect();
    names.sort();
    names
}
