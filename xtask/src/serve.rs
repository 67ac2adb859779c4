//! `cargo xtask serve`: builds the page with Trunk, serves it and rebuilds it on save.

use crate::process::{self, Failure, Result, command, find};
use crate::tools;

/// Serves until it is interrupted.
pub fn run_trunk(port: u16, release: bool) -> Result<()> {
    tools::builder()?;
    let mut trunk = command("trunk");
    // No reload script: it would be an inline script, which the page's policy forbids.
    trunk.args(["serve", "--no-autoreload=true", "--address", "127.0.0.1", "--dist", "target/page", "--port"]);
    trunk.arg(port.to_string());
    if release {
        tools::npm_packages()?;
        trunk.arg("--release");
    } else {
        trunk.args(["--cargo-profile", "page"]);
    }
    if has_browser() {
        trunk.arg("--open");
    }
    println!("the page will be at http://127.0.0.1:{port}/ as soon as it is built; Ctrl-C ends it");
    process::run(&mut trunk)
}

/// Whether someone could look at a browser here.
fn has_browser() -> bool {
    if cfg!(any(target_os = "macos", target_os = "windows")) {
        return true;
    }
    let display =
        ["DISPLAY", "WAYLAND_DISPLAY"].iter().any(|name| std::env::var_os(name).is_some_and(|v| !v.is_empty()));
    display && find("xdg-open").is_some()
}

/// Reads the options and serves.
pub fn run(args: &[String]) -> Result<()> {
    let mut port = 8080;
    let mut release = false;
    let mut args = args.iter();
    while let Some(arg) = args.next() {
        match arg.as_str() {
            "--release" => release = true,
            "--port" => {
                port =
                    args.next().and_then(|p| p.parse().ok()).ok_or_else(|| Failure("--port wants a number".into()))?;
            }
            other => return Err(Failure(format!("serve has no option {other:?}"))),
        }
    }
    run_trunk(port, release)
}
