//! `cargo xtask fuzz`: random inputs against every parser and the API, in an optimised build.

use crate::process::{Result, cargo, run as start};

/// Builds the native tool for speed and hands it the arguments: `--inputs N`, `--seed N`, names of targets.
pub fn run(args: &[String]) -> Result<()> {
    let mut fuzz = cargo(&["run", "--quiet", "--profile", "fast", "--bin", "podium", "--", "fuzz"]);
    if !args.iter().any(|arg| arg == "--inputs") {
        fuzz.args(["--inputs", "1000000"]);
    }
    start(fuzz.args(args))
}
