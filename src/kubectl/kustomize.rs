//! `kubectl kustomize`. Models `kubectl/pkg/cmd/kustomize`.

use crate::action;
use crate::apimachinery::yaml;
use crate::cli::command::Command;
use crate::cli::errors::Result;
use crate::cli::factory::Factory;
use crate::cli::flags::Flag;
use crate::cli::kustomize;

const FLAGS: &[Flag] = &[
    Flag::str("output", "", "The file to write to.").short('o'),
    Flag::str("reorder", "legacy", "In what order: legacy (what others need first) or none.").hidden(),
];

pub const COMMAND: Command =
    Command::new("kustomize", "Build a kustomization target from a directory or URL", action!(run))
        .usage("DIR [flags] [options]")
        .long("Build a set of KRM resources using a 'kustomization.yaml' file.\n\n DIR is the directory with the file; the present one where it is left out")
        .examples("# Build the current working directory\nkubectl kustomize\n\n# Build some shared configuration directory\nkubectl kustomize /home/config/production")
        .flags(&[FLAGS]);

async fn run(f: &Factory) -> Result {
    let directory = match f.args() {
        [] => ".",
        [one] => one,
        _ => return Err("specify one path to kustomization.yaml".into()),
    };
    let mut objects = kustomize::build(f, directory)?;
    if f.flags.str("reorder") != "none" {
        kustomize::legacy_order(&mut objects);
    }
    let text = objects.iter().map(yaml::to_string).collect::<Vec<_>>().join("---\n");
    match f.flags.str("output") {
        "" => f.out(&text),
        path => f
            .ctx
            .system
            .write_file(path, text.as_bytes())
            .map_err(|e| crate::cli::errors::Error::Msg(format!("open {path}: {}", e.text())))?,
    }
    Ok(())
}
