//! `kubectl config current-context|get-contexts|use-context|rename-context|delete-context`.

use super::{names, one, unexpected};
use crate::action;
use crate::cli::command::Command;
use crate::cli::errors::{Error, Result};
use crate::cli::factory::Factory;
use crate::cli::flags::Flag;
use crate::cli::printers::TabWriter;

pub const CURRENT: Command = Command::new("current-context", "Display the current-context", action!(current));

async fn current(f: &Factory) -> Result {
    match f.starting_config()?.current_context() {
        "" => Err("current-context is not set".into()),
        name => {
            f.out(&format!("{name}\n"));
            Ok(())
        }
    }
}

static GET_FLAGS: &[&[Flag]] = &[&[
    Flag::bool("no-headers", "Print no header."),
    Flag::str("output", "", "Output format: name prints names only.").short('o'),
]];

pub const GET: Command = Command::new("get-contexts", "Describe one or many contexts", action!(get))
    .usage("[(-o|--output=)name)] [options]")
    .examples("# List all contexts\nkubectl config get-contexts\n\n# Describe one context\nkubectl config get-contexts my-context")
    .flags(GET_FLAGS);

async fn get(f: &Factory) -> Result {
    let config = f.starting_config()?;
    let name_only =
        match f.flags.str("output") {
            "" => false,
            "name" => true,
            other => return Err(format!(
                "--output {other} is not available in kubectl config get-contexts; resetting to default output format"
            )
            .into()),
        };
    let wanted = if f.args().is_empty() { names(&config, "contexts") } else { f.args().to_vec() };
    let mut table = TabWriter::table();
    if !name_only && !f.flags.bool("no-headers") {
        table.write("CURRENT\tNAME\tCLUSTER\tAUTHINFO\tNAMESPACE\n");
    }
    let mut missing = Vec::new();
    for name in wanted {
        match config.entry("contexts", &name) {
            None => missing.push(Error::Msg(format!("context {name} not found"))),
            Some(_) if name_only => table.write(&format!("{name}\n")),
            Some(c) => {
                let mark = if config.current_context() == name { "*" } else { "" };
                let (cluster, user, ns) = (c["cluster"].str(), c["user"].str(), c["namespace"].str());
                table.write(&format!("{mark}\t{name}\t{cluster}\t{user}\t{ns}\n"));
            }
        }
    }
    f.out(&table.flush());
    Error::all(missing)
}

pub const USE: Command =
    Command::new("use-context", "Set the current-context in a kubeconfig file", action!(use_context))
        .aliases(&["use"])
        .usage("CONTEXT_NAME [options]")
        .examples("# Use the context minikube\nkubectl config use-context minikube");

async fn use_context(f: &Factory) -> Result {
    let name = one(f)?;
    let mut config = f.starting_config()?;
    if name.is_empty() {
        return Err("empty context names are not allowed".into());
    }
    if config.entry("contexts", &name).is_none() {
        return Err(format!("no context exists with the name: {name:?}").into());
    }
    config.value.set("current-context", name.as_str());
    config.save(&*f.ctx.system)?;
    f.out(&format!("Switched to context {name:?}.\n"));
    Ok(())
}

pub const RENAME: Command =
    Command::new("rename-context", "Rename a context from the kubeconfig file", action!(rename))
        .usage("CONTEXT_NAME NEW_NAME [options]")
        .examples("# Rename a context\nkubectl config rename-context old-name new-name");

async fn rename(f: &Factory) -> Result {
    let [old, new] = f.args() else { return Err(unexpected(f)) };
    let mut config = f.starting_config()?;
    let Some(context) = config.entry("contexts", old).cloned() else {
        return Err(format!("cannot rename the context {old:?}, it's not in {}", config.path).into());
    };
    if config.entry("contexts", new).is_some() {
        let text = format!("cannot rename the context {old:?}, the context {new:?} already exists in {}", config.path);
        return Err(text.into());
    }
    config.remove_entry("contexts", old);
    *config.entry_mut("contexts", new) = context;
    if config.current_context() == old {
        config.value.set("current-context", new.as_str());
    }
    config.save(&*f.ctx.system)?;
    f.out(&format!("Context {old:?} renamed to {new:?}.\n"));
    Ok(())
}

pub const DELETE: Command =
    Command::new("delete-context", "Delete the specified context from the kubeconfig", action!(delete))
        .usage("NAME [options]")
        .examples("# Delete a context\nkubectl config delete-context minikube");

async fn delete(f: &Factory) -> Result {
    let [name] = f.args() else {
        f.out(&crate::kubectl::help_text(f.command, &f.path));
        return Ok(());
    };
    let name = name.clone();
    let mut config = f.starting_config()?;
    if config.entry("contexts", &name).is_none() {
        return Err(format!("cannot delete context {name}, not in {}", config.path).into());
    }
    if config.current_context() == name {
        f.err(
            "warning: this removed your active context, use \"kubectl config use-context\" to select a different one\n",
        );
    }
    config.remove_entry("contexts", &name);
    config.save(&*f.ctx.system)?;
    f.out(&format!("deleted context {name} from {}\n", config.path));
    Ok(())
}
