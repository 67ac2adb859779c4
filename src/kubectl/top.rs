//! `kubectl top`. Models `kubectl/pkg/cmd/top`. The cluster has no metrics server, as a new one has none.

use crate::action;
use crate::cli::command::{Action, Command};
use crate::cli::errors::{Error, Result};
use crate::cli::factory::Factory;
use crate::cli::flag_sets;
use crate::cli::flags::Flag;

const COMMON: &[Flag] = &[
    Flag::bool("no-headers", "Leave out the headers."),
    Flag::bool("show-swap", "Show the use of swap memory too."),
    Flag::str("sort-by", "", "Sort by cpu or memory."),
    Flag::bool_on("use-protocol-buffers", "Ask for protocol buffers."),
];

pub const COMMAND: Command = Command::new("top", "Display resource (CPU/memory) usage", Action::Group).usage("[flags] [options]")
    .long("Display resource (CPU/memory) usage.\n\n Needs the Metrics Server in the cluster")
    .subcommands(&[
        Command::new("node", "Display resource (CPU/memory) usage of nodes", action!(node))
            .aliases(&["nodes", "no"])
            .usage("[NAME | -l label] [options]")
            .examples("# Show metrics for all nodes\nkubectl top node\n\n# Show metrics for a given node\nkubectl top node NODE_NAME")
            .flags(&[COMMON, &[Flag::bool("show-capacity", "Show what the nodes have instead of what pods may use.")], flag_sets::SELECTOR]),
        Command::new("pod", "Display resource (CPU/memory) usage of pods", action!(pod))
            .aliases(&["pods", "po"])
            .usage("[NAME | -l label] [options]")
            .examples("# Show metrics for all pods in the default namespace\nkubectl top pod\n\n# Show metrics for a given pod and its containers\nkubectl top pod POD_NAME --containers")
            .flags(&[
                COMMON,
                &[Flag::bool("containers", "Show the containers of the pods."), Flag::bool("sum", "Show the sum too.")],
                flag_sets::ALL_NAMESPACES,
                flag_sets::FIELD_SELECTOR,
                flag_sets::SELECTOR,
            ]),
    ]);

async fn node(f: &Factory) -> Result {
    run(f, "only one of NAME or --selector can be provided").await
}

async fn pod(f: &Factory) -> Result {
    run(f, "only one of NAME or selector can be provided").await
}

async fn run(f: &Factory, both: &str) -> Result {
    if f.args().len() > 1 {
        return Err(f.usage_error(format!("{} [NAME | -l label]", f.command.name)));
    }
    if !matches!(f.flags.str("sort-by"), "" | "cpu" | "memory") {
        return Err("--sort-by accepts only cpu or memory".into());
    }
    let selects = !f.flags.str("selector").is_empty() || !f.flags.str("field-selector").is_empty();
    if !f.args().is_empty() && selects {
        return Err(Error::msg(both));
    }
    match f.mapper().await?.mappings.iter().any(|m| m.resource.group == "metrics.k8s.io") {
        true => Err(super::not_simulated(&f.path)),
        false => Err("Metrics API not available".into()),
    }
}
