//! `cargo xtask dist`: the optimised static folder, and what it weighs.

use crate::process::{Failure, Result, command, root, run as start};
use crate::{budget, tools};

/// Builds `dist/` and prints its sizes.
pub fn run(args: &[String]) -> Result<()> {
    if let Some(other) = args.first() {
        return Err(Failure(format!("dist has no option {other:?}")));
    }
    build()?;
    print!("{}", budget::report()?);
    println!("dist/ is ready: copy it anywhere, or publish it as it is");
    Ok(())
}

/// Builds `dist/`: relative addresses, hashed names, WebAssembly through wasm-opt and in two parts.
pub fn build() -> Result<()> {
    tools::builder()?;
    tools::npm_packages()?;
    start(
        command("trunk")
            .args(["build", "--release", "--dist", "dist", "--public-url", "./"])
            // Which constants which functions use: xtask/wasm/data.mjs.
            .env("CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_RUSTFLAGS", "-C link-arg=--emit-relocs"),
    )?;
    match tools::chromium() {
        Ok(chromium) => start(command("node").args(["xtask/wasm/split.mjs", "dist"]).env("CHROMIUM", chromium))?,
        Err(Failure(text)) => {
            println!("{text}\nwithout it the WebAssembly stays in one part, and the first load is larger");
            start(command("node").args(["xtask/wasm/split.mjs", "dist", "--whole"]))?;
        }
    }
    // GitHub Pages must not run its own site generator over the folder.
    std::fs::write(root().join("dist/.nojekyll"), "")?;
    Ok(())
}

/// Whether the WebAssembly of `dist/` is in two parts.
pub fn is_split() -> bool {
    std::fs::read_to_string(root().join("dist/index.html")).is_ok_and(|page| page.contains("podium-rest"))
}
