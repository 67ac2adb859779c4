//! `KUBECTL_EXTERNAL_DIFF`: another program looks at the two directories. Models `DiffProgram` of
//! `kubectl/pkg/cmd/diff/diff.go`.

use super::Pair;
use crate::cli::errors::{Error, Result};
use crate::cli::factory::Factory;
use crate::kubectl::util::run_line;

/// Writes what there is of each object into its directory and runs the program on both; true where it says that they
/// differ.
pub async fn run(f: &Factory, program: &str, dirs: &[String; 2], pairs: &[Pair]) -> Result<bool> {
    let both = dirs.join(" ");
    run_line(f, &format!("mkdir -p {both}")).await;
    for pair in pairs {
        for (dir, text) in dirs.iter().zip([&pair.live, &pair.merged]).filter(|(_, text)| !text.is_empty()) {
            let path = format!("{dir}/{}", pair.file);
            f.ctx
                .system
                .write_file(&path, text.as_bytes())
                .map_err(|e| Error::Msg(format!("open {path}: {}", e.text())))?;
        }
    }
    let code = run_line(f, &command(program, &both)).await;
    run_line(f, &format!("rm -rf {both}")).await;
    match code {
        Some(0) => Ok(false),
        Some(1) => Ok(true),
        Some(127) | None => {
            let name = program.split(' ').next().unwrap_or("");
            Err(Error::Msg(format!("failed to run {name:?}: exec: {name:?}: executable file not found in $PATH")))
        }
        Some(code) => Err(Error::Code(code, format!("exit status {code}"))),
    }
}

/// Only plain words are passed on as arguments.
fn command(program: &str, dirs: &str) -> String {
    let mut words = program.split(' ');
    let name = words.next().unwrap_or("");
    let plain = |w: &&str| !w.is_empty() && w.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '='));
    let arguments: Vec<&str> = words.filter(plain).collect();
    format!("{name} {} {dirs}", arguments.join(" "))
}
