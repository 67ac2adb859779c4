//! Help texts, laid out as kubectl's, made from the tables of commands and flags.

use super::command::{Action, Command};
use super::flags::{Flag, Kind};

const MORE: &str = "Use \"kubectl options\" for a list of global command-line options (applies to all commands).\n";

/// The help of a command.
pub fn command(command: &Command, path: &str) -> String {
    let mut out = String::new();
    let long = if command.long.is_empty() { command.short } else { command.long };
    out.push_str(long.trim_end_matches('.'));
    out.push_str(".\n");
    section(&mut out, "Aliases", &aliases(command));
    section(&mut out, "Examples", &indented(command.examples));
    section(&mut out, "Available Commands", &list(command.subcommands));
    let own: Vec<&Flag> = command.flags.iter().flat_map(|s| s.iter()).collect();
    section(&mut out, "Options", &options(own));
    let usage = match command.action {
        Action::Group if command.usage == "[options]" => format!("  {path} SUBCOMMAND [options]\n"),
        _ => format!("  {path} {}\n", command.usage),
    };
    section(&mut out, "Usage", &usage);
    out.push('\n');
    if !command.subcommands.is_empty() {
        out.push_str(&format!("Use \"{path} <command> --help\" for more information about a given command.\n"));
    }
    out.push_str(MORE);
    out
}

/// The help of kubectl itself: its groups of commands.
pub fn root(groups: &[(&str, &[Command])]) -> String {
    let mut out = String::from(
        "kubectl controls a Kubernetes cluster: here, the simulated one in this page.\n\n Find more information at: \
         https://kubernetes.io/docs/reference/kubectl/\n",
    );
    let width = groups.iter().flat_map(|(_, commands)| commands.iter()).map(|c| c.name.len()).max().unwrap_or(0);
    for (title, commands) in groups {
        out.push_str(&format!("\n{title}:\n{}", padded(commands, width)));
    }
    out.push_str("\nUsage:\n  kubectl [flags] [options]\n\n");
    out.push_str("Use \"kubectl <command> --help\" for more information about a given command.\n");
    out.push_str(MORE);
    out
}

/// `kubectl options`: the global flags.
pub fn global_options() -> String {
    let flags: Vec<&Flag> = super::flag_sets::GLOBAL.iter().collect();
    format!("The following options can be passed to any command:\n\n{}\n", options(flags))
}

fn section(out: &mut String, title: &str, body: &str) {
    if !body.is_empty() {
        out.push_str(&format!("\n{title}:\n{body}"));
    }
}

fn aliases(command: &Command) -> String {
    if command.aliases.is_empty() {
        return String::new();
    }
    let all: Vec<&str> = std::iter::once(&command.name).chain(command.aliases).copied().collect();
    format!("{}\n", all.join(", "))
}

fn indented(text: &str) -> String {
    text.lines().map(|l| format!("  {l}\n")).collect()
}

fn list(commands: &[Command]) -> String {
    padded(commands, commands.iter().map(|c| c.name.len()).max().unwrap_or(0).max(11))
}

fn padded(commands: &[Command], width: usize) -> String {
    commands.iter().map(|c| format!("  {:width$}   {}\n", c.name, c.short)).collect()
}

fn options(mut flags: Vec<&Flag>) -> String {
    flags.retain(|f| !f.hidden);
    flags.sort_by_key(|f| f.name);
    // A command's own flag takes the place of a shared one.
    flags.dedup_by_key(|f| f.name);
    let one = |f: &&Flag| {
        let short = match f.short {
            '\0' => String::new(),
            c => format!("-{c}, "),
        };
        let default = match f.kind {
            Kind::Str if f.name != "vmodule" => format!("'{}'", f.default),
            _ => f.default.to_owned(),
        };
        format!("    {short}--{}={default}:\n\t{}\n", f.name, f.usage)
    };
    flags.iter().map(one).collect::<Vec<_>>().join("\n")
}
