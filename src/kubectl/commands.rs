//! The table of commands: help, completion, suggestions and dispatch come from it. Models
//! `cmd.NewDefaultKubectlCommand`.

use super::{
    annotate, api_resources, apply, attach, completion, config, create, delete, describe, events, exec, explain,
    expose, get, label, logs, patch, port_forward, replace, run, scale, version, wait,
};
use super::{
    auth, autoscale, certificate, cordon, cp, debug, diff, drain, edit, kustomize, plugin, proxy, rollout, set, taint,
    top,
};
use crate::action;
use crate::cli::command::{Action, Command};
use crate::cli::errors::Result;
use crate::cli::factory::Factory;
use crate::cli::help;

/// kubectl.
pub static ROOT: Command =
    Command::new("kubectl", "kubectl controls the Kubernetes cluster manager", Action::Group).subcommands(COMMANDS);

/// In the order in which kubectl adds them: suggestions come in it.
const COMMANDS: &[Command] = &[
    // Basic Commands (Beginner)
    create::COMMAND,
    expose::COMMAND,
    run::COMMAND,
    set::COMMAND,
    // Basic Commands (Intermediate)
    explain::COMMAND,
    get::COMMAND,
    edit::COMMAND,
    delete::COMMAND,
    // Deploy Commands
    rollout::COMMAND,
    scale::COMMAND,
    autoscale::COMMAND,
    // Cluster Management Commands
    certificate::COMMAND,
    version::CLUSTER_INFO,
    top::COMMAND,
    cordon::CORDON,
    cordon::UNCORDON,
    drain::COMMAND,
    taint::COMMAND,
    // Troubleshooting and Debugging Commands
    describe::COMMAND,
    logs::COMMAND,
    attach::COMMAND,
    exec::COMMAND,
    port_forward::COMMAND,
    proxy::COMMAND,
    cp::COMMAND,
    auth::COMMAND,
    debug::COMMAND,
    events::COMMAND,
    // Advanced Commands
    diff::COMMAND,
    apply::COMMAND,
    patch::COMMAND,
    replace::COMMAND,
    wait::COMMAND,
    kustomize::COMMAND,
    // Settings Commands
    label::COMMAND,
    annotate::COMMAND,
    completion::COMMAND,
    // Other Commands
    plugin::ALPHA,
    config::COMMAND,
    plugin::COMMAND,
    version::COMMAND,
    api_resources::VERSIONS,
    api_resources::COMMAND,
    OPTIONS,
    HELP,
];

const OPTIONS: Command =
    Command::new("options", "Show the flags that every command takes", action!(options)).usage("[flags]");

async fn options(f: &Factory) -> Result {
    f.out(&help::global_options());
    Ok(())
}

const HELP: Command = Command::new("help", "Help about any command", action!(help_command)).usage("[command] [flags]");

async fn help_command(f: &Factory) -> Result {
    let found = crate::cli::command::find(f.root, f.args());
    let text = super::help_text(found.command, &found.path);
    match std::ptr::eq(found.command, f.root) && !f.args().is_empty() {
        true => {
            let words: Vec<String> = f.args().iter().map(|w| format!("`{w}`")).collect();
            f.err(&format!("Unknown help topic [{}]\n{text}", words.join(" ")));
        }
        false => f.out(&text),
    }
    Ok(())
}

/// The groups of `kubectl help`: a title and the first and last command of each.
const GROUPS: [(&str, &str, &str); 8] = [
    ("Basic Commands (Beginner)", "create", "set"),
    ("Basic Commands (Intermediate)", "explain", "delete"),
    ("Deploy Commands", "rollout", "autoscale"),
    ("Cluster Management Commands", "certificate", "taint"),
    ("Troubleshooting and Debugging Commands", "describe", "events"),
    ("Advanced Commands", "diff", "kustomize"),
    ("Settings Commands", "label", "completion"),
    ("Other Commands", "config", "api-resources"),
];

/// The groups with their commands, as help shows them.
pub fn groups() -> Vec<(&'static str, &'static [Command])> {
    let at = |name: &str| COMMANDS.iter().position(|c| c.name == name).unwrap_or(0);
    GROUPS.iter().map(|(title, first, last)| (*title, COMMANDS.get(at(first)..=at(last)).unwrap_or(&[]))).collect()
}
