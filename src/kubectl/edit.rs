//! `kubectl edit`. Models `kubectl/pkg/cmd/edit`.

use super::editor::{self, Mode};
use crate::action;
use crate::cli::builder::Builder;
use crate::cli::command::Command;
use crate::cli::errors::Result;
use crate::cli::factory::Factory;
use crate::cli::flag_sets;
use crate::cli::flags::Flag;

const FLAGS: &[Flag] = &[
    Flag::str("field-manager", "kubectl-edit", "Name under which the fields written are owned."),
    Flag::bool("output-patch", "Print the patch if the object is changed."),
    Flag::bool("windows-line-endings", "Use the line endings of Windows."),
];

pub const COMMAND: Command = Command::new("edit", "Edit a resource on the server", action!(run))
    .usage("(RESOURCE/NAME | -f FILENAME) [options]")
    .long("Edit a resource from the default editor.\n\n The editor is the one of KUBE_EDITOR, else of EDITOR, else the page's. What is saved is sent as a patch; an empty file, or one without changes, ends the edit")
    .examples("# Edit the service named 'registry'\nkubectl edit svc/registry\n\n# Use an alternative editor\nKUBE_EDITOR=\"nano\" kubectl edit svc/registry\n\n# Edit the job 'myjob' in JSON\nkubectl edit job.v1.batch/myjob -o json")
    .flags(&[
        FLAGS,
        flag_sets::FILES,
        flag_sets::PRINT,
        flag_sets::RECORD,
        flag_sets::SAVE_CONFIG,
        flag_sets::SUBRESOURCE,
        flag_sets::VALIDATE,
    ]);

async fn run(f: &Factory) -> Result {
    let mut builder = Builder::new(f)?.files(f);
    builder.latest = true;
    builder.subresource = f.flags.str("subresource").to_owned();
    let infos = builder.args(f, true, f.args()).await?.all_infos(f).await?;
    if infos.is_empty() {
        return Err("edit cancelled, no objects found".into());
    }
    editor::edit(f, infos, Mode::Normal).await
}
