//! `cargo xtask bench`: what it costs, native and in the browser, beside each other.

use crate::process::{Failure, Result, cargo, command, output_of, root, run as start};
use crate::{dist, tools};

/// Runs the native benchmarks, then the same in the page, and prints one table.
pub fn run(args: &[String]) -> Result<()> {
    let browser = !args.iter().any(|arg| arg == "--no-browser");
    start(&mut cargo(&["build", "--quiet", "--profile", "fast", "--bin", "podium"]))?;
    let podium = root().join("target/fast/podium");
    let podium = podium.to_str().ok_or_else(|| Failure("the path of the repository is not UTF-8".to_string()))?;
    let native = output_of(command(podium).args(["bench", "--json"]))
        .ok_or_else(|| Failure("podium bench --json failed".to_string()))?;
    let file = root().join("target/bench-native.json");
    std::fs::write(&file, &native)?;
    let mut report = command("node");
    report.arg("tests/browser/bench.mjs").arg(&file);
    tools::npm_packages()?;
    if browser {
        dist::build()?;
        report.env("CHROMIUM", tools::chromium()?);
    } else {
        report.arg("--no-browser");
    }
    start(&mut report)
}
