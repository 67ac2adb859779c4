//! Running other programs: where, with which PATH, and with their output passed on line by line.

use std::ffi::OsString;
use std::io::{BufRead, BufReader, Read, Write};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::{Arc, Mutex};

/// What went wrong, in words for the person at the terminal.
pub struct Failure(pub String);

/// A result whose error is ready to be printed.
pub type Result<T> = std::result::Result<T, Failure>;

impl From<std::io::Error> for Failure {
    fn from(error: std::io::Error) -> Self {
        Failure(error.to_string())
    }
}

/// The root of the repository.
pub fn root() -> PathBuf {
    let manifest = PathBuf::from(env!("CARGO_MANIFEST_DIR"));
    manifest.parent().map_or(manifest.clone(), Path::to_path_buf)
}

/// A command that runs in the repository's root, with the project's own tools before all others in PATH.
pub fn command(program: &str) -> Command {
    let mut command = Command::new(program);
    command.current_dir(root()).env("PATH", path_with_tools()).env("NO_UPDATE_NOTIFIER", "1");
    command
}

/// Cargo, the one that runs this program.
pub fn cargo(args: &[&str]) -> Command {
    let mut cargo = command(&std::env::var("CARGO").unwrap_or_else(|_| "cargo".to_string()));
    cargo.args(args).env("CARGO_TERM_COLOR", "never");
    cargo
}

fn path_with_tools() -> OsString {
    let mut paths = vec![root().join(".tools/bin"), root().join("node_modules/.bin")];
    paths.extend(std::env::split_paths(&std::env::var_os("PATH").unwrap_or_default()));
    std::env::join_paths(paths).unwrap_or_default()
}

/// Runs a command with its output on this terminal; an exit code other than 0 is a failure that names the command.
pub fn run(command: &mut Command) -> Result<()> {
    println!("$ {}", shown(command));
    let status = command.status().map_err(|e| Failure(format!("cannot start {}: {e}", shown(command))))?;
    if status.success() { Ok(()) } else { Err(Failure(format!("{} ended with {status}", shown(command)))) }
}

/// Runs a command, passes its output on and returns all of it, whether it succeeded or not.
pub fn tee(command: &mut Command) -> Result<(bool, String)> {
    println!("$ {}", shown(command));
    let mut child = command
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .map_err(|e| Failure(format!("cannot start {}: {e}", shown(command))))?;
    let text = Arc::new(Mutex::new(String::new()));
    let readers: Vec<_> = [child.stdout.take().map(boxed), child.stderr.take().map(boxed)]
        .into_iter()
        .flatten()
        .map(|stream| pass_on(stream, Arc::clone(&text)))
        .collect();
    let status = child.wait()?;
    for reader in readers {
        let _ = reader.join();
    }
    let text = text.lock().map(|t| t.clone()).unwrap_or_default();
    Ok((status.success(), text))
}

fn boxed(stream: impl Read + Send + 'static) -> Box<dyn Read + Send> {
    Box::new(stream)
}

fn pass_on(stream: Box<dyn Read + Send>, text: Arc<Mutex<String>>) -> std::thread::JoinHandle<()> {
    std::thread::spawn(move || {
        let mut reader = BufReader::new(stream);
        let mut bytes = Vec::new();
        while reader.read_until(b'\n', &mut bytes).is_ok_and(|n| n > 0) {
            let line = String::from_utf8_lossy(&bytes).into_owned();
            bytes.clear();
            if let Ok(mut text) = text.lock() {
                print!("{line}");
                let _ = std::io::stdout().flush();
                text.push_str(&line);
            }
        }
    })
}

/// Runs a command in silence and returns its standard output, or nothing when it fails or does not exist.
pub fn output_of(command: &mut Command) -> Option<String> {
    let output = command.stdin(Stdio::null()).stderr(Stdio::null()).output().ok()?;
    output.status.success().then(|| String::from_utf8_lossy(&output.stdout).trim().to_string())
}

/// Where a program lies in PATH (the project's own tools first), if anywhere.
pub fn find(program: &str) -> Option<PathBuf> {
    std::env::split_paths(&path_with_tools()).map(|dir| dir.join(program)).find(|file| file.is_file())
}

fn shown(command: &Command) -> String {
    let program = Path::new(command.get_program()).file_name().unwrap_or(command.get_program());
    let mut text = program.to_string_lossy().into_owned();
    for arg in command.get_args() {
        text.push(' ');
        text.push_str(&arg.to_string_lossy());
    }
    text
}
