//! The pinned tools: what is there is used, what is missing is fetched, what cannot be fetched is named.

use crate::process::{Failure, Result, cargo, command, find, output_of, root, run};
use std::path::PathBuf;

const TRUNK: &str = "0.21.14";
const NODE_MAJOR: u32 = 20;
const WASM: &str = "wasm32-unknown-unknown";
const CHROMIUM_NAMES: &[&str] = &["chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome"];
const CHROMIUM_MAC: &str = "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome";

/// Fetches everything, and fails with the whole list of what is lacking.
pub fn fetch_all() -> Result<()> {
    let lacking: Vec<String> = [builder(), npm_packages(), chromium().map(|_| ())]
        .into_iter()
        .filter_map(|result| result.err().map(|Failure(text)| text))
        .collect();
    if lacking.is_empty() {
        println!("all tools are there");
        return Ok(());
    }
    Err(Failure(lacking.join("\n")))
}

/// What building the page needs: the WebAssembly target, Trunk and wasm-bindgen.
pub fn builder() -> Result<()> {
    wasm_target()?;
    let trunk = format!("trunk {TRUNK}");
    // Locked, because newer dependencies of Trunk want a newer compiler; unoptimised, because building costs more than it saves.
    cargo_tool("trunk", &trunk, &["trunk", "--version", TRUNK, "--locked", "--no-default-features"])?;
    let bindgen = locked_version("wasm-bindgen")?;
    let expected = format!("wasm-bindgen {bindgen}");
    // Not locked: one locked dependency is gone from the registry.
    cargo_tool("wasm-bindgen", &expected, &["wasm-bindgen-cli", "--version", &bindgen])?;
    // Trunk builds offline (Trunk.toml), so the crates must be there before, those of build scripts and macros too.
    let rustc = output_of(command("rustc").arg("-vV")).unwrap_or_default();
    let host = rustc.lines().find_map(|line| line.strip_prefix("host: ")).unwrap_or(WASM);
    run(&mut cargo(&["fetch", "--quiet", "--locked", "--target", WASM, "--target", host]))
}

fn wasm_target() -> Result<()> {
    let libdir = output_of(command("rustc").args(["--print", "target-libdir", "--target", WASM]));
    if libdir.is_some_and(|dir| PathBuf::from(dir).is_dir()) {
        return Ok(());
    }
    if find("rustup").is_none() {
        return Err(Failure(format!("lacking: the Rust target {WASM}, and there is no rustup to add it with")));
    }
    run(command("rustup").args(["target", "add", WASM]))
}

/// Installs a cargo tool into `.tools` unless the one there says the right version.
fn cargo_tool(program: &str, expected: &str, install: &[&str]) -> Result<()> {
    let file = root().join(".tools/bin").join(program);
    let present = file.to_str().and_then(|path| output_of(command(path).arg("--version")));
    if present.as_deref() == Some(expected) {
        return Ok(());
    }
    println!("fetching {expected} into .tools (once; this takes some minutes)");
    let tools = root().join(".tools");
    let target = root().join("target/tools");
    run(cargo(&["install", "--quiet", "--debug", "--force"])
        .args(install)
        .arg("--root")
        .arg(tools)
        .env("CARGO_PROFILE_DEV_DEBUG", "0")
        .env("CARGO_TARGET_DIR", &target))?;
    // Some hundred megabytes that nothing needs any more.
    let _ = std::fs::remove_dir_all(target);
    Ok(())
}

/// The version of a package in Cargo.lock: the command-line tool must equal the library.
fn locked_version(package: &str) -> Result<String> {
    let lock = std::fs::read_to_string(root().join("Cargo.lock"))?;
    version_in_lock(&lock, package).ok_or_else(|| Failure(format!("Cargo.lock names no {package}")))
}

fn version_in_lock(lock: &str, package: &str) -> Option<String> {
    let (_, after) = lock.split_once(&format!("name = \"{package}\"\nversion = \""))?;
    after.split_once('"').map(|(version, _)| version.to_string())
}

/// What shrinking and testing the page need: node and the packages of package-lock.json.
pub fn npm_packages() -> Result<()> {
    node()?;
    let marker = root().join("node_modules/.package-lock.json");
    let lock = root().join("package-lock.json");
    let changed = |file: &PathBuf| std::fs::metadata(file).and_then(|m| m.modified()).ok();
    if marker.is_file() && changed(&marker) >= changed(&lock) && find("wasm-opt").is_some() {
        return Ok(());
    }
    run(command("npm").args(["ci", "--no-audit", "--no-fund", "--loglevel=error"]))
}

/// Whether node is there and new enough; from the system's packages when it is not there at all and this is root.
fn node() -> Result<()> {
    if find("node").is_none() || find("npm").is_none() {
        apt(&["nodejs", "npm"]);
    }
    let version = output_of(command("node").arg("--version")).unwrap_or_default();
    let major = version.trim_start_matches('v').split('.').next().and_then(|major| major.parse::<u32>().ok());
    match major {
        Some(major) if major >= NODE_MAJOR && find("npm").is_some() => Ok(()),
        Some(major) => Err(Failure(format!("lacking: node {NODE_MAJOR} or newer with npm; this is node {major}"))),
        None => Err(Failure(format!(
            "lacking: node {NODE_MAJOR} or newer with npm (it runs wasm-opt and the browser tests)"
        ))),
    }
}

/// A Chromium or Chrome to test in: the one in CHROMIUM, in PATH, or from the system's packages when this is root.
pub fn chromium() -> Result<PathBuf> {
    if let Some(file) = chromium_here() {
        return Ok(file);
    }
    apt(&["chromium", "fonts-noto-cjk"]);
    chromium_here().ok_or_else(|| Failure("lacking: Chromium or Chrome (or set CHROMIUM to its program)".to_string()))
}

fn chromium_here() -> Option<PathBuf> {
    if let Some(file) = std::env::var_os("CHROMIUM") {
        return Some(PathBuf::from(file));
    }
    let mac = PathBuf::from(CHROMIUM_MAC);
    CHROMIUM_NAMES.iter().find_map(|name| find(name)).or_else(|| mac.is_file().then_some(mac))
}

/// Installs system packages where that is possible without asking anyone: as root, on a system with apt-get.
fn apt(packages: &[&str]) {
    let root = output_of(command("id").arg("-u")).as_deref() == Some("0");
    if !root || find("apt-get").is_none() {
        return;
    }
    let quiet = |args: &[&str]| run(command("apt-get").arg("-qq").args(args).env("DEBIAN_FRONTEND", "noninteractive"));
    // What fails here is reported by whoever looks for the program next.
    let install: Vec<&str> = ["install", "-y", "--no-install-recommends"].iter().chain(packages).copied().collect();
    if let Err(Failure(text)) = quiet(&["update"]).and_then(|()| quiet(&install)) {
        eprintln!("xtask: {text}");
    }
}

#[cfg(test)]
mod tests {
    use super::version_in_lock;

    #[test]
    fn the_locked_version_is_the_packages_own() {
        let lock = "[[package]]\nname = \"wasm-bindgen-macro\"\nversion = \"0.1.0\"\n\n[[package]]\nname = \"wasm-bindgen\"\nversion = \"0.2.130\"\n";
        assert_eq!(version_in_lock(lock, "wasm-bindgen").as_deref(), Some("0.2.130"));
        assert_eq!(version_in_lock(lock, "yew"), None);
    }
}
