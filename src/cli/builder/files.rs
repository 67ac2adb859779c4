//! The files that `-f` names: paths, directories, URLs, standard input.

use super::Builder;
use crate::cli::errors::{Error, Result};
use crate::cli::factory::Factory;
use crate::cli::system::Read;
use crate::sim::clock::Yield;

const EXTENSIONS: [&str; 3] = [".json", ".yaml", ".yml"];
/// The most files a directory may give.
const MAX_FILES: usize = 1_000;

impl Builder {
    /// Replaces directories by their files; what does not exist becomes an error.
    pub(super) fn expand_files(&mut self, f: &Factory) {
        let mut files = Vec::new();
        if self.files.iter().filter(|path| *path == "-").count() > 1 {
            self.errors.push(Error::msg("standard input cannot be used for multiple arguments"));
        }
        for path in std::mem::take(&mut self.files) {
            if path == "-" || path.starts_with("http://") || path.starts_with("https://") {
                files.push(path);
                continue;
            }
            let system = &*f.ctx.system;
            if system.is_dir(&path) {
                let mut found = Vec::new();
                walk(f, path.trim_end_matches('/'), self.recursive, 0, &mut found);
                if found.is_empty() {
                    self.errors.push(Error::Msg(format!(
                        "error reading [{path}]: recognized file extensions are [{}]",
                        EXTENSIONS.join(" ")
                    )));
                }
                files.extend(found);
            } else if system.read_file(&path).is_err() {
                self.errors.push(Error::Msg(format!("the path {path:?} does not exist")));
            } else {
                files.push(path);
            }
        }
        self.files = files;
    }
}

fn walk(f: &Factory, dir: &str, recursive: bool, depth: usize, found: &mut Vec<String>) {
    let Ok(entries) = f.ctx.system.list_dir(if dir.is_empty() { "/" } else { dir }) else { return };
    for entry in entries {
        // As Go's `filepath.Join` has it: `./` goes.
        let path = match dir {
            "." => entry.name.clone(),
            _ => format!("{}/{}", dir.strip_prefix("./").unwrap_or(dir), entry.name),
        };
        if entry.is_dir {
            if recursive && depth < 32 {
                walk(f, &path, recursive, depth + 1, found);
            }
        } else if EXTENSIONS.iter().any(|e| entry.name.ends_with(e)) && found.len() < MAX_FILES {
            found.push(path);
        }
    }
}

/// The name by which messages call a source, and its text.
pub async fn read(f: &Factory, path: &str) -> Result<(String, String)> {
    if path == "-" {
        return Ok(("STDIN".to_owned(), stdin(f).await));
    }
    if let Some((_, rest)) = path.split_once("://") {
        let host = rest.split('/').next().unwrap_or(rest);
        let is_local = ["localhost", "127.0.0.1"].contains(&host.split(':').next().unwrap_or(host));
        return Err(match is_local {
            true => Error::Refused(host.to_owned()),
            false => Error::Raw(format!(
                "Unable to connect to the server: dial tcp: lookup {host}: no such host (the internet is not simulated here)"
            )),
        });
    }
    match f.ctx.system.read_file(path) {
        Ok(data) => Ok((path.to_owned(), String::from_utf8_lossy(&data).into_owned())),
        Err(e) => Err(Error::Msg(format!("error reading {path}: {}", e.text()))),
    }
}

/// All of standard input.
pub async fn stdin(f: &Factory) -> String {
    let mut data = Vec::new();
    loop {
        match f.ctx.system.read_stdin() {
            Read::Data(more) => data.extend(more),
            Read::Wait => Yield::default().await,
            Read::End => return String::from_utf8_lossy(&data).into_owned(),
        }
    }
}
