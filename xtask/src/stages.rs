//! `cargo xtask test`: everything that must hold, stage by stage, with a summary at the end.

use crate::process::{Failure, Result, cargo, command, root, tee};
use crate::{budget, dist, kubectl, tools};
use std::time::Instant;

/// How a stage ended.
pub enum Outcome {
    /// It holds; the closing lines of its runners, for the summary.
    Passed(Vec<String>),
    /// It was not run, and why.
    NotRun(String),
}

struct Stage {
    name: &'static str,
    what: &'static str,
    run: fn() -> Result<Outcome>,
}

/// In the order in which a mistake is found soonest.
const STAGES: &[Stage] = &[
    Stage { name: "format", what: "rustfmt", run: || cargo_stage(&["fmt", "--all", "--check"]) },
    Stage { name: "test", what: "cargo test: library, native tool, architecture, xtask", run: cargo_test },
    Stage { name: "clippy", what: "clippy, core and native", run: || cargo_stage(CLIPPY) },
    Stage { name: "core", what: "the core builds without a browser crate", run: || cargo_stage(CORE) },
    Stage { name: "core-wasm", what: "the core builds for wasm32", run: core_wasm },
    Stage { name: "clippy-page", what: "clippy, page", run: clippy_page },
    Stage { name: "lessons", what: "every lesson passes its checker", run: lessons },
    Stage { name: "dist", what: "the static folder builds", run: dist_stage },
    Stage { name: "budget", what: "the first load is within its budget", run: budget_stage },
    Stage { name: "browser", what: "the page in headless Chromium", run: browser },
    Stage { name: "kubectl", what: "the real kubectl against `podium serve`", run: kubectl::stage },
];

const CLIPPY: &[&str] = &["clippy", "--workspace", "--all-targets", "--", "-D", "warnings"];
const CORE: &[&str] = &["check", "--lib", "--no-default-features"];
const CORE_WASM: &[&str] = &["check", "--lib", "--no-default-features", "--target", "wasm32-unknown-unknown"];
#[rustfmt::skip]
const CLIPPY_PAGE: &[&str] = &["clippy", "--bin", "podium-web", "--no-default-features", "--features", "web",
    "--target", "wasm32-unknown-unknown", "--", "-D", "warnings"];
/// Stages that drive a browser.
const BROWSER: &[&str] = &["browser"];

/// Runs all stages, or those named; goes on after a failure, and fails at the end if any did.
pub fn run(args: &[String]) -> Result<()> {
    let no_browser = args.iter().any(|arg| arg == "--no-browser");
    let names: Vec<&str> = args.iter().map(String::as_str).filter(|arg| *arg != "--no-browser").collect();
    if let Some(unknown) = names.iter().find(|name| STAGES.iter().all(|stage| stage.name != **name)) {
        let known: Vec<&str> = STAGES.iter().map(|stage| stage.name).collect();
        return Err(Failure(format!("no stage {unknown:?}; there are {}", known.join(", "))));
    }
    let start = Instant::now();
    let mut summary = Vec::new();
    let mut failed = Vec::new();
    for stage in STAGES.iter().filter(|stage| names.is_empty() || names.contains(&stage.name)) {
        let begun = Instant::now();
        println!("\n== {}: {}", stage.name, stage.what);
        let outcome = if no_browser && BROWSER.contains(&stage.name) {
            Ok(Outcome::NotRun("--no-browser".to_string()))
        } else {
            (stage.run)()
        };
        let (word, lines) = match outcome {
            Ok(Outcome::Passed(lines)) => ("ok", lines),
            Ok(Outcome::NotRun(why)) => ("NOT RUN", vec![format!("NOT RUN: {why}")]),
            Err(Failure(text)) => {
                println!("{text}");
                failed.push(stage.name);
                ("FAILED", text.lines().map(str::to_string).collect())
            }
        };
        summary.push(format!("{word:<8}{:<12}{:>6.1} s", stage.name, begun.elapsed().as_secs_f64()));
        summary.extend(lines.into_iter().map(|line| format!("          {line}")));
    }
    println!("\n== summary\n{}\ntotal {:.0} s", summary.join("\n"), start.elapsed().as_secs_f64());
    if failed.is_empty() { Ok(()) } else { Err(Failure(format!("failed: {}", failed.join(", ")))) }
}

fn cargo_stage(args: &[&str]) -> Result<Outcome> {
    let (ok, text) = tee(&mut cargo(args))?;
    closing(ok, &text)
}

/// Passed with the closing lines of the runners in `text`; failed when the program failed.
pub fn closing(ok: bool, text: &str) -> Result<Outcome> {
    let lines = closing_lines(text);
    if ok {
        Ok(Outcome::Passed(lines))
    } else {
        Err(Failure([vec!["it failed, see above".to_string()], lines].concat().join("\n")))
    }
}

/// The lines in which test runners say how many passed, and every line that says what was not run.
fn closing_lines(text: &str) -> Vec<String> {
    let closes = |line: &str| {
        let counts = line.starts_with("test result: ") && !line.contains(" 0 passed; 0 failed");
        let own = line
            .split_once(" passed, ")
            .is_some_and(|(n, _)| n.rsplit(' ').next().is_some_and(|n| n.parse::<u32>().is_ok()));
        counts || own || line.starts_with("NOT RUN")
    };
    text.lines().map(str::trim).filter(|line| closes(line)).map(str::to_string).collect()
}

fn cargo_test() -> Result<Outcome> {
    cargo_stage(&["test", "--workspace", "--no-fail-fast"])
}

fn core_wasm() -> Result<Outcome> {
    tools::builder()?;
    cargo_stage(CORE_WASM)
}

fn clippy_page() -> Result<Outcome> {
    tools::builder()?;
    cargo_stage(CLIPPY_PAGE)
}

fn lessons() -> Result<Outcome> {
    if !root().join("static/lessons").is_dir() {
        return Ok(Outcome::NotRun("no static/lessons yet".to_string()));
    }
    cargo_stage(&["run", "--quiet", "--bin", "podium", "--", "lessons", "check"])
}

fn dist_stage() -> Result<Outcome> {
    dist::build().map(|()| Outcome::Passed(Vec::new()))
}

fn budget_stage() -> Result<Outcome> {
    if !dist::is_split() {
        return Ok(Outcome::NotRun("no Chromium to split the WebAssembly with".to_string()));
    }
    budget::check().map(|line| Outcome::Passed(vec![line]))
}

fn browser() -> Result<Outcome> {
    if !root().join("dist/index.html").is_file() {
        return Err(Failure("there is no dist/ to test: the stage dist must come first".to_string()));
    }
    tools::npm_packages()?;
    let chromium = tools::chromium()?;
    // The hash of the same script natively and in the page is compared there.
    let (built, _) = tee(&mut cargo(&["build", "--quiet", "--bin", "podium"]))?;
    if !built {
        return Err(Failure("the native tool does not build".to_string()));
    }
    let (ok, text) = tee(command("node").arg("tests/browser/run.mjs").env("CHROMIUM", chromium))?;
    closing(ok, &text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn closing_lines_are_kept_and_nothing_else() {
        let text = "running 3 tests\ntest result: ok. 3 passed; 0 failed; 0 ignored\ntest result: ok. 0 passed; 0 failed;\n12 passed, 1 failed\nNOT RUN: no kubectl\nhe passed, too\n";
        assert_eq!(
            closing_lines(text),
            ["test result: ok. 3 passed; 0 failed; 0 ignored", "12 passed, 1 failed", "NOT RUN: no kubectl"]
        );
    }

    #[test]
    fn a_program_that_fails_fails_its_stage() {
        assert!(closing(false, "3 passed, 0 failed").is_err());
        assert!(closing(true, "").is_ok());
    }

    #[test]
    fn an_unknown_stage_is_an_error() {
        assert!(run(&["nonsense".to_string()]).is_err());
    }
}
